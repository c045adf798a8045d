"""What is kept about a reader: all of it as plain values to take along, and its erasure."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Base
from models.edition import Bounce, Delivery, Edition, Issue, Subscription
from models.watch import Notice
from perilune.archive import Archive
from perilune.readers import forget, reader_named

INTERNAL = ("id", "reader_id", "edition_id", "issue_id", "delivery_id", "digest", "claimed_by")
"""Numbers of rows and names of processes, which say nothing of a person."""


def exported_reader(archive: Archive, who: str) -> dict[str, object]:
    """Read everything that is kept about a reader; a column that comes to the tables comes along here."""
    with archive.sessions() as session:
        reader = reader_named(session, who)
        return {
            "reader": _plain(reader),
            "editions": [
                {"edition": slug, **_plain(row)}
                for row, slug in session.execute(
                    sa.select(Subscription, Edition.slug).join(Edition).where(Subscription.reader_id == reader.id)
                )
            ],
            "deliveries": [
                {"issue": key, **_plain(row)}
                for row, key in session.execute(
                    sa.select(Delivery, Issue.key).join(Issue).where(Delivery.reader_id == reader.id)
                )
            ],
            "bounces": _rows(session, sa.select(Bounce).where(Bounce.reader_id == reader.id)),
            "notices": _rows(session, sa.select(Notice).where(Notice.reader_id == reader.id)),
        }


def _rows(session: Session, select: sa.Select[Base]) -> list[dict[str, object]]:
    return [_plain(row) for row in session.scalars(select)]


def _plain(row: Base) -> dict[str, object]:
    return {
        column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns if column.key not in INTERNAL
    }


def erase_reader(archive: Archive, who: str) -> str:
    """Delete a reader and all that is kept about them, in one transaction; returns their address."""
    with archive.sessions.begin() as session:
        reader = reader_named(session, who)
        address = reader.address
        forget(session, reader)
    return address
