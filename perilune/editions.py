"""Editions and their readers, as the command line makes them."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Edition, Reader, Subscription
from models.knowledge import Topic
from models.search import Query, Vocabulary, parse_query, vocabulary_of
from models.search.problem import likely_right
from models.story import find_story
from models.taxonomy import merged_topics
from perilune.archive import Archive
from perilune.mail_addresses import mail_address
from perilune.problems import Problem

LAST_WEEKDAY = 6
USUAL_WEIGHT, MAX_WEIGHT = 1.0, 10.0
FOLLOWED = {"topic": "topics", "actor": "actors", "country": "countries", "story": "story"}
"""The filters of the search line that a reader may follow, with the query's fields."""


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


def add_reader(archive: Archive, edition_slug: str, address: str, *, name: str | None, now: dt.datetime) -> None:
    """Add a reader to an edition; one who is there already stays."""
    try:
        mail_address(address)
    except ValueError as error:
        raise Problem(f"{error}.") from error
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        reader = session.scalar(sa.select(Reader).where(Reader.address == address))
        if reader is None:
            reader = Reader(address=address, name=name, created_at=now)
            session.add(reader)
            session.flush()
        reader.is_active, reader.stopped_because = True, None
        session.merge(Subscription(edition_id=edition.id, reader_id=reader.id, confirmed_at=now))


def remove_reader(archive: Archive, edition_slug: str, address: str) -> None:
    """Take a reader off an edition."""
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        reader = session.scalar(sa.select(Reader).where(Reader.address == address))
        row = session.get(Subscription, (edition.id, reader.id)) if reader else None
        if row is None:
            raise Problem(f"{address!r} is no reader of {edition_slug}.")
        session.delete(row)


def follow(archive: Archive, address: str, said: Sequence[str]) -> list[str]:
    """Let a reader follow what words of the search line name, such as `topic:launch`; returns all they follow."""
    with archive.sessions.begin() as session:
        reader = _reader_at(session, address)
        tokens = [token for each in said for token in _tokens(each, vocabulary_of(session))]
        for token in tokens:
            if token.startswith("story:") and find_story(session, token.removeprefix("story:")) is None:
                raise Problem(f"there is no story {token.removeprefix('story:')!r}; its key ends its page's address.")
        reader.follows = list(dict.fromkeys([*reader.follows, *tokens]))
        return reader.follows


def unfollow(archive: Archive, address: str, said: Sequence[str]) -> list[str]:
    """Let a reader follow something no more; returns what is left."""
    with archive.sessions.begin() as session:
        reader = _reader_at(session, address)
        tokens = {token for each in said for token in _tokens(each, None)}
        for token in sorted(tokens - set(reader.follows)):
            follows = ", ".join(reader.follows) or "nothing"
            raise Problem(f"{address} does not follow {token}; followed is: {follows}.")
        reader.follows = [token for token in reader.follows if token not in tokens]
        return reader.follows


def _tokens(said: str, vocabulary: Vocabulary | None) -> list[str]:
    """Read a word of the search line as tokens to follow; with a vocabulary, unknown topics and actors are refused."""
    query = parse_query(said, vocabulary)
    tokens = [f"{name}:{value}" for name, field in FOLLOWED.items() for value in getattr(query, field)]
    if not tokens or query.with_(topics=(), actors=(), countries=(), story=()) != Query():
        kinds = ", ".join(f"{name}:" for name in FOLLOWED)
        raise Problem(f"{said!r} is nothing to follow; begin with one of {kinds} as in topic:launch or country:FR.")
    return tokens


def _reader_at(session: Session, address: str) -> Reader:
    reader = session.scalar(sa.select(Reader).where(Reader.address == address))
    if reader is None:
        raise Problem(f"{address!r} is no reader; `perilune readers add EDITION {address}` makes one.")
    return reader


def reader_rows(archive: Archive) -> list[dict[str, object]]:
    """Read who gets mail, of which editions, and what they follow."""
    with archive.sessions() as session:
        editions: dict[int, list[str]] = {}
        for reader_id, slug in session.execute(
            sa.select(Subscription.reader_id, Edition.slug).join(Edition).order_by(Edition.slug)
        ):
            editions.setdefault(reader_id, []).append(slug)
        return [
            {
                "reader": reader.address,
                "name": reader.name,
                "editions": editions.get(reader.id, []),
                "follows": reader.follows,
                "gets_mail": reader.is_active,
            }
            for reader in session.scalars(sa.select(Reader).order_by(Reader.address))
        ]


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
