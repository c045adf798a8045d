"""What the margins of a document's pages repeat: running heads, footers and page numbers, and what these count."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pipeline.extraction.pdf_columns import rows_of
from pipeline.extraction.pdf_cover import usual_size
from pipeline.extraction.pdf_lines import MAX_LAID_OUT_LINES, Line, PdfPage
from pipeline.extraction.pdf_notes import NOTE_START

EDGE_ROWS = 3
MIN_REPEATS = 3
FEW_PAGES = 3
MAX_DISTANCE_PAGES = 3
HEIGHT_TOLERANCE = 4.0
MAX_RUNNING_CHARS = 200
MIN_LINES_OF_TEXT = 6
MAX_SLIDE_EDGE = 0.1
MAX_EDGE_SIZE = 0.92
MAX_EDGE_SHARE = 0.075
MIN_EDGE_GAP = 1.4
PAGE_NUMBER = re.compile(
    r"\W*(?:page|pages|p\.|стр\.?|страница|seite|página|pág\.|第|صفحة)?\s*(?P<number>\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|из|sur|de|von|共|,)\s*\d{1,4})?\s*(?:页|頁|页共\d+页)?\W*",
    re.IGNORECASE,
)
ROMAN = re.compile(r"(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_NUMBER = re.compile(r"\d+|\b[ivxlc]{1,7}\b", re.IGNORECASE)


def without_margins(pages: Sequence[PdfPage], *, is_deck: bool) -> list[PdfPage]:
    """Drop running heads, footers and page numbers; a page without a label gets the number that it prints."""
    edges = [_edges_of(page) for page in pages]
    repeated = _repeated(pages, edges, is_deck=is_deck)
    bands = {} if is_deck else _running_bands(pages, edges, repeated)
    usual = 0.0 if is_deck else usual_size(pages)
    printed: list[str | None] = []
    kept = []
    for page, rows in zip(pages, edges, strict=True):
        dropped = set(_dropped_of(page, rows, repeated, bands)) | set(_lone_edges(page, rows, usual))
        printed.append(_printed_number(rows, dropped))
        kept.append(replace(page, lines=tuple(line for line in page.lines if id(line) not in dropped)))
    asides = Counter(_wording(line.text) for page in pages for line in page.aside)
    labels = _labels_of(pages, printed)
    return [
        replace(
            page,
            label=label,
            aside=tuple(line for line in page.aside if asides[_wording(line.text)] < MIN_REPEATS),
        )
        for page, label in zip(kept, labels, strict=True)
    ]


def _edges_of(page: PdfPage) -> list[tuple[int, list[Line]]]:
    """Give the rows at the edges with their places: 0, 1, 2 from the top, -1, -2, -3 from the bottom."""
    if len(page.lines) > MAX_LAID_OUT_LINES:
        return []
    rows = rows_of(page.lines)
    top = [(place, row) for place, row in enumerate(rows[:EDGE_ROWS])]
    bottom = [
        (place - len(rows), row) for place, row in enumerate(rows) if place >= max(EDGE_ROWS, len(rows) - EDGE_ROWS)
    ]
    if len(rows) <= EDGE_ROWS and rows:
        # A short page's last rows may be its foot as well.
        bottom = [(place - len(rows), row) for place, row in enumerate(rows) if place]
        top = top[:1]
    return [*top, *bottom]


def _wording(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


def _keys_of(line: Line, page: PdfPage) -> Iterator[str]:
    """Give the wordings under which a line may recur: as it is, and with a number that counts with the pages."""
    text = line.text.casefold()
    yield _wording(text)
    # On slides, headings such as `Session 2` count with the pages as well.
    is_inside = MAX_SLIDE_EDGE * page.height < line.bottom < (1 - MAX_SLIDE_EDGE) * page.height
    if is_inside and page.width > page.height:
        return
    for match in _NUMBER.finditer(text):
        value = _value_of(match[0])
        if value is not None:
            yield f"{_wording(text[: match.start()])}#{value - page.number}#{_wording(text[match.end() :])}"


def _value_of(number: str) -> int | None:
    if number.isdecimal():
        return int(number) if len(number) <= 4 else None  # noqa: PLR2004
    if not ROMAN.fullmatch(number):
        return None
    values = [_ROMAN_VALUES[letter] for letter in number.lower()]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def _repeated(
    pages: Sequence[PdfPage], edges: Sequence[Sequence[tuple[int, list[Line]]]], *, is_deck: bool
) -> dict[str, list[tuple[int, float]]]:
    """Find the wordings that recur at the edges, with the pages and heights where they stand."""
    places: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for page, rows in zip(pages, edges, strict=True):
        for line in (line for _, row in rows for line in row):
            if len(line.text) <= MAX_RUNNING_CHARS:
                for key in set(_keys_of(line, page)):
                    places[key].append((page.number, line.bottom))
    loosely = max(MIN_REPEATS, 0.3 * len(pages))
    needed = 2 if 1 < len(pages) <= FEW_PAGES else MIN_REPEATS
    return {
        key: found
        for key, found in places.items()
        if key and (len({page for page, _ in found}) >= loosely or (not is_deck and _recurs(found, needed)))
    }


def _recurs(found: Sequence[tuple[int, float]], needed: int) -> bool:
    """Tell what stands at one height on several pages that are close to each other."""
    if len(found) < needed:
        return False
    usual = median(height for _, height in found)
    same = sorted(page for page, height in found if abs(height - usual) <= HEIGHT_TOLERANCE)
    close = [after - before <= MAX_DISTANCE_PAGES for before, after in pairwise(same)]
    return len(same) >= needed and sum(close) >= needed - 1


def _running_bands(
    pages: Sequence[PdfPage],
    edges: Sequence[Sequence[tuple[int, list[Line]]]],
    repeated: Mapping[str, Sequence[tuple[int, float]]],
) -> dict[int, float]:
    """Find the heights of outermost rows that most pages give to running heads (0) or footers (-1)."""
    bands = {}
    for place in (0, -1):
        heights = [
            row[0].bottom
            for page, rows in zip(pages, edges, strict=True)
            for at, row in rows
            if at == place
            and any(_is_repeated(line, page, repeated) or PAGE_NUMBER.fullmatch(line.text) for line in row)
        ]
        if len(heights) >= max(MIN_REPEATS, 0.4 * len(pages)):
            usual = median(heights)
            if sum(abs(height - usual) <= HEIGHT_TOLERANCE for height in heights) >= 0.7 * len(heights):
                bands[place] = usual
    return bands


def _is_repeated(line: Line, page: PdfPage, repeated: Mapping[str, Sequence[tuple[int, float]]]) -> bool:
    return any(key in repeated for key in _keys_of(line, page))


def _dropped_of(
    page: PdfPage,
    rows: Sequence[tuple[int, list[Line]]],
    repeated: Mapping[str, Sequence[tuple[int, float]]],
    bands: Mapping[int, float],
) -> Iterator[int]:
    """Give the identities of the lines that belong to the margins."""
    for place, row in rows:
        is_outermost = place in (0, -1)
        for line in row:
            is_number = is_outermost and _is_number(line.text) and (len(row) == 1 or _stands_apart(page, row, place))
            if is_number or _is_repeated(line, page, repeated):
                yield id(line)
            elif is_outermost and place in bands:
                is_there = abs(row[0].bottom - bands[place]) <= HEIGHT_TOLERANCE
                if is_there and _stands_apart(page, row, place):
                    yield id(line)


def _lone_edges(page: PdfPage, rows: Sequence[tuple[int, list[Line]]], usual: float) -> Iterator[int]:
    """Give the small lines at the very edge of a page, far from its text: heads that too few pages repeat."""
    for place, row in rows:
        if place not in (0, -1) or len(page.lines) < MIN_LINES_OF_TEXT:
            continue
        edge = page.height - row[0].bottom if place == 0 else row[0].top
        is_small = max(line.size for line in row) <= MAX_EDGE_SIZE * usual and not NOTE_START.match(row[0].text)
        if is_small and edge <= MAX_EDGE_SHARE * page.height and _stands_apart(page, row, place, lines=MIN_EDGE_GAP):
            yield from (id(line) for line in row)


def _is_number(text: str) -> bool:
    match = PAGE_NUMBER.fullmatch(text)
    return bool(match and _value_of(match["number"]) is not None)


def _stands_apart(page: PdfPage, row: Sequence[Line], place: int, lines: float = 0.5) -> bool:
    """Tell whether a row has more room to the rest of its page than the page's lines have."""
    others = [line for line in page.lines if line not in row]
    if not others:
        return False
    if place == 0:
        gap = min(line.bottom for line in row) - max(line.top for line in others)
    else:
        gap = min(line.bottom for line in others) - max(line.top for line in row)
    return (
        gap > lines * median(line.size for line in others) and sum(len(line.text) for line in row) <= MAX_RUNNING_CHARS
    )


def _printed_number(rows: Sequence[tuple[int, list[Line]]], dropped: set[int]) -> str | None:
    """Take the number that a page prints at its edge."""
    for _, row in rows:
        for line in row:
            match = PAGE_NUMBER.fullmatch(line.text) if id(line) in dropped else None
            if match and _value_of(match["number"]) is not None:
                return match["number"]
    return None


def _labels_of(pages: Sequence[PdfPage], printed: Sequence[str | None]) -> list[str | None]:
    """Label pages as the file does, else by what they print where neighbours count on from it; None: as the number."""
    if any(page.label for page in pages):
        return [page.label if page.label != str(page.number) else None for page in pages]
    offsets = [
        (value - page.number, number.isdecimal()) if number and (value := _value_of(number)) is not None else None
        for page, number in zip(pages, printed, strict=True)
    ]
    return [
        number
        if number
        and offset
        and offset in (*offsets[max(0, at - 2) : at], *offsets[at + 1 : at + 3])
        and number != str(page.number)
        else None
        for at, (page, number, offset) in enumerate(zip(pages, printed, offsets, strict=True))
    ]
