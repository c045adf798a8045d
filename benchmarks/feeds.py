"""Measures the reading of feeds on three test suites and on damaged feeds, beside feedparser and fastfeedparser alone.

Run as `python -m benchmarks.feeds FOLDER`, where the folder holds `feedparser/`, `gofeed/` and `rss-parser/`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import html
import io
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
from benchmarks.feeds_expected import Case, Fact, Facts, cases_in
from crawler.feeds import Feed, FeedProblem, feed_of

URL = "http://127.0.0.1:8097/tests/feed.xml"
ROUNDS = 3
MIN_DAMAGED_BYTES = 3000
UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL)
KINDS = {"title": "titles", "link": "links", "guid": "guids", "date": "dates", "summary": "summaries"}
OF_FEED = {"title": "feed titles", "language": "languages"}


@dataclass(frozen=True)
class Reading:
    """What a reader found, in the words of the expectations."""

    feed: Mapping[str, Fact | None]
    entries: Sequence[Mapping[str, Fact | None]]


Reader = Callable[[bytes], Reading]


def ours(body: bytes) -> Reading:
    """Read with the product."""
    return _reading_of(feed_of(body, URL))


def _reading_of(feed: Feed) -> Reading:
    entries = [
        {
            "title": item.title,
            "link": item.url,
            "guid": item.guid,
            "summary": item.summary,
            "date": item.published_at
            or (dt.datetime.combine(item.published.first, dt.time(), dt.UTC) if item.published else None),
        }
        for item in feed.items
    ]
    return Reading({"title": feed.title, "language": feed.language}, entries)


def with_feedparser(body: bytes) -> Reading:
    """Read with feedparser alone."""
    parsed = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL})
    entries = [
        {
            **{ours: _word(entry, theirs) for ours, theirs in (("title", "title"), ("link", "link"), ("guid", "id"))},
            "summary": _word(entry, "summary"),
            "date": next((_moment(entry[name]) for name in PARSED_DATES if entry.get(name)), None),
        }
        for entry in parsed.entries
    ]
    return Reading({"title": _word(parsed.feed, "title"), "language": _word(parsed.feed, "language")}, entries)


PARSED_DATES = ("published_parsed", "updated_parsed", "created_parsed")


def _moment(parsed: time.struct_time) -> dt.datetime:
    return dt.datetime(*parsed[:6], tzinfo=dt.UTC)


def with_fastfeedparser(body: bytes) -> Reading:
    """Read with fastfeedparser alone."""
    parsed = fastfeedparser.parse(body)
    entries = [
        {
            **{ours: _word(entry, theirs) for ours, theirs in (("title", "title"), ("link", "link"), ("guid", "id"))},
            "summary": _word(entry, "description"),
            "date": dt.datetime.fromisoformat(entry["published"]) if entry.get("published") else None,
        }
        for entry in parsed["entries"]
    ]
    head = parsed["feed"]
    return Reading({"title": _word(head, "title"), "language": _word(head, "language")}, entries)


def _word(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None


READERS: dict[str, Reader] = {"ours": ours, "feedparser": with_feedparser, "fastfeedparser": with_fastfeedparser}


@dataclass
class Score:
    """How a reader did: agreeing and expected facts by kind, errors, seconds."""

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


def score_of(reader: Reader, cases: Sequence[Case]) -> Score:
    """Read every case and compare; a refusal is ValueError or FeedProblem, any other exception has escaped."""
    score = Score()
    for case in cases:
        body = case.path.read_bytes()
        started = time.perf_counter()
        try:
            reading = reader(body)
        except (ValueError, FeedProblem):
            reading = Reading({}, [])
            score.refused_count += 1
        except Exception as error:  # noqa: BLE001 - counting what escapes is the point
            reading = Reading({}, [])
            score.escaped[type(error).__name__] += 1
        score.seconds += time.perf_counter() - started
        _compare(case, reading, score)
    return score


def _compare(case: Case, reading: Reading, score: Score) -> None:
    name = "/".join(case.path.parts[-3:])
    found_count = len(reading.entries)
    if case.entry_count is not None:
        agrees = found_count >= case.entry_count if case.is_least else found_count == case.entry_count
        score.note("entries", f"{name}: {found_count} entries, expected {case.entry_count}", agrees=agrees)
    _compare_facts(f"{name}: feed", case.feed, reading.feed, score)
    for index, facts in enumerate(case.entries):
        found = reading.entries[index] if index < found_count else {}
        _compare_facts(f"{name}: entry {index}", facts, found, score)


def _compare_facts(name: str, facts: Facts, found: Mapping[str, Fact | None], score: Score) -> None:
    kinds = OF_FEED if name.endswith("feed") else KINDS
    for field_name, fact in facts.items():
        if isinstance(fact, str) and "\ufffd" in fact:  # the expectation itself was read in the wrong encoding
            continue
        agrees = _agrees(field_name, fact, found.get(field_name))
        what = f"{name} {field_name} {found.get(field_name)!r}, expected {fact!r}"
        score.note(kinds[field_name], what, agrees=agrees)


def _agrees(name: str, expected: Fact, found: Fact | None) -> bool:
    if isinstance(expected, dt.datetime):
        return isinstance(found, dt.datetime) and abs(found - expected) < dt.timedelta(seconds=1)
    if isinstance(found, dt.datetime):
        return False
    if name == "link":
        return urljoin(URL, expected.strip()).rstrip("/") == (found or "").strip().rstrip("/")
    if name in {"title", "summary"}:
        words = _words(expected)
        # Ours cuts a summary; what it has must be the beginning.
        return words == _words(found or "") or (
            name == "summary" and len(words) > 500 and words.startswith(found or "-")
        )
    return expected.strip() == (found or "").strip()


def _words(text: str) -> str:
    """Reduce to plain text: readers differ in how much markup they keep."""
    for _ in range(2):
        text = html.unescape(re.sub(r"<[^>]+>", "", UNSEEN.sub("", text)))
    return " ".join(text.split())


def damaged(folder: Path) -> None:
    """Print the share of items still found, by address, in damaged feeds, of what each reader finds in whole ones."""
    inputs = sorted((folder / "rss-parser" / "input").iterdir())
    paths = [path for path in inputs if path.stat().st_size > MIN_DAMAGED_BYTES]
    whole = {(name, path): _links(reader, path.read_bytes()) for name, reader in READERS.items() for path in paths}
    print(f"\nitems still found in {len(paths)} feeds, each damaged {ROUNDS} times in each way")
    print(f"{'':34}" + "".join(f"{name:>16}" for name in READERS))
    for title, damage in DAMAGES.items():
        found: Counter[str] = Counter()
        chance = random.Random(title)
        for path in paths:
            for _ in range(ROUNDS):
                body = damage(path.read_bytes(), chance)
                for name, reader in READERS.items():
                    found[name] += len(whole[name, path] & _links(reader, body))
        totals = {name: ROUNDS * sum(len(whole[name, path]) for path in paths) for name in READERS}
        print(f"{title:34}" + "".join(f"{found[name] / totals[name]:16.3f}" for name in READERS))


def _links(reader: Reader, body: bytes) -> set[Fact | None]:
    try:
        return {entry.get("link") for entry in reader(body).entries}
    except (ValueError, FeedProblem):
        return set()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure the reading of feeds.")
    parser.add_argument("folder", nargs="?", type=Path, help="holds feedparser/, gofeed/ and rss-parser/")
    parser.add_argument("--differences", action="store_true", help="list where ours differs from what is expected")
    options = parser.parse_args()
    folder: Path | None = options.folder
    if folder is None:
        print("no folder with feeds named: nothing to read")
        return
    cases = list(cases_in(folder))
    scores = {name: score_of(reader, cases) for name, reader in READERS.items()}
    print(f"{len(cases)} files; agreeing with what is expected\n{'':18}" + "".join(f"{name:>18}" for name in scores))
    for kind in ("entries", *KINDS.values(), *OF_FEED.values()):
        cells = (f"{score.agreed[kind]:>10} of {score.expected[kind]:<4}" for score in scores.values())
        print(f"{kind:18}" + "".join(cells))
    print(f"{'refused':18}" + "".join(f"{score.refused_count:18}" for score in scores.values()))
    print(f"{'errors escaped':18}" + "".join(f"{score.escaped.total():18}" for score in scores.values()))
    print(f"{'seconds':18}" + "".join(f"{score.seconds:18.2f}" for score in scores.values()))
    if options.differences:
        print("\n".join(scores["ours"].differing))
    damaged(folder)


if __name__ == "__main__":
    main()
