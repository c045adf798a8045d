"""Backups: one moment while others write, whole or not there, and restored on either database."""

import datetime as dt
import fcntl
import re
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.copying import Progress, copied_tables
from models.database import DatabaseProblem, open_database
from models.page_store import PageStore
from models.plain_rows import digest_of
from models.search.query import parse_query
from models.search.renewal import renew_index
from models.search.results import search
from models.tables import Link, Page, Source
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import Settings, settings_from
from perilune.doctor.findings import Installation, State
from perilune.doctor.storage import last_backup
from perilune.storing.backing_up import back_up
from perilune.storing.manifest import DATABASE, PART, BackupProblem, backup_at, generations_in
from perilune.storing.restoring import restore, verify
from tests.conftest import NOW, an_empty_database
from tests.filling import fill

A_DAY = dt.timedelta(days=1)
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def _quiet(_what: str, _done: int, _all: int) -> None:
    """Show no progress."""


@pytest.fixture
def filled(database_url: str, sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An archive with rows in every table and two pages."""
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})
    archive = Archive(settings, sessions)
    with sessions.kw["bind"].begin() as connection:
        fill(connection)
    with sessions.begin() as session:
        for page in session.scalars(sa.select(Page)):
            page.content_hash = archive.pages.keep(f"page {page.id}".encode())
    return archive


class Stopped(Exception):
    """It was stopped."""


def _stopping(when: str) -> Progress:
    def stop(what: str, done: int, total: int) -> None:
        if what == when and done * 2 > total:
            raise Stopped

    return stop


@pytest.fixture(params=["same", "other"])
def elsewhere(request: pytest.FixtureRequest, filled: Archive, tmp_path: Path) -> Iterator[Settings]:
    """The settings of an empty archive, on the same kind of database and on the other."""
    kind = filled.sessions.kw["bind"].dialect.name
    home = tmp_path / "elsewhere"
    home.mkdir()
    with an_empty_database(request, OTHER[kind] if request.param == "other" else kind, home) as url:
        yield settings_from({"PERILUNE_HOME": str(home), "PERILUNE_DATABASE": url})


def _digests(sessions: sessionmaker[Session]) -> dict[str, object]:
    with sessions.kw["bind"].connect() as connection:
        return {table.name: digest_of(connection, table) for table in copied_tables()}


def test_a_backup_is_restored_as_it_was(
    filled: Archive, elsewhere: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    target = "one.zip" if "other" in request.node.name else "folder"
    renew_index(filled.sessions)
    wanted = _digests(filled.sessions)
    made = back_up(filled, tmp_path / target, now=NOW, progress=_quiet)
    assert verify(made, progress=_quiet) == []
    with filled.sessions.begin() as session:
        session.execute(sa.update(Source).values(name="After the backup"))
    restored = restore(made, elsewhere, progress=_quiet)
    assert (restored.pages, restored.pages_missing, restored.is_compared) == (2, 0, True)
    sessions = open_database(elsewhere.database_url)
    assert _digests(sessions) == wanted
    with sessions() as session:
        assert len(search(session, parse_query("title")).hits) == 2
        for page in session.scalars(sa.select(Page)):
            assert PageStore(elsewhere.pages_url).read(page.content_hash) == f"page {page.id}".encode()
    with pytest.raises(DatabaseProblem, match="is not empty"):
        restore(made, elsewhere, progress=_quiet)
    sessions.kw["bind"].dispose()


def test_a_restoring_that_was_stopped_goes_on(filled: Archive, elsewhere: Settings, tmp_path: Path) -> None:
    wanted = _digests(filled.sessions)
    made = back_up(filled, tmp_path / "backups", now=NOW, progress=_quiet)
    for when in ("pages", "copied"):
        if when == "pages" or elsewhere.database_url.startswith("postgresql"):
            with pytest.raises(Stopped):
                restore(made, elsewhere, progress=_stopping(when))
    restore(made, elsewhere, progress=_quiet)
    sessions = open_database(elsewhere.database_url)
    assert _digests(sessions) == wanted
    sessions.kw["bind"].dispose()


def test_a_backup_is_of_one_moment_while_others_write(filled: Archive, tmp_path: Path) -> None:
    """Each transaction adds a link and its page: a backup has both or neither."""
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            with filled.sessions.begin() as session:
                link = Link(source_id=1, url=f"https://c.example/{number}", found_at=NOW)
                session.add(link)
                session.flush()
                content_hash = filled.pages.keep(link.url.encode())
                common = {"url": link.url, "status": 200, "byte_count": 9, "fetched_at": NOW}
                session.add(Page(link_id=link.id, content_hash=content_hash, **common))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(filled, tmp_path / "backups", now=NOW, progress=_quiet) for _ in range(3)]
    finally:
        ended.set()
        writer.join()
    counts = []
    for each in made:
        with sqlite3.connect(each.path / DATABASE) as connection:
            (links,), (pages,) = (
                connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("link", "page")
            )
        assert links == pages
        counts.append(links)
    assert counts[0] < counts[-1]
    assert verify(made[-1], progress=_quiet) == []
    assert made[-1].manifest().pages_missing == []


@pytest.mark.databases("sqlite")
def test_backups_share_pages_and_old_ones_go(filled: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    first = back_up(filled, folder, now=NOW, progress=_quiet)
    (kept, gone) = sorted((folder / "pages").rglob("*.zst"))
    with filled.sessions.begin() as session:
        page = session.scalars(sa.select(Page).where(Page.content_hash == gone.stem)).one()
        page.content_hash = filled.pages.keep(b"another page")
    written = kept.stat().st_mtime_ns
    with pytest.raises(Stopped):
        back_up(filled, folder, now=NOW, progress=_stopping("pages"))
    assert backup_at(folder).name == first.name
    (told,) = last_backup(Installation(filled.settings, filled, NOW + 3 * A_DAY))
    assert (told.state, told.sentence) == (
        State.OK,
        f"The last backup was made 3 d ago, with 2 pages ({first.path.absolute()}).",
    )
    (told,) = last_backup(Installation(filled.settings, filled, NOW + 8 * A_DAY))
    assert (told.state, "--keep 14" in told.remedy) == (State.WARNING, True)
    second = back_up(filled, folder, now=NOW, progress=_quiet, keep=1)
    assert [each.name for each in generations_in(folder)] == [second.name]
    assert (kept.exists(), kept.stat().st_mtime_ns, gone.exists()) == (True, written, False)
    assert len(list((folder / "pages").rglob("*.zst"))) == 2
    assert list(folder.rglob(f"*{PART}")) == [folder / "pages" / PART]
    assert not list((folder / "pages" / PART).iterdir())
    with pytest.raises(BackupProblem, match=r"no backup 'x'.*it has 2022-03-14"):
        backup_at(folder, "x")


@pytest.mark.databases("sqlite")
def test_what_is_damaged_or_missing_is_told(filled: Archive, tmp_path: Path) -> None:
    (lost, damaged) = sorted((tmp_path / "pages").rglob("*.zst"))
    lost.unlink()
    made = back_up(filled, tmp_path / "backups", now=NOW, progress=_quiet)
    assert made.manifest().pages_missing == [lost.stem]
    (told,) = last_backup(Installation(filled.settings, filled, NOW + 3 * A_DAY))
    assert (told.state, "The last backup lacks 1 pages" in told.sentence) == (State.WARNING, True)
    said = CliRunner().invoke(app, ["backup", str(tmp_path / "backups"), "--verify"])
    assert f"{made.path} is whole, but lacks 1 pages that its manifest names." in said.output
    next((made.path.parent / "pages").rglob("*.zst")).write_bytes(b"no page")
    (told_of,) = verify(made, progress=_quiet)
    assert re.match(rf"page {damaged.stem} is not there, or damaged; delete pages/.*{damaged.name}, and the", told_of)
    elsewhere = settings_from({"PERILUNE_HOME": str(tmp_path / "elsewhere")})
    assert restore(made, elsewhere, progress=_quiet).pages_missing == 2
    with (made.path / DATABASE).open("r+b") as file:
        file.seek(100_000)
        file.write(b"damage")
    (found,) = verify(made, progress=_quiet)
    assert "is damaged: its bytes changed" in found
    with pytest.raises(BackupProblem, match="is damaged"):
        restore(made, settings_from({"PERILUNE_HOME": str(tmp_path / "third")}), progress=_quiet)
    (made.path / "manifest.json").write_text("{}")
    with pytest.raises(BackupProblem, match="manifest of the backup"):
        verify(made, progress=_quiet)


@pytest.mark.databases("sqlite")
def test_no_backup_is_made_among_the_pages_of_the_archive(filled: Archive, tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "pages").symlink_to(tmp_path / "pages")
    unread = filled.pages.keep(b"a page whose row is still to be written")
    for target in (tmp_path, tmp_path / "linked", tmp_path / "pages" / "ab"):
        with pytest.raises(BackupProblem, match="cannot hold backups: their pages would lie among the archive's own"):
            back_up(filled, target, now=NOW, progress=_quiet, keep=1)
    assert filled.pages.holds(unread)
    with pytest.raises(BackupProblem, match="--generation is for a folder"):
        backup_at(tmp_path / "one.zip", "2022-03-14T090000Z")


@pytest.mark.databases("sqlite")
def test_the_backup_just_made_is_the_newest_whatever_the_clock_says_and_what_is_not_ours_stays(
    filled: Archive, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    first = back_up(filled, folder, now=NOW, progress=_quiet)
    renamed = back_up(filled, folder, now=NOW, progress=_quiet).path.rename(folder / "before-the-move")
    (folder / "mine.part").mkdir()
    (folder / "today.zip.part").touch()
    (folder / f"{first.name}.part").mkdir()
    made = back_up(filled, folder, now=NOW - A_DAY, progress=_quiet, keep=1)
    assert (made.manifest().made_at, backup_at(folder)) == (NOW - A_DAY, made)
    left = sorted(path.name for path in folder.iterdir())
    assert left == [made.name, renamed.name, "lock", "mine.part", "pages", "today.zip.part"]
    assert backup_at(folder, renamed.name).path == renamed


@pytest.mark.databases("sqlite")
def test_a_full_disk_is_the_backups_and_two_write_no_one_file(filled: Archive, tmp_path: Path) -> None:
    folder, target = tmp_path / "backups", tmp_path / "one.zip"
    (folder / "pages").mkdir(parents=True)
    (folder / "pages" / PART).touch()  # where a folder is to be made
    with pytest.raises(BackupProblem, match=r"cannot be written to .*backups: File exists; make room or name another"):
        back_up(filled, folder, now=NOW, progress=_quiet)
    with pytest.raises(Stopped):
        back_up(filled, target, now=NOW, progress=_stopping("pages"))
    with (tmp_path / "one.zip.part").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(BackupProblem, match=r"another backup to .* is being made"):
            back_up(filled, target, now=NOW, progress=_quiet)
    assert verify(back_up(filled, target, now=NOW, progress=_quiet), progress=_quiet) == []
    assert sorted(path.name for path in tmp_path.glob("one.zip*")) == ["one.zip"]


@pytest.mark.databases("sqlite")
def test_what_was_written_while_a_backup_is_restored_is_not_replaced(filled: Archive, tmp_path: Path) -> None:
    made = back_up(filled, tmp_path / "backups", now=NOW, progress=_quiet)
    elsewhere = settings_from({"PERILUNE_HOME": str(tmp_path / "elsewhere")})

    def write(_what: str, _done: int, _all: int) -> None:
        sessions = open_database(elsewhere.database_url)
        with sessions.begin() as session:
            session.add(Source(slug="new", name="New", home="https://b.example/", addresses=[], created_at=NOW))
        sessions.kw["bind"].dispose()

    with pytest.raises(DatabaseProblem, match="is not empty"):
        restore(made, elsewhere, progress=write)
    with open_database(elsewhere.database_url)() as session:
        assert session.scalars(sa.select(Source.slug)).all() == ["new"]


@pytest.mark.databases("sqlite")
def test_settings_are_backed_up_without_secrets(filled: Archive, tmp_path: Path) -> None:
    secret = "hidden words"
    environment = {
        "PERILUNE_HOME": str(tmp_path),
        "PERILUNE_SMTP": f"smtp://ada:{secret[:6]}@mail.example",
        "PERILUNE_SMTP_PASSWORD": secret,
    }
    made = back_up(Archive(settings_from(environment), filled.sessions), tmp_path / "b", now=NOW, progress=_quiet)
    written = made.read("settings.json").decode()
    assert "ada:***@mail.example" in written
    assert "hidden" not in written
