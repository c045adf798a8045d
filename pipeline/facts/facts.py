"""The facts of an article, events and agreements, each with the sentence that says so; precision before recall."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from models.vocabulary import FactKind
from pipeline.facts.agreements import agreements_of
from pipeline.facts.events import events_in, titled_events
from pipeline.facts.making import FLIGHT_KINDS, VAGUE_KINDS, Candidate
from pipeline.facts.sentences import CountriesIn, Spans, Statement, statements_of
from pipeline.facts.weighing import chosen
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.values import Document, Fact

MAX_FACTS = 40
MAX_CANDIDATES = 120
SAME_NAME_RATIO = 82.0
_NUMBER = re.compile(r"\d+")


def facts_of(
    document: Document, gazetteer: Gazetteer, countries_in: CountriesIn, *, spans: Spans | None = None
) -> tuple[Fact, ...]:
    """Find what the article's sentences state; the same fact said twice is one, with what both know of it.

    `spans` are the actors that the gazetteer finds in the text, where the caller has looked for them already.
    """
    candidates, agreements = candidates_of(document, gazetteer, countries_in, spans=spans)
    events = [each.fact for each in chosen(candidates, document, agreements)]
    return tuple([*events, *agreements][:MAX_FACTS])


def candidates_of(
    document: Document, gazetteer: Gazetteer, countries_in: CountriesIn, *, spans: Spans | None = None
) -> tuple[list[Candidate], list[Fact]]:
    """Find the events that an article may be about, not yet weighed, and its agreements."""
    statements = statements_of(document, gazetteer, countries_in, spans=spans)
    return _events_in(statements), _merged_facts(agreements_of(statements))


def _events_in(statements: Sequence[Statement]) -> list[Candidate]:
    found: list[Candidate] = []
    for statement in statements:
        found += events_in(statement)
        if len(found) >= MAX_CANDIDATES:
            break
    titled = titled_events(statements) if statements else []
    has_flight = any(each.fact.subkind in FLIGHT_KINDS and each.fact.start for each in found)
    titled = [each for each in titled if not (each.is_inferred and has_flight)]
    return _merged([*found, *titled])


def _merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Unite what is one event: the better dated keeps its words, and what either knows stays known."""
    kept: list[Candidate] = []
    for each in candidates:
        same = next(
            (place for place, other in enumerate(kept) if is_same(each.fact, other.fact) or _is_guess_at(each, other)),
            None,
        )
        if same is None:
            kept.append(each)
        else:
            other = kept[same]
            kept[same] = Candidate(
                _named_by_title(_united(other.fact, each.fact), other, each),
                min(other.number, each.number),
                is_named=other.is_named or each.is_named,
                is_of_title=other.is_of_title or each.is_of_title,
                is_inferred=other.is_inferred and each.is_inferred,
                is_untold=other.is_untold and each.is_untold,
                is_of_signing=other.is_of_signing or each.is_of_signing,
                is_listed=other.is_listed or each.is_listed,
                signs=other.signs or each.signs,
            )
    return kept


def _is_guess_at(one: Candidate, other: Candidate) -> bool:
    """Tell whether one is a meeting dated by its publication only, and the other a meeting whose day is told."""
    guess, told = (one, other) if one.is_inferred else (other, one)
    if not guess.is_inferred or told.is_inferred or guess.fact.start is None or told.fact.start is None:
        return False
    if guess.fact.start.day is not None or told.fact.start.day is None or _contradicts(guess.fact, told.fact):
        return False
    numbers = [set(_NUMBER.findall(each.fact.name)) for each in (guess, told)]
    is_meeting = not {guess.fact.subkind, told.fact.subkind} & {*FLIGHT_KINDS, "deadline"}
    return is_meeting and (numbers[0] <= numbers[1] or numbers[1] <= numbers[0])


def _named_by_title(fact: Fact, one: Candidate, other: Candidate) -> Fact:
    """Call it as the one does that has the title's name, when only one has."""
    if one.is_of_title == other.is_of_title or one.fact.subkind in VAGUE_KINDS or other.fact.subkind in VAGUE_KINDS:
        return fact
    return replace(fact, name=(one if one.is_of_title else other).fact.name)


def _merged_facts(facts: Iterable[Fact]) -> list[Fact]:
    kept: list[Fact] = []
    for fact in facts:
        same = next((place for place, other in enumerate(kept) if is_same(fact, other)), None)
        if same is None:
            kept.append(fact)
        else:
            kept[same] = _united(kept[same], fact)
    return kept


def is_same(one: Fact, other: Fact) -> bool:
    """Two editions of a meeting, or two agreements of the same parties, differ by number or date."""
    if one.kind is not other.kind or _contradicts(one, other):
        return False
    if one.kind is FactKind.EVENT and one.start == other.start and one.start and _is_one_day(one, other):
        return True
    if set(_NUMBER.findall(one.name)) != set(_NUMBER.findall(other.name)):
        return False
    if one.kind is FactKind.AGREEMENT and set(one.parties) == set(other.parties) and one.subkind == other.subkind:
        return one.start is None or other.start is None or one.start == other.start
    names = one.name.lower(), other.name.lower()
    return names[0] in names[1] or names[1] in names[0] or fuzz.token_sort_ratio(*names) >= SAME_NAME_RATIO


def _is_one_day(one: Fact, other: Fact) -> bool:
    """Two launches of one day, or two meetings with the same first and last day, are one told twice."""
    kinds = {one.subkind, other.subkind}
    if kinds & VAGUE_KINDS:
        return True
    return one.subkind == other.subkind and (
        (one.end is not None and one.end == other.end) or one.subkind in FLIGHT_KINDS
    )


def _contradicts(one: Fact, other: Fact) -> bool:
    if one.start is None or other.start is None:
        return False
    return one.start.first > other.start.last or other.start.first > one.start.last


def _richness(fact: Fact) -> tuple[bool, bool, bool, bool]:
    has_day = fact.start is not None and fact.start.day is not None
    return fact.start is not None, has_day, fact.subkind not in VAGUE_KINDS, fact.end is not None


def _united(one: Fact, other: Fact) -> Fact:
    """Keep the better dated of two, and what only the other knows."""
    dated = _richness(one) >= _richness(other)
    better, other = (one, other) if dated else (other, one)
    return replace(
        better,
        place=better.place or other.place,
        parties=better.parties or other.parties,
        countries=better.countries or other.countries,
    )
