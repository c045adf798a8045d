"""Copying an archive's rows into another database: to PostgreSQL, back to SQLite, and for backups between the two.

What is copied is one snapshot of the source. The target holds references and triggers back while rows arrive, in no
order that matters; how far each table is stands in the same transaction as its rows, so that a kill costs one batch.
At the end every table is read on both sides and compared; one that an earlier attempt left otherwise is copied again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa

from models.claimant import Claimant, is_alive
from models.copy_target import begin_copy, empty_table, note_progress, progress_of, put_back
from models.database import IN_COPY, DatabaseProblem
from models.fate import Fate
from models.plain_rows import digest_of, key_of_row, row_count, rows_of, write_rows
from models.tables import Base
from models.vocabulary import FateState
from perilune.problems import Problem

HOLD_SECONDS = 5
LOCK_NOT_HAD = "55P03"  # PostgreSQL's code
NOT_COPIED = frozenset({"claimant", "index_change", "index_rules"})
"""Who is at work there, and what the search index there has seen: the target's own."""
Progress = Callable[[str, int, int], None]


def copied_tables() -> list[sa.Table]:
    """Name the tables whose rows are an archive."""
    return [table for table in Base.metadata.sorted_tables if table.name not in NOT_COPIED]


@contextlib.contextmanager
def snapshot(engine: sa.Engine, *, is_held: bool = False) -> Iterator[sa.Connection]:
    """Read everything as it is at one moment; one that is held lets nobody write until the block ends."""
    with engine.connect() as connection:
        try:
            if engine.dialect.name == "sqlite":
                _begin_on_sqlite(connection, is_held=is_held)
            else:
                _begin_on_postgresql(connection, is_held=is_held)
        except sa.exc.OperationalError as error:
            if not is_held or not _is_locked(error):
                reason = " ".join(str(error.orig).split())
                raise DatabaseProblem(f"the archive's rows cannot be read: {reason}; run this again") from error
            raise DatabaseProblem(
                "somebody writes to the archive; stop `perilune run`, its workers and `perilune serve`,"
                " then run this again"
            ) from error
        try:
            yield connection
        finally:
            connection.rollback()
            if engine.dialect.name == "sqlite":
                connection.detach()  # its patience was changed


def _is_locked(error: sa.exc.OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) == LOCK_NOT_HAD or "locked" in str(error.orig)


def _begin_on_sqlite(connection: sa.Connection, *, is_held: bool) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {HOLD_SECONDS * 1000}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_held else "BEGIN")
    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").one()


def _begin_on_postgresql(connection: sa.Connection, *, is_held: bool) -> None:
    connection.execution_options(isolation_level="REPEATABLE READ")
    if is_held:
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{HOLD_SECONDS}s'"))
        names = ", ".join(f'"{table.name}"' for table in copied_tables())
        connection.execute(sa.text(f"LOCK TABLE {names} IN SHARE MODE"))
    connection.execute(sa.text("SELECT 1"))


def require_nobody_at_work(connection: sa.Connection, *, now: dt.datetime, silence: float) -> None:
    """Check that no process holds claims or may win some; Problem names one.

    Whoever has said nothing for `silence` seconds counts as gone.
    """
    beats = connection.execute(sa.select(Claimant.name, Claimant.seen_at))
    since = now - dt.timedelta(seconds=silence)
    names = {name for name, seen_at in beats if seen_at > since}
    claimed = sa.select(Fate.claimed_by).where(Fate.state == FateState.CLAIMED, Fate.claimed_until > now)
    names.update(name for name in connection.scalars(claimed.distinct()) if name)
    if at_work := sorted(filter(is_alive, names)):
        raise Problem(
            f"{at_work[0]} is at work on the archive, and what it writes now would be missing in the copy; "
            "stop `perilune run` and its workers, then run this again."
        )


def copy_rows(source: sa.Connection, target: sa.Engine, *, progress: Progress) -> int:
    """Copy a snapshot's rows into an empty database, or go on with that, and return how many there are.

    Problem where the target holds anything else, or differs in the end. Its search index is still to be made, and then
    `finish_copy` has it opened: a kill before costs no more than a comparison.
    """
    tables = copied_tables()
    begin_copy(target, tables)
    total = sum(row_count(source, table) for table in tables)
    counted = _Counted(progress, total)
    for table in tables:
        _copy_table(source, target, table, counted)
    _make_equal(source, target, tables, counted)
    put_back(target, tables)
    return total


class _Counted:
    """Counts rows up and tells of them."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total
        self._done = {"copied": 0, "compared": 0}

    def add(self, what: str, rows: int) -> None:
        self._done[what] += rows
        self._progress(what, min(self._done[what], self._total), self._total)


def _copy_table(source: sa.Connection, target: sa.Engine, table: sa.Table, counted: _Counted) -> None:
    with target.connect() as connection:
        known = progress_of(connection, table.name)
        counted.add("copied", row_count(connection, table) if known else 0)
    if known and known.is_done:
        return
    for rows in rows_of(source, table, after=known.last_key if known else ()):
        with target.begin() as connection:
            write_rows(connection, table, rows)
            note_progress(connection, table.name, json.dumps(key_of_row(table, rows[-1])))
        counted.add("copied", len(rows))
    with target.begin() as connection:
        note_progress(connection, table.name, None)


def _make_equal(source: sa.Connection, target: sa.Engine, tables: Sequence[sa.Table], counted: _Counted) -> None:
    """Compare all tables, and copy those again that the source has otherwise since an earlier attempt."""
    for table in tables:
        wanted = digest_of(source, table, progress=lambda rows: counted.add("compared", rows))
        if _digest_in(target, table) == wanted:
            continue
        with target.begin() as connection:
            empty_table(connection, table)
        _copy_table(source, target, table, counted)
        if _digest_in(target, table) != wanted:
            raise Problem(
                f"the rows of {table.name} are not the same in the copy; one of the two databases is damaged. "
                f"The copy is left unfinished ({IN_COPY}), and the archive as it was."
            )


def _digest_in(target: sa.Engine, table: sa.Table) -> object:
    with target.connect() as connection:
        return digest_of(connection, table)
