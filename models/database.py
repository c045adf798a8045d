"""Opening the database: one address, SQLite in WAL mode or PostgreSQL, always at the newest migration."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.tables import Base
from perilune.problems import Problem
from perilune.secrets import without_password, without_secrets

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_MILLISECONDS = 30_000
SCHEMA_LOCK = 7_365_707_841  # any numbers that are ours alone
FACTS_LOCK = 7_365_707_842
IN_COPY = "in copy"
"""What stands for the revision while rows are copied into a database, so that nothing opens it meanwhile."""
PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""Seconds, and for the last milliseconds; without them a machine that lost its power is waited for for hours."""
LONGEST_HALT_MINUTES = 30
"""A process that is halted amid a transaction, whose locks others wait for, loses it then."""
GO_ON_WITH_COPY = "run the `perilune db migrate-to` or `restore` again that was stopped"
MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseProblem(Problem):
    """The database cannot be used; the message says why and what to do."""


def open_engine(url: str) -> sa.Engine:
    """Make an engine for `url`; DatabaseProblem when the address is wrong or nothing answers there."""
    try:
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address, **_options_for(address))
        if engine.dialect.name not in {"sqlite", "postgresql"}:
            raise DatabaseProblem(
                f"the database address starts with {engine.dialect.name!r}; use sqlite:///FILE or postgresql+psycopg://..."
            )
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _prepare_sqlite)
        with engine.connect():
            return engine
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError, ValueError) as error:
        raise DatabaseProblem(
            f"the database address {without_password(url)!r} is not understood; use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        ) from error
    except OSError as error:
        raise DatabaseProblem(
            f"the folder of the database {without_password(url)!r} cannot be made: {error.strerror}"
        ) from error
    except sa.exc.DatabaseError as error:
        raise _problem_with(url, error) from error


def _problem_with(url: str, error: sa.exc.DatabaseError) -> DatabaseProblem:
    name, detail = without_password(url), without_secrets(str(error.orig).strip().partition("\n")[0])
    if isinstance(error, sa.exc.OperationalError):
        return DatabaseProblem(f"the database {name} does not answer: {detail}; check PERILUNE_DATABASE")
    if isinstance(error, sa.exc.ProgrammingError):
        return DatabaseProblem(f"the database {name} does not let us read it: {detail}")
    return DatabaseProblem(f"the database {name!r} is damaged or of another kind: {detail}")


def _options_for(address: sa.URL) -> dict[str, Any]:
    """Give what an engine is to do: no values in errors, and on a server, to notice soon where that is gone."""
    if address.get_backend_name() == "sqlite":
        return {"hide_parameters": True}
    options = f"{os.environ.get('PGOPTIONS', '')} -c idle_in_transaction_session_timeout={LONGEST_HALT_MINUTES}min"
    given = {"options": options} | patience_with(address)
    connect = {name: value for name, value in given.items() if name not in address.query}
    return {"hide_parameters": True, "pool_pre_ping": True, "connect_args": connect}


def patience_with(address: sa.URL) -> dict[str, str]:
    """Give libpq's options for a server that may be gone without a word; what the address says itself stays."""
    return {name: value for name, value in PATIENCE.items() if name not in address.query}


def _prepare_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def alembic_config(url: str) -> Config:
    """Make Alembic's configuration for a database address."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    config.attributes["metadata"] = Base.metadata
    return config


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to the newest migration; nothing happens, and Alembic is not loaded, where it is there."""
    revision = revision_of(engine)
    if revision == newest_revision():
        return
    _require_known(engine, revision)
    from alembic import command

    config = alembic_config(engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        _lock_schema(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if engine.dialect.name == "sqlite" and (
            broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        ):
            raise DatabaseProblem(f"the database was left as it is: migrating would lose what {broken[0]} points to")
    engine.dispose()


def _lock_schema(connection: sa.Connection) -> None:
    """Begin the one transaction in which all migrations run, alone; Alembic then finds what is left to do.

    SQLite's driver begins none before a CREATE TABLE, which would leave half a schema behind a kill; and a table that
    others point to can be made anew there only while references are not enforced (SQLite manual, "ALTER TABLE", 7).
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))


def hold_facts(session: Session) -> None:
    """Let nobody else decide what is one fact until this transaction ends: each decision rests on all facts there.

    SQLite has one lock for everything, that of the first write.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(FACTS_LOCK)))


def has_passed(error: Exception) -> bool:
    """Tell whether an error is one of PostgreSQL's that the same transaction, begun anew, need not meet: a deadlock."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in {"40P01", "40001"}


def newest_revision() -> str:
    """Name the newest migration; their files begin with their numbers."""
    return max(_revisions())


def _revisions() -> set[str]:
    return {path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")}


def _require_known(engine: sa.Engine, revision: str | None) -> None:
    """Check that a database is none that a newer Perilune made, and no unfinished copy."""
    name = engine.url.render_as_string()
    if revision == IN_COPY:
        raise DatabaseProblem(f"the database {name} is a copy that is not finished; {GO_ON_WITH_COPY}")
    if revision is not None and revision not in _revisions():
        raise DatabaseProblem(
            f"the database {name} is at revision {revision}, and this Perilune knows {newest_revision()} as the newest;"
            " install the version that wrote it, or restore the backup made before the upgrade"
        )


def revision_of(engine: sa.Engine) -> str | None:
    """Name the migration that a database is at, or `IN_COPY`; None where it has no tables.

    DatabaseProblem where it cannot be read.
    """
    try:
        with engine.connect() as connection:
            return schema_of(connection)
    except sa.exc.DatabaseError as error:
        with contextlib.suppress(sa.exc.DatabaseError), engine.connect() as connection:
            # Where there is one now, somebody else has just made it.
            return schema_of(connection) if sa.inspect(connection).has_table("alembic_version") else None
        raise _problem_with(engine.url.render_as_string(), error) from error


def schema_of(session: Session | sa.Connection) -> str | None:
    """Name the migration that the tables are of."""
    revision: str | None = session.scalar(sa.text("select version_num from alembic_version"))
    return revision


def open_database(url: str) -> sessionmaker[Session]:
    """Open and migrate the database, and return the factory of its sessions."""
    engine = open_engine(url)
    migrate(engine)
    return sessionmaker(engine, expire_on_commit=False)


def size_of(session: Session) -> int:
    """Measure the database: its bytes on disk, without what SQLite has not yet moved out of its log."""
    if session.get_bind().dialect.name == "sqlite":
        size = sa.text("select page_count * page_size from pragma_page_count(), pragma_page_size()")
    else:
        size = sa.text("select pg_database_size(current_database())")
    return int(session.scalar(size) or 0)


def file_of(url: str | sa.URL) -> Path | None:
    """Name the file that a database is; None where it is on a server, or in memory."""
    address = sa.make_url(url)
    is_file = address.get_backend_name() == "sqlite" and address.database not in {None, "", ":memory:"}
    return Path(str(address.database)) if is_file else None


def free_bytes(url: str | sa.URL) -> int | None:
    """Measure the room that is left beside a database's file; None where it is none of this machine."""
    file = file_of(url)
    return shutil.disk_usage(file.absolute().parent).free if file is not None else None
