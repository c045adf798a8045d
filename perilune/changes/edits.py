"""Which differences between two versions of a page are edits; apart from the diff because these rules are judgements.

What rotates beside a text goes before the versions are compared, so that nothing is hidden by where it stood.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import partial

from perilune.changes.diff import (
    Difference,
    Line,
    Passages,
    Rewording,
    Told,
    changed_title,
    differences,
    finer_differences,
    rewording_of,
)
from perilune.changes.passing import (
    is_fragment,
    is_passing,
    is_promotion,
    normal,
    settled,
    steady,
    steady_title,
)
from perilune.changes.passing_words import IS_LABEL_OF_LINKS

MAX_LABEL_CHARS = 60
MAX_PROMOTION_CHARS = 240
MAX_JUDGED_LINES = 3_000
MIN_LINKS = 3
MIN_TEXT_PASSAGES = 2
MIN_EXCHANGED = 2
MIN_TITLE_LETTERS = 14
LIKE = 0.6


def is_same_content(before: Told, after: Told) -> bool:
    """Tell whether two versions say the same, whatever rotates beside their text."""
    return not real_rewordings(before, after)


def real_rewordings(before: Told, after: Told) -> tuple[Rewording, ...]:
    """List the edits: what differs but for counters, clocks, tokens, advertisements, related links and mere form."""
    title = changed_title(before, after, steady_title)
    if before.passages == after.passages:
        return title
    old, new = _without_promotion(before.passages), _without_promotion(after.passages)
    forms = partial(_form, seen_on=before.seen_on), partial(_form, seen_on=after.seen_on)
    found = differences(old, new, settled)
    # So much cannot be counters and teasers, and to look at each line of a rewritten book would take long.
    if sum(len(one.old) + len(one.new) for one in found) <= MAX_JUDGED_LINES:
        found = finer_differences(found, *forms)
    found = _without_exchanged_links(found, old, new)
    return (*title, *map(rewording_of, found))


def _form(text: str, *, seen_on: dt.date | None) -> str:
    return "" if is_passing(text, seen_on) else steady(text)


def _without_promotion(passages: Sequence[str]) -> Passages:
    """Leave out advertisements, and labels such as "Related" with the titles under them."""
    lines = [normal(text).casefold() if len(text) <= MAX_PROMOTION_CHARS else "" for text in passages]
    last_text = max((place for place, line in enumerate(lines) if not is_fragment(line) or not line), default=-1)
    kept, place = [], 0
    while place < len(passages):
        length = _promotion_length(lines, place, is_after_text=place > last_text)
        if not length:
            kept.append((place, passages[place]))
        place += length or 1
    return kept


def _promotion_length(lines: Sequence[str], place: int, *, is_after_text: bool) -> int:
    line = lines[place]
    if not line:
        return 0
    if len(line) <= MAX_LABEL_CHARS and is_fragment(line) and IS_LABEL_OF_LINKS.fullmatch(line):
        length = 1
        while place + length < len(lines) and _is_title_like(lines[place + length]):
            length += 1
        # Within the text a label has one title under it; what follows may be a heading.
        return length if is_after_text else min(length, 2)
    return 1 if is_promotion(line) else 0


def _is_title_like(line: str) -> bool:
    letters = sum(3 if letter > "\u2e80" else 1 for letter in line)
    return letters >= MIN_TITLE_LETTERS and is_fragment(line)


def _without_exchanged_links(found: Sequence[Difference], old: Passages, new: Passages) -> list[Difference]:
    """Leave out titles below the text of which as many, and others, have come as have gone: links to other pages."""
    old_tail, new_tail = _links_after(old), _links_after(new)
    if not old_tail or len(old_tail) != len(new_tail):
        return list(found)
    apart = [one for one in found if _lies_in(one.old, old_tail) and _lies_in(one.new, new_tail)]
    lost = [line.text for one in apart for line in one.old]
    gained = [line.text for one in apart for line in one.new]
    if len(lost) != len(gained) or len(lost) < max(MIN_EXCHANGED, len(old_tail) / 2):
        return list(found)
    if any(SequenceMatcher(None, one, other).ratio() >= LIKE for one in lost for other in gained):
        return list(found)
    return [one for one in found if one not in apart]


def _links_after(passages: Passages) -> frozenset[int]:
    """Give the places of the titles that a page ends with, where there is a text before them."""
    tail: set[int] = set()
    for place, text in reversed(passages):
        if not _is_title_like(normal(text)):
            break
        tail.add(place)
    is_below_text = len(passages) - len(tail) >= MIN_TEXT_PASSAGES
    return frozenset(tail) if len(tail) >= MIN_LINKS and is_below_text else frozenset()


def _lies_in(lines: Sequence[Line], places: frozenset[int]) -> bool:
    return all(line.passage in places for line in lines)
