"""Snippets: the passage that answers a query best, with the hits marked on the text as published.

Made in Python from passages, not by the database, so that both databases show the same and PDF pages are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models.search.candidates import WIDE_FROM, Flat, clause_count, flat, hits_in, wanted_of
from models.search.hits import HitSpan
from models.search.patterns import Alternatives, Nearby

MAX_SNIPPET_WIDTH = 280
LEAD_WIDTH = 60
MAX_PIECE_CHARS = 4_000
MAX_PIECES_READ = 60
MAX_WINDOWS_TRIED = 200
ELLIPSIS = "…"
WIDE = re.compile(f"[{WIDE_FROM}-\U0010ffff]")


@dataclass(frozen=True)
class SnippetPart:
    """Some text of a snippet; `is_hit` where it is what was searched for."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class PassageText:
    """A passage as snippets need it; `start` is its place in the version's text."""

    text: str
    page_number: int | None
    start: int = 0


@dataclass(frozen=True)
class Snippet:
    """Parts in reading order and the PDF page that they stand on."""

    parts: tuple[SnippetPart, ...]
    page_number: int | None


class Piece(NamedTuple):
    """A stretch of a passage short enough to be read for hits."""

    passage: PassageText
    start: int
    end: int

    @property
    def text(self) -> str:
        """The piece's own text."""
        return self.passage.text[self.start : self.end]


def snippet_of(passages: Sequence[PassageText], clauses: Sequence[Alternatives], language: str | None) -> Snippet:
    """Cut the best snippet: most clauses of the query, then most hits, then the earliest; else the beginning.

    Where words are near each other only across passages, they are shown one by one.
    """
    pieces = [piece for passage in passages for piece in _pieces_of(passage)]
    best = _best_of(pieces, clauses, language) or _best_of(pieces, _one_by_one(clauses), language)
    if best:
        piece, hits = best
        hits = [HitSpan(hit.start + piece.start, hit.end + piece.start, hit.clause) for hit in hits]
        return Snippet(_cut(piece.passage.text, hits), piece.passage.page_number)
    for piece in pieces[:1]:
        return Snippet(_cut(piece.passage.text, []), piece.passage.page_number)
    return Snippet((), None)


def _best_of(
    pieces: Sequence[Piece], clauses: Sequence[Alternatives], language: str | None
) -> tuple[Piece, list[HitSpan]] | None:
    best: tuple[Piece, list[HitSpan]] | None = None
    best_merit = (0, 0, 0)
    for most_clauses, index, flat_text in _promising(pieces, clauses):
        if most_clauses < best_merit[0]:
            break
        hits = hits_in(pieces[index].text, flat_text, clauses, language)
        merit = (len({hit.clause for hit in hits}), len(hits), -index)
        if hits and merit > best_merit:
            best, best_merit = (pieces[index], hits), merit
    return best


def _one_by_one(clauses: Sequence[Alternatives]) -> list[Alternatives]:
    """Take what is to stand near each other apart; nothing where there is no such pair."""
    pairs = [each for clause in clauses for each in clause if isinstance(each, Nearby)]
    return [(side,) for near in pairs for side in (near.left, near.right)]


def _pieces_of(passage: PassageText) -> Iterator[Piece]:
    start = 0
    while start < len(passage.text):
        end = min(start + MAX_PIECE_CHARS, len(passage.text))
        if end < len(passage.text):
            end = passage.text.rfind(" ", end - LEAD_WIDTH, end) + 1 or end
        yield Piece(passage, start, end)
        start = end


def _promising(pieces: Sequence[Piece], clauses: Sequence[Alternatives]) -> list[tuple[int, int, Flat]]:
    """Pick, cheaply, pieces that may hold hits: how many clauses at most, place and folded text, the most first."""
    wanted = wanted_of(tuple(clauses))
    flat_texts = [flat(piece.text) for piece in pieces]
    counts = ((clause_count(text, wanted), index, text) for index, text in enumerate(flat_texts))
    return sorted((each for each in counts if each[0]), key=lambda each: (-each[0], each[1]))[:MAX_PIECES_READ]


def _width(text: str) -> int:
    return len(text) + len(WIDE.findall(text))


def _end_within(text: str, start: int, width: int) -> int:
    """Find how far `width` columns reach; ideographs are two columns wide."""
    end = min(start + width, len(text))
    if not WIDE.search(text, start, end):
        return end
    end = start
    while end < len(text) and width > 0:
        width -= 2 if text[end] >= WIDE_FROM else 1
        end += 1
    return end


def _start_before(text: str, place: int, width: int) -> int:
    start = max(place - width, 0)
    if not WIDE.search(text, start, place):
        return start
    start = place
    while start > 0 and width > 0:
        start -= 1
        width -= 2 if text[start] >= WIDE_FROM else 1
    return start


def _window(text: str, hits: list[HitSpan]) -> tuple[int, int]:
    if not hits or (len(text) <= MAX_SNIPPET_WIDTH and _width(text) <= MAX_SNIPPET_WIDTH):
        return 0, _end_within(text, 0, MAX_SNIPPET_WIDTH)
    best, best_merit = (0, 0), (0, 0)
    for index, hit in enumerate(hits[:MAX_WINDOWS_TRIED]):
        start = _start_before(text, hit.start, LEAD_WIDTH)
        end = max(_end_within(text, start, MAX_SNIPPET_WIDTH), hit.end)
        inside = [each for each in hits[index : index + MAX_SNIPPET_WIDTH] if each.end <= end]
        merit = (len({each.clause for each in inside}), len(inside))
        if merit > best_merit:
            best, best_merit = (start, end), merit
    return best


def _at_word_borders(text: str, start: int, end: int, hits: Sequence[HitSpan]) -> tuple[int, int]:
    """Move the cuts to spaces nearby, where there are any, never into a hit."""
    first = min((hit.start for hit in hits if hit.start >= start), default=end)
    last = max((hit.end for hit in hits if hit.end <= end), default=start)
    if start > 0 and (space := text.find(" ", start, min(start + LEAD_WIDTH, first))) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", max(last, end - LEAD_WIDTH), end)) > start:
        end = space
    return start, end


def _beside_hits(start: int, end: int, hits: Sequence[HitSpan]) -> tuple[int, int]:
    """Move cuts that would go through a hit out of it."""
    for hit in hits:
        if hit.start < start < hit.end:
            start = hit.start
        if hit.start < end < hit.end:
            end = hit.start
    return start, end


def _cut(text: str, hits: list[HitSpan]) -> tuple[SnippetPart, ...]:
    start, end = _window(text, hits)
    start, end = _beside_hits(*_at_word_borders(text, start, end, hits), hits)
    parts = [SnippetPart(ELLIPSIS, is_hit=False)] if start > 0 else []
    place = start
    for hit in (hit for hit in hits if hit.start >= start and hit.end <= end):
        parts += [
            SnippetPart(text[place : hit.start], is_hit=False),
            SnippetPart(text[hit.start : hit.end], is_hit=True),
        ]
        place = hit.end
    parts.append(SnippetPart(text[place:end], is_hit=False))
    if end < len(text):
        parts.append(SnippetPart(ELLIPSIS, is_hit=False))
    return tuple(part for part in parts if part.text)
