"""How a source is watched: by its file's own words, or as discovery chose; one value for spiders, pages and tools."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict

from models.source import Source
from models.vocabulary import SourceKind


class Way(BaseModel):
    """A kind of index, its addresses, and where in them the articles' links are.

    `archive` is the list behind a feed, a news sitemap or a list of the newest, through which history is fetched.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: SourceKind
    addresses: tuple[str, ...]
    select: str | None = None
    row: str | None = None
    links: str | None = None
    skip: str | None = None
    because: str = ""
    archive: Way | None = None


class History(BaseModel):
    """How far the fetching of a source's past has come; done when the queue is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: tuple[str, ...]
    until: dt.date
    visited: tuple[str, ...] = ()
    idle_count: int = 0
    """How many pages in a row gave nothing new."""


def history_of(source: Source) -> History | None:
    """Give how far a source's history has come; None before it has begun."""
    return History.model_validate(source.history) if source.history else None


def first_of_archive(way: Way) -> str | None:
    """Name the page at which a source's past begins: its archive's, or its own list's; None where it has neither."""
    archive = way.archive or way
    is_list = archive.kind in {SourceKind.LISTING, SourceKind.DOCUMENTS, SourceKind.SITEMAP}
    return archive.addresses[0] if is_list and archive.addresses else None


def _with_patterns_of(source: Source, way: Way) -> Way:
    """Let the file's own pattern of addresses stand over the list's that was learned."""
    own = {"skip": source.skip}
    return way.model_copy(update=own | ({"links": source.links, "select": None, "row": None} if source.links else {}))


def way_of(source: Source) -> Way | None:
    """Give the way a source is watched; None while discovery has yet to choose it, or to learn a list's pattern.

    What a person accepted stands over the file's own words.
    """
    if source.accepted_at and source.chosen:
        return Way.model_validate(source.chosen).model_copy(update={"skip": source.skip})
    if source.kind is None or (source.kind == SourceKind.LISTING and not source.links and not source.select):
        return _with_patterns_of(source, Way.model_validate(source.chosen)) if source.chosen else None
    return Way(
        kind=source.kind,
        addresses=tuple(source.addresses) or (source.home,),
        select=source.select,
        row=source.row,
        links=source.links,
        skip=source.skip,
        because="as its file says",
    )
