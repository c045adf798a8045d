"""Telling those who look after sources: once when one is not well, once when it is well again.

Whoever looks after several gets one mail about all of them. A notice and the marks that it tells are one
transaction, so that nothing is told twice and nothing is forgotten.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from digest.render import render_notice
from models.base import key_of
from models.source import Source
from models.watch import Incident, Notice


@dataclass
class News:
    """What one person is told: incidents that were opened, and those that healed."""

    opened: list[Incident] = field(default_factory=list)
    healed: list[Incident] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """The subject line: `Perilune: 2 sources are not well, Agency is well again`."""
        parts = [_counted(self.opened, "not well"), _counted(self.healed, "well again")]
        return "Perilune: " + ", ".join(filter(None, parts))


def _counted(incidents: Sequence[Incident], what: str) -> str:
    if len(incidents) == 1:
        return f"{incidents[0].source.name} is {what}"
    return f"{len(incidents)} sources are {what}" if incidents else ""


def write_notices(session: Session, *, owner: str | None, archive_url: str, now: dt.datetime) -> int:
    """Write a notice to everybody who has not been told of an incident; returns how many.

    `owner` looks after the sources that name nobody; without one those wait until there is. An incident that healed
    before anybody was told is told to nobody.
    """
    news: defaultdict[str, News] = defaultdict(News)
    for incident in _claimed(session, _is_unheard_of(owner), told_at=now):
        news[incident.source.owner or str(owner)].opened.append(incident)
    is_over = Incident.told_at.is_not(None) & Incident.healed_at.is_not(None) & Incident.told_healed_at.is_(None)
    for incident in _claimed(session, is_over, told_healed_at=now):
        news[incident.source.owner or str(owner)].healed.append(incident)
    for address, of_one in news.items():
        session.add(_notice(address, of_one, archive_url, now))
    return len(news)


def _is_unheard_of(owner: str | None) -> sa.ColumnElement[bool]:
    watched = sa.select(Source.id).where(Source.is_active)
    looked_after = watched if owner else watched.where(Source.owner.is_not(None))
    return Incident.told_at.is_(None) & Incident.healed_at.is_(None) & Incident.source_id.in_(looked_after)


def _claimed(session: Session, which: sa.ColumnElement[bool], **marks: dt.datetime) -> Sequence[Incident]:
    """Mark incidents as told by a conditional update, so that of two writers only one tells of them."""
    update = sa.update(Incident).where(which).values(**marks).returning(Incident.id)
    ids = session.scalars(update.execution_options(synchronize_session=False)).all()
    wanted = sa.select(Incident).where(Incident.id.in_(ids)).options(joinedload(Incident.source))
    return session.scalars(wanted.order_by(Incident.id)).all()


def _notice(address: str, news: News, archive_url: str, now: dt.datetime) -> Notice:
    bodies = {ending: render_notice(ending, news=news, archive_url=archive_url) for ending in ("txt", "html")}
    told = [f"opened:{each.id}" for each in news.opened] + [f"healed:{each.id}" for each in news.healed]
    return Notice(
        message_id=f"sources.{key_of(' '.join([address, *told]))}",
        address=address,
        subject=news.subject,
        text=bodies["txt"],
        html=bodies["html"],
        written_at=now,
        due_at=now,
    )
