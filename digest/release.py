"""Releases issues: at once, when an editor approves, or by itself when the hours for review are over.

Release is a conditional update with the deliveries in the same transaction, so that it happens once.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.base import key_of
from models.edition import Delivery, Issue, Reader
from models.readers import who_gets
from models.vocabulary import DeliveryState, IssueState


def release_due(sessions: sessionmaker[Session], now: dt.datetime) -> list[str]:
    """Release every held issue whose hours for review are over; returns the issues' keys."""
    with sessions() as session:
        held = sa.select(Issue.id).where(Issue.state == IssueState.HELD, Issue.release_at <= now).order_by(Issue.id)
        issue_ids = session.scalars(held).all()
    released = []
    for issue_id in issue_ids:
        with sessions.begin() as session:
            issue = session.get_one(Issue, issue_id)
            if release(session, issue, now=now):
                released.append(issue.key)
    return released


def release(session: Session, issue: Issue, *, now: dt.datetime, by: str | None = None) -> bool:
    """Release an issue in the caller's transaction, and store its deliveries; False where it was released already.

    Without anybody's approval it goes out when its hours are over, not when an editor prolonged them just now.
    """
    session.flush()
    is_free = Issue.release_at <= now if by is None else sa.true()
    won = session.scalar(
        sa.update(Issue)
        .where(Issue.id == issue.id, Issue.state == IssueState.HELD, is_free)
        .values(state=IssueState.RELEASED, released_at=now, released_by=by)
        .returning(Issue.id)
        .execution_options(synchronize_session=False)
    )
    if won is None:
        return False
    session.refresh(issue, ["state", "released_at", "released_by"])
    _store_deliveries(session, issue, now)
    return True


def _store_deliveries(session: Session, issue: Issue, now: dt.datetime) -> None:
    readers = session.scalars(
        who_gets(issue.edition_id)
        .order_by(Reader.id)
        # Whoever is being erased is waited for, and then is no reader.
        .with_for_update(read=True, key_share=True, of=Reader)
    )
    session.add_all(
        Delivery(
            issue_id=issue.id,
            reader_id=reader.id,
            message_id=f"{issue.key}.{key_of(reader.key)}",
            state=DeliveryState.WAITING,
            due_at=now,
        )
        for reader in readers
    )
