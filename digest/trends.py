"""Counts what the edition's search finds by topic and week: the small picture at the end of an issue."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Tag, Trend
from digest.names import Names
from models.article import Article, TopicAssignment, Version
from models.edition import Edition
from models.knowledge import Topic
from models.search import matching_ids, parse_query

WEEKS = 12
MAX_TOPICS = 6
RECENT_WEEKS = 4
"""What topics are chosen by: the last weeks, lest what was large in autumn fill the picture in spring."""
DAYS = 7


def trends_of(session: Session, edition: Edition, due_on: dt.date, names: Names) -> tuple[Trend, ...]:
    """Count the articles of the last twelve weeks up to the due day, by topic; the most frequent of late come first.

    An article counts in the week that it was published in, or first seen where no day is stated; copies do not count.
    """
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for slug, published_on, seen_at, count in session.execute(_counted(session, edition, due_on)):
        on = published_on or seen_at.date()
        counts[slug][WEEKS - 1 - (due_on - on).days // DAYS] += count
    chosen = sorted(counts, key=lambda slug: (-sum(counts[slug][-RECENT_WEEKS:]), -sum(counts[slug]), slug))
    return tuple(
        Trend(topic=Tag(token=f"topic:{slug}", name=names.topics.get(slug, slug)), counts=tuple(counts[slug]))
        for slug in chosen[:MAX_TOPICS]
    )


def _counted(session: Session, edition: Edition, due_on: dt.date) -> sa.Select[str, dt.date | None, dt.datetime, int]:
    """Count by topic and day; the moment of first sight stands beside articles without a day only."""
    first_on, published_on = due_on - dt.timedelta(days=WEEKS * DAYS - 1), Version.published_first_on
    begins, ends = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (first_on, due_on + dt.timedelta(days=1)))
    is_undated = published_on.is_(None)
    seen_at = sa.case((is_undated, Article.first_seen_at))
    return (
        sa.select(TopicAssignment.topic_slug, published_on, seen_at, sa.func.count())
        .join(Version, Version.id == TopicAssignment.version_id)
        .join(Article, Article.current_version_id == Version.id)
        .join(Topic, Topic.slug == TopicAssignment.topic_slug)
        .where(
            Topic.is_active,
            Article.id.in_(matching_ids(session, parse_query(edition.query))),
            published_on.between(first_on, due_on)
            | (is_undated & (Article.first_seen_at >= begins) & (Article.first_seen_at < ends)),
        )
        .group_by(TopicAssignment.topic_slug, published_on, seen_at)
    )
