"""Measures the refusal of pages that are no articles, on made pages, replica sites and real articles.

Run as `python -m benchmarks.refusals`; BENCH_HTML or an argument names a folder with real articles (`*.html`, also
gzipped), all of which must be read. Beside trafilatura's own judgement and the rule by which readers offer their view.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import math
import os
import platform
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import html as lxml_html
from trafilatura import extract as trafilatura_extract

from benchmarks.onboarding.replicas import load_replicas
from benchmarks.refusal_articles import ARTICLES
from benchmarks.refusal_lists import LISTS, Draw
from benchmarks.refusal_words import HELD_OUT, TUNING
from perilune.encodings import decode
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.values import Extracted

ROUNDS = 36
TUNING_SEED, HELD_OUT_SEED = 1, 2
MIN_TEXT_CHARS = 250
MIN_PARAGRAPH_CHARS = 140
MIN_READABLE_SCORE = 20
ITEMS_OF_REPLICA = 4


@dataclass(frozen=True)
class Sample:
    """A page, its kind, and whether it is an article."""

    group: str
    kind: str
    page: FetchedPage
    is_article: bool


def made_pages(group: str, seed: int, *, is_held_out: bool, rounds: int = ROUNDS) -> Iterator[Sample]:
    """Make pages of every kind, in the four languages by turns."""
    chance = random.Random(seed)
    for makers, is_article in ((LISTS, False), (ARTICLES, True)):
        for kind, maker in makers.items():
            for number in range(rounds):
                words = (HELD_OUT if is_held_out else TUNING)[number % 4]
                path, html = maker(Draw(chance, words, is_held_out))
                page = FetchedPage(html.encode(), f"https://org.example{path}", "text/html; charset=utf-8")
                yield Sample(group, kind, page, is_article)


def replica_pages(name: str) -> Iterator[Sample]:
    """Give the lists of the replica sites, and some of the articles of each."""
    for replica in load_replicas(name):
        answers = replica.answers()
        items = [item.path for item in replica.items][:ITEMS_OF_REPLICA]
        lists = [index.path for index in replica.site.index if index.path not in items]
        for path, is_article in [(path, True) for path in items] + [(path, False) for path in lists]:
            answer = answers[path]
            if "html" in answer.content_type:
                page = FetchedPage(answer.body, f"http://{replica.site.host}{path}", answer.content_type)
                yield Sample(f"replicas, {name}", "articles" if is_article else "lists", page, is_article)


def real_pages(folder: Path) -> Iterator[Sample]:
    """Give the real articles below a folder."""
    for path in sorted(folder.rglob("*.html*")):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        yield Sample("real", "articles", FetchedPage(body, f"https://org.example/{path.stem}"), is_article=True)


def is_refused_by_perilune(page: FetchedPage) -> bool:
    """Read with the product."""
    return not isinstance(extract(page), Extracted)


def is_refused_by_trafilatura(page: FetchedPage) -> bool:
    """Take trafilatura's word: no text, or hardly any."""
    return len(trafilatura_extract(_text(page)) or "") < MIN_TEXT_CHARS


def is_refused_by_length(page: FetchedPage) -> bool:
    """Score paragraphs by their length beyond a line or two, as Readability.js' `isProbablyReaderable` does."""
    tree = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", _text(page)))
    lengths = [len("".join(str(part) for part in node.itertext()).strip()) for node in tree.iter("p", "pre", "article")]
    score = sum(math.sqrt(length - MIN_PARAGRAPH_CHARS) for length in lengths if length >= MIN_PARAGRAPH_CHARS)
    return score <= MIN_READABLE_SCORE


def _text(page: FetchedPage) -> str:
    return decode(page.body, page.content_type).text


JUDGES: dict[str, Callable[[FetchedPage], bool]] = {
    "Perilune": is_refused_by_perilune,
    "trafilatura": is_refused_by_trafilatura,
    "length rule": is_refused_by_length,
}


def main() -> None:
    """Print a row a kind: how many of it each judge refuses."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refusals", description="Measure refusals of pages.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_HTML"))
    parser.add_argument("--reasons", action="store_true", help="count the reasons by kind")
    options = parser.parse_args()
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    samples = [
        *made_pages("made, tuning", TUNING_SEED, is_held_out=False),
        *made_pages("made, held out", HELD_OUT_SEED, is_held_out=True),
        *(sample for name in ("tuning", "apart") for sample in replica_pages(name)),
        *(real_pages(Path(options.folder)) if options.folder else ()),
    ]
    report(samples, has_reasons=options.reasons)


def report(samples: list[Sample], *, has_reasons: bool) -> None:
    """Print what is refused, rightly among what is no article and wrongly among articles."""
    counts: Counter[tuple[str, bool, str]] = Counter()
    refused: defaultdict[str, Counter[tuple[str, bool, str]]] = defaultdict(Counter)
    reasons: Counter[tuple[str, str, str]] = Counter()
    for sample in samples:
        key = (sample.group, sample.is_article, sample.kind)
        for place in (key, (sample.group, sample.is_article, "all")):
            counts[place] += 1
        for name, judge in JUDGES.items():
            is_refused = judge(sample.page)
            for place in (key, (sample.group, sample.is_article, "all")):
                refused[name][place] += is_refused
        if has_reasons:
            outcome = extract(sample.page)
            reasons[sample.group, sample.kind, getattr(outcome, "reason", "read")] += 1
    print(f"{'refused of':55}{'pages':>7}" + "".join(f"{name:>14}" for name in JUDGES))
    for group, is_article, kind in sorted(counts):
        title = f"{group}: {'wrongly' if is_article else 'rightly'}, {kind}"
        key = (group, is_article, kind)
        print(f"{title:55}{counts[key]:7}" + "".join(f"{refused[name][key]:14}" for name in JUDGES))
    for reason, count in sorted(reasons.items()):
        print(*reason, count, sep=" | ")


if __name__ == "__main__":
    main()
