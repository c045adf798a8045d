"""What the doctor says of each trouble, brought about for real by files, servers and rows, and its remedies, typed."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shlex
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import zoneinfo
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.claimant import this_process
from models.database import DatabaseProblem, open_database
from models.fate import Fate
from models.page_store import PageStore
from models.search import renew_index
from models.tables import Claimant, Notice
from models.vocabulary import DeliveryState, FateState, Stage
from perilune.cli import app
from perilune.doctor import at_work, choices, databases, program, storage
from perilune.doctor.findings import Finding, State
from perilune.logs import configure_logging
from perilune.problems import Problem
from perilune.processing import await_again
from perilune.searching import rebuild
from tests.builders import a_source, an_article
from tests.examined import NOW, a_page, an_installation, examined, settings_at
from tests.people import an_archive

ONLY_ON_SQLITE = pytest.mark.databases("sqlite")
AN_HOUR = dt.timedelta(hours=1)
NOBODY = 65534
HERE = this_process().split("/")[0]
GB = 1_000_000_000


class Usage(NamedTuple):
    """Room on a disk, as the system tells it."""

    total: int
    used: int
    free: int


def told(found: Iterable[Finding], words: str) -> Finding:
    """Give the one finding that says these words."""
    findings = list(found)
    saying = [each for each in findings if words in each.sentence]
    assert len(saying) == 1, (words, findings)
    return saying[0]


@contextlib.contextmanager
def as_another_user() -> Iterator[None]:
    """Act as a user to whom file modes apply, also where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may look into."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@ONLY_ON_SQLITE
