"""What saved searches found, as lists, mails and feeds show it: without what is withdrawn or gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.readers import editions_of, find_reader
from models.saved_queries import query_of
from models.saved_search import SavedSearch, SearchHit
from models.search import Hit, Query, QueryProblem, hits_of, search
from models.search.filters import Sort
from models.takedown import withdrawn_keys

STOP = "stop-alert"
"""What a signature is for: to end an alert's mail."""
A_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Find:
    """An article that a saved search found, as its results show it."""

    hit: Hit
    found_at: dt.datetime | None
    """None for what was in the archive before."""
    is_backfill: bool = False


def language_of_address(session: Session, address: str) -> str | None:
    """Say in which language an address gets a digest, if it does; of several, that of the first by name."""
    reader = find_reader(session, address)
    editions = [edition for edition, row in editions_of(session, reader) if row.confirmed_at] if reader else []
    return editions[0].language if editions else None


def asked_by(session: Session, saved: SavedSearch) -> Query | None:
    """Read the query of a saved search; None where it cannot be asked any more."""
    try:
        return query_of(session, saved.query)
    except QueryProblem:
        return None


def finds_of(
    session: Session, saved: SavedSearch, *, limit: int, offset: int = 0, told_at: dt.datetime | None = None
) -> list[Find]:
    """Read what a search found, the newest first; only what a mail of some moment tells, if one is given."""
    rows = _shown(saved.id).order_by(SearchHit.found_at.desc(), SearchHit.article_key)
    if told_at is not None:
        rows = rows.where(SearchHit.told_at == told_at)
    found = session.execute(rows.limit(limit).offset(offset)).all()
    hits = {
        hit.article_id: hit for hit in hits_of(session, asked_by(session, saved) or Query(), [row[0] for row in found])
    }
    return [Find(hits[article_id], found_at, is_backfill) for article_id, found_at, is_backfill in found]


def count_told(session: Session, saved: SavedSearch, told_at: dt.datetime) -> int:
    """Count what the mail of a moment tells."""
    told = _shown(saved.id).where(SearchHit.told_at == told_at)
    return session.scalar(sa.select(sa.func.count()).select_from(told.subquery())) or 0


def _shown(search_id: int) -> sa.Select[int, dt.datetime, bool]:
    return (
        sa.select(Article.id, SearchHit.found_at, SearchHit.is_backfill)
        .join(SearchHit, SearchHit.article_key == Article.key)
        .where(SearchHit.saved_search_id == search_id)
        .where(Article.current_version_id.is_not(None), Article.key.not_in(withdrawn_keys()))
    )


def feed_of(session: Session, saved: SavedSearch, *, limit: int) -> list[Find]:
    """Read what a feed shows: the newest finds, and after them the newest of what the search finds besides."""
    finds = finds_of(session, saved, limit=limit)
    query = asked_by(session, saved)
    if query is not None and len(finds) < limit:
        seen = {find.hit.key for find in finds}
        results = search(session, query.with_(sort=Sort.NEWEST), limit=limit).hits
        withdrawn = set(session.scalars(withdrawn_keys()))
        besides = [Find(hit, None) for hit in results if hit.key not in seen | withdrawn]
        finds += besides[: limit - len(finds)]
    return finds


@dataclass(frozen=True)
class FindCounts:
    """How much a saved search found."""

    total: int = 0
    of_week: int = 0


def find_counts(session: Session, search_ids: Collection[int], *, now: dt.datetime) -> dict[int, FindCounts]:
    """Count what searches found, in all and within a week."""
    is_new = sa.case((SearchHit.found_at > now - A_WEEK, 1), else_=0)
    rows = session.execute(
        sa.select(SearchHit.saved_search_id, sa.func.count(), sa.func.sum(is_new))
        .join(Article, Article.key == SearchHit.article_key)
        .where(SearchHit.saved_search_id.in_(search_ids))
        .where(Article.current_version_id.is_not(None), Article.key.not_in(withdrawn_keys()))
        .group_by(SearchHit.saved_search_id)
    )
    return {search_id: FindCounts(total, int(of_week or 0)) for search_id, total, of_week in rows}
