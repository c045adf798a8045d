"""One fact with several witnesses: what is one fact, what stays apart, and what is shown of it."""

from __future__ import annotations

import datetime as dt
import random
from functools import cache

import pytest

from models.facts import status_at, status_history
from perilune.dates import PartialDate
from pipeline import values
from pipeline.facts.name_signs import signs_of
from pipeline.facts.same import Stated, Verdicts, bodies_of, groups_of, sides_of
from pipeline.facts.shown import shown_of
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.values import Span
from tests.conftest import NOW
from tests.told import ACTORS, ONE_FACT, TWO_FACTS, Said, date_of


@cache
def the_gazetteer() -> Gazetteer:
    """A dozen of the actors that are shipped."""
    return Gazetteer(actor for actor in load_actors() if actor.slug in ACTORS)


def stated(said: Said, number: int) -> Stated:
    """Make the statement that one article, first seen on its own day, makes."""
    country_of = {slug: actor.country for slug, actor in the_gazetteer().actors.items()}
    fact = values.Fact(
        said.kind,
        said.name,
        Span(0, 9),
        said.status,
        said.subkind,
        date_of(said.start),
        date_of(said.end),
        said.place,
        said.parties,
        said.countries,
    )
    article = said.article or f"article {number}"
    return Stated(
        identity=f"{article} {number}",
        article=article,
        voice=said.voice or article,
        first_seen_at=NOW + dt.timedelta(days=number),
        published=date_of(said.published),
        language=said.language,
        fact=fact,
        signs=signs_of(said.name, said.language, the_gazetteer()),
        sides=sides_of(said.parties, country_of),
        bodies=bodies_of(said.parties, country_of),
        by_human=said.by_human,
    )


def sizes(*said: Said, verdicts: Verdicts | None = None) -> list[int]:
    """Say how many statements each fact has, the largest first."""
    groups = groups_of([stated(each, number) for number, each in enumerate(said)], verdicts)
    return sorted(map(len, groups), reverse=True)


@pytest.mark.parametrize("name", ONE_FACT)
def test_what_is_told_of_one_fact_is_one_fact(name: str) -> None:
    assert sizes(*ONE_FACT[name]) == [len(ONE_FACT[name])]


@pytest.mark.parametrize("name", TWO_FACTS)
def test_what_differs_stays_apart(name: str) -> None:
    assert sizes(*TWO_FACTS[name]) == [1] * len(TWO_FACTS[name])


def test_groups_do_not_depend_on_the_order_of_statements() -> None:
    said = [each for case in (*ONE_FACT.values(), *TWO_FACTS.values()) for each in case]
    statements = [stated(each, number) for number, each in enumerate(said)]
    expected = {frozenset(each.identity for each in group) for group in groups_of(statements)}
    for seed in range(3):
        shuffled = random.Random(seed).sample(statements, len(statements))
        assert {frozenset(each.identity for each in group) for group in groups_of(shuffled)} == expected


def test_people_hold_facts_apart_and_join_them() -> None:
    pair = frozenset({"article 0 0", "article 1 1"})
    workshop = ONE_FACT["a workshop by its day in two languages"]
    assert sizes(*workshop, verdicts=Verdicts(apart=frozenset({pair}))) == [1, 1]
    editions = TWO_FACTS["two editions by ordinal"]
    assert sizes(*editions, verdicts=Verdicts(same=frozenset({pair}))) == [2]


def _group(*said: Said) -> list[Stated]:
    return [stated(each, number) for number, each in enumerate(said)]


def test_what_most_voices_state_most_exactly_is_shown_and_the_rest_is_disputed() -> None:
    name = "10th Meeting of the APSCO Council"
    shown = shown_of(
        _group(
            Said(name, "2016-09-05", "2016-09-08", place="Istanbul, Turkey"),
            Said(name, "2016-09", place="Istanbul"),
            Said(name, "2016-10-05", place="Ankara", article="lead", voice="lead"),
            Said(name, "2016-10-05", place="Ankara", article="its copy", voice="lead"),
        )
    )
    assert (str(shown.start), str(shown.end), shown.place) == ("2016-09-05", "2016-09-08", "Istanbul, Turkey")
    assert shown.disputed == ("start_on", "place")


def test_a_person_decides_what_is_shown() -> None:
    name = "10th Meeting of the APSCO Council"
    shown = shown_of(
        _group(Said(name, "2016-09-05"), Said(name, "2016-09-05"), Said(name, "2016-10-05", by_human=True))
    )
    assert (str(shown.start), shown.disputed) == ("2016-10-05", ("start_on",))


def test_an_event_that_was_put_off_is_shown_at_its_newdate_of() -> None:
    name = "UN/Austria Symposium on space law"
    group = _group(
        Said(name, "2020-04-25", status="announced", published="2020-01-10"),
        Said(name, "2020-04-25", status="announced", published="2020-02-10"),
        Said(name, "2020-09-10", status="postponed", published="2020-03-20"),
    )
    shown = shown_of(group)
    assert (str(shown.start), shown.status, shown.disputed) == ("2020-09-10", "postponed", ("start_on",))


def test_what_became_of_an_agreement_is_its_history() -> None:
    group = _group(*ONE_FACT["an agreement and its suspension"])
    shown = shown_of(group)
    assert (shown.status, str(shown.start), shown.disputed) == ("suspended", "2018-05-02", ())
    told = [status_at(each.kind, each.status, each.start, PartialDate(2022, 3)) for each in (x.fact for x in group)]
    assert [(each.status, str(each.since)) for each in status_history(told)] == [
        ("signed", "2018-05-02"),
        ("suspended", "2022-03-17"),
    ]
