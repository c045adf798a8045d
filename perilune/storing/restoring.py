"""Restoring a backup into an empty archive, on either database, and looking whether a backup could be restored."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from models.claimant import Claimant
from models.copy_target import finish_copy, let_claims_go, open_target, require_empty
from models.copying import Progress, copied_tables, copy_rows, snapshot
from models.database import IN_COPY, file_of, migrate, newest_revision, open_engine, revision_of
from models.page_store import PageStore, sync_folder
from models.plain_rows import row_count
from models.search.renewal import renew_index
from perilune.config import Settings
from perilune.storing.backing_up import close_log
from perilune.storing.manifest import DATABASE, PAGES, PART, SETTINGS, Backup, BackupProblem, Manifest
from perilune.storing.pages import copy_pages, damaged_pages, pages_named_in, rows_in


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    backup: str
    made_at: dt.datetime
    rows: int
    pages: int
    pages_missing: int
    is_compared: bool
    """Whether the rows were counted again; not where an older version's were upgraded, which may change them."""


def verify(backup: Backup, *, progress: Progress) -> list[str]:
    """Read all of a backup, and say in sentences what of it is damaged."""
    manifest, found = backup.manifest(), list[str]()
    if hashlib.sha256(backup.read(SETTINGS)).hexdigest() != manifest.settings_sha256:
        found.append(f"the settings of the backup {backup.name} are damaged: their bytes changed")
    try:
        with _database_of(backup) as database:
            names = _pages_of(database, manifest)
            if (rows := rows_in(database, list(manifest.rows))) != manifest.rows:
                differing = sorted(name for name in rows if rows[name] != manifest.rows[name])
                found.append(f"the rows of {', '.join(differing)} are not as many as the manifest says")
    except BackupProblem as problem:
        return [*found, str(problem)]
    damaged = damaged_pages(names, backup.pages, told=lambda done: progress("pages", done, len(names)))
    return found + [f"page {name} is not there, or damaged{_healing(backup, name)}" for name in damaged]


def _healing(backup: Backup, name: str) -> str:
    """Say what brings a page back: a backup looks at sizes alone, since reading all that it has would take hours."""
    if backup.is_zip:
        return ""
    return f"; delete {PAGES}/{name[:2]}/{name[2:4]}/{name}.zst, and the next backup copies it again"


def restore(backup: Backup, settings: Settings, *, progress: Progress) -> Restored:
    """Write a backup into the empty archive of the settings; stopped anywhere, the same command goes on.

    Pages that the backup lost are counted as missing, and all else is restored.
    """
    manifest = backup.manifest()
    if manifest.revision > newest_revision():
        raise BackupProblem(
            f"the backup {backup.name} was made by a newer Perilune ({manifest.program}, revision {manifest.revision});"
            " install that one first."
        )
    _require_empty(settings)
    with _database_of(backup, beside=file_of(settings.database_url)) as database:
        names = _pages_of(database, manifest)
        store = PageStore(settings.pages_url, is_synced=False)
        gone = copy_pages(names, backup.pages, store, told=lambda done: progress("pages", done, len(names)))
        _put_in_place(database, settings, progress)
    is_of_today = manifest.revision == newest_revision()
    if is_of_today:
        _compare(settings, manifest)
    return Restored(
        backup=backup.name,
        made_at=manifest.made_at,
        rows=sum(manifest.rows.values()),
        pages=len(names) - len(gone),
        pages_missing=len(gone) + len(manifest.pages_missing),
        is_compared=is_of_today,
    )


def _require_empty(settings: Settings) -> None:
    file = file_of(settings.database_url)
    if file is not None and not file.exists():
        return
    engine = open_engine(settings.database_url)
    try:
        if file is None and revision_of(engine) == IN_COPY:
            return
        with engine.connect() as connection:
            require_empty(connection)
    finally:
        engine.dispose()


@contextlib.contextmanager
def _database_of(backup: Backup, *, beside: Path | None = None) -> Iterator[Path]:
    """Give the checked database of a backup as a file that may be changed, on the disk it is to be renamed on."""
    if beside is None:
        with tempfile.TemporaryDirectory(prefix="perilune-backup-") as made:
            backup.write_database(Path(made) / DATABASE)
            yield Path(made) / DATABASE
        return
    beside.parent.mkdir(parents=True, exist_ok=True)
    folder = beside.with_name(beside.name + PART)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        backup.write_database(folder / DATABASE)
        yield folder / DATABASE
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pages_of(database: Path, manifest: Manifest) -> list[str]:
    missing = set(manifest.pages_missing)
    return [name for name in pages_named_in(database) if name not in missing]


def _put_in_place(database: Path, settings: Settings, progress: Progress) -> None:
    os.sync()  # the pages' bytes are on the disk before a row names them
    source = open_engine(f"sqlite:///{database}")
    migrate(source)
    final = file_of(settings.database_url)
    if final is None:
        target = open_target(settings.database_url)
        with snapshot(source) as connection:
            copy_rows(connection, target, progress=progress)
        renew_index(sessionmaker(target, expire_on_commit=False))
        finish_copy(target)
        target.dispose()
        source.dispose()
        return
    renew_index(sessionmaker(source, expire_on_commit=False))  # that of PostgreSQL is not in a backup
    with source.begin() as connection:
        let_claims_go(connection)
        connection.execute(sa.delete(Claimant))
    source.dispose()
    close_log(database)
    os.sync()
    _require_empty(settings)  # restoring takes long, and somebody may have begun to work there
    for beside in ("-wal", "-shm"):
        final.with_name(final.name + beside).unlink(missing_ok=True)
    shutil.rmtree(final.with_suffix(".search"), ignore_errors=True)  # it follows the changes of another file
    database.replace(final)
    sync_folder(final.parent)


def _compare(settings: Settings, manifest: Manifest) -> None:
    engine = open_engine(settings.database_url)
    with engine.connect() as connection:
        rows = {table.name: row_count(connection, table) for table in copied_tables()}
    engine.dispose()
    if differing := sorted(name for name, count in manifest.rows.items() if rows.get(name) != count):
        raise BackupProblem(
            f"the archive has not as many rows of {', '.join(differing)} as the backup; something wrote to it"
            " meanwhile, or a disk is damaged; empty it and restore again."
        )
