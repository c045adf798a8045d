"""What a backup says of itself, and where its parts lie: generations in a folder that share pages, or one zip file.

A generation counts as soon as it has its manifest and its name: it is made under a name that ends in `.part`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from models.page_store import PageStore
from perilune.problems import Problem

FORMAT = 1
MANIFEST, DATABASE, SETTINGS, PAGES = "manifest.json", "perilune.db", "settings.json", "pages"
PART = ".part"
ZIP = ".zip"
BLOCK_BYTES = 1 << 20
NAMED_BY = "%Y-%m-%dT%H%M%SZ"


class BackupProblem(Problem):
    """A backup cannot be made, read or restored; the message says why and what to do."""


class Manifest(BaseModel):
    """What is in a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    made_at: dt.datetime
    program: str
    revision: str
    kind: str
    """The database that it was made from; what is in the backup is an SQLite file always."""
    database_bytes: int
    database_sha256: str
    settings_sha256: str
    rows: dict[str, int]
    page_count: int
    pages_missing: list[str]
    """The hashes of pages that rows name and that were not in the page store, or damaged there."""


@dataclass(frozen=True)
class Backup:
    """One backup: a generation in a folder, or a zip file."""

    path: Path

    @property
    def name(self) -> str:
        """What people call it."""
        return self.path.name

    @property
    def named_at(self) -> dt.datetime | None:
        """The time that it is called by in its folder, finished or not; None where people called it otherwise."""
        with contextlib.suppress(ValueError):
            return dt.datetime.strptime(self.name.removesuffix(PART), NAMED_BY).replace(tzinfo=dt.UTC)
        return None

    @property
    def is_zip(self) -> bool:
        """Whether it is one file."""
        return self.path.suffix == ZIP

    @property
    def pages(self) -> PageStore:
        """The pages that it shares with the other generations, or its own."""
        return PageStore(f"zip://{PAGES}::{self.path.absolute()}" if self.is_zip else str(self.path.parent / PAGES))

    def read(self, name: str) -> bytes:
        """Read one of its small files; BackupProblem where that cannot be."""
        try:
            if not self.is_zip:
                return (self.path / name).read_bytes()
            with zipfile.ZipFile(self.path) as file:
                return file.read(name)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise BackupProblem(f"{name} of the backup {self.path} cannot be read: {error}") from error

    def manifest(self) -> Manifest:
        """Read what it says of itself; BackupProblem where that is damaged."""
        try:
            return Manifest.model_validate_json(self.read(MANIFEST))
        except ValidationError as error:
            raise BackupProblem(
                f"the manifest of the backup {self.path} is damaged, or of a newer Perilune: {error.errors()[0]['msg']}"
            ) from error

    def write_database(self, to: Path) -> None:
        """Write its database into a file; BackupProblem unless that is what was backed up."""
        manifest, digest, count = self.manifest(), hashlib.sha256(), 0
        try:
            with to.open("wb") as file:
                for block in self._blocks_of_database():
                    digest.update(block)
                    count += file.write(block)
        except OSError as error:
            reason = f"cannot be written to {to.parent}: {error.strerror}; make room there"
            raise BackupProblem(f"the database of the backup {self.path} {reason}") from error
        if (count, digest.hexdigest()) != (manifest.database_bytes, manifest.database_sha256):
            raise BackupProblem(f"the database of the backup {self.path} is damaged: its bytes changed")

    def _blocks_of_database(self) -> Iterator[bytes]:
        try:
            with self._open_database() as stored:
                while block := stored.read(BLOCK_BYTES):
                    yield block
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise BackupProblem(f"the database of the backup {self.path} cannot be read: {error}") from error

    @contextlib.contextmanager
    def _open_database(self) -> Iterator[IO[bytes]]:
        if self.is_zip:
            with zipfile.ZipFile(self.path) as file, file.open(DATABASE) as stored:
                yield stored
        else:
            with (self.path / DATABASE).open("rb") as stored:
                yield stored


def generations_in(folder: Path) -> list[Backup]:
    """Name the finished backups in a folder, the oldest first; those that people gave another name come before."""
    if not folder.is_dir():
        return []
    found = [Backup(path) for path in folder.iterdir() if path.suffix != PART and (path / MANIFEST).is_file()]
    return sorted(found, key=lambda each: (each.named_at is not None, each.name))


def name_after(earlier: Sequence[Backup], now: dt.datetime) -> str:
    """Name a backup by the time, or behind the newest where the clock was set back: the last by name is the newest."""
    if earlier and (newest := earlier[-1].named_at) is not None:
        now = max(now, newest + dt.timedelta(seconds=1))
    return f"{now:{NAMED_BY}}"


def backup_at(target: Path, generation: str | None = None) -> Backup:
    """Find a backup: the newest in a folder, one that is named, or a file; BackupProblem where there is none."""
    if target.suffix == ZIP:
        if generation is not None:
            raise BackupProblem(f"{target} is one backup; --generation is for a folder of backups.")
        if not target.is_file():
            raise BackupProblem(f"there is no backup {target}.")
        return Backup(target)
    found = generations_in(target)
    if not found:
        raise BackupProblem(f"there is no backup in {target}; `perilune backup {target}` makes one.")
    if generation is None:
        return found[-1]
    for each in found:
        if each.name == generation:
            return each
    raise BackupProblem(f"there is no backup {generation!r} in {target}; it has {', '.join(b.name for b in found)}.")
