"""Editions, as the command line makes them."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Edition
from models.knowledge import Topic
from models.search import parse_query
from models.search.problem import likely_right
from models.taxonomy import merged_topics
from perilune.archive import Archive
from perilune.problems import Problem

LAST_WEEKDAY = 6
USUAL_WEIGHT, MAX_WEIGHT = 1.0, 10.0


@dataclass(frozen=True)
class EditionDraft:
    """What a person may say of an edition."""

    slug: str
    name: str
    query: str = "relevance:core"
    weekday: int = 0
    hour: int = 7
    timezone: str = "UTC"
    language: str = "en"
    note: str | None = None


def make_edition(archive: Archive, draft: EditionDraft, *, now: dt.datetime) -> None:
    """Store a new edition; Problem when its query, time zone or name cannot be used."""
    parse_query(draft.query)
    if draft.timezone not in zoneinfo.available_timezones():
        raise Problem(f"{draft.timezone!r} is no time zone; write it as in Europe/Vienna.")
    with archive.sessions.begin() as session:
        if _find(session, draft.slug) is not None:
            raise Problem(f"there is an edition {draft.slug!r} already.")
        session.add(Edition(**vars(draft), created_at=now))


def weigh_topics(archive: Archive, edition_slug: str, said: Sequence[str]) -> dict[str, float]:
    """Take weights such as `launch=0.5` for an edition's issues to come; returns all that it has, by topic."""
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        weights = dict(edition.topic_weights) | dict(_weight(session, each) for each in said)
        edition.topic_weights = {slug: weight for slug, weight in sorted(weights.items()) if weight != USUAL_WEIGHT}
        return dict(edition.topic_weights)


def _weight(session: Session, said: str) -> tuple[str, float]:
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


def make_default_edition(archive: Archive, *, now: dt.datetime) -> None:
    """Make the weekly edition where there is none at all, so that a new install has its digest."""
    with archive.sessions() as session:
        if session.scalar(sa.select(sa.func.count()).select_from(Edition)):
            return
    make_edition(archive, EditionDraft("weekly", "Perilune weekly"), now=now)


def edition_named(session: Session, slug: str) -> Edition:
    """Find an edition; Problem names the ones there are."""
    edition = _find(session, slug)
    if edition is None:
        known = ", ".join(session.scalars(sa.select(Edition.slug).order_by(Edition.slug))) or "none yet"
        raise Problem(f"there is no edition {slug!r}; there is: {known}.")
    return edition


def _find(session: Session, slug: str) -> Edition | None:
    return session.scalar(sa.select(Edition).where(Edition.slug == slug))


def edition_rows(archive: Archive) -> list[dict[str, object]]:
    """Read the editions with their readers."""
    with archive.sessions() as session:
        return [
            {
                "edition": edition.slug,
                "name": edition.name,
                "query": edition.query,
                "weekday": edition.weekday,
                "hour": edition.hour,
                "timezone": edition.timezone,
                "topic_weights": [f"{slug}={weight:g}" for slug, weight in edition.topic_weights.items()],
                "readers": [reader.address for reader in edition.readers if reader.is_active],
            }
            for edition in session.scalars(sa.select(Edition).order_by(Edition.slug))
        ]
