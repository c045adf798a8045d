"""The database that rows are copied into: how far each table is, and what is held back until all are there.

While it is unfinished its schema's revision says so, and nothing opens it but whoever goes on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models.database import IN_COPY, DatabaseProblem, migrate, newest_revision, open_engine, revision_of
from models.fate import Fate
from models.tables import Base, Secret
from models.vocabulary import FateState

MADE_WITH_TABLES = Secret.__tablename__
"""The secret that signs links is there as soon as there are tables, and signs nothing in an empty archive."""
_META = sa.MetaData()
STATE = sa.Table(
    "copy_state",
    _META,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("last_key", sa.Text),
    sa.Column("is_done", sa.Boolean, nullable=False),
)
"""A row a table that was begun; `last_key` is that of its last row, as JSON."""
HELD_BACK = sa.Table(
    "copy_held_back",
    _META,
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("statement", sa.Text, nullable=False),
)
"""What restores the references between tables, and the revision that they are of."""
_REVISION = sa.Table("alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32)))
_REFERENCES = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Reached:
    """How far a table is."""

    last_key: tuple[str | int, ...]
    is_done: bool


def open_target(url: str) -> sa.Engine:
    """Open the database that rows are to be copied into, where references are looked at in the end only."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _hold_references_back)
        engine.dispose()  # what is open already does not know yet
    return engine


def _hold_references_back(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()


def begin_copy(engine: sa.Engine, tables: Sequence[sa.Table]) -> None:
    """Make a database ready for rows, once; DatabaseProblem where it has rows already."""
    is_begun = revision_of(engine) == IN_COPY
    if is_begun:
        _require_same_schema(engine)
    else:
        migrate(engine)
    with engine.begin() as connection:
        if not is_begun:
            require_empty(connection)
            connection.execute(sa.delete(Secret))
            _META.create_all(connection)
            connection.execute(sa.insert(HELD_BACK), [{"place": 0, "statement": newest_revision()}])
            connection.execute(sa.update(_REVISION).values(version_num=IN_COPY))
        if engine.dialect.name == "postgresql":
            _hold_back(connection, tables)


def require_empty(connection: sa.Connection) -> None:
    """Check that a database holds no archive; DatabaseProblem names what is in it."""
    there = set(sa.inspect(connection).get_table_names()) - {MADE_WITH_TABLES}
    for table in Base.metadata.sorted_tables:
        if table.name in there and connection.scalar(sa.select(sa.func.count()).select_from(table)):
            raise DatabaseProblem(
                f"the database {connection.engine.url.render_as_string()} is not empty (its table {table.name} has"
                " rows); name an empty one, so that nothing is mixed or lost"
            )


def _require_same_schema(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        revision = connection.scalar(sa.select(HELD_BACK.c.statement).where(HELD_BACK.c.place == 0))
    if revision != newest_revision():
        raise DatabaseProblem(
            f"the copy in {engine.url.render_as_string()} was begun by another version of Perilune; empty that database"
            " and begin anew"
        )


def _hold_back(connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
    """Drop the references that are there, and note how they are put back: after a kill, those put back already."""
    found = connection.execute(sa.text(_REFERENCES)).all()
    ours = {table.name for table in Base.metadata.sorted_tables}
    statements = [
        (f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}", f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for table, name, definition in found
        if table.strip('"') in ours
    ]
    first = 1 + (connection.scalar(sa.select(sa.func.max(HELD_BACK.c.place))) or 0)
    if rows := [{"place": place, "statement": add} for place, (add, _) in enumerate(statements, first)]:
        connection.execute(sa.insert(HELD_BACK), rows)
    for _, drop in statements:
        connection.execute(sa.text(drop))
    for table in tables:
        connection.execute(sa.text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))


def progress_of(connection: sa.Connection, name: str) -> Reached | None:
    """Tell how far a table is; None where it was not begun."""
    row = connection.execute(sa.select(STATE).where(STATE.c.name == name)).one_or_none()
    return None if row is None else Reached(tuple(json.loads(row.last_key or "[]")), row.is_done)


def note_progress(connection: sa.Connection, name: str, last_key: str | None) -> None:
    """Note the last key that a table has, or that it has all, in the transaction that wrote the row."""
    if last_key is not None:
        _index_anew(connection)
    values = {"is_done": True} if last_key is None else {"is_done": False, "last_key": last_key}
    if not connection.execute(sa.update(STATE).where(STATE.c.name == name).values(values)).rowcount:
        connection.execute(sa.insert(STATE).values(name=name, **values))


def empty_table(connection: sa.Connection, table: sa.Table) -> None:
    """Take all rows out of a table again, to begin it anew."""
    _index_anew(connection)
    connection.execute(sa.delete(table))
    connection.execute(sa.delete(STATE).where(STATE.c.name == table.name))


def _index_anew(connection: sa.Connection) -> None:
    """Have all words indexed that came or changed; where no row did, an index that was begun is gone on with."""
    connection.execute(sa.delete(Base.metadata.tables["index_rules"]))


def put_back(engine: sa.Engine, tables: Sequence[sa.Table]) -> None:
    """Put back what was held back, in one transaction; the search index can be made then."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            held_back = HELD_BACK.c.place > 0
            for statement in connection.scalars(sa.select(HELD_BACK.c.statement).where(held_back)).all():
                connection.execute(sa.text(statement))
            connection.execute(sa.delete(HELD_BACK).where(held_back))
            for table in tables:
                connection.execute(sa.text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
                _set_sequence(connection, table)
            connection.execute(sa.text("SELECT renew_search_article(array_agg(id)) FROM article"))
        else:
            connection.exec_driver_sql("DELETE FROM index_change")
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise DatabaseProblem(f"the copy is damaged: a row of {broken[0]} points to none of {broken[2]}")


def finish_copy(engine: sa.Engine) -> None:
    """Make a database one that opens, which has its rows and its search index."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))
    with engine.begin() as connection:
        let_claims_go(connection)
        _META.drop_all(connection)
        connection.execute(sa.update(_REVISION).values(version_num=newest_revision()))


def let_claims_go(connection: sa.Connection) -> None:
    """Have everything wait that somebody was at work on: whoever that was works elsewhere."""
    free = {"state": FateState.WAITING, "claimed_by": None, "claimed_until": None}
    connection.execute(sa.update(Fate).where(Fate.state == FateState.CLAIMED).values(free))


def _set_sequence(connection: sa.Connection, table: sa.Table) -> None:
    """Let new rows be numbered from behind the last."""
    column = table.autoincrement_column
    if column is None:
        return
    named = {"table": f'"{table.name}"', "column": column.name}
    sequence = connection.scalar(sa.text("SELECT pg_get_serial_sequence(:table, :column)"), named)
    if sequence is not None:
        last = connection.scalar(sa.select(sa.func.max(column)))
        connection.execute(sa.select(sa.func.setval(sequence, last or 1, last is not None)))
