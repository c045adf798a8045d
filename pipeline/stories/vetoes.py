"""Reasons why two articles cannot be one story, however alike they read; apart because each is a rule of the domain."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from models.vocabulary import FactKind
from perilune.dates import PartialDate, Precision
from pipeline.stories.features import StoryFeatures
from pipeline.stories.numbers import EventNumbers, years_near
from pipeline.values import Fact

MAX_DAYS_APART = 45
# Dates known to the month or year only touch across a whole year; their middles tell them apart.
MAX_MIDDLES_APART = 120
# An event is dated by the clock of its place or of the reader, and a meeting by any of its days.
EVENT_TOLERANCE_DAYS = 2
DAYS_UNTIL_BACKGROUND = 21
# Handed over and launched within these days is one story's course.
MAX_STAGE_DAYS = 7
# An agreement that the first words report is the news; others are its background.
FIRST_CHARS = 150
_PARTIES = 2
Number = TypeVar("Number", int, str)
# Of these an article reports one, and its date tells it from others of the series.
_KINDS_OF_ONE_DATE = frozenset(
    {"launch", "landing", "docking", "workshop", "conference", "session", "forum", "ceremony"}
)


def vetoes_of(a: StoryFeatures, b: StoryFeatures) -> tuple[str, ...]:
    """Return why two articles cannot report the same event, in words; time is not looked at. Empty if nothing does."""
    return tuple(_vetoes(a, b))


def days_between(a: PartialDate | None, b: PartialDate | None) -> int | None:
    """Return the least number of days between two dates, each as wide as its precision; None if one is unknown."""
    if a is None or b is None:
        return None
    return max(0, (b.first - a.last).days, (a.first - b.last).days)


def middle_of(date: PartialDate) -> dt.date:
    """Return the middle of the days that a date may be."""
    return date.first + (date.last - date.first) / 2


def _vetoes(a: StoryFeatures, b: StoryFeatures) -> Iterator[str]:
    yield from _number_vetoes(a, b)
    yield from _event_vetoes(a, b)
    if _have_other_parties(a, b):
        yield "another pair of parties"
    if _are_at_other_stages(a, b):
        yield f"another stage: {a.stage} against {b.stage}"


def days_apart(a: StoryFeatures, b: StoryFeatures) -> int:
    """Return the least number of days between two articles; one without a date is as old as it was first seen.

    Dates of a month or a year may only touch: then the distance of their middles counts, if that is large.
    """
    gap = days_between(a.published, b.published)
    if gap is None or a.published is None or b.published is None:
        return max(_days_after_seen(a, b), _days_after_seen(b, a))
    middles = abs((middle_of(a.published) - middle_of(b.published)).days)
    return middles if gap > 0 and middles > MAX_MIDDLES_APART else gap


def _days_after_seen(undated: StoryFeatures, other: StoryFeatures) -> int:
    if undated.published is not None:
        return 0
    later = other.published.first if other.published is not None else other.first_seen
    return max(0, (later - undated.first_seen).days)


def _number_vetoes(a: StoryFeatures, b: StoryFeatures) -> Iterator[str]:
    editions = _own_editions(a), _own_editions(b)
    if all(editions) and editions[0].isdisjoint(editions[1]):
        yield f"another edition: {_listed(editions[0])} against {_listed(editions[1])}"
    for head in sorted(_heads(a) & _heads(b)):
        numbers = _stated(a, b, partial(_numbers_of, head=head))
        if not any(_is_same_craft(one, other) for one in numbers[0] for other in numbers[1]):
            yield f"another {head}: {_listed(numbers[0])} against {_listed(numbers[1])}"
    years = _title_years(a), _title_years(b)
    if all(years) and years[0].isdisjoint(years[1]):
        yield f"another year: {_listed(years[0])} against {_listed(years[1])}"


def _stated(
    a: StoryFeatures, b: StoryFeatures, numbers_in: Callable[[EventNumbers], frozenset[Number]]
) -> tuple[frozenset[Number], frozenset[Number]]:
    """Read numbers of the titles where both have such, else of titles and openings, which name others besides."""
    titles = numbers_in(a.title_numbers), numbers_in(b.title_numbers)
    return titles if all(titles) else (numbers_in(a.lead_numbers), numbers_in(b.lead_numbers))


def _own_editions(article: StoryFeatures) -> frozenset[int]:
    """Read the editions of a title where it has any: an opening names the one before besides."""
    return article.title_numbers.editions or article.lead_numbers.editions


def _heads(article: StoryFeatures) -> frozenset[str]:
    return frozenset(head for head, _ in article.lead_numbers.crafts)


def _numbers_of(numbers: EventNumbers, head: str) -> frozenset[str]:
    return frozenset(number for name, number in numbers.crafts if name == head)


def _is_same_craft(one: str, other: str) -> bool:
    # `42` may be any satellite of the 42 series; `42-2` is not `42-1`.
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _title_years(article: StoryFeatures) -> frozenset[int]:
    return years_near(article.title_numbers.years, article.published.first if article.published else None)


def _event_vetoes(a: StoryFeatures, b: StoryFeatures) -> Iterator[str]:
    if a.lead_numbers.crafts & b.lead_numbers.crafts:
        return  # one craft's dates move: a rehearsal, the planned day, the day itself
    for kind in sorted(_event_kinds(a) & _event_kinds(b) & _KINDS_OF_ONE_DATE):
        events = _own_events(a, kind), _own_events(b, kind)
        is_read_alike = a.language == b.language
        if all(events) and not any(
            _may_coincide(one, other) and not (is_read_alike and _is_elsewhere(one, other))
            for one in events[0]
            for other in events[1]
        ):
            yield f"another {kind}: {events[0][0].start} against {events[1][0].start}"


def _event_kinds(article: StoryFeatures) -> frozenset[str]:
    return frozenset(fact.subkind for fact in article.facts if fact.kind is FactKind.EVENT and fact.subkind is not None)


def _own_events(article: StoryFeatures, kind: str) -> list[Fact]:
    """List the events of a kind that may be what an article reports: those long past are its background."""
    oldest = article.published.first - dt.timedelta(days=DAYS_UNTIL_BACKGROUND) if article.published else dt.date.min
    return [
        fact
        for fact in article.facts
        if fact.subkind == kind
        and fact.start is not None
        and fact.start.precision is not Precision.YEAR
        and (fact.end or fact.start).last >= oldest
    ]


def _may_coincide(one: Fact, other: Fact) -> bool:
    if one.start is None or other.start is None:
        return True
    one_end, other_end = one.end or one.start, other.end or other.start
    gap = max((other.start.first - one_end.last).days, (one.start.first - other_end.last).days)
    return gap <= EVENT_TOLERANCE_DAYS


def _is_elsewhere(one: Fact, other: Fact) -> bool:
    """Tell whether two events begin on other days in places that share no word: each may be off, hardly both."""
    places = _words_of(one.place), _words_of(other.place)
    return one.start != other.start and all(places) and places[0].isdisjoint(places[1])


def _words_of(place: str | None) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", (place or "").lower()))


def _are_at_other_stages(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Tell whether one craft or mission is reported at two stages of its life, more than a week apart or undated."""
    if a.stage is None or b.stage is None or a.stage is b.stage:
        return False
    gap = days_between(a.published, b.published)
    is_one = bool(a.lead_numbers.crafts & b.lead_numbers.crafts or a.actors & b.actors)
    return is_one and (gap is None or gap > MAX_STAGE_DAYS)


