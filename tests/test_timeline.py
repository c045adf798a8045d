"""The timeline of a story, its history and its summary: on its page, in the API, at the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.story import Story
from models.vocabulary import FactKind
from perilune.cli import app as commands
from perilune.config import settings_from
from perilune.dates import PartialDate
from perilune.serving import app_for
from tests.conftest import NOW
from tests.long_story import CONFERENCE, MEMORANDUM, ROADMAP, SIGNED, a_long_story
from web.clock import today_here
from web.facts_view import FactLine, WitnessView
from web.names import Named
from web.reading_language import language_read
from web.story_view import story_timeline
from web.timeline import Development, DevelopmentKind, Report, months_of, timeline_of

TODAY = NOW.date()
HERE = {"Origin": "http://testserver"}


@pytest.fixture
def story_key(sessions: sessionmaker[Session]) -> str:
    """A story of thirteen months."""
    with sessions.begin() as session:
        return a_long_story(session).key


@pytest.fixture
def visitor(story_key: str, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A visitor of the archive as the product serves it, on the day of the tests."""
    assert story_key
    app = app_for(settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url}))
    app.dependency_overrides[today_here] = lambda: TODAY
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def _said(entry: Development) -> tuple[str, str, str]:
    return str(entry.date), entry.status or ",".join(sorted(each.source.slug for each in entry.reports)), entry.what


def test_a_timeline_tells_what_became_of_things_each_with_its_witness(
    sessions: sessionmaker[Session], story_key: str
) -> None:
    with sessions() as session:
        story = session.query(Story).filter_by(key=story_key).one()
        timeline = story_timeline(session, story, today=TODAY)
    plan = "меморандум о создании лунной станции"
    assert [_said(each) for each in timeline] == [
        ("2021-02-17", "tass", ""),
        ("2021-02-17", "proposed", plan),
        ("2021-03-09", "signed", MEMORANDUM),
        ("2021-03-10", "le_spatial,space_daily", ""),
        ("2021-04-24", "announced", ROADMAP),
        ("2021-06-16", "held", ROADMAP),
        ("2021-11", "esa_brief", ""),
        ("2022-02-04", "in-force", MEMORANDUM),
        ("2022-03-10", "announced", CONFERENCE),
        ("2022-04-25", "announced", CONFERENCE),
    ]
    assert [each.is_to_come for each in timeline] == [False] * 9 + [True]
    signed, to_come = timeline[2], timeline[-1]
    assert signed.witness is not None
    assert [each.source.slug for each in (signed.witness, *signed.also)] == ["roscosmos", "cnsa_news"]
    assert MEMORANDUM in signed.witness.quote
    assert (str(to_come.until), to_come.quote) == ("2022-04-29", ""), "its words stand where it is announced"
    assert timeline[0].is_first_report
    names = [month.name for month in months_of(timeline)]
    assert names[:3] == ["February 2021", "March 2021", "April 2021"]
    assert [month.name for month in months_of(timeline[:4])] == [""], "a short one is not cut"


def _witness(status: str, *, article: str, start: str | None = None, is_copy: bool = False) -> WitnessView:
    return WitnessView(
        article_key=article,
        article_title="",
        source=Named(article, article),
        published=None,
        language="en",
        name="A meeting",
        status=status,
        subkind=None,
        start_on=PartialDate.parse(start) if start else None,
        end_on=None,
        place=None,
        parties=(),
        quote=f"{article} says so",
        page_number=None,
        by_human=False,
        is_copy=is_copy,
        link="",
        article="",
        article_url="",
        version_number=1,
        passage_ordinal=0,
    )


def _meeting(*witnesses: WitnessView, kind: FactKind = FactKind.EVENT) -> FactLine:
    start = next((each.start_on for each in witnesses if each.start_on), None)
    shown = {"name": "A meeting", "language": "en", "status": witnesses[-1].status, "subkind": None, "place": None}
    of_none = {"parties": (), "countries": (), "disputed": (), "history": (), "contradictions": ()}
    counts = {"article_count": 1, "voice_count": 1, "changed_at": None}
    dates = {"start_on": start, "end_on": None}
    return FactLine(key="f", link="", kind=kind, witnesses=witnesses, **shown, **of_none, **counts, **dates)  # type: ignore[arg-type]  # fields by name


