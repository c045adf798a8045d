"""Rows as plain values that are alike on every database: read in the order of their keys, written, and hashed.

A table's digest is the sum of its rows' SHA-256, so that it does not depend on how a database sorts words.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, cast

import sqlalchemy as sa

from models.base import PartialDateText, PortableJson
from perilune.problems import Problem

Value = str | int | float | bytes | dt.datetime | dt.date | None
"""JSON is its text, so that a column without a value and one that says `null` stay two things."""
PlainRow = Sequence[Value]
ROWS_AT_ONCE = 2_000
SHORT_CHARS = 200
"""JSON up to this length is mostly the same few texts: an empty list, one name."""
_MODULUS = 1 << 256


class Digest(NamedTuple):
    """How many rows a table has, and the sum of their hashes."""

    row_count: int = 0
    total: int = 0


def _plain_column(column: sa.Column[object]) -> sa.ColumnElement[object]:
    if isinstance(column.type, PortableJson):
        return sa.cast(column, sa.Text)
    if isinstance(column.type, PartialDateText):
        return sa.type_coerce(column, sa.String)
    return column


def rows_of(
    connection: sa.Connection, table: sa.Table, *, after: Sequence[str | int] = ()
) -> Iterator[Sequence[PlainRow]]:
    """Read a table's rows in the order of their keys, some at once, from behind a key."""
    keys = list(table.primary_key)
    select = sa.select(*map(_plain_column, table.columns)).order_by(*keys)
    if after:
        select = select.where(sa.tuple_(*keys) > tuple(after))
    for rows in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(select).partitions():
        yield cast("Sequence[PlainRow]", rows)


def key_of_row(table: sa.Table, row: PlainRow) -> list[Value]:
    """Give a row's primary key."""
    return [value for column, value in zip(table.columns, row, strict=True) if column.primary_key]


def row_count(connection: sa.Connection, table: sa.Table) -> int:
    """Count a table's rows."""
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def digest_of(
    connection: sa.Connection, table: sa.Table, *, progress: Callable[[int], None] = lambda _rows: None
) -> Digest:
    """Read a whole table and sum up its rows' hashes."""
    count = total = 0
    is_json = [isinstance(column.type, PortableJson) for column in table.columns]
    for rows in rows_of(connection, table):
        for row in rows:
            total += _hash_of(row, is_json)
        count += len(rows)
        progress(len(rows))
    return Digest(count, total % _MODULUS)


def _hash_of(row: PlainRow, is_json: Sequence[bool]) -> int:
    values = [_canonical_json(value) if json else value for value, json in zip(row, is_json, strict=True)]
    written = json.dumps(values, ensure_ascii=True, default=_written)
    return int.from_bytes(hashlib.sha256(written.encode()).digest())


def _written(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _canonical_json(text: object) -> str | None:
    """Write JSON as both databases mean it: PostgreSQL keeps no order of names, and 1.0 may be 1."""
    if not isinstance(text, str):
        return None
    return _short_canonical_json(text) if len(text) <= SHORT_CHARS else _canonical(text)


def _canonical(text: str) -> str:
    return json.dumps(json.loads(text, parse_float=_number), sort_keys=True)


_short_canonical_json = functools.lru_cache(maxsize=1_000)(_canonical)


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def write_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[PlainRow]) -> None:
    """Add rows to a table, in the caller's transaction; Problem names the table where its database refuses one."""
    import psycopg

    try:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" for _ in table.columns)
            insert = f"INSERT INTO {_quoted(table.name)} ({_names_of(table)}) VALUES ({marks})"  # noqa: S608 - our tables
            connection.exec_driver_sql(insert, [tuple(map(_for_sqlite, row)) for row in rows])
        else:
            _write_to_postgresql(connection, table, rows)
    except (sa.exc.DataError, sa.exc.IntegrityError, psycopg.DataError, psycopg.IntegrityError) as error:
        first, last = (key_of_row(table, row) for row in (rows[0], rows[-1]))
        raise Problem(
            f"the database refuses a row of {table.name} between the keys {first} and {last}: {_reason_of(error)}"
        ) from error
    except (sa.exc.OperationalError, psycopg.OperationalError) as error:
        raise Problem(
            f"rows of {table.name} could not be written: {_reason_of(error)}; mend that, and the same command goes on"
        ) from error


def _reason_of(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", error)).split())


def _write_to_postgresql(connection: sa.Connection, table: sa.Table, rows: Sequence[PlainRow]) -> None:
    import psycopg

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    statement = f"COPY {_quoted(table.name)} ({_names_of(table)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _for_sqlite(value: Value) -> Value:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, dt.date) else value


def _names_of(table: sa.Table) -> str:
    return ", ".join(_quoted(column.name) for column in table.columns)


def _quoted(name: str) -> str:
    return f'"{name}"'
