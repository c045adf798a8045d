"""Answering a search on a large PostgreSQL archive in bounded time; apart since SQLite has another index for it.

What a common word matches is too much to sort or to count. Such a search ranks its newest matches only, counts facets
over its newest matches, and says that both are approximate. How much a search matches, the planner estimates. The month
of each article stands among its terms, so that the newest matches come out of the index of words alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.search.columns import columns_of
from models.search.filters import Sort
from models.search.matching import matching_ids
from models.search.patterns import clauses_of
from models.search.query import Query
from models.search.ranking import estimated_count, scores

SPARE = 1.3
"""How many times as many matches as are needed a period should hold by estimate."""
WIDER = 4
WHOLE = 0.8


class Bounds(NamedTuple):
    """How many matches are still taken all, how many facets count, and how many are ranked."""

    small: int = 10_000
    counted: int = 10_000
    ranked: int = 1_000


BOUNDS = Bounds()


def is_large(session: Session, bounds: Bounds = BOUNDS) -> bool:
    """Tell whether this is a PostgreSQL archive of more articles than are counted one by one."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.execute(sa.text("SET LOCAL jit = off"))  # compiling a query takes longer than answering it
    # The planner does not know what reading a long text's terms costs, and would read all of them in a row.
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    rows = session.scalar(sa.text("SELECT reltuples FROM pg_class WHERE oid = 'search_article'::regclass"))
    return (rows or 0) > bounds.small


class Newest(NamedTuple):
    """Ids of matching articles, newest first and undated last; `estimate` is how many match where these are not all."""

    ids: list[int]
    estimate: int | None

    @property
    def total(self) -> int:
        """How many match, as far as is known."""
        return len(self.ids) if self.estimate is None else max(self.estimate, len(self.ids))


class Attempt(NamedTuple):
    """A statement for the newest matches, in order, and how many match by estimate; None where it selects all."""

    matching: sa.Select[int]
    estimate: int | None


def attempts(session: Session, query: Query, count: int, bounds: Bounds = BOUNDS) -> Iterator[Attempt]:
    """Give statements until one finds at least `count`: of the newest months, of more, of all at last."""
    estimate = estimated_count(session, matching_ids(session, query))
    if estimate > max(bounds.small, count):
        share = SPARE * count / estimate
        while query.expression.clauses and (since := _day_since(session, query, share)):
            yield Attempt(_in_order(session, matching_ids(session, query, since=since, is_apart=True), count), estimate)
            share *= WIDER
        if not query.expression.clauses:
            dated = matching_ids(session, query).where(columns_of(session).day.is_not(None))
            yield Attempt(_in_order(session, dated, count), estimate)
    yield Attempt(_in_order(session, matching_ids(session, query, is_apart=True), None), None)


def newest_matches(session: Session, query: Query, count: int, bounds: Bounds = BOUNDS) -> Newest:
    """Find all that a query matches, or where that is much, at least `count` of the newest."""
    for matching, estimate in attempts(session, query, count, bounds):
        ids = list(session.scalars(matching))
        if estimate is None or len(ids) == count:
            return Newest(ids, estimate)
    raise AssertionError("the last attempt selects all")


def _in_order(session: Session, matching: sa.Select[int], count: int | None) -> sa.Select[int]:
    columns = columns_of(session)
    # An index on dates begins with the undated; where there are none to be put last, it can be walked.
    order = (columns.day.desc(), columns.article_id.desc()) if count else columns.newest_first
    return matching.order_by(*order).limit(count)


def _day_since(session: Session, query: Query, share: float) -> dt.date | None:
    """Estimate the day since which this share is of the articles of the query's days; None for nearly all of them."""
    if share >= WHOLE:
        return None
    statistics = "SELECT histogram_bounds::text::date[] FROM pg_stats"
    bounds: list[dt.date] | None = session.scalar(
        sa.text(f"{statistics} WHERE tablename = 'search_article' AND attname = 'day'")
    )
    after, before = query.after or dt.date.min, query.before or dt.date.max
    days = [day for day in bounds or () if after <= day < before]
    return days[int(len(days) * (1 - share))] if days else None


def newest_first(session: Session, query: Query, *, limit: int, offset: int, bounds: Bounds = BOUNDS) -> Newest:
    """Find a page of ids, best or newest first; of many matches the newest are ranked, the others follow by date."""
    clauses = clauses_of(query.expression)
    is_ranked = bool(clauses) and query.sort == Sort.RELEVANCE
    found = newest_matches(session, query, max(bounds.ranked * is_ranked, offset + limit), bounds)
    if not is_ranked:
        return found
    ranked, rest = found.ids[: bounds.ranked], found.ids[bounds.ranked :]
    scored = scores(session, clauses, ranked)
    score_by_id = dict(session.execute(scored).all())
    # Sorting keeps the order of equals, which is that of dates.
    ranked.sort(key=lambda article_id: -score_by_id.get(article_id, 0.0))
    return Newest([*ranked, *rest], found.estimate)
