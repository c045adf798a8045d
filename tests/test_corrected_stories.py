"""What people say of stories holds when it is said again, keeps out what is off, and is no other article's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Version
from models.fate import Fate
from models.knowledge import Correction
from models.story import Evidence, Story, SummarySentence
from models.vocabulary import FateState, Relevance, Stage
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.correcting import Obeyed, correct, undo
from perilune.problems import Problem
from pipeline.runners.group import GroupRunner
from pipeline.runners.places import let_best_lead
from tests.builders import ArticleDraft, an_article, runner_by_words
from tests.conftest import NOW

pytestmark = pytest.mark.databases("sqlite")


@dataclass(frozen=True)
class Told:
    """An archive of three articles, each of which founded a story."""

    archive: Archive
    keys: tuple[str, ...]

    def say(self, key: str, **said: str) -> Obeyed:
        """Correct an article."""
        return correct(self.archive, key, said, by="ada", now=NOW)

    def undo(self, said: Obeyed) -> str:
        """Take a correction back, and return what was answered."""
        return undo(self.archive, said.ids[0], by="bob", now=NOW).words

    @property
    def stories(self) -> set[frozenset[str]]:
        """The stories as sets of keys of articles."""
        with self.archive.sessions() as session:
            stories = session.scalars(sa.select(Story))
            return {frozenset(article.key for article in story.articles) for story in stories}

    def corrected(self, key: str) -> list[str]:
        """Read what of an article people decided."""
        with self.archive.sessions() as session:
            return _version(session, key).corrected


def _version(session: Session, key: str) -> Version:
    current = sa.select(Version).join(Article, Article.current_version_id == Version.id)
    return session.scalars(current.where(Article.key == key)).one()


def _founder(session: Session, title: str) -> Article:
    article = an_article(session, ArticleDraft(title=title))
    story = Story(key=article.key, headline=title)
    session.add(story)
    session.flush()
    article.story_id, article.placed_by = story.id, GroupRunner.version
    return article


@pytest.fixture
def told(sessions: sessionmaker[Session], tmp_path: Path) -> Told:
    """Three stories of one article each."""
    with sessions.begin() as session:
        keys = tuple(_founder(session, title).key for title in ("Signing", "Launch", "Workshop"))
    return Told(Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions), keys)


def _without_story(told: Told, title: str, relevance: Relevance = Relevance.CORE) -> str:
    text = "The library is closed on Monday." if relevance == Relevance.OFF else ArticleDraft.text
    with told.archive.sessions.begin() as session:
        return an_article(session, ArticleDraft(title=title, text=text, relevance=relevance, topics=())).key


def test_what_another_correction_undid_can_be_said_again_and_is_stored_once_while_it_holds(told: Told) -> None:
    a, b, c = told.keys
    together, apart = {frozenset({a, b}), frozenset({c})}, {frozenset({a}), frozenset({b}), frozenset({c})}
    told.say(a, story=b)
    assert told.stories == together
    told.say(b, story="alone")
    assert told.stories == apart
    for _ in range(2):
        told.say(a, story=b)
        assert told.stories == together
    told.say(b, story="alone")
    assert told.stories == apart
    with told.archive.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Correction.id))) == 4


def test_what_is_off_goes_into_no_story_with_those_that_it_belonged_with(told: Told) -> None:
    a, b, c = told.keys
    told.say(a, story=b)
    told.say(a, relevance="off")
    told.say(b, story=c)
    assert told.stories == {frozenset({b, c})}
    with pytest.raises(Problem, match="what is off belongs to no story"):
        told.say(b, relevance="off", story="alone")


def test_a_story_s_key_means_its_articles_though_the_one_that_founded_it_has_left(told: Told) -> None:
    a, b, c = told.keys
    told.say(b, story=a)
    told.say(a, story="alone")
    with pytest.raises(Problem, match=f"{a} names an article and a story that it has left; say article/{a} or story/"):
        told.say(c, story=a)
    told.say(c, story=f"story/{a}")
    assert told.stories == {frozenset({a}), frozenset({b, c})}
    told.say(c, story=f"article/{a}")
    assert told.stories == {frozenset({a, c}), frozenset({b})}
    with pytest.raises(Problem, match="there is no story 'ffffffffffff'"):
        told.say(c, story=f"story/{'f' * 12}")


def test_an_article_without_a_story_is_marked_when_it_joins_one_and_leaves_it_when_that_is_undone(told: Told) -> None:
    (a, *_), newcomer = told.keys, _without_story(told, "Another signing")
    said = told.say(a, one_story_with=newcomer)
    assert frozenset({a, newcomer}) in told.stories
    assert told.corrected(newcomer) == told.corrected(a) == ["story"]
    assert told.undo(said).endswith(f"that of {newcomer} are one. The next `perilune process` finds its story.")
    assert told.corrected(newcomer) == told.corrected(a) == []
    assert not {a, newcomer} & frozenset().union(*told.stories)


def test_what_is_off_again_when_its_correction_is_undone_leaves_its_story_and_awaits_none(told: Told) -> None:
    a, flowers = told.keys[0], _without_story(told, "Opening hours", Relevance.OFF)
    said = told.say(flowers, relevance="core")
    told.say(flowers, story=a)
    with told.archive.sessions.begin() as session:
        version = _version(session, flowers)
        story_id = version.article.story_id
        session.add(SummarySentence(story_id=story_id, ordinal=0, text="It is closed.", language="en"))
        session.flush()
        place = {"version_id": version.id, "passage_ordinal": 0, "start": 0, "end": 5}
        session.add(Evidence(story_id=story_id, sentence_ordinal=0, ordinal=0, **place))
    assert told.undo(said) == "Undone: relevance is core."
    assert frozenset({a}) in told.stories
    with told.archive.sessions() as session:
        assert list(session.scalars(sa.select(SummarySentence))) == []


def test_what_was_said_of_an_article_holds_for_one_that_is_found_to_be_its_copy_later(told: Told) -> None:
    a, b, _ = told.keys
    told.say(a, relevance="space")
    with told.archive.sessions.begin() as session:
        let_best_lead(session, [_version(session, key).article for key in (a, b)], now=NOW)
    with told.archive.sessions() as session:
        is_due = (Fate.stage == Stage.UNDERSTAND) & (Fate.state == FateState.WAITING)
        waiting = list(session.scalars(sa.select(Fate.item_id).where(is_due)))
    runner = runner_by_words()
    results = list(runner.compute(told.archive.sessions, waiting))
    with told.archive.sessions.begin() as session:
        for version_id, result in results:
            runner.store(session, version_id, result, now=NOW)
        assert [_version(session, key).relevance for key in (a, b)] == ["space", "space"]
