"""Editions by name, and what their topics weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Edition
from models.knowledge import Topic
from models.search.problem import likely_right
from models.taxonomy import merged_topics
from perilune.archive import Archive
from perilune.problems import Problem

USUAL_WEIGHT, MAX_WEIGHT = 1.0, 10.0


def weigh_topics(archive: Archive, edition_slug: str, said: Sequence[str]) -> dict[str, float]:
    """Take weights such as `launch=0.5` for an edition's issues to come; returns all that it has, by topic."""
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        weights = dict(edition.topic_weights) | dict(topic_weight(session, each) for each in said)
        edition.topic_weights = unusual(weights)
        return dict(edition.topic_weights)


def unusual(weights: Mapping[str, float]) -> dict[str, float]:
    """Keep the weights that change something."""
    return {slug: weight for slug, weight in sorted(weights.items()) if weight != USUAL_WEIGHT}


def topic_weight(session: Session, said: str) -> tuple[str, float]:
    """Read a weight such as `launch=0.5`; Problem when there is no such topic or number."""
    slug, _, number = said.partition("=")
    topics = session.scalars(sa.select(Topic.slug)).all()
    if slug not in topics:
        raise Problem(f"there is no topic {slug!r}{likely_right(slug, topics) or '; write it as in launch=2.'}")
    try:
        weight = float(number)
    except ValueError as error:
        raise Problem(f"{number!r} is no number; write TOPIC=NUMBER, as in {slug}=2.") from error
    if not 0 <= weight <= MAX_WEIGHT:
        raise Problem(f"{slug} cannot count {number} times; give a number from 0 to {MAX_WEIGHT:g}, where 1 is usual.")
    return merged_topics(session).get(slug, slug), weight


def edition_named(session: Session, slug: str) -> Edition:
    """Find an edition; Problem names the ones there are."""
    edition = find_edition(session, slug)
    if edition is None:
        known = ", ".join(session.scalars(sa.select(Edition.slug).order_by(Edition.slug))) or "none yet"
        raise Problem(f"there is no edition {slug!r}; there is: {known}.")
    return edition


def find_edition(session: Session, slug: str) -> Edition | None:
    """Find an edition by its short name."""
    return session.scalar(sa.select(Edition).where(Edition.slug == slug))
