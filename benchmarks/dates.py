"""Measures publication dates on invented and real pages, beside htmldate, trafilatura and JSON-LD alone.

Run as `python -m benchmarks.dates [FOLDER]`, or with the folder in BENCH_DATES; it may hold `html/fundus`,
`html/trafilatura` and `govuk`. Without it only invented pages are read: a tuning set and one with other words.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import htmldate
import lxml.etree
import trafilatura

from benchmarks.dates_pages import Page, pages_of
from benchmarks.dates_real import real_pages
from benchmarks.dates_shapes import STATED
from benchmarks.dates_shapes_numbers import NUMBERS
from benchmarks.dates_shapes_unstated import UNSTATED
from benchmarks.dates_wordings import TUNING
from benchmarks.dates_wordings_held_out import HELD_OUT
from perilune.dates import PartialDate
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.values import Extracted

ROUNDS = 8
ONE_DAY = dt.timedelta(days=1)
LD = re.compile(r'"datePublished"\s*:\s*"(\d{4}-\d\d-\d\d)')
SHAPES = (*STATED, *NUMBERS, *UNSTATED)
Reader = Callable[[Page], PartialDate | None]


def with_perilune(page: Page) -> PartialDate | None:
    """Read with the product."""
    fetched = FetchedPage(
        page.body, page.url, page.content_type, fetched_on=page.fetched_on, last_modified=page.last_modified
    )
    outcome = extract(fetched)
    return outcome.published.date if isinstance(outcome, Extracted) else None


def with_htmldate(page: Page, *, is_extensive: bool = True) -> PartialDate | None:
    """Read with htmldate alone, told the day of the fetch."""
    if page.body.startswith(b"%PDF"):
        return None
    try:
        found = htmldate.find_date(
            page.body,
            url=page.url,
            original_date=True,
            extensive_search=is_extensive,
            max_date=page.fetched_on.isoformat(),
        )
    except (ValueError, lxml.etree.ParserError):
        return None
    return PartialDate.parse(found) if found else None


def with_htmldate_strictly(page: Page) -> PartialDate | None:
    """Read with htmldate alone, without its extensive search."""
    return with_htmldate(page, is_extensive=False)


def with_trafilatura(page: Page) -> PartialDate | None:
    """Read the date of trafilatura's metadata."""
    if page.body.startswith(b"%PDF"):
        return None
    found = trafilatura.extract_metadata(page.body, default_url=page.url)
    return PartialDate.parse(str(found.date)) if found is not None and found.date else None


def with_json_ld(page: Page) -> PartialDate | None:
    """Read the first datePublished that JSON-LD states."""
    for script in re.findall(rb"<script[^>]*ld\+json[^>]*>(.*?)</script>", page.body, re.DOTALL):
        try:
            text = json.dumps(json.loads(script))
        except ValueError:
            continue
        if found := LD.search(text):
            return PartialDate.parse(found[1])
    return None


READERS: dict[str, Reader] = {
    "Perilune": with_perilune,
    "htmldate": with_htmldate,
    "its strict": with_htmldate_strictly,
    "trafilatura": with_trafilatura,
    "JSON-LD": with_json_ld,
}


@dataclass
class Score:
    """How a reader did: outcomes counted, by whether a day is stated; seconds; what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    differing: list[str] = field(default_factory=list)


def score_of(reader: Reader, pages: Sequence[Page]) -> Score:
    """Read every page and count its outcome."""
    score = Score()
    for page in pages:
        started = time.perf_counter()
        found = reader(page)
        score.seconds += time.perf_counter() - started
        outcome = outcome_of(page, found)
        score.counts[outcome] += 1
        score.counts["in the future"] += found is not None and found.first > page.fetched_on + ONE_DAY
        if outcome not in ("right day", "rightly unknown"):
            score.differing.append(f"{outcome:24}{page.shape}: {found}, gold {page.gold}, {page.url}")
    return score


def outcome_of(page: Page, found: PartialDate | None) -> str:
    """Name what the answer is worth; less than a day is asked for where less is stated."""
    gold = page.gold
    if gold is None or gold.day is None:
        is_right = (
            found is None or (gold is not None and found.month is None and found.year == gold.year) or found == gold
        )
        return "rightly unknown" if is_right else "wrong, none stated"
    if found is None:
        return "unknown where stated"
    if found == gold:
        return "right day"
    if (found.year, found.month) == (gold.year, gold.month):
        return "right month"
    return "right year, no month" if found == PartialDate(gold.year) else "wrong"


ROWS = ("right day", "right month", "right year, no month", "unknown where stated", "wrong")
UNSTATED_ROWS = ("rightly unknown", "wrong, none stated", "in the future")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dates", description="Measure publication dates.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_DATES"))
    parser.add_argument("--differences", action="store_true", help="list our failures, but for the held-out set")
    parser.add_argument("--ours", action="store_true", help="leave the baselines out")
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    sets = {
        "invented, tuning (seed 1)": pages_of(SHAPES, TUNING, seed=1, rounds=ROUNDS),
        "invented, held out (seed 2)": pages_of(SHAPES, HELD_OUT, seed=2, rounds=ROUNDS),
        **(real_pages(Path(options.folder)) if options.folder else {}),
    }
    for title, pages in sets.items():
        report(title, pages, {"Perilune": with_perilune} if options.ours else READERS)
        if options.differences and "held out" not in title:
            print("\n".join(score_of(with_perilune, pages).differing))


def report(title: str, pages: Sequence[Page], readers: dict[str, Reader]) -> None:
    """Print a row an outcome, and the share of right days."""
    if not pages:
        return
    scores = {name: score_of(reader, pages) for name, reader in readers.items()}
    stated = sum(page.gold is not None and page.gold.day is not None for page in pages)
    print(f"\n{title}: {len(pages)} pages of {len({page.shape for page in pages})} shapes, {stated} state their day")
    print(f"{'':22}" + "".join(f"{name:>13}" for name in scores))
    for row in (*ROWS, *UNSTATED_ROWS):
        print(f"{row:22}" + "".join(f"{score.counts[row]:13}" for score in scores.values()))
    shares = [score.counts["right day"] / stated for score in scores.values()]
    print(f"{'share of right days':22}" + "".join(f"{share:13.3f}" for share in shares))
    milliseconds = [1000 * score.seconds / len(pages) for score in scores.values()]
    print(f"{'ms a page, all in all':22}" + "".join(f"{value:13.1f}" for value in milliseconds))


if __name__ == "__main__":
    main()
