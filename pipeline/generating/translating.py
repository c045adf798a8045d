"""Translates a sentence as a reading aid, by a model or an endpoint, and says what the two do not agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.generating.answers import GenerationProblem, Model, UnusableAnswer
from pipeline.generating.comparing import differences
from pipeline.generating.instruction_forms import CODED_RUN
from pipeline.generating.instructions import is_instruction
from pipeline.generating.local_model import LoadedModel, ModelOnDemand, shown_name
from pipeline.generating.prompts import harmless, translation_prompt
from pipeline.grounding.names import Names

MAX_NEW_TOKENS = 400
MAX_GROWTH, SPARE_CHARS = 8, 80  # ideographs become some four letters each, a title with its article more
# How the families of multilingual models call languages: NLLB, mBART-50; M2M100 and Marian derive theirs from the code.
NLLB = {
    "en": "eng_Latn", "fr": "fra_Latn", "ru": "rus_Cyrl", "zh": "zho_Hans", "es": "spa_Latn", "de": "deu_Latn",
    "it": "ita_Latn", "pt": "por_Latn", "ja": "jpn_Jpan", "ko": "kor_Hang", "ar": "arb_Arab", "uk": "ukr_Cyrl",
    "hi": "hin_Deva", "tr": "tur_Latn", "pl": "pol_Latn", "nl": "nld_Latn", "kk": "kaz_Cyrl", "fa": "pes_Arab",
}  # fmt: skip
MBART = {
    "en": "en_XX", "fr": "fr_XX", "ru": "ru_RU", "zh": "zh_CN", "es": "es_XX", "de": "de_DE",
    "it": "it_IT", "pt": "pt_XX", "ja": "ja_XX", "ko": "ko_KR", "ar": "ar_AR", "uk": "uk_UA",
    "hi": "hi_IN", "tr": "tr_TR", "pl": "pl_PL", "nl": "nl_XX", "kk": "kk_KZ", "fa": "fa_IR",
}  # fmt: skip
THREE_LETTERS = {code: name[:3] for code, name in NLLB.items()} | {"zh": "cmn_Hans", "ar": "ara"}


class Translator(Protocol):
    """A model that translates."""

    @property
    def name(self) -> str:
        """The name that its translations are stored under."""

    def translate(self, text: str, source: str, target: str) -> str:
        """Return the text in the target language (ISO 639-1 codes); GenerationProblem when it cannot."""


@dataclass(frozen=True)
class Translated:
    """A translation with what it and its original do not agree on."""

    text: str
    problems: tuple[str, ...]


def translated(text: str, source: str, target: str, translator: Translator, *, names: Names | None) -> Translated:
    """Translate and compare; UnusableAnswer where nothing comes that could be shown beside the original."""
    said = " ".join(translator.translate(text, source, target).split())
    if not said:
        raise UnusableAnswer("the translation is empty")
    if len(said) > MAX_GROWTH * len(text) + SPARE_CHARS:
        raise UnusableAnswer("the translation does not end")
    if is_instruction(said) or CODED_RUN.search(said) or _has_new_address(said, text):
        raise UnusableAnswer("the translation says what no original of news does")
    return Translated(said, differences((text, source), (said, target), names))


def _has_new_address(said: str, text: str) -> bool:
    return any(mark in said and mark not in text for mark in ("://", "www.", "@"))


@dataclass(frozen=True)
class PromptedTranslator:
    """Translates by a model that answers prompts, such as one behind an endpoint."""

    model: Model

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.model.name

    def translate(self, text: str, source: str, target: str) -> str:
        """Ask the model."""
        return harmless(self.model.answer(translation_prompt(text, source, target))).strip('"“”«» \n')


class LocalTranslator:
    """Translates by a sequence-to-sequence model of transformers: NLLB, mBART-50, M2M100, or Marian."""

    def __init__(self, name: str, cache: Path, *, timeout: int) -> None:
        self.name = shown_name(name)
        self._on_demand = ModelOnDemand(name, cache)
        self._timeout = timeout

    def translate(self, text: str, source: str, target: str) -> str:
        """Return the text in the target language; GenerationProblem for a language that the model does not know."""
        import torch

        with self._on_demand as loaded:
            way = way_between(loaded, source, target)
            if way.source_token is not None:
                loaded.tokenizer.src_lang = way.source_token
            ids = loaded.tokenizer(way.prefix + harmless(text), truncation=True, max_length=loaded.window)["input_ids"]
            options: Mapping[str, object] = {} if way.first is None else {"forced_bos_token_id": way.first}
            limits = {"max_new_tokens": min(MAX_NEW_TOKENS, loaded.window), "max_time": float(self._timeout)}
            return loaded.written(torch.tensor([ids], dtype=torch.long), **limits, **options)


@dataclass(frozen=True)
class Way:
    """How a model is told a direction: the source's name, a mark before the text, the first token to write."""

    source_token: str | None = None
    prefix: str = ""
    first: int | None = None


def way_between(loaded: LoadedModel, source: str, target: str) -> Way:
    """Find how a model is told a direction by what its tokenizer knows; UnusableAnswer where it does not."""
    if not loaded.is_sequence_to_sequence:
        raise GenerationProblem("the translator is no sequence-to-sequence model; serve a chat model behind an address")
    tokenizer = loaded.tokenizer
    known = tokenizer.get_vocab()
    for table in (NLLB, MBART):
        if table.get(source) in known and table.get(target) in known:
            return Way(source_token=table[source], first=known[table[target]])
    if f"__{source}__" in known and f"__{target}__" in known:
        return Way(source_token=source, first=known[f"__{target}__"])
    asked = (f">>{code}<<" for code in (target, THREE_LETTERS.get(target, target)))
    prefix = next((mark for mark in asked if mark in known), None)
    if prefix is not None:
        return Way(prefix=f"{prefix} ")
    pair = tuple(str(getattr(tokenizer, side, None) or "") for side in ("source_lang", "target_lang"))
    if _is_code_of(pair[0], source) and _is_code_of(pair[1], target):
        return Way()
    raise UnusableAnswer(f"the model does not translate from {source} into {target}")


def _is_code_of(name: str, language: str) -> bool:
    """Compare Marian's names of languages (`zh`, `zho`, `eng`) with a code."""
    return name in {language, THREE_LETTERS.get(language), NLLB.get(language, "")[:3]} and bool(name)
