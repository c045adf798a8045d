"""The lines of a PDF page with their places and sizes; the only module that speaks to the PDF library's text layer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

BOLD_WEIGHT = 600
MAX_DISORDER = 0.12
# The library writes a hyphen and the line break after it as one of these marks.
HYPHEN_MARKS = "\x02\ufffe"
PRINTED_LINE = re.compile(rf"[^\r\n{HYPHEN_MARKS}]+[{HYPHEN_MARKS}]?")
UNREADABLE = re.compile("[\x00-\x01\x03-\x08\x0b-\x1f\ufffd\uffff]")
PRIVATE_BULLET = re.compile(r"^[\ue000-\uf8ff]\s*")


@dataclass(frozen=True)
class Line:
    """A printed line: text, its box in points from the page's lower left corner, font size and whether it is bold."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    is_bold: bool = False


@dataclass(frozen=True)
class PdfPage:
    """A PDF page: 1-based number, size in points, lines in reading order."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]


def lines_of_page(document: PdfDocument, place: int) -> PdfPage:
    """Read page `place` (0-based) in the order of the text layer, or from top to bottom where that order jumps."""
    page = document[place]
    text_page = page.get_textpage()
    try:
        lines = _lines_of(text_page)
        width, height = page.get_size()
    finally:
        text_page.close()
        page.close()
    return PdfPage(place + 1, width, height, tuple(_in_reading_order(lines)))


def _lines_of(text_page: PdfTextPage) -> list[Line]:
    count = text_page.count_chars()
    text = text_page.get_text_range(0, count) if count else ""
    lines: list[Line] = []
    # Characters beyond the basic plane count twice in the library's indices.
    shift = 0
    for match in PRINTED_LINE.finditer(text):
        raw = match[0]
        ending = "-" if raw[-1] in HYPHEN_MARKS else ""
        printed = UNREADABLE.sub(" ", raw.rstrip(HYPHEN_MARKS).replace("\u00ad", "")) + ending
        bare = PRIVATE_BULLET.sub("• ", " ".join(printed.split()))
        if re.search(r"\S", bare):
            inked = [
                place for place, letter in enumerate(raw) if not letter.isspace() and letter not in HYPHEN_MARKS
            ] or [0]
            places = [match.start() + shift + inked[at] for at in (0, len(inked) // 2, -1)]
            lines.append(_line(text_page, bare, [min(place, count - 1) for place in places]))
        shift += sum(letter > "\uffff" for letter in raw)
    return lines


def _line(text_page: PdfTextPage, text: str, places: Sequence[int]) -> Line:
    from pypdfium2 import raw

    boxes = [text_page.get_charbox(place, loose=True) for place in places]
    heights = [box[3] - box[1] for box in boxes]
    sizes = [raw.FPDFText_GetFontSize(text_page, place) for place in places]
    weights = [raw.FPDFText_GetFontWeight(text_page, place) for place in places]
    # Some producers set size 1 and scale by a matrix: then only the box tells.
    size = median(sizes) if median(sizes) > 2 else median(heights)  # noqa: PLR2004
    return Line(
        text=text,
        left=min(box[0] for box in boxes),
        right=max(box[2] for box in boxes),
        top=max(box[3] for box in boxes),
        bottom=min(box[1] for box in boxes),
        size=round(size, 1),
        is_bold=median(weights) >= BOLD_WEIGHT,
    )


def _in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Keep the order of the text layer unless it often jumps upwards within one column."""
    jumps = sum(
        after.bottom > before.top and after.left < before.right and before.left < after.right
        for before, after in pairwise(lines)
    )
    if jumps <= 1 + MAX_DISORDER * len(lines):
        return list(lines)
    height = median(line.top - line.bottom for line in lines) or 1
    return sorted(lines, key=lambda line: (-round(line.top / height), line.left))
