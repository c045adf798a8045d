"""The files of the hostile benchmark: shared ones as given, damaged variants of them, and hand-made bombs.

Apart because making is seeded and lazy, so that gigabytes never stand in memory at once.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile_bombs import HTML, bombs
from benchmarks.hostile_office import office_bombs, office_files

SEED = 11
EVERY_FEED = 6
EVERY_DAMAGED_FEED = 30
CONTENT_TYPES = {".pdf": "application/pdf", ".html": HTML, ".xml": "text/xml", ".json": "application/json"}
SHUFFLED_BYTES = 2_000


@dataclass(frozen=True)
class HostileFile:
    """A file's name, where it comes from, its bytes and what a server would call them."""

    name: str
    kind: str
    body: bytes
    content_type: str | None

    @property
    def is_html(self) -> bool:
        """Tell whether readers of HTML are to be tried on it too."""
        return (self.content_type or "").startswith("text/html")


def files_in(folder: Path) -> Iterator[HostileFile]:
    """Yield every file of the benchmark; the same ones each time."""
    pages = sorted((folder / "html").rglob("*.html*"))
    documents = sorted((folder / "pdf").rglob("*.pdf"))
    feeds = [path for path in sorted((folder / "feeds").rglob("*")) if path.is_file()]
    others = [path for path in sorted((folder / "sitemaps").iterdir()) if path.is_file()]
    for path in (*pages, *documents, *feeds[::EVERY_FEED], *others):
        yield _given(path)
    chance = random.Random(SEED)
    damaged = (*pages, *documents, *documents, *feeds[::EVERY_DAMAGED_FEED], *others)
    for path in damaged:
        given = _given(path)
        for name, damage in DAMAGES.items():
            yield HostileFile(f"{given.name}, {name}", name, damage(given.body, chance), given.content_type)
    for name, body in office_files():
        yield HostileFile(name, "as given", body, None)
        for damage_name, damage in DAMAGES.items():
            yield HostileFile(f"{name}, {damage_name}", damage_name, damage(body, chance), None)
    for name, body in office_bombs():
        yield HostileFile(name, "bomb", body, None)
    for name, body, content_type in bombs():
        yield HostileFile(name, "bomb", body, content_type)


def _given(path: Path) -> HostileFile:
    body, suffix = path.read_bytes(), path.suffix
    if path.name.endswith(".html.gz"):
        body, suffix = gzip.decompress(body), ".html"
    return HostileFile("/".join(path.parts[-2:]), "as given", body, CONTENT_TYPES.get(suffix))


def _truncated(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _flipped(body: bytes, chance: random.Random) -> bytes:
    broken = bytearray(body)
    for place in (chance.randrange(len(body)) for _ in range(min(len(body), 20 + len(body) // 500))):
        broken[place] ^= 1 << chance.randrange(8)
    return bytes(broken)


def _spliced(body: bytes, chance: random.Random) -> bytes:
    one, other, third = sorted(chance.randrange(len(body) + 1) for _ in range(3))
    return body[:other] + body[one:third] + body[:one]


def _shuffled(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    part = list(body[start : start + SHUFFLED_BYTES])
    chance.shuffle(part)
    return body[:start] + bytes(part) + body[start + SHUFFLED_BYTES :]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "truncated": _truncated,
    "bits flipped": _flipped,
    "spliced": _spliced,
    "shuffled": _shuffled,
}
