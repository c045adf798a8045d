"""Rows are copied between databases: all of them, whatever stops it, and nothing beside them."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.beating import beating
from models.copying import Progress, copied_tables
from models.database import DatabaseProblem, open_database
from models.plain_rows import digest_of
from models.search.query import parse_query
from models.search.results import search
from models.tables import Article, Fate, Source, Version
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.problems import Problem
from perilune.storing.moving import migrate_to
from tests.conftest import NOW, an_empty_database
from tests.filling import fill

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def _quiet(_what: str, _done: int, _all: int) -> None:
    """Show no progress."""


@pytest.fixture
def filled(database_url: str, sessions: sessionmaker[Session]) -> Archive:
    """An archive with rows in every table."""
    with sessions.kw["bind"].begin() as connection:
        fill(connection)
    return Archive(settings_from({"PERILUNE_DATABASE": database_url}), sessions)


@pytest.fixture
def other(request: pytest.FixtureRequest, filled: Archive, tmp_path: Path) -> Iterator[str]:
    """An empty database of the other kind."""
    kind = OTHER[filled.sessions.kw["bind"].dialect.name]
    folder = tmp_path / "other"
    folder.mkdir()
    with an_empty_database(request, kind, folder) as url:
        yield url


def _digests(engine: sa.Engine) -> dict[str, object]:
    with engine.connect() as connection:
        return {table.name: digest_of(connection, table) for table in copied_tables()}


def test_everything_is_in_the_other_database_and_goes_on_there(filled: Archive, other: str) -> None:
    moved = migrate_to(filled, other, now=NOW, progress=_quiet)
    assert moved.rows > 100
    assert moved.articles_indexed == 2
    sessions = open_database(other)
    assert _digests(sessions.kw["bind"]) == _digests(filled.sessions.kw["bind"])
    with sessions.begin() as session:
        assert len(search(session, parse_query("title")).hits) == 2
        known = session.scalars(sa.select(Source.id)).all()
        session.add(Source(slug="new", name="New", home="https://b.example/", addresses=[], created_at=NOW))
        session.flush()
        assert session.scalar(sa.select(Source.id).where(Source.slug == "new")) not in known
    with pytest.raises(DatabaseProblem, match="is not empty"):
        migrate_to(filled, other, now=NOW, progress=_quiet)
    sessions.kw["bind"].dispose()


class Stopped(Exception):
    """The copy was stopped."""


def _stopping_at(count: int) -> Progress:
    left = [count]

    def stop(_what: str, _done: int, _all: int) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise Stopped

    return stop


def test_a_copy_that_was_stopped_goes_on_and_takes_what_changed_since(filled: Archive, other: str) -> None:
    engine = filled.sessions.kw["bind"]
    with pytest.raises(Stopped):
        migrate_to(filled, other, now=NOW, progress=_stopping_at(20))
    with pytest.raises(DatabaseProblem, match="copy that is not finished"):
        open_database(other)
    with filled.sessions.begin() as session:
        session.execute(sa.update(Source).values(name="Renamed meanwhile"))
        session.execute(sa.update(Fate).values(state="claimed", claimed_by="gone/1/0.0", claimed_until=NOW))
    with pytest.raises(Stopped):  # while the two sides are compared
        migrate_to(filled, other, now=NOW, progress=_stopping_at(160))
    migrate_to(filled, other, now=NOW, progress=_quiet)
    target = open_database(other).kw["bind"]
    found, wanted = _digests(target), _digests(engine)
    assert {name for name, digest in found.items() if digest != wanted[name]} == {"fate"}
    with target.begin() as connection:
        assert set(connection.scalars(sa.select(Fate.state))) == {"waiting"}
        assert {"copy_state", "copy_held_back"}.isdisjoint(sa.inspect(connection).get_table_names())
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.update(Article).values(source_id=99))
    target.dispose()


@contextlib.contextmanager
def _stopped_at(part: str) -> Iterator[None]:
    """Have the first statement that contains this fail, as a kill would."""

    def stop(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if part in statement:
            raise Stopped

    sa.event.listen(sa.Engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(Stopped):
            yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", stop)


def test_a_copy_that_was_stopped_while_its_index_is_made_goes_on(filled: Archive, other: str) -> None:
    index = "search_text" if other.startswith("sqlite") else "search_document"
    with _stopped_at(f"INTO {index}"):
        migrate_to(filled, other, now=NOW, progress=_quiet)
    with pytest.raises(DatabaseProblem, match="copy that is not finished"):
        open_database(other)
    with filled.sessions.begin() as session:  # a table that others point to
        session.execute(sa.update(Source).values(name="Renamed meanwhile"))
    with _stopped_at("DROP TABLE"):
        migrate_to(filled, other, now=NOW, progress=_quiet)
    assert migrate_to(filled, other, now=NOW, progress=_quiet).articles_indexed == 0  # they are all
    sessions = open_database(other)
    assert _digests(sessions.kw["bind"]) == _digests(filled.sessions.kw["bind"])
    with sessions.begin() as session:
        assert len(search(session, parse_query("title")).hits) == 2
    with pytest.raises(sa.exc.IntegrityError), sessions.begin() as session:
        session.execute(sa.update(Article).values(source_id=99))
    sessions.kw["bind"].dispose()


def test_nothing_is_copied_while_somebody_is_at_work(filled: Archive, other: str) -> None:
    with beating(filled.sessions, "crawl", silence=120), pytest.raises(Problem, match="is at work on the archive"):
        migrate_to(filled, other, now=dt.datetime.now(dt.UTC), progress=_quiet)


@pytest.mark.databases("sqlite")
def test_a_row_that_the_other_database_cannot_hold_is_named(filled: Archive, other: str) -> None:
    with filled.sessions.begin() as session:
        session.execute(sa.update(Version).values(text="a\x00b"))
    with pytest.raises(Problem, match=r"refuses a row of version between the keys \[1\] and \[2\]"):
        migrate_to(filled, other, now=NOW, progress=_quiet)
