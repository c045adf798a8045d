"""The text of a version as blocks to read, with evidence marked by code points; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from models.article import Passage
from models.vocabulary import PassageKind

CELL = re.compile(r"[^\n]+")
CELL_MARK = " | "
PARTS = {PassageKind.FOOTNOTE: "Footnotes", PassageKind.NOTE: "Speaker notes"}


@dataclass(frozen=True)
class Span:
    """Code points of a version's text, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True)
class Highlight(Span):
    """A span that somebody noted something of, by the number of the note on its page."""

    number: int


@dataclass(frozen=True)
class Piece:
    """Some text, marked or not; `notes` are the numbers of the notes on it, `ended` of those that end with it."""

    text: str
    is_marked: bool
    notes: tuple[int, ...] = ()
    ended: tuple[int, ...] = ()


Pieces = tuple[Piece, ...]


@dataclass(frozen=True)
class PassageView:
    """A passage as it is shown; a table has rows of cells, everything else one line of pieces."""

    ordinal: int
    start: int
    pieces: Pieces
    rows: tuple[tuple[Pieces, ...], ...] = ()


@dataclass(frozen=True)
class PassageBlock:
    """Passages of one kind in a row (the items of a list), in one language.

    `page_number` is set where a PDF page or slide begins with it, `page_label` where that prints another; `part` where
    what stands apart from the text begins.
    """

    kind: PassageKind
    passages: tuple[PassageView, ...]
    page_number: int | None = None
    page_label: str | None = None
    language: str | None = None
    part: str | None = None


def span_within(text: str, start: int | None, end: int | None) -> Span | None:
    """Make the span that an address asks to mark; None for one that the text does not have."""
    if start is None or end is None or not 0 <= start < end <= len(text):
        return None
    return Span(start, end)


def pieces_of(text: str, start: int, spans: Sequence[Span]) -> Pieces:
    """Cut a text that begins at `start` at the edges of the spans; highlights are noted, other spans marked."""
    edges = {edge - start for span in spans for edge in (span.start, span.end) if 0 < edge - start < len(text)}
    cuts = [0, *sorted(edges), len(text)]
    return tuple(_piece(text[first:last], start + first, spans) for first, last in pairwise(cuts) if first < last) or (
        Piece(text, is_marked=False),
    )


def _piece(text: str, start: int, spans: Sequence[Span]) -> Piece:
    end = start + len(text)
    over = [span for span in spans if span.start < end and start < span.end]
    highlights = [span for span in over if isinstance(span, Highlight)]
    return Piece(
        text,
        is_marked=len(highlights) < len(over),
        notes=tuple(each.number for each in highlights),
        ended=tuple(each.number for each in highlights if each.end == end),
    )


def blocks_of(passages: Sequence[Passage], spans: Sequence[Span] = ()) -> tuple[PassageBlock, ...]:
    """Group passages into blocks, in their order; the items of a list and the lines of a quotation stay together."""
    blocks: list[PassageBlock] = []
    for (kind, page, label, language), members in groupby(passages, key=_place):
        for run in _runs(PassageKind(kind), members):
            views = tuple(_view(each, spans) for each in run)
            blocks.append(PassageBlock(PassageKind(kind), views, page, label, language, PARTS.get(PassageKind(kind))))
    return tuple(_beginning(block, before) for block, before in zip(blocks, [None, *blocks], strict=False))


def _place(passage: Passage) -> tuple[PassageKind, int | None, str | None, str | None]:
    return passage.kind, passage.page_number, passage.page_label, passage.language


def _beginning(block: PassageBlock, before: PassageBlock | None) -> PassageBlock:
    """Leave out the page and the part that the block before stands in already."""
    if before is None:
        return block
    is_same_page = block.page_number == before.page_number and block.part == before.part
    return replace(
        block,
        page_number=None if is_same_page else block.page_number,
        page_label=None if is_same_page else block.page_label,
        part=None if block.part == before.part else block.part,
    )


def _runs(kind: PassageKind, passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    if kind in {PassageKind.LIST_ITEM, PassageKind.QUOTE, PassageKind.FOOTNOTE, PassageKind.NOTE}:
        yield list(passages)
    else:
        yield from ([passage] for passage in passages)


def _view(passage: Passage, spans: Sequence[Span]) -> PassageView:
    rows = tuple(_rows(passage, spans)) if passage.kind == PassageKind.TABLE else ()
    return PassageView(passage.ordinal, passage.start, pieces_of(passage.text, passage.start, spans), rows)


def _rows(passage: Passage, spans: Sequence[Span]) -> Iterator[tuple[Pieces, ...]]:
    for line in CELL.finditer(passage.text):
        cells = []
        start = passage.start + line.start()
        for cell in line.group().split(CELL_MARK):
            cells.append(pieces_of(cell, start, spans))
            start += len(cell) + len(CELL_MARK)
        yield tuple(cells)


def passage_at(passages: Sequence[Passage], start: int) -> int:
    """Tell the ordinal of the passage in which a code point lies; the last one before it where it lies in none."""
    passage = passage_of(passages, start)
    return passage.ordinal if passage is not None else 0


def passage_of(passages: Iterable[Passage], start: int) -> Passage | None:
    """Find the passage in which a code point lies; the last one before it where it lies in none."""
    before = (passage for passage in passages if passage.start <= start)
    return max(before, key=lambda passage: passage.ordinal, default=None)
