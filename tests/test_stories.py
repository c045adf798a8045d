"""Which articles report the same event, and which only read alike."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import numpy as np
import pytest

from models.vocabulary import DocType, FactKind, Relevance
from perilune.dates import PartialDate
from pipeline.stories.features import StoryFeatures, TermCounts, features_of, names_in, term_counts_of, terms_in
from pipeline.stories.numbers import calendar_number, event_numbers_of, number_from_chinese
from pipeline.stories.stories import Story, group_into_stories, same_story_score, story_for
from pipeline.stories.vetoes import days_between, vetoes_of
from pipeline.values import ActorMention, Document, Fact, Span, Understanding

SEEN_ON = dt.date(2023, 9, 1)
TEXT = "The agencies of China and Brazil launched a satellite together from Taiyuan and will share its pictures."
BACKGROUND = TermCounts(
    1000, {"the": 990, "of": 980, "and": 985, "a": 970, "satellit": 200, "launch": 220, "from": 700}
)


def fact(kind: FactKind = FactKind.EVENT, subkind: str = "launch", start: str | None = None, *parties: str) -> Fact:
    """Return a fact of the lead."""
    return Fact(
        kind, "fact", Span(0, 5), "held", subkind, start=PartialDate.parse(start) if start else None, parties=parties
    )


def article(
    article_id: str = "a", title: str = "Agencies launch a satellite", *facts: Fact, **said: object
) -> StoryFeatures:
    """Return an article's features; `direction` is what its vector points at."""
    values: dict[str, object] = {
        "text": TEXT,
        "language": "en",
        "published": "2023-08-20",
        "direction": 0,
        "actors": (),
    }
    values |= said
    published = values["published"]
    document = Document(
        article_id,
        title,
        str(values["text"]),
        str(values["language"]),
        PartialDate.parse(str(published)) if published else None,
    )
    actors = values["actors"]
    assert isinstance(actors, tuple)
    mentions = tuple(ActorMention(slug, 1, Span(0, 1)) for slug in actors)
    understanding = Understanding(Relevance.CORE, 1.0, (), (), DocType.NEWS, (), mentions, facts)
    vector = np.zeros(8, dtype=np.float32)
    vector[int(str(values["direction"]))] = 1
    return features_of(document, understanding, vector, first_seen=SEEN_ON)


@pytest.mark.parametrize(
    ("text", "editions"),
    [
        ("13th annual UK-China Space Workshop", {13}),
        ("Report of the Subcommittee on its fifty-fourth session", {54}),
        ("Winner of 5th round announced and opening of 6th round", {5, 6}),
        ("Council meeting 10 held in Istanbul", {10}),
        ("La cinquième session du comité", {5}),
        ("Le 3e forum sino-arabe", {3}),
        ("54-я сессия подкомитета", {54}),
        ("Тринадцатый семинар по космосу", {13}),
        ("第三屆中阿北斗合作論壇舉行", {3}),
        ("联合国外空委第六十二届会议", {62}),
        ("第5轮征集", {5}),
        ("On the first day the ministers of both states signed an agreement", set()),
    ],
)
def test_ordinals_of_meetings_are_read(text: str, editions: set[int]) -> None:
    assert event_numbers_of(text).editions == editions


@pytest.mark.parametrize(
    ("text", "crafts"),
    [
        ("Yaogan-42 02 is in orbit", {("yaogan", "42-2")}),
        ("遥感四十二号02星发射成功", {("遥感", "42-2")}),
        ("嫦娥六号带回样品", {("嫦娥", "6")}),
        ("«Луна-25» разбилась", {("луна", "25")}),
        ("Artemis II comes before Artemis III", {("artemis", "2"), ("artemis", "3")}),
        ("CBERS-4A is in orbit", {("cbers", "4A")}),
        ("It was signed in March 5 years ago, in Vienna 2019", set()),
        ("Briefing 17 September", set()),
    ],
)
def test_numbers_of_missions_are_read(text: str, crafts: set[tuple[str, str]]) -> None:
    assert event_numbers_of(text).crafts == crafts


@pytest.mark.parametrize(
    ("numeral", "number"),
    [("十", 10), ("四十二", 42), ("二十", 20), ("一百零三", 103), ("12", 12), ("六", 6), ("一二", 12)],
)
def test_chinese_numerals_are_read(numeral: str, number: int) -> None:
    assert number_from_chinese(numeral) == number


