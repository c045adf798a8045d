"""How much a source gave lately, and how it answered: the figures beside its state."""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import dataclass
from itertools import takewhile

from crawler.health.case import DAY, Case
from crawler.health.observations import SourceHistory

VOLUME_DAYS = 28
WEEKS = 26


@dataclass(frozen=True)
class Volume:
    """How much a source gave: expected and seen items of the last 28 days, and new items of each of 26 weeks."""

    expected_count: float | None
    seen_count: int
    last_new_at: dt.datetime | None
    success_rate: float | None
    """The share of the last 28 days' visits at which the index could be read."""
    median_seconds: float | None
    weeks: tuple[int, ...]
    """New items a week, the oldest first, for the sparkline."""


def expected_and_seen(case: Case) -> tuple[float | None, int]:
    """Give how many items the last VOLUME_DAYS should have brought, as far as that is known, and how many came.

    Nothing is known of a source without visits: those that are older than what is kept have gone.
    """
    if not case.visits:
        return None, 0
    since = case.now - VOLUME_DAYS * DAY
    counts = [(visit.at, visit.new_count) for visit in case.visits[1:] if visit.new_count]
    seen = sum(count for _, count in takewhile(lambda pair: pair[0] >= since, reversed(counts)))
    first = case.visits[0].at
    return case.rhythm.expected_count([(first, 0), *counts], since), seen


def volume_of(history: SourceHistory, now: dt.datetime) -> Volume:
    """Sum up how much a source gave and how it answered."""
    case = Case(history, now)
    since = now - VOLUME_DAYS * DAY
    expected_count, seen_count = expected_and_seen(case)
    recent = [visit for visit in history.visits if visit.at >= since and visit.indexes]
    seconds = [seen.seconds for visit in recent for seen in visit.main_indexes if seen.problem is None]
    return Volume(
        expected_count=expected_count,
        seen_count=seen_count,
        last_new_at=case.rhythm.last,
        success_rate=statistics.fmean(visit.problem is None for visit in recent) if recent else None,
        median_seconds=statistics.median(seconds) if seconds else None,
        weeks=_weeks(history, now),
    )


def _weeks(history: SourceHistory, now: dt.datetime) -> tuple[int, ...]:
    weeks = [0] * WEEKS
    for visit in history.visits[1:]:
        age = (now - visit.at) // (7 * DAY)
        if age < WEEKS:
            weeks[WEEKS - 1 - age] += visit.new_count
    return tuple(weeks)
