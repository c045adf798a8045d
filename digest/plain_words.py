"""Words as the comparison of sentences takes them, from `novelty.toml`: turns, what says nothing, numbers in words."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "novelty.toml"
POLARITY = frozenset({"not", "plan"})
"""Turns whose loss is news too: what was planned, or was not so, is now told plainly."""

_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve",
    "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
    "deux trois quatre cinq six sept huit neuf dix onze douze",
    "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
    "二 三 四 五 六 七 八 九 十",
)
NUMBER_WORDS = {word: str(number) for row in _NUMBERS for number, word in enumerate(row.split(), 2)}
"""Small numbers in words; those for one stand in too many phrases."""

Turn = tuple[str, re.Pattern[str]]


@cache
def turns_of(language: str | None) -> tuple[Turn, ...]:
    """Give the turns with the pattern of their words; those of English for a language that has none."""
    turns: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["turn"]
    return tuple((name, _pattern(words.get(language or "en", words["en"]))) for name, words in turns.items())


@cache
def stop_words() -> frozenset[str]:
    """Give the words that say nothing by themselves."""
    words: dict[str, str] = tomllib.loads(FILE.read_text(encoding="utf-8"))["stop"]
    return frozenset(word for each in words.values() for word in each.split())


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.split()))
