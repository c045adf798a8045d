"""When a source is visited again: often while it publishes, seldom while it rests, never against its server's word.

Pure rules of plain values. What the visits taught is a `Pace`, a few dozen numbers that are kept as JSON on the
source's row; `next_visit_after` and `next_try_after` decide. How much to believe "not modified" is in `validators.py`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Annotated

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    ValidationError,
)

HOURS, WEEKDAYS = 24, 7
HALF_LIFE = dt.timedelta(days=42)
MAX_GAP = dt.timedelta(days=7)
MAX_NEW_COUNTED = 5  # a batch put online at once is one habit, not many
PRIOR_DAYS = 2.0
PRIOR_PER_HOUR = 0.5
PRIOR_PER_WEEKDAY = 3.0
LEAST_LIVELY = 0.1
SHARPNESS = 1.25
NEIGHBOURS = ((-2, 1 / 9), (-1, 2 / 9), (0, 3 / 9), (1, 2 / 9), (2, 1 / 9))
JITTER_SHARE = 0.2
MIN_WINDOW = 5
MAX_PRIMING = 30

MINUTE = dt.timedelta(minutes=1)
FIRST_RETRY = dt.timedelta(minutes=10)
RETRY_CREDIT = 6.0
CREDIT_PER_VISIT = 0.25
LONGEST_RETRY_AFTER = dt.timedelta(days=7)
LONGEST_HINT = dt.timedelta(hours=6)  # what asks for more was set once and forgotten
RELAXATION = 0.95


@dataclass(frozen=True)
class PaceRules:
    """How eager visits are and what bounds them; the defaults are those that benchmarks/politeness.py measures.

    A source with one new item in `g` minutes is visited every `eagerness * sqrt(g)` minutes on the average.
    """

    eagerness: float = 2.4
    shortest: dt.timedelta = dt.timedelta(minutes=15)
    longest: dt.timedelta = dt.timedelta(hours=24)


RULES = PaceRules()


@dataclass(frozen=True)
class Hints:
    """What a publisher says about how often to come: `<ttl>`, `sy:updatePeriod`, skipHours and skipDays, max-age.

    Hours are UTC, weekdays count from Monday as 0.
    """

    ttl_minutes: float | None = None
    update_minutes: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    max_age_minutes: float | None = None

    @property
    def least_wait(self) -> dt.timedelta:
        """How long the publisher's copies are good for, at most six hours; `sy:updatePeriod` forbids nothing."""
        minutes = max(self.ttl_minutes or 0, self.max_age_minutes or 0)
        return min(minutes * MINUTE, LONGEST_HINT)


NO_HINTS = Hints()


@dataclass(frozen=True)
class VisitYield:
    """What a visit found: how many of the `offered_count` items of its indexes were new."""

    at: dt.datetime
    new_count: int = 0
    offered_count: int = 0
    hints: Hints = NO_HINTS
    is_first: bool = False
    """Whether all is new because the source is, which says nothing about how often it publishes."""


@dataclass(frozen=True)
class VisitFailure:
    """A visit that found nothing out; `is_throttled` when the server said that we come too often (429, 503)."""

    at: dt.datetime
    retry_after: dt.timedelta | None = None
    is_throttled: bool = False


