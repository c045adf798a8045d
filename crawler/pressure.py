"""Back-pressure: crawling slows while the pipeline lags, so that what is fetched does not grow old unread."""

from __future__ import annotations

import datetime as dt
import math

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.fate import due_count
from models.source import Source
from models.vocabulary import Stage


def watched() -> sa.Select[int]:
    """Select the sources that are watched."""
    return sa.select(Source.id).where(Source.is_active)


def crawlable_count(session: Session, backlog: int, *, at_most: int, now: dt.datetime) -> int:
    """Say how many of the due sources may be crawled now: all up to half the backlog, ever fewer, none beyond it.

    `backlog` is the number of pages that may wait to be read.
    """
    waiting = due_count(session, Stage.EXTRACT, now=now)
    share = min(1.0, max(0.0, 2.0 * (1.0 - waiting / backlog)))
    return math.ceil(share * min(at_most, due_count(session, Stage.CRAWL, now=now, among=watched())))
