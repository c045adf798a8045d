"""Which placed articles a newcomer is compared with: near in time and meaning, the likeliest first."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Vector
from models.story import Story
from perilune.dates import PartialDate
from pipeline.runners.group import GroupRunner
from pipeline.runners.neighbours import Grouping, Neighbours, Placed, days_of
from pipeline.runners.story_features import read_features
from tests.builders import ArticleDraft, a_story, an_article

MODEL = "a-model"


def placed_article(session: Session, day: str | None, cosine: float = 0.9, **said: object) -> Article:
    """Store an article, dated so, in a story of its own that a newcomer's vector has this cosine with."""
    story = a_story(session, f"Story of {day}")
    article = an_article(session, ArticleDraft(published=day, story=story, **said))  # type: ignore[arg-type]
    published = PartialDate.parse(day) if day else None
    story.first_on = story.last_on = published.first if published else None
    vector = np.array([cosine, (1 - cosine**2) ** 0.5], "<f2")
    language = article.current_version.language if article.current_version else None
    session.add(
        Vector(version_id=article.current_version_id, model=MODEL, language=language, embedding=vector.tobytes())
    )
    session.flush()
    return article


def near(session: Session, newcomer: Article) -> list[str]:
    """Name the articles that a newcomer may share a story with, by their keys."""
    neighbours = Neighbours(session, Grouping(MODEL, GroupRunner.version), [newcomer])
    version_id = newcomer.current_version_id or 0
    seen = read_features(session, [version_id], MODEL, lambda embedding, _: np.frombuffer(embedding, "<f2"))[version_id]
    mine = Placed(newcomer.id, newcomer.key, version_id, 0, days_of(newcomer), newcomer.first_seen_at)
    return [one.key for one in neighbours.near(session, mine, seen) if one.key != newcomer.key]


@pytest.mark.parametrize(
    ("day", "is_near"),
    [
        ("2022-03-10", True),
        ("2022-04-20", True),
        ("2022-05-20", False),
        ("2021-12-20", False),
        ("2022-02", True),
        ("2022", True),
        ("2021", False),
        (None, True),
    ],
)
def test_what_is_near_in_time_is_compared(
    sessions: sessionmaker[Session],
    day: str | None,
    is_near: bool,  # noqa: FBT001 - a case
) -> None:
    with sessions.begin() as session:
        other = placed_article(session, day)
        newcomer = placed_article(session, "2022-03-12", 1.0)
        assert near(session, newcomer) == ([other.key] if is_near else [])


def test_the_likeliest_come_first_by_meaning_and_days(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        alike_but_old = placed_article(session, "2022-02-05", 0.95)
        of_the_day = placed_article(session, "2022-03-11", 0.9)
        unlike = placed_article(session, "2022-03-11", 0.05)
        newcomer = placed_article(session, "2022-03-12", 1.0)
        found = near(session, newcomer)
        assert found == [of_the_day.key, alike_but_old.key]
        assert unlike.key not in found


def test_only_articles_that_stand_for_a_story_by_the_present_rules_are_compared(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        lead = placed_article(session, "2022-03-11")
        placed_article(session, "2022-03-11", is_copy_of=lead)
        placed_article(session, "2022-03-11", is_standing=True)
        placed_article(session, "2022-03-11").placed_by = "0"
        newcomer = placed_article(session, "2022-03-12", 1.0)
        session.flush()
        assert near(session, newcomer) == [lead.key]
        lead.story_id = lead.placed_by = None
        session.flush()
        assert near(session, newcomer) == []


def test_a_story_that_began_long_ago_is_near_by_its_last_days(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        recent = placed_article(session, "2022-03-01")
        story = session.get_one(Story, recent.story_id)
        story.first_on = PartialDate.parse("2020-01-01").first
        newcomer = placed_article(session, "2022-03-12", 1.0)
        assert near(session, newcomer) == [recent.key]
