"""Measures the decoding of pages in many charsets, rightly, wrongly and not declared, beside three other readers.

Run as `python -m benchmarks.encodings FOLDER`, or with the folder in BENCH_DATA; it holds `html/fundus`,
`pdf/space-law-corpus` and `text`, as far as there. Half of the texts are held out; rules are made on the others only.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from benchmarks.encodings_pages import Case, cases_of, held_out
from benchmarks.encodings_texts import samples_in
from perilune.encodings import decode

Reader = Callable[[bytes, str | None], str]
# Strides that share no factor with the claims and forms of a text; the others take up to a hundred times as long.
OWN_EVERY = 7
OTHERS_EVERY = 11
PAGE_BYTES = 170_000
ROUNDS = 20


def with_perilune(body: bytes, content_type: str | None) -> str:
    """Read with the product."""
    return decode(body, content_type).text


def with_charset_normalizer(body: bytes, _content_type: str | None) -> str:
    """Read with charset-normalizer alone, which knows nothing of HTTP."""
    from charset_normalizer import from_bytes

    return str(from_bytes(body).best() or "")


def with_w3lib(body: bytes, content_type: str | None) -> str:
    """Read as Scrapy does."""
    from w3lib.encoding import html_to_unicode

    return html_to_unicode(content_type, body)[1]


def with_lxml(body: bytes, _content_type: str | None) -> str:
    """Read with the encoding that lxml's HTML parser names."""
    from lxml import html

    encoding = html.fromstring(body).getroottree().docinfo.encoding or "latin-1"
    return body.decode(encoding, "replace")


OTHERS: dict[str, Reader] = {
    "charset-normalizer": with_charset_normalizer,
    "w3lib": with_w3lib,
    "lxml": with_lxml,
}


@dataclass
class Score:
    """Pages read rightly, and all, by each trait of a page."""

    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    total: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def share(self, kind: str, value: str) -> float:
        """Give the share of pages with this trait that are right."""
        return self.right[kind, value] / max(1, self.total[kind, value])


def score_of(reader: Reader, cases: Sequence[Case]) -> Score:
    """Read all cases; what a reader raises counts as wrong."""
    score = Score()
    for case in cases:
        started = time.perf_counter()
        try:
            text = reader(case.body, case.content_type)
        except Exception:  # noqa: BLE001 - another's error is a page not read
            text = ""
        score.seconds += time.perf_counter() - started
        is_right = case.is_right(text)
        for trait in traits_of(case):
            score.total[trait] += 1
            score.right[trait] += is_right
        if not is_right:
            score.wrong.append(f"{case.language} {case.charset}, {case.form}, {case.claim}")
    return score


def traits_of(case: Case) -> list[tuple[str, str]]:
    """Name what a page is counted under."""
    form = "damaged" if case.sentences else case.form
    return [("all", "pages"), ("charset", case.charset), ("declaration", case.claim), ("form", form)] + (
        [("damage", case.form.removeprefix("damaged: "))] if case.sentences else []
    )


def milliseconds(reader: Reader, body: bytes) -> float:
    """Give the best of some rounds of reading one page."""
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        reader(body, "text/html; charset=utf-8")
        spent.append(time.perf_counter() - started)
    return 1000 * min(spent)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.encodings", description="Measure the decoding of pages."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--tuning", action="store_true", help="read the texts that rules were made on instead")
    parser.add_argument("--wrong", action="store_true", help="list kinds of pages that are read wrongly")
    options = parser.parse_args()
    if options.folder is None:
        print("no folder with texts named (BENCH_DATA): nothing to read")
        return
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"date: {dt.datetime.now(dt.UTC):%Y-%m-%d}")
    report(Path(options.folder), is_tuning=options.tuning, has_wrong=options.wrong)


def report(folder: Path, *, is_tuning: bool, has_wrong: bool) -> None:
    """Print a row a trait: ours on every seventh page, then ours and the others on every eleventh of these."""
    samples = samples_in(folder)
    chosen = samples[::2] if is_tuning else held_out(samples)
    every_case = (case for sample in chosen for case in cases_of(sample))
    cases = list(islice(every_case, 0, None, OWN_EVERY))
    ours = score_of(with_perilune, cases)
    some = cases[::OTHERS_EVERY]
    beside = {"Perilune": score_of(with_perilune, some)}
    if not is_tuning:
        beside |= {name: score_of(reader, some) for name, reader in OTHERS.items()}
    print(f"{len(chosen)} texts in {len({sample.language for sample in chosen})} languages, {len(cases)} pages")
    print(f"{'':34}{'pages':>8}{'right':>8}   {len(some):>6}" + "".join(f"{name:>20}" for name in beside))
    for kind, value in ours.total:
        shares = "".join(f"{score.share(kind, value):20.3f}" for score in beside.values())
        total, some_total = ours.total[kind, value], beside["Perilune"].total[kind, value]
        print(f"{kind + ': ' + value:34}{total:8}{ours.share(kind, value):8.3f}   {some_total:6}{shares}")
    print(f"{'ms a page':59}" + "".join(f"{1000 * score.seconds / len(some):20.2f}" for score in beside.values()))
    page = ("<p>Запуск спутника — 卫星发射。</p>" * PAGE_BYTES).encode()[:PAGE_BYTES]
    print(f"{'ms, 170 kB of UTF-8':59}{milliseconds(with_perilune, page):20.2f}")
    if has_wrong:
        for what, count in Counter(ours.wrong).most_common(150):
            print(f"{count:6} {what}")


if __name__ == "__main__":
    main()
