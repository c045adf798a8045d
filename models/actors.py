"""Questions about actors: how many articles name each, the newest of them, and who is named beside whom."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version, VersionActor


def _named() -> tuple[sa.ColumnElement[bool], ...]:
    """Count each article once: what it says now, copies apart."""
    return Article.current_version_id == VersionActor.version_id, Article.copy_of_id.is_(None)


def actor_counts(session: Session) -> dict[str, int]:
    """Count the articles that name each actor, by its slug."""
    counts = sa.select(VersionActor.actor_slug, sa.func.count()).join(Article, sa.and_(*_named()))
    return dict(session.execute(counts.group_by(VersionActor.actor_slug)).all())


def newest_articles_naming(session: Session, slug: str, *, limit: int) -> Sequence[tuple[Article, Version]]:
    """Read the newest articles that name an actor; undated ones come last."""
    newest = (
        sa.select(Article, Version)
        .join(VersionActor, sa.and_(*_named()))
        .join(Version, Version.id == VersionActor.version_id)
        .where(VersionActor.actor_slug == slug)
        .order_by(Version.published_first_on.desc().nulls_last(), Article.first_seen_at.desc(), Article.key)
    )
    return session.execute(newest.limit(limit)).all()


def actors_beside(session: Session, slug: str, *, limit: int) -> Sequence[tuple[str, int]]:
    """Count the articles that name another actor beside this one, the most frequent first."""
    here = sa.select(VersionActor.version_id).join(Article, sa.and_(*_named())).where(VersionActor.actor_slug == slug)
    count = sa.func.count()
    beside = (
        sa.select(VersionActor.actor_slug, count)
        .where(VersionActor.version_id.in_(here), VersionActor.actor_slug != slug)
        .group_by(VersionActor.actor_slug)
        .order_by(count.desc(), VersionActor.actor_slug)
    )
    return session.execute(beside.limit(limit)).all()
