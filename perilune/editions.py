"""Editions and their readers, as the command line makes them."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Edition, Reader, Subscription
from models.search import parse_query
from perilune.archive import Archive
from perilune.mail_addresses import mail_address
from perilune.problems import Problem

LAST_WEEKDAY = 6


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
        reader.is_active = True
        session.merge(Subscription(edition_id=edition.id, reader_id=reader.id))


def remove_reader(archive: Archive, edition_slug: str, address: str) -> None:
    """Take a reader off an edition."""
    with archive.sessions.begin() as session:
        edition = edition_named(session, edition_slug)
        reader = session.scalar(sa.select(Reader).where(Reader.address == address))
        row = session.get(Subscription, (edition.id, reader.id)) if reader else None
        if row is None:
            raise Problem(f"{address!r} is no reader of {edition_slug}.")
        session.delete(row)


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
                "readers": [reader.address for reader in edition.readers if reader.is_active],
            }
            for edition in session.scalars(sa.select(Edition).order_by(Edition.slug))
        ]
