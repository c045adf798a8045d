"""Queries over facts: the calendar of events and the register of agreements, with filters, and one fact's witnesses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only, selectinload

from models.article import Article, Passage, TopicAssignment, Version
from models.fact import Fact, FactParty, FactWitness
from models.source import Source
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from perilune.dates import PartialDate, Precision

STAGES = tuple(str(status) for status in (*AgreementStatus, *EventStatus))
"""All statuses, those of agreements and of events each in the order in which they can follow one another."""
PRECISIONS = tuple(Precision)
FACTS_AT_ONCE = 5_000
"""How many facts one statement asks for: SQLite takes 32,766 variables, PostgreSQL 65,535."""
QUOTE = sa.func.substr(Version.text, FactWitness.start + 1, FactWitness.end - FactWitness.start)
"""The words of a witness, cut out by the database: a text is long, and a list shows many."""


class FactOrder(StrEnum):
    """Orders of facts; undated ones come last in each."""

    OLDEST = "oldest"
    NEWEST = "newest"
    NAME = "name"
    WITNESSES = "witnesses"
    """Those that most articles state first."""


@dataclass(frozen=True)
class FactQuery:
    """Which facts: of a kind, by what their witnesses are about, who takes part, and when.

    `since` and `until` are days that the fact must touch; `ended_before` keeps what was over by that day.
    """

    kind: FactKind
    subkind: str | None = None
    status: str | None = None
    topic: str | None = None
    country: str | None = None
    party: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    ended_before: dt.date | None = None
    is_dated: bool = False
    order: FactOrder = FactOrder.NEWEST


@dataclass(frozen=True)
class WitnessRow:
    """A witness with its words and the article that it stands in; of the version only what a list shows is read."""

    witness: FactWitness
    quote: str
    version: Version
    article: Article
    source: Source


@dataclass(frozen=True)
class Support:
    """How many articles state a fact, how many voices they are (copies are one), and when the last was fetched."""

    articles: int = 0
    voices: int = 0
    last_fetched_at: dt.datetime | None = None


@dataclass(frozen=True)
class StatusAt:
    """A status and since when, as a witness states it."""

    status: str
    since: PartialDate


def find_fact(session: Session, key: str) -> Fact | None:
    """Find the fact that a key names."""
    return session.scalar(sa.select(Fact).where(Fact.key == key))


def facts_matching(
    session: Session, query: FactQuery, *, limit: int | None = None, offset: int = 0
) -> tuple[int, list[Fact]]:
    """Count the facts that a query asks for, and read one page of them."""
    condition = sa.and_(*_conditions(query))
    total = session.scalar(sa.select(sa.func.count()).select_from(Fact).where(condition)) or 0
    select = _ordered(sa.select(Fact).where(condition), query.order)
    return total, list(session.scalars(select.limit(limit).offset(offset)))


def _conditions(query: FactQuery) -> Iterable[sa.ColumnElement[bool]]:
    yield Fact.kind == query.kind
    for column, value in ((Fact.subkind, query.subkind), (Fact.status, query.status)):
        if value is not None:
            yield column == value
    for party in (query.country, query.party):
        if party is not None:
            yield Fact.id.in_(sa.select(FactParty.fact_id).where(FactParty.party == party))
    if query.topic is not None:
        yield is_about(query.topic)
    if query.is_dated:
        yield Fact.first_on.is_not(None)
    if query.since is not None:
        yield Fact.last_on >= query.since
    if query.until is not None:
        yield Fact.first_on <= query.until
    if query.ended_before is not None:
        yield Fact.last_on < query.ended_before


def is_about(topic: str) -> sa.ColumnElement[bool]:
    """Ask for facts that an article on a topic states."""
    about = (
        sa.select(FactWitness.fact_id)
        .join(TopicAssignment, TopicAssignment.version_id == FactWitness.version_id)
        .where(TopicAssignment.topic_slug == topic, FactWitness.fact_id.is_not(None))
    )
    return Fact.id.in_(about)


def _ordered(select: sa.Select[Fact], order: FactOrder) -> sa.Select[Fact]:
    if order is FactOrder.OLDEST:
        return select.order_by(Fact.first_on.asc().nulls_last(), Fact.last_on.asc(), Fact.key)
    if order is FactOrder.NEWEST:
        return select.order_by(Fact.first_on.desc().nulls_last(), Fact.last_on.desc(), Fact.key)
    if order is FactOrder.NAME:
        return select.order_by(sa.func.lower(Fact.name), Fact.key)
    witnesses = sa.select(sa.func.count()).where(FactWitness.fact_id == Fact.id).scalar_subquery()
    return select.order_by(witnesses.desc(), Fact.first_on.desc().nulls_last(), Fact.key)


def support_of(session: Session, facts: Collection[Fact]) -> Mapping[int, Support]:
    """Count the articles and the voices behind facts, by the facts' numbers."""
    return {
        fact_id: Support(articles, voices, last)
        for ids in _some_at_once(facts)
        for fact_id, articles, voices, last in session.execute(_counted_support(ids))
    }


