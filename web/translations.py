"""The reading aid as plain values: translations that a named model made of what a page shows in other languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.story import translations_of


@dataclass(frozen=True)
class TranslationView:
    """A translation with its model; `problems` says what it and its original do not agree on."""

    text: str
    language: str
    model: str
    problems: tuple[str, ...]


Translations = Mapping[str, TranslationView]
"""Translations by the text that they are of."""


def translations_into(session: Session, language: str, texts: Iterable[tuple[str, str | None]]) -> Translations:
    """Read the newest translation into a language of those texts, each with its own, that are in another."""
    foreign = dict.fromkeys(text for text, own in texts if text and own != language)
    return {
        text: TranslationView(row.text, row.language, row.model, tuple(row.problems))
        for text, row in translations_of(session, foreign, language).items()
    }
