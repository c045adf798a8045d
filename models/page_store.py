"""The page store: bytes as fetched, under their SHA-256, compressed with zstd, outside the database.

Content addressing makes every write idempotent: the same bytes land in the same place, and a write that was cut off
leaves only a temporary name. Any fsspec address will do (a folder, S3, memory for tests).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from pathlib import Path

from perilune.problems import Problem
from perilune.secrets import without_password

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    from backports import zstd

PARTS = 256
MEASURED_PAGES = 20_000
LEVEL = 3  # level 10 takes four times as long to save a tenth more (57 news pages of 168 kB)


class PageStoreProblem(Problem):
    """Bytes cannot be kept or found; the message says where and why."""


class PageStore:
    """Content-addressed bytes below one fsspec address."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.url = without_password(url)
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise PageStoreProblem(f"the page store's address {self.url!r} cannot be used: {error}") from error

    def _path_of(self, content_hash: str) -> str:
        return f"{self._root}/{content_hash[:2]}/{content_hash[2:4]}/{content_hash}.zst"

    def keep(self, body: bytes) -> str:
        """Store bytes and return their SHA-256; PageStoreProblem when they cannot be written."""
        content_hash = hashlib.sha256(body).hexdigest()
        path = self._path_of(content_hash)
        try:
            if self._files.exists(path):
                return content_hash
            self._files.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH120 - an fsspec path
            part = f"{path}.{uuid.uuid4().hex}.part"
            self._files.pipe_file(part, zstd.compress(body, LEVEL))
            self._files.mv(part, path)
        except OSError as error:
            raise PageStoreProblem(
                f"the page store at {self.url} cannot be written: {error.strerror or error}; "
                "make room or set PERILUNE_PAGES, then run again: nothing stored is lost"
            ) from error
        return content_hash

    def read(self, content_hash: str) -> bytes:
        """Return the bytes with this hash; PageStoreProblem when they are not there or damaged."""
        try:
            body: bytes = zstd.decompress(self._files.cat_file(self._path_of(content_hash)))
        except (OSError, zstd.ZstdError) as error:
            raise PageStoreProblem(f"page {content_hash[:12]} cannot be read from {self.url}: {error}") from error
        if hashlib.sha256(body).hexdigest() != content_hash:
            raise PageStoreProblem(f"page {content_hash[:12]} in {self.url} is damaged: its bytes changed")
        return body

    @property
    def folder(self) -> Path | None:
        """The folder that the bytes lie in; None where they lie elsewhere."""
        return Path(self._root) if "file" in self._protocols else None

    @property
    def _protocols(self) -> tuple[str, ...]:
        said = self._files.protocol
        return (said,) if isinstance(said, str) else tuple(said)

    def holds(self, content_hash: str) -> bool:
        """Tell whether bytes are there; PageStoreProblem where the store does not answer."""
        try:
            return bool(self._files.exists(self._path_of(content_hash)))
        except OSError as error:
            raise PageStoreProblem(f"the page store at {self.url} does not answer: {error}") from error

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
        path, said = f"{self._root}/.probe-{uuid.uuid4().hex}", b"probe"
        step = "written"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            self._files.pipe_file(path, said)
            step = "read"
            found = self._files.cat_file(path)
            step = "removed"
            self._files.rm_file(path)
        except OSError as error:
            reason = error.strerror or error
            raise PageStoreProblem(f"a probe could not be {step} in the page store at {self.url}: {reason}") from error
        if found != said:
            raise PageStoreProblem(f"the page store at {self.url} gave back other bytes than it took")