def have_same_fact(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Tell whether two articles report one dated event, or one agreement of the same parties."""
    events = any(
        _may_coincide(one, other)
        for kind in _event_kinds(a) & _event_kinds(b)
        for one in _dated_to_the_day(a, kind)
        for other in _dated_to_the_day(b, kind)
    )
    return events or any(_have_same_parties(one, other) for one in _agreements(a) for other in _agreements(b))


def _dated_to_the_day(article: StoryFeatures, kind: str) -> list[Fact]:
    return [fact for fact in _own_events(article, kind) if fact.start and fact.start.precision is Precision.DAY]


def _have_same_parties(one: Fact, other: Fact) -> bool:
    countries, actors = (_countries(one), _countries(other)), (_actors(one), _actors(other))
    return any(mine == theirs and len(mine) >= _PARTIES for mine, theirs in (countries, actors))


def _have_other_parties(a: StoryFeatures, b: StoryFeatures) -> bool:
    titles = a.title_countries, b.title_countries
    if all(titles) and titles[0].isdisjoint(titles[1]):
        return True
    agreements = _own_agreements(a), _own_agreements(b)
    return all(agreements) and all(_are_other_parties(one, other) for one in agreements[0] for other in agreements[1])


def _agreements(article: StoryFeatures) -> list[Fact]:
    return [fact for fact in article.facts if fact.kind is FactKind.AGREEMENT and len(fact.parties) > 1]


def _own_agreements(article: StoryFeatures) -> list[Fact]:
    """List the agreements that the first words report, else all."""
    known = _agreements(article)
    return [fact for fact in known if fact.span.start < FIRST_CHARS] or known


def _are_other_parties(one: Fact, other: Fact) -> bool:
    # One report names the states, another their agencies: countries are what both can be reduced to.
    mine, theirs = _countries(one), _countries(other)
    if len(mine) < _PARTIES or len(theirs) < _PARTIES:
        mine, theirs = _actors(one), _actors(other)
    return min(len(mine), len(theirs)) >= _PARTIES and not (mine <= theirs or theirs <= mine)


def _countries(fact: Fact) -> frozenset[str]:
    return frozenset(fact.countries) | {party for party in fact.parties if party.isupper()}


def _actors(fact: Fact) -> frozenset[str]:
    return frozenset(party for party in fact.parties if not party.isupper())


def _listed(values: frozenset[int] | frozenset[str]) -> str:
    return ", ".join(str(value) for value in sorted(values, key=str))