class Pace(BaseModel):
    """What a source's visits taught: how much it publishes, in which hours (UTC) and on which weekdays.

    `model_dump(mode="json")` gives the value that the source's row keeps, a few hundred bytes.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    start_minutes: PositiveFloat
    visited_at: AwareDatetime | None = None
    watched_minutes: NonNegativeFloat = 0.0
    by_hour: Annotated[tuple[NonNegativeFloat, ...], Field(min_length=HOURS, max_length=HOURS)] = (0.0,) * HOURS
    by_weekday: Annotated[tuple[NonNegativeFloat, ...], Field(min_length=WEEKDAYS, max_length=WEEKDAYS)] = (
        0.0,
    ) * WEEKDAYS
    failure_count: NonNegativeInt = 0
    retry_credit: NonNegativeFloat = RETRY_CREDIT
    floor_minutes: NonNegativeFloat = 0.0
    """Raised when the server said that we come too often, and lowered by each visit that it answers."""

    @property
    def items_per_week(self) -> float:
        """How much it publishes, as far as visits have shown; 0 before any."""
        return sum(self.by_hour) / self.watched_minutes * 60 * HOURS * WEEKDAYS if self.watched_minutes else 0.0


@dataclass(frozen=True)
class NextVisit:
    """When a source is due again, and what is remembered until then."""

    due_at: dt.datetime
    pace: Pace


def pace_from(kept: Mapping[str, object] | None, start_minutes: float) -> Pace:
    """Read a pace as the row keeps it; what is missing, or was written by other rules, begins anew."""
    try:
        return Pace.model_validate({**(kept or {}), "start_minutes": start_minutes})
    except ValidationError:
        return Pace(start_minutes=start_minutes)


def pace_primed_by(published: Sequence[dt.date], *, start_minutes: float, now: dt.datetime) -> Pace:
    """Begin with what an index says of itself: the dates of its newest items tell how often it publishes.

    Plain dates teach weekdays, aware datetimes hours as well. The whole counts as a few items only, so that what
    visits show soon outweighs it.
    """
    known = sorted(moment for moment in map(_moment, published) if moment <= now)[-MAX_PRIMING:]
    if len(known) < MIN_WINDOW:
        return Pace(start_minutes=start_minutes)
    weight = MIN_WINDOW / len(known)
    by_hour, by_weekday = [0.0] * HOURS, [0.0] * WEEKDAYS
    for moment in known:
        by_weekday[moment.weekday()] += weight
        for hour in [moment.hour] if moment.time() != dt.time() else range(HOURS):
            by_hour[hour] += weight if moment.time() != dt.time() else weight / HOURS
    return Pace(
        start_minutes=start_minutes,
        watched_minutes=max((now - known[0]) / MINUTE, 60.0) * weight,
        by_hour=tuple(by_hour),
        by_weekday=tuple(by_weekday),
    )


def _moment(date: dt.date) -> dt.datetime:
    if isinstance(date, dt.datetime):
        return date.astimezone(dt.UTC)
    return dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)


def next_visit_after(pace: Pace, seen: VisitYield, *, jitter: float, rules: PaceRules = RULES) -> NextVisit:
    """Decide when to come again after a visit that was answered; `jitter` in 0..1 keeps hosts from waves of visits.

    Visits are spread so that their rate follows the square root of the publication rate between sources, which
    costs the fewest visits for a mean delay (Sia, Cho and Cho, Efficient Monitoring Algorithm for Fast News Alerts,
    IEEE TKDE 2007), and a little more sharply the source's own rhythm within its week.
    """
    learned = _learned(pace, seen)
    wait = _wait(learned, seen.at, jitter=jitter, rules=rules)
    if seen.is_first and seen.hints.update_minutes:
        wait = max(wait, min(seen.hints.update_minutes * MINUTE, rules.longest))
    if pace.visited_at and seen.offered_count >= MIN_WINDOW and 2 * seen.new_count >= seen.offered_count:
        # Most of the index is new: some items may have come and gone unseen.
        wait = wait if seen.is_first else min(wait, (seen.at - pace.visited_at) / 2)
    floor = max(rules.shortest, seen.hints.least_wait, learned.floor_minutes * MINUTE)
    due_at = seen.at + min(max(wait, floor), max(rules.longest, floor))
    return NextVisit(_outside_rest(due_at, seen.hints, jitter=jitter), learned)


def next_try_after(pace: Pace, failed: VisitFailure, *, jitter: float, rules: PaceRules = RULES) -> NextVisit:
    """Decide when to try again after a failure: each wait is twice the last, and never shorter than Retry-After.

    Quick retries are paid from a credit that answered visits fill again slowly; a source that keeps failing now and
    then is tried no more often than it would be visited.
    """
    failure_count = pace.failure_count + 1
    wait = min(FIRST_RETRY * 2.0 ** min(failure_count - 1, 20), rules.longest)
    ordinary = _wait(pace, failed.at, jitter=0.5, rules=rules)
    has_credit = pace.retry_credit >= 1 and not failed.is_throttled
    wait = wait if has_credit else max(wait, min(ordinary, rules.longest))
    wait *= 1 + JITTER_SHARE * jitter
    asked = min(failed.retry_after or dt.timedelta(0), LONGEST_RETRY_AFTER)
    floor = pace.floor_minutes
    if failed.is_throttled:
        floor = min(2 * max(floor, rules.shortest / MINUTE), rules.longest / MINUTE)
        wait = max(wait, floor * MINUTE)
    credit = max(0.0, pace.retry_credit - 1) if has_credit else pace.retry_credit
    tried = {"failure_count": failure_count, "retry_credit": credit, "floor_minutes": floor}
    return NextVisit(failed.at + max(wait, asked), pace.model_copy(update=tried))


def slower(kept: Mapping[str, object] | None, start_minutes: float, rules: PaceRules = RULES) -> Pace:
    """Give a pace whose visits are twice as far apart; answered visits lead slowly back to the ordinary one."""
    pace = pace_from(kept, start_minutes)
    least = 2 * max(pace.floor_minutes, _ordinary_minutes(pace, rules))
    return pace.model_copy(update={"floor_minutes": min(least, rules.longest / MINUTE)})


def _ordinary_minutes(pace: Pace, rules: PaceRules) -> float:
    return max(rules.eagerness * math.sqrt(_gap_minutes(pace, rules)), rules.shortest / MINUTE)


def _learned(pace: Pace, seen: VisitYield) -> Pace:
    """Add a visit to what is known; the items found since the last one are ascribed to the likely hours between."""
    floor = pace.floor_minutes * RELAXATION
    answered = {
        "visited_at": seen.at,
        "failure_count": 0,
        "retry_credit": min(RETRY_CREDIT, pace.retry_credit + CREDIT_PER_VISIT),
        "floor_minutes": floor if floor > 1 else 0.0,
    }
    if pace.visited_at is None or seen.at <= pace.visited_at or seen.is_first:
        return pace.model_copy(update=answered)
    gap = seen.at - pace.visited_at
    kept = 0.5 ** (gap / HALF_LIFE)
    by_hour = [count * kept for count in pace.by_hour]
    by_weekday = [count * kept for count in pace.by_weekday]
    for moment, share in _likely_times(pace, max(pace.visited_at, seen.at - MAX_GAP), seen.at):
        by_hour[moment.hour] += share * min(seen.new_count, MAX_NEW_COUNTED)
        by_weekday[moment.weekday()] += share * min(seen.new_count, MAX_NEW_COUNTED)
    learned = {
        "watched_minutes": round(pace.watched_minutes * kept + gap / MINUTE, 2),
        "by_hour": tuple(round(count, 4) for count in by_hour),
        "by_weekday": tuple(round(count, 4) for count in by_weekday),
    }
    return pace.model_copy(update=answered | learned)


def _likely_times(pace: Pace, start: dt.datetime, end: dt.datetime) -> list[tuple[dt.datetime, float]]:
    """Share one item out over the hours in which it may have appeared, by how lively they are."""
    week = _liveliness(pace)
    pieces = [(moment, week[moment.weekday()][moment.hour] * minutes) for moment, minutes in _hours(start, end)]
    whole = sum(weight for _, weight in pieces)
    return [(moment, weight / whole) for moment, weight in pieces]


def _hours(start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, float]]:
    """Cut a span at the full hours (UTC): each piece's beginning and its minutes."""
    moment, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    while moment < end:
        following = min(end, moment.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1))
        yield moment, (following - moment) / MINUTE
        moment = following


