"""Which articles report the same event, and which only read alike."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from models.vocabulary import DocType, FactKind, Relevance
from perilune.dates import PartialDate
from pipeline.stories.evidence import evidence_between, weighed
from pipeline.stories.features import StoryFeatures, TermCounts, features_of, names_in, terms_in
from pipeline.stories.linking import Links
from pipeline.stories.named_days import is_near_named_day, named_days_in
from pipeline.stories.stories import Group, Story, group_into_stories, parts_of, place
from pipeline.stories.vetoes import MAX_DAYS_APART, days_apart, days_between, vetoes_of
from pipeline.values import ActorMention, Document, Fact, Span, Understanding

SEEN_ON = dt.date(2023, 9, 1)
TEXT = "The agencies of China and Brazil launched a satellite together from Taiyuan and will share its pictures."
LONG_TEXT = f"{TEXT} {TEXT} {TEXT}"
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
    ("one", "other", "reason"),
    [
        (article("a", "12th UK-China workshop"), article("b", "13th UK-China workshop"), "another edition"),
        (article("a", "第十二届中英研讨会"), article("b", "13th UK-China workshop"), "another edition"),
        (article("a", "Yaogan-42 01 in orbit"), article("b", "Yaogan-42 02 in orbit"), "another yaogan"),
        (article("a", "World Space Week 2022"), article("b", "World Space Week 2023"), "another year"),
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
        (
            article("a", "Deal", fact(FactKind.AGREEMENT, "MoU", None, "asi", "ksa"), text=LONG_TEXT),
            article(
                "b",
                "Deal",
                fact(FactKind.AGREEMENT, "MoU", None, "asi", "ssa"),
                replace(fact(FactKind.AGREEMENT, "MoU", None, "asi", "ksa"), span=Span(200, 210)),
                text=LONG_TEXT,
            ),
            "another pair of parties",
        ),
        (
            article("a", "Ninth round opens. The eighth round"),
            article("b", "Call", text="The tenth round opens."),
            "another edition",
        ),
        (
            article("a", "Peru signs the accords", fact(FactKind.AGREEMENT, "accession", None, "PE", "nasa")),
            article("b", "Словакия подписала соглашения", fact(FactKind.AGREEMENT, "MoU", None, "SK"), language="ru"),
            "another pair of parties",
        ),
        (
            article("a", "Forum", replace(fact(subkind="forum", start="2023-08-18"), place="Nanning")),
            article("b", "Forum", replace(fact(subkind="forum", start="2023-08-20"), place="Hammamet, Tunisia")),
            "another forum",
        ),
        (
            article("a", "Camera JANUS arrives in Toulouse", actors=("juice",), published="2023-07-20"),
            article("b", "JANUS takes first pictures", actors=("juice",)),
            "another stage",
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
        (
            article("a", "Satellite arrives at launch site", actors=("juice",), published="2023-08-14"),
            article("b", "Satellite launched", actors=("juice",)),
        ),
    ],
)
def test_what_does_not_forbid_one_story(one: StoryFeatures, other: StoryFeatures) -> None:
    assert vetoes_of(one, other) == ()
    assert len(set(group_into_stories([one, other], BACKGROUND))) == 1


def test_an_article_without_a_date_is_as_old_as_the_days_it_names() -> None:
    text = "On 14 June the satellite reached orbit; 6月14日; le 2 août; 14-го числа; 31 February; in June 2018."
    assert named_days_in(text) == {166, 215}
    assert is_near_named_day(dt.date(2025, 6, 17), named_days_in(text))
    assert is_near_named_day(dt.date(2026, 1, 2), named_days_in("31 December"))
    assert not is_near_named_day(dt.date(2025, 6, 24), named_days_in(text))
    undated = article("a", published=None, text=f"{TEXT} It was on 18 August.")
    near, far = article("b", published="2023-08-20"), article("b", published="2023-08-29")
    gaps = [evidence_between(weighed(undated, BACKGROUND), weighed(one, BACKGROUND)).gap for one in (near, far)]
    assert gaps == [0.1, 0.7]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (article(published="2022"), article("b", published="2023")),
        (article(published="2023-01-05"), article("b", published="2023-06")),
        (article(published=None), article("b", published="2024-03-01")),
    ],
)
def test_articles_far_apart_in_time_are_no_story(one: StoryFeatures, other: StoryFeatures) -> None:
    assert days_apart(one, other) == days_apart(other, one) > MAX_DAYS_APART
    assert len(set(group_into_stories([one, other], BACKGROUND))) == 2


def grouped(free: list[StoryFeatures], stories: dict[str, list[StoryFeatures]]) -> list[Group]:
    """Group free articles with settled stories."""
    known = {one.id: weighed(one, BACKGROUND) for one in [*free, *itertools.chain(*stories.values())]}
    settled = [Story(name, tuple(known[one.id] for one in members)) for name, members in stories.items()]
    return place([known[one.id] for one in free], settled, Links(known))


def test_an_article_in_another_language_joins_by_meaning_actors_and_date() -> None:
    english = article("en", "Brazil and China launch CBERS-4", actors=("cnsa", "inpe"))
    chinese = article(
        "zh",
        "中国和巴西发射资源一号04星",
        text="中国和巴西的航天局在太原发射了卫星。",
        language="zh",
        actors=("cnsa", "inpe"),
    )
    (group,) = grouped([chinese], {"s": [english]})
    assert group.stories == ("s",)
    assert "Brazil and China launch CBERS-4" in group.reasons["zh"]


def test_a_day_and_a_likeness_are_not_enough_across_languages() -> None:
    english = article("en", "Two candidates arrive for training", text="They come from Pakistan.")
    chinese = article("zh", "中国发布航天白皮书", text="白皮书介绍了五年来的进展。", language="zh")
    tilted = replace(chinese, vector=np.array([0.3, 0.954, 0, 0, 0, 0, 0, 0], np.float32))
    (group,) = grouped([tilted], {"s": [english]})
    assert group.stories == ()
    told_by_both = [
        replace(one, actors=frozenset({"cnsa", "suparco"}), countries=frozenset({"CN", "PK"}))
        for one in (english, tilted)
    ]
    (group,) = grouped(told_by_both[1:], {"s": told_by_both[:1]})
    assert group.stories == ("s",)


def test_an_article_on_something_else_founds_a_story() -> None:
    other = article("b", "Floods mapped from orbit", text="A charter helped rescue teams in Pakistan.", direction=1)
    (group,) = grouped([other], {"s": [article()]})
    assert group.stories == ()
    assert group.reasons == {"b": "the first report; no story is like it"}


def test_a_vetoed_article_founds_a_story_and_says_why() -> None:
    (group,) = grouped([article("b", "13th workshop")], {"s": [article("a", "12th workshop")]})
    assert group.stories == ()
    assert group.reasons["b"] == "the first report; like “12th workshop”, but another edition: 12 against 13"


def test_a_vetoed_story_does_not_hide_the_right_one() -> None:
    stories = {"s12": [article("a", "12th workshop")], "s13": [article("c", "13th workshop")]}
    for order in itertools.permutations(stories):
        (group,) = grouped([article("b", "13th workshop")], {name: stories[name] for name in order})
        assert group.stories == ("s13",)


def test_one_stray_number_does_not_shut_a_large_story() -> None:
    members = [article(str(n), "Agencies meet in Vienna") for n in range(5)]
    stray = article("x", "Agencies meet in Vienna after the 12th workshop")
    newcomer = article("b", "Agencies meet in Vienna for the 13th workshop")
    (group,) = grouped([newcomer], {"s": [*members, stray]})
    assert group.stories == ("s",)


def test_an_article_that_joins_two_stories_makes_them_one() -> None:
    stories = {"later": [article("b", published="2023-08-20")], "older": [article("a", published="2023-08-19")]}
    (group,) = grouped([article("c", published="2023-08-21")], stories)
    assert group.stories == ("older", "later")


def test_what_people_keep_apart_stays_apart() -> None:
    known = {one: weighed(article(one), BACKGROUND) for one in "ab"}
    links = Links(known).kept_apart_by(lambda one, other: {one, other} == {"a", "b"})
    groups = place([known["b"]], [Story("s", (known["a"],))], links)
    assert [group.stories for group in groups] == [()]


def test_a_story_goes_on_for_months_while_each_report_follows_another() -> None:
    days = ("2023-01-10", "2023-02-12", "2023-03-15", "2023-04-14", "2023-05-12")
    months = [article(str(n), f"Talks on the station, part of {day}", published=day) for n, day in enumerate(days)]
    (group,) = grouped([months[-1]], {"s": months[:-1]})
    assert group.stories == ("s",)


def test_a_story_falls_apart_when_evidence_comes_between_its_articles() -> None:
    titles = ("12th workshop", "12th workshop opens", "13th workshop", "13th workshop opens")
    known = {str(n): weighed(article(str(n), title), BACKGROUND) for n, title in enumerate(titles)}
    assert parts_of(list(known.values()), Links(known)) == [["0", "1"], ["2", "3"]]
    whole = [known["0"], known["1"]]
    assert parts_of(whole, Links(known)) == [["0", "1"]]


def test_likeness_is_symmetric_and_falls_with_the_days_between() -> None:
    def strength(one: StoryFeatures, other: StoryFeatures) -> float:
        known = {each.id: weighed(each, BACKGROUND) for each in (one, other)}
        return Links(known).strength([one.id], [other.id])

    base = article()
    days = ("2023-08-20", "2023-08-25", "2023-09-10")
    strengths = [strength(base, article("b", "Satellite", published=day)) for day in days]
    assert strengths == sorted(set(strengths), reverse=True)
    other = article("b", "Brazil signs", published="2023-08-22", actors=("inpe",))
    assert strength(base, other) == strength(other, base)


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


def test_articles_that_come_one_by_one_are_grouped_as_all_at_once() -> None:
    articles = [article(f"{n}", f"{12 + n % 2}th workshop", published=f"2023-08-{10 + n}") for n in range(6)]
    for order in (articles, articles[::-1], articles[3:] + articles[:3]):
        stories: dict[str, list[StoryFeatures]] = {}
        for one in order:
            (group,) = grouped([one], stories)
            stories.setdefault(group.stories[0] if group.stories else one.id, []).append(one)
        assert {frozenset(member.id for member in members) for members in stories.values()} == {
            frozenset("024"),
            frozenset("135"),
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
