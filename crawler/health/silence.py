"""Silence: a publisher's pause, a feed that stands still while the publisher goes on, or nobody knows.

The index alone cannot tell these apart soon. A second look at another page of the site (its home page) can: it is
asked for when the silence is longer than usual, and now and then in good times, to know what it usually shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from crawler.health.case import DAY, HOUR, Case, Cause, Finding
from crawler.health.observations import SecondLook
from crawler.health.words import counted_words, span_words
from models.vocabulary import SourceKind

LOOK_AT = 0.3  # probability of as long a silence
QUIET_AT = 0.05
SILENT_AT = 3e-4
SILENT_THOUGH_HOME_AGREES_AT = 1e-6
LOOK_AGAIN_AFTER = 6 * HOUR
CALIBRATE_AFTER = 28 * DAY
MIN_VISITS = 3
REFERENCES = 6
FRUITLESS_LOOKS = 3
Look = tuple[dt.datetime, SecondLook]


def wants_look(case: Case) -> bool:
    """Tell whether the next visit should look at the home page, too."""
    if case.history.kind == SourceKind.STANDING or len(case.visits) < MIN_VISITS or case.visits[-1].problem:
        return False
    looks = _looks(case)
    last = looks[-1][0] if looks else None
    if last is None or case.now - last >= CALIBRATE_AFTER:
        return True
    if len(looks) >= FRUITLESS_LOOKS and all(look.problem for _, look in looks[-FRUITLESS_LOOKS:]):
        return False
    usual, recent = _looks_before_and_in_silence(case)
    is_odd = usual is not None and bool(recent) and recent[-1].unknown_count > usual
    spacing = LOOK_AGAIN_AFTER if is_odd or not recent else max(LOOK_AGAIN_AFTER, case.interval / 2)
    return case.rhythm.silence < LOOK_AT and case.now - last >= spacing


def _looks(case: Case) -> list[Look]:
    return [(visit.at, visit.second_look) for visit in case.visits if visit.second_look is not None]


def _last_new(case: Case) -> dt.datetime:
    return case.rhythm.last or case.visits[0].at


def stale_findings(case: Case) -> Iterator[Finding]:
    """Find an index that stands still while the home page, looked at twice, shows articles that it lacks."""
    if case.visits[-1].problem is not None or case.rhythm.silence >= LOOK_AT:
        return
    usual, recent = _looks_before_and_in_silence(case)
    if usual is not None and len(recent) > 1 and min(look.unknown_count for look in recent[-2:]) > usual:
        since = _last_new(case)
        articles = counted_words(recent[-1].unknown_count, "article")
        words = f"nothing new since {case.day(since)}, while the home page shows {articles} that it lacks"
        yield Finding(Cause.STALE, since, f"{case.index} stands still: {words}", is_broken=True)


def _looks_before_and_in_silence(case: Case) -> tuple[int | None, list[SecondLook]]:
    """Give how many unknown articles the home page showed at most before, and the looks since the last news.

    The first look of all was taken to know what is usual, whenever it was.
    """
    since = _last_new(case)
    looks = [(at, look) for at, look in _looks(case) if look.problem is None]
    before = [look for number, (at, look) in enumerate(looks) if at <= since or number == 0]
    usual = max((look.unknown_count for look in before[-REFERENCES:]), default=None)
    return usual, [look for at, look in looks[1:] if at > since]


def silence_findings(case: Case) -> Iterator[Finding]:
    """Find a silence that is too long for a pause, by far so where the home page shows nothing newer either."""
    if case.history.kind == SourceKind.STANDING:
        return
    limit, least = (SILENT_THOUGH_HOME_AGREES_AT, 45 * DAY) if home_agrees(case) else (SILENT_AT, 10 * DAY)
    since = _last_new(case)
    if case.rhythm.silence < limit and case.now - since >= least:
        yield Finding(Cause.SILENT, since, f"{silence_words(case)}: too long for a pause")


def home_agrees(case: Case) -> bool:
    """Tell whether the last look at the home page, within this silence, showed nothing that the index lacks."""
    usual, recent = _looks_before_and_in_silence(case)
    return usual is not None and bool(recent) and recent[-1].unknown_count <= usual


def silence_words(case: Case) -> str:
    """Say since when nothing is new, and what was usual."""
    words = f"nothing new since {case.day(_last_new(case))}"
    pause = case.rhythm.longest_pause
    if pause is None:
        return words
    usual = f"something was new every {span_words(case.interval)}"
    return f"{words}, where {usual} and the longest pause took {span_words(pause)}"
