"""What a clock that was ahead for a while put off: due now, once the clock is right again.

A row that was finished, or found, later than now was stamped by such a clock, and so was what it made due.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import changed_count
from models.edition import Delivery, Issue
from models.fate import ENDED, Fate
from models.saved_search import WebhookCall
from models.source import CrawlRun, Link
from models.vocabulary import DeliveryState, FateState, IssueState, Stage
from models.watch import Notice

AHEAD = dt.timedelta(minutes=2)
LONGEST_WAIT_OF_MAIL = dt.timedelta(days=1)
NEWEST = 100


def is_right(session: Session, *, now: dt.datetime) -> bool:
    """Tell whether our clock says the same as that of the database's server: one that is behind is no judge."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    told = session.scalar(sa.select(sa.cast(sa.func.clock_timestamp(), sa.DateTime(timezone=True))))
    return told is not None and abs(told - now) < AHEAD


def was_ahead(session: Session, *, now: dt.datetime) -> bool:
    """Tell whether the latest visits or issues say that they are of the future, or the pipeline's work waits for it."""
    for moment, row_id in ((CrawlRun.started_at, CrawlRun.id), (Issue.composed_at, Issue.id)):
        newest = sa.select(moment.label("moment")).order_by(row_id.desc()).limit(NEWEST).subquery()
        latest: dt.datetime | None = session.scalar(sa.select(sa.func.max(newest.c.moment)))
        if latest is not None and latest > now + AHEAD:
            return True
    return session.scalar(sa.select(Fate.item_id).where(_waits_for_nothing(now + AHEAD)).limit(1)) is not None


def bring_back(session: Session, *, now: dt.datetime) -> int:
    """Make due now what waits because of a time to come at which it cannot have been decided; returns how many items.

    Reads every fate: ask `was_ahead` first.
    """
    late = now + AHEAD
    found_later = Fate.item_id.in_(sa.select(Link.id).where(Link.found_at > late))
    is_put_off = (
        (Fate.state.in_(ENDED) & (Fate.finished_at > late) & Fate.due_at.is_not(None))
        | ((Fate.stage == Stage.FETCH) & (Fate.state == FateState.WAITING) & (Fate.due_at > late) & found_later)
        | _waits_for_nothing(late)
    )
    brought = session.execute(
        sa.update(Fate)
        .where(is_put_off)
        .values(due_at=now, finished_at=sa.case((Fate.finished_at > late, now), else_=Fate.finished_at))
        .execution_options(synchronize_session=False)
    )
    count = changed_count(brought) + _bring_issues_back(session, late, now)
    for rows in (Delivery, Notice, WebhookCall):
        is_late = (rows.state == DeliveryState.WAITING) & (rows.due_at > now + LONGEST_WAIT_OF_MAIL)
        made_due = sa.update(rows).where(is_late).values(due_at=now)
        count += changed_count(session.execute(made_due.execution_options(synchronize_session=False)))
    return count


def _bring_issues_back(session: Session, late: dt.datetime, now: dt.datetime) -> int:
    """Have issues end when they were made, so that the next one is not that after a time to come."""
    issues = session.scalars(sa.select(Issue).where(Issue.composed_at > late).order_by(Issue.id)).all()
    for number, issue in enumerate(issues):
        issue.composed_at = now
        issue.due_at = issue.period_end_at = now + number * dt.timedelta.resolution
        if issue.state == IssueState.HELD:
            issue.release_at = now + dt.timedelta(hours=issue.edition.hold_hours)
    return len(issues)


def _waits_for_nothing(late: dt.datetime) -> sa.ColumnElement[bool]:
    """Say of an item that it waits for a time to come at a stage where nothing is ever made to wait."""
    stages = [stage for stage in Stage if stage is not Stage.FETCH]
    return Fate.stage.in_(stages) & (Fate.state == FateState.WAITING) & (Fate.due_at > late)
