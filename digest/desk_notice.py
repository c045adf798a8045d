"""Telling the owner, once, that an issue waits at the desk and when it goes out by itself."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.columns import one_line
from digest.render import render_notice
from digest.schedule import zone_of
from models.base import insert_into
from models.edition import Issue
from models.vocabulary import DeliveryState, IssueState
from models.watch import Notice


def tell_of_held_issues(session: Session, *, owner: str | None, archive_url: str, now: dt.datetime) -> int:
    """Write the notice of every held issue that has none yet; returns how many. Without an owner there is none."""
    if owner is None:
        return 0
    is_told = sa.exists().where(Notice.message_id == sa.literal("desk.") + Issue.key)
    waiting = sa.select(Issue).where(Issue.state == IssueState.HELD, ~is_told).order_by(Issue.id)
    # Of two processes that tell at once, the unique message id lets one.
    return sum(_has_written(session, issue, owner, archive_url, now) for issue in session.scalars(waiting).all())


def _has_written(session: Session, issue: Issue, owner: str, archive_url: str, now: dt.datetime) -> bool:
    at = (issue.release_at or now).astimezone(zone_of(issue.edition))
    given = {
        "issue": issue,
        "desk": f"{archive_url.rstrip('/')}/desk/{issue.key}",
        "goes_out": f"{at:%A} {at.day} {at:%B %Y at %H:%M} ({issue.edition.timezone})",
    }
    written = insert_into(session, Notice).values(
        message_id=f"desk.{issue.key}",
        address=owner,
        subject=one_line(f"To review: {issue.subject}"),
        text=render_notice("txt", "held", **given),
        html=render_notice("html", "held", **given),
        written_at=now,
        due_at=now,
        state=DeliveryState.WAITING,
        attempt_count=0,
        list_slug="desk",
        list_name="Perilune's desk",
    )
    return session.scalar(written.on_conflict_do_nothing().returning(Notice.id)) is not None
