"""What analysts say of whole stories: split, named, pinned; no later run undoes it, everything can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article
from models.corrections import corrections_of_story
from models.knowledge import Correction
from models.story import Story, StoryChange, changes_of, find_story
from models.vocabulary import Stage, StoryChangeKind
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.correcting import Obeyed, correct, undo
from perilune.problems import Problem
from pipeline.runners.places import refresh_stories
from pipeline.runners.story_changes import Cause, record_merge, record_split
from pipeline.stories.decisions import StoryAction, StoryDecision, bonds_from
from tests.bench import LAUNCH, SIGNING, Bench, page_of
from tests.builders import ArticleDraft, a_story, an_article
from tests.conftest import NOW

A, B, C, D = (f"http://{name}.example/1" for name in "abcd")
REPORTS = (
    (A, "2022-03-10", "CNSA and Roscosmos sign lunar station memorandum", SIGNING),
    (
        B,
        "2022-03-11",
        "China, Russia agree to build lunar research station",
        (
            "China and Russia agreed on 9 March 2022 to build a lunar station, their space agencies announced.",
            "The memorandum was signed by the China National Space Administration and Roscosmos over a video link.",
            "Observers expect that a road map for the joint station near the south pole of the Moon comes next.",
        ),
    ),
    (
        D,
        "2022-03-11",
        "Roscosmos and CNSA to plan a lunar research station",
        (
            "Roscosmos and the China National Space Administration will build a research station on the Moon together.",
            "A memorandum on the lunar research station was signed by the heads of both agencies over a video link.",
            "Russia brings experience of landers, China its Chang'e missions, and other partners are invited to join.",
        ),
    ),
)


@dataclass(frozen=True)
class Told:
    """An archive with a story of three articles, its founder first, and one of a single article."""

    archive: Archive
    members: tuple[str, ...]
    other: str

    def say(self, key: str, **said: str) -> Obeyed:
        """Say something of an article or, with `story/` before its key, of a story."""
        return correct(self.archive, key, said, by="ada", now=NOW)

    def undo(self, said: Obeyed) -> None:
        """Take back what was said."""
        undo(self.archive, said.ids[0], by="bob", now=NOW)

    @property
    def stories(self) -> set[frozenset[str]]:
        """The stories as sets of keys of articles."""
        with self.archive.sessions() as session:
            return {frozenset(each.key for each in story.articles) for story in session.scalars(sa.select(Story))}

    def named(self, key: str) -> tuple[str, str | None, str | None]:
        """Read headline, namer and pinner of the story that an article belongs to."""
        with self.archive.sessions() as session:
            story = session.scalars(sa.select(Story).join(Article).where(Article.key == key)).one()
            return story.headline, story.renamed_by, story.pinned_by

    def history(self, key: str) -> list[tuple[str, str, str | None]]:
        """Read what became of a story: what, why, and by whom."""
        with self.archive.sessions() as session:
            return [(each.kind, each.reason, each.made_by) for each in changes_of(session, key)]


@pytest.fixture
def told(sessions: sessionmaker[Session], tmp_path: Path) -> Told:
    """A story of three articles and one of a single article."""
    with sessions.begin() as session:
        story, other = a_story(session, "Signing"), a_story(session, "Launch")
        days = ("2022-03-01", "2022-03-02", "2022-03-03")
        keys = [
            an_article(session, ArticleDraft(title=f"Signing of {day}", published=day, story=story)) for day in days
        ]
        story.key = keys[0].key
        lone = an_article(session, ArticleDraft(title="Launch", story=other))
        other.key = lone.key
    archive = Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions)
    return Told(archive, tuple(each.key for each in keys), lone.key)


def test_several_articles_become_a_story_of_their_own_and_come_back_when_that_is_undone(told: Told) -> None:
    a, b, c = told.members
    said = told.say(b, split=f"{b},{c}", note="another signing")
    assert said.words == f"Corrected: these are a story of their own: {', '.join(sorted((b, c)))}."
    assert told.stories == {frozenset({a}), frozenset({b, c}), frozenset({told.other})}
    assert told.say(c, split=f"{c},{b}").words == "That is how it stands already."
    assert told.history(a) == [(StoryChangeKind.SPLIT, "another signing", "ada")]
    with told.archive.sessions() as session:
        (change,) = changes_of(session, a)
        assert (change.story_key, change.other_key, change.article_keys) == (a, b, sorted((b, c)))
    told.undo(said)
    assert not {b, c} & frozenset().union(*told.stories), "without vectors grouping places them later"
    assert told.history(b)[-1][2] == "bob"


@pytest.mark.databases("sqlite")
def test_what_cannot_be_said_of_a_story_is_told_in_one_sentence(told: Told) -> None:
    a, b, c = told.members
    for said, sentence in (
        ({"split": f"{b},{told.other}"}, f"article {told.other} is not in the story of {a}"),
        ({"split": ",".join(told.members)}, "these are all the articles of their story"),
        ({"headline": " "}, "a headline needs words"),
        ({"headline": "x" * 201}, "at most 200 characters"),
        ({"pin": "perhaps"}, "pin is yes or no"),
        ({"relevance": "off", "headline": "Off"}, "what is off belongs to no story"),
    ):
        with pytest.raises(Problem, match=sentence):
            told.say(a, **said)
    with pytest.raises(Problem, match="there is no story 'ffffffffffff'"):
        told.say(f"story/{'f' * 12}", headline="Nothing")
    assert told.say(c, split=c).words == "Corrected: it stands alone."


def test_a_headline_follows_the_article_it_was_said_of_and_the_surviving_story_s_goes_first(told: Told) -> None:
    a, b, c = told.members
    first = told.say(f"story/{a}", headline="  The   station ", note="shorter")
    assert told.named(c) == ("The station", "ada", None)
    assert told.say(a, headline="The station").words == "That is how it stands already."
    newer = told.say(told.other, headline="The launch")
    together = told.say(f"story/{a}", one_story_with=f"story/{told.other}")
    assert told.named(told.other)[0] == "The station", "the larger story survives, and its name goes first"
    told.undo(first)
    assert told.named(b)[:2] == ("The launch", "ada"), "then the newest that any of its articles brought"
    told.undo(newer)
    assert told.named(b) == ("Signing of 2022-03-01", None, None)
    assert [reason for kind, reason, _ in told.history(a) if kind == StoryChangeKind.RENAMED] == [
        "“The station”: shorter",
        "“The launch”: undone: the headline of the story is “The station”",
        "“Signing of 2022-03-01”: undone: the headline of the story is “The launch”",
    ]
    told.undo(together)
    with told.archive.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Correction.undone_at.is_(None))) == 0


@pytest.mark.databases("sqlite")
def test_a_headline_goes_with_its_article_to_another_story_and_comes_back(told: Told) -> None:
    a, b, _ = told.members
    told.say(b, headline="The second signing")
    assert told.named(a)[0] == "The second signing"
    moved = told.say(b, story=f"story/{told.other}")
    assert (told.named(a)[0], told.named(b)[0]) == ("Signing of 2022-03-01", "The second signing")
    told.say(b, story=a)
    assert (told.named(a)[0], told.named(told.other)[0]) == ("The second signing", "Launch")
    assert told.history(a)[-2:] == [(StoryChangeKind.MOVED, "", "ada")] * 2
    assert moved.ids


def test_what_was_said_by_way_of_an_article_holds_after_that_has_moved_to_another_address(told: Told) -> None:
    a, b, c = told.members
    told.say(b, headline="The second signing")
    with told.archive.sessions.begin() as session:
        articles = {each.key: each for each in session.scalars(sa.select(Article))}
        story_id = articles[b].story_id
        assert story_id
        articles[b].moved_to_id, articles[b].story_id = articles[c].id, None
        session.flush()
        refresh_stories(session, [story_id], now=NOW)
    assert told.named(a)[0] == "The second signing"
    with told.archive.sessions() as session:
        story = session.get_one(Story, story_id)
        assert [each.article_key for each in corrections_of_story(session, story)] == [b]


@pytest.mark.databases("sqlite")
def test_a_pin_stays_until_it_is_taken_away_or_back(told: Told) -> None:
    a, b, _ = told.members
    pinned = told.say(f"story/{a}", pin="yes", note="for Monday")
    assert told.named(b)[2] == "ada"
    assert told.say(b, pin="yes").ids == ()
    taken = told.say(b, pin="no")
    assert told.named(b)[2] is None
    told.undo(taken)
    assert told.named(b)[2] == "ada"
    told.undo(pinned)
    assert told.named(b)[2] is None
    kinds = [kind for kind, *_ in told.history(a)]
    assert kinds == [StoryChangeKind.PINNED, StoryChangeKind.UNPINNED] * 2


@pytest.mark.databases("sqlite")
def test_no_later_run_undoes_what_was_said_of_stories(bench: Bench) -> None:
    for url, day, title, paragraphs in REPORTS:
        bench.lay(url, page_of(title, paragraphs, day))
    bench.lay(C, page_of("ESA and JAXA to launch joint Mercury satellite", LAUNCH, "2022-03-12"))
    bench.work()
    assert bench.stories() == {frozenset({A, B, D}), frozenset({C})}
    with bench.archive.sessions() as session:
        a, b, c, d = (bench.article(session, url).key for url in (A, B, C, D))
    said = [
        correct(bench.archive, key, each, by="ada", now=NOW)
        for key, each in (
            (b, {"split": d}),
            (a, {"headline": "The first signing"}),
            (d, {"headline": "The second signing"}),
            (c, {"pin": "yes"}),
        )
    ]

    def names() -> dict[str, tuple[str, str | None]]:
        with bench.archive.sessions() as session:
            found = {key: find_story(session, key) for key in (a, b, c)}
            return {key: (story.headline, story.pinned_by) for key, story in found.items() if story}

    at_once = names()
    assert [at_once[key][0] for key in (a, b)] == ["The first signing", "The second signing"]
    for stage in (Stage.GROUP, Stage.SUMMARISE):
        bench.outdate(stage)
    with bench.archive.sessions.begin() as session:  # as by rules of an older version
        session.execute(sa.update(Article).values(placed_by="an older one"))
    bench.work()
    assert bench.stories() == {frozenset({A}), frozenset({B, D}), frozenset({C})}
    assert names() == at_once
    for each in said:
        undo(bench.archive, each.ids[0], by="bob", now=NOW)
    assert bench.stories() == {frozenset({A, B, D}), frozenset({C})}
    assert names()[c][1] is None
    with bench.archive.sessions() as session:
        kinds = [(each.kind, each.made_by) for each in changes_of(session, a) if each.kind != StoryChangeKind.RENAMED]
    assert kinds == [(StoryChangeKind.SPLIT, "ada"), (StoryChangeKind.MERGED, "bob")]


@pytest.mark.databases("sqlite")
def test_a_change_is_recorded_once_though_a_run_is_done_again(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for score in (0.81, 0.82):
            cause = Cause(f"like one another ({score})", None, NOW)
            record_merge(session, "a" * 12, "b" * 12, article_keys=["b" * 12], cause=cause)
        record_split(session, "a" * 12, "b" * 12, article_keys=["b" * 12], cause=cause)
        record_merge(session, "a" * 12, "b" * 12, article_keys=["b" * 12], cause=cause)
        kinds = list(session.scalars(sa.select(StoryChange.kind).order_by(StoryChange.id)))
    assert kinds == [StoryChangeKind.MERGED, StoryChangeKind.SPLIT, StoryChangeKind.MERGED]


def test_a_split_holds_both_ways_and_lets_later_reports_in() -> None:
    decisions = [
        StoryDecision("x", StoryAction.WITH, ("b",), "ada", NOW),
        StoryDecision("b", StoryAction.SPLIT, ("b", "c"), "ada", NOW),
    ]
    bonds = bonds_from(decisions)
    assert bonds.group_of("b") == bonds.group_of("c") == {"b", "c"}
    assert bonds.group_of("x") == {"x"}, "it was said before, of the company that b has left"
    early, late = ("a", NOW), ("z", NOW.replace(day=20))
    assert not bonds.may_meet(("c", NOW), early)
    assert bonds.may_meet(("c", NOW), late)
    moved_on = bonds_from([*decisions, StoryDecision("c", StoryAction.WITH, ("a",), "ada", NOW)])
    assert moved_on.group_of("c") == {"a", "c"}
    assert moved_on.is_of_its_own("b")
