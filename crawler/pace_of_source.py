"""The pace of a source as its rows tell it, and what a visit yielded; apart because pace itself knows no rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.pace import MAX_PRIMING, Hints, Pace, VisitYield, pace_from, pace_primed_by
from models.source import Link, Source
from perilune.dates import PartialDate, Precision


def pace_of(session: Session, source: Source, now: dt.datetime) -> Pace:
    """Give what the source's visits showed so far; before any, what the dates of its newest items tell."""
    if source.pace is not None:
        return pace_from(source.pace, source.interval_minutes)
    dated = sa.select(Link.published).where(Link.source_id == source.id, Link.published.is_not(None))
    newest = session.scalars(dated.order_by(Link.published.desc()).limit(MAX_PRIMING))
    days = [date.first for date in map(PartialDate.parse, filter(None, newest)) if date.precision is Precision.DAY]
    return pace_primed_by(days, start_minutes=source.interval_minutes, now=now)


def yield_of(source: Source, counts: Mapping[str, object], hints: Hints, now: dt.datetime) -> VisitYield:
    """Say what a visit found that was new: links, or for standing pages the pages themselves."""
    found, offered = (int(str(counts.get(name, 0))) for name in ("new links", "links"))
    changed, same = (int(str(counts.get(name, 0))) for name in ("new pages", "unchanged pages"))
    if not offered:
        found, offered = changed, changed + same
    return VisitYield(now, found, offered, hints, is_first=source.first_crawled_at is None)
