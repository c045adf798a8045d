"""Which fault befalls which work where: drawn from seed and number alone, so that any injection can be done again."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from perilune.problems import Problem
from tests.chaos.disturbance import Disturbance
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.lane import Lane
from tests.chaos.works import WORKS

GOLDEN = 0.6180339887498949
"""By whose multiples moments of a work lie evenly, however many there are (Weyl's sequence)."""


@dataclass(frozen=True)
class Injection:
    """One fault to be, on one kind of database."""

    number: int
    seed: int
    database: str
    fault: str
    work: str
    fraction: float


@dataclass(frozen=True)
class Report:
    """What an injection did, as its line in the state file says it."""

    number: int
    database: str
    fault: str
    work: str
    fraction: float
    points: int
    """How many faults struck, kills among them."""
    kills: int
    broken: list[str]
    seconds: float

    def injection_of(self, seed: int) -> Injection:
        """Give what was done."""
        return Injection(self.number, seed, self.database, self.fault, self.work, self.fraction)


def plan(count: int, seed: int, databases: Sequence[str], *, has_disk: bool) -> Iterator[Injection]:
    """Draw injections: first one of each kind, then each as often as its weight says, over all works likewise."""
    turns: dict[tuple[str, str], Iterator[str]] = {}
    decks = {database: _deck(database, seed, has_disk=has_disk) for database in databases}
    places: dict[tuple[str, str, str], int] = {}
    for number in range(count):
        database = databases[number % len(databases)]
        fault = next(decks[database])
        if (database, fault) not in turns:
            turns[database, fault] = itertools.cycle(_works_in_turn(database, fault, seed))
        work = next(turns[database, fault])
        place = places[database, fault, work] = places.get((database, fault, work), 0) + 1
        offset = random.Random(f"{seed}/{database}/{fault}/{work}").random()
        yield Injection(number, seed, database, fault, work, round((offset + place * GOLDEN) % 1, 4))


def _deck(database: str, seed: int, *, has_disk: bool) -> Iterator[str]:
    """Deal the kinds of fault for ever: each deck holds every kind by its weight, shuffled."""
    chance = random.Random(f"{seed}/{database}")
    fits = {name: fault for name, fault in FAULTS.items() if _fits(fault, database, has_disk=has_disk)}
    first = sorted(fits)
    yield from chance.sample(first, len(first))
    cards = [name for name, fault in sorted(fits.items()) for _ in range(fault.weight)]
    while True:
        yield from chance.sample(cards, len(cards))


def _works_in_turn(database: str, fault: str, seed: int) -> list[str]:
    """Name each work that a fault may befall as often as its weight says, spread evenly."""
    chance, turn = random.Random(f"{seed}/{database}/{fault}"), list[tuple[float, str]]()
    for name in FAULTS[fault].works:
        if database in WORKS[name].databases:
            offset, weight = chance.random(), WORKS[name].weight
            turn += [((place + offset) / weight, name) for place in range(weight)]
    return [name for _, name in sorted(turn)]


def _fits(fault: Fault, database: str, *, has_disk: bool) -> bool:
    return database in fault.databases and (has_disk or not fault.needs_disk)


def inject(lane: Lane, injection: Injection) -> Report:
    """Let one fault befall one piece of work, let this come to its end, and report."""
    began = time.perf_counter()
    fault, work = FAULTS[injection.fault], WORKS[injection.work]
    lane.begin(work)
    chance = random.Random(f"{injection.seed}/{injection.number}")
    one = Disturbance(lane, work, injection.fraction, chance)
    try:
        fault.befall(one)
        one.broken += lane.finished(work, one.goes_on_at, within=one.ends_within)
        one.broken += lane.compared(work, without=fault.without)
    except (Problem, SQLAlchemyError) as error:
        one.broken.append(f"the archive cannot be looked at: {error}")
    seconds = round(time.perf_counter() - began, 2)
    where = (injection.number, injection.database, injection.fault, injection.work, injection.fraction)
    return Report(*where, one.struck, one.kills, one.broken, seconds)
