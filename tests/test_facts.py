"""One fact with several witnesses: what is one fact, what is shown of it, and that rows keep up with versions."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from functools import cache

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.fact import Fact, FactMark, FactParty, FactWitness
from models.facts import status_at, status_history
from models.knowledge import Correction
from models.tables import Article, Version
from models.vocabulary import CorrectionField, Relevance
from perilune.dates import PartialDate
from pipeline import values
from pipeline.facts.name_signs import signs_of
from pipeline.facts.same import Stated, Verdicts, bodies_of, groups_of, sides_of
from pipeline.facts.shown import shown_of
from pipeline.runners.facts import leave_facts, settle_facts
from pipeline.runners.statements import identity_of
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.values import Span
from tests.builders import ArticleDraft, a_version
from tests.conftest import NOW
from tests.told import ACTORS, Said, an_agreement, an_article_that_says, date_of, say, seed_actors


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


ONE_FACT: dict[str, tuple[Said, ...]] = {
    "a signing in four languages": (
        an_agreement("MoU on the International Lunar Research Station", "2021-03-09", ("cnsa", "roscosmos")),
        an_agreement("合作建设国际月球科研站的谅解备忘录", "2021-03-09", ("cnsa", "roscosmos"), language="zh"),
        an_agreement("меморандум о создании научной станции на Луне", "2021-03-09", ("RU", "CN"), language="ru"),
        an_agreement("mémorandum sur une station lunaire", "2021-03", ("roscosmos", "CN"), language="fr"),
    ),
    "a workshop by its day in two languages": (
        Said("12th UK-China Space Workshop", "2017-09-06", "2017-09-08", place="Oxford"),
        Said("第十二届中英航天研讨会", "2017-09-06", language="zh", subkind="conference"),
    ),
    "a workshop of which one gives the month": (
        Said("UN/Austria Symposium on space law", "2022-09-06", "2022-09-08", place="Graz"),
        Said("UN/Austria Symposium", "2022-09", status="announced"),
    ),
    "an edition with two dates": (
        Said("10th Meeting of the APSCO Council", "2016-09-05"),
        Said("10th meeting of the APSCO Council", "2016-10-05"),
    ),
    "an edition with two places": (
        Said("4th UK-China Space Workshop", None, place="Changsha, China"),
        Said("4th UK-China Workshop", None, place="Oxford"),
    ),
    "a launch by two clocks": (
        Said("Launch of Chang'e-6", "2024-05-03", subkind="launch", place="Wenchang"),
        Said("Запуск «Чанъэ-6»", "2024-05-04", subkind="launch", language="ru"),
        Said("嫦娥六号发射", "2024-05-03", subkind="launch", language="zh"),
    ),
    "a memorandum named by its agencies and by its states": (
        an_agreement("memorandum", "2019-06-24", ("esa", "cnsa")),
        an_agreement("agreement on data sharing", "2019-06-24", ("EU-ESA", "CN"), subkind="agreement"),
    ),
    "an agreement and its suspension": (
        an_agreement("Agreement on the ExoMars mission", "2018-05-02", ("esa", "roscosmos"), subkind="agreement"),
        an_agreement("ExoMars agreement", "2022-03-17", ("esa", "roscosmos"), subkind="agreement", status="suspended"),
    ),
}

TWO_FACTS: dict[str, tuple[Said, ...]] = {
    "two editions by ordinal": (
        Said("12th UK-China Space Workshop", "2017-09-06"),
        Said("13th UK-China Space Workshop", "2017-09-06"),
    ),
    "two editions by year": (
        Said("China Space Conference 2023", "2023"),
        Said("China Space Conference 2024", "2024-04-24"),
    ),
    "a yearly meeting without a number": (
        Said("Expert Meeting on Space for Women", "2017-10-04"),
        Said("Expert Meeting on Space for Women", "2018-10-03"),
    ),
    "two memoranda of one agency with two partners": (
        an_agreement("memorandum", "2023-09-01", ("cnsa", "sansa")),
        an_agreement("memorandum", "2023-09-01", ("cnsa", "nasb")),
    ),
    "two memoranda of one pair on two days": (
        an_agreement("memorandum on lunar exploration", "2021-03-09", ("cnsa", "roscosmos")),
        an_agreement("memorandum on lunar exploration", "2021-05-09", ("cnsa", "roscosmos")),
    ),
    "two memoranda of one pair and day on two subjects": (
        an_agreement("memorandum on the exploration of the Moon", "2018-03-03", ("cnsa", "roscosmos")),
        an_agreement("memorandum on satellite navigation", "2018-03-03", ("cnsa", "roscosmos")),
    ),
    "a launch and a landing": (
        Said("Launch of Chang'e-6", "2024-05-03", subkind="launch"),
        Said("Landing of Chang'e-6", "2024-05-03", subkind="landing"),
    ),
    "two launches of a constellation": (
        Said("Launch of Starlink", "2022-04-29", subkind="launch"),
        Said("Launch of Starlink", "2022-05-06", subkind="launch"),
    ),
    "two craft of one series": (
        Said("Launch of Gaofen-9 04", "2020-08-06", subkind="launch"),
        Said("Launch of Gaofen-9 05", "2020-08-06", subkind="launch"),
    ),
    "two meetings of one day": (
        Said("Workshop on space debris", "2022-05-10", place="Vienna"),
        Said("Seminar on satellite navigation", "2022-05-10", place="Vienna"),
    ),
    "a day and a conference of one country and year": (
        Said("2019 China Space Day", "2019"),
        Said("2019 China Space Conference", "2019"),
    ),
    "two third meetings of one country with others": (
        Said("3rd UK-China Workshop", None, place="Shanghai, China"),
        Said("第三届中阿北斗合作论坛", "2021-12-08", language="zh", place="北京"),
    ),
    "a memorandum and a joint statement": (
        an_agreement("memorandum", "2015-06-24", ("esa", "cnsa")),
        an_agreement("joint statement", "2015-06-24", ("esa", "cnsa"), subkind="joint statement"),
    ),
}


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


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session on an archive with the shipped actors."""
    with sessions() as session:
        seed_actors(session)
        yield session


