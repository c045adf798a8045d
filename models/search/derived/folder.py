"""Where a derived index lies: one folder for each time it was built, and a file that names the one in use.

`current` is renamed into place, so that every reader sees the old index or the new one. Beside an index lie its
schema's version and its position: the last change of the tables that it certainly holds.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import tantivy

from models.search.derived.schema import SCHEMA_VERSION, make_schema, register_tokenizer

CURRENT, FOLLOWING, BUILDING, DAMAGED = "current", "following.lock", "building.lock", "damaged"
POSITION = "position.json"
META = "meta.json"
BUILT = "built-"


class Stamp(NamedTuple):
    """What changes whenever the index in use, or what was committed to it, does."""

    name: str
    committed: tuple[int, int]


@dataclass(frozen=True)
class IndexFolder:
    """The folder of an archive's derived index."""

    path: Path

    def current(self) -> Path | None:
        """Name the folder of the index in use; None where none was built by this version of the schema."""
        with contextlib.suppress(FileNotFoundError):
            built = self.path / (self.path / CURRENT).read_text(encoding="utf-8").strip()
            return built if _state_of(built).get("schema") == SCHEMA_VERSION else None
        return None

    def stamp(self, built: Path) -> Stamp:
        """Tell which commit of an index stands there now."""
        stat = (built / META).stat()
        return Stamp(built.name, (stat.st_mtime_ns, stat.st_ino))

    def open(self, built: Path) -> tantivy.Index:
        """Open an index to read or write; ValueError or OSError where it is damaged."""
        index = tantivy.Index(make_schema(), path=str(built), reuse=True)
        register_tokenizer(index)
        # We look for commits ourselves: a thread that reloads by itself may come upon a file that is being damaged.
        index.config_reader(reload_policy="manual", num_warmers=0)
        return index

    def make(self) -> Path:
        """Make a folder for an index to be built, and delete those that are of no use any more."""
        self.path.mkdir(parents=True, exist_ok=True)
        current = self.current()
        numbers = [0]
        for built in self.path.glob(f"{BUILT}*"):
            numbers.append(int(built.name.removeprefix(BUILT)))
            if built != current:
                shutil.rmtree(built, ignore_errors=True)
        made = self.path / f"{BUILT}{max(numbers) + 1}"
        made.mkdir()
        return made

    def use(self, built: Path) -> None:
        """Let every reader read an index from now on."""
        _write(self.path / CURRENT, built.name)

    def position(self, built: Path) -> int:
        """Return the number of the last change that an index certainly holds."""
        position = _state_of(built).get("position", 0)
        assert isinstance(position, int)
        return position

    def store_position(self, built: Path, position: int) -> None:
        """Keep what was committed last; a kill before this only has changes applied again."""
        _write(built / POSITION, json.dumps({"schema": SCHEMA_VERSION, "position": position}))

    def is_damaged(self, built: Path) -> bool:
        """Tell whether a reader or writer came upon damage."""
        return (built / DAMAGED).exists()

    def mark_damaged(self, built: Path, reason: str) -> None:
        """Have nobody use an index any more, until it is built anew."""
        with contextlib.suppress(OSError):
            (built / DAMAGED).write_text(reason, encoding="utf-8")

    def is_followed(self) -> bool:
        """Tell whether some process keeps the index up to date."""
        with _lock(self.path / FOLLOWING, fcntl.LOCK_SH) as is_held:
            return not is_held

    @contextlib.contextmanager
    def following(self) -> Iterator[bool]:
        """Hold the right to change the index in use; yields whether it was free."""
        with _lock(self.path / FOLLOWING, fcntl.LOCK_EX) as is_held:
            yield is_held

    @contextlib.contextmanager
    def building(self) -> Iterator[bool]:
        """Hold the right to build an index; yields whether it was free."""
        with _lock(self.path / BUILDING, fcntl.LOCK_EX) as is_held:
            yield is_held


def _state_of(built: Path) -> dict[str, object]:
    try:
        state = json.loads((built / POSITION).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all, whatever happens meanwhile."""
    beside = file.with_suffix(f".{os.getpid()}")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)


@contextlib.contextmanager
def _lock(file: Path, kind: int) -> Iterator[bool]:
    """Lock a file as long as it is open; the system lets go of it when its holder dies."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as stream:
        try:
            fcntl.flock(stream, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