def test_what_is_set_to_something_that_is_not_there(
    sessions: sessionmaker[Session], tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with sessions.begin() as session:
        for slug in ("aa_one", "bb_two", "cc_rendered"):
            a_source(session, slug, render=slug == "cc_rendered")
        for state in (DeliveryState.UNCERTAIN, DeliveryState.FAILED):
            letter = {"address": "a@b.example", "subject": "x", "text": "x", "html": "x", "written_at": NOW}
            session.add(Notice(state=state, message_id=str(state), due_at=NOW, **letter))
    monkeypatch.setenv("PATH", str(tmp_path))
    absent = {"bounce_mailbox": "/nowhere", "chromium": "/nowhere", "encoder": f"{tmp_path}/folder"}
    found = examined(**settings_at(tmp_path, database_url), **absent, pages=f"{tmp_path}/file")
    for name, words, remedy in (
        ("returned mail", "There is no mailbox '/nowhere'", "PERILUNE_BOUNCE_MAILBOX"),
        ("page store", "A probe could not be written", "PERILUNE_PAGES"),
        ("encoder", "lacks config.json", "wait at the stage embed"),
        ("browser", "PERILUNE_CHROMIUM names none", "render = true fail"),
        ("scans", "Tesseract is not there", "tesseract-ocr"),
        ("sources", "3 sources are known for more than a day", "`perilune run`"),
        ("outbox", "1 uncertain", "`perilune mail resend KEY ...`"),
    ):
        one = told(found[name], words)
        assert (one.state in {State.PROBLEM, State.WARNING}, remedy in one.remedy) == (True, True), one


@ONLY_ON_SQLITE
def test_tesseract_without_languages_is_told(
    sessions: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tesseract = tmp_path / "tesseract"
    tesseract.write_text("#!/bin/sh\necho languages:\n")
    tesseract.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    installation = an_installation(an_archive(tmp_path, sessions))
    assert "tesseract-ocr-eng" in told(program.tesseract(installation), "none of the usual languages").remedy
    with pytest.raises(Problem, match="PERILUNE_OCR_LANGUAGES names 'xyz'"):
        list(program.tesseract(an_installation(an_archive(tmp_path, sessions, ocr_languages="xyz"))))


def test_packages_that_do_not_fit_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "perilune-9.dist-info"
    said.mkdir()
    wanted = "Requires-Dist: sqlalchemy<1\nRequires-Dist: nowhere-to-be-found\n"
    (said / "METADATA").write_text(f"Metadata-Version: 2.1\nName: perilune\nVersion: 9\n{wanted}")
    monkeypatch.syspath_prepend(tmp_path)
    one = told(program.packages(), "2 do not fit: sqlalchemy is")
    assert ("nowhere-to-be-found is missing" in one.sentence, one.state) == (True, State.PROBLEM)


def test_a_machine_that_is_too_old_or_knows_no_time_zones_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", (3, 10, 9))
        for name in ["tzdata", *(name for name in sys.modules if name.startswith("tzdata."))]:
            patch.setitem(sys.modules, name, None)
        zoneinfo.reset_tzpath(())
        zoneinfo.ZoneInfo.clear_cache()
        found = [program.python_version(), program.time_zones()]
    zoneinfo.reset_tzpath()
    assert [(each.state, bool(each.remedy)) for each in found] == [(State.PROBLEM, True)] * 2


@ONLY_ON_SQLITE
def test_a_first_look_makes_no_folder_and_finds_no_sources(
    sessions: sessionmaker[Session], tmp_path: Path, database_url: str
) -> None:
    found = examined(**settings_at(tmp_path, database_url))
    assert found["page store"][0].state is State.SKIPPED
    assert not (tmp_path / "pages").exists()
    assert told(found["sources"], "There are no sources yet").state is State.WARNING
    with sessions.begin() as session:
        session.execute(sa.text("delete from index_rules"))
        an_article(session)
    index = told(databases.search_index(an_installation(an_archive(tmp_path, sessions))), "made by older rules")
    assert "`perilune process`" in index.remedy


@ONLY_ON_SQLITE
def test_an_index_that_says_something_else_than_the_tables_is_told(
    sessions: sessionmaker[Session], tmp_path: Path, database_url: str
) -> None:
    archive = an_archive(tmp_path, sessions)
    with sessions.begin() as session:
        an_article(session)
    renew_index(sessions)
    assert rebuild(archive) == 1
    with sessions.begin() as session:
        session.execute(sa.text("delete from index_change"))
        session.execute(sa.text("update article set url = 'http://elsewhere/', is_standing = 1"))
        session.execute(sa.text("delete from index_change"))
    one = told(examined(**settings_at(tmp_path, database_url))["search index"], "differs from the tables")
    assert (one.state, "`perilune search-index rebuild`" in one.remedy) == (State.PROBLEM, True)


def test_files_of_another_user_are_told(
    open_folder: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, secret = open_folder / "perilune.db", open_folder / "secret"
    shutil.copy(migrated_sqlite, database)
    sessions = open_database(f"sqlite:///{database}")
    installation = an_installation(an_archive(open_folder, sessions, cache=f"{open_folder}/cache"))
    sessions.kw["bind"].dispose()
    open_folder.chmod(0o777 | stat.S_ISVTX)
    for file in (database, database.with_name("perilune.db-wal")):
        file.touch()
        file.chmod(0o444)
        with as_another_user():
            found = list(storage.permissions(installation))
        assert f"chown --reference={open_folder} {file}" in told(found, f"may read {file}").remedy
    open_folder.chmod(0o777)
    assert "chmod o-w" in told(storage.permissions(installation), f"may write to {open_folder}").remedy
    open_folder.chmod(0o555)
    with as_another_user():
        assert "chown -R" in told(storage.permissions(installation), "(home, database)").remedy
    open_folder.chmod(0o755)
    secret.touch(0o644)
    monkeypatch.setenv("PERILUNE_SMTP_PASSWORD_FILE", str(secret))
    assert (
        f"chmod o-r {secret}" in told(choices.secret_files(installation), "Everybody on this machine may read").remedy
    )


def test_a_disk_that_is_nearly_full_is_told(
    sessions: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = an_installation(an_archive(tmp_path, sessions))
    for free, state in ((GB // 10, State.PROBLEM), (GB, State.WARNING), (100 * GB, State.OK)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _place, free=free: Usage(200 * GB, 0, free))
        assert told(storage.room(installation), "are free where").state is state
    files = os.statvfs(tmp_path)
    few = os.statvfs_result((*files[:5], 100_000, 10, 10, *files[8:]))
    monkeypatch.setattr(os, "statvfs", lambda _place: few)
    assert "inodes" in told(storage.room(installation), "Only 10 more files fit").remedy


@ONLY_ON_SQLITE
def test_a_large_database_is_read_only_when_there_is_time(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    archive = an_archive(tmp_path, sessions)
    with sessions() as session:
        session.execute(sa.text("select 1 from source"))
        os.truncate(tmp_path / "perilune.db-wal", databases.MOST_LOG_BYTES + GB)
        found = list(databases.sqlite(an_installation(archive)))
    assert "Restart `perilune run`" in told(found, "has grown to 1.5 GB").remedy
    os.truncate(tmp_path / "perilune.db", 5 * GB)
    assert told(databases.sqlite(an_installation(archive)), "--thorough reads all of it").state is State.SKIPPED
    assert "whole" in told(databases.sqlite(an_installation(archive, is_thorough=True)), "SQLite finds").sentence


def test_a_damaged_schema_ends_in_a_sentence(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "perilune.db"
    shutil.copy(migrated_sqlite, damaged)
    with contextlib.closing(sqlite3.connect(damaged)) as connection:
        query = "select rootpage, (select page_size from pragma_page_size()) from sqlite_master where name = ?"
        number, size = connection.execute(query, ("alembic_version",)).fetchone()
    with damaged.open("r+b") as file:
        file.seek((number - 1) * size)
        file.write(b"\xff" * size)
    found = examined(**settings_at(tmp_path, f"sqlite:///{damaged}"))
    assert told(found["tables"], "is damaged").remedy == databases.RESTORE
    assert told(found["database"], "malformed").state is State.PROBLEM
    monkeypatch.setenv("PERILUNE_HOME", str(tmp_path))
    stopped = CliRunner().invoke(app, ["status"]).exception
    assert (type(stopped), "is damaged" in str(stopped)) == (DatabaseProblem, True)


def test_a_server_that_does_not_fit_is_told(postgres: str, tmp_path: Path) -> None:
    server = sa.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql("create database narrow encoding 'LATIN1' locale 'C' template template0")
        connection.exec_driver_sql("create role stranger login")
    url = postgres.replace("/postgres?", "/narrow?")
    narrow = examined(**settings_at(tmp_path, url))
    assert "`createdb --encoding UTF8" in told(narrow["database encoding"], "is in LATIN1").remedy
    assert told(narrow["tables"], "The database is empty").state is State.WARNING
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("create table alembic_version (version_num text)")
    address = sa.make_url(url).set(username="stranger").render_as_string(hide_password=False)
    denied = told(examined(**settings_at(tmp_path, address))["tables"], "permission denied")
    assert (denied.state, "lets us read it" in denied.remedy) == (State.PROBLEM, True)
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(server.connect())
        found = databases.postgresql(an_installation(an_archive(tmp_path, sessionmaker(server))))
        assert "max_connections" in told(found, "of 60 connections of the server are in use").remedy
    with server.connect() as connection:
        connection.exec_driver_sql("drop database narrow with (force)")
        connection.exec_driver_sql("drop role stranger")


def test_pages_that_are_lost_come_back_from_a_folder_of_backups(
    sessions: sessionmaker[Session], tmp_path: Path, page_store: PageStore
) -> None:
    with sessions.begin() as session:
        a_page(session, 1, page_store.keep(b"kept"))
    installation = an_installation(an_archive(tmp_path, sessions))
    assert page_store.folder is not None
    (tmp_path / "backups").mkdir()
    page_store.folder.rename(tmp_path / "backups" / "pages")
    page_store.folder.mkdir()
    remedy = told(storage.pages(installation), "1 of 1 pages cannot be read").remedy
    command = remedy.split("`")[1].replace("BACKUPS", str(tmp_path / "backups"))
    subprocess.run(shlex.split(command), check=True)
    assert told(storage.pages(installation), "are there and undamaged").state is State.OK


@pytest.mark.parametrize(
    ("held_by", "until", "words"),
    [
        ((f"{HERE}/1/1.00", None), AN_HOUR, "1 items are claimed by processes that are gone (embed)"),
        (("elsewhere/1/1.00", "worker"), AN_HOUR, "1 items are claimed by processes that have fallen silent (embed)"),
        ((this_process(), None), -AN_HOUR, "1 items are in claims that have expired (embed)"),
    ],
)
@ONLY_ON_SQLITE
def test_claims_that_nobody_works_at_are_told(
    sessions: sessionmaker[Session], tmp_path: Path, held_by: tuple[str, str | None], until: dt.timedelta, words: str
) -> None:
    name, role = held_by
    with sessions.begin() as session:
        held = {"claimed_by": name, "claimed_until": NOW + until}
        session.add(Fate(stage=Stage.EMBED, item_id=1, state=FateState.CLAIMED, **held))
        session.add(Fate(stage=Stage.EMBED, item_id=2, state=FateState.WAITING, due_at=NOW - AN_HOUR))
        if role is not None:
            session.add(Claimant(name=name, role=role, started_at=NOW, seen_at=NOW - AN_HOUR, beat_count=1))
        session.add(Claimant(name="there/1/1.00", role="scheduler", started_at=NOW, seen_at=NOW, beat_count=1))
    installation = an_installation(an_archive(tmp_path, sessions))
    assert told(at_work.stuck_claims(installation), words).remedy
    assert "`perilune worker`" in told(at_work.somebody(installation), "Nobody works, and 1 items wait").remedy


@pytest.mark.parametrize(
    ("done", "failed", "is_told"), [(0, [15], True), (10, [9] * 10, True), (85, [15], False), (900, [90], False)]
)
@ONLY_ON_SQLITE
def test_failures_on_the_web_are_told_by_their_share_whatever_their_reasons(
    sessions: sessionmaker[Session], tmp_path: Path, done: int, failed: list[int], *, is_told: bool
) -> None:
    reasons = [f"reason {number}" for number, count in enumerate(failed) for _ in range(count)]
    states = [(FateState.DONE, None)] * done + [(FateState.FAILED, reason) for reason in reasons]
    with sessions.begin() as session:
        for item, (state, reason) in enumerate(states):
            session.add(Fate(stage=Stage.FETCH, item_id=item, state=state, reason=reason))
    found = list(at_work.failed(an_installation(an_archive(tmp_path, sessions))))
    assert (found[0].state is State.WARNING) is is_told
    if len(failed) > 5:
        assert "`perilune status --stages`" in told(found, "45 items failed for 5 other reasons").remedy


@ONLY_ON_SQLITE
def test_what_failed_is_done_again_by_what_the_doctor_prints(
    sessions: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, long = an_archive(tmp_path, sessions), "Error: " + "long words " * 20
    with sessions.begin() as session:
        session.add(Fate(stage=Stage.EXTRACT, item_id=1, state=FateState.FAILED, reason="A\x1b[31mred"))
    monkeypatch.setenv("PERILUNE_HOME", str(tmp_path))
    shown = CliRunner().invoke(app, ["doctor"]).stdout
    configure_logging("warning")
    assert ("\x1b" in shown, "A\\x1b[31mred" in shown, "--again A..." in " ".join(shown.split())) == (False, True, True)
    for reason in ('Bad: "$(touch x)"; `y`', "it's", long, "A\x1b[31mred", "two  spaces", "x" * 90, "a\nb"):
        with sessions.begin() as session:
            session.execute(sa.update(Fate).values(state=FateState.FAILED, reason=reason))
        (found,) = at_work.failed(an_installation(archive))
        _, _, command = found.remedy.partition("`perilune process ")
        option, words = shlex.split(command.rpartition("` does")[0])
        assert (option, len(words) < 45) == ("--again", True)
        assert await_again(archive, ["...", "A", words[:-1]], now=NOW) == 0
        assert await_again(archive, [words], now=NOW) == 1, reason
