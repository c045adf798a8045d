"""What the rules of health look at and what they find: a source's case, causes and findings; shared by all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import takewhile

from crawler.health.observations import IndexSeen, SourceHistory, Visit
from crawler.health.rhythm import Rhythm
from crawler.health.words import ENTRY_NAMES, INDEX_NAMES, day_words

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
CHANCE_DAYS = 28
CHANCE_IN_28_DAYS = 0.015
MOST_CHANCE, LEAST_CHANCE = 4e-3, 1e-7


class Cause(StrEnum):
    """Why a source is not healthy."""

    DNS = "dns"
    TLS = "tls"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    SLOW = "slow"
    BROKEN_OFF = "broken-off"
    TOO_LARGE = "too-large"
    REDIRECT_LOOP = "redirect-loop"
    DECODE = "decode"
    UNRENDERED = "unrendered"
    ROBOTS = "robots"
    UNASKED = "unasked"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate-limited"
    STATUS = "status"
    CHALLENGE = "challenge"
    CAPTCHA = "captcha"
    LOGIN_WALL = "login-wall"
    CONSENT_WALL = "consent-wall"
    SOFT_404 = "soft-404"
    NOT_A_FEED = "not-a-feed"
    MALFORMED = "malformed"
    EMPTY = "empty"
    LIST_CHANGED = "list-changed"
    MOVED = "moved"
    PARTIAL_OUTAGE = "partial-outage"
    ENDLESS = "endless"
    DUPLICATES = "duplicates"  # many entries, one address
    STALE = "stale"  # stands still while the publisher goes on
    SILENT = "silent"  # nothing new, and nobody knows why
    UNDATED = "undated"
    REDATED = "redated"
    GARBLED = "garbled"
    BOILERPLATE = "boilerplate"  # pages without their articles' text
    UNVISITED = "unvisited"
    PAUSE = "pause"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its cause, since when, one sentence, and whether nothing comes in any more."""

    cause: Cause
    since: dt.datetime
    sentence: str
    is_broken: bool = False


@dataclass
class Reading:
    """What an index showed from a moment on, at so many visits."""

    at: dt.datetime
    seen: IndexSeen
    visit_count: int = 1


@dataclass(frozen=True)
class Case:
    """A source's history as the rules look at it, at a moment."""

    history: SourceHistory
    now: dt.datetime

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits, the oldest first."""
        return self.history.visits

    @property
    def index(self) -> str:
        """What its index is called."""
        return INDEX_NAMES[self.history.kind]

    @property
    def entries(self) -> str:
        """What its index consists of."""
        return ENTRY_NAMES[self.history.kind]

    @cached_property
    def rhythm(self) -> Rhythm:
        """When it published; what the first visit finds is its past, not news."""
        start = self.visits[0].at if self.visits else self.now
        days = sorted({day for day in self.history.earlier if day < start.date()})
        earlier = tuple(dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC) for day in days)
        found = tuple(visit.at for visit in self.visits[1:] if visit.new_count)
        return Rhythm(earlier + found, start, self.now, self.history.country)

    @property
    def interval(self) -> dt.timedelta:
        """The publishing interval, a day while it is unknown."""
        return self.rhythm.interval or DAY

    @cached_property
    def alpha(self) -> float:
        """How improbable a change must be: the more articles come in, the more often chance has its say."""
        since = self.now - CHANCE_DAYS * DAY
        count = sum(visit.new_count for visit in takewhile(lambda visit: visit.at >= since, reversed(self.visits)))
        return min(MOST_CHANCE, max(LEAST_CHANCE, CHANCE_IN_28_DAYS / max(1, count)))

    def day(self, moment: dt.datetime) -> str:
        """Say a day."""
        return day_words(moment, self.now)

    def patience(self, least: dt.timedelta) -> dt.timedelta:
        """Say how long something must last: longer where waiting misses little, a day at most."""
        return max(least, min(self.interval / 8, DAY))

    @cached_property
    def reads(self) -> dict[str, list[Reading]]:
        """The readings of each of the source's own addresses; visits that showed the same are one.

        Problems are left out; an answer that nothing changed repeats the reading before it.
        """
        found: dict[str, list[Reading]] = {}
        for visit in self.visits:
            for seen in visit.main_indexes:
                readings = found.get(seen.url)
                if readings and (seen.is_unchanged or readings[-1].seen.figures == seen.figures):
                    readings[-1].visit_count += 1
                elif seen.chosen_count is not None:
                    found.setdefault(seen.url, []).append(Reading(visit.at, seen))
        return found

    def confirming_visits(self, url: str, since: dt.datetime) -> list[Visit]:
        """List the visits from a moment on at which an address was answered, be it that nothing changed."""
        recent: list[Visit] = []
        for visit in reversed(self.visits):
            if visit.at < since:
                break
            if any(seen.url == url and seen.problem is None for seen in visit.main_indexes):
                recent.append(visit)
        return recent[::-1]

    def is_lasting(self, visits: Sequence[Visit], *, least: dt.timedelta, visit_count: int = 2) -> bool:
        """Tell whether visits that show the same are enough of them over long enough, so that one alone is no alarm."""
        if len(visits) < visit_count:
            return False
        return visits[-1].at - visits[0].at >= self.patience(least)
