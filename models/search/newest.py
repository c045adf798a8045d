"""Answering a search on a large PostgreSQL archive in bounded time; apart since SQLite has another index for it.

What a common word matches is too much to sort or to count. Such a search ranks its newest matches only, counts facets
over its newest matches, and says that both are approximate. How much a search matches, the planner estimates. The month
of each article stands among its terms, so that the newest matches come out of the index of words alone. Whether words
are neighbours the texts must be asked, so that of a phrase of common words even fewer, the newest, are looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.search.columns import columns_of
from models.search.filters import Sort
from models.search.matching import matching_ids, texts_to_read
from models.search.patterns import clauses_of
from models.search.query import Query
from models.search.ranking import estimated_count, scores

SPARE = 2.0
"""How many times as many matches as are needed a period should hold by estimate."""
WIDER = 4
WHOLE = 0.8


class Bounds(NamedTuple):
    """How many matches are still taken all, how many facets count, and how many are ranked.

    Of a phrase so many texts are still read all, and else at least so few matches found, ranked and counted.
    """

    small: int = 10_000
    counted: int = 10_000
    ranked: int = 1_000
    read: int = 4_000
    few: int = 100


BOUNDS = Bounds()
KEPT = "newest matches"
"""What a session remembers of a search between counting it and showing a page of it."""


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
    """Ids of matching articles, newest first and undated last; `estimate` is how many match where these are not all.

    `found_count` is how many were found where the ids are only the first of them.
    """

    ids: list[int]
    estimate: int | None
    found_count: int = 0

    @property
    def total(self) -> int:
        """How many match, as far as is known."""
        return max(self.estimate or 0, self.found_count, len(self.ids))


class Plan(NamedTuple):
    """What a search costs: how much it matches by estimate, and how many texts must be read to tell, if many."""

    query: Query
    bounds: Bounds
    estimate: int
    texts: int


def plan_of(session: Session, query: Query, bounds: Bounds = BOUNDS) -> Plan:
    """Ask the planner for estimates, and the index of words for those of phrases, which the planner misjudges."""
    loose = texts_to_read(query)
    texts = 0 if loose is None else session.scalar(sa.select(sa.func.count()).select_from(loose.subquery())) or 0
    estimate = estimated_count(session, matching_ids(session, query))
    return Plan(query, bounds, estimate, texts if texts > bounds.read else 0)


class Attempt(NamedTuple):
    """A statement for the newest matches, in order, and how many of them suffice; None where it selects all."""

    matching: sa.Select[int]
    enough: int | None = None
    share: float = 1.0
    """Of the articles of the query's days, which it looks at."""


def attempts(session: Session, plan: Plan, count: int, *, least: int = 0) -> Iterator[Attempt]:
    """Give statements until one finds enough: of the newest months, of more, of all at last.

    Enough are `count`, or where texts must be read to find them, at least `least` and a few.
    """
    query, bounds = plan.query, plan.bounds
    enough, share = count, SPARE * count / max(plan.estimate, 1)
    if plan.texts:
        enough, share = min(count, max(least, bounds.few)), bounds.read / plan.texts
    if plan.texts or plan.estimate > max(bounds.small, count):
        while query.expression.clauses and (since := _day_since(session, query, share)):
            newest = matching_ids(session, query, since=since, is_apart=True)
            yield Attempt(_in_order(session, newest, count), enough, share)
            share *= WIDER
        if not query.expression.clauses:
            dated = matching_ids(session, query).where(columns_of(session).day.is_not(None))
            yield Attempt(_in_order(session, dated, count), enough)
    yield Attempt(_in_order(session, matching_ids(session, query, is_apart=True), None))


def newest_matches(session: Session, plan: Plan, count: int, *, least: int) -> Newest:
    """Find all that a query matches, or where that is much, the newest that suffice."""
    for matching, enough, share in attempts(session, plan, count, least=least):
        ids = list(session.scalars(matching))
        if enough is None or len(ids) >= enough:
            return Newest(ids, _estimate(plan, Attempt(matching, enough, share), len(ids)))
    raise AssertionError("the last attempt selects all")


def _estimate(plan: Plan, attempt: Attempt, count: int) -> int | None:
    """Tell how many match where an attempt found so many; None where these are all."""
    if attempt.enough is None:
        return None
    return round(count / attempt.share) if plan.texts else plan.estimate


@dataclass(frozen=True)
class Kept:
    """The newest matches of a search, as many as were kept, while a session counts it and shows a page of it."""

    plan: Plan
    newest: Newest
    is_whole: bool


def keep_newest(session: Session, plan: Plan, attempt: Attempt, ids: Sequence[int], count: int) -> None:
    """Keep what counting found for the page that is read next."""
    whole = attempt.enough is None and len(ids) == count
    session.info[KEPT] = Kept(plan, Newest(list(ids), _estimate(plan, attempt, count), count), whole)


def _kept(session: Session, query: Query, bounds: Bounds) -> Kept | None:
    kept = session.info.pop(KEPT, None)
    assert kept is None or isinstance(kept, Kept)
    return kept if kept and (kept.plan.query, kept.plan.bounds) == (query, bounds) else None


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
    kept, end = _kept(session, query, bounds), offset + limit
    plan = kept.plan if kept else plan_of(session, query, bounds)
    # The same on every page, or else pages would overlap.
    ranked_count = (bounds.few if plan.texts else bounds.ranked) * is_ranked
    wanted = max(ranked_count, end)
    if kept and (kept.is_whole or wanted <= len(kept.newest.ids)):
        found = kept.newest
    else:
        found = newest_matches(session, plan, wanted, least=end)
    if not is_ranked:
        return found
    ranked, rest = found.ids[:ranked_count], found.ids[ranked_count:]
    scored = scores(session, clauses, ranked)
    score_by_id = dict(session.execute(scored).all())
    # Sorting keeps the order of equals, which is that of dates.
    ranked.sort(key=lambda article_id: -score_by_id.get(article_id, 0.0))
    return found._replace(ids=[*ranked, *rest])
