"""Chooses how a model that somebody names is run: here, or behind an address."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from perilune.config import Settings, is_address
from pipeline.generating.answers import Model, PatientModel
from pipeline.generating.endpoint import EndpointModel
from pipeline.generating.local_model import LocalModel
from pipeline.generating.translating import LocalTranslator, PromptedTranslator, Translator


@dataclass(frozen=True)
class NamedModel:
    """A model as settings name it: a folder, a hub's name, or an address with the model there and its key."""

    place: str
    model: str | None = None
    key: SecretStr | None = None

    def opened(self, cache: Path, timeout: int) -> Model:
        """Make the model; nothing is loaded or asked yet."""
        if is_address(self.place):
            return PatientModel(EndpointModel(self.place, self.model or "", self.key, timeout))
        return PatientModel(LocalModel(self.place, cache, timeout=timeout))


def generator_of(settings: Settings) -> Model | None:
    """Make the generator that the settings name, or None where they name none."""
    if settings.generator is None:
        return None
    named = NamedModel(settings.generator, settings.generator_model, settings.generator_key)
    return named.opened(settings.cache, settings.answer_timeout)


def translator_of(settings: Settings) -> Translator | None:
    """Make the translator that the settings name, or None where they name none."""
    if settings.translator is None:
        return None
    if is_address(settings.translator):
        named = NamedModel(settings.translator, settings.translator_model, settings.translator_key)
        return PromptedTranslator(named.opened(settings.cache, settings.answer_timeout))
    return LocalTranslator(settings.translator, settings.cache, timeout=settings.answer_timeout)
