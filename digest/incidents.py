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
from models.watch import Incident, Notice


@dataclass
class News:
    """What one person is told: incidents that were opened, and those that healed."""

    opened: list[Incident] = field(default_factory=list)
    healed: list[Incident] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """The subject line: `2 sources are not well, 1 is well again`."""
        parts = [_counted(self.opened, "not well"), _counted(self.healed, "well again")]
        return "Perilune: " + ", ".join(filter(None, parts))


def _counted(incidents: Sequence[Incident], what: str) -> str:
    if len(incidents) == 1:
        return f"{incidents[0].source.name} is {what}"
    return f"{len(incidents)} sources are {what}" if incidents else ""


def write_notices(session: Session, *, owner: str | None, archive_url: str, now: dt.datetime) -> int:
    """Write a notice to everybody who has not been told of an incident; returns how many.

    `owner` looks after the sources that name nobody; without one nobody is told of those.
    """
    news: defaultdict[str, News] = defaultdict(News)
    for incident in _untold(session):
        address = incident.source.owner or owner
        is_news = incident.told_at is None and incident.healed_at is None
        is_over = incident.told_at is not None and incident.healed_at is not None
        if address and is_news:
            news[address].opened.append(incident)
        elif address and is_over:
            news[address].healed.append(incident)
        incident.told_at = incident.told_at or now
        incident.told_healed_at = now if incident.healed_at else None
    for address, of_one in news.items():
        session.add(_notice(address, of_one, archive_url, now))
    return len(news)


def _untold(session: Session) -> Sequence[Incident]:
    is_untold = Incident.told_at.is_(None) | (Incident.healed_at.is_not(None) & Incident.told_healed_at.is_(None))
    wanted = sa.select(Incident).where(is_untold).options(joinedload(Incident.source)).order_by(Incident.id)
    return session.scalars(wanted.with_for_update(of=Incident)).all()


def _notice(address: str, news: News, archive_url: str, now: dt.datetime) -> Notice:
    bodies = {ending: render_notice(ending, news=news, archive_url=archive_url) for ending in ("txt", "html")}
    told = " ".join(str(incident.id) for incident in (*news.opened, *news.healed))
    return Notice(
        message_id=f"sources.{key_of(f'{address} {told} {now.isoformat()}')}",
        address=address,
        subject=news.subject,
        text=bodies["txt"],
        html=bodies["html"],
        written_at=now,
        due_at=now,
    )
