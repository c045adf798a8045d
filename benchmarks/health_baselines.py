"""What others do: three common rules that watch the same visits, for comparison."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence

from crawler.health.case import Cause
from crawler.health.observations import IndexSeen, ProblemCode, Visit

Rule = Callable[[Sequence[Visit], dt.datetime], Cause | None]
DAY = dt.timedelta(days=1)
WINDOW_DAYS = 28
MIN_DAYS = 14
DEVIATIONS = 2.0
HTTP_ERROR = 400
NO_ANSWER = {
    ProblemCode.DNS,
    ProblemCode.TLS,
    ProblemCode.REFUSED,
    ProblemCode.TIMEOUT,
    ProblemCode.SLOW,
    ProblemCode.BROKEN_OFF,
    ProblemCode.REDIRECT_LOOP,
    ProblemCode.TOO_LARGE,
}


def http_status_only(visits: Sequence[Visit], now: dt.datetime) -> Cause | None:
    """Alarm when two visits in a row met an error status or no answer; it names that."""
    del now
    failed = [_http_failure(visit) for visit in visits[-2:]]
    return Cause(failed[-1]) if len(failed) > 1 and None not in failed and failed[-1] else None


def _http_failure(visit: Visit) -> ProblemCode | None:
    return next((seen.problem for seen in visit.main_indexes if _is_http_failure(seen)), None)


def _is_http_failure(seen: IndexSeen) -> bool:
    return seen.problem in NO_ANSWER or (seen.status or 0) >= HTTP_ERROR


def zero_items_only(visits: Sequence[Visit], now: dt.datetime) -> Cause | None:
    """Alarm when two visits in a row read no items at all; it can only say that there are none."""
    del now
    are_empty = [not any(seen.chosen_count or seen.is_unchanged for seen in visit.indexes) for visit in visits[-2:]]
    return Cause.EMPTY if len(are_empty) > 1 and all(are_empty) else None


def mean_and_deviation(visits: Sequence[Visit], now: dt.datetime) -> Cause | None:
    """Alarm when yesterday's new items were two standard deviations below the mean of the 28 days before."""
    first = visits[0].at.date() + DAY
    yesterday = now.date() - DAY
    days = min(WINDOW_DAYS, (yesterday - first).days)
    if days < MIN_DAYS:
        return None
    counts = Counter[dt.date]()
    for visit in reversed(visits):
        if visit.at.date() < yesterday - days * DAY:
            break
        counts[visit.at.date()] += visit.new_count
    before = [counts[yesterday - number * DAY] for number in range(1, days + 1)]
    mean = statistics.fmean(before)
    deviation = math.sqrt(statistics.fmean((count - mean) ** 2 for count in before))
    return Cause.SILENT if counts[yesterday] < mean - DEVIATIONS * deviation else None


RULES: dict[str, Rule] = {
    "HTTP status only": http_status_only,
    "zero items only": zero_items_only,
    "mean and deviation, 28 days": mean_and_deviation,
}
NAMED_BY = {  # a rule that only sees numbers is right about what is nothing but a number
    "zero items only": {Cause.EMPTY, Cause.LIST_CHANGED},
    "mean and deviation, 28 days": {Cause.STALE, Cause.SILENT},
}
