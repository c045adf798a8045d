"""The page store: bytes as fetched, under their SHA-256, compressed with zstd, outside the database.

Content addressing makes every write idempotent: the same bytes land in the same place, and a write that was cut off
leaves only a temporary name. Any fsspec address will do (a folder, S3, memory for tests). A page that is kept is on the
disk, so that no row names one that a power cut took away.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import os
import shutil
import sys
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from perilune.problems import Problem
from perilune.secrets import without_password

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    from backports import zstd

PARTS = 256
MEASURED_PAGES = 20_000
ASIDE = ".aside"
LEVEL = 3  # level 10 takes four times as long to save a tenth more (57 news pages of 168 kB)
OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"})
"""Where an object appears whole or not at all; elsewhere a file is written under another name and renamed."""
UNFINISHED = ".part"
"""The folder of what is being written, on the disk that it is renamed on; a kill leaves it there."""
UNFINISHED_LASTS = dt.timedelta(hours=4)  # longer than any child process may run
OF_ONE_FILE = frozenset({errno.EIO, errno.EACCES, errno.EPERM, errno.EISDIR})
"""What a disk says of a file that cannot be read, while the others may be."""
DAMAGED_ZIP = (zipfile.BadZipFile, NotImplementedError, EOFError)


class PageStoreProblem(Problem):
    """Bytes cannot be kept or found; the message says where and why."""


class PageGone(PageStoreProblem):
    """One page is not there, or damaged; the store itself answers."""


class PageNotWritten(PageStoreProblem):
    """The store takes no bytes."""


class PageStore:
    """Content-addressed bytes below one fsspec address; whoever writes many may sync the disk once in the end."""

    def __init__(self, url: str, *, is_synced: bool = True) -> None:
        import fsspec

        self.url = without_password(url)
        self._is_synced = is_synced
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise PageStoreProblem(f"the page store's address {self.url!r} cannot be used: {error}") from error
        said = self._files.protocol
        self._protocols = {said} if isinstance(said, str) else set(said)
        if "zip" in self._protocols:  # its index is not there for other threads before it is whole
            self._files.find(self._root)

    def _path_of(self, content_hash: str) -> str:
        return f"{self._root}/{content_hash[:2]}/{content_hash[2:4]}/{content_hash}.zst"

    def holds(self, content_hash: str) -> bool:
        """Tell whether bytes with this hash are there; PageStoreProblem where the store does not answer."""
        return self._stored_bytes(content_hash) > 0

    def _stored_bytes(self, content_hash: str) -> int:
        """Measure what is stored under a hash; 0 where there is nothing, or a name that a power cut left empty."""
        try:
            return int(self._files.info(self._path_of(content_hash))["size"])
        except (FileNotFoundError, NotADirectoryError):
            return 0
        except _failures() as error:
            raise self._unreadable(content_hash, error) from error

    def keep(self, body: bytes) -> str:
        """Store bytes and return their SHA-256; PageStoreProblem when they cannot be written."""
        content_hash = hashlib.sha256(body).hexdigest()
        if not self.holds(content_hash):
            self._write(content_hash, zstd.compress(body, LEVEL))
        return content_hash

    def take_over(self, other: PageStore, content_hash: str) -> bool:
        """Copy a page from another store, and tell whether that was to be done; PageGone where it is damaged.

        One that is of another size here is copied again, unless it is whole: another zstd may have written it.
        """
        size = self._stored_bytes(content_hash)
        if size and size == other._stored_bytes(content_hash):
            return False
        if size and self._is_whole(content_hash):
            return False
        compressed = other.compressed(content_hash)
        other.checked(content_hash, compressed)
        self._write(content_hash, compressed)
        return True

    def _is_whole(self, content_hash: str) -> bool:
        try:
            self.read(content_hash)
        except PageGone:
            return False
        return True

    def _write(self, content_hash: str, compressed: bytes) -> None:
        path = self._path_of(content_hash)
        try:
            if "file" in self._protocols:
                _write_to_disk(path, self._unfinished(), compressed, is_synced=self._is_synced)
            elif self._protocols & OBJECT_STORES:
                self._files.pipe_file(path, compressed)
            else:
                self._files.makedirs(str(PurePosixPath(path).parent), exist_ok=True)
                self._files.makedirs(f"{self._root}/{UNFINISHED}", exist_ok=True)
                self._files.pipe_file(part := self._unfinished(), compressed)
                self._files.mv(part, path)
        except _failures() as error:
            raise self._problem("written", error) from error

    def _unfinished(self) -> str:
        return f"{self._root}/{UNFINISHED}/{uuid.uuid4().hex}{UNFINISHED}"

    def forget_unfinished(self, *, now: dt.datetime, lasts: dt.timedelta = UNFINISHED_LASTS) -> int:
        """Delete what kills left half written, where nobody can be at it any more; returns how many files."""
        count = 0
        if self._protocols & OBJECT_STORES:
            return count
        try:
            for path in self._files.find(f"{self._root}/{UNFINISHED}"):
                with contextlib.suppress(FileNotFoundError):  # another process deletes them too
                    if self._files.modified(path) <= now - lasts:
                        self._files.rm_file(path)
                        count += 1
        except NotImplementedError:  # nobody knows how old a file is there
            return count
        except _failures():  # it takes room and harms nobody
            return count
        return count

    def compressed(self, content_hash: str) -> bytes:
        """Return what is stored under a hash, as it is."""
        try:
            stored: bytes = self._files.cat_file(self._path_of(content_hash))
        except FileNotFoundError as error:
            raise PageGone(f"page {content_hash[:12]} cannot be read from {self.url}: it is not there") from error
        except DAMAGED_ZIP as error:
            raise PageGone(f"page {content_hash[:12]} in {self.url} is damaged: {error}") from error
        except _failures() as error:
            raise self._unreadable(content_hash, error) from error
        return stored

    def _unreadable(self, content_hash: str, error: Exception) -> PageStoreProblem:
        if self.folder and self.folder.is_dir() and getattr(error, "errno", None) in OF_ONE_FILE:
            return PageGone(f"page {content_hash[:12]} cannot be read from {self.url}: {self._reason_of(error)}")
        return self._problem("read", error, f"page {content_hash[:12]} in ")

    def checked(self, content_hash: str, compressed: bytes) -> bytes:
        """Return the bytes of what was stored under a hash; PageGone when they are damaged."""
        try:
            body: bytes = zstd.decompress(compressed)
        except zstd.ZstdError as error:
            raise PageGone(f"page {content_hash[:12]} cannot be read from {self.url}: {error}") from error
        if hashlib.sha256(body).hexdigest() != content_hash:
            raise PageGone(f"page {content_hash[:12]} in {self.url} is damaged: its bytes changed")
        return body

    def read(self, content_hash: str) -> bytes:
        """Return the bytes with this hash; PageStoreProblem when they are not there or damaged."""
        return self.checked(content_hash, self.compressed(content_hash))

    def hashes(self) -> Iterator[str]:
        """Name every page that is there."""
        try:
            for path in self._files.find(self._root):
                name = PurePosixPath(path).name
                if name.endswith(".zst"):
                    yield name.removesuffix(".zst")
        except _failures() as error:
            raise self._problem("read", error) from error

    def forget(self, content_hash: str) -> None:
        """Delete the bytes with this hash, where they are there."""
        try:
            if self._files.exists(path := self._path_of(content_hash)):
                self._files.rm_file(path)
        except _failures() as error:
            raise self._problem("written", error) from error

    def set_aside(self, content_hash: str) -> None:
        """Rename the bytes with this hash, so that they count as gone and can be put back; twice is once."""
        self._rename(self._path_of(content_hash), self._path_of(content_hash) + ASIDE)

    def put_back(self, content_hash: str) -> None:
        """Undo `set_aside`."""
        self._rename(self._path_of(content_hash) + ASIDE, self._path_of(content_hash))

    def forget_aside(self, content_hash: str) -> None:
        """Delete the bytes that were set aside, where they are there."""
        try:
            if self._files.exists(path := self._path_of(content_hash) + ASIDE):
                self._files.rm_file(path)
        except _failures() as error:
            raise self._problem("written", error) from error

    def _rename(self, path: str, other: str) -> None:
        try:
            if self._files.exists(path):
                self._files.mv(path, other)
        except _failures() as error:
            raise self._problem("written", error) from error

    @property
    def folder(self) -> Path | None:
        """The folder that the bytes lie in; None where they lie elsewhere."""
        return Path(self._root) if "file" in self._protocols else None

    def free_bytes(self) -> int | None:
        """Measure the room that is left where the bytes lie; None where nobody can say."""
        place = self.folder and next((each for each in (self.folder, *self.folder.parents) if each.is_dir()), None)
        return shutil.disk_usage(place).free if place else None

    def used_bytes(self, page_count: int) -> int | None:
        """Measure what the bytes take on disk, from a part of the folders where there are many; None elsewhere.

        A hash begins with any two digits as often as with any other, so a few of the 256 folders tell of all.
        """
        if self.folder is None or not self.folder.is_dir():
            return None
        parts = max(1, min(PARTS, PARTS * MEASURED_PAGES // max(page_count, 1)))
        measured = (self.folder / f"{number * PARTS // parts:02x}" for number in range(parts))
        kept = sum(path.stat().st_size for part in measured for path in part.glob("*/*.zst"))
        return kept * PARTS // parts

    def probe(self) -> None:
        """Write a few bytes, read them, and remove them; PageStoreProblem says which of these failed."""
        path, said = self._unfinished(), b"probe"
        step = "written"
        try:
            if not self._protocols & OBJECT_STORES:
                self._files.makedirs(f"{self._root}/{UNFINISHED}", exist_ok=True)
            self._files.pipe_file(path, said)
            step = "read"
            found = self._files.cat_file(path)
            step = "removed"
            self._files.rm_file(path)
        except _failures() as error:
            reason = self._reason_of(error)
            raise PageStoreProblem(f"a probe could not be {step} in the page store at {self.url}: {reason}") from error
        if found != said:
            raise PageStoreProblem(f"the page store at {self.url} gave back other bytes than it took")

    def _problem(self, what: str, error: Exception, prefix: str = "") -> PageStoreProblem:
        kind = PageNotWritten if what == "written" else PageStoreProblem
        return kind(
            f"{prefix}the page store at {self.url} cannot be {what}: {self._reason_of(error)}; "
            f"{self._remedy(error, what)}, then run again: nothing stored is lost"
        )

    def _reason_of(self, error: Exception) -> str:
        if isinstance(error, FileNotFoundError) and self._protocols & {"s3", "s3a"}:
            return f"there is no bucket {self._root.partition('/')[0]}"
        return getattr(error, "strerror", None) or " ".join(str(error).split())

    def _remedy(self, error: Exception, what: str) -> str:
        if not self._protocols & {"s3", "s3a"}:
            return f"{'make room' if what == 'written' else 'check its disk and permissions'} or set PERILUNE_PAGES"
        if isinstance(error, FileNotFoundError):
            return "make it or set PERILUNE_PAGES"
        if isinstance(error, PermissionError) or "credentials" in str(error):
            return "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        return "check AWS_ENDPOINT_URL and that the server answers"


def _failures() -> tuple[type[Exception], ...]:
    """Name what a store fails with: S3's client has errors of its own, and is loaded only where it is used."""
    client = sys.modules.get("botocore.exceptions")
    return (OSError,) if client is None else (OSError, client.BotoCoreError, client.ClientError)


def _write_to_disk(path: str, part: str, compressed: bytes, *, is_synced: bool) -> None:
    """Write a file that is there whole after a power cut, or not at all."""
    folder = os.path.dirname(path)  # noqa: PTH120 - an fsspec path
    is_new = not os.path.isdir(folder)  # noqa: PTH112
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    os.makedirs(os.path.dirname(part), exist_ok=True)  # noqa: PTH103, PTH120
    with open(part, "xb") as file:  # noqa: PTH123
        file.write(compressed)
        if is_synced:
            file.flush()
            os.fsync(file.fileno())
    os.replace(part, path)  # noqa: PTH105
    if is_synced:
        sync_folder(folder)
    if is_synced and is_new:
        above = os.path.dirname(folder)  # noqa: PTH120
        sync_folder(above)
        sync_folder(os.path.dirname(above))  # noqa: PTH120


def sync_folder(folder: str | Path) -> None:
    """Have the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