def facts_in(session: Session) -> dict[str, tuple[object, ...]]:
    """Read all facts by their keys, with who states them."""
    session.flush()
    rows = session.execute(
        sa.select(FactWitness.fact_id, Article.url)
        .join(Version, Version.id == FactWitness.version_id)
        .join(Article, Article.id == Version.article_id)
    )
    voices: dict[int | None, list[str]] = {}
    for fact_id, url in rows:
        voices.setdefault(fact_id, []).append(url)
    columns = (Fact.key, Fact.id, Fact.name, Fact.status, Fact.start_on, Fact.place, Fact.parties, Fact.disputed)
    return {
        key: (name, *(str(each) for each in more), sorted(voices.get(fact_id, [])))
        for key, fact_id, name, *more in session.execute(sa.select(*columns))
    }


ONE, TWO = list(ONE_FACT.values())[:6], list(TWO_FACTS.values())[:6]


@pytest.mark.databases("sqlite")
def test_rows_are_the_same_whatever_the_order_and_how_often_they_are_settled(session: Session) -> None:
    cases = [[an_article_that_says(session, each) for each in case] for case in (*ONE, *TWO)]
    versions = [version for case in cases for version in case]
    found = []
    for seed in range(2):
        for version in random.Random(seed).sample(versions, len(versions)):
            settle_facts(session, version)
        found.append(facts_in(session))
    assert [len({_fact_of(version) for version in case}) for case in cases] == [1] * len(ONE) + [2] * len(TWO)
    for version in versions:
        leave_facts(session, version.article)
    assert facts_in(session) == {}
    assert session.scalar(sa.select(sa.func.count()).select_from(FactMark)) == 0
    for version in reversed(versions):
        settle_facts(session, version)
    assert [*found, facts_in(session)] == [found[0]] * 3


