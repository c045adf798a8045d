"""Tables of a PDF page: ruled ones by pdfplumber, within limits as it is slow, aligned ones by the lines' places."""

from __future__ import annotations

import io
import logging
import re
import struct
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from models.vocabulary import PassageKind
from pipeline.extraction.pdf_columns import rows_of
from pipeline.extraction.pdf_letters import IDEOGRAPHS, mended, reads_from_the_right
from pipeline.extraction.pdf_lines import LONE_MARK, MAX_LAID_OUT_LINES, Line, PdfPage, Rule

if TYPE_CHECKING:
    from pdfplumber.page import Page

MAX_TABLE_PAGES = 24
MAX_TABLE_SECONDS = 5.0
"""Tables on the pages after that are read as lines, in their order."""
MAX_RULE_WIDTH = 3.0
MIN_CELL_SIDE = 8.0
MAX_CELL_GAP = 7.0
MIN_GRID_ROWS = 2
MAX_GRID_RULES = 1000
MAX_CELL_CHARS = 700
MAX_USUAL_CELL_CHARS = 160
MIN_KEPT_SHARE = 0.85
MIN_ROWS = 3
MIN_ROWS_OF_TWO = 4
MIN_ALIGNED_SHARE = 0.75
ALIGNMENT_TOLERANCE = 4.0
LEADERS = re.compile(r"(?:[.…·_]\s?){4,}")
_IDEOGRAPH_BREAK = re.compile(rf"(?<=[{IDEOGRAPHS}])\n(?=[{IDEOGRAPHS}])")


