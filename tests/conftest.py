"""Fixtures that every test may use: a database of each kind, a clock value, a folder for pages."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker

from crawler.rendering import chromium_arguments
from digest.mail import SmtpMailer
from models.database import open_database
from models.page_store import PageStore
from perilune.config import settings_from
from perilune.logs import configure_logging
from perilune.understanding import EncoderOnDemand
from pipeline.encoding.encoder import Encoder
from tests.crawl_bench import PAGE, TEXT, Crawl
from tests.inbox import Inbox, open_inbox
from tests.postgres import private_cluster

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.bench import Bench

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 30_000
"""How long a page may take to show what is expected of it, on a machine that is busy."""
NOW = dt.datetime(2022, 3, 14, 7, 0, tzinfo=dt.UTC)
ON_BOTH = pytest.mark.databases("sqlite", "postgresql").mark
LONGEST = (
    "demo",
    "chaos",
    "onboarding_quality",
    "crawler",
    "faults",
    "article_history",
    "rendering",
    "watching",
    "scheduler",
)
LONG = (
    "guard",
    "rebuilding",
    "upgrades",
    "places",
    "command_line",
    "health_faults",
    "onboarding",
    "pipeline",
    "encoder",
    "ocr",
    "inspecting",
    "learning",
)
"""Files of tests that take minutes: begun first, so that no process works on one alone in the end."""


@pytest.fixture(autouse=True, scope="session")
def quiet_logs() -> None:
    """Logs as the product writes them, warnings and worse."""
    configure_logging("warning")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    if not CHROMIUM.exists():
        pytest.fail(f"these tests need {CHROMIUM}: run `make test-tools`, or apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=chromium_arguments())
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def encoder() -> Callable[[], Encoder]:
    """The packaged encoder, loaded once for all tests of a process."""
    return EncoderOnDemand(settings_from({}))


@pytest.fixture
def now() -> dt.datetime:
    """The moment at which tests take place."""
    return NOW


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The maintenance database of a private PostgreSQL cluster."""
    with private_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema, to copy: migrating takes half a second, and most tests need it done."""
    file = tmp_path_factory.mktemp("migrated") / "perilune.db"
    open_database(f"sqlite:///{file}").kw["bind"].dispose()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgres: str) -> str:
    """The name of a database with the newest schema, to copy."""
    _administer(postgres, "create database migrated")
    open_database(postgres.replace("/postgres?", "/migrated?")).kw["bind"].dispose()
    return "migrated"


def _administer(maintenance: str, statement: str) -> None:
    admin = sa.create_engine(maintenance, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(statement)


@contextlib.contextmanager
def an_empty_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """Make a database of a kind without tables and yield its address; one of PostgreSQL is dropped at the end."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/perilune.db"
        return
    with _a_postgres_database(request.getfixturevalue("postgres"), template="template1") as url:
        yield url


@contextlib.contextmanager
def a_migrated_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """Make a database of a kind with the newest schema and no rows, and yield its address."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "perilune.db")
        yield f"sqlite:///{folder}/perilune.db"
        return
    template = request.getfixturevalue("migrated_postgresql")
    with _a_postgres_database(request.getfixturevalue("postgres"), template) as url:
        yield url


@contextlib.contextmanager
def _a_postgres_database(maintenance: str, template: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"
    _administer(maintenance, f"create database {name} template {template}")
    yield maintenance.replace("/postgres?", f"/{name}?")
    _administer(maintenance, f"drop database {name} with (force)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; the order within each stays."""
    ranks = {f"test_{name}": place for place, name in enumerate((*LONGEST, *LONG))}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both databases, or on those that `@pytest.mark.databases` names."""
    for fixture in ("database_url", "empty_database_url"):
        if fixture in metafunc.fixturenames:
            marker = metafunc.definition.get_closest_marker("databases") or ON_BOTH
            further = (pytest.param(kind, marks=pytest.mark.long) for kind in marker.kwargs.get("long", ()))
            metafunc.parametrize(fixture, (*marker.args, *further), indirect=True)


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind in turn, without tables."""
    with an_empty_database(request, request.param, tmp_path) as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of each kind in turn, without rows."""
    with a_migrated_database(request, request.param, tmp_path) as url:
        yield url


@pytest.fixture
def sessions(database_url: str) -> Iterator[sessionmaker[Session]]:
    """A factory of sessions on a migrated database without rows."""
    factory = open_database(database_url)
    yield factory
    engine = factory.kw["bind"]
    assert isinstance(engine, sa.Engine)
    engine.dispose()


@pytest.fixture
def postgres_sessions(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """Sessions on PostgreSQL alone, for what only two transactions at once can show."""
    with a_migrated_database(request, "postgresql", tmp_path) as url:
        factory = open_database(url)
        yield factory
        factory.kw["bind"].dispose()


@pytest.fixture
def bench(tmp_path: Path, sessions: sessionmaker[Session], encoder: Callable[[], Encoder]) -> Bench:
    """An empty archive on each database, to lay pages into."""
    from tests.bench import Bench

    return Bench(tmp_path, sessions, encoder)


@pytest.fixture
def inbox() -> Inbox:
    """An empty inbox."""
    return Inbox()


@pytest.fixture
def smtp(inbox: Inbox) -> Iterator[SmtpMailer]:
    """A mailer that speaks to a real server on loopback, which fills the inbox."""
    with open_inbox(inbox) as port:
        yield SmtpMailer("127.0.0.1", port, timeout_seconds=10)


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """A web site on loopback whose robots.txt forbids one folder."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /closed/\n")
    for number in range(1, 4):
        body = PAGE.format(n=number, text=TEXT)
        httpserver.expect_request(f"/news/{number}").respond_with_data(body, content_type="text/html; charset=utf-8")
    return httpserver


@pytest.fixture
def crawl(tmp_path: Path, database_url: str, sessions: sessionmaker[Session]) -> Crawl:
    """A crawl of an empty archive on each database."""
    return Crawl(tmp_path, database_url, sessions)


@pytest.fixture
def page_store(tmp_path: Path) -> PageStore:
    """An empty page store."""
    return PageStore(str(tmp_path / "pages"))
