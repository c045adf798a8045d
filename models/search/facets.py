"""Facets: how many matching articles bear each topic, country, source and so on; one exact statement for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.knowledge import Actor, Topic
from models.search.columns import columns_of
from models.search.counting import EVERY, FACETS, NEWEST, counts_statement
from models.search.derived.reading import DerivedIndex, derived_index_of
from models.search.filters import By, country_names, language_names
from models.search.matching import matching_ids
from models.search.newest import BOUNDS, Attempt, Bounds, Plan, attempts, is_large, keep_newest, plan_of
from models.search.query import Query
from models.search.results import Results
from models.source import Source


@dataclass(frozen=True)
class FacetValue:
    """A value as filters take it, its English label, and how many articles bear it."""

    value: str
    label: str
    count: int


class Facets(dict[str, tuple[FacetValue, ...]]):
    """The values of each facet; `is_approximate` where only the newest matches were counted."""

    is_approximate: bool = False


Counted = Mapping[str, Sequence[tuple[str, int]]]
BEGUN = "facets begun"
"""What a session remembers from `begin_facets` until the facets are asked for."""


def facets(
    session: Session, query: Query, *, limit: int = 20, is_exact: bool = False, bounds: Bounds = BOUNDS
) -> Facets:
    """Count the articles that match by words, by facet: the most frequent first, years newest first, no unknowns.

    In a large archive on PostgreSQL only the newest matches of a common word are counted, unless `is_exact`.
    """
    counted, is_approximate = _counted_by_words(session, query, None if is_exact else bounds)
    return _labelled(session, counted, limit, is_approximate=is_approximate)


def begin_facets(session: Session, query: Query) -> None:
    """Begin to count what `facets` will be asked for when the page has been read, where that saves time.

    On PostgreSQL it is counted at once, since what is counted there is what a page is then read from.
    """
    if query.by == By.MEANING:
        return
    if derived := derived_index_of(session):
        derived.begin_counts(session, query)
    elif is_large(session):
        plan = plan_of(session, query, BOUNDS)
        found, attempt = _count_newest(session, plan)
        keep_newest(session, plan, attempt, found.newest, found.every)
        session.info[BEGUN] = query, found.counted, attempt.enough is not None


def facets_of_results(
    session: Session, query: Query, results: Results, *, limit: int = 20, is_exact: bool = False
) -> Facets:
    """Count the articles that a search found, by facet: what matches by words, and what it found by meaning alone."""
    columns = columns_of(session)
    those_alone = columns.every.where(columns.article_id.in_(results.alone))
    alone = facets_by_tables(session, those_alone) if results.alone else {}
    if results.by == By.MEANING:
        return _labelled(session, alone, limit)
    by_words, is_approximate = _counted_by_words(session, query, None if is_exact else BOUNDS)
    counted = {facet: _sum(by_words[facet], alone.get(facet, ())) for facet in FACETS}
    return _labelled(session, _in_order(counted), limit, is_approximate=is_approximate)


def _sum(*counts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(dict(each))
    return list(total.items())


def _counted_by_words(session: Session, query: Query, bounds: Bounds | None) -> tuple[Counted, bool]:
    """Count what matches, and say whether these are only the newest."""
    derived = derived_index_of(session)
    counted = facets_by_index(session, derived, query) if derived else None
    if counted is not None:
        return counted, False
    return _newest_counted(session, query, bounds)


def _labelled(session: Session, counted: Counted, limit: int, *, is_approximate: bool = False) -> Facets:
    shown = {facet: counted.get(facet, ())[:limit] for facet in FACETS}
    labels = _labels(session, {facet: [value for value, _ in shown[facet]] for facet in FACETS})
    found = Facets(
        (
            facet,
            tuple(
                FacetValue(value, labels[facet].get(value) or value.replace("-", " ").capitalize(), count)
                for value, count in shown[facet]
            ),
        )
        for facet in FACETS
    )
    found.is_approximate = is_approximate
    return found


def _newest_counted(session: Session, query: Query, bounds: Bounds | None) -> tuple[Counted, bool]:
    """Count by the tables, and say whether that is of the newest matches only."""
    if bounds is None or not is_large(session, bounds):
        return facets_by_tables(session, matching_ids(session, query)), False
    begun, *counted_before = session.info.pop(BEGUN, (None,))
    if begun == query:
        counted, is_approximate = counted_before
        return counted, is_approximate
    found, attempt = _count_newest(session, plan_of(session, query, bounds))
    return found.counted, attempt.enough is not None


def _count_newest(session: Session, plan: Plan) -> tuple[_Counted, Attempt]:
    """Count the newest matches, or all where they are few, and say by which attempt."""
    for attempt in attempts(session, plan, plan.bounds.counted):
        found = _counted(session, attempt.matching)
        if attempt.enough is None or found.every >= attempt.enough:
            return found, attempt
    raise AssertionError("the last attempt selects all")


def facets_by_tables(session: Session, matching: sa.Select[int]) -> Counted:
    """Count articles by the tables, in the session's transaction, each facet in its order."""
    return _counted(session, matching).counted


class _Counted(NamedTuple):
    """What matches by facet, how much that is, and the ids of the newest, where the statement tells."""

    counted: Counted
    every: int
    newest: Sequence[int]


def _counted(session: Session, matching: sa.Select[int]) -> _Counted:
    """Count by the tables, each facet in its order."""
    counted: dict[str, list[tuple[str, int]]] = {facet: [] for facet in (*FACETS, EVERY, NEWEST)}
    for facet, value, count in session.execute(counts_statement(columns_of(session), matching)):
        counted[facet].append((str(value or ""), count))
    ((_, every),) = counted.pop(EVERY)
    newest = [int(article_id) for ids, _ in counted.pop(NEWEST) for article_id in ids.split()]
    return _Counted(_in_order(counted), every, newest)


def facets_by_index(session: Session, derived: DerivedIndex, query: Query) -> Counted | None:
    """Count by the derived index, each facet in its order; None where it may not be asked."""
    counts = derived.counts(session, query)
    if counts is None:
        return None
    slugs = {str(source_id): slug for source_id, slug in session.execute(sa.select(Source.id, Source.slug))}
    active = set(session.scalars(sa.select(Topic.slug).where(Topic.is_active)))
    counted = {facet: counts[facet] for facet in FACETS}
    counted["source"] = [(slugs[value], count) for value, count in counts["source"] if value in slugs]
    counted["topic"] = [(value, count) for value, count in counts["topic"] if value in active]
    return _in_order(counted)


def _in_order(counted: Counted) -> Counted:
    return {
        facet: sorted(counts, key=_newest if facet == "year" else _most_frequent) for facet, counts in counted.items()
    }


def _most_frequent(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _newest(item: tuple[str, int]) -> tuple[int, str]:
    return -int(item[0]), item[0]


def _labels(session: Session, shown: Mapping[str, Sequence[str]]) -> Mapping[str, Mapping[str, str]]:
    """Name what is shown; a value without a name of its own goes by its slug."""
    labels: dict[str, Mapping[str, str]] = {facet: {} for facet in FACETS}
    for facet, table in (("topic", Topic), ("source", Source), ("actor", Actor)):
        named = sa.select(table.slug, table.name).where(table.slug.in_(shown[facet]))
        labels[facet] = dict(session.execute(named).all())
    return labels | {"country": country_names(), "language": language_names()}
