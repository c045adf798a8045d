"""What an export says of an article: plain values, read by `models.export_rows`, written by every form alike."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from perilune.dates import PartialDate

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Signs that no file should bear: controls, orders of direction, and what XML forbids."""


def plain(text: str | None) -> str:
    """Put a text on one line without signs that cannot be seen."""
    return " ".join(UNSEEN.sub("", text or "").split())


@dataclass(frozen=True)
class ArchivedPage:
    """A page as fetched: what its address answered."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content_type: str | None
    content_hash: str
    fetched_at: dt.datetime


@dataclass(frozen=True)
class Record:
    """An article as it stands in an export."""

    key: str
    version: int
    title: str
    url: str
    source: str
    source_name: str
    site_name: str | None
    issuer: str | None
    authors: tuple[str, ...]
    published: PartialDate | None
    language: str | None
    doc_type: str | None
    relevance: str | None
    topics: tuple[str, ...]
    countries: tuple[str, ...]
    actors: tuple[str, ...]
    story: str | None
    first_seen_at: dt.datetime
    fetched_at: dt.datetime
    content_hash: str
    lead: str
    """How its text begins: the first paragraphs."""
    text: str
    remark: str = ""
    """What its collection says of it."""
    pages: tuple[ArchivedPage, ...] = ()

    def archived_at(self, archive_url: str) -> str:
        """Give the address of the copy that the archive keeps."""
        return f"{archive_url.rstrip('/')}/article/{self.key}/v{self.version}/page"

    @property
    def publisher(self) -> str:
        """Name who published it."""
        return plain(self.site_name or self.source_name)


class Cited(NamedTuple):
    """An article that a sentence cites, and the page where it says so, for documents that have pages."""

    record: Record
    page_number: int | None = None


@dataclass(frozen=True)
class Sentence:
    """A sentence of a story's summary, with the articles that say so."""

    text: str
    language: str | None
    cited: tuple[Cited, ...]


@dataclass(frozen=True)
class Export:
    """What a file is made of; `records` are read while it is written."""

    title: str
    records: Iterable[Record]
    archive_url: str
    made_at: dt.datetime
    read_page: Callable[[str], bytes]
    sentences: tuple[Sentence, ...] = ()
