"""Marks by which facts that may be one are found in an index: two statements of one fact share a mark; pure.

`marks_of` are kept with a fact, `wanted_marks` are looked for; apart from `same.py` because they only narrow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations

from models.vocabulary import FactKind
from perilune.dates import PartialDate, Precision
from pipeline.facts.making import FLIGHT_KINDS
from pipeline.facts.name_signs import NameSigns
from pipeline.facts.same import LATER, MAX_FLIGHT_DAYS, MAX_NEAR_DAYS, MAX_SLIP_DAYS, Stated

MAX_SIDES = 8
MAX_SIGNS = 10
MAX_MARK_CHARS = 80
UNDATED = "-"
ANY = "*"


def marks_of(stated: Stated) -> frozenset[str]:
    """Name all marks of a statement."""
    marks = _agreement_marks(stated) if stated.fact.kind is FactKind.AGREEMENT else _event_marks(stated)
    return frozenset(mark[:MAX_MARK_CHARS] for mark in marks)


def wanted_marks(stated: Stated) -> frozenset[str]:
    """Name the marks of whatever may be one fact with a statement."""
    marks = _wanted_of_agreement(stated) if stated.fact.kind is FactKind.AGREEMENT else _wanted_of_event(stated)
    return frozenset(mark[:MAX_MARK_CHARS] for mark in marks)


def window_of(stated: Stated) -> tuple[dt.date, dt.date] | None:
    """Bound the days that another date of the same fact can lie in, where no edition ties them; None without a date."""
    fact = stated.fact
    if fact.start is None:
        return None
    reach = MAX_NEAR_DAYS if fact.kind is FactKind.AGREEMENT else MAX_SLIP_DAYS
    margin = dt.timedelta(days=MAX_FLIGHT_DAYS if fact.subkind in FLIGHT_KINDS else reach)
    return fact.start.first - margin, max(fact.start.last, (fact.end or fact.start).last) + margin


def _pairs(stated: Stated) -> list[str]:
    sides = sorted(stated.sides)[:MAX_SIDES]
    return [f"{one} {other}" for one, other in combinations(sides, 2)]


def _agreement_marks(stated: Stated) -> Iterator[str]:
    start = stated.fact.start
    is_early = start is not None and stated.fact.status not in LATER
    for pair in _pairs(stated):
        yield f"a {pair} {ANY}"
        yield f"a {pair} {start.year if is_early and start else UNDATED}"
    if start is not None and start.precision is Precision.DAY:
        yield from (f"a {side} {start}" for side in sorted(stated.sides)[:MAX_SIDES])


def _wanted_of_agreement(stated: Stated) -> Iterator[str]:
    start = stated.fact.start
    if start is None or stated.fact.status in LATER:
        yield from (f"a {pair} {ANY}" for pair in _pairs(stated))
        return
    for pair in _pairs(stated):
        yield f"a {pair} {UNDATED}"
        yield from (f"a {pair} {year}" for year in _years_about(start))
    if start.precision is Precision.DAY:
        yield from (f"a {side} {start}" for side in sorted(stated.sides)[:MAX_SIDES])


def _years_about(start: PartialDate) -> set[int]:
    margin = dt.timedelta(days=MAX_NEAR_DAYS)
    return {(start.first - margin).year, (start.last + margin).year}


def _event_marks(stated: Stated) -> Iterator[str]:
    start = stated.fact.start
    signs = _signs(stated.signs)
    if start is not None and start.precision is Precision.DAY:
        yield f"e {start}"
    yield from (f"e {start.year if start else UNDATED} {sign}" for sign in signs)
    yield from (f"e #{edition} {sign}" for edition in sorted(stated.signs.editions) for sign in signs)


def _wanted_of_event(stated: Stated) -> Iterator[str]:
    start = stated.fact.start
    signs = _signs(stated.signs)
    if start is not None and start.precision is Precision.DAY:
        reach = 1 if stated.fact.subkind in FLIGHT_KINDS else 0
        yield from (f"e {start.first + dt.timedelta(days=days)}" for days in range(-reach, reach + 1))
    years = {str(start.year)} if start else {str(stated.age.year + step) for step in (-1, 0, 1)}
    years |= {str(year) for year in stated.signs.years}
    yield from (f"e {year} {sign}" for year in sorted({*years, UNDATED}) for sign in signs)
    yield from (f"e #{edition} {sign}" for edition in sorted(stated.signs.editions) for sign in signs)


def _signs(signs: NameSigns) -> list[str]:
    """Choose the signs that tell most: actors and craft, then words, concepts, and countries last."""
    craft = {f"{head} {number.partition('-')[0]}" for head, number in signs.crafts}
    ranked = (sorted(signs.actors), sorted(craft), sorted(signs.words), sorted(signs.concepts), sorted(signs.countries))
    return [sign for kind in ranked for sign in kind][:MAX_SIGNS]
