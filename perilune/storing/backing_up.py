"""Making a backup while everything runs: one snapshot of the rows, then the pages that they name.

Pages never change, so those that are copied after the snapshot belong to it; what an earlier backup in the folder has
is not copied again. A kill leaves the finished backups as they were, and the pages that were copied count.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from structlog import get_logger

from models.backup_made import BackupMade
from models.copy_target import finish_copy, open_target
from models.copying import Progress, copied_tables, copy_rows, snapshot
from models.database import newest_revision
from models.page_store import PageNotWritten, PageStore, sync_folder
from perilune import __version__
from perilune.archive import Archive
from perilune.config import Settings
from perilune.secrets import without_password
from perilune.storing.manifest import (
    DATABASE,
    MANIFEST,
    PAGES,
    PART,
    SETTINGS,
    ZIP,
    Backup,
    BackupProblem,
    Manifest,
    generations_in,
    name_after,
)
from perilune.storing.pages import copy_pages, for_each_page, pages_named_in, rows_in

LOCK = "lock"
SQLITE_PAGES_AT_ONCE = 10_000
log = get_logger()


def back_up(archive: Archive, target: Path, *, now: dt.datetime, progress: Progress, keep: int | None = None) -> Backup:
    """Make a backup in a folder or as a zip file; where told, drop all but the newest ones of the folder."""
    if target.suffix == ZIP and keep is not None:
        raise BackupProblem(f"{target} is one file; --keep is for a folder of backups.")
    _require_apart(archive, target)
    try:
        if target.suffix == ZIP:
            made = _back_up_to_zip(archive, target, now=now, progress=progress)
            _note(archive, made)
            return made
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(target / LOCK, target):
            made = _back_up_to_folder(archive, target, now=now, progress=progress)
            _note(archive, made)
            _drop_but(target, keep, made)
    except (OSError, sqlite3.Error, PageNotWritten) as error:
        cause = error.__cause__ if isinstance(error, PageNotWritten) else error
        raise BackupProblem(
            f"the backup cannot be written to {target}: {getattr(cause, 'strerror', None) or cause}; "
            "make room or name another place; finished backups are as they were"
        ) from error
    return made


def _require_apart(archive: Archive, target: Path) -> None:
    """Check that the backups' pages are not the archive's own: those that no backup names are deleted there."""
    live = archive.pages.folder
    if live is None or target.suffix == ZIP:
        return
    theirs, ours = (target / PAGES).resolve(), live.resolve()
    if theirs.is_relative_to(ours) or ours.is_relative_to(theirs):
        raise BackupProblem(
            f"{target} cannot hold backups: their pages would lie among the archive's own ({ours});"
            " name another folder."
        )


def _note(archive: Archive, made: Backup) -> None:
    """Let the archive know of the backup, where its database can be written to; it is as good without."""
    manifest = made.manifest()
    try:
        with archive.sessions.begin() as session:
            session.add(
                BackupMade(
                    made_at=manifest.made_at,
                    place=str(made.path.absolute()),
                    page_count=manifest.page_count,
                    missing_count=len(manifest.pages_missing),
                )
            )
    except sa.exc.DatabaseError as error:
        log.warning("backup not noted", backup=str(made.path), reason=str(error.orig))


@contextlib.contextmanager
def _alone(lock: Path, target: Path) -> Iterator[None]:
    """Be the only one that makes a backup there, as long as the lock's file is held; a kill lets it go."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_held = os.path.samestat(os.fstat(file.fileno()), lock.stat())
        except (BlockingIOError, FileNotFoundError):
            is_held = False  # or it was renamed meanwhile, since another one is done
        if not is_held:
            raise BackupProblem(f"another backup to {target} is being made; wait until it is done.")
        yield