@pytest.mark.parametrize(
    ("word", "number"),
    [("March", 3), ("août", 8), ("марта", 3), ("июле", 7), ("пятницу", 25), ("lundi", 21), ("orbit", None)],
)
def test_months_and_weekdays_are_known_in_their_forms(word: str, number: int | None) -> None:
    assert calendar_number(word) == number


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (article("a", "12th UK-China workshop"), article("b", "13th UK-China workshop"), "another edition"),
        (article("a", "第十二届中英研讨会"), article("b", "13th UK-China workshop"), "another edition"),
        (article("a", "Yaogan-42 01 in orbit"), article("b", "Yaogan-42 02 in orbit"), "another yaogan"),
        (article("a", "World Space Week 2022"), article("b", "World Space Week 2023"), "another year"),
        (article(published="2022"), article("b", published="2023"), "too far apart"),
        (article(published="2023-01-05"), article("b", published="2023-06"), "too far apart"),
        (article(published=None), article("b", published="2024-03-01"), "too far apart"),
        (
            article("a", "Launch", fact(start="2023-08-20")),
            article("b", "Launch", fact(start="2023-08-25")),
            "another launch",
        ),
        (
            article("a", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "uae", "lsa")),
            article("b", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "uae", "philsa")),
            "another pair of parties",
        ),
        (
            article("a", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "AE", "LU")),
            article("b", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "AE", "PH")),
            "another pair of parties",
        ),
    ],
)
def test_what_forbids_one_story(one: StoryFeatures, other: StoryFeatures, reason: str) -> None:
    for vetoes in (vetoes_of(one, other), vetoes_of(other, one)):
        assert [veto.split(":")[0] for veto in vetoes] == [reason]
    assert len(set(group_into_stories([one, other], BACKGROUND))) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (article("a", "5th round closes, 6th round opens"), article("b", "6th round opens")),
        (article("a", "Yaogan-42 launched"), article("b", "Yaogan-42 02 in orbit")),
        (article("a", "Luna-25 crashes"), article("b", "Soyuz-2 rocket put Luna-25 into orbit")),
        (article("a", "First crash since 1976"), article("b", "Russia's 2023 moon landing fails")),
        (article(published="2023-08"), article("b", published="2023-08-31")),
        (article(published="2023"), article("b", published="2023-02-01")),
        (article(published=None), article("b", published="2023-08-20")),
        (article("a", "Launch", fact(start="2023-08-20")), article("b", "Launch", fact(start="2023-08-21"))),
        (article("a", "Launch", fact(start="2023-08-20")), article("b", "Launch", fact(start="2023-08"))),
        (
            article("a", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "uae", "philsa")),
            article("b", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "uae", "philsa", "unoosa")),
        ),
        (
            article("a", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "cnsa", "roscosmos")),
            article("b", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "CN", "RU")),
        ),
    ],
)
def test_what_does_not_forbid_one_story(one: StoryFeatures, other: StoryFeatures) -> None:
    assert vetoes_of(one, other) == ()
    assert len(set(group_into_stories([one, other], BACKGROUND))) == 1


def test_an_article_in_another_language_joins_by_meaning_actors_and_date() -> None:
    english = article("en", "Brazil and China launch CBERS-4", actors=("cnsa", "inpe"))
    chinese = article(
        "zh",
        "中国和巴西发射资源一号04星",
        text="中国和巴西的航天局在太原发射了卫星。",
        language="zh",
        actors=("cnsa", "inpe"),
    )
    choice = story_for(chinese, [Story("s", (english,))], BACKGROUND)
    assert choice.story_id == "s"
    assert "Brazil and China launch CBERS-4" in choice.reason


def test_an_article_on_something_else_founds_a_story() -> None:
    other = article("b", "Floods mapped from orbit", text="A charter helped rescue teams in Pakistan.", direction=1)
    choice = story_for(other, [Story("s", (article(),))], BACKGROUND)
    assert choice.story_id is None
    assert choice.reason == "no story is like it"


def test_a_vetoed_article_founds_a_story_and_says_why() -> None:
    choice = story_for(article("b", "13th workshop"), [Story("s", (article("a", "12th workshop"),))], BACKGROUND)
    assert choice.story_id is None
    assert choice.reason == "like story s, but another edition: 13 against 12"


