"""How often a source publishes, and how unusual its silence is; apart because it is statistics and knows no faults.

Days with new items ("occasions") are far apart or close together by the week's rhythm and by bursts. Silence is
therefore measured in days weighted by weekday and season, and its probability follows a Lomax distribution: gaps
that are exponential at a rate which itself varies (the gap form of the negative binomial for counts). Of the models
that benchmarks/health_gaps.py compares it finds most frozen feeds at the same rate of false alarms.
"""

from __future__ import annotations

import datetime as dt
import statistics
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, cycle, islice, pairwise
from operator import mul

WEEK_DAYS = 7
WEEKEND = 5
PRIOR_OCCASIONS = 14.0  # how many occasions a source needs until its own week outweighs the usual one
USUAL_WEEKDAY, USUAL_WEEKEND_DAY = 1.2, 0.5
PAUSE_PACE = 0.35
PRIOR_GAPS = 6.0
USUAL_GAP_VARIATION = 1.3  # squared coefficient of variation of gaps between occasions; 1 is a Poisson process
MIN_GAP_VARIATION = 1.05
MOST_REGULAR_SHAPE = 40.0
FEWEST_GAPS_FOR_VARIATION = 3
DAY = dt.timedelta(days=1)

AUGUST = frozenset({"FR", "IT", "ES", "BE", "LU", "PT", "GR", "EU-ESA", "AT", "DE", "CH", "SE", "DK", "FI", "NO", "UN"})
LUNAR_NEW_YEAR = {
    2020: (1, 25),
    2021: (2, 12),
    2022: (2, 1),
    2023: (1, 22),
    2024: (2, 10),
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
    2028: (1, 26),
    2029: (2, 13),
    2030: (2, 3),
    2031: (1, 23),
    2032: (2, 11),
    2033: (1, 31),
    2034: (2, 19),
    2035: (2, 8),
}
LUNAR_NEW_YEAR_DAYS = {"CN": (-2, 9), "KR": (-1, 2), "SG": (-1, 2), "VN": (-2, 6)}
FIXED_PAUSES = {
    "CN": (((10, 1), (10, 7)), ((5, 1), (5, 5))),
    "JP": (((4, 29), (5, 5)), ((8, 11), (8, 16))),
    "RU": (((1, 1), (1, 9)), ((5, 1), (5, 10))),
}
TURN_OF_YEAR = (((12, 22), (12, 31)), ((1, 1), (1, 3)))


def pace_on(day: dt.date, country: str | None) -> float:
    """Say how much a publisher of this country is expected to work on a day, 1 but for its usual pauses."""
    date = (day.month, day.day)
    pauses = [*TURN_OF_YEAR, *FIXED_PAUSES.get(country or "", ())]
    if country in AUGUST:
        pauses.append(((8, 1), (8, 26)))
    if any(first <= date <= last for first, last in pauses) or _is_lunar_new_year(day, country):
        return PAUSE_PACE
    return 1.0


def paces_from(first: dt.date, count: int, country: str | None) -> list[float]:
    """List the paces of so many days."""
    paces: list[float] = []
    for year in range(first.year, (first + count * DAY).year + 1):
        paces += _paces_of_year(year, country)
    start = (first - dt.date(first.year, 1, 1)).days
    return paces[start : start + count]


@lru_cache(maxsize=256)
def _paces_of_year(year: int, country: str | None) -> tuple[float, ...]:
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    return tuple(pace_on(first + number * DAY, country) for number in range((after - first).days))


def _is_lunar_new_year(day: dt.date, country: str | None) -> bool:
    if country not in LUNAR_NEW_YEAR_DAYS or day.year not in LUNAR_NEW_YEAR:
        return False
    before, after = LUNAR_NEW_YEAR_DAYS[country]
    return before <= (day - dt.date(day.year, *LUNAR_NEW_YEAR[day.year])).days <= after