def _back_up_to_folder(archive: Archive, target: Path, *, now: dt.datetime, progress: Progress) -> Backup:
    final = target / name_after(generations_in(target), now)
    if final.exists():
        raise BackupProblem(f"{final} is there and no backup; move it away.")
    unfinished = final.with_name(final.name + PART)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    database = unfinished / DATABASE
    _take_snapshot(archive, database, progress)
    names = pages_named_in(database)
    store = PageStore(str(target / PAGES), is_synced=False)
    missing = copy_pages(names, archive.pages, store, told=lambda done: progress("pages", done, len(names)))
    (unfinished / SETTINGS).write_text(_settings_of(archive.settings), encoding="utf-8")
    manifest = _manifest_of(archive, database, missing, now=now)
    (unfinished / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    os.sync()
    unfinished.rename(final)
    sync_folder(target)
    return Backup(final)


def _back_up_to_zip(archive: Archive, target: Path, *, now: dt.datetime, progress: Progress) -> Backup:
    target.parent.mkdir(parents=True, exist_ok=True)
    database, unfinished = (target.with_name(target.name + end) for end in (".database" + PART, PART))
    with _alone(unfinished, target), contextlib.ExitStack() as left:
        left.callback(unfinished.unlink)
        with _file_for_a_while(database), zipfile.ZipFile(unfinished, "w", strict_timestamps=False) as file:
            _take_snapshot(archive, database, progress)
            unfinished.chmod(0o600)
            file.write(database, DATABASE)
            missing = _zip_pages(archive.pages, pages_named_in(database), file, progress)
            file.writestr(SETTINGS, _settings_of(archive.settings))
            file.writestr(MANIFEST, _manifest_of(archive, database, missing, now=now).model_dump_json(indent=2))
        os.sync()
        left.pop_all()
        unfinished.replace(target)
        sync_folder(target.parent)
    return Backup(target)


@contextlib.contextmanager
def _file_for_a_while(file: Path) -> Iterator[None]:
    file.unlink(missing_ok=True)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _zip_pages(store: PageStore, names: list[str], file: zipfile.ZipFile, progress: Progress) -> list[str]:
    lock = threading.Lock()

    def add(name: str) -> None:
        compressed = store.compressed(name)
        store.checked(name, compressed)
        with lock:
            file.writestr(f"{PAGES}/{name[:2]}/{name[2:4]}/{name}.zst", compressed)

    return for_each_page(names, add, told=lambda done: progress("pages", done, len(names)))


def _take_snapshot(archive: Archive, file: Path, progress: Progress) -> None:
    """Write the rows as they are at one moment into an SQLite file; on SQLite its own copy, with the search index."""
    engine = archive.sessions.kw["bind"]
    assert isinstance(engine, sa.Engine)
    file.touch(mode=0o600)
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(str(engine.url.database)), file, progress)
        return
    target = open_target(f"sqlite:///{file}")
    with snapshot(engine) as connection:
        copy_rows(connection, target, progress=progress)
    finish_copy(target)  # without a search index, which restoring makes
    target.dispose()
    close_log(file)


def _copy_sqlite(source: Path, to: Path, progress: Progress) -> None:
    with contextlib.closing(sqlite3.connect(source)) as reading, contextlib.closing(sqlite3.connect(to)) as writing:
        reading.execute("BEGIN")
        reading.execute(
            "SELECT count(*) FROM sqlite_master"
        ).fetchone()  # so that one moment is read, while others write
        reading.backup(
            writing,
            pages=SQLITE_PAGES_AT_ONCE,
            progress=lambda _state, left, total: progress("rows", total - left, total),
        )
    close_log(to)


def close_log(file: Path) -> None:
    """Have an SQLite file hold all that is in it, without a log beside it."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _settings_of(settings: Settings) -> str:
    """Write the settings that were set, without secrets and passwords in addresses."""
    values = {name: getattr(settings, name) for name in sorted(settings.model_fields_set)}
    shown = {name: without_password(str(value)) for name, value in values.items() if not isinstance(value, SecretStr)}
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _manifest_of(archive: Archive, database: Path, missing: list[str], *, now: dt.datetime) -> Manifest:
    with database.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Manifest(
        made_at=now,
        program=__version__,
        revision=newest_revision(),
        kind=archive.sessions.kw["bind"].dialect.name,
        database_bytes=database.stat().st_size,
        database_sha256=digest,
        settings_sha256=hashlib.sha256(_settings_of(archive.settings).encode()).hexdigest(),
        rows=rows_in(database, [table.name for table in copied_tables()]),
        page_count=len(pages_named_in(database)) - len(missing),
        pages_missing=missing,
    )


def _drop_but(target: Path, keep: int | None, made: Backup) -> None:
    """Drop the oldest backups but the one just made, what a kill left, and the pages that none of the others names."""
    ours = [each for each in generations_in(target) if each.named_at is not None]
    for each in ours[: -keep if keep else 0]:
        if each != made:
            each.path.rename(each.path.with_name(each.name + PART))
    unfinished = [path for path in target.glob(f"*{PART}") if path.is_dir() and Backup(path).named_at is not None]
    if not unfinished:
        return
    named = {name for each in generations_in(target) for name in pages_named_in(each.path / DATABASE)}
    store = PageStore(str(target / PAGES))
    for name in [name for name in store.hashes() if name not in named]:
        store.forget(name)
    store.forget_unfinished(now=dt.datetime.now(dt.UTC), lasts=dt.timedelta())
    for path in unfinished:  # at the end, so that what is killed here is done at the next backup
        shutil.rmtree(path)