@dataclass(frozen=True)
class _RuledTable:
    """A table as pdfplumber sees it, in points from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    rows: tuple[tuple[str, ...], ...]


def with_ruled_tables(body: bytes, pages: Sequence[PdfPage]) -> list[PdfPage]:
    """Put one line of the kind TABLE in place of the lines of each ruled table of a PDF."""
    suspected = [page.number for page in pages if _is_ruled(page)][:MAX_TABLE_PAGES]
    if not suspected:
        return list(pages)
    tables = dict(_tables_on(body, suspected))
    return [_with_tables(page, tables.get(page.number, [])) for page in pages]


def _is_ruled(page: PdfPage) -> bool:
    """Tell a page whose lines or boxes make a grid: at two heights at least, a side stands inside or boxes meet."""
    if page.is_turned or not page.lines or len(page.rules) > MAX_GRID_RULES:
        return False
    edges: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    sides: list[Rule] = []
    for rule in page.rules:
        if rule.right - rule.left <= MAX_RULE_WIDTH:
            sides.append(rule)
        else:
            edges[round(rule.top / 2)].append((rule.left, rule.right))
    return sum(_is_parted(height * 2, spans, sides) for height, spans in edges.items()) >= MIN_GRID_ROWS


def _is_parted(height: float, spans: Sequence[tuple[float, float]], sides: Sequence[Rule]) -> bool:
    """Tell whether what is drawn at one height is the upper edge of several cells."""
    ordered = sorted(spans)
    if any(-MAX_CELL_GAP < after[0] - before[1] < MAX_CELL_GAP for before, after in pairwise(ordered)):
        return True
    near = [side for side in sides if side.bottom - 4 <= height <= side.top + 4]
    return any(left + MIN_CELL_SIDE < side.left < right - MIN_CELL_SIDE for side in near for left, right in spans)


def _tables_on(body: bytes, numbers: Sequence[int]) -> Iterator[tuple[int, list[_RuledTable]]]:
    """Read the tables of the named pages as far as time allows; what pdfplumber cannot read has none."""
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import PdfminerException

    unreadable = (
        PDFException, PSException, PdfminerException, ValueError, LookupError, TypeError, AttributeError,
        ArithmeticError, AssertionError, RecursionError, NotImplementedError, EOFError, OSError,
        struct.error, zlib.error,
    )  # fmt: skip
    # It warns of each font that it finds odd, on every page.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    end = time.monotonic() + MAX_TABLE_SECONDS
    try:
        with pdfplumber.open(io.BytesIO(body), pages=list(numbers)) as document:
            for page in document.pages:
                if time.monotonic() > end:
                    return
                try:
                    yield page.page_number, list(_tables_of(page))
                except unreadable:
                    continue
                finally:
                    page.close()
    except unreadable:
        return


def _tables_of(page: Page) -> Iterator[_RuledTable]:
    height = float(page.height)
    for table in page.find_tables({"snap_tolerance": 3, "join_tolerance": 3}):
        left, top, right, bottom = table.bbox
        rows = tuple(tuple(_cell(cell) for cell in row) for row in table.extract())
        yield _RuledTable(left, height - bottom, right, height - top, _without_empty(rows))


def _cell(text: str | None) -> str:
    joined = re.sub(r"(?<=[^\W\d_])[-\u2010\xad]\n(?=[^\W\d_])", "", _IDEOGRAPH_BREAK.sub("", text or ""))
    return mended(joined.replace("\n", " ")).replace("|", "/")


def _without_empty(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Drop empty rows and columns, which rules drawn twice make."""
    filled = [row for row in rows if any(row)]
    columns = [at for at in range(max(map(len, filled), default=0)) if any(len(row) > at and row[at] for row in filled)]
    return tuple(tuple(row[at] if at < len(row) else "" for at in columns) for row in filled)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Tell a table from prose in a box or in columns with rules between."""
    cells = [cell for row in rows for cell in row if cell]
    full_rows = sum(sum(bool(cell) for cell in row) > 1 for row in rows)
    if len(rows) < 2 or not cells or full_rows < 2:  # noqa: PLR2004
        return False
    lengths = sorted(len(cell) for cell in cells)
    return lengths[-1] <= MAX_CELL_CHARS and lengths[len(lengths) // 2] <= MAX_USUAL_CELL_CHARS


def _with_tables(page: PdfPage, tables: Sequence[_RuledTable]) -> PdfPage:
    for table in tables:
        if not _is_table(table.rows):
            continue
        inside = [line for line in page.lines if line.kind is None and _is_inside(line, table)]
        text = text_of_table(table.rows)
        letters = sum(len(re.findall(r"\w", line.text)) for line in inside)
        if not inside or len(re.findall(r"\w", text)) < MIN_KEPT_SHARE * letters:
            continue
        whole = _table_line(inside, text)
        place = page.lines.index(inside[0])
        chosen = {id(line) for line in inside}
        lines = [line for line in page.lines[:place] if id(line) not in chosen]
        lines += [whole, *(line for line in page.lines[place:] if id(line) not in chosen)]
        page = replace(page, lines=tuple(lines))
    return page


def _is_inside(line: Line, table: _RuledTable) -> bool:
    across, along = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    return table.left <= across <= table.right and table.bottom <= along <= table.top


def text_of_table(rows: Sequence[Sequence[str]]) -> str:
    """Write rows on lines of their own, their cells parted by ` | `."""
    return "\n".join(" | ".join(row).strip() for row in rows)


def _table_line(lines: Sequence[Line], text: str) -> Line:
    return Line(
        text=text,
        left=min(line.left for line in lines),
        right=max(line.right for line in lines),
        top=max(line.top for line in lines),
        bottom=min(line.bottom for line in lines),
        size=median(line.size for line in lines),
        kind=PassageKind.TABLE,
    )


def with_aligned_tables(column: Sequence[Line]) -> list[Line]:
    """Put one line of the kind TABLE in place of rows whose parts stand below each other; join other rows."""
    if len(column) > MAX_LAID_OUT_LINES:
        return list(column)
    rows = rows_of(column)
    if all(len(row) == 1 for row in rows):
        return list(column)
    found: list[Line] = []
    place = 0
    while place < len(rows):
        end = _end_of_table(rows, place)
        table = rows[place:end]
        if len(table) >= MIN_ROWS and (cells := _cells_of(table)):
            found.append(_table_line([line for row in table for line in row], text_of_table(cells)))
            place = end
        else:
            found.append(_joined(rows[place]) if len(rows[place]) > 1 else rows[place][0])
            place += 1
    return found


def _end_of_table(rows: Sequence[Sequence[Line]], start: int) -> int:
    """Give the place after the last row that may belong to a table which begins at `start`."""
    if len(rows[start]) < 2 or not _may_be_row(rows[start]):  # noqa: PLR2004
        return start
    end = start + 1
    for place in range(start + 1, len(rows)):
        row = rows[place]
        gap = min(line.bottom for line in rows[place - 1]) - max(line.top for line in row)
        is_other = abs(row[0].size - rows[start][0].size) > 0.1 * row[0].size
        if row[0].kind or is_other or not _may_be_row(row) or gap > 2.5 * row[0].size:
            break
        if len(row) > 1:
            end = place + 1
        elif place - end >= 2:  # noqa: PLR2004
            break
    return end


def _may_be_row(row: Sequence[Line]) -> bool:
    if any(line.kind or LEADERS.search(line.text) for line in row):
        return False
    return not (len(row) == 2 and LONE_MARK.fullmatch(row[0].text))  # noqa: PLR2004


def _cells_of(rows: Sequence[Sequence[Line]]) -> list[list[str]] | None:
    """Put the parts of rows into columns; None where they do not stand below each other."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    usual = max(counts, key=lambda count: (counts[count], count))
    full = [row for row in rows if len(row) == usual]
    if len(full) < (MIN_ROWS_OF_TWO if usual == 2 else MIN_ROWS):  # noqa: PLR2004
        return None
    spans = [
        (min(row[at].left for row in full), max(row[at].right for row in full), [row[at] for row in full])
        for at in range(usual)
    ]
    if any(before[1] > after[0] + 1 for before, after in pairwise(spans)):
        return None
    if sum(_is_aligned(lines) for _, _, lines in spans) < len(spans) or _is_prose(rows):
        return None
    return _merged_rows(rows, [(left, right) for left, right, _ in spans])


