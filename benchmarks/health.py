"""Measures health: faults laid into half a year of replayed visits to some fifty sources; which are found, how soon.

Run as `python -m benchmarks.health FOLDER`, or with the folder in BENCH_TIMES; it holds `text/` with the two lists of
real items that `health_times` names. Without it the publication times are invented. Baselines on the same visits: HTTP
status only, zero items only, mean and standard deviation over 28 days. Tuned on seeds 1 to 5, reported on 11 to 13.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import os
import platform
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.health_baselines import NAMED_BY, RULES
from benchmarks.health_faults import FAULTS, Fault
from benchmarks.health_replay import Crawl, Weather, replayed
from benchmarks.health_times import load_series
from benchmarks.health_web import Site, make_site
from crawler.health.case import Cause
from crawler.health.verdict import health_of
from models.vocabulary import HealthState as State

OURS = "Perilune"
REPORTED_SEEDS = (11, 12, 13)
ROUNDS = 8
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
LEAST_AGE, MOST_AGE = 42, 130  # days of history when a fault begins
INTERVALS_LOOKED_AT = 2
ALARMS = {State.DEGRADED, State.BROKEN}
Alarms = dict[str, Cause | None]


@dataclass(frozen=True)
class Injected:
    """A fault, by its place among all, that begins in a source at a moment."""

    number: int
    onset: dt.datetime

    @property
    def fault(self) -> Fault:
        """The fault itself, whose functions do not travel between processes."""
        return FAULTS[self.number]


@dataclass(frozen=True)
class Outcome:
    """What became of one fault: for each watcher the delay from its first effect, in publishing intervals, and cause.

    `interval` is the source's publishing interval; `effect_after` how long the fault touched nothing.
    """

    name: str
    variant: str
    site: str
    cause: Cause
    interval: dt.timedelta
    effect_after: dt.timedelta
    found: dict[str, tuple[dt.timedelta, Cause]]
    sentence: str = ""

    def is_found(self, watcher: str, *, from_onset: bool = False) -> bool:
        """Tell whether a watcher alarmed within two publishing intervals."""
        if watcher not in self.found:
            return False
        delay = self.found[watcher][0] + (self.effect_after if from_onset else dt.timedelta())
        return delay <= INTERVALS_LOOKED_AT * self.interval

    def is_right(self, watcher: str) -> bool:
        """Tell whether the cause that a watcher named at its first alarm is right."""
        return self.found[watcher][1] == self.cause or (
            watcher in NAMED_BY and self.found[watcher][1] in NAMED_BY[watcher] and self.cause in NAMED_BY[watcher]
        )


@dataclass(frozen=True)
class Replayed:
    """What one source gave: its fault-free weeks with false alarms by watcher, and the outcomes of its faults."""

    weeks: float
    false_alarms: Counter[str]
    false_sentences: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    without_effect: int
    judging_seconds: float
    judgement_count: int


def alarms_at(crawl: Crawl, now: dt.datetime) -> tuple[Alarms, str]:
    """Ask every watcher after a visit."""
    health = health_of(crawl.history, now)
    alarms: Alarms = {OURS: health.cause if health.state in ALARMS else None}
    return alarms | {name: rule(crawl.visits, now) for name, rule in RULES.items()}, health.sentence


def replay(task: tuple[int, Site, tuple[Injected, ...]]) -> Replayed:
    """Replay one source's half year without faults, and once more from each fault's beginning with it."""
    seed, site, injected = task
    crawl = Crawl(site, Weather(seed, site))
    waiting = sorted(injected, key=lambda each: each.onset)
    outcomes: list[Outcome | None] = []
    ringing: set[str] = set()
    false_alarms, sentences, spent, count = Counter[str](), [], 0.0, 0
    for now in replayed(crawl, site.series.start, site.series.end):
        started = time.perf_counter()
        alarms, sentence = alarms_at(crawl, now)
        spent, count = spent + time.perf_counter() - started, count + 1
        rung = {name for name, cause in alarms.items() if cause}
        false_alarms.update(rung - ringing)
        sentences += [f"{site.series.name}: {sentence}"] if OURS in rung - ringing else []
        ringing = rung
        while waiting and waiting[0].onset <= now and OURS not in rung:
            each = waiting.pop(0)
            outcomes.append(_outcome(crawl.branch(each.fault, now), each.fault, now, ringing))
    weeks = (site.series.end - site.series.start) / WEEK
    known = tuple(outcome for outcome in outcomes if outcome)
    return Replayed(weeks, false_alarms, tuple(sentences), known, len(outcomes) - len(known), spent, count)


def _outcome(crawl: Crawl, fault: Fault, onset: dt.datetime, ringing: set[str]) -> Outcome | None:
    """Go on with a fault until all have had two intervals from its first effect; None when it had none."""
    series = crawl.site.series
    found: dict[str, tuple[dt.timedelta, Cause]] = {}
    sentence = ""
    still = set(ringing)
    start = onset + dt.timedelta(minutes=random.Random(f"{onset}").uniform(5, 360))
    for now in replayed(crawl, start, series.end):
        alarms, words = alarms_at(crawl, now)
        still &= {name for name, cause in alarms.items() if cause}
        if crawl.touched_at is None:
            continue
        for name, cause in alarms.items():
            if cause and name not in found and name not in still:
                found[name] = (now - crawl.touched_at, cause)
                sentence = words if name == OURS else sentence
        crawl.reads_pages = OURS not in found  # the other watchers look at indexes only
        if now - crawl.touched_at > INTERVALS_LOOKED_AT * series.interval or len(found) == len(alarms):
            break
    if crawl.touched_at is None:
        return None
    effect_after = crawl.touched_at - start
    place = f"{series.name} ({crawl.site.flavour}, {crawl.site.language})"
    return Outcome(fault.name, fault.variant, place, fault.cause, series.interval, effect_after, found, sentence)


def tasks_of(folder: Path | None, seed: int) -> list[tuple[int, Site, tuple[Injected, ...]]]:
    """Make the sites of a seed, and lay each fault of the suite into eight of them at random moments."""
    rng = random.Random(seed)
    sites = [make_site(series, number, rng) for number, series in enumerate(load_series(folder, seed))]
    injected: defaultdict[str, list[Injected]] = defaultdict(list)
    variants: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in FAULTS:
        variants[fault.name].append(fault)
    for faults in variants.values():
        for number in range(ROUNDS):
            fault = faults[number % len(faults)]
            site = rng.choice([site for site in sites if site.kind in fault.kinds and fault.fits(site)])
            onset = site.series.start + rng.uniform(LEAST_AGE, MOST_AGE) * DAY
            injected[site.host].append(Injected(FAULTS.index(fault), onset))
    return [(seed, site, tuple(injected[site.host])) for site in sites]


def print_summary(replays: Sequence[Replayed]) -> None:
    """Print the figures of each watcher, and two ratios: our share of found faults to its, its false alarms to ours.

    Found: within two publishing intervals of the first answer that the fault changed, and beside it of its beginning;
    false alarms in 100 source-weeks without a fault; the delay in publishing intervals.
    """
    outcomes = [outcome for each in replays for outcome in each.outcomes]
    weeks = sum(each.weeks for each in replays)
    false_alarms: Counter[str] = sum((each.false_alarms for each in replays), Counter[str]())
    heads = ("found", "from onset", "cause right", "false alarms", "median delay", "ratio found", "ratio false")
    print(" " * 28 + "".join(f"{head:>14}" for head in heads))
    print(f"{'target':28}{'95%':>14}{'':14}{'90%':>14}{'1.00':>14}")
    ours = _share(outcome.is_found(OURS) for outcome in outcomes)
    for watcher in (OURS, *RULES):
        found = [outcome for outcome in outcomes if outcome.is_found(watcher)]
        share = _share(outcome.is_found(watcher) for outcome in outcomes)
        from_onset = _share(outcome.is_found(watcher, from_onset=True) for outcome in outcomes)
        right = _share(outcome.is_right(watcher) for outcome in found)
        rate = 100 * false_alarms[watcher] / weeks
        figures = f"{share:14.1%}{from_onset:14.1%}{right:14.1%}{rate:14.2f}{_median_delay(found, watcher):14.2f}"
        ratios = (_ratio(ours, share), _ratio(false_alarms[watcher], false_alarms[OURS]))
        print(f"{watcher:28}{figures}" + "".join(f"{ratio:14.2f}" for ratio in ratios))


def print_faults(outcomes: Iterable[Outcome]) -> None:
    """Print for each fault how many were found, and how many by the baselines."""
    by_name: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_name[outcome.name].append(outcome)
    heads = ("count", "found", "cause right", "median delay", "HTTP", "zero", "deviation")
    print("\n" + f"{'fault':24}" + "".join(f"{head:>13}" for head in heads))
    for name, group in by_name.items():
        found = [outcome for outcome in group if outcome.is_found(OURS)]
        others = "".join(f"{_share(outcome.is_found(rule) for outcome in group):13.0%}" for rule in RULES)
        right = _share(outcome.is_right(OURS) for outcome in found)
        share = len(found) / len(group)
        print(f"{name:24}{len(group):13}{share:13.0%}{right:13.0%}{_median_delay(found, OURS):13.2f}{others}")


def _median_delay(found: Iterable[Outcome], watcher: str) -> float:
    """Give the median delay from the first effect, in publishing intervals."""
    delays = [outcome.found[watcher][0] / outcome.interval for outcome in found]
    return statistics.median(delays) if delays else float("nan")


def print_misses(replays: Sequence[Replayed]) -> None:
    """Print what was missed or named wrongly, and the false alarms, for whoever tunes the rules."""
    for outcome in (outcome for each in replays for outcome in each.outcomes):
        what = f"{outcome.name}, {outcome.variant}: {outcome.site}, every {outcome.interval / DAY:.1f} days"
        if not outcome.is_found(OURS):
            print(f"missed: {what}: {outcome.found.get(OURS)}")
        elif not outcome.is_right(OURS):
            print(f"wrong: {what}: {outcome.found[OURS][1]}: {outcome.sentence}")
    for sentence in (sentence for each in replays for sentence in each.false_sentences):
        print(f"false: {sentence}")


def _host_of(task: tuple[int, Site, tuple[Injected, ...]]) -> str:
    """Bring a host's replays of all seeds into one process, which then reads each of its articles once."""
    return task[1].host