def _liveliness(pace: Pace) -> list[list[float]]:
    """Tell for each weekday and hour how many times more than on the average is published then."""
    whole = sum(pace.by_hour)
    hours = [
        (sum(share * pace.by_hour[(hour + offset) % HOURS] for offset, share in NEIGHBOURS) + PRIOR_PER_HOUR)
        / (whole / HOURS + PRIOR_PER_HOUR)
        for hour in range(HOURS)
    ]
    days = [(count + PRIOR_PER_WEEKDAY) / (whole / WEEKDAYS + PRIOR_PER_WEEKDAY) for count in pace.by_weekday]
    return [[max(day * hour, LEAST_LIVELY) for hour in hours] for day in days]


def _wait(pace: Pace, now: dt.datetime, *, jitter: float, rules: PaceRules) -> dt.timedelta:
    """Walk on through the week until the visit is worth while: lively hours count more than quiet ones."""
    sharp = [[math.pow(lively, SHARPNESS) for lively in day] for day in _liveliness(pace)]
    mean = sum(map(sum, sharp)) / (HOURS * WEEKDAYS)
    needed = rules.eagerness * math.sqrt(_gap_minutes(pace, rules)) * (1 + JITTER_SHARE * (jitter - 0.5))
    waited = 0.0
    for moment, minutes in _hours(now, now + rules.longest):
        worth = sharp[moment.weekday()][moment.hour] / mean
        if worth * minutes >= needed:
            return (waited + needed / worth) * MINUTE
        needed -= worth * minutes
        waited += minutes
    return rules.longest


def _gap_minutes(pace: Pace, rules: PaceRules) -> float:
    """Give the mean minutes between two items; before any visit those at which it is visited as its file says."""
    prior_minutes = PRIOR_DAYS * 60 * HOURS
    prior_gap = (pace.start_minutes / rules.eagerness) ** 2
    return (pace.watched_minutes + prior_minutes) / (sum(pace.by_hour) + prior_minutes / prior_gap)


def _outside_rest(due_at: dt.datetime, hints: Hints, *, jitter: float) -> dt.datetime:
    """Leave the hours and days alone in which the publisher wants no visits, unless that is always."""
    moment = due_at.astimezone(dt.UTC)
    for _ in range(HOURS * WEEKDAYS):
        if moment.hour not in hints.skip_hours and moment.weekday() not in hints.skip_days:
            return moment
        moment = moment.replace(minute=int(30 * jitter), second=0, microsecond=0) + dt.timedelta(hours=1)
    return due_at


def max_age_minutes(headers: Mapping[str, str]) -> float | None:
    """Read how long an answer stays fresh (RFC 9111); `headers` have lower-case names."""
    directives = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if any(part in {"no-cache", "no-store"} for part in directives):
        return None
    for part in directives:
        name, _, value = part.partition("=")
        if name == "max-age" and value.strip('" ').isdecimal():
            return min(int(value.strip('" ')[:9]), 10**8) / 60
    return None


def retry_after(headers: Mapping[str, str], *, now: dt.datetime) -> dt.timedelta | None:
    """Read Retry-After, as seconds or as a date (RFC 9110); None where there is none that can be read."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return dt.timedelta(seconds=min(int(value[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    wait: dt.timedelta = (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) - now
    return max(wait, dt.timedelta(0))
