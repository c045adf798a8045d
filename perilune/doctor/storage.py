"""Checks of where things lie: room on the disks, who may write, and the page store with a sample of its pages."""

from __future__ import annotations

import os
import random
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import backup_made
from models.database import file_of
from models.page_store import PageStore, PageStoreProblem
from models.pruned import is_pruned
from models.source import Page
from models.work import page_count
from perilune.doctor.findings import Finding, Installation, ok, problem, skipped, warning
from perilune.output import bytes_in_words, duration_in_words
from perilune.status import OLD_BACKUP

LITTLE_BYTES, FEW_BYTES = 200_000_000, 2_000_000_000
FEW_INODES = 10_000
SAMPLE, LARGE_SAMPLE = 20, 2_000
NAMED = 3


def folders_of(installation: Installation) -> dict[str, Path]:
    """Name the folders of this machine that an archive writes to."""
    settings = installation.settings
    database = file_of(settings.database_url)
    pages = installation.archive.pages.folder
    found = {"home": settings.home, "database": database and database.parent, "pages": pages, "cache": settings.cache}
    return {what: path.absolute() for what, path in found.items() if path is not None}


def room(installation: Installation) -> Iterator[Finding]:
    """Check the room that is left, once for each disk."""
    by_disk: dict[int, list[str]] = {}
    places: dict[int, Path] = {}
    for what, path in folders_of(installation).items():
        place = next(each for each in (path, *path.parents) if each.is_dir())
        disk = place.stat().st_dev
        by_disk.setdefault(disk, []).append(what)
        places.setdefault(disk, place)
    for disk, place in places.items():
        yield _room_at(place, ", ".join(by_disk[disk]))


def _room_at(place: Path, what: str) -> Finding:
    usage, files = shutil.disk_usage(place), os.statvfs(place)
    left = f"{bytes_in_words(usage.free)} of {bytes_in_words(usage.total)} are free where {what} lie ({place})."
    remedy = (
        "Make room, or move them (PERILUNE_HOME, PERILUNE_PAGES, PERILUNE_CACHE). Nothing stored is lost meanwhile."
    )
    if usage.free < LITTLE_BYTES:
        return problem("disk", left, remedy)
    if usage.free < FEW_BYTES:
        return warning("disk", left, remedy)
    if files.f_files and files.f_favail < FEW_INODES:
        sentence = f"Only {files.f_favail:,} more files fit where {what} lie ({place})."
        return warning("disk", sentence, "Each page is a file: use a file system with more inodes, or S3.")
    return ok("disk", left)


def permissions(installation: Installation) -> Iterator[Finding]:
    """Check that we may write, and that others may not."""
    wrong = False
    folders = folders_of(installation)
    for path in dict.fromkeys(folders.values()):
        what = ", ".join(each for each, folder in folders.items() if folder == path)
        place = next(each for each in (path, *path.parents) if each.is_dir())
        if not _may_write(place, os.W_OK | os.X_OK):
            wrong = True
            sentence = f"This user may not write to {place} ({what})."
            yield problem("permissions", sentence, f"Run Perilune as its owner, or `chown -R` {place} to this user.")
        elif path.is_dir() and path.stat().st_mode & stat.S_IWOTH and not path.stat().st_mode & stat.S_ISVTX:
            wrong = True
            yield warning("permissions", f"Everybody on this machine may write to {path}.", f"`chmod o-w {path}`")
    for file in _files_of_database(installation):
        if not _may_write(file, os.W_OK):
            wrong = True
            sentence = f"This user may read {file}, and may not write to it, so that every change fails."
            remedy = f"As root, `chown --reference={shlex.quote(str(file.parent))} {shlex.quote(str(file))}`."
            yield problem("permissions", sentence, f"A command as another user made it. {remedy}")
    if not wrong:
        yield ok("permissions", "This user may write where it must, and others may not.")


def _files_of_database(installation: Installation) -> list[Path]:
    """Name SQLite's file and what lies beside it while it is used, as far as they are there."""
    file = file_of(installation.settings.database_url)
    beside = [file.with_name(file.name + ending) for ending in ("", "-wal", "-shm")] if file is not None else []
    return [each for each in beside if each.exists()]


def _may_write(path: Path, mode: int) -> bool:
    """Tell whether the user that we act as may do so, who is not always the one that started us."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def page_store(installation: Installation) -> Iterator[Finding]:
    """Write, read and remove a probe in the page store; a folder that is not there is left for its owner to make."""
    store = installation.archive.pages
    if store.folder is not None and not store.folder.exists():
        yield skipped("page store", f"{store.folder} is not there yet; the first page that is fetched makes it.")
        return
    store.probe()
    yield ok("page store", f"A probe was written to {store.url}, read and removed.")


def pages(installation: Installation) -> Iterator[Finding]:
    """Read some pages, from all over the archive."""
    store = installation.archive.pages
    with installation.archive.sessions() as session:
        hashes = _some_hashes(session, LARGE_SAMPLE if installation.is_thorough else SAMPLE)
    if not hashes:
        yield skipped("pages", "There are no pages yet.")
        return
    lost = []
    for content_hash in hashes:
        try:
            store.read(content_hash)
        except PageStoreProblem as trouble:
            lost.append(str(trouble))
    if lost:
        sentence = f"{len(lost)} of {len(hashes)} pages cannot be read: {'; '.join(lost[:NAMED])}."
        yield problem("pages", sentence, _remedy_for_lost_pages(store))
    else:
        yield ok("pages", f"{len(hashes)} pages from all over the archive are there and undamaged.")


def _remedy_for_lost_pages(store: PageStore) -> str:
    kept = "what they said is still in the archive"
    if store.folder is None:
        return f"Check PERILUNE_PAGES, or copy BACKUPS/pages to {store.url}, which is laid out alike; {kept}."
    copy = f"`cp -r BACKUPS/pages/. {shlex.quote(str(store.folder))}`"
    return f"Check PERILUNE_PAGES; {copy} brings them back from a folder of backups, and {kept}."


def _some_hashes(session: Session, count: int) -> list[str]:
    newest = session.scalar(sa.select(sa.func.max(Page.id))) or 0
    chosen = random.sample(range(1, newest + 1), min(count, newest))
    found: list[str] = []
    for start in range(0, len(chosen), SAMPLE):
        some = sa.select(Page.content_hash).where(Page.id.in_(chosen[start : start + SAMPLE]))
        found.extend(session.scalars(some.where(~is_pruned())))
    return found


def last_backup(installation: Installation) -> Iterator[Finding]:
    """Check that there is a backup, and that it is not old."""
    now, remedy = installation.now, "`perilune backup FOLDER --keep 14`, every night by a timer (docs/backup.md)."
    with installation.archive.sessions() as session:
        made, has_pages = backup_made.last_backup(session), page_count(session) > 0
    if made is None:
        yield (
            warning("backup", "No backup was ever made.", remedy)
            if has_pages
            else skipped("backup", "There is nothing to back up yet.")
        )
        return
    age = duration_in_words(now - made.made_at)
    if now - made.made_at > OLD_BACKUP:
        yield warning("backup", f"The last backup is {age} old ({made.place}).", remedy)
    elif made.missing_count:
        sentence = (
            f"The last backup lacks {made.missing_count:,} pages, which were not in the page store ({made.place})."
        )
        yield warning("backup", sentence, "Its manifest names them; restore them from an older backup.")
    else:
        yield ok("backup", f"The last backup was made {age} ago, with {made.page_count:,} pages ({made.place}).")
