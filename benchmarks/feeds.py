"""Measures the reading of feeds on three test suites and on damaged feeds, beside feedparser and fastfeedparser alone.

Run as `python -m benchmarks.feeds FOLDER`, or with the folder in BENCH_FEEDS; it holds `feedparser/`, `gofeed/` and
`rss-parser/`, the suites of these libraries. Every file below it is read, lists of feeds and expectations too.
"""

from __future__ import annotations

import argparse
import datetime as dt
import html
import io
import os
import platform
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import fastfeedparser
import feedparser

from benchmarks.feeds_damage import DAMAGES
from benchmarks.feeds_expected import Case, Fact, cases_in
from crawler.feeds import FeedProblem, feed_of

URL = "http://127.0.0.1:8097/tests/feed.xml"
MIN_DAMAGED_BYTES = 3000
UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
KINDS = {"title": "titles", "link": "links", "guid": "guids", "date": "dates"}
PARSED_DATES = ("published_parsed", "updated_parsed", "created_parsed")

Entries = Sequence[Mapping[str, Fact | None]]
Reader = Callable[[bytes], Entries]


def with_perilune(body: bytes) -> Entries:
    """Read with the product."""
    return [
        {
            "title": item.title,
            "link": item.url,
            "guid": item.guid,
            "date": item.published_at
            or (dt.datetime.combine(item.published.first, dt.time(), dt.UTC) if item.published else None),
        }
        for item in feed_of(body, URL).items
    ]


def with_feedparser(body: bytes) -> Entries:
    """Read with feedparser alone."""
    entries = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL}).entries
    return [
        {
            **_words_of(entry),
            "date": next((_moment(entry[name]) for name in PARSED_DATES if entry.get(name)), None),
        }
        for entry in entries
    ]


def with_fastfeedparser(body: bytes) -> Entries:
    """Read with fastfeedparser alone."""
    return [
        {**_words_of(entry), "date": dt.datetime.fromisoformat(entry["published"]) if entry.get("published") else None}
        for entry in fastfeedparser.parse(body)["entries"]
    ]


def _words_of(entry: Mapping[str, object]) -> dict[str, Fact | None]:
    named = {"title": entry.get("title"), "link": entry.get("link"), "guid": entry.get("id")}
    return {name: value if isinstance(value, str) else None for name, value in named.items()}


def _moment(parsed: time.struct_time) -> dt.datetime:
    return dt.datetime(*parsed[:6], tzinfo=dt.UTC)


READERS: dict[str, Reader] = {
    "Perilune": with_perilune,
    "feedparser": with_feedparser,
    "fastfeedparser": with_fastfeedparser,
}


@dataclass
class Score:
    """How a reader did: agreeing and expected facts by kind, what it refused, exceptions, seconds."""

    agreed: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    refused_count: int = 0
    escaped: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    differing: list[str] = field(default_factory=list)

    def note(self, kind: str, what: str, *, agrees: bool) -> None:
        """Count one expected fact."""
        self.expected[kind] += 1
        self.agreed[kind] += agrees
        if not agrees:
            self.differing.append(what)


def score_of(reader: Reader, paths: Sequence[Path], cases: Mapping[Path, Case]) -> Score:
    """Read every file and compare; a refusal is ValueError or FeedProblem, any other exception has escaped."""
    score = Score()
    for path in paths:
        entries: Entries = []
        body = path.read_bytes()
        started = time.perf_counter()
        try:
            entries = reader(body)
        except (ValueError, FeedProblem):
            score.refused_count += 1
        except Exception as error:  # noqa: BLE001 - counting what escapes is the point
            score.escaped[type(error).__name__] += 1
        score.seconds += time.perf_counter() - started
        if path in cases:
            _compare(cases[path], entries, score)
    return score


def _compare(case: Case, entries: Entries, score: Score) -> None:
    name = "/".join(case.path.parts[-3:])
    if case.entry_count is not None:
        agrees = len(entries) >= case.entry_count if case.is_least else len(entries) == case.entry_count
        score.note("entries", f"{name}: {len(entries)} entries, expected {case.entry_count}", agrees=agrees)
    for index, facts in enumerate(case.entries):
        found = entries[index] if index < len(entries) else {}
        for field_name, fact in facts.items():
            if isinstance(fact, str) and "\ufffd" in fact:  # the expectation itself was read in the wrong encoding
                continue
            what = f"{name}: entry {index} {field_name} {found.get(field_name)!r}, expected {fact!r}"
            score.note(KINDS[field_name], what, agrees=_agrees(field_name, fact, found.get(field_name)))


