"""What the forms of a correction offer: topics, kinds, stories of about the same time, and the facts as they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.story import Story
from models.vocabulary import AgreementStatus, DocType, EventStatus, FactKind, Relevance
from web.article_view import ArticleView
from web.names import active_topic_names

NEAR_DAYS = 45
STORIES_OFFERED = 20


@dataclass(frozen=True)
class Choices:
    """What the forms of a correction offer."""

    topics: Mapping[str, str]
    stories: tuple[tuple[str, str], ...]
    """Keys and headlines of stories of about the same time."""
    relevances: tuple[Relevance, ...] = tuple(Relevance)
    doc_types: tuple[DocType, ...] = tuple(DocType)
    fact_kinds: tuple[FactKind, ...] = tuple(FactKind)
    event_statuses: tuple[EventStatus, ...] = tuple(EventStatus)
    agreement_statuses: tuple[AgreementStatus, ...] = tuple(AgreementStatus)


def choices_of_article(session: Session, article: ArticleView) -> Choices:
    """Read what may be chosen for an article; stories other than its own."""
    day = article.published.first if article.published else article.first_seen_at.date()
    return choices_near(session, article.story.key if article.story else None, day)


def choices_near(session: Session, story_key: str | None, day: dt.date | None) -> Choices:
    """Read what may be chosen about a day: the stories nearest to it, the newest first, but for one."""
    stories = sa.select(Story).where(Story.key != (story_key or ""), Story.headline != "").limit(STORIES_OFFERED)
    if day is not None:
        nearest = sorted(_near(session, stories, day), key=lambda story: (_days_away(story, day), story.key))
    else:
        nearest = list(session.scalars(stories.order_by(Story.last_on.desc().nulls_last(), Story.key)))
    newest = sorted(nearest[:STORIES_OFFERED], key=lambda story: story.last_on or dt.date.min, reverse=True)
    return Choices(active_topic_names(session), tuple((story.key, story.headline) for story in newest))


def _near(session: Session, stories: sa.Select[Story], day: dt.date) -> Iterator[Story]:
    """Read the nearest of those stories that go on at a day, that ended before it and that began after it."""
    near = dt.timedelta(days=NEAR_DAYS)
    yield from session.scalars(
        stories.where(Story.first_on <= day, Story.last_on >= day).order_by(Story.last_on, Story.key)
    )
    before = stories.where(Story.last_on < day, Story.last_on >= day - near)
    yield from session.scalars(before.order_by(Story.last_on.desc(), Story.key))
    after = stories.where(Story.first_on > day, Story.first_on <= day + near)
    yield from session.scalars(after.order_by(Story.first_on, Story.key))


def _days_away(story: Story, day: dt.date) -> int:
    first, last = story.first_on or day, story.last_on or day
    return max((first - day).days, (day - last).days, 0)
