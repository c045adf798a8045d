"""Which story comes first in an issue: the order that an analyst would name, and the words that say why."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, sessionmaker

from digest.publishers import publisher_at
from digest.ranking import Merits, Score, Voice, independent_voices, score_of
from digest.render import render_html
from models.vocabulary import DocType, FactKind
from tests.builders import ArticleDraft, a_source, a_story, an_article, an_edition
from tests.digest_issues import LINKS, add_fact, frozen, render_text, titles

ORDINARY = Voice("wire.example", "A wire", 5)
AGENCY = Voice("esa.int", "ESA", 9)
REPOSTS = tuple(Voice(f"copy{number}.example", f"Copy {number}", 2) for number in range(3))


def _merits(*voices: Voice, facts: tuple[str, ...] = (), novelty: str = "new", topics: tuple[str, ...] = ()) -> Merits:
    on = dt.date(2022, 3, 14)
    return Merits(voices or (ORDINARY,), newest_on=on, key="a", facts=facts, novelty=novelty, topics=topics)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (_merits(AGENCY, facts=("signed",)), _merits(*REPOSTS, facts=("held",))),
        (_merits(facts=("signed",)), _merits(facts=("in-force",))),
        (_merits(facts=("in-force",)), _merits(facts=("proposed",))),
        (_merits(facts=("proposed",)), _merits(facts=("held",))),
        (_merits(facts=("white-paper",)), _merits(facts=("held",))),
        (_merits(facts=("held",)), _merits()),
        (_merits(AGENCY), _merits()),
        (_merits(AGENCY, ORDINARY), _merits(AGENCY)),
        (_merits(AGENCY), _merits(*REPOSTS[:2])),
        (_merits(novelty="facts", facts=("signed",)), _merits(novelty="sentences", facts=("held",))),
        (_merits(), _merits(novelty="sentences")),
        (_merits(novelty="sentences"), _merits(novelty="language")),
        (_merits(novelty="language"), _merits(novelty="nothing")),
        (_merits(topics=("lunar",)), _merits(AGENCY, ORDINARY)),
        (_merits(), _merits(AGENCY, ORDINARY, facts=("signed",), topics=("launch",))),
        (_merits(topics=("launch", "diplomacy")), _merits(topics=("launch",))),
    ],
)
def test_what_an_analyst_wants_first_is_first(first: Merits, then: Merits) -> None:
    assert _score(first).order < _score(then).order


def _score(merits: Merits) -> Score:
    return score_of(merits, {"lunar": 3.0, "launch": 0.0})


def test_a_score_is_the_sum_of_its_parts_and_zero_for_a_topic_that_counts_for_nothing() -> None:
    score = _score(_merits(AGENCY, ORDINARY, facts=("signed",), topics=("lunar",)))
    assert {str(part.name): round(part.points, 2) for part in score.parts} == {
        "authority": 2.7,
        "sources": 1.0,
        "facts": 4.0,
        "novelty": 2.0,
        "topics": 19.4,
    }
    assert round(score.points, 2) == 29.1
    sunk = _score(_merits(AGENCY, ORDINARY, facts=("signed",), topics=("launch",)))
    assert (sunk.points, sunk.is_weighty) == (0, False)


def test_a_publisher_counts_once_whatever_its_addresses() -> None:
    told = [Voice("cas.cn", "CAS English", 6), Voice("cas.cn", "CAS", 8), ORDINARY]
    assert [voice.source for voice in independent_voices(told)] == ["CAS", "A wire"]


@pytest.mark.parametrize(
    ("address", "publisher"),
    [
        ("https://english.cas.cn/newsroom/", "cas.cn"),
        ("http://www.cnsa.gov.cn/", "cnsa.gov.cn"),
        ("https://www.ralspace.stfc.ac.uk/Pages/", "stfc.ac.uk"),
        ("https://www.esa.int/", "esa.int"),
        ("https://someone.wordpress.com/", "someone.wordpress.com"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("", "un_unoosa"),
    ],
)
def test_a_publisher_is_known_by_its_domain(address: str, publisher: str) -> None:
    assert publisher_at(address, "un_unoosa") == publisher


def test_an_entry_says_why_it_stands_where_it_does(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session, topic_weights={"lunar-exploration": 2, "launch": 0.5})
        for slug, authority, home in (
            ("eu_esa", 9, "https://www.esa.int/"),
            ("eu_esa_news", 8, "https://news.esa.int/"),
            ("gb_wire", 4, "https://wire.example/"),
        ):
            a_source(session, slug, authority=authority, home=home, name=slug.replace("_", " ").upper())
        story = a_story(session, "A lunar pact")
        for slug in ("eu_esa", "eu_esa_news", "gb_wire"):
            article = an_article(session, ArticleDraft(title=slug, source=slug, story=story))
        add_fact(session, article, kind=FactKind.AGREEMENT, name="Pact")
        pinned = a_story(session, "Kept at the head", pinned_by="Ada")
        an_article(session, ArticleDraft(title="Pinned", source="gb_wire", story=pinned, topics=("launch",)))
        paper = ArticleDraft(title="A paper", doc_type=DocType.WHITE_PAPER, topics=())
        for source in ("un_unoosa", "gb_wire"):
            paper.source, paper.story = source, paper.story or a_story(session, "A white paper")
            an_article(session, paper)
        content = frozen(session, now)
        assert titles(content.stories) == ["Kept at the head", "A lunar pact", "A white paper"]
        kept, pact, white_paper = content.stories
        assert kept.because == ("kept at the head by Ada", "reported by GB WIRE", "Launch counts half in this edition")
        assert pact.source_count == 2
        assert pact.because == (
            "2 independent sources, among them EU ESA",
            "an agreement was signed",
            "Lunar exploration counts double in this edition",
        )
        assert white_paper.because == ("2 independent sources, among them Un Unoosa", "a white paper")
        line = f"Why here: {'; '.join(pact.because)}."
        assert line in " ".join(render_text(content, LINKS).split())
        assert line in render_html(content, LINKS)


@pytest.mark.databases("sqlite")
def test_a_topic_that_counts_for_nothing_sinks_below_all_else(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session, topic_weights={"launch": 0})
        for number in range(4):
            an_article(session, ArticleDraft(title=f"Plain {number}"))
        launch = an_article(session, ArticleDraft(title="A launch", topics=("launch",)))
        add_fact(session, launch, kind=FactKind.EVENT, name="Launch", status="held")
        content = frozen(session, now)
        assert titles(content.also_noted) == [titles(content.also_noted)[0], "A launch"]