def _some_at_once(facts: Collection[Fact]) -> Iterator[list[int]]:
    """Cut the numbers of facts into as many as one statement can ask for."""
    ids = [fact.id for fact in facts]
    yield from (ids[first : first + FACTS_AT_ONCE] for first in range(0, len(ids), FACTS_AT_ONCE))


def _counted_support(ids: Collection[int]) -> sa.Select[int, int, int, dt.datetime]:
    voice = sa.func.coalesce(Article.copy_of_id, Article.id)
    return (
        sa.select(
            Fact.id,
            sa.func.count(Article.id.distinct()),
            sa.func.count(voice.distinct()),
            sa.func.max(Version.fetched_at),
        )
        .join(FactWitness, FactWitness.fact_id == Fact.id)
        .join(Version, Version.id == FactWitness.version_id)
        .join(Article, Article.id == Version.article_id)
        .where(Fact.id.in_(ids))
        .group_by(Fact.id)
    )


def histories_of(session: Session, facts: Collection[Fact]) -> dict[int, tuple[StatusAt, ...]]:
    """Read what became of facts, by the facts' numbers: each status that witnesses state, since when."""
    stated: dict[int, list[StatusAt]] = {fact.id: [] for fact in facts}
    for ids in _some_at_once(facts):
        select = (
            sa.select(
                Fact.id,
                FactWitness.kind,
                FactWitness.status,
                FactWitness.start_on,
                Version.published,
                Article.first_seen_at,
            )
            .join(FactWitness, FactWitness.fact_id == Fact.id)
            .join(Version, Version.id == FactWitness.version_id)
            .join(Article, Article.id == Version.article_id)
            .where(Fact.id.in_(ids))
        )
        for fact_id, kind, status, own, published, seen_at in session.execute(select):
            stated[fact_id].append(status_at(FactKind(kind), status, own, published or PartialDate.of(seen_at.date())))
    return {fact_id: status_history(each) for fact_id, each in stated.items()}


def witnesses_of(session: Session, facts: Collection[Fact]) -> dict[int, list[WitnessRow]]:
    """Read the witnesses of facts, by the facts' numbers: human ones first, then in the order of publication."""
    found: dict[int, list[WitnessRow]] = {fact.id: [] for fact in facts}
    for ids in _some_at_once(facts):
        for row in session.execute(_witness_rows(ids)):
            found[row.FactWitness.fact_id].append(WitnessRow(*row))
    return found


def _witness_rows(ids: Collection[int]) -> sa.Select[FactWitness, str, Version, Article, Source]:
    shown = load_only(Version.number, Version.title, Version.language, Version.published)
    places = load_only(Passage.start, Passage.end, Passage.page_number)
    return (
        sa.select(FactWitness, QUOTE, Version, Article, Source)
        .join(Version, Version.id == FactWitness.version_id)
        .join(Article, Article.id == Version.article_id)
        .join(Source, Source.id == Article.source_id)
        .where(FactWitness.fact_id.in_(ids))
        .options(shown, selectinload(Version.passages).options(places))
        .order_by(
            FactWitness.by_human.desc(),
            Version.published_first_on.asc().nulls_last(),
            Article.first_seen_at,
            Article.key,
            FactWitness.ordinal,
        )
    )


def subkinds_of(session: Session, kind: FactKind) -> list[str]:
    """List the kinds of events, or of agreements, that the archive holds."""
    select = sa.select(Fact.subkind).where(Fact.kind == kind, Fact.subkind.is_not(None)).distinct()
    return sorted(subkind for subkind in session.scalars(select) if subkind)


def parties_of(session: Session, kind: FactKind, *, are_countries: bool) -> list[str]:
    """List the countries, or the actors, that take part in facts of a kind."""
    select = (
        sa.select(FactParty.party)
        .join(Fact, Fact.id == FactParty.fact_id)
        .where(Fact.kind == kind, FactParty.is_country.is_(are_countries))
        .distinct()
    )
    return sorted(session.scalars(select))


def years_of(session: Session, kind: FactKind) -> Sequence[int]:
    """List the years in which facts of a kind begin, the newest first."""
    year = sa.extract("year", Fact.first_on)
    select = sa.select(year).where(Fact.kind == kind, Fact.first_on.is_not(None)).distinct()
    return sorted((int(value) for value in session.scalars(select) if value is not None), reverse=True)


def status_at(kind: FactKind, status: str, own: PartialDate | None, told: PartialDate) -> StatusAt:
    """Date a status: an agreement's by its `own` date, a plan's and an event's by the day on which it was `told`."""
    is_change = kind == FactKind.AGREEMENT and status != AgreementStatus.PROPOSED
    return StatusAt(status, own if is_change and own is not None else told)


def status_history(stated: Iterable[StatusAt]) -> tuple[StatusAt, ...]:
    """List each status once, since the earliest of the most exact dates given for it, in the order of dates."""
    found: dict[str, PartialDate] = {}
    for each in stated:
        known = found.get(each.status)
        if known is None or _exactness(each.since) < _exactness(known):
            found[each.status] = each.since
    ordered = sorted(found.items(), key=lambda item: (item[1].first, STAGES.index(item[0])))
    return tuple(StatusAt(status, since) for status, since in ordered)


def _exactness(date: PartialDate) -> tuple[int, dt.date]:
    return -PRECISIONS.index(date.precision), date.first
