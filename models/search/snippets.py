"""Snippets: the passage that answers a query best, with the hits marked on the text as published.

Made in Python from passages, not by the database, so that both databases show the same and PDF pages are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models.search.patterns import Alternatives, Pattern
from models.search.terms import APOSTROPHES, FORM_MARK, HYPHENS, Token, folded, tokens_of

MAX_SNIPPET_WIDTH = 280
LEAD_WIDTH = 60
MAX_PIECE_CHARS = 4_000
MAX_PIECES_READ = 60
MAX_WINDOWS_TRIED = 200
SEED_CHARS = 3
WIDE_FROM = "\u2e80"
ELLIPSIS = "…"
WITHOUT_JOINTS = dict.fromkeys(map(ord, f"{HYPHENS}{APOSTROPHES}."))


@dataclass(frozen=True)
class SnippetPart:
    """Some text of a snippet; `is_hit` where it is what was searched for."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class PassageText:
    """A passage as snippets need it."""

    text: str
    page_number: int | None


@dataclass(frozen=True)
class Snippet:
    """Parts in reading order and the PDF page that they stand on."""

    parts: tuple[SnippetPart, ...]
    page_number: int | None


class HitSpan(NamedTuple):
    """A hit in a text (code points, end exclusive) and the clause of the query that it answers."""

    start: int
    end: int
    clause: int


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
    """Cut the best snippet: most clauses of the query, then most hits, then the earliest; else the beginning."""
    pieces = [piece for passage in passages for piece in _pieces_of(passage)]
    best, best_hits, best_merit = pieces[:1], list[HitSpan](), (0, 0)
    for piece in _promising(pieces, clauses):
        hits = hit_spans(tokens_of(piece.text, language), clauses)
        merit = (len({hit.clause for hit in hits}), len(hits))
        if merit > best_merit:
            best, best_hits, best_merit = [piece], hits, merit
    for piece in best:
        hits = [HitSpan(hit.start + piece.start, hit.end + piece.start, hit.clause) for hit in best_hits]
        return Snippet(_cut(piece.passage.text, hits), piece.passage.page_number)
    return Snippet((), None)


def _pieces_of(passage: PassageText) -> Iterator[Piece]:
    start = 0
    while start < len(passage.text):
        end = min(start + MAX_PIECE_CHARS, len(passage.text))
        if end < len(passage.text):
            end = passage.text.rfind(" ", end - LEAD_WIDTH, end) + 1 or end
        yield Piece(passage, start, end)
        start = end


def _promising(pieces: Sequence[Piece], clauses: Sequence[Alternatives]) -> list[Piece]:
    """Pick, cheaply, pieces that may hold hits: those with the beginnings of most clauses, in reading order."""
    seeds = [{pattern.terms[0].removeprefix(FORM_MARK)[:SEED_CHARS] for pattern in clause} for clause in clauses]
    counts: list[tuple[int, int]] = []
    for index, piece in enumerate(pieces):
        text = folded(piece.text)
        text += text.translate(WITHOUT_JOINTS)
        count = sum(any(seed in text for seed in clause) for clause in seeds)
        counts += [(-count, index)] * (count > 0)
    return [pieces[index] for index in sorted(index for _, index in sorted(counts)[:MAX_PIECES_READ])]


def hit_spans(tokens: Sequence[Token], clauses: Sequence[Alternatives]) -> list[HitSpan]:
    """Find the places in tokens that match a query's patterns, in order and without overlap."""
    by_term: dict[str, list[tuple[int, Pattern]]] = {}
    forms: list[tuple[int, str, bool]] = []
    for number, clause in enumerate(clauses):
        for pattern in clause:
            if pattern.terms[0].startswith(FORM_MARK):
                forms.append((number, pattern.terms[0].removeprefix(FORM_MARK), pattern.is_prefix))
            elif pattern.is_prefix and len(pattern.terms) == 1:
                forms.append((number, pattern.terms[0], True))
            else:
                by_term.setdefault(pattern.terms[0], []).append((number, pattern))
    found = []
    for index, token in enumerate(tokens):
        found += [
            HitSpan(token.start, tokens[index + len(pattern.terms) - 1].end, number)
            for number, pattern in by_term.get(token.term, ())
            if _stands_at(pattern, tokens, index)
        ]
        found += _hits_of_forms(token, forms)
    return _without_overlap(found)


def _stands_at(pattern: Pattern, tokens: Sequence[Token], index: int) -> bool:
    if index + len(pattern.terms) > len(tokens):
        return False
    terms = [token.term for token in tokens[index : index + len(pattern.terms)]]
    if not pattern.is_prefix:
        return tuple(terms) == pattern.terms
    return tuple(terms[:-1]) == pattern.terms[:-1] and terms[-1].startswith(pattern.terms[-1])


def _hits_of_forms(token: Token, forms: Sequence[tuple[int, str, bool]]) -> Iterator[HitSpan]:
    for number, form, is_prefix in forms:
        if token.form == form or (is_prefix and token.form.startswith(form)):
            yield HitSpan(token.start, token.end, number)
        if token.joined and (token.joined == form or (is_prefix and token.joined.startswith(form))):
            yield HitSpan(token.start, token.joined_end, number)


def _without_overlap(found: list[HitSpan]) -> list[HitSpan]:
    kept: list[HitSpan] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _width(text: str) -> int:
    return sum(2 if sign >= WIDE_FROM else 1 for sign in text)


def _end_within(text: str, start: int, width: int) -> int:
    """Find how far `width` columns reach; ideographs are two columns wide."""
    end = start
    while end < len(text) and width > 0:
        width -= 2 if text[end] >= WIDE_FROM else 1
        end += 1
    return end


def _start_before(text: str, place: int, width: int) -> int:
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


def _cut(text: str, hits: list[HitSpan]) -> tuple[SnippetPart, ...]:
    start, end = _window(text, hits)
    start, end = _at_word_borders(text, start, end, hits)
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