@dataclass(frozen=True)
class Rhythm:
    """When a source published, from `start` to `now`: the moments at which something new was found, in order."""

    occasions: tuple[dt.datetime, ...]
    start: dt.datetime
    now: dt.datetime
    country: str | None = None

    @cached_property
    def _days(self) -> tuple[dt.datetime, ...]:
        """The first occasion of each day."""
        return tuple({moment.date(): moment for moment in reversed(self.occasions)}.values())[::-1]

    @cached_property
    def _weekday_paces(self) -> tuple[float, ...]:
        counts = [
            PRIOR_OCCASIONS / WEEK_DAYS * (USUAL_WEEKDAY if day < WEEKEND else USUAL_WEEKEND_DAY)
            for day in range(WEEK_DAYS)
        ]
        for moment in self._days:
            counts[moment.weekday()] += 1
        return tuple(WEEK_DAYS * count / sum(counts) for count in counts)

    @cached_property
    def _first_day(self) -> dt.datetime:
        first = min(self.start, self.occasions[0]) if self.occasions else self.start
        return first.replace(hour=0, minute=0, second=0, microsecond=0)

    @cached_property
    def _elapsed(self) -> tuple[float, ...]:
        """Working days from the first day to the beginning of each day, one more than there are."""
        first, count = self._first_day.date(), (self.now - self._first_day).days + 2
        weekday = first.weekday()
        by_weekday = islice(cycle(self._weekday_paces), weekday, weekday + count)
        return tuple(accumulate(map(mul, by_weekday, paces_from(first, count, self.country)), initial=0.0))

    def _at(self, moment: dt.datetime) -> float:
        """Give a moment in working days."""
        days = (moment - self._first_day) / DAY
        whole = min(max(int(days), 0), len(self._elapsed) - 2)
        return self._elapsed[whole] + (days - whole) * (self._elapsed[whole + 1] - self._elapsed[whole])

    def working_days(self, since: dt.datetime, until: dt.datetime) -> float:
        """Measure a time in days weighted by how much is usually published on each."""
        return self._at(until) - self._at(since)

    @cached_property
    def gaps(self) -> tuple[float, ...]:
        """Working days between occasions on different days."""
        moments = [self._at(moment) for moment in self._days]
        return tuple(later - earlier for earlier, later in pairwise(moments))

    @cached_property
    def mean_gap(self) -> float | None:
        """The mean gap in working days; None while there is none."""
        return statistics.fmean(self.gaps) if self.gaps else None

    @cached_property
    def interval(self) -> dt.timedelta | None:
        """The publishing interval: the mean time between days on which something was published, at least a day."""
        if not self.gaps:
            return None
        return max((self._days[-1] - self._days[0]) / len(self.gaps), DAY)

    @property
    def last(self) -> dt.datetime | None:
        """The last occasion."""
        return self.occasions[-1] if self.occasions else None

    @cached_property
    def silence(self) -> float:
        """The probability that a silence as long as the present one comes by chance; 1 while too little is known."""
        if self.mean_gap is None or self.last is None:
            return 1.0
        open_gap = self.working_days(self.last, self.now)
        shape = min(self._shape, 2.0 * len(self.gaps) + 4)  # few gaps tell little of the rate
        return float((1 + open_gap / (max(self.mean_gap, 0.5) * (shape - 1))) ** -shape)

    @cached_property
    def _shape(self) -> float:
        """The Lomax shape of the gaps by their squared coefficient of variation, shrunk to the usual one."""
        count = len(self.gaps)
        own = _variation(self.gaps) if count > FEWEST_GAPS_FOR_VARIATION else 1.0
        variation = (own * count + USUAL_GAP_VARIATION * PRIOR_GAPS) / (count + PRIOR_GAPS)
        return 2 * variation / (variation - 1) if variation > MIN_GAP_VARIATION else MOST_REGULAR_SHAPE

    @property
    def longest_pause(self) -> dt.timedelta | None:
        """The longest time between two occasions, so far."""
        return max((later - earlier for earlier, later in pairwise(self._days)), default=None)

    def expected_count(self, counts: Sequence[tuple[dt.datetime, int]], since: dt.datetime) -> float | None:
        """Expect as many items from `since` on as the time before gave, by moments and counts in order.

        None where that was less than a week.
        """
        first = counts[0][0] if counts else self.now
        before = sum(count for moment, count in counts[: bisect_right(counts, since, key=lambda pair: pair[0])])
        span = self.working_days(first, since)
        return before / span * self.working_days(since, self.now) if span >= WEEK_DAYS else None


def _variation(gaps: Sequence[float]) -> float:
    mean = statistics.fmean(gaps)
    return statistics.fmean((gap - mean) ** 2 for gap in gaps) / mean**2