def _fact_of(version: Version) -> int | None:
    return version.witnesses[0].fact_id


def _identity_of(version: Version, witness: FactWitness) -> str:
    return identity_of(version.article.key, witness.kind, _quote_of(version, witness))


def _quote_of(version: Version, witness: FactWitness) -> str:
    return version.text[witness.start : witness.end]


def test_a_version_that_says_something_else_leaves_its_fact(session: Session) -> None:
    workshop = ONE_FACT["a workshop by its day in two languages"]
    first, second = (an_article_that_says(session, each, day=day) for day, each in enumerate(workshop))
    for version in (first, second):
        settle_facts(session, version)
    assert [len(fact.witnesses) for fact in session.scalars(sa.select(Fact))] == [2]
    key = session.scalars(sa.select(Fact.key)).one()

    text = "The 13th UK-China Space Workshop is in 2018."
    later = a_version(session, first.article, ArticleDraft(text=text, first_seen_at=NOW))
    say(later, [Said("13th UK-China Space Workshop", "2018")], [text])
    settle_facts(session, later)
    assert {fact[0] for fact in facts_in(session).values()} == {
        "13th UK-China Space Workshop",
        "第十二届中英航天研讨会",
    }
    assert facts_in(session)[key][0] == "第十二届中英航天研讨会"

    later.witnesses = []
    settle_facts(session, later)
    second.relevance = Relevance.OFF
    settle_facts(session, second)
    assert facts_in(session) == {}
    assert session.scalar(sa.select(sa.func.count()).select_from(FactParty)) == 0


@pytest.mark.databases("sqlite")
def test_a_correction_that_takes_facts_apart_is_obeyed_until_it_is_undone(session: Session) -> None:
    workshop = ONE_FACT["a workshop by its day in two languages"]
    first, second = (an_article_that_says(session, each, day=day) for day, each in enumerate(workshop))
    for version in (first, second):
        settle_facts(session, version)
    witness = second.witnesses[0]
    correction = Correction(
        article_key=second.article.key,
        field=CorrectionField.FACT,
        value={
            "witness": {**_named(second), "quote": _quote_of(second, witness).upper()},
            "action": "apart",
            "other": _identity_of(first, first.witnesses[0]),
        },
        made_by="analyst",
        made_at=NOW,
    )
    session.add(correction)
    settle_facts(session, second)
    assert set(facts_in(session)) == {_identity_of(first, first.witnesses[0]), _identity_of(second, witness)}
    correction.undone_at = NOW
    settle_facts(session, second)
    assert len(facts_in(session)) == 1


@pytest.mark.databases("sqlite")
def test_a_correction_that_joins_facts_is_obeyed(session: Session) -> None:
    first, second = (an_article_that_says(session, each) for each in TWO_FACTS["two editions by ordinal"])
    for version in (first, second):
        settle_facts(session, version)
    _correct(
        session, second.article.key, "same", _named(second), fields={"article": first.article.key, **_named(first)}
    )
    settle_facts(session, second)
    assert [len(fact[-1]) for fact in facts_in(session).values() if isinstance(fact[-1], list)] == [2]


EDITIONS = TWO_FACTS["two editions by ordinal"]


def _named(version: Version, number: int = 0) -> dict[str, object]:
    """Name a witness as a correction does."""
    row = version.witnesses[number]
    return {"kind": "event", "quote": _quote_of(version, row), "name": row.name}


def _correct(session: Session, key: str, action: str, named: dict[str, object], **other: object) -> None:
    value = {"witness": named, "action": action, **other}
    session.add(Correction(article_key=key, field=CorrectionField.FACT, value=value, made_by="analyst", made_at=NOW))


