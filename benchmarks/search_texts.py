"""Sentences of real texts in four languages, cut into the archive's terms once, to make many articles of."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models.search.terms import Token, tokens_of

OURS = (
    Path(__file__).parent.parent / "pipeline" / "understanding" / "labelled",
    Path(__file__).parent.parent / "tests" / "extraction",
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")
CHINESE, CYRILLIC = re.compile("[\u4e00-\u9fff]"), re.compile("[Ѐ-ӿ]")
FEWEST_CHARS, MOST_CHARS = 20, 500
WIDTHS = {"zh": 3}
"""How many letters a sign of a language stands for."""
SHARES = {"en": 0.4, "zh": 0.25, "ru": 0.2, "fr": 0.15}
"""How many of the articles are in each language."""
SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ten",
    "ra",
    "su",
    "vi",
    "no",
    "del",
    "tor",
    "an",
    "ba",
    "zen",
    "qui",
    "fa",
    "ro",
    "pli",
    "sho",
)


@dataclass(frozen=True)
class Sentence:
    """A sentence with the tokens that the archive makes of it."""

    text: str
    tokens: tuple[Token, ...]


def sentences_of(folders: Iterable[Path]) -> dict[str, list[Sentence]]:
    """Cut every text of some folders into sentences by language, each sentence once."""
    found: dict[str, dict[str, None]] = {language: {} for language in SHARES}
    for text, language in _texts_in((*OURS, *folders)):
        for piece in SENTENCE_END.split(text):
            sentence = " ".join(piece.split())
            if len(sentence) * WIDTHS.get(language, 1) >= FEWEST_CHARS and len(sentence) <= MOST_CHARS:
                found[language][sentence] = None
    return {
        language: [Sentence(each, tuple(tokens_of(each, language))) for each in sentences]
        for language, sentences in found.items()
    }


def _texts_in(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix == ".jsonl":
                yield from _texts_of_lines(file)
            elif file.suffix in {".txt", ".md"}:
                text = file.read_text(encoding="utf-8", errors="replace")
                yield text, "fr" if "-fr" in str(file) else _language_of(text)


def _texts_of_lines(file: Path) -> Iterator[tuple[str, str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = row.get("text") or row.get("source")
        if isinstance(text, str):
            language = row.get("language")
            yield text, language if language in SHARES else _language_of(text)


def _language_of(text: str) -> str:
    if len(CHINESE.findall(text)) > len(text) / 10:
        return "zh"
    return "ru" if len(CYRILLIC.findall(text)) > len(text) / 4 else "en"


def rare_name(lot: random.Random) -> str:
    """Invent a name, such as of a payload: few articles share one, as with the names of the world."""
    return "".join(lot.choices(SYLLABLES, k=lot.choice((3, 3, 4)))).capitalize()