def test_a_vetoed_story_does_not_hide_the_right_one() -> None:
    stories = [Story("s12", (article("a", "12th workshop"),)), Story("s13", (article("c", "13th workshop"),))]
    for order in itertools.permutations(stories):
        assert story_for(article("b", "13th workshop"), order, BACKGROUND).story_id == "s13"


def test_one_stray_number_does_not_shut_a_large_story() -> None:
    members = [article(str(n), "Agencies meet in Vienna") for n in range(5)]
    stray = article("x", "Agencies meet in Vienna after the 12th workshop")
    story = Story("s", (*members, stray))
    assert story_for(article("b", "Agencies meet in Vienna for the 13th workshop"), [story], BACKGROUND).story_id == "s"


def test_the_score_is_symmetric_and_falls_with_the_days_between() -> None:
    base = article()
    days = ("2023-08-20", "2023-08-25", "2023-09-10")
    scores = [same_story_score(base, article("b", "Satellite", published=day, direction=1), BACKGROUND) for day in days]
    assert scores[0] > scores[-1]
    assert scores == sorted(scores, reverse=True)
    other = article("b", "Brazil signs", published="2023-08-22", actors=("inpe",))
    assert same_story_score(base, other, BACKGROUND) == same_story_score(other, base, BACKGROUND)


def test_the_batch_does_not_depend_on_the_order_of_its_articles() -> None:
    articles = [
        article(
            f"{subject}{day}",
            f"Report {subject} of the matter",
            text=f"Matter {subject} in {place}.",
            direction=subject,
        )
        for subject, place in enumerate(("Vienna", "Wenchang", "Baku"))
        for day in range(4)
    ]
    expected = dict(zip((one.id for one in articles), group_into_stories(articles), strict=True))
    assert len(set(expected.values())) == 3
    for seed in range(5):
        shuffled = random.Random(seed).sample(articles, len(articles))
        assert dict(zip((one.id for one in shuffled), group_into_stories(shuffled), strict=True)) == expected


def test_the_batch_follows_the_incremental_rule() -> None:
    articles = [article(f"{n}", f"{12 + n % 2}th workshop", published=f"2023-08-{10 + n}") for n in range(6)]
    background = term_counts_of(articles)
    stories: dict[str, list[StoryFeatures]] = {}
    for one in articles:
        choice = story_for(one, [Story(key, tuple(members)) for key, members in stories.items()], background)
        stories.setdefault(choice.story_id or one.id, []).append(one)
    assert {key: [member.id for member in members] for key, members in stories.items()} == {
        "0": ["0", "2", "4"],
        "1": ["1", "3", "5"],
    }
    assert group_into_stories(articles) == ["0", "1", "0", "1", "0", "1"]


def test_no_articles_make_no_stories() -> None:
    assert group_into_stories([]) == []


@pytest.mark.parametrize(
    ("text", "language", "terms"),
    [
        ("Launching satellites", "en", ["launch", "satellit"]),
        ("спутников запуски", "ru", ["спутник", "запуск"]),
        ("Les satellites chinois", "fr", ["le", "satellit", "chinois"]),
        ("月球探测", "zh", ["月球", "球探", "探测"]),
        ("与ESA合作", "zh", ["与", "合作", "esa"]),
    ],
)
def test_terms_are_stems_and_pairs_of_characters(text: str, language: str, terms: list[str]) -> None:
    assert list(terms_in(text, language)) == terms


def test_names_are_capitals_inside_a_sentence_and_figures() -> None:
    assert set(names_in("Yesterday the agencies met in Baku. They chose 30 teams.", "en")) == {"baku", "30"}
    assert set(names_in("中国与ESA合作", "zh")) == {"esa"}


def test_every_name_is_among_the_terms() -> None:
    one = article(
        "a", "Roscosmos и NASA", text="Агентство NASA подписало с ESA договор 2023 года. 与ESA合作", language="ru"
    )
    assert one.names <= one.terms.keys()


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [("2023-08-20", "2023-08-23", 3), ("2023-08", "2023-08-23", 0), ("2022", "2023-03", 60), ("2023", "2023", 0)],
)
def test_the_days_between_two_dates_are_the_fewest_possible(one: str, other: str, days: int) -> None:
    a, b = PartialDate.parse(one), PartialDate.parse(other)
    assert days_between(a, b) == days_between(b, a) == days
    assert days_between(a, None) is None
