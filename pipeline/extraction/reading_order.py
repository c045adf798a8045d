"""The order in which boxes on a sheet are read: rows from the top, columns from the left; knows nothing of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

OVERLAP_SHARE = 0.2
MAX_DEPTH = 20


@dataclass(frozen=True)
class Box:
    """A rectangle with the place of what is in it; `is_head`: whether that is a short line that may head a column."""

    left: float
    top: float
    right: float
    bottom: float
    place: int
    is_head: bool = False


def in_reading_order(boxes: Sequence[Box], depth: int = 0) -> list[Box]:
    """Cut into rows, each row into columns, each column into rows, as long as anything can be cut."""
    if len(boxes) <= 1 or depth > MAX_DEPTH:
        return _sorted(boxes)
    rows = _parted(boxes, is_by_rows=True)
    if len(rows) > 1:
        return [box for band in _with_heads(rows) for box in _row_in_order(band, depth)]
    return _row_in_order(list(boxes), depth)


def _row_in_order(row: list[Box], depth: int) -> list[Box]:
    columns = _parted(row, is_by_rows=False)
    if len(columns) == 1:
        return in_reading_order(row, depth + 1) if len(_parted(row, is_by_rows=True)) > 1 else _sorted(row)
    return [box for column in columns for box in in_reading_order(column, depth + 1)]


def _parted(boxes: Sequence[Box], *, is_by_rows: bool) -> list[list[Box]]:
    """Part boxes wherever a straight line passes between them; a small overlap is no obstacle."""
    ends = {
        box: _shrunk(box.top, box.bottom) if is_by_rows else _shrunk(box.left, box.right)
        for box in dict.fromkeys(boxes)
    }
    parts: list[list[Box]] = []
    reach = 0.0
    for box in sorted(ends, key=lambda box: (ends[box], box.place)):
        start, end = ends[box]
        if not parts or start >= reach:
            parts.append([])
            reach = end
        parts[-1].append(box)
        reach = max(reach, end)
    return parts


def _shrunk(start: float, end: float) -> tuple[float, float]:
    margin = OVERLAP_SHARE * (end - start)
    return start + margin, end - margin


def _with_heads(rows: Sequence[list[Box]]) -> list[list[Box]]:
    """Keep a row of column heads together with the row below it, so that each column is read under its head."""
    bands: list[list[Box]] = [list(rows[0])]
    is_headed = False
    for above, row in pairwise(rows):
        is_headed = not is_headed and _is_head_of(above, row)
        if is_headed:
            bands[-1].extend(row)
        else:
            bands.append(list(row))
    return bands


def _is_head_of(above: Sequence[Box], row: Sequence[Box]) -> bool:
    if len(above) != len(row) or len(row) == 1 or not all(box.is_head for box in above):
        return False
    pairs = zip(sorted(above, key=lambda box: box.left), sorted(row, key=lambda box: box.left), strict=True)
    return not all(box.is_head for box in row) and all(
        min(head.right, box.right) - max(head.left, box.left) > (head.right - head.left) / 2 for head, box in pairs
    )


def _sorted(boxes: Sequence[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (box.top, box.left, box.place))
