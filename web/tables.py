"""Rows as a CSV file that is sent whole; cells that a spreadsheet would run as a formula are disarmed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi.responses import Response

from perilune.exports.table import BYTE_ORDER_MARK, Row, csv_lines

MEDIA_TYPE = "text/csv; charset=utf-8"


def csv_of(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as CSV."""
    return "".join(csv_lines(columns, rows))


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Row]) -> Response:
    """Send rows as a file; the byte order mark has Excel read it as UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(BYTE_ORDER_MARK + csv_of(columns, rows), media_type=MEDIA_TYPE, headers=headers)
