"""What people correct is obeyed at once and by every later run, shown as theirs, and can be taken back."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from digest.issue import preview_issue
from models.article import Article, find_article
from models.fact import Fact
from models.knowledge import Actor, Correction, Topic
from models.search import parse_query, search
from models.story import Story
from models.vocabulary import DocType, FactKind, Relevance, Stage
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.correcting import correct, correction_rows, undo
from perilune.dates import PartialDate
from perilune.problems import Problem
from pipeline.runners.corrections import obey_corrections
from pipeline.stories.decisions import StoryAction, StoryDecision, bonds_from
from tests.bench import LAUNCH, SIGNING, Bench, page_of
from tests.builders import ArticleDraft, a_story, an_article, an_edition, runner_by_words
from tests.conftest import NOW
from tests.digest_issues import add_fact, everything

DAY = dt.timedelta(days=1)
TITLE = "CNSA and Roscosmos sign lunar station memorandum"
MET = "The 12th UK-China space workshop will be held in Oxford from 4 to 6 May 2022, both space agencies said."
ALSO = (
    "China and Russia agreed on 9 March 2022 to build a lunar research station, their space agencies announced.",
    "The memorandum was signed by the China National Space Administration and Roscosmos over a video link.",
    "Observers expect that a road map for the joint station near the south pole of the Moon comes next.",
)
A, B, C, D = (f"http://{name}.example/1" for name in "abcd")
EVERY_STAGE = (Stage.EXTRACT, Stage.IDENTIFY, Stage.UNDERSTAND, Stage.EMBED, Stage.GROUP, Stage.SUMMARISE)


@dataclass(frozen=True)
class Understood:
    """What corrections are about."""

    relevance: Relevance | None
    doc_type: DocType | None
    topics: list[str]
    countries: list[str]
    facts: set[tuple[str, str, str | None]]
    corrected: list[str]


def understood(sessions: sessionmaker[Session], key: str) -> Understood:
    """Read what is understood of an article now."""
    with sessions() as session:
        article = session.scalars(sa.select(Article).where(Article.key == key)).one()
        version = article.current_version
        assert version is not None
        return Understood(
            version.relevance,
            version.doc_type,
            sorted(row.topic_slug for row in version.topics),
            [row.country for row in version.countries],
            {(row.name, str(row.start_on), row.place) for row in version.witnesses},
            version.corrected,
        )


def key_at(bench: Bench, url: str) -> str:
    """Read the key of the article at an address."""
    with bench.archive.sessions() as session:
        return bench.article(session, url).key


@dataclass(frozen=True)
class Corrected:
    """An archive with an article to correct, and one beside it."""

    archive: Archive
    key: str
    other: str

    def say(self, by: str = "ada", **said: str) -> str:
        """Correct the article and return what was answered."""
        return correct(self.archive, self.key, said, by=by, now=NOW).words

    @property
    def now(self) -> Understood:
        """What is understood of the article."""
        return understood(self.archive.sessions, self.key)


@pytest.fixture
def corrected(sessions: sessionmaker[Session], tmp_path: Path) -> Corrected:
    """A small archive on each database."""
    with sessions.begin() as session:
        session.add_all(
            Topic(slug=slug, name=slug.capitalize(), description="") for slug in ("launch", "diplomacy", "technology")
        )
        session.add(Actor(slug="cnsa", name="China National Space Administration", kind="agency"))
        story = a_story(session, "Agencies sign")
        one = an_article(session, ArticleDraft(text=f"{SIGNING[0]}\n\n{MET}", story=story))
        other = an_article(session, ArticleDraft(title="Another report", story=story))
        start = len(SIGNING[0]) + 2
        values: dict[str, object] = {"kind": FactKind.EVENT, "status": "announced", "start": start}
        add_fact(session, one, name="12th workshop", end=start + len(MET), start_on=PartialDate(2022, 5, 4), **values)
    return Corrected(Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions), one.key, other.key)


@pytest.mark.databases("sqlite")
def test_all_corrections_are_honoured_after_a_full_run_of_raised_versions(bench: Bench) -> None:
    bench.lay(A, page_of(TITLE, (*SIGNING, MET)))
    bench.lay(B, page_of("China, Russia agree to build lunar research station", ALSO, "2022-03-11"))
    bench.lay(C, page_of("ESA and JAXA to launch joint Mercury satellite", LAUNCH, "2022-03-12"))
    bench.work()
    assert bench.stories() == {frozenset({A, B}), frozenset({C})}
    a, b, c = (key_at(bench, url) for url in (A, B, C))
    said: tuple[tuple[str, dict[str, str]], ...] = (
        (a, {"add_topic": "capacity-building", "doc_type": "report", "countries": "CN,FR"}),
        (a, {"change_fact": "1", "start": "2022-03-01", "place": "Wuhan"}),
        (a, {"add_fact": "event", "quote": MET[:60], "name": "The workshop in Oxford", "start": "2022-05"}),
        (b, {"story": c}),
        (b, {"remove_topic": "lunar-exploration"}),
        (c, {"relevance": "space", "topics": "launch,planetary-exploration"}),
    )
    for key, each in said:
        assert correct(bench.archive, key, each, by="ada", now=NOW).words.startswith("Corrected")
    at_once = {key: understood(bench.archive.sessions, key) for key in (a, b, c)}
    for stage in EVERY_STAGE:
        bench.outdate(stage)
    bench.lay(A, page_of(TITLE, (*SIGNING, MET, "A second signing was postponed to the summer.")), at=NOW + DAY)
    bench.work(NOW + DAY)
    assert {key: understood(bench.archive.sessions, key) for key in (a, b, c)} == at_once
    assert bench.stories() == {frozenset({A}), frozenset({B, C})}
    assert (at_once[a].doc_type, at_once[a].countries) == ("report", ["CN", "FR"])
    assert "capacity-building" in at_once[a].topics
    assert {("2022-03-01", "Wuhan"), ("2022-05", None)} <= {(start, place) for _, start, place in at_once[a].facts}
    assert at_once[a].corrected == ["countries", "doc_type", "fact", "topics"]
    assert "lunar-exploration" not in at_once[b].topics
    assert (at_once[c].relevance, at_once[c].topics) == ("space", ["launch", "planetary-exploration"])


@pytest.mark.databases("sqlite")
def test_what_is_off_leaves_stories_and_digests_at_once_and_comes_back_when_undone(bench: Bench) -> None:
    bench.lay(A, page_of(TITLE, SIGNING), source="aa_news")
    bench.lay("http://wire.example/1", page_of(TITLE, SIGNING), source="cc_copies", authority=1)
    bench.lay(B, page_of("China, Russia agree to build lunar research station", ALSO, "2022-03-11"))
    bench.work()
    before = understood(bench.archive.sessions, key_at(bench, A))
    with bench.archive.sessions.begin() as session:
        edition = an_edition(session)
        assert TITLE in everything(preview_issue(session, edition, NOW))
    done = correct(bench.archive, key_at(bench, A), {"relevance": "off"}, by="ada", now=NOW)
    with bench.archive.sessions() as session:
        assert TITLE not in everything(preview_issue(session, edition, NOW))
        assert search(session, parse_query("relevance:off copies:yes")).total == 2
        (story,) = session.scalars(sa.select(Story))
        cited = {row.version.article.url for sentence in story.sentences for row in sentence.evidence}
        assert cited <= {B}
    assert bench.stories() == {frozenset({B})}
    assert undo(bench.archive, done.ids[0], by="bob", now=NOW).words == "Undone: relevance is off."
    assert understood(bench.archive.sessions, key_at(bench, A)) == before
    assert bench.stories() == {frozenset({A, B, "http://wire.example/1"})}
    bench.work(NOW + DAY)
    assert bench.stories() == {frozenset({A, B, "http://wire.example/1"})}


@pytest.mark.databases("sqlite")
def test_people_take_stories_apart_and_put_them_together(bench: Bench) -> None:
    bench.lay(A, page_of(TITLE, SIGNING))
    bench.lay(B, page_of("China, Russia agree to build lunar research station", ALSO, "2022-03-11"))
    bench.lay(C, page_of("ESA and JAXA to launch joint Mercury satellite", LAUNCH, "2022-03-12"))
    bench.work()
    a, b, c = (key_at(bench, url) for url in (A, B, C))
    alone = correct(bench.archive, a, {"story": "alone", "note": "another event"}, by="ada", now=NOW)
    assert bench.stories() == {frozenset({A}), frozenset({B}), frozenset({C})}
    bench.outdate(Stage.GROUP)
    bench.work(NOW + DAY)
    assert bench.stories() == {frozenset({A}), frozenset({B}), frozenset({C})}
    bench.lay(
        D, page_of("Memorandum on a lunar station signed by China and Russia", SIGNING, "2022-03-13"), at=NOW + DAY
    )
    bench.work(NOW + DAY)
    assert frozenset({A, D}) in bench.stories() or frozenset({B, D}) in bench.stories()
    one = correct(bench.archive, b, {"one_story_with": c}, by="bob", now=NOW + DAY)
    assert any({B, C} <= story for story in bench.stories())
    bench.outdate(Stage.GROUP)
    bench.work(NOW + 2 * DAY)
    assert any({B, C} <= story and A not in story for story in bench.stories())
    undo(bench.archive, one.ids[0], by="ada", now=NOW + 2 * DAY)
    undo(bench.archive, alone.ids[0], by="ada", now=NOW + 2 * DAY)
    assert bench.stories() == {frozenset({A, B, D}), frozenset({C})}


def test_what_several_people_say_of_topics_combines_and_twice_is_once(corrected: Corrected) -> None:
    corrected.say(add_topic="launch")
    corrected.say(by="bob", remove_topic="lunar-exploration")
    corrected.say(by="eve", add_topic="diplomacy")
    assert corrected.now.topics == ["diplomacy", "launch"]
    before = correction_rows_of(corrected)
    assert corrected.say(by="bob", add_topic="launch") == "Corrected: topic launch is added."
    assert correction_rows_of(corrected) == before
    corrected.say(topics="technology")
    corrected.say(add_topic="launch")
    assert corrected.now.topics == ["launch", "technology"]
    assert len(correction_rows_of(corrected)) == 5


def correction_rows_of(corrected: Corrected) -> list[dict[str, object]]:
    """Read the corrections of the article."""
    with corrected.archive.sessions() as session:
        return correction_rows(session, article=corrected.key, limit=50)


def test_a_fact_is_changed_taken_away_and_brought_back(corrected: Corrected) -> None:
    first = corrected.say(change_fact="1", name="The 12th workshop", end="2022-05-06", parties="cnsa,gb")
    assert first == "Corrected: fact “12th workshop” has name The 12th workshop, end 2022-05-06, parties cnsa, GB."
    corrected.say(change_fact="1", start="2022-05")
    assert corrected.now.facts == {("The 12th workshop", "2022-05", None)}
    assert corrected.say(change_fact="1", start="2022-05") == "That is how it stands already."
    corrected.say(remove_fact="1")
    assert corrected.now.facts == set()
    with pytest.raises(Problem, match="it states no fact"):
        corrected.say(remove_fact="1")
    ids = [row["id"] for row in correction_rows_of(corrected)]
    assert len(ids) == 3


@pytest.mark.databases("sqlite")
def test_a_correction_of_a_fact_touches_no_other_fact_of_the_same_words(corrected: Corrected) -> None:
    corrected.say(remove_fact="1")
    with corrected.archive.sessions.begin() as session:
        article = find_article(session, corrected.key)
        assert article is not None
        version = article.current_version
        assert version is not None
        place = {"kind": FactKind.EVENT, "start": len(SIGNING[0]) + 2, "end": len(version.text)}
        for name in ("Road map conference", "The 12th UK-China space workshop"):  # as another run reads the sentence
            add_fact(session, article, name=name, **place)
        session.refresh(version, ["witnesses"])
        for _ in range(2):
            obey_corrections(session, version)
    assert {name for name, _, _ in corrected.now.facts} == {"Road map conference"}


@pytest.mark.databases("sqlite")
def test_two_facts_are_said_to_be_one_or_two(corrected: Corrected) -> None:
    with corrected.archive.sessions.begin() as session:
        other = find_article(session, corrected.other)
        assert other is not None
        add_fact(session, other, kind=FactKind.EVENT, name="Workshop", end=12)
        columns: dict[str, object] = {"kind": FactKind.EVENT, "name": "Workshop", "status": "held"}
        session.add(Fact(key="f" * 12, **columns))
    words = corrected.say(same_fact="1", other=f"{corrected.other}:1")
    assert words == f"Corrected: fact “12th workshop” and “Workshop” of {corrected.other} are one."
    assert corrected.say(apart_fact="1", other="f" * 12).endswith("and ffffffffffff are two.")
    apart, same = (row["value"] for row in correction_rows_of(corrected))
    assert isinstance(apart, dict)
    assert isinstance(same, dict)
    assert (apart["action"], apart["other"]) == ("apart", "f" * 12)
    assert (same["fields"]["article"], same["fields"]["quote"]) == (corrected.other, "The two spac")


def test_an_undone_correction_gives_way_to_what_others_said(corrected: Corrected) -> None:
    corrected.say(relevance="space")
    done = correct(corrected.archive, corrected.key, {"relevance": "off"}, by="bob", now=NOW + DAY)
    for _ in range(2):
        words = undo(corrected.archive, done.ids[0], by="eve", now=NOW + DAY).words
    assert words == "It was undone already by eve: relevance is off."
    assert corrected.now.relevance == "space"
    assert corrected.now.corrected == ["relevance"]
    row = correction_rows_of(corrected)[0]
    assert (row["by"], row["undone_by"]) == ("bob", "eve")


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "nothing to correct"),
    ({"note": "a flower show"}, "nothing to correct"),
    ({"relevance": " ", "note": "a flower show"}, "nothing to correct"),
    ({"name": "The workshop"}, "name says nothing by itself; it goes with change_fact or add_fact"),
    ({"remove_fact": "1", "name": "The workshop"}, "name says nothing by itself"),
    ({"change_fact": "1", "place": "Wuhan", "quote": "never said"}, "quote says nothing by itself"),
    ({"change_fact": "1", "place": "Wu\x00han"}, "the place has control characters in it"),
    ({"relevance": "off", "note": "a\x00b"}, "the reason has control characters in it"),
    ({"story": "\x00"}, "the story has control characters in it"),
    ({"relevance": "important"}, "relevance is one of core, space, off, not 'important'"),
    ({"add_topic": "lunch"}, "there is no topic 'lunch'; did you mean launch"),
    ({"doc_type": "novel"}, "there is no document type 'novel'"),
    ({"countries": "CN,XX"}, "there is no country 'XX'"),
    ({"story": "0" * 12}, "there is no article '000000000000'"),
    ({"remove_fact": "7"}, "there is no fact '7' in article [0-9a-f]{12}; its facts are numbered 1"),
    ({"change_fact": "1", "start": "March"}, "start is a date such as 2022, 2022-03 or 2022-03-09, not 'March'"),
    ({"change_fact": "1", "start": "2022-02-30"}, "start is a date such as"),
    ({"change_fact": "1", "end": "9999"}, "end is in the years 1940 to 2100, not in 9999"),
    ({"change_fact": "1", "end": "2021"}, "the end 2021 is before the start 2022-05-04"),
    ({"change_fact": "1", "status": "signed"}, "the status of an event is one of announced, held"),
    ({"change_fact": "1", "parties": "nasa"}, "there is no actor 'nasa'"),
    ({"change_fact": "1"}, "say what of the fact is wrong"),
    ({"add_fact": "event", "quote": "never said"}, "quote the words that state the fact"),
    ({"same_fact": "1", "other": "nothing"}, "name the other fact by the key"),
    ({"relevanse": "off"}, "'relevanse' is nothing that can be corrected; did you mean relevance"),
)


@pytest.mark.databases("sqlite")
def test_what_cannot_be_is_refused_in_one_sentence_and_stores_nothing(corrected: Corrected) -> None:
    for said, sentence in WRONG:
        with pytest.raises(Problem, match=sentence):
            corrected.say(**said)
    with pytest.raises(Problem, match="say who you are"):
        corrected.say(by=" ", relevance="off")
    with pytest.raises(Problem, match="belongs to its own story anyway"):
        corrected.say(story=corrected.key)
    with pytest.raises(Problem, match="the name has control characters"):
        corrected.say(by="a\x00b", relevance="off")
    for number in (99, 10**20, -1):
        with pytest.raises(Problem, match=f"there is no correction {number}"):
            undo(corrected.archive, number, by="ada", now=NOW)
    assert correction_rows_of(corrected) == []


@pytest.mark.databases("postgresql")
def test_many_corrections_at_once_are_all_obeyed_and_the_same_one_is_stored_once(corrected: Corrected) -> None:
    said = [{"relevance": "space"}, {"add_topic": "launch"}, {"add_topic": "diplomacy"}, {"story": "alone"}] * 3
    with ThreadPoolExecutor(len(said)) as people:
        list(people.map(lambda each: corrected.say(**each), said))
    with corrected.archive.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Correction)) == 4
    now = corrected.now
    assert (now.relevance, now.topics) == ("space", ["diplomacy", "launch", "lunar-exploration"])
    assert now.corrected == ["relevance", "story", "topics"]


def test_a_topic_that_is_merged_or_gone_later_breaks_no_run(corrected: Corrected) -> None:
    corrected.say(topics="launch,technology")
    with corrected.archive.sessions.begin() as session:
        session.get_one(Topic, "launch").merged_into = "diplomacy"
        session.get_one(Topic, "technology").is_active = False
    done = correct(corrected.archive, corrected.key, {"doc_type": "report"}, by="ada", now=NOW)
    undo(corrected.archive, done.ids[0], by="ada", now=NOW)
    assert corrected.now.topics == ["diplomacy"]


@pytest.mark.databases("postgresql")
def test_a_stage_that_stores_at_this_moment_cannot_write_over_a_correction(corrected: Corrected) -> None:
    runner = runner_by_words()
    sessions = corrected.archive.sessions
    with sessions() as session:
        version_id = session.scalars(sa.select(Article.current_version_id).where(Article.key == corrected.key)).one()
    ((_, result),) = runner.compute(sessions, [version_id or 0])
    with sessions() as stage, ThreadPoolExecutor(1) as person:
        stage.begin()
        runner.store(stage, version_id or 0, result, now=NOW)  # it has read the corrections, and not yet committed
        said = person.submit(lambda: corrected.say(relevance="off"))
        with pytest.raises(TimeoutError):
            said.result(timeout=0.3)
        stage.commit()
        assert said.result(timeout=10) == "Corrected: relevance is off."
    assert corrected.now.relevance == "off"


def test_a_correction_holds_after_the_article_s_address_has_changed(corrected: Corrected) -> None:
    corrected.say(relevance="space")
    with corrected.archive.sessions.begin() as session:
        one, other = (find_article(session, key) for key in (corrected.key, corrected.other))
        assert one is not None
        assert other is not None
        one.moved_to_id, other_id = other.id, other.current_version_id
    runner = runner_by_words()
    ((_, result),) = runner.compute(corrected.archive.sessions, [other_id or 0])
    with corrected.archive.sessions.begin() as session:
        runner.store(session, other_id or 0, result, now=NOW)
    assert understood(corrected.archive.sessions, corrected.other).relevance == "space"
    assert [row["says"] for row in correction_rows_of(corrected)] == ["relevance is space"]


def _decided(subject: str, action: StoryAction, *others: str, day: int) -> StoryDecision:
    return StoryDecision(subject, action, others, "ada", NOW + day * DAY)


def test_the_latest_word_on_a_story_counts() -> None:
    joined = _decided("x", StoryAction.WITH, "b", day=0)
    alone = _decided("x", StoryAction.ALONE, day=1)
    bonds = bonds_from([joined, alone])
    assert bonds.group_of("x") == {"x"}
    assert not bonds.may_meet(("x", NOW), ("b", NOW))
    assert bonds.may_meet(("x", NOW), ("later", NOW + 2 * DAY))
    bonds = bonds_from([joined, alone, _decided("y", StoryAction.WITH, "x", day=2)])
    assert bonds.may_meet(("x", NOW), ("y", NOW))
    assert bonds.is_of_its_own("y")
    bonds = bonds_from(
        [alone, _decided("b", StoryAction.ONE, "c", "x", day=2), _decided("b", StoryAction.ALONE, day=3)]
    )
    assert bonds.group_of("c") == {"c", "x"}
