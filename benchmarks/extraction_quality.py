"""Reads the same pages with ours and with every peer, page by page in turn, and prints how well and how fast each does.

In turn, since the machine's speed changes: a page's readers meet the same.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.extraction_peers import Asked, Peers
from benchmarks.extraction_scores import Answer, Tally, string_scores
from benchmarks.extraction_sets import Case
from perilune.encodings import decode
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.values import Extracted, Rejected

OURS = "Perilune"
DEFAULT = "trafilatura"
AIMS = {DEFAULT: 0.8, "newspaper4k": 3.5, "news-please": 5.0}
TEXT_ONLY = "trafilatura, text only"
LAST_DAY = dt.date(2100, 1, 1)


@dataclass
class Outcome:
    """What each reader gave over a set: its scores, processor seconds, and how often it raised."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    seconds: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    page_count: int = 0
    worst: list[tuple[float, str]] = field(default_factory=list)


def ours(case: Case) -> tuple[Answer, float]:
    """Read a page with the product, decoding and dates included."""
    started = time.process_time()
    found = extract(FetchedPage(case.body, case.url, "text/html", fetched_on=case.fetched_on))
    seconds = time.process_time() - started
    return answer_of(found), seconds


def answer_of(found: Extracted | Rejected) -> Answer:
    """Take the product's answer apart as it is scored: a page that it refuses has no text."""
    if isinstance(found, Rejected):
        return Answer("")
    day = found.published.date
    return Answer(
        "\n".join(passage.text for passage in found.passages), found.title, str(day) if day else None, found.authors
    )


def outcome_of(cases: Sequence[Case], peers: Peers) -> Outcome:
    """Read and score every page with every reader."""
    outcome = Outcome(page_count=len(cases))
    for case in cases:
        answers = {OURS: ours(case)[0]}
        for name, reading in peers.read(Asked(decode(case.body, None).text, case.url)).items():
            outcome.failed[name] += reading.failed is not None
            answers[name] = Answer(reading.text, reading.title, reading.date, tuple(reading.authors))
        for name, answer in answers.items():
            tally = outcome.tallies.setdefault(name, Tally())
            before = tally.f1
            tally.add(answer, case.gold, min(case.fetched_on, LAST_DAY) if case.fetched_on != dt.date.max else LAST_DAY)
            if name == OURS and case.gold.text:
                outcome.worst.append((tally.f1 - before, case.name))
    return outcome


def time_readers(cases: Sequence[Case], peers: Peers, rounds: int) -> Mapping[str, list[float]]:
    """Give each reader's processor seconds in each of so many rounds over pages that all have read before."""
    taken: dict[str, list[float]] = {}
    for number in range(rounds):
        for case in cases:
            spent = {OURS: ours(case)[1]}
            read = peers.read(Asked(decode(case.body, None).text, case.url))
            spent |= {name: reading.seconds for name, reading in read.items()}
            for name, seconds in spent.items():
                taken.setdefault(name, [0.0] * rounds)[number] += seconds
    return taken


def print_quality(title: str, outcome: Outcome) -> None:
    """Print a row a reader."""
    print(f"\n{title}, {outcome.page_count} pages")
    with_text = any(tally.f1 for tally in outcome.tallies.values())
    head = ("precision", "recall", "F1", "exact") if with_text else ("precision", "recall", "accuracy")
    columns = (*head, "day right", "wrong", "missing", "invented", "future", "title", "authors", "raised")
    print(f"{'':24}" + "".join(f"{column:>10}" for column in columns))
    scores = string_scores(list(outcome.tallies.values()))
    for (name, tally), of_strings in zip(outcome.tallies.items(), scores, strict=True):
        if name == TEXT_ONLY:
            continue
        text = [tally.mean(value) for value in (tally.precision, tally.recall, tally.f1, tally.exact_count)]
        figures = [f"{value:10.3f}" for value in (text if with_text else of_strings)]
        print(f"{name:24}{''.join(figures)}{''.join(_facts(tally))}{outcome.failed[name]:10}")


def _facts(tally: Tally) -> list[str]:
    facts = tally.facts
    gives_days = facts["day right"] + facts["day wrong"] + facts["day invented"] > 0
    days = [
        f"{tally.share('day right', 'days stated'):10.3f}",
        f"{facts['day wrong']:10}",
        f"{facts['day missing']:10}",
    ]
    days += [f"{facts['day invented']:10}", f"{facts['day in the future']:10}"]
    others = [f"{tally.share('title right', 'titles'):10.3f}", f"{tally.share('authors right', 'authored'):10.3f}"]
    return [*(days if gives_days else [f"{'':10}"] * len(days)), *others]


def print_speed(title: str, page_count: int, taken: Mapping[str, list[float]]) -> None:
    """Print pages a processor second, the best round of each, and how many times theirs ours is."""
    print(f"\n{title}: {page_count} pages, one thread, the best of {len(taken[OURS])} rounds after one not counted")
    print("a ratio is their time over ours: above 1, ours is faster")
    print(f"{'':24}{'ms a page':>10}{'pages/cpu s':>12}{'ours/it':>9}{'aim':>6}")
    best = {name: min(rounds) / page_count for name, rounds in taken.items()}
    for name, seconds in best.items():
        aim = f"{AIMS[name]:6.1f}" if name in AIMS else ""
        ratio = "" if name == OURS else f"{seconds / best[OURS]:9.2f}"
        print(f"{name:24}{1000 * seconds:10.1f}{1 / seconds:12.1f}{ratio}{aim}")
