"""Facts as plain values for pages, tables and API: what is shown, who states it, and where they contradict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.fact import Fact
from models.facts import (
    FactQuery,
    StatusAt,
    Support,
    WitnessRow,
    facts_matching,
    find_fact,
    histories_of,
    support_of,
    witnesses_of,
)
from models.vocabulary import FactKind
from perilune.dates import PartialDate
from web.labels import country_name, date_in_words, period_in_words
from web.links import article_link, evidence_link
from web.names import Named, actor_names, party_name
from web.passages import passage_of
from web.problems import checked_key, missing

FIELD_NAMES = {"start_on": "date", "end_on": "last day", "place": "place", "status": "status"}
MAX_QUOTE_CHARS = 700


@dataclass(frozen=True)
class WitnessView:
    """What one article states of a fact; `link` opens its words in the text."""

    article_key: str
    article_title: str
    source: Named
    published: PartialDate | None
    language: str | None
    name: str
    status: str
    subkind: str | None
    start_on: PartialDate | None
    end_on: PartialDate | None
    place: str | None
    parties: tuple[Named, ...]
    quote: str
    page_number: int | None
    by_human: bool
    is_copy: bool
    link: str
    article: str
    article_url: str
    version_number: int
    passage_ordinal: int


@dataclass(frozen=True)
class Reading:
    """One of several values that witnesses state, in words, and who states it."""

    value: str
    witnesses: tuple[WitnessView, ...]


@dataclass(frozen=True)
class Contradiction:
    """A field in which witnesses contradict each other, with every value that they state."""

    field: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class FactLine:
    """A fact in a list, with its witnesses."""

    key: str
    link: str
    kind: FactKind
    name: str
    language: str | None
    status: str
    subkind: str | None
    start_on: PartialDate | None
    end_on: PartialDate | None
    place: str | None
    parties: tuple[Named, ...]
    countries: tuple[Named, ...]
    disputed: tuple[str, ...]
    article_count: int
    voice_count: int
    changed_at: dt.datetime | None
    history: tuple[StatusAt, ...]
    contradictions: tuple[Contradiction, ...]
    witnesses: tuple[WitnessView, ...]

    @property
    def when(self) -> str:
        """Its date in words."""
        return period_in_words(self.start_on, self.end_on)


def fact_link(key: str) -> str:
    """Make the address of a fact."""
    return f"/facts/{key}"


def fact_view(session: Session, key: str) -> FactLine:
    """Read one fact with all its witnesses; NotInArchive where there is none."""
    fact = find_fact(session, checked_key(key, "fact"))
    if fact is None:
        raise missing("fact", key)
    return fact_lines(session, [fact])[0]


def lines_matching(
    session: Session, query: FactQuery, *, limit: int | None = None, offset: int = 0
) -> tuple[int, list[FactLine]]:
    """Count the facts that a query asks for, and read one page of them as lines."""
    total, facts = facts_matching(session, query, limit=limit, offset=offset)
    return total, fact_lines(session, facts)


def fact_lines(session: Session, facts: Sequence[Fact]) -> list[FactLine]:
    """Read facts as lines, in their order."""
    rows = witnesses_of(session, facts)
    support, histories = support_of(session, facts), histories_of(session, facts)
    parties = {party for fact in facts for party in fact.parties}
    stated = {party for each in rows.values() for row in each for party in row.witness.parties}
    names = actor_names(session, parties | stated)
    return [
        _line(fact, rows[fact.id], support.get(fact.id, Support()), histories[fact.id], names=names) for fact in facts
    ]


def _line(
    fact: Fact,
    rows: Sequence[WitnessRow],
    support: Support,
    history: tuple[StatusAt, ...],
    *,
    names: Mapping[str, str],
) -> FactLine:
    witnesses = tuple(_witness(row, names) for row in rows)
    named = next((each for each in witnesses if each.name == fact.name), None)
    return FactLine(
        key=fact.key,
        link=fact_link(fact.key),
        kind=FactKind(fact.kind),
        name=fact.name,
        language=named.language if named else None,
        status=fact.status,
        subkind=fact.subkind,
        start_on=fact.start_on,
        end_on=fact.end_on,
        place=fact.place,
        parties=parties_named(fact.parties, names),
        countries=tuple(Named(code, country_name(code)) for code in fact.countries),
        disputed=fields_named(fact.disputed),
        article_count=support.articles,
        voice_count=support.voices,
        changed_at=support.last_fetched_at,
        history=history,
        contradictions=tuple(_contradictions(fact.disputed, witnesses)),
        witnesses=witnesses,
    )


def fields_named(fields: Collection[str]) -> tuple[str, ...]:
    """Name fields of a fact as people call them."""
    return tuple(FIELD_NAMES.get(field, field) for field in fields)


def parties_named(parties: Collection[str], names: Mapping[str, str]) -> tuple[Named, ...]:
    """Name the parties of a fact, by the names of actors that were read."""
    return tuple(Named(party, party_name(party, names)) for party in parties)


def _witness(row: WitnessRow, names: Mapping[str, str]) -> WitnessView:
    witness, version, article = row.witness, row.version, row.article
    passage = passage_of(version.passages, witness.start)
    return WitnessView(
        article_key=article.key,
        article_title=version.title,
        source=Named(row.source.slug, row.source.name),
        published=version.published,
        language=version.language,
        name=witness.name,
        status=witness.status,
        subkind=witness.subkind,
        start_on=witness.start_on,
        end_on=witness.end_on,
        place=witness.place,
        parties=parties_named(witness.parties, names),
        quote=row.quote[:MAX_QUOTE_CHARS],
        page_number=passage.page_number if passage else None,
        by_human=witness.by_human,
        is_copy=article.copy_of_id is not None,
        link=evidence_link(
            article.key, version.number, passage.ordinal if passage else 0, (witness.start, witness.end)
        ),
        article=article_link(article.key),
        article_url=article.url,
        version_number=version.number,
        passage_ordinal=passage.ordinal if passage else 0,
    )


def _contradictions(disputed: Sequence[str], witnesses: Sequence[WitnessView]) -> Iterator[Contradiction]:
    for field in disputed:
        readings: dict[str, list[WitnessView]] = {}
        for witness in witnesses:
            value = getattr(witness, field, None)
            if value:
                words = date_in_words(value) if isinstance(value, PartialDate) else str(value)
                readings.setdefault(words, []).append(witness)
        ranked = sorted(readings.items(), key=lambda item: -len(item[1]))
        values = tuple(Reading(value, tuple(who)) for value, who in ranked)
        yield Contradiction(FIELD_NAMES.get(field, field), values)
