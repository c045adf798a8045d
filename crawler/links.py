"""The link rows of a source: what an index gives is stored once, and how each last answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.found import FoundLink
from crawler.validators import reply_from, trust_after, trust_from, validators_to_send
from models.article import Version
from models.fate import Fate, Outcome, await_stage
from models.source import Link, Page, Source, next_check_at, next_look_at
from models.vocabulary import FateState, Stage

AT_ONCE = 500
T = TypeVar("T")


def sites_of_indexes(session: Session, source: Source) -> list[str]:
    """Give an index address of each origin that a source was ever watched at: by these, links that moved are known."""
    indexes = sa.select(Link.url).where(Link.source_id == source.id, Link.is_index)
    return list({urlsplit(url)[:2]: url for url in session.scalars(indexes)}.values())


def known_links(session: Session, source: Source, addresses: Collection[str]) -> dict[str, str | None]:
    """Give those of some addresses that a source has given before, with the dates that were stated then."""
    known: dict[str, str | None] = {}
    for some in _batches(addresses):
        rows = sa.select(Link.url, Link.published).where(Link.source_id == source.id, Link.url.in_(some))
        known |= {url: published for url, published in session.execute(rows)}  # noqa: C416 - no pair to the type checker
    return known


def _batches(items: Collection[T]) -> Iterator[list[T]]:
    """Cut what is asked for into pieces: databases take so many parameters and no more."""
    waiting = list(items)
    yield from (waiting[start : start + AT_ONCE] for start in range(0, len(waiting), AT_ONCE))


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
    for urls in _batches(dated):
        undated = sa.select(Link).where(Link.source_id == source.id, Link.published.is_(None), ~Link.is_index)
        links = session.scalars(undated.where(Link.url.in_(urls))).all()
        for link in links:
            link.published, link.witness = str(dated[link.url].published), dated[link.url].witness
        pages = sa.select(Page.id).where(Page.link_id.in_([link.id for link in links]))
        await_stage(session, Stage.EXTRACT, session.scalars(pages).all(), due_at=now)


def conditional_headers(link: Link) -> dict[str, str]:
    """Give the headers that ask a server for a page only if it has changed, as far as it is believed."""
    return validators_to_send(trust_from(link.trust), _validators_of(link))


def _validators_of(link: Link) -> dict[str, str | None]:
    return {"etag": link.etag, "last-modified": link.last_modified}


def answered(link: Link, validators: Mapping[str, str], *, is_news: bool, now: dt.datetime) -> None:
    """Note a full answer: its validators, and what it says of how far they are to be believed."""
    sent, stored = conditional_headers(link), _validators_of(link)
    reply = reply_from(sent, stored, validators, is_not_modified=False, has_new_content=is_news)
    link.trust = trust_after(trust_from(link.trust), reply).model_dump(mode="json", exclude_defaults=True)
    link.checked_at = now
    link.etag, link.last_modified = validators.get("etag"), validators.get("last-modified")


def not_modified(link: Link, *, now: dt.datetime) -> None:
    """Note that the server says it has not changed."""
    sent, stored = conditional_headers(link), _validators_of(link)
    reply = reply_from(sent, stored, {}, is_not_modified=True, has_new_content=False)
    link.trust = trust_after(trust_from(link.trust), reply).model_dump(mode="json", exclude_defaults=True)
    link.checked_at = now


def outcome_of_unchanged(session: Session, link: Link, *, now: dt.datetime) -> Outcome:
    """Be done with a page that is as it was; one of which no article could be made is looked at again."""
    newest = sa.select(sa.func.max(Page.id)).where(Page.link_id == link.id).scalar_subquery()
    is_refused = Fate.state == FateState.SKIPPED, Fate.stage == Stage.EXTRACT, Fate.item_id == newest
    is_article = session.scalar(sa.select(Fate.item_id).where(*is_refused)) is None
    due_at = (next_check_at if is_article else next_look_at)(link, now=now)
    return Outcome(FateState.DONE, "unchanged", due_at=due_at)


def has_article() -> sa.ColumnElement[bool]:
    """Tell in a query of links whether a page of each shows an article."""
    shown = sa.select(Version.id).join(Page, Page.id == Version.page_id)
    return shown.where(Page.link_id == Link.id, Version.withdrawn.is_(None)).exists()
