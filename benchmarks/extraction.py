"""Measures the reading of HTML pages: quality and speed beside other libraries, and a crawl beside fundus.

Run as `python -m benchmarks.extraction FOLDER`, or with the folder in BENCH_PAGES; below it lie `html/fundus/` and
`html/trafilatura/`, the test pages of these libraries, and `govuk/` and `text/`, texts that pages are built around.
Without them only pages around our own texts are read. The peers have environments of their own (BENCH_PEERS).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.extraction_pages import built_pages
from benchmarks.extraction_peers import READERS_NEED, Peers, PeersProblem, python_with
from benchmarks.extraction_quality import outcome_of, print_quality, print_speed, time_readers
from benchmarks.extraction_race import print_race
from benchmarks.extraction_sets import Case, built_cases, fundus_cases, trafilatura_cases
from benchmarks.extraction_stories import public_stories

SHOWN_SEED, HELD_OUT_SEED = 1, 2
BUILT_PAGES = 192
RACE_ARTICLES = 500


def sets_of(folder: Path | None, *, is_quick: bool) -> dict[str, list[Case]]:
    """Give the sets by their titles; a quick run takes every third page."""
    stories = public_stories(folder) if folder else []
    count = BUILT_PAGES // 3 if is_quick else BUILT_PAGES
    sets: dict[str, list[Case]] = {}
    if folder and (folder / "html").is_dir():
        sets["fundus' test pages"] = list(fundus_cases(folder / "html" / "fundus"))
        sets["trafilatura's evaluation"] = list(trafilatura_cases(folder / "html" / "trafilatura"))
    step = 3 if is_quick else 1
    sets = {title: list(islice(cases, 0, None, step)) for title, cases in sets.items()}
    for seed, title in ((SHOWN_SEED, "built pages"), (HELD_OUT_SEED, "built pages, other wordings, names and texts")):
        sets[title] = list(built_cases(built_pages(count, seed, stories)))
    return sets


def report(sets: dict[str, list[Case]], rounds: int, *, shows_worst: bool) -> None:
    """Read every set with every reader, then the real pages, or the built ones, again for the time."""
    with Peers(python_with(READERS_NEED)) as peers:
        for title, cases in sets.items():
            outcome = outcome_of(cases, peers)
            print_quality(title, outcome)
            for f1, name in sorted(outcome.worst)[: 15 if shows_worst else 0]:
                print(f"  {f1:.3f} {name}")
        real: Sequence[Case] = [case for title, cases in sets.items() if "built" not in title for case in cases]
        timed: dict[str, Sequence[Case]] = {"speed on real pages": real, "speed on built pages": sets["built pages"]}
        for title, pages in timed.items():
            if pages:
                print_speed(title, len(pages), time_readers(pages, peers, rounds))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.extraction", description="Measure the reading of pages."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_PAGES"))
    parser.add_argument("--quick", action="store_true", help="a third of the pages, one round")
    parser.add_argument("--worst", action="store_true", help="list the pages that ours reads worst")
    parser.add_argument("--no-race", action="store_true", help="leave out the crawl beside fundus")
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    folder = Path(options.folder) if options.folder else None
    rounds = 1 if options.quick else 2
    try:
        report(sets_of(folder, is_quick=options.quick), rounds, shows_worst=options.worst)
        if not options.no_race:
            print_race(RACE_ARTICLES, rounds)
    except PeersProblem as problem:
        print(f"nothing measured: {problem}")


if __name__ == "__main__":
    main()
