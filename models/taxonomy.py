"""The taxonomy as it stands: which topic stands for which since they were merged, and how many articles bear each.

Apart from the tables, because search, digest, pipeline and web follow merges by the same rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment
from models.knowledge import Topic


def merged_topics(session: Session) -> dict[str, str]:
    """Map each topic that was merged to the one that stands for it now, at the end of the chain."""
    rows = session.execute(sa.select(Topic.slug, Topic.merged_into).where(Topic.merged_into.is_not(None)))
    into = {slug: target for slug, target in rows if target is not None}
    return {slug: _end_of(slug, into) for slug in into}


def _end_of(slug: str, into: Mapping[str, str]) -> str:
    seen = {slug}
    while (following := into.get(slug)) is not None and following not in seen:
        seen.add(following)
        slug = following
    return slug


def standing_topics(session: Session, slugs: Iterable[str]) -> list[str]:
    """Follow merges, each topic once, and leave out what is switched off."""
    merged = merged_topics(session)
    active = set(session.scalars(sa.select(Topic.slug).where(Topic.is_active)))
    return [slug for slug in dict.fromkeys(merged.get(slug, slug) for slug in slugs) if slug in active]


def article_counts(session: Session) -> dict[str, int]:
    """Count the articles of each topic as they are now, copies left out."""
    counted = (
        sa.select(TopicAssignment.topic_slug, sa.func.count())
        .join(Article, Article.current_version_id == TopicAssignment.version_id)
        .where(Article.copy_of_id.is_(None))
        .group_by(TopicAssignment.topic_slug)
    )
    return dict(session.execute(counted).all())


def state_of_topic(topic: Topic) -> str:
    """Say in words how a topic stands: `on`, `off` or what it was merged into."""
    if topic.merged_into is not None:
        return f"merged into {topic.merged_into}"
    return "on" if topic.is_active else "off"
