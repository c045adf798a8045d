"""Records as tables: CSV for spreadsheets, whose formulas are disarmed, and JSON Lines for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from perilune.exports.record import Export, Record

BYTE_ORDER_MARK = "\ufeff"
"""Has Excel read a file as UTF-8."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of the first, which spreadsheets in East Asian languages run as well."""
Row = Mapping[str, object]
COLUMNS = (
    "key",
    "title",
    "url",
    "archived",
    "source",
    "source_name",
    "published",
    "language",
    "type",
    "relevance",
    "topics",
    "countries",
    "actors",
    "authors",
    "issuer",
    "story",
    "first_seen",
    "fetched",
    "version",
    "sha256",
    "remark",
    "lead",
)
"""Of CSV; JSON Lines have `text` besides. docs/exports.md says what each is."""


def csv_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Write rows as lines of CSV (RFC 4180), lists joined by semicolons."""
    yield _line(columns)
    for row in rows:
        yield _line([_cell(row.get(column)) for column in columns])


def _line(cells: Sequence[str | int]) -> str:
    file = io.StringIO()
    csv.writer(file).writerow(cells)
    return file.getvalue()


def _cell(value: object) -> str | int:
    if isinstance(value, int):
        return value
    if isinstance(value, (list, tuple)):
        value = "; ".join(map(str, value))
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def row_of(record: Record, archive_url: str) -> dict[str, object]:
    """Make the row of a record, by column."""
    return {
        "key": record.key,
        "title": record.title,
        "url": record.url,
        "archived": record.archived_at(archive_url),
        "source": record.source,
        "source_name": record.source_name,
        "published": str(record.published) if record.published else None,
        "language": record.language,
        "type": record.doc_type,
        "relevance": record.relevance,
        "topics": list(record.topics),
        "countries": list(record.countries),
        "actors": list(record.actors),
        "authors": list(record.authors),
        "issuer": record.issuer,
        "story": record.story,
        "first_seen": record.first_seen_at.isoformat(),
        "fetched": record.fetched_at.isoformat(),
        "version": record.version,
        "sha256": record.content_hash,
        "remark": record.remark,
        "lead": record.lead,
    }


def csv_of(export: Export) -> Iterator[bytes]:
    """Write an export as CSV."""
    yield BYTE_ORDER_MARK.encode()
    rows = (row_of(record, export.archive_url) for record in export.records)
    yield from (line.encode("utf-8", "replace") for line in csv_lines(COLUMNS, rows))


def jsonl_of(export: Export) -> Iterator[bytes]:
    """Write an export as JSON Lines, one article a line, with its whole text."""
    for record in export.records:
        row = row_of(record, export.archive_url) | {"text": record.text}
        yield json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
