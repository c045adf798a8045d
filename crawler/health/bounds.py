"""Bounds that a person sets for a source, and what lies outside them; proposed from its history."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.health.case import DAY, HOUR, Case, Cause, Finding
from crawler.health.observations import SourceHistory

LASTS = 3 * HOUR
MIN_VISITS = 10
OF_THE_LEAST = 0.5
OF_THE_LONGEST = 1.5


@dataclass(frozen=True)
class Bounds:
    """How many links an index should give at least, and how many days may bring nothing new; None where unknown."""

    least_links: int | None = None
    longest_silence_days: int | None = None


def bounds_from(history: SourceHistory, now: dt.datetime) -> Bounds:
    """Propose bounds: half of the fewest links seen, and half as long again as the longest pause."""
    counts = [seen.chosen_count for visit in history.visits for seen in visit.main_indexes if seen.chosen_count]
    pause = Case(history, now).rhythm.longest_pause
    return Bounds(
        least_links=max(1, math.floor(OF_THE_LEAST * min(counts))) if len(counts) >= MIN_VISITS else None,
        longest_silence_days=math.ceil(OF_THE_LONGEST * (pause / DAY)) if pause else None,
    )


def bound_findings(case: Case) -> Iterator[Finding]:
    """Find what lies outside the bounds."""
    least, longest = case.history.least_links, case.history.longest_silence_days
    for url, readings in case.reads.items():
        last = readings[-1]
        count = last.seen.chosen_count or 0
        is_short = least is not None and count < least
        if is_short and case.is_lasting(case.confirming_visits(url, last.at), least=LASTS):
            words = f"gives {count} {case.entries} since {case.day(last.at)}, and at least {least} are expected"
            yield Finding(Cause.LIST_CHANGED, last.at, f"{case.index} {words}", is_broken=True)
    since = case.rhythm.last or case.visits[0].at
    if longest is not None and case.now - since > longest * DAY:
        words = f"nothing new since {case.day(since)}, and something is expected within {longest} days"
        yield Finding(Cause.SILENT, since, words, is_broken=True)
