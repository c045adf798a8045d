"""Opening the database: one address, SQLite in WAL mode or PostgreSQL, always at the newest migration."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session, sessionmaker

import models
from models.tables import Base
from perilune.problems import Problem

BUSY_MILLISECONDS = 30_000


class DatabaseProblem(Problem):
    """The database cannot be used; the message says why and what to do."""


def open_engine(url: str) -> sa.Engine:
    """Make an engine for `url`; DatabaseProblem when the address is wrong or nothing answers there."""
    try:
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address)
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
            f"the database address {url!r} is not understood; use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
        ) from error
    except OSError as error:
        raise DatabaseProblem(f"the folder of the database {url!r} cannot be made: {error.strerror}") from error
    except sa.exc.OperationalError as error:
        detail = str(error.orig).strip().splitlines()[0]
        raise DatabaseProblem(
            f"the database {sa.make_url(url).render_as_string()} does not answer: {detail}; check PERILUNE_DATABASE"
        ) from error
    except sa.exc.DatabaseError as error:
        raise DatabaseProblem(f"the database {url!r} is damaged or of another kind: {error.orig}") from error


def _prepare_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def alembic_config(url: str) -> Config:
    """Make Alembic's configuration for a database address."""
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    config.attributes["url"] = url
    config.attributes["metadata"] = Base.metadata
    return config


def migrate(engine: sa.Engine) -> None:
    """Bring the schema to the newest migration; nothing happens where it is there already."""
    config = alembic_config(engine.url.render_as_string(hide_password=False))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.begin() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def open_database(url: str) -> sessionmaker[Session]:
    """Open and migrate the database, and return the factory of its sessions."""
    engine = open_engine(url)
    migrate(engine)
    return sessionmaker(engine, expire_on_commit=False)