def _reports(**days: str) -> list[Report]:
    return [
        Report(key, "", Named(key, key), "en", PartialDate.parse(day), is_dated=True, link="")
        for key, day in days.items()
    ]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("announced 2022-05, cancelled 2022-05", "2022-03-01 announced, 2022-03-05 cancelled"),
        ("held", "2022-03-01 held"),
        ("announced 2022-03", "2022-03-01 announced, 2022-03 announced"),
        ("announced 2022, announced 2022", "2022-03-01 announced, 2022 announced"),
        ("held 2022-02-27, announced 2022-02-27", "2022-02-27 held"),
        ("announced 2022-03-01", "2022-03-01 announced"),
        ("postponed 2022-06-01", "2022-03-01 postponed, 2022-06-01 postponed"),
    ],
)
def test_an_event_is_dated_by_itself_and_its_announcement_by_the_report(stated: str, expected: str) -> None:
    pairs = [(each.split()[0], each.partition(" ")[2] or None) for each in stated.split(", ")]
    days = dict(list({"a": "2022-03-01", "b": "2022-03-05"}.items())[: len(pairs)])
    witnesses = [_witness(status, article=key, start=start) for key, (status, start) in zip(days, pairs, strict=True)]
    timeline = timeline_of([_meeting(*witnesses)], _reports(**days), today=TODAY)
    events = [each for each in timeline if each.kind is DevelopmentKind.EVENT]
    assert ", ".join(f"{each.date} {each.status}" for each in events) == expected
    assert all(each.witness for each in events)


def test_a_timeline_leaves_out_what_only_other_stories_say_and_puts_copies_last() -> None:
    facts = [
        _meeting(_witness("signed", article="elsewhere", start="2022-03-02"), kind=FactKind.AGREEMENT),
        _meeting(
            _witness("signed", article="a", start="2022-03-02", is_copy=True),
            _witness("signed", article="b", start="2022-03-02"),
            kind=FactKind.AGREEMENT,
        ),
    ]
    timeline = timeline_of(facts, _reports(a="2022-03-03", b="2022-03-04"), today=TODAY)
    agreements = [each for each in timeline if each.kind is DevelopmentKind.AGREEMENT]
    assert [(each.witness.article_key, len(each.also)) for each in agreements if each.witness] == [("b", 1)]
    assert timeline_of([], [], today=TODAY) == ()


def test_a_page_shows_timeline_history_and_the_reader_s_language_first(visitor: TestClient, story_key: str) -> None:
    page = visitor.get(f"/story/{story_key}", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}).text
    assert page.index("两国航天局签署了谅解备忘录。") < page.index("The two agencies signed a memorandum.")
    assert "written by small-model, checked" in page
    assert "to come" in page
    assert "February 2021</h3>" in page
    assert "another story became part of it with 1 article" in page
    assert "By the evidence." in page
    assert "Also in 1 place" in page
    english = visitor.get(f"/story/{story_key}", headers={"Accept-Language": "de, *;q=0.1"}).text
    assert english.index("The two agencies signed") < english.index("两国航天局签署了")
    answer = visitor.get(f"/api/stories/{story_key}", params={"lang": "zh"}).json()
    assert [each["language"] for each in answer["sentences"]] == ["zh", "en"]
    assert answer["sentences"][0]["maker"] == "small-model"
    assert (answer["timeline"][-1]["is_to_come"], answer["timeline"][-1]["until"]) == (True, "2022-04-29")
    assert SIGNED in answer["timeline"][2]["witness"]["quote"], "the witness in the reader's language goes first"
    assert (answer["history"][0]["kind"], answer["history"][0]["made_by"]) == ("merged", None)


