"""The reading order of a page: bands over its full width, and the columns between them, from left to right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.extraction.pdf_letters import IDEOGRAPHS, RIGHT_TO_LEFT
from pipeline.extraction.pdf_lines import MAX_LAID_OUT_LINES, Line

MIN_COLUMN_LINES = 3
MIN_PROSE_CHARS = 17
MAX_DISORDER = 0.04
MIN_GUTTER = 0.6
"""In font sizes."""
EDGE_TOLERANCE = 2.5
MAX_COLUMNS = 6


def columns_of(lines: Sequence[Line], depth: int = MAX_COLUMNS) -> list[list[Line]]:
    """Part lines into runs that are read one after the other, each from top to bottom."""
    if len(lines) > MAX_LAID_OUT_LINES:
        return [list(lines)]
    gutter = _gutter_of(lines) if depth and len(lines) >= 2 * MIN_COLUMN_LINES else None
    if gutter is None:
        return [_from_top_to_bottom(lines)] if lines else []
    parts: list[list[Line]] = []
    for band, is_wide in _bands_of(lines, gutter):
        if is_wide:
            parts.append(_from_top_to_bottom(band))
            continue
        sides = ([line for line in band if line.right <= gutter], [line for line in band if line.right > gutter])
        is_rtl = sum(bool(RIGHT_TO_LEFT.search(line.text)) for line in band) * 2 > len(band)
        for side in reversed(sides) if is_rtl else sides:
            parts += columns_of(side, depth - 1)
    return parts


def rows_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Group lines that stand on the same height, from top to bottom, each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -(line.top + line.bottom)):
        if rows and line.kind is None and any(_share_a_row(line, other) for other in rows[-1]):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _share_a_row(line: Line, other: Line) -> bool:
    along = min(line.top, other.top) - max(line.bottom, other.bottom)
    return other.kind is None and along > 0.5 * min(line.height, other.height)


def _bands_of(lines: Sequence[Line], gutter: float) -> Iterator[tuple[list[Line], bool]]:
    """Part lines into bands over the full width (True) and bands of columns (False), from top to bottom."""
    wide: list[Line] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.top):
        if line.left < gutter < line.right:
            if band:
                yield from _column_band(wide, band, gutter)
                wide, band = [], []
            wide.append(line)
        else:
            band.append(line)
    yield from _column_band(wide, band, gutter)


def _column_band(wide: list[Line], band: list[Line], gutter: float) -> Iterator[tuple[list[Line], bool]]:
    """Give the lines over one side only that stand above the columns to the band over the full width before."""
    left = [line for line in band if line.right <= gutter]
    right = [line for line in band if line.right > gutter]
    if not (left and right):
        yield [*wide, *band], True
        return
    start = min(max(line.top for line in left), max(line.top for line in right))
    # Only what ends a full-width paragraph moves up, not the start of a column that is higher than the other.
    above = [line for line in band if line.bottom >= start - EDGE_TOLERANCE]
    if len(above) > 1 or not wide:
        above = []
    if wide or above:
        yield [*wide, *above], True
    yield [line for line in band if line not in above], False


def _gutter_of(lines: Sequence[Line]) -> float | None:
    """Find where the second of two columns begins beside the first, for at least some rows; None in one column."""
    plain = [line for line in lines if line.kind is None]
    best: tuple[float, float] | None = None
    for start in _starts_of_columns(plain):
        left, right = _sides_at(plain, start)
        if min(len(left), len(right)) < MIN_COLUMN_LINES:
            continue
        beside = _beside(left, right)
        others = _beside(right, left)
        if min(len(beside), len(others)) < MIN_COLUMN_LINES or not _are_columns(others, beside, lines):
            continue
        crossing = len(plain) - len(left) - len(right)
        score = len(beside) + len(others) - 0.5 * crossing
        if score > 0 and (best is None or score > best[0]):
            best = (score, start - EDGE_TOLERANCE)
    return best[1] if best else None


def _starts_of_columns(lines: Sequence[Line]) -> list[float]:
    """Give the left edges that several lines share, the commonest first, but for the leftmost."""
    edges = sorted(line.left for line in lines)
    starts: list[tuple[int, float]] = []
    begin = 0
    for at in range(1, len(edges) + 1):
        if at == len(edges) or edges[at] - edges[at - 1] > EDGE_TOLERANCE:
            if at - begin >= MIN_COLUMN_LINES and begin:
                starts.append((at - begin, edges[begin]))
            begin = at
    return [edge for _, edge in sorted(starts, reverse=True)[:12]]


def _sides_at(lines: Sequence[Line], start: float) -> tuple[list[Line], list[Line]]:
    left = [
        line for line in lines if line.right <= start - MIN_GUTTER * line.size and line.right <= start - EDGE_TOLERANCE
    ]
    return left, [line for line in lines if line.left >= start - EDGE_TOLERANCE]


def _beside(one: Sequence[Line], other: Sequence[Line]) -> list[Line]:
    """Give the lines of `other` that have a line of `one` beside them."""
    if not one:
        return []
    heights = {height for line in one for height in range(int(line.bottom), int(line.top) + 1)}
    return [line for line in other if int((line.bottom + line.top) / 2) in heights]


def _are_columns(left: Sequence[Line], right: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Tell columns of text from those of a table: their lines are long, or the text layer goes down them one by one."""
    if _is_prose(left) and _is_prose(right):
        return True
    sides = {id(line): "left" for line in left} | {id(line): "right" for line in right}
    order = [sides[id(line)] for line in lines if id(line) in sides]
    changes = sum(before != after for before, after in pairwise(order))
    return changes <= max(1, 0.25 * min(len(left), len(right))) and _is_wordy(left) and _is_wordy(right)


def _is_prose(lines: Sequence[Line]) -> bool:
    # Wide spaces part some lines of narrow columns: those that are whole tell.
    weights = sorted(map(_weight, lines))
    return weights[3 * len(weights) // 4] >= MIN_PROSE_CHARS and weights[len(weights) // 2] >= MIN_PROSE_CHARS / 2


def _is_wordy(lines: Sequence[Line]) -> bool:
    return sum(bool(re.search(r"[^\W\d_]{3}", line.text)) for line in lines) > len(lines) / 2


def _weight(line: Line) -> int:
    return len(line.text) + len(re.findall(rf"[{IDEOGRAPHS}]", line.text))


def _from_top_to_bottom(lines: Sequence[Line]) -> list[Line]:
    """Keep the order of the text layer unless it jumps upwards within one column."""
    jumps = sum(
        after.bottom > before.top and after.left < before.right and before.left < after.right
        for before, after in pairwise(lines)
    )
    if jumps <= MAX_DISORDER * len(lines):
        return list(lines)
    return [line for row in rows_of(lines) for line in row]
