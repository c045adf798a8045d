"""Whether something has lastingly changed: tests on series of a source's visits; apart since it is statistics only."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MIN_BEFORE = 4
MAX_ODD_BEFORE = 0.05
UPPER_QUARTILE = 0.75
MIN_SHARE = 0.6
MIN_COUNT = 2
USUAL_LOG_SPREAD = 0.5
PRIOR_TEXTS = 4.0
TRUST_IN_TAIL = 4.0
FALL = 0.4


class Level(NamedTuple):
    """A figure as it was from a moment on, at so many visits."""

    at: dt.datetime
    value: float
    visit_count: int


class Counted(NamedTuple):
    """Of so many things that came in at a moment, `odd_count` were odd."""

    at: dt.datetime
    odd_count: int
    whole_count: int


@dataclass(frozen=True)
class Shift:
    """A lasting change: since when, and the figures before and after it."""

    since: dt.datetime
    before: float
    after: float
    count: int = 0
    """How many things the figure after it is from."""


def level_shift(series: Sequence[Level], is_odd: Callable[[float, float], bool]) -> Shift | None:
    """Find the odd values at the end of a series, where hardly any came before.

    `is_odd(value, usual)` compares with the upper quartile of all visits, so that a change is called one until it has
    lasted for three quarters of the history; the larger the usual value, the odder a small one must be.
    """
    if not series or not is_odd(series[-1].value, max(level.value for level in series)):
        return None
    usual = _upper_quartile(series)
    start = len(series)
    while start and is_odd(series[start - 1].value, usual):
        start -= 1
    before, recent = series[:start], series[start:]
    total = sum(level.visit_count for level in before)
    odd = sum(level.visit_count for level in before if is_odd(level.value, usual))
    if not recent or total < MIN_BEFORE or odd > MAX_ODD_BEFORE * total:
        return None
    middle = statistics.median([level.value for level in before])
    return Shift(recent[0].at, middle, recent[-1].value, sum(level.visit_count for level in recent))


def _upper_quartile(series: Sequence[Level]) -> float:
    ordered = sorted((level.value, level.visit_count) for level in series)
    rest = (1 - UPPER_QUARTILE) * sum(count for _, count in ordered)
    while len(ordered) > 1 and rest > ordered[-1][1]:
        rest -= ordered.pop()[1]
    return ordered[-1][0]


def share_shift(series: Sequence[Counted], alpha: float) -> Shift | None:
    """Find a rise of the share of odd things at the end of a series that has a probability below `alpha` by chance.

    The binomial tail of the last 1, 2, 3, 5, 8 ... entries, under the share of all before them (Jeffreys' prior).
    """
    if not series or series[-1].odd_count < series[-1].whole_count / 2:
        return None
    best: tuple[float, int] | None = None
    for length in _lengths(len(series)):
        recent = series[-length:]
        odd, count = sum(item.odd_count for item in recent), sum(item.whole_count for item in recent)
        if odd < max(MIN_COUNT, MIN_SHARE * count):
            continue
        probability = binomial_tail(odd, count, _usual_share(series[:-length]))
        if probability < alpha and (best is None or probability < best[0]):
            best = probability, length
    return None if best is None else _shift_at(series, best[1])


def _shift_at(series: Sequence[Counted], length: int) -> Shift:
    start = len(series) - length
    while start and series[start - 1].odd_count > series[start - 1].whole_count / 2:
        start -= 1
    while series[start].odd_count == 0:
        start += 1
    recent = series[start:]
    odd, count = sum(item.odd_count for item in recent), sum(item.whole_count for item in recent)
    return Shift(series[start].at, _usual_share(series[:start]), odd / count, count)


def _usual_share(before: Sequence[Counted]) -> float:
    return (sum(item.odd_count for item in before) + 0.5) / (sum(item.whole_count for item in before) + 1)


def _lengths(total: int) -> list[int]:
    lengths, following = [1], 2
    while following < total:
        lengths.append(following)
        following += lengths[-2] if len(lengths) > 1 else 1
    return [length for length in lengths if length < total]


def text_shift(series: Sequence[tuple[dt.datetime, int, int]], alpha: float) -> Shift | None:
    """Find a fall of text lengths at the end of a series of (moment, median characters, number of texts).

    Each moment's median must lie below FALL of the usual one; the chances of as low ones are multiplied.
    """
    lengths = [chars for _, chars, _ in series]
    if not lengths or lengths[-1] >= FALL * max(lengths):
        return None
    usual = sorted(lengths)[round(UPPER_QUARTILE * (len(lengths) - 1))]
    start = len(series)
    while start and lengths[start - 1] < FALL * usual:
        start -= 1
    count = sum(number for _, _, number in series[start:])
    if count < MIN_COUNT or start < MIN_COUNT or start == len(series):
        return None
    probability = math.prod(_chance_of_as_low(chars, lengths[:start]) for chars in lengths[start:])
    typical, after = statistics.median(lengths[:start]), statistics.median(lengths[start:])
    return Shift(series[start][0], typical, after, count) if probability < alpha and after < FALL * typical else None


def _chance_of_as_low(chars: int, before: Sequence[int]) -> float:
    """Give the share of as low ones so far; where there were none, a Student tail of the logarithms says how far off.

    Short notices come in every source, so that the tail alone would promise too much.
    """
    share = (sum(each <= chars for each in before) + 0.5) / (len(before) + 1)
    if share * (len(before) + 1) > 1:
        return share
    logs = [math.log(max(each, 1)) for each in before]
    count, mean = len(logs), statistics.fmean(logs)
    scatter = PRIOR_TEXTS * USUAL_LOG_SPREAD**2 + sum((each - mean) ** 2 for each in logs)
    freedom = PRIOR_TEXTS + count - 1
    spread = math.sqrt(scatter / freedom * (1 + 1 / count))
    return max(student_tail((mean - math.log(max(chars, 1))) / spread, freedom), share / TRUST_IN_TAIL)


def binomial_tail(least: int, count: int, share: float) -> float:
    """Give the probability of `least` or more odd ones among `count`, each odd with probability `share`."""
    hit, miss = math.log(share), math.log1p(-share)
    terms = (_log_choose(count, odd) + odd * hit + (count - odd) * miss for odd in range(least, count + 1))
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _log_choose(count: int, chosen: int) -> float:
    return math.lgamma(count + 1) - math.lgamma(chosen + 1) - math.lgamma(count - chosen + 1)


def student_tail(value: float, freedom: float) -> float:
    """Bound the probability that a Student variable exceeds `value`: sharp far out, where it matters.

    Beyond `value` the density is at most t/`value` times itself, and that has an integral in closed form.
    """
    if value <= 0:
        return 1.0
    log_scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
    log_power = -(freedom - 1) / 2 * math.log1p(value * value / freedom)
    return min(0.5, math.exp(log_scale + log_power) * freedom / (value * (freedom - 1)))
