"""Word lists as analysts write them, one entry a line, and as rows keep them; the pipeline compiles them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_PARTS = re.compile(r"\s*(/.+?/(?:\s*=[^,]*)?|[^,]+)(?:,|$)")


@dataclass(frozen=True)
class WordEntry:
    """Plain words such as `lunar base*`, or a regular expression, with how strongly it speaks."""

    text: str
    weight: float = 1.0
    is_pattern: bool = False

    @property
    def words(self) -> tuple[str, bool]:
        """What tells it from other entries, whatever their weights."""
        return self.text, self.is_pattern

    @property
    def as_written(self) -> str:
        """The words without their weight, a regular expression between slashes."""
        return f"/{self.text}/" if self.is_pattern else self.text

    @property
    def line(self) -> str:
        """What an analyst writes: `lunar base* = 2`; weight 1 is left out."""
        return self.as_written if self.weight == 1 else f"{self.as_written} = {self.weight:g}"

    @property
    def row(self) -> dict[str, object]:
        """What a row keeps."""
        return {"pattern" if self.is_pattern else "words": self.text, "weight": self.weight}


WordLists = Mapping[str, tuple[WordEntry, ...]]
"""Entries by language, of two letters."""


def entry_from_line(line: str) -> WordEntry:
    """Read `words`, `/regular expression/` or either with `= weight`; ValueError for anything else."""
    line = line.strip()
    text, weight_said = line, "1"
    if "=" in line and not _is_pattern(line):
        text, _, weight_said = (part.strip() for part in line.rpartition("="))
    if not text:
        raise ValueError(f"{line!r} is no line of words")
    try:
        weight = float(weight_said)
    except ValueError as problem:
        raise ValueError(f"{line!r}: what follows = must be a number, the weight") from problem
    is_pattern = _is_pattern(text)
    return WordEntry(text[1:-1] if is_pattern else text, weight, is_pattern)


def _is_pattern(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] == "/"


def entries_from_text(text: str) -> tuple[WordEntry, ...]:
    """Read one entry a line, each words once: the last line that has them counts; empty lines are passed over."""
    entries = [entry_from_line(line) for line in text.splitlines() if line.strip()]
    return tuple(entries_by_words(entries).values())


def entries_by_words(entries: Iterable[WordEntry]) -> dict[tuple[str, bool], WordEntry]:
    """Map entries by their words, a regular expression apart from plain words; the last of the same counts."""
    return {entry.words: entry for entry in entries}


def lines_in(text: str) -> Iterator[str]:
    """Cut `lunar base = 2, /moon (?:base|town)/` at its commas, which inside a regular expression do not count."""
    return (part.strip() for part in _PARTS.findall(text))


def word_lists_of(patterns: Mapping[str, object]) -> WordLists:
    """Read what a row keeps."""
    return {
        language: tuple(_entry_from_row(entry) for entry in entries)
        for language, entries in patterns.items()
        if isinstance(entries, list)
    }


def _entry_from_row(entry: Mapping[str, object]) -> WordEntry:
    is_pattern = "pattern" in entry
    weight = entry.get("weight", 1.0)
    assert isinstance(weight, int | float)
    return WordEntry(str(entry["pattern" if is_pattern else "words"]), float(weight), is_pattern)
