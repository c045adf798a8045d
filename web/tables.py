"""Rows as CSV for spreadsheets; pure. Cells that a spreadsheet would run as a formula are disarmed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from fastapi.responses import Response

MEDIA_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = Mapping[str, object]


def csv_of(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as CSV (RFC 4180), lists joined by semicolons."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return file.getvalue()


def _cell(value: object) -> str | int:
    if isinstance(value, int):
        return value
    if isinstance(value, (list, tuple)):
        value = "; ".join(map(str, value))
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Row]) -> Response:
    """Send rows as a file; the byte order mark has Excel read it as UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(BYTE_ORDER_MARK + csv_of(columns, rows), media_type=MEDIA_TYPE, headers=headers)