def _ratio(one: float, other: float) -> float:
    return one / other if other else math.inf


def _share(facts: Iterable[bool]) -> float:
    values = list(facts)
    return sum(values) / len(values) if values else 0.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.health", description="Measure the health rules.")
    folder = os.environ.get("BENCH_TIMES")
    parser.add_argument("folder", type=Path, nargs="?", default=folder, help="holds text/ with the publication times")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--seeds", type=int, nargs="+", default=REPORTED_SEEDS)
    parser.add_argument("--misses", action="store_true", help="list what was missed, named wrongly, or a false alarm")
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    started = time.perf_counter()
    tasks = sorted((task for seed in options.seeds for task in tasks_of(options.folder, seed)), key=_host_of)
    with ProcessPoolExecutor(options.processes) as pool:
        replays = list(pool.map(replay, tasks, chunksize=len(options.seeds)))
    outcomes = [outcome for each in replays for outcome in each.outcomes]
    print(f"times: {'real' if options.folder else 'invented'}; seeds {', '.join(map(str, options.seeds))}")
    print(
        f"{len(tasks)} sources of half a year, {len(outcomes)} faults "
        f"({sum(each.without_effect for each in replays)} more touched nothing before the half year ended)\n"
    )
    print_summary(replays)
    print_faults(outcomes)
    if options.misses:
        print_misses(replays)
    judging = 1000 * sum(each.judging_seconds for each in replays) / sum(each.judgement_count for each in replays)
    print(f"\none judgement takes {judging:.2f} ms; the whole run took {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