@pytest.mark.databases("sqlite")
def test_ticked_articles_are_split_off_moved_back_and_the_story_is_named_and_pinned(
    visitor: TestClient, story_key: str
) -> None:
    members = [each["key"] for each in visitor.get(f"/api/stories/{story_key}").json()["articles"]]
    ticked = {"article": members[3:5], "by": "Ada", "note": "another matter"}
    page = visitor.post(f"/story/{story_key}/correct", data={**ticked, "split": "yes"}, headers=HERE)
    assert "Corrected by Ada: these are a story of their own" in page.text
    assert "it was founded by 2 articles of another story" in page.text
    own = page.url.path.rpartition("/")[2]
    back = {"article": members[3:5], "by": "Ada", "story_near": f"story/{story_key}", "move": "yes"}
    page = visitor.post(f"/story/{own}/correct", data=back, headers=HERE)
    assert page.url.path == f"/story/{story_key}"
    assert [each["key"] for each in visitor.get(f"/api/stories/{story_key}").json()["articles"]] == members
    for form, shown in (
        ({"rename": "yes", "headline": "A station on the Moon"}, "Headline by Ada"),
        ({"pin": "yes"}, "pinned by Ada"),
    ):
        page = visitor.post(f"/story/{story_key}/correct", data={**form, "by": "Ada"}, headers=HERE)
        assert shown in page.text
    assert "pinned by Ada" in visitor.get("/stories").text
    cards = visitor.get("/api/stories").json()["stories"]
    assert (cards[0]["headline"], cards[0]["pinned_by"]) == ("A station on the Moon", "Ada")
    visitor.post("/api/corrections", json={"article": members[-1], "by": "Ada", "relevance": "off"})
    left = visitor.get(f"/api/stories/{story_key}").json()["history"][0]
    assert (left["kind"], left["words"], left["other_key"]) == ("moved", "1 article left it", None)
    number = visitor.get("/api/corrections").json()["corrections"][2]["id"]
    page = visitor.post(f"/corrections/{number}/undo", data={"by": "Bob", "back": "story"}, headers=HERE)
    assert page.url.path == f"/story/{story_key}"
    assert "Undone by Bob: the headline of the story is “A station on the Moon”." in page.text


@pytest.mark.databases("sqlite")
def test_what_a_form_on_a_story_leaves_out_is_told_in_one_sentence(visitor: TestClient, story_key: str) -> None:
    for form, sentence in (
        ({"split": "yes"}, "Tick the articles that you mean."),
        ({"merge": "yes"}, "Choose the other story, or give its address."),
        ({"rename": "yes", "headline": " "}, "A headline needs words"),
        ({}, "Press one of the buttons"),
    ):
        answer = visitor.post(f"/story/{story_key}/correct", data={**form, "by": "Ada"}, headers=HERE)
        assert answer.status_code == 422
        assert sentence in answer.text
    other = {"Origin": "http://elsewhere.example"}
    assert (
        visitor.post(f"/story/{story_key}/correct", data={"pin": "yes", "by": "Eve"}, headers=other).status_code == 403
    )
    body = {"article": f"story/{story_key}", "by": "ada", "pin": "yes"}
    assert visitor.post("/api/corrections", json=body).json()["words"] == "Corrected: the story is pinned."


@pytest.mark.databases("sqlite")
def test_the_terminal_corrects_stories_and_shows_their_timeline_and_history(
    visitor: TestClient, story_key: str, database_url: str
) -> None:
    members = [each["key"] for each in visitor.get(f"/api/stories/{story_key}").json()["articles"]]

    def told(*arguments: str) -> str:
        result = CliRunner().invoke(commands, ["stories", *arguments], env={"PERILUNE_DATABASE": database_url})
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    by = ("--by", "ada", "--note", "so it is")
    assert "a story of their own" in told("split", *members[3:5], *by)
    assert "belongs to the story of" in told("move", members[4], f"story/{story_key}", *by)
    assert "are one" in told("merge", story_key, members[3], *by)
    assert "the headline of the story is “A station”" in told("rename", story_key, "A station", *by)
    assert "the story is pinned" in told("pin", story_key, *by)
    shown = told("show", story_key)
    for words in (
        "A station (headline by ada) pinned by ada",
        f"25–29 April 2022 announced: {CONFERENCE}",
        "17 February 2021 reported by Tass",
        "by the evidence: another story became part of it with 1 article",
        "by ada: another story became part of it with 1 article: so it is",
    ):
        assert words in shown
    assert told("list").index("A station")
    assert "not pinned" in told("unpin", story_key, *by)


def test_languages_that_a_browser_accepts_are_weighed() -> None:
    assert language_read("fr;q=0.3, ru;q=0.8, xx") == "ru"
    assert language_read("zh;q=0, fr;q=oops") == language_read("") == "en"
