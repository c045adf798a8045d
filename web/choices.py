"""What the forms of a correction offer: topics, kinds, stories of about the same time, and the facts as they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
    stories = sa.select(Story.key, Story.headline).where(Story.key != (story_key or ""), Story.headline != "")
    if day is not None:
        near = dt.timedelta(days=NEAR_DAYS)
        stories = stories.where(Story.last_on >= day - near, Story.first_on <= day + near)
    newest = stories.order_by(Story.last_on.desc().nulls_last(), Story.key).limit(STORIES_OFFERED)
    return Choices(active_topic_names(session), tuple((key, headline) for key, headline in session.execute(newest)))
