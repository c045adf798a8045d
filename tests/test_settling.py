"""Facts as they are stored: settled in any order, left, and what people said of them obeyed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.fact import Fact, FactMark, FactParty, FactWitness
from models.knowledge import Correction
from models.tables import Article, Version
from models.vocabulary import CorrectionField, Relevance
from pipeline.runners.facts import leave_facts, settle_facts
from pipeline.runners.statements import identity_of
from tests.builders import ArticleDraft, a_version
from tests.conftest import NOW
from tests.told import ONE_FACT, TWO_FACTS, Said, an_article_that_says, say, seed_actors


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
