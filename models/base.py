"""What every table shares: naming of constraints, aware UTC times, portable JSON and partial dates."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from perilune.dates import PartialDate

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

KEY_CHARS = 12


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """An aware UTC time; a naive one is refused, since nobody can say what it means."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Store as UTC; ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value}")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Give back an aware UTC time on every database."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class PartialDateText(sa.TypeDecorator[PartialDate]):
    """A partial date as its ISO text, so that its precision is never lost."""

    impl = sa.String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: sa.Dialect) -> str | None:
        """Store `2022`, `2022-02` or `2022-02-17`."""
        del dialect
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> PartialDate | None:
        """Read it back."""
        del dialect
        return None if value is None else PartialDate.parse(value)


class PortableJson(sa.TypeDecorator[object]):
    """JSON: JSONB on PostgreSQL, whose dialect is loaded only there."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[object]:
        """Choose the database's own type."""
        if dialect.name != "postgresql":
            return dialect.type_descriptor(sa.JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())


Strings = list[str]


class Base(DeclarativeBase):
    """The base of all tables."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration form
        dt.datetime: UtcDateTime,
        PartialDate: PartialDateText,
        Strings: PortableJson,
        dict[str, object]: PortableJson,
        list[dict[str, object]]: PortableJson,
    }


def insert_into(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Begin an insert that may say `on_conflict_do_update`, in the session's own dialect."""
    rows = table.metadata.tables[table.__tablename__]
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert

        return insert(rows)
    from sqlalchemy.dialects.postgresql import insert as insert_postgresql

    return insert_postgresql(rows)


def hold(session: Session, lock: int, which: int = 0) -> None:
    """Let nobody else pass until this transaction ends; on SQLite the first write is such a lock for everything."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(lock, which)))


def changed_count(result: sa.Result[tuple[()]]) -> int:
    """Give how many rows an UPDATE or DELETE touched."""
    assert isinstance(result, sa.CursorResult)
    return result.rowcount


def key_of(text: str) -> str:
    """Make the short public key of a thing from what identifies it, the same on every machine and every run."""
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_CHARS]
