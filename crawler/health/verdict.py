"""The health of a source: a state, one sentence of cause and a proposed repair, decided from what its visits showed.

Pure; the rules stand in `causes` (cannot be read), `pages` and `rereads` (article pages fail), `contents` (not what
it was) and `silence` (nothing new). The first finding in their order is the cause; a single bad
visit is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from crawler.health.bounds import bound_findings
from crawler.health.case import DAY, Case, Cause, Finding
from crawler.health.causes import (
    endless_findings,
    fickle_findings,
    index_findings,
    moved_findings,
    part_findings,
    unvisited_findings,
)
from crawler.health.contents import article_findings, garbled_page_findings, index_content_findings
from crawler.health.observations import SourceHistory
from crawler.health.pages import page_findings
from crawler.health.rereads import reread_findings, wants_page
from crawler.health.silence import QUIET_AT, home_agrees, silence_findings, silence_words, stale_findings, wants_look
from crawler.health.volumes import VOLUME_DAYS, expected_and_seen
from models.vocabulary import HealthState as State
from models.vocabulary import Repair, SourceKind

NEW_FOR = 7 * DAY
NEW_VISITS = 4
GIVEN_UP_AFTER = 60 * DAY
WORTH_A_PERSON_AFTER = 14 * DAY


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
    Cause.UNRENDERED: Repair.TELL_HUMAN,
    Cause.ROBOTS: Repair.ASK_PUBLISHER,
    Cause.UNASKED: Repair.TELL_HUMAN,
    Cause.GONE: Repair.LOOK_ANEW,
    Cause.FORBIDDEN: Repair.ASK_PUBLISHER,
    Cause.RATE_LIMITED: Repair.SLOW_DOWN,
    Cause.CHALLENGE: Repair.SLOW_DOWN,
    Cause.CAPTCHA: Repair.SLOW_DOWN,
    Cause.LOGIN_WALL: Repair.ASK_PUBLISHER,
    Cause.CONSENT_WALL: Repair.ASK_PUBLISHER,
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
class Health:
    """What the owner is told."""

    state: State
    sentence: str
    cause: Cause | None = None
    since: dt.datetime | None = None
    repair: Repair = Repair.NOTHING
    also: tuple[str, ...] = ()
    """Further findings, one sentence each."""


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


def wants_reread(history: SourceHistory, now: dt.datetime) -> bool:
    """Tell whether the visit that begins now should read a known article's page again, for its `reread`."""
    return wants_page(Case(history, now))


def _findings(case: Case) -> Iterator[Finding]:
    return chain(
        unvisited_findings(case),
        index_findings(case),
        bound_findings(case),
        page_findings(case),
        index_content_findings(case),
        endless_findings(case),
        stale_findings(case),
        part_findings(case),
        fickle_findings(case),
        reread_findings(case),
        garbled_page_findings(case),
        article_findings(case),
        moved_findings(case),
        silence_findings(case),
    )


def _repair_of(finding: Finding, now: dt.datetime) -> Repair:
    if finding.cause is Cause.MOVED and finding.is_broken:
        return Repair.LOOK_ANEW  # where it moved to is nothing that can be read
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
    expected_count, seen_count = expected_and_seen(case)
    expected = "" if expected_count is None else f", {expected_count:.0f} expected"
    return Health(State.HEALTHY, f"{seen_count:,} new in {VOLUME_DAYS} days{expected}")
