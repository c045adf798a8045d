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
    status_at,
    status_history,
    support_of,
    witnesses_of,
)
from models.vocabulary import FactKind
from perilune.dates import PartialDate
from web.labels import country_name, date_in_words, period_in_words
from web.links import article_link, evidence_link
from web.names import Named, actor_names, party_name
from web.passages import passage_at
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
    support = support_of(session, facts)
    parties = {party for fact in facts for party in fact.parties}
    stated = {party for each in rows.values() for row in each for party in row.witness.parties}
    names = actor_names(session, parties | stated)
    return [_line(fact, rows[fact.id], support.get(fact.id, Support()), names) for fact in facts]


def _line(fact: Fact, rows: Sequence[WitnessRow], support: Support, names: Mapping[str, str]) -> FactLine:
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
        parties=_named(fact.parties, names),
        countries=tuple(Named(code, country_name(code)) for code in fact.countries),
        disputed=tuple(FIELD_NAMES.get(field, field) for field in fact.disputed),
        article_count=support.articles,
        voice_count=support.voices,
        changed_at=support.last_fetched_at,
        history=_history(rows),
        contradictions=tuple(_contradictions(fact.disputed, witnesses)),
        witnesses=witnesses,
    )


def _named(parties: Collection[str], names: Mapping[str, str]) -> tuple[Named, ...]:
    return tuple(Named(party, party_name(party, names)) for party in parties)


def _witness(row: WitnessRow, names: Mapping[str, str]) -> WitnessView:
    witness, version, article = row.witness, row.version, row.article
    ordinal = passage_at(version.passages, witness.start)
    passage = next((each for each in version.passages if each.ordinal == ordinal), None)
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
        parties=_named(witness.parties, names),
        quote=version.text[witness.start : witness.end][:MAX_QUOTE_CHARS],
        page_number=passage.page_number if passage else None,
        by_human=witness.by_human,
        is_copy=article.copy_of_id is not None,
        link=evidence_link(article.key, version.number, ordinal, (witness.start, witness.end)),
        article=article_link(article.key),
    )


def _history(rows: Sequence[WitnessRow]) -> tuple[StatusAt, ...]:
    return status_history(
        status_at(
            FactKind(row.witness.kind),
            row.witness.status,
            row.witness.start_on,
            row.version.published or PartialDate.of(row.article.first_seen_at.date()),
        )
        for row in rows
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


def row_of(line: FactLine, *, address: str = "") -> dict[str, object]:
    """Write a fact as one row of a table; `address` is the archive's, which its link begins with."""
    return {
        "key": line.key,
        "kind": line.subkind or line.kind,
        "name": line.name,
        "status": line.status,
        "start": line.start_on,
        "end": line.end_on,
        "place": line.place,
        "parties": [party.name for party in line.parties],
        "party_keys": [party.slug for party in line.parties],
        "countries": [country.slug for country in line.countries],
        "disputed": list(line.disputed),
        "history": [f"{each.status} {each.since}" for each in line.history],
        "articles": line.article_count,
        "voices": line.voice_count,
        "link": address.rstrip("/") + line.link,
    }


COLUMNS = (
    "key",
    "kind",
    "name",
    "status",
    "start",
    "end",
    "place",
    "parties",
    "party_keys",
    "countries",
    "disputed",
    "history",
    "articles",
    "voices",
    "link",
)
