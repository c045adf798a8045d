"""Back-pressure: crawling slows while the pipeline lags, so that what is fetched does not grow old unread."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from models.fate import due_count
from models.vocabulary import Stage


def share_of_crawling(session: Session, backlog: int, *, now: dt.datetime) -> float:
    """Say which share of the usual number of sources may be crawled: all up to half the backlog, none beyond it.

    `backlog` is the number of pages that may wait to be read.
    """
    waiting = due_count(session, Stage.EXTRACT, now=now)
    return min(1.0, max(0.0, 2.0 * (1.0 - waiting / backlog)))
