"""What a PDF says, known from how it was printed, and the figures of a reading held against it."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pypdf import PdfReader
from rapidfuzz.distance import LCSseq

from models.vocabulary import APART, PassageKind
from pipeline.values import Block

MIN_PLACED_LETTERS = 30


@dataclass(frozen=True)
class Part:
    """A paragraph, heading, item, table or footnote as printed; a table's cells are parted by ` | ` and newline."""

    kind: PassageKind
    text: str
    page: int | None = None


@dataclass(frozen=True)
class GoldDocument:
    """A printed PDF with its parts in reading order, footnotes last, and the labels of its pages."""

    name: str
    body: bytes
    parts: tuple[Part, ...]
    labels: dict[int, str] = field(default_factory=dict)
    group: str = ""

    @property
    def page_count(self) -> int:
        """Count its pages."""
        return len(PdfReader(io.BytesIO(self.body)).pages)


@dataclass
class Figures:
    """Counts of what was right and how much there was, to be summed over documents."""

    counts: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, right: float, of: float) -> None:
        """Add `right` of `of` to what is counted."""
        count = self.counts.setdefault(what, [0.0, 0.0])
        count[0] += right
        count[1] += of

    def add(self, other: Figures) -> None:
        """Add another document's counts."""
        for what, (right, of) in other.counts.items():
            self.note(what, right, of)

    def share(self, what: str) -> float | None:
        """Give the share that was right, None where nothing was to be found."""
        right, of = self.counts.get(what, [0.0, 0.0])
        return right / of if of else None


def words_of(text: str) -> list[str]:
    """Give the words of a text in lower case, each Chinese character as one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"[㐀-鿿]|[^\W_㐀-鿿]+", folded)


def letters_of(text: str) -> str:
    """Give only the letters and figures of a text."""
    return "".join(re.findall(r"[^\W_]", unicodedata.normalize("NFKC", text).casefold()))


def with_pages(document: GoldDocument) -> GoldDocument:
    """Find the pages on which parts begin by the letters that pypdf reads there; None where that is not plain."""
    pages = [letters_of(page.extract_text()) for page in PdfReader(io.BytesIO(document.body)).pages]

    def place(part: Part) -> int | None:
        start = letters_of(part.text)[:MIN_PLACED_LETTERS]
        found = [number for number, text in enumerate(pages, 1) if start in text]
        return found[0] if len(found) == 1 and len(start) == MIN_PLACED_LETTERS else None

    parts = tuple(part if part.page else replace(part, page=place(part)) for part in document.parts)
    return replace(document, parts=parts)


def figures_of_text(document: GoldDocument, text: str) -> Figures:
    """Hold plain text against a document's parts: how much is found in order, and how much of the text that is."""
    figures = Figures()
    gold = words_of(" ".join(part.text for part in document.parts if part.kind not in APART))
    found = words_of(text)
    apart = sum(len(words_of(part.text)) for part in document.parts if part.kind in APART)
    common = LCSseq.similarity(gold, found)
    figures.note("text found in order", common, len(gold))
    figures.note("of the text that is right", common, max(len(found) - apart, common))
    return figures


def figures_of_blocks(document: GoldDocument, blocks: Sequence[Block]) -> Figures:
    """Hold blocks against a document's parts."""
    figures = figures_of_text(
        GoldDocument("", b"", tuple(part for part in document.parts if part.kind not in APART)),
        "\n".join(block.text for block in blocks if block.kind not in APART),
    )
    _note_pages(figures, document, blocks)
    _note_kinds(figures, document, blocks)
    _note_tables(figures, document, blocks)
    return figures


def _note_pages(figures: Figures, document: GoldDocument, blocks: Sequence[Block]) -> None:
    starts = [letters_of(block.text) for block in blocks]
    for part in document.parts:
        start = letters_of(part.text)[:MIN_PLACED_LETTERS]
        found = [block for block, text in zip(blocks, starts, strict=True) if start in text]
        if part.page and len(start) == MIN_PLACED_LETTERS and len(found) == 1:
            figures.note("pages right", found[0].page == part.page, 1)
            label = document.labels.get(part.page)
            if document.labels:
                figures.note("labels right", found[0].label == (label if label != str(part.page) else None), 1)


def _note_kinds(figures: Figures, document: GoldDocument, blocks: Sequence[Block]) -> None:
    found = {(block.kind, letters_of(block.text)) for block in blocks}
    for part in document.parts:
        letters = letters_of(part.text)
        if part.kind is PassageKind.FOOTNOTE:
            figures.note("footnotes apart", any(kind is part.kind and letters in text for kind, text in found), 1)
        elif part.kind is PassageKind.HEADING:
            figures.note("headings", (part.kind, letters) in found, 1)
        elif part.kind in (PassageKind.PARAGRAPH, PassageKind.LIST_ITEM):
            figures.note("paragraphs whole", any(letters == text for _, text in found), 1)


def _note_tables(figures: Figures, document: GoldDocument, blocks: Sequence[Block]) -> None:
    rows = [
        [letters_of(cell) for cell in row.split(" | ")]
        for block in blocks
        if block.kind is PassageKind.TABLE
        for row in block.text.split("\n")
    ]
    for part in document.parts:
        if part.kind is not PassageKind.TABLE:
            continue
        for row in part.text.split("\n"):
            cells = [letters_of(cell) for cell in row.split(" | ")]
            kept = max(
                (sum(one == other for one, other in zip(cells, found, strict=False)) for found in rows), default=0
            )
            figures.note("table cells kept", kept, len(cells))
    tables = sum(part.kind is PassageKind.TABLE for part in document.parts)
    found_tables = sum(block.kind is PassageKind.TABLE for block in blocks)
    figures.note("tables that are none", max(found_tables - tables, 0), document.page_count or 1)
