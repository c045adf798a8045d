"""What a clock that was ahead for a while put off: due now, once the clock is right again.

A row that was finished, or found, later than now was stamped by such a clock, and so was what it made due.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.edition import Delivery
from models.fate import ENDED, Fate
from models.saved_search import WebhookCall
from models.source import CrawlRun, Link
from models.vocabulary import DeliveryState, FateState, Stage
from models.watch import Notice

AHEAD = dt.timedelta(minutes=2)
LONGEST_WAIT_OF_MAIL = dt.timedelta(days=1)
NEWEST_RUNS = 100


def was_ahead(session: Session, *, now: dt.datetime) -> bool:
    """Tell whether the latest visits say that they began in the future, or the pipeline's work waits for it."""
    newest = sa.select(CrawlRun.started_at).order_by(CrawlRun.id.desc()).limit(NEWEST_RUNS).subquery()
    latest: dt.datetime | None = session.scalar(sa.select(sa.func.max(newest.c.started_at)))
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
    count = _rowcount(brought)
    for rows in (Delivery, Notice, WebhookCall):
        is_late = (rows.state == DeliveryState.WAITING) & (rows.due_at > now + LONGEST_WAIT_OF_MAIL)
        made_due = sa.update(rows).where(is_late).values(due_at=now)
        count += _rowcount(session.execute(made_due.execution_options(synchronize_session=False)))
    return count


def _waits_for_nothing(late: dt.datetime) -> sa.ColumnElement[bool]:
    """Say of an item that it waits for a time to come at a stage where nothing is ever made to wait."""
    stages = [stage for stage in Stage if stage is not Stage.FETCH]
    return Fate.stage.in_(stages) & (Fate.state == FateState.WAITING) & (Fate.due_at > late)


def _rowcount(result: sa.Result[tuple[()]]) -> int:
    assert isinstance(result, sa.CursorResult)
    return result.rowcount
