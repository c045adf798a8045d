"""What a sentence and the title say for or against an event that the sentence reports; `weighing` adds it up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.facts.sentences import Statement

TITLE_GROUPS = ("launch", "landing", "docking", "meeting", "opening", "ceremony", "happening", "signing", "future")
SENTENCE_GROUPS = ("signing", "issued", "closing", "formerly", "opening", "happening", "held", "launch", "lofted")
MOSTLY = 0.5
HARDLY = 0.15
STEM_CHARS = 5
MIN_WORD_CHARS = 4

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def signs_in(statement: Statement) -> tuple[str, ...]:
    """Name what stands in the title and in the sentence, its tense, and how much of the title the sentence repeats."""
    return tuple(_signs_in(statement))


def _signs_in(statement: Statement) -> Iterator[str]:
    yield from (f"title of {group}" for group in TITLE_GROUPS if statement.heading.has(group))
    yield from (f"beside {group}" for group in SENTENCE_GROUPS if statement.has(group))
    if statement.is_future is not None:
        yield "future" if statement.is_future else "past"
    share = share_of_title(statement)
    if share >= MOSTLY:
        yield "tells the title"
    elif share <= HARDLY:
        yield "tells other than the title"
    if len(statement.dates) > 1:
        yield "among dates"


def share_of_title(statement: Statement) -> float:
    """Tell which part of the title's words the sentence repeats."""
    title = _stems_of(statement.heading.lower)
    return len(title & _stems_of(statement.lower)) / len(title) if title else 0.0


def _stems_of(lower: str) -> frozenset[str]:
    """Cut words to stems; of Chinese take pairs of characters."""
    pairs = {run[place : place + 2] for run in _HAN.findall(lower) for place in range(len(run) - 1)}
    words = _WORD.findall(_HAN.sub(" ", lower))
    return frozenset(pairs | {word[:STEM_CHARS] for word in words if len(word) >= MIN_WORD_CHARS})
