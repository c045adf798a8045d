"""What discovery hands on: offers, the choice among them with its reason, and samples. Plain values."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import Base64Bytes, TypeAdapter

from crawler.discovery.lists import ListPattern
from crawler.found import FoundLink
from crawler.health.observations import ProblemCode
from models.vocabulary import SourceKind

NO_PATTERN = ListPattern()
T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """What an address answered: its final address, status and bytes; or why there is no answer."""

    url: str
    status: int = 200
    content_type: str | None = None
    body: Base64Bytes = b""
    problem: str | None = None
    code: ProblemCode | None = None
    """What `problem` is, for what judges the source's health."""

    @property
    def is_ok(self) -> bool:
        """Tell whether there is something to read."""
        return self.problem is None and self.status in range(200, 300) and bool(self.body.strip())


Answers = Mapping[str, Seen]


@dataclass(frozen=True)
class Offer:
    """One way of watching the source, with what it gives now; `problem` says why it would not be taken."""

    kind: SourceKind
    addresses: tuple[str, ...]
    links: tuple[FoundLink, ...]
    because: str
    pattern: ListPattern = NO_PATTERN
    problem: str | None = None


@dataclass(frozen=True)
class Discovery:
    """What was found at an address.

    `chosen` is None where nothing can be watched, and `problem` then says why in one sentence. `archive` is the list
    behind a feed or a list of the newest, for history that these do not give; `samples` are the newest items' pages.
    """

    url: str
    title: str | None
    language: str | None
    robots: str
    offers: tuple[Offer, ...] = ()
    chosen: Offer | None = None
    archive: Offer | None = None
    problem: str | None = None
    code: ProblemCode | None = None
    samples: tuple[tuple[FoundLink, Seen], ...] = field(default=(), repr=False)


Asking = Generator[Sequence[str], Answers, T]
"""Work that needs the network without knowing it: yields addresses, is sent their answers, returns a result."""


DISCOVERIES: TypeAdapter[Discovery] = TypeAdapter(Discovery)
"""Writes a discovery as JSON and reads it back; the bytes of samples in base 64."""