def _counts(session: Session) -> dict[str, int]:
    """Count the witnesses of each fact, by its name."""
    session.flush()
    select = sa.select(Fact.name, sa.func.count(FactWitness.ordinal)).join(FactWitness).group_by(Fact.id, Fact.name)
    return dict(session.execute(select).all())


@pytest.mark.databases("sqlite")
def test_what_is_said_of_one_of_two_facts_in_a_sentence_is_said_of_that_one(session: Session) -> None:
    text = "The 12th and the 14th UK-China Space Workshop met."
    both = an_article_that_says(session, EDITIONS[0], day=0)
    both.text = text
    say(both, [Said("Launch of Starlink", "2022-04-29", subkind="launch"), EDITIONS[0]], [text, text])
    other = an_article_that_says(session, EDITIONS[1], day=1)
    _correct(session, both.article.key, "same", _named(both, 1), fields=_named(other) | {"article": other.article.key})
    for version in (both, other):
        settle_facts(session, version)
    assert _counts(session) == {"Launch of Starlink": 1, "12th UK-China Space Workshop": 2}
    settle_facts(session, other)
    assert _counts(session) == {"Launch of Starlink": 1, "12th UK-China Space Workshop": 2}


def test_facts_are_joined_whichever_of_them_is_settled_last(session: Session) -> None:
    first, second = (an_article_that_says(session, each, day=day) for day, each in enumerate(EDITIONS))
    other = _named(first) | {"article": first.article.key}
    _correct(session, second.article.key, "same", _named(second), fields=other)
    settle_facts(session, second)
    settle_facts(session, first)
    assert list(_counts(session).values()) == [2]


@pytest.mark.databases("sqlite")
def test_what_was_said_holds_after_an_address_moved_and_for_copies(session: Session) -> None:
    first, second, third = (an_article_that_says(session, EDITIONS[place], day=place) for place in (0, 1, 1))
    gone = an_article_that_says(session, EDITIONS[1], day=5)
    _correct(session, gone.article.key, "same", _named(second), fields=_named(first) | {"article": first.article.key})
    gone.article.moved_to_id, gone.article.current_version_id = second.article_id, None
    third.article.copy_of_id = second.article_id
    third.text = second.text
    for version in (first, second, third):
        settle_facts(session, version)
    assert list(_counts(session).values()) == [3]


@pytest.mark.databases("sqlite")
def test_a_fact_that_was_held_apart_stays_apart_when_the_founder_of_the_other_leaves(session: Session) -> None:
    workshop = EDITIONS[0]
    founder, second, apart = (an_article_that_says(session, workshop, day=day) for day in range(3))
    for version in (founder, second, apart):
        settle_facts(session, version)
    key = session.scalars(sa.select(Fact.key)).one()
    _correct(session, apart.article.key, "apart", _named(apart), other=key)
    settle_facts(session, apart)
    leave_facts(session, founder.article)
    for version in (second, apart):
        settle_facts(session, version)
    assert set(facts_in(session)) == {key, _identity_of(apart, apart.witnesses[0])}
    settle_facts(session, founder)
    assert sorted(_counts_of_facts(session)) == [1, 2]


def test_a_founder_that_comes_back_to_say_something_else_founds_another_fact(session: Session) -> None:
    founder, second = (an_article_that_says(session, EDITIONS[0], day=day) for day in range(2))
    for version in (founder, second):
        settle_facts(session, version)
    leave_facts(session, founder.article)
    settle_facts(session, second)
    founder.witnesses[0].name = "13th UK-China Space Workshop"
    settle_facts(session, founder)
    assert sorted(_counts_of_facts(session)) == [1, 1]


def _counts_of_facts(session: Session) -> list[int]:
    counted = sa.select(sa.func.count()).where(FactWitness.fact_id.is_not(None)).group_by(FactWitness.fact_id)
    return list(session.scalars(counted))
