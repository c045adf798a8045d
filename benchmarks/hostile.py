"""Measures what becomes of good, bad and hostile files in the extraction pool, beside plain trafilatura on the HTML.

Run as `python -m benchmarks.hostile FOLDER`, or with the folder in BENCH_DATA; it holds `html`, `pdf`, `feeds` and
`sitemaps`. Seeded: the same files each time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import os
import platform
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from benchmarks.hostile_files import HostileFile, files_in
from benchmarks.hostile_readers import cost_of, read_with_trafilatura
from perilune.config import Settings
from pipeline.extraction.extract import FetchedPage
from pipeline.extraction.pool import Unreadable, extract_all
from pipeline.values import Extracted, Rejected

WORKERS = 2
SLOWEST = 10
MEASURED_ALONE = 14
MAX_SHOWN_REASONS = 25


@dataclass
class Fates:
    """What became of the files, and how long each kept us waiting."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    unhandled: list[str] = field(default_factory=list)
    waits: dict[str, float] = field(default_factory=dict)
    pages: dict[str, FetchedPage] = field(default_factory=dict)

    def note(self, name: str, fate: str, reason: str = "") -> None:
        """Count one file."""
        self.counts[fate] += 1
        if reason:
            self.reasons[f"{fate}: {reason}"] += 1
        if fate.startswith(("late", "crash", "unhandled")):
            self.unhandled.append(f"{fate}: {name} {reason}")


def fates_of(files: Iterator[HostileFile], deadline: int) -> Fates:
    """Put all files through the product's pool; go on after what it lets escape."""
    fates = Fates()
    pages = _fetched(files, fates)
    while True:
        results = extract_all(pages, worker_count=WORKERS, deadline=deadline)
        started = time.perf_counter()
        try:
            for name, result in results:
                _note(fates, name, result)
                fates.waits[name] = time.perf_counter() - started
                _forget(fates, name)
                started = time.perf_counter()
        except Exception as error:  # noqa: BLE001 - counting what escapes is the point
            fates.note("one of the last", "unhandled", f"{type(error).__name__}: {error}"[:120])
            continue
        return fates


def _fetched(files: Iterator[HostileFile], fates: Fates) -> Iterator[tuple[str, FetchedPage]]:
    for file in files:
        page = FetchedPage(file.body, "https://example.org/news/1", file.content_type, fetched_on=dt.date(2026, 11, 26))
        fates.pages[file.name] = page
        yield file.name, page


def _forget(fates: Fates, name: str) -> None:
    """Keep only the pages that we waited for longest."""
    kept = sorted(fates.waits, key=fates.waits.__getitem__, reverse=True)[:MEASURED_ALONE]
    if name not in kept:
        fates.pages.pop(name, None)
    for other in [other for other in fates.pages if other in fates.waits and other not in kept]:
        del fates.pages[other]


def _note(fates: Fates, name: str, result: object) -> None:
    if isinstance(result, Extracted):
        fates.note(name, "done")
    elif isinstance(result, Rejected):
        fates.note(name, "skipped", result.reason[:60])
    elif isinstance(result, Unreadable):
        is_late, is_crash = "took longer" in result.reason, "crashed" in result.reason
        fates.note(name, "late" if is_late else "crash" if is_crash else "failed", result.reason[:60])


def with_trafilatura(files: Iterator[HostileFile], deadline: int) -> Counter[str]:
    """Read the HTML files with plain trafilatura in workers that can be killed."""
    counts: Counter[str] = Counter()
    context = multiprocessing.get_context("forkserver")
    with ProcessPool(max_workers=WORKERS, context=context) as pool:
        futures = []
        for file in files:
            futures.append(pool.schedule(read_with_trafilatura, args=(file.body,), timeout=deadline))
            if len(futures) >= 4 * WORKERS:
                counts[_outcome(futures.pop(0))] += 1
        for future in futures:
            counts[_outcome(future)] += 1
    return counts


def _outcome(future: object) -> str:
    try:
        return "done" if future.result() else "no text"  # type: ignore[attr-defined]
    except Late:
        return "late"
    except ProcessExpired:
        return "crash"
    except Exception as error:  # noqa: BLE001 - counting what escapes is the point
        return f"unhandled: {type(error).__name__}"


def costs_alone(fates: Fates, deadline: int) -> list[tuple[str, float, int]]:
    """Measure the files that we waited for longest again, each alone in a fresh process: seconds and MB."""
    costs = []
    context = multiprocessing.get_context("forkserver")
    for name, page in list(fates.pages.items()):
        with ProcessPool(max_workers=1, max_tasks=1, context=context) as pool:
            try:
                seconds, peak = pool.schedule(cost_of, args=(page,), timeout=deadline).result()
            except (Late, ProcessExpired):
                seconds, peak = float(deadline), 0
        costs.append((name, seconds, peak))
    return sorted(costs, key=lambda item: -item[1])[:SLOWEST]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description="Measure fates of hostile files.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--bombs", action="store_true", help="only the hand-made ones")
    parser.add_argument("--alone", action="store_true", help="without trafilatura beside")
    options = parser.parse_args()
    if options.folder is None:
        print("no folder with files named (BENCH_DATA): nothing to read")
        return
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    report(Path(options.folder), only_bombs=options.bombs, has_baseline=not options.alone)


def report(folder: Path, *, only_bombs: bool, has_baseline: bool) -> None:
    """Print fates with their reasons, the slowest files, and trafilatura's fates."""
    deadline = Settings.model_fields["extract_timeout"].default

    def chosen() -> Iterator[HostileFile]:
        return (file for file in files_in(folder) if file.kind == "bomb" or not only_bombs)

    started = time.perf_counter()
    fates = fates_of(chosen(), deadline)
    print(f"{fates.counts.total()} files in {time.perf_counter() - started:.0f} s, deadline {deadline} s")
    for fate in ("done", "skipped", "failed", "late", "crash", "unhandled"):
        print(f"{fate:34}{fates.counts[fate]:8}")
    for reason, count in fates.reasons.most_common(MAX_SHOWN_REASONS):
        print(f"  {reason:70}{count:6}")
    print(*fates.unhandled, sep="\n")
    print("slowest, each alone in a fresh process")
    for name, seconds, peak in costs_alone(fates, deadline):
        print(f"  {name[:60]:62}{seconds:8.2f} s{peak:8} MB")
    if has_baseline:
        pages = (file for file in chosen() if file.is_html)
        print("plain trafilatura on the HTML files: " + str(dict(with_trafilatura(pages, deadline))))


if __name__ == "__main__":
    main()
