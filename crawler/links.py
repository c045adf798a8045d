"""The link rows of a source: what an index gives is stored once, however often it gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.found import FoundLink
from models.fate import await_stage
from models.source import Link, Page, Source
from models.vocabulary import Stage


@dataclass(frozen=True)
class Stored:
    """How many links were new, and the addresses that the source had given before, with the dates stated then."""

    new_count: int
    known: Mapping[str, str | None]


def store_links(
    session: Session, source: Source, found: Iterable[FoundLink], *, now: dt.datetime, is_backfill: bool
) -> Stored:
    """Store the links that the source has not given before, and make them wait to be fetched.

    A known link without a date takes the one that is stated now, and its pages are read once more with it.
    """
    rows = session.execute(sa.select(Link.url, Link.published).where(Link.source_id == source.id))
    known = {url: published for url, published in rows}  # noqa: C416 - to the type checker a row is no pair
    each = {link.url: link for link in found}
    _date_known_links(session, source, {url: link for url, link in each.items() if link.published}, now=now)
    new_links = [
        Link(
            source_id=source.id,
            url=url,
            title=link.title,
            published=str(link.published) if link.published else None,
            witness=link.witness,
            found_at=now,
            is_backfill=is_backfill,
        )
        for url, link in each.items()
        if url not in known
    ]
    session.add_all(new_links)
    session.flush()
    await_stage(session, Stage.FETCH, [link.id for link in new_links], due_at=now)
    return Stored(len(new_links), known)


def _date_known_links(session: Session, source: Source, dated: Mapping[str, FoundLink], *, now: dt.datetime) -> None:
    undated = sa.select(Link).where(Link.source_id == source.id, Link.published.is_(None), ~Link.is_index)
    links = [link for link in session.scalars(undated) if link.url in dated]
    for link in links:
        link.published, link.witness = str(dated[link.url].published), dated[link.url].witness
    pages = sa.select(Page.id).where(Page.link_id.in_([link.id for link in links]))
    await_stage(session, Stage.EXTRACT, session.scalars(pages).all(), due_at=now)
