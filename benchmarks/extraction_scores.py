"""How a reading is scored: shingles as the public Article Extraction Benchmark counts them, strings, days, titles."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

SHINGLE_WORDS = 4
WORD = re.compile(r"[㐀-鿿豈-﫿぀-ヿ]|[^\W㐀-鿿豈-﫿぀-ヿ]+")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Gold:
    """What a page should give: its whole text, or strings that its text must and must not contain; and its facts.

    `has_day` is False where the page states no day at all, so that any answer is invented.
    """

    text: str = ""
    contained: tuple[str, ...] = ()
    not_contained: tuple[str, ...] = ()
    title: str = ""
    day: dt.date | None = None
    has_day: bool = True
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a reader gives: text, title, the day as ISO 8601 (or less than a day), authors."""

    text: str
    title: str = ""
    date: str | None = None
    authors: tuple[str, ...] = ()


@dataclass
class Tally:
    """Sums over the pages of a set."""

    page_count: int = 0
    precision: float = 0.0
    recall: float = 0.0
    f1: float = 0.0
    exact_count: int = 0
    strings: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)

    def mean(self, sum_of: float) -> float:
        """Divide by the number of pages."""
        return sum_of / max(1, self.page_count)

    def share(self, fact: str, of: str) -> float:
        """Give the share of one count in another."""
        return self.facts[fact] / max(1, self.facts[of])

    def add(self, answer: Answer, gold: Gold, last_day: dt.date) -> None:
        """Score one page."""
        self.page_count += 1
        text = _without_title(answer.text, gold.title)
        if gold.text:
            precision, recall, f1 = shingle_scores(text, gold.text)
            self.precision += precision
            self.recall += recall
            self.f1 += f1
            self.exact_count += words_of(text) == words_of(gold.text)
        self._add_strings(answer.text, gold)
        self._add_facts(answer, gold, last_day)

    def _add_strings(self, text: str, gold: Gold) -> None:
        """Count as trafilatura's own evaluation does: strings as they are, in the text as it is."""
        for string in gold.contained:
            self.strings["found" if string in text else "missed"] += 1
        for string in gold.not_contained:
            self.strings["swept up" if string in text else "left out"] += 1

    def _add_facts(self, answer: Answer, gold: Gold, last_day: dt.date) -> None:
        stated = answer.date if answer.date and DAY.match(answer.date) else None
        if gold.has_day and gold.day is not None:
            self.facts["days stated"] += 1
            fate = "right" if stated == gold.day.isoformat() else "wrong" if answer.date else "missing"
            self.facts[f"day {fate}"] += 1
        elif not gold.has_day:
            self.facts["days not stated"] += 1
            self.facts["day invented"] += bool(answer.date)
        is_late = stated is not None and stated[:10] > last_day.isoformat()
        self.facts["day in the future"] += is_late and not (gold.day and stated == gold.day.isoformat())
        if gold.title:
            self.facts["titles"] += 1
            self.facts["title right"] += words_of(answer.title) == words_of(gold.title)
        if gold.authors:
            self.facts["authored"] += 1
            self.facts["authors right"] += {*map(_name, answer.authors)} == {*map(_name, gold.authors)}


def words_of(text: str) -> list[str]:
    """Split into words; each Chinese or Japanese character is one."""
    return WORD.findall(text.casefold())


def shingle_scores(found: str, gold: str) -> tuple[float, float, float]:
    """Give precision, recall and F1 of the bags of shingles; nothing found has the precision 0."""
    ours, theirs = _shingles(found), _shingles(gold)
    agreed = sum((ours & theirs).values())
    precision, recall = agreed / max(1, ours.total()), agreed / max(1, theirs.total())
    return precision, recall, 2 * precision * recall / (precision + recall) if agreed else 0.0


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = words_of(text)
    if not words:
        return Counter()
    return Counter(
        tuple(words[start : start + SHINGLE_WORDS]) for start in range(max(1, len(words) - SHINGLE_WORDS + 1))
    )


def _without_title(text: str, title: str) -> str:
    """Drop a first line that is the title: some readers count it as text, others do not, and both are right."""
    first, _, rest = text.strip().partition("\n")
    return rest if title and words_of(first) == words_of(title) else text


def _name(name: str) -> str:
    return " ".join(sorted(words_of(name)))


def string_scores(tallies: Sequence[Tally]) -> list[tuple[float, float, float]]:
    """Give precision, recall and accuracy over all strings, as trafilatura's own evaluation does."""
    scores = []
    for tally in tallies:
        found, swept = tally.strings["found"], tally.strings["swept up"]
        precision = found / max(1, found + swept)
        recall = found / max(1, found + tally.strings["missed"])
        scores.append((precision, recall, (found + tally.strings["left out"]) / max(1, tally.strings.total())))
    return scores
