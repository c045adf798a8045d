"""The health of a source: a state, one sentence of cause and a proposed repair, decided from what its visits showed.

Pure; the rules stand in `health_causes` (cannot be read), `health_pages` (article pages fail), `health_contents`
(not what it was) and `health_silence` (nothing new). The first finding in their order is the cause; a single bad
visit is none.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, takewhile

from crawler.health_case import DAY, Case, Cause, Finding
from crawler.health_causes import (
    endless_findings,
    fickle_findings,
    index_findings,
    moved_findings,
    part_findings,
    unvisited_findings,
)
from crawler.health_contents import article_findings, garbled_page_findings, index_content_findings
from crawler.health_pages import page_findings
from crawler.health_silence import QUIET_AT, home_agrees, silence_findings, silence_words, stale_findings, wants_look
from crawler.observations import SourceHistory
from models.vocabulary import SourceKind

NEW_FOR = 7 * DAY
NEW_VISITS = 4
VOLUME_DAYS = 28
WEEKS = 26
GIVEN_UP_AFTER = 60 * DAY
WORTH_A_PERSON_AFTER = 14 * DAY


class State(StrEnum):
    """How a source is; whether it is retired is a person's decision and stands elsewhere."""

    NEW = "new"
    HEALTHY = "healthy"
    QUIET = "quiet"
    DEGRADED = "degraded"
    BROKEN = "broken"


class Repair(StrEnum):
    """What to do about it."""

    NOTHING = "nothing"
    WAIT = "wait"
    SLOW_DOWN = "slow-down"
    LOOK_ANEW = "look-anew"
    RELEARN = "relearn"
    FOLLOW = "follow"
    ASK_PUBLISHER = "ask-publisher"
    TELL_HUMAN = "tell-human"
    RETIRE = "retire"


REPAIR_WORDS = {
    Repair.NOTHING: "nothing to do",
    Repair.WAIT: "wait: this usually passes",
    Repair.SLOW_DOWN: "visit it less often",
    Repair.LOOK_ANEW: "look for its feed or list anew",
    Repair.RELEARN: "learn anew which links of its list are articles",
    Repair.FOLLOW: "follow it to its new address",
    Repair.ASK_PUBLISHER: "ask the publisher to let us in or to mend it",
    Repair.TELL_HUMAN: "have a person look at it",
    Repair.RETIRE: "retire it",
}
REPAIRS = {
    Cause.TOO_LARGE: Repair.LOOK_ANEW,
    Cause.REDIRECT_LOOP: Repair.LOOK_ANEW,
    Cause.ROBOTS: Repair.ASK_PUBLISHER,
    Cause.GONE: Repair.LOOK_ANEW,
    Cause.FORBIDDEN: Repair.ASK_PUBLISHER,
    Cause.RATE_LIMITED: Repair.SLOW_DOWN,
    Cause.CHALLENGE: Repair.SLOW_DOWN,
    Cause.CAPTCHA: Repair.SLOW_DOWN,
    Cause.LOGIN_WALL: Repair.ASK_PUBLISHER,
    Cause.SOFT_404: Repair.LOOK_ANEW,
    Cause.NOT_A_FEED: Repair.LOOK_ANEW,
    Cause.MALFORMED: Repair.LOOK_ANEW,
    Cause.EMPTY: Repair.LOOK_ANEW,
    Cause.LIST_CHANGED: Repair.RELEARN,
    Cause.MOVED: Repair.FOLLOW,
    Cause.PARTIAL_OUTAGE: Repair.SLOW_DOWN,
    Cause.ENDLESS: Repair.RELEARN,
    Cause.DUPLICATES: Repair.LOOK_ANEW,
    Cause.STALE: Repair.LOOK_ANEW,
    Cause.SILENT: Repair.LOOK_ANEW,
    Cause.UNDATED: Repair.RELEARN,
    Cause.REDATED: Repair.TELL_HUMAN,
    Cause.GARBLED: Repair.TELL_HUMAN,
    Cause.BOILERPLATE: Repair.TELL_HUMAN,
    Cause.UNVISITED: Repair.TELL_HUMAN,
    Cause.PAUSE: Repair.WAIT,
}


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


@dataclass(frozen=True)
class Health:
    """What the owner is told."""

    state: State
    sentence: str
    cause: Cause | None = None
    since: dt.datetime | None = None
    repair: Repair = Repair.NOTHING
    also: tuple[str, ...] = ()
    """Further findings, one sentence each."""

    @property
    def repair_words(self) -> str:
        """The proposed repair in words."""
        return REPAIR_WORDS[self.repair]


def health_of(history: SourceHistory, now: dt.datetime) -> Health:
    """Judge a source; costs about a millisecond for half a year of visits."""
    case = Case(history, now)
    if not history.visits:
        return Health(State.NEW, "not visited yet")
    findings = list(_findings(case))
    if findings:
        first = findings[0]
        state = State.BROKEN if first.is_broken else State.DEGRADED
        also = tuple(finding.sentence for finding in findings[1:] if finding.cause != first.cause)
        return Health(state, first.sentence, first.cause, first.since, _repair_of(first, now), also)
    return _health_without_findings(case)


def wants_second_look(history: SourceHistory, now: dt.datetime) -> bool:
    """Tell whether the visit that begins now should read the home page, too, for its `second_look`."""
    return wants_look(Case(history, now))


def _findings(case: Case) -> Iterator[Finding]:
    return chain(
        unvisited_findings(case),
        index_findings(case),
        page_findings(case),
        index_content_findings(case),
        endless_findings(case),
        stale_findings(case),
        part_findings(case),
        fickle_findings(case),
        garbled_page_findings(case),
        article_findings(case),
        moved_findings(case),
        silence_findings(case),
    )


def _repair_of(finding: Finding, now: dt.datetime) -> Repair:
    if finding.cause in REPAIRS:
        return REPAIRS[finding.cause]
    if now - finding.since >= GIVEN_UP_AFTER:
        return Repair.RETIRE
    return Repair.TELL_HUMAN if now - finding.since >= WORTH_A_PERSON_AFTER else Repair.WAIT


def _health_without_findings(case: Case) -> Health:
    first = case.visits[0].at
    if case.now - first < NEW_FOR or len(case.visits) < NEW_VISITS:
        return Health(State.NEW, f"watched since {case.day(first)}: too little is known of it yet")
    if case.rhythm.silence < QUIET_AT and case.history.kind != SourceKind.STANDING:
        witness = ", and the home page shows nothing newer" if home_agrees(case) else ""
        words = f"{silence_words(case)}{witness}"
        return Health(State.QUIET, words, Cause.PAUSE, case.rhythm.last, Repair.WAIT)
    expected_count, seen_count = _expected_and_seen(case)
    expected = "" if expected_count is None else f", {expected_count:.0f} expected"
    return Health(State.HEALTHY, f"{seen_count:,} new in {VOLUME_DAYS} days{expected}")


def _expected_and_seen(case: Case) -> tuple[float | None, int]:
    since = case.now - VOLUME_DAYS * DAY
    counts = [(visit.at, visit.new_count) for visit in case.visits[1:] if visit.new_count]
    seen = sum(count for _, count in takewhile(lambda pair: pair[0] >= since, reversed(counts)))
    first = case.visits[0].at
    return case.rhythm.expected_count([(first, 0), *counts], since), seen


def volume_of(history: SourceHistory, now: dt.datetime) -> Volume:
    """Sum up how much a source gave and how it answered."""
    case = Case(history, now)
    since = now - VOLUME_DAYS * DAY
    expected_count, seen_count = _expected_and_seen(case)
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
