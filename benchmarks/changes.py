"""Measures which changes of pages are taken for edits, beside a hash of the page and a hash of trafilatura's text.

Run as `python -m benchmarks.changes FOLDER`, or with the folder in BENCH_PAGES; it holds `html/`, `govuk/` and `gold/`.
Without one only pages of our own texts are changed. Pages are changed in their HTML and extracted as the product does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import multiprocessing
import os
import platform
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.changes_edits import EDITS
from benchmarks.changes_noise import NOISE, Moments
from benchmarks.changes_pages import BasePage, own_pages, pages_in
from benchmarks.changes_places import Ground, Pair, ground_of
from perilune.changes import Told, is_same_content, real_rewordings, rewordings
from pipeline.extraction.extract import FetchedPage
from pipeline.extraction.pool import extract_all
from pipeline.values import Extracted

TUNING_SEED, APART_SEED = 11, 47
DEADLINE = 60
JUDGES = ("Perilune", "hash of the page", "hash of trafilatura's text")


@dataclass(frozen=True)
class Case:
    """A page before and after a change of one kind."""

    kind: str
    is_edit: bool
    page: BasePage
    pair: Pair
    moments: Moments


@dataclass(frozen=True)
class Verdict:
    """What each judge says of a case: whether it is an edit; `is_lost` when our extraction shows no difference."""

    case: Case
    changed: tuple[bool, ...]
    is_lost: bool


def cases_of(pages: Sequence[BasePage], *, seed: int, is_apart: bool, count: int) -> list[Case]:
    """Change pages in every way, `count` pages for each kind where there are as many."""
    grounds = grounds_of(pages, seed)
    cases = []
    for kind in (*NOISE, *EDITS):
        made = 0
        for ground in random.Random(f"{seed} {kind}").sample(grounds, len(grounds)):
            moments = _moments(ground.chance, is_apart=is_apart)
            pair = EDITS[kind](ground) if kind in EDITS else NOISE[kind](ground, moments)
            if pair is not None:
                cases.append(Case(kind, kind in EDITS, ground.page, pair, moments))
                made += 1
            if made == count:
                break
    return cases


def grounds_of(pages: Sequence[BasePage], seed: int) -> list[Ground]:
    """Extract the pages as they are, to know what of them is content."""
    told = told_of(((page.html, page.url) for page in pages), dt.date(2024, 4, 12))
    grounds = []
    for page in pages:
        shown = told[page.html]
        ground = ground_of(page, shown.passages, random.Random(f"{seed} {page.name}")) if shown else None
        if ground is not None:
            grounds.append(ground)
    return grounds


def _moments(chance: random.Random, *, is_apart: bool) -> Moments:
    first = dt.date(2024, 3, 1) + dt.timedelta(days=chance.randrange(300))
    return Moments(first, first + dt.timedelta(days=chance.randrange(1, 40)), is_apart)


def told_of(pages: Iterable[tuple[str, str]], fetched_on: dt.date) -> dict[str, Told | None]:
    """Extract pages in worker processes; None for one that is refused."""
    unique = dict(pages)
    fetched = (
        (page, FetchedPage(page.encode("utf-8", "replace"), url, "text/html; charset=utf-8", fetched_on=fetched_on))
        for page, url in unique.items()
    )
    results = extract_all(fetched, worker_count=os.cpu_count() or 1, deadline=DEADLINE)
    return {
        page: Told(result.title, tuple(each.text for each in result.passages))
        if isinstance(result, Extracted)
        else None
        for page, result in results
    }


def verdicts_on(cases: Sequence[Case], told: Mapping[str, Told | None], texts: Mapping[str, str]) -> list[Verdict]:
    """Ask every judge."""
    verdicts = []
    for case in cases:
        before, after = (told[page] for page in case.pair)
        is_lost = before is None or after is None or before == after
        ours = False if before is None or after is None else is_edit(before, after, case.moments)
        hashes = [[_hash(text) for text in side] for side in (case.pair, [texts.get(page, "") for page in case.pair])]
        verdicts.append(Verdict(case, (ours, *(one != other for one, other in hashes)), is_lost))
    return verdicts


def is_edit(before: Told, after: Told, moments: Moments) -> bool:
    """Judge as the product does, which knows the days of both visits."""
    old = Told(before.title, before.passages, moments.first)
    return not is_same_content(old, Told(after.title, after.passages, moments.second))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def text_by_trafilatura(page: str) -> str:
    """Extract a page's text with trafilatura alone, in its fast mode."""
    from trafilatura import extract

    return extract(page, fast=True) or ""


