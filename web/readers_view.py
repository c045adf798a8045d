"""The readers of each edition as plain values, with how their mail fares."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Bounce, Delivery, Edition, Issue, Reader, Subscription
from models.vocabulary import DeliveryState


@dataclass(frozen=True)
class ReaderLine:
    """A reader in the list of an edition."""

    address: str
    name: str | None
    state: str
    is_good: bool
    since: dt.datetime | None
    last_sent_at: dt.datetime | None
    bounce_count: int


@dataclass(frozen=True)
class EditionReaders:
    """An edition with its readers."""

    slug: str
    name: str
    readers: tuple[ReaderLine, ...]


def editions_with_readers(session: Session) -> tuple[EditionReaders, ...]:
    """Read the readers of each edition, by address."""
    bounces = dict(session.execute(sa.select(Bounce.reader_id, sa.func.count()).group_by(Bounce.reader_id)).all())
    sent = sa.select(Issue.edition_id, Delivery.reader_id, sa.func.max(Delivery.sent_at)).join(Issue)
    last = {
        (edition_id, reader_id): at
        for edition_id, reader_id, at in session.execute(
            sent.where(Delivery.state == DeliveryState.SENT).group_by(Issue.edition_id, Delivery.reader_id)
        )
    }
    found: dict[int, list[ReaderLine]] = {}
    rows = sa.select(Subscription, Reader).join(Reader).order_by(Reader.address)
    for row, reader in session.execute(rows):
        line = ReaderLine(
            address=reader.address,
            name=reader.name,
            state=_state(row, reader),
            is_good=row.confirmed_at is not None and reader.is_active,
            since=row.confirmed_at or row.asked_at,
            last_sent_at=last.get((row.edition_id, reader.id)),
            bounce_count=bounces.get(reader.id, 0),
        )
        found.setdefault(row.edition_id, []).append(line)
    editions = session.scalars(sa.select(Edition).order_by(Edition.name, Edition.slug))
    return tuple(EditionReaders(each.slug, each.name, tuple(found.get(each.id, ()))) for each in editions)


def _state(row: Subscription, reader: Reader) -> str:
    if row.confirmed_at is None:
        return "asked, no answer yet"
    return "gets mail" if reader.is_active else reader.stopped_because or "stopped"
