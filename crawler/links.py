"""The link rows of a source: what an index gives is stored once, however often it gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.found import FoundLink
from models.fate import await_stage
from models.source import Link, Page, Source
from models.vocabulary import Stage


def known_links(session: Session, source: Source) -> dict[str, str | None]:
    """Give the addresses that a source has given before, with the dates that were stated then."""
    rows = session.execute(sa.select(Link.url, Link.published).where(Link.source_id == source.id))
    return {url: published for url, published in rows}  # noqa: C416 - to the type checker a row is no pair


def store_links(
    session: Session, source: Source, found: Sequence[FoundLink], known: Mapping[str, str | None], *, now: dt.datetime
) -> list[Link]:
    """Store the links that a source has not given before, make them wait to be fetched, and return them.

    A known link without a date takes the one that is stated now, and its pages are read once more with it.
    """
    _date_known_links(session, source, found, now=now)
    links = [
        Link(
            source_id=source.id,
            url=link.url,
            title=link.title,
            published=str(link.published) if link.published else None,
            witness=link.witness,
            found_at=now,
        )
        for link in {link.url: link for link in found}.values()
        if link.url not in known
    ]
    session.add_all(links)
    session.flush()
    await_stage(session, Stage.FETCH, [link.id for link in links], due_at=now)
    return links


def _date_known_links(session: Session, source: Source, found: Sequence[FoundLink], *, now: dt.datetime) -> None:
    dated = {link.url: link for link in found if link.published}
    undated = sa.select(Link).where(Link.source_id == source.id, Link.published.is_(None), ~Link.is_index)
    links = [link for link in session.scalars(undated) if link.url in dated]
    for link in links:
        link.published, link.witness = str(dated[link.url].published), dated[link.url].witness
    pages = sa.select(Page.id).where(Page.link_id.in_([link.id for link in links]))
    await_stage(session, Stage.EXTRACT, session.scalars(pages).all(), due_at=now)
