"""The facts of an article, events and agreements, each with the sentence that says so; precision before recall."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from models.vocabulary import FactKind
from pipeline.facts.agreements import agreements_in, titled_agreement_in
from pipeline.facts.events import events_in
from pipeline.facts.sentences import CountriesIn, Statement, statements_of
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.values import Document, Fact

MAX_FACTS = 40
MAX_OPENING = 4
SAME_NAME_RATIO = 82.0
_NUMBER = re.compile(r"\d+")


def facts_of(document: Document, gazetteer: Gazetteer, countries_in: CountriesIn) -> tuple[Fact, ...]:
    """Find what the article's sentences state; the same fact said twice is one, with what both know of it."""
    statements = statements_of(document, gazetteer, countries_in)
    return tuple(_merged(_found_in(statements))[:MAX_FACTS])


def _found_in(statements: Sequence[Statement]) -> Iterator[Fact]:
    parties: tuple[str, ...] = ()
    opening = next((each for each in statements[:MAX_OPENING] if each.dates), statements[0] if statements else None)
    for statement in statements:
        agreements = agreements_in(statement, earlier=parties)
        if statement is opening and not agreements:
            agreements = titled_agreement_in(statement)
        for fact in agreements:
            parties = fact.parties
        yield from (*events_in(statement), *agreements)


def _merged(facts: Iterable[Fact]) -> list[Fact]:
    kept: list[Fact] = []
    for fact in facts:
        same = next((place for place, other in enumerate(kept) if _is_same(fact, other)), None)
        if same is None:
            kept.append(fact)
        else:
            kept[same] = _united(kept[same], fact)
    return kept


def _is_same(one: Fact, other: Fact) -> bool:
    """Two editions of a meeting, or two agreements of the same parties, differ by number or date."""
    if one.kind is not other.kind or _contradicts(one, other):
        return False
    if (
        one.kind is FactKind.EVENT
        and one.subkind == other.subkind
        and one.end
        and one.start == other.start
        and one.end == other.end
    ):
        return True
    if set(_NUMBER.findall(one.name)) != set(_NUMBER.findall(other.name)):
        return False
    if one.kind is FactKind.AGREEMENT and set(one.parties) == set(other.parties) and one.subkind == other.subkind:
        return one.start is None or other.start is None or one.start == other.start
    names = one.name.lower(), other.name.lower()
    return names[0] in names[1] or names[1] in names[0] or fuzz.token_sort_ratio(*names) >= SAME_NAME_RATIO


def _contradicts(one: Fact, other: Fact) -> bool:
    if one.start is None or other.start is None:
        return False
    return one.start.first > other.start.last or other.start.first > one.start.last


def _united(one: Fact, other: Fact) -> Fact:
    """Keep the better dated of two, and what only the other knows."""
    dated = (one.end is not None, one.start is not None) >= (other.end is not None, other.start is not None)
    better, other = (one, other) if dated else (other, one)
    return replace(
        better,
        place=better.place or other.place,
        parties=better.parties or other.parties,
        countries=better.countries or other.countries,
    )