def texts_of(cases: Sequence[Case]) -> dict[str, str]:
    """Extract all pages with trafilatura in worker processes."""
    pages = list(dict.fromkeys(page for case in cases for page in case.pair))
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("forkserver")) as pool:
        return dict(zip(pages, pool.map(text_by_trafilatura, pages, chunksize=8), strict=True))


def report(verdicts: Sequence[Verdict]) -> None:
    """Print a row a kind and the sums."""
    for is_edit_kind, head in ((False, "false alarms"), (True, "edits found")):
        chosen = [one for one in verdicts if one.case.is_edit == is_edit_kind]
        print(f"\n{head:34}{'pairs':>7}{'lost':>6}" + "".join(f"{name:>28}" for name in JUDGES))
        by_kind = defaultdict(list)
        for one in chosen:
            by_kind[one.case.kind].append(one)
        for kind, members in by_kind.items():
            print(_row(kind, members, is_edit=is_edit_kind))
        for language in ("en", "zh", "ru", "fr"):
            print(
                _row(
                    f"  all in {language}",
                    [one for one in chosen if one.case.page.language == language],
                    is_edit=is_edit_kind,
                )
            )
        print(_row("all", chosen, is_edit=is_edit_kind))
        if is_edit_kind:
            print(_row("all that extraction shows", [one for one in chosen if not one.is_lost], is_edit=True))


def _row(name: str, members: Sequence[Verdict], *, is_edit: bool) -> str:
    lost = sum(one.is_lost for one in members) if is_edit else 0
    counts = [sum(one.changed[judge] for one in members) for judge in range(len(JUDGES))]
    shares = "".join(f"{count:20}{count / max(1, len(members)):8.3f}" for count in counts)
    return f"{name:34}{len(members):7}{lost:6}{shares}"


def wrong(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """List what ours judges wrongly."""
    return [one for one in verdicts if one.changed[0] != one.case.is_edit]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.changes", description="Measure which changes are edits."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_PAGES"))
    parser.add_argument("--tuning", action="store_true", help="the seed and the wordings that the rules were made on")
    parser.add_argument("--pairs", type=int, default=30, help="pages for each kind of change")
    parser.add_argument("--wrong", action="store_true", help="list what is judged wrongly")
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    seed = TUNING_SEED if options.tuning else APART_SEED
    pages = [*own_pages(seed), *(pages_in(Path(options.folder), seed) if options.folder else ())]
    cases = cases_of(pages, seed=seed, is_apart=not options.tuning, count=options.pairs)
    print(f"{len(pages)} pages, {len(cases)} pairs, seed {seed}, wordings {'of tuning' if options.tuning else 'apart'}")
    told = told_of(((page, case.page.url) for case in cases for page in case.pair), dt.date(2025, 12, 1))
    started = time.perf_counter()
    verdicts = verdicts_on(cases, told, texts_of(cases))
    print(f"judged in {time.perf_counter() - started:.1f} s, trafilatura's extraction included")
    report(verdicts)
    if options.wrong:
        for one in wrong(verdicts):
            _print_wrong(one, told)


def _print_wrong(one: Verdict, told: Mapping[str, Told | None]) -> None:
    print(f"\n{one.case.kind} | {one.case.page.name} | {one.case.page.language} {'| lost' if one.is_lost else ''}")
    before, after = (told[page] for page in one.case.pair)
    if before and after:
        found = real_rewordings(before, after) if not one.case.is_edit else rewordings(before, after)
        print("\n".join(f"  {each.before} -> {each.after}"[:400] for each in found[:4]))


if __name__ == "__main__":
    main()
