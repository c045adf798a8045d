"""The cooperation matrix: in how many stories, agreements and events two countries, or two actors, take part together.

Counted by the database, since the whole archive goes into it; every cell can list what it counts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.article import Article, TopicAssignment, Version, VersionActor, VersionCountry
from models.fact import Fact, FactParty, FactWitness
from models.knowledge import Actor
from models.vocabulary import ORGANISATIONS, FactKind, Relevance

Pair = tuple[str, str]


class Axis(StrEnum):
    """What a matrix pairs."""

    COUNTRIES = "countries"
    ACTORS = "actors"


@dataclass(frozen=True)
class MatrixQuery:
    """Which cooperation is counted: of countries or actors, on a topic, in years (both ends included)."""

    axis: Axis = Axis.COUNTRIES
    topic: str | None = None
    first_year: int | None = None
    last_year: int | None = None

    @property
    def days(self) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day of the years."""
        first = dt.date(self.first_year, 1, 1) if self.first_year else None
        return first, dt.date(self.last_year, 12, 31) if self.last_year else None


@dataclass(frozen=True)
class Cell:
    """What two take part in together; an article that is in no story counts as one."""

    stories: int = 0
    agreements: int = 0
    events: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.stories + self.agreements + self.events


@dataclass(frozen=True)
class Matrix:
    """The members with most cooperation among all, in this order, and the cells of their pairs that are not empty.

    A pair stands once, in the order of the alphabet; `totals` count all partners, shown or not.
    """

    members: tuple[str, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[Pair, Cell] = field(default_factory=dict)

    def ranked(self) -> list[tuple[Pair, Cell]]:
        """List the pairs by what they do together, most first."""
        return sorted(self.cells.items(), key=lambda item: (-item[1].total, item[0]))


@dataclass(frozen=True)
class Contents:
    """What one cell counts, the newest first: stories by their numbers, articles without one by their negative ones."""

    units: tuple[int, ...]
    fact_ids: Mapping[FactKind, tuple[int, ...]]


def pair_of(one: str, other: str) -> Pair:
    """Put two in the order of the alphabet."""
    return (one, other) if one <= other else (other, one)


def matrix_of(session: Session, query: MatrixQuery, *, top: int) -> Matrix:
    """Count the cooperation of all pairs, and keep the `top` members with most of it."""
    cells = _cells(session, query)
    totals: Counter[str] = Counter()
    for pair, cell in cells.items():
        for member in pair:
            totals[member] += cell.total
    members = sorted(totals, key=lambda member: (-totals[member], member))[:top]
    shown = set(members)
    return Matrix(
        tuple(members),
        {member: totals[member] for member in members},
        {pair: cell for pair, cell in cells.items() if shown.issuperset(pair)},
    )


def _cells(session: Session, query: MatrixQuery) -> dict[Pair, Cell]:
    stories = {(one, other): count for one, other, count in session.execute(_story_counts(query))}
    facts: dict[FactKind, dict[Pair, int]] = {FactKind.AGREEMENT: {}, FactKind.EVENT: {}}
    for kind, one, other, count in session.execute(_fact_counts(query)):
        facts[FactKind(kind)][one, other] = count
    pairs = {*stories, *facts[FactKind.AGREEMENT], *facts[FactKind.EVENT]}
    if query.axis is Axis.ACTORS:
        # Missions are left out here: the database would ask for each mention of an actor what it is.
        organisations = set(session.scalars(sa.select(Actor.slug).where(Actor.kind.in_(ORGANISATIONS))))
        pairs = {pair for pair in pairs if organisations.issuperset(pair)}
    return {
        pair: Cell(stories.get(pair, 0), *(facts[kind].get(pair, 0) for kind in (FactKind.AGREEMENT, FactKind.EVENT)))
        for pair in sorted(pairs)
    }


def _unit() -> sa.ColumnElement[int]:
    """Give a number to what is counted once: a story, or an article of none, whose copies are one with it."""
    article = -sa.func.coalesce(Article.copy_of_id, Article.id)
    return sa.func.coalesce(Article.story_id, article)


def _core(query: MatrixQuery) -> sa.Select[int, int]:
    first, last = query.days
    select = (
        sa.select(Version.id.label("version_id"), _unit().label("unit"))
        .join(Article, Article.current_version_id == Version.id)
        .where(Version.relevance == Relevance.CORE)
    )
    if first is not None:
        select = select.where(Version.published_first_on >= first)
    if last is not None:
        select = select.where(Version.published_first_on <= last)
    if query.topic is not None:
        on_topic = sa.select(TopicAssignment.version_id).where(TopicAssignment.topic_slug == query.topic)
        select = select.where(Version.id.in_(on_topic))
    return select


def _story_counts(query: MatrixQuery) -> sa.Select[str, str, int]:
    core = _core(query).cte("core")
    table, name = _members(query.axis)
    one, other = aliased(table), aliased(table)
    first, second = getattr(one, name.key), getattr(other, name.key)
    return (
        sa.select(first, second, sa.func.count(core.c.unit.distinct()))
        .select_from(core)
        .join(one, one.version_id == core.c.version_id)
        .join(other, (other.version_id == core.c.version_id) & (first < second))
        .group_by(first, second)
    )


def _members(axis: Axis) -> tuple[type[VersionCountry | VersionActor], InstrumentedAttribute[str]]:
    if axis is Axis.COUNTRIES:
        return VersionCountry, VersionCountry.country
    return VersionActor, VersionActor.actor_slug


def _counted_facts(query: MatrixQuery) -> sa.ColumnElement[bool]:
    """Ask for facts in these years that an article on cooperation states, on the topic if there is one."""
    first, last = query.days
    witnesses = (
        sa.select(FactWitness.fact_id)
        .join(Version, Version.id == FactWitness.version_id)
        .where(Version.relevance == Relevance.CORE, FactWitness.fact_id.is_not(None))
    )
    if query.topic is not None:
        witnesses = witnesses.join(TopicAssignment, TopicAssignment.version_id == Version.id).where(
            TopicAssignment.topic_slug == query.topic
        )
    conditions: list[sa.ColumnElement[bool]] = [Fact.id.in_(witnesses)]
    if first is not None:
        conditions.append(Fact.first_on >= first)
    if last is not None:
        conditions.append(Fact.first_on <= last)
    return sa.and_(*conditions)


def _fact_counts(query: MatrixQuery) -> sa.Select[str, str, str, int]:
    one, other = aliased(FactParty), aliased(FactParty)
    are_countries = query.axis is Axis.COUNTRIES
    return (
        sa.select(Fact.kind, one.party, other.party, sa.func.count())
        .join(one, one.fact_id == Fact.id)
        .join(other, (other.fact_id == Fact.id) & (one.party < other.party))
        .where(one.is_country.is_(are_countries), other.is_country.is_(are_countries), _counted_facts(query))
        .group_by(Fact.kind, one.party, other.party)
    )


def contents_of(session: Session, query: MatrixQuery, pair: Pair) -> Contents:
    """List what the cell of a pair counts."""
    table, name = _members(query.axis)
    core = _core(query)
    for member in pair:
        with_member = sa.select(table.version_id).where(name == member)
        core = core.where(Version.id.in_(with_member))
    found = core.add_columns(Version.published_first_on.label("day")).subquery()
    newest = sa.func.max(found.c.day).desc().nulls_last()
    units = session.scalars(sa.select(found.c.unit).group_by(found.c.unit).order_by(newest, found.c.unit))
    facts = sa.select(Fact.kind, Fact.id).where(_counted_facts(query))
    for member in pair:
        facts = facts.where(Fact.id.in_(sa.select(FactParty.fact_id).where(FactParty.party == member)))
    ids: dict[FactKind, list[int]] = {kind: [] for kind in FactKind}
    for kind, fact_id in session.execute(facts.order_by(Fact.first_on.desc().nulls_last(), Fact.key)):
        ids[FactKind(kind)].append(fact_id)
    return Contents(tuple(units), {kind: tuple(each) for kind, each in ids.items()})


def articles_of(
    session: Session, query: MatrixQuery, pair: Pair, units: Collection[int]
) -> Iterator[tuple[Article, Version, Sequence[tuple[str, int | None, int | None]]]]:
    """Read the articles of some of what a cell counts, newest first, each with where its text names the two."""
    table, name = _members(query.axis)
    one, other = aliased(table), aliased(table)
    select = (
        sa.select(Article, Version, one.start, one.end, other.start, other.end)
        .join(Version, Version.id == Article.current_version_id)
        .join(one, (one.version_id == Version.id) & (getattr(one, name.key) == pair[0]))
        .join(other, (other.version_id == Version.id) & (getattr(other, name.key) == pair[1]))
        .where(Version.id.in_(sa.select(_core(query).subquery().c.version_id)))
        .where(_unit().in_(units))
        .order_by(Version.published_first_on.desc().nulls_last(), Article.key)
    )
    for article, version, start, end, other_start, other_end in session.execute(select):
        yield article, version, ((pair[0], start, end), (pair[1], other_start, other_end))