def _is_aligned(lines: Sequence[Line]) -> bool:
    """Tell whether most parts of a column share their left or right edge or their middle."""
    sides = [[line.left for line in lines], [(line.left + line.right) / 2 for line in lines]]
    # Words end at one edge in justified text as well.
    if sum(bool(re.search(r"\d", line.text)) for line in lines) > len(lines) / 2:
        sides.append([line.right for line in lines])
    for edges in sides:
        usual = median(edges)
        if sum(abs(edge - usual) <= ALIGNMENT_TOLERANCE for edge in edges) >= MIN_ALIGNED_SHARE * len(edges):
            return True
    return False


def _is_prose(rows: Sequence[Sequence[Line]]) -> bool:
    lengths = sorted(len(line.text) for row in rows for line in row)
    return lengths[len(lengths) // 2] > MAX_USUAL_CELL_CHARS / 2


def _merged_rows(rows: Sequence[Sequence[Line]], spans: Sequence[tuple[float, float]]) -> list[list[str]]:
    """Fill the cells; a row that leaves the first column empty and stands close goes on with the row above."""
    cells: list[list[str]] = []
    gaps = [min(line.bottom for line in before) - max(line.top for line in row) for before, row in pairwise(rows)]
    for at, row in enumerate(rows):
        filled = [""] * len(spans)
        for line in row:
            column = max(range(len(spans)), key=lambda place: _overlap(line, spans[place]))
            filled[column] = f"{filled[column]} {line.text}".strip()
        is_close = at > 0 and gaps[at - 1] < median(gaps) + 1
        if cells and len(row) < len(spans) and not filled[0] and is_close:
            cells[-1] = [f"{one} {other}".strip() for one, other in zip(cells[-1], filled, strict=True)]
        else:
            cells.append(filled)
    return cells


def _overlap(line: Line, span: tuple[float, float]) -> float:
    return min(line.right, span[1]) - max(line.left, span[0])


def _joined(row: Sequence[Line]) -> Line:
    """Make one line of a row that is no table's."""
    is_rtl = reads_from_the_right(" ".join(line.text for line in row))
    return replace(
        max(row, key=lambda line: len(line.text)),
        text=" ".join(line.text for line in (reversed(row) if is_rtl else row)),
        left=row[0].left,
        right=max(line.right for line in row),
    )