def _agrees(name: str, expected: Fact, found: Fact | None) -> bool:
    if isinstance(expected, dt.datetime):
        return isinstance(found, dt.datetime) and abs(found - expected) < dt.timedelta(seconds=1)
    if isinstance(found, dt.datetime):
        return False
    if name == "link":
        return urljoin(URL, expected.strip()).rstrip("/") == (found or "").strip().rstrip("/")
    if name == "title":
        return _plain(expected) == _plain(found or "")
    return expected.strip() == (found or "").strip()


def _plain(text: str) -> str:
    """Reduce to plain text: readers differ in how much markup they keep."""
    for _ in range(2):
        text = html.unescape(re.sub(r"<[^>]+>", "", UNSEEN.sub("", text)))
    return " ".join(text.split())


def moved_days(paths: Sequence[Path]) -> tuple[int, int]:
    """Count the days that UTC would move to another one, of all that are stated with a time."""
    moments = [entry["date"] for path in paths for entry in _entries(with_perilune, path.read_bytes())]
    stated = [moment for moment in moments if isinstance(moment, dt.datetime)]
    return sum(moment.date() != moment.astimezone(dt.UTC).date() for moment in stated), len(stated)


def _entries(reader: Reader, body: bytes) -> Entries:
    try:
        return reader(body)
    except (ValueError, FeedProblem):
        return []


def shares_in_damaged(paths: Sequence[Path]) -> dict[str, list[float]]:
    """Give for each damage the share of items that each reader still finds, by address, of those in whole feeds."""
    bodies = [body for body in (path.read_bytes() for path in paths) if len(body) > MIN_DAMAGED_BYTES]
    chance = random.Random(1)
    shares = {}
    for title, damage in DAMAGES.items():
        damaged = [(body, damage(body, chance)) for body in bodies]
        shares[title] = [_share(reader, damaged) for reader in READERS.values()]
    return shares


def _share(reader: Reader, pairs: Sequence[tuple[bytes, bytes]]) -> float:
    links = [
        tuple({entry.get("link") for entry in _entries(reader, body)} for body in (whole, damaged))
        for whole, damaged in pairs
    ]
    return sum(len(whole & damaged) for whole, damaged in links) / sum(len(whole) for whole, _ in links)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds", description="Measure the reading of feeds.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_FEEDS"))
    parser.add_argument("--differences", action="store_true", help="list where ours differs from what is expected")
    options = parser.parse_args()
    if options.folder is None:
        print("no folder with feeds named (BENCH_FEEDS): nothing to read")
        return
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    report(Path(options.folder), has_differences=options.differences)


def report(folder: Path, *, has_differences: bool) -> None:
    """Print a row a kind of fact, each with the ratios of ours to the others, and the damaged feeds."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    cases = {case.path: case for case in cases_in(folder)}
    scores = {name: score_of(reader, paths, cases) for name, reader in READERS.items()}
    ours, *others = scores.values()
    print(f"{len(paths)} files{'':14}{'expected':>9}" + "".join(f"{name:>16}" for name in scores) + "   ratios")
    for kind in ("entries", *KINDS.values()):
        counts = "".join(f"{score.agreed[kind]:16}" for score in scores.values())
        ratios = "".join(f"{ours.agreed[kind] / other.agreed[kind]:8.3f}" for other in others)
        print(f"{kind:24}{ours.expected[kind]:9}{counts}  {ratios}")
    for what, values in (
        ("refused", [score.refused_count for score in scores.values()]),
        ("exceptions escaped", [score.escaped.total() for score in scores.values()]),
        ("seconds", [round(score.seconds, 2) for score in scores.values()]),
    ):
        print(f"{what:33}" + "".join(f"{value:16}" for value in values))
    print("days that UTC would move: {} of {}".format(*moved_days(paths)))
    print("items still found in damaged feeds")
    for title, shares in shares_in_damaged(sorted((folder / "rss-parser" / "input").iterdir())).items():
        print(f"{title:33}" + "".join(f"{share:16.3f}" for share in shares))
    if has_differences:
        print("\n".join(ours.differing))


if __name__ == "__main__":
    main()
