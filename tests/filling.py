"""Rows in every table of a database, whatever its revision, made from what the database says of its columns."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

import sqlalchemy as sa

from tests.conftest import NOW

ROWS = 2
NOT_FILLED = ("search_", "alembic_version", "index_change", "index_rules", "claimant")
LISTS_OF_JSON = frozenset(
    [
        "changes",
        "date_witnesses",
        "reads_like",
        "parties",
        "countries",
        "disputed",
        "addresses",
        "because",
        "examples",
        "ambiguous_names",
        "spans",
        "authors",
        "keywords",
        "relevance_because",
        "doc_type_because",
        "corrected",
        "article_keys",
        "topics",
        "follows",
        "mutes",
        "problems",
        "ledger_before",
    ]
)
WORDS: Mapping[str, object] = {
    "language": "en",
    "country": "CN",
    "timezone": "UTC",
    "frequency": "weekly",
    "length": "medium",
    "query": "moon",
    "fate.stage": "fetch",
    "fate.state": "done",
    "issue.state": "released",
    "delivery.state": "sent",
    "notice.state": "sent",
    "webhook_call.state": "sent",
    "incident.state": "broken",
    "source.kind": "listing",
    "article_event.kind": "updated",
    "fact.kind": "event",
    "fact_witness.kind": "event",
    "passage.kind": "paragraph",
    "story_change.kind": "moved",
    "correction.field": "headline",
    "correction.value": {"value": "A better headline"},
    "role": "administrator",
    "relevance": "core",
    "doc_type": "news",
    "pace": "daily",
    "fact.status": "held",
    "fact_witness.status": "held",
    "ledger.fate": "included",
    "bounce.kind": "soft",
    "start": 0,
    "end": 4,
    "number": 1,
    "weekday": 0,
    "month_day": 1,
    "hour": 7,
    "published": "2022-03",
}
"""What a column holds where any word will not do."""
NULL_JSON = frozenset({"pace", "health", "history", "chosen", "proposed", "trust", "visit", "composed_content"})


def fill(connection: sa.Connection, row_count: int = ROWS) -> dict[str, int]:
    """Add rows to every table that point to each other as they must, and return how many each has."""
    metadata = sa.MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(NOT_FILLED))
    waiting, filled = dict(metadata.tables), dict[str, list[dict[str, object]]]()
    while waiting:
        ready = [table for table in waiting.values() if _needs(table) <= set(filled)]
        assert ready, f"no order fills {sorted(waiting)}"
        for table in ready:
            filled[table.name] = [_row(table, number, filled) for number in range(1, row_count + 1)]
            connection.execute(sa.insert(table), filled[table.name])
            del waiting[table.name]
    connection.execute(sa.text("UPDATE article SET current_version_id = id"))
    if connection.dialect.name == "postgresql":
        for table in metadata.tables.values():
            if "id" in table.columns:
                connection.execute(sa.text(f"SELECT setval('{table.name}_id_seq', {row_count + 1})"))
    return {name: len(rows) for name, rows in filled.items()}


def _needs(table: sa.Table) -> set[str]:
    return {key.column.table.name for column in table.columns if not column.nullable for key in column.foreign_keys}


def _row(table: sa.Table, number: int, filled: Mapping[str, list[dict[str, object]]]) -> dict[str, object]:
    row: dict[str, object] = {}
    for column in table.columns:
        referred = next(iter(column.foreign_keys), None)
        if referred is None:
            row[column.name] = _value(table.name, column, number)
        elif referred.column.table.name in filled:
            row[column.name] = filled[referred.column.table.name][number - 1][referred.column.name]
        else:
            row[column.name] = None
    return row


def _value(table: str, column: sa.Column[object], number: int) -> object:  # noqa: PLR0911 - one line a type
    name, kind = column.name, column.type
    for word in (f"{table}.{name}", name):
        if word in WORDS and isinstance(WORDS[word], dict) == isinstance(kind, sa.JSON):
            return WORDS[word]
    if isinstance(kind, sa.JSON):
        return sa.null() if name in NULL_JSON and column.nullable else [] if name in LISTS_OF_JSON else {}
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.DateTime):
        return NOW + dt.timedelta(hours=number)
    if isinstance(kind, sa.Date):
        return NOW.date()
    if isinstance(kind, sa.LargeBinary):
        return number.to_bytes(4) + b"\x00\xff"
    if isinstance(kind, (sa.Integer, sa.Float)):
        return number
    return _text(table, name, number, getattr(kind, "length", None))


def _text(table: str, name: str, number: int, length: int | None) -> str | None:
    if name.endswith("url") or name == "home":
        return f"https://a.example/{table}/{number}"
    if name == "address":
        return f"ada{number}@example.org"
    if name in {"key", "article_key", "story_key", "other_key"}:
        return hashlib.sha256(f"{name.removeprefix('article_')}{number}".encode()).hexdigest()[:12]
    return f"{name} {number} «Ω 空»"[: length or 200]
