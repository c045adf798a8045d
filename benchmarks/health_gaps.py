"""Measures models of silence: how soon each calls a frozen feed frozen, at the same rate of false alarms.

Run as `python -m benchmarks.health_gaps FOLDER`, as `benchmarks.health`. Only publication times are used, nothing of
HTTP: this is what volumes alone can do, and why the product takes a second look at the home page.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.health_times import Series, load_series
from crawler.health.rhythm import Rhythm

SEEDS = (1, 2)
STEP = dt.timedelta(days=1)
WARM_UP = dt.timedelta(days=28)
WEEK = dt.timedelta(days=7)
FALSE_ALARMS_PER_100_WEEKS = 0.5
FREEZES = 3
LOG_STEPS = 24
Model = Callable[[Rhythm], float]


def poisson(rhythm: Rhythm) -> float:
    """Take items to come at a constant rate, whatever the day of the week."""
    days = (rhythm.now - rhythm.start) / STEP + 1
    return math.exp(-(len(rhythm.occasions) + 0.5) / days * open_days(rhythm))


def negative_binomial(rhythm: Rhythm) -> float:
    """Take weekly counts to be overdispersed; the dispersion is shrunk to 0.5 by eight weeks."""
    weeks = max(1, int((rhythm.now - rhythm.start) / WEEK))
    counts = [0] * weeks
    for moment in rhythm.occasions:
        place = int((moment - rhythm.start) / WEEK)
        if 0 <= place < weeks:
            counts[place] += 1
    mean = statistics.fmean(counts)
    own = max(0.0, (statistics.pvariance(counts) - mean) / mean**2) if mean else 1.0
    dispersion = (own * weeks + 0.5 * 8) / (weeks + 8)
    return float((1 + mean / 7 * open_days(rhythm) * dispersion) ** (-1 / dispersion))


def exponential_gaps(rhythm: Rhythm) -> float:
    """Take gaps between days with items to be exponential."""
    return math.exp(-open_days(rhythm) / max(0.5, statistics.fmean(rhythm.gaps))) if rhythm.gaps else 1.0


def longest_gap(rhythm: Rhythm) -> float:
    """Count in longest gaps so far: the rule of thumb."""
    pause = rhythm.longest_pause
    return math.exp(-open_days(rhythm) / (pause / STEP)) if pause else 1.0


def ours(rhythm: Rhythm) -> float:
    """Take gaps in working days to follow a Lomax distribution whose shape is the source's own, shrunk."""
    return rhythm.silence


MODELS: dict[str, Model] = {
    "Poisson items": poisson,
    "negative binomial weeks": negative_binomial,
    "exponential gaps": exponential_gaps,
    "times the longest gap": longest_gap,
    "Lomax gaps, working days (ours)": ours,
}


def open_days(rhythm: Rhythm) -> float:
    """Give the present silence in days."""
    return (rhythm.now - rhythm.last) / STEP if rhythm.last else 0.0


@dataclass(frozen=True)
class Judged:
    """The probabilities that every model gave: day by day as it was, and after each freeze with the delay."""

    weeks: float
    days: tuple[dict[str, float], ...]
    freezes: tuple[tuple[tuple[float, dict[str, float]], ...], ...]


def judged(series: Series, rng: random.Random) -> Judged:
    """Judge a series each day, and anew after it froze at random moments; delays are in publishing intervals."""
    days = tuple(_judgements(series.times, series, series.start + WARM_UP, series.end))
    freezes = []
    for _ in range(FREEZES):
        frozen_at = series.start + rng.uniform(42, 130) * STEP
        missed = next((moment for moment in series.times if moment > frozen_at), None)
        if missed is not None:
            kept = [moment for moment in series.times if moment <= frozen_at]
            after = _judgements(kept, series, missed, min(series.end, missed + 60 * STEP))
            freezes.append(tuple((number * STEP / series.interval, chances) for number, chances in enumerate(after)))
    return Judged((series.end - series.start - WARM_UP) / WEEK, days, tuple(freezes))


def _judgements(
    times: Sequence[dt.datetime], series: Series, since: dt.datetime, until: dt.datetime
) -> Iterator[dict[str, float]]:
    now = since
    while now < until:
        occasions = tuple(moment for moment in times if moment <= now)
        rhythm = Rhythm(occasions, series.start, now, series.country)
        yield {name: model(rhythm) for name, model in MODELS.items()}
        now += STEP


def limit_of(name: str, all_judged: Sequence[Judged]) -> float:
    """Find the largest probability to alarm at that keeps to the rate of false alarms."""
    weeks = sum(each.weeks for each in all_judged)
    for step in range(1, 12 * LOG_STEPS):
        limit = 10 ** (-step / LOG_STEPS)
        alarms = sum(
            after[name] < limit <= before[name] for each in all_judged for before, after in pairwise(each.days)
        )
        if 100 * alarms / weeks <= FALSE_ALARMS_PER_100_WEEKS:
            return limit
    return 0.0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.health_gaps", description="Measure models of silence.")
    parser.add_argument("folder", type=Path, nargs="?", help="where the lists of real items are")
    options = parser.parse_args()
    rng = random.Random(1)
    all_judged = [judged(series, rng) for seed in SEEDS for series in load_series(options.folder, seed)]
    freezes = [freeze for each in all_judged for freeze in each.freezes]
    print(f"{len(freezes)} frozen feeds; limits set for {FALSE_ALARMS_PER_100_WEEKS} false alarms in 100 source-weeks")
    print(f"{'model':34}{'limit':>10}{'within 2':>10}{'within 4':>10}{'within 8 intervals':>20}{'never':>8}")
    for name in MODELS:
        limit = limit_of(name, all_judged)
        delays = [next((at for at, chances in freeze if chances[name] < limit), math.inf) for freeze in freezes]
        shares = [sum(delay <= bound for delay in delays) / len(delays) for bound in (2, 4, 8)]
        never = sum(math.isinf(delay) for delay in delays) / len(delays)
        print(f"{name:34}{limit:10.1e}{shares[0]:10.0%}{shares[1]:10.0%}{shares[2]:20.0%}{never:8.0%}")


if __name__ == "__main__":
    main()
