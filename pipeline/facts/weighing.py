"""Which of the events that an article mentions it is about: what speaks for each is added up, background stays out.

The weights in `weights.toml` are those of a logistic regression, fitted by `benchmarks/facts_weights.py`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from perilune.dates import PartialDate
from pipeline.facts.making import FLIGHT_KINDS, VAGUE_KINDS, Candidate
from pipeline.values import Document, Fact

WEIGHTS_FILE = Path(__file__).with_name("weights.toml")
MAX_DAYS = 45
SHORT_CHARS = 1000
UPPER_NUMBER, LEAD_NUMBER, LATE_NUMBER = 5, 2, 15
NEAR_DAYS, WEEK_DAYS, SEASON_DAYS, FAR_DAYS = 3, 10, 60, 400

_EDITION = re.compile(r"\b\d{1,3}(?:st|nd|rd|th|e|-[а-я]{1,2})\b|第[一二三四五六七八九十\d]+[届次]")


@dataclass(frozen=True)
class Weights:
    """What each sign adds to a sum that begins with `base`; an event is kept when the sum, a logit, is `enough`."""

    base: float
    enough: float
    signs: Mapping[str, float]

    def logit(self, signs: Iterable[str]) -> float:
        """Add up what speaks for an event."""
        return self.base + sum(self.signs.get(name, 0.0) for name in signs)


@cache
def shipped_weights() -> Weights:
    """Read the weights that ship."""
    tables = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Weights(tables["sum"]["base"], tables["sum"]["enough"], {**given_weights(), **tables["signs"]})


def given_weights() -> dict[str, float]:
    """Read the weights of signs that are too rare among labelled texts to be fitted."""
    given: dict[str, float] = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))["given"]
    return given


def chosen(candidates: Sequence[Candidate], document: Document, agreements: Sequence[Fact]) -> list[Candidate]:
    """Keep the events for which enough speaks, in reading order; those of a list of editions always."""
    weights = shipped_weights()
    return [
        each
        for each in candidates
        if each.is_listed or weights.logit(signs_of(each, candidates, document, agreements)) >= weights.enough
    ]


def signs_of(
    candidate: Candidate, candidates: Sequence[Candidate], document: Document, agreements: Sequence[Fact]
) -> list[str]:
    """Name what speaks for an event or against it."""
    return [
        *_of_dates(candidate, document),
        *_of_place(candidate, document),
        *_of_kind(candidate),
        *_of_others(candidate, candidates, agreements),
    ]


def _of_dates(candidate: Candidate, document: Document) -> Iterator[str]:
    """Tell how precisely it is dated, and how far from the publication."""
    start = candidate.fact.start
    if start is None:
        yield from _of_no_date(candidate)
        return
    yield from _of_precision(candidate, start)
    if document.published is not None:
        yield from _of_distance(candidate, (start.first - document.published.last).days)


def _of_no_date(candidate: Candidate) -> Iterator[str]:
    yield "no date"
    if candidate.is_untold:
        yield "day not told"
    elif _EDITION.search(candidate.fact.name) and candidate.is_of_title and candidate.fact.subkind != "ceremony":
        yield "edition"


def _of_precision(candidate: Candidate, start: PartialDate) -> Iterator[str]:
    fact = candidate.fact
    if candidate.is_inferred:
        yield "inferred"
    if fact.end is not None:
        yield "over long" if (fact.end.first - start.first).days > MAX_DAYS else "range"
    if start.day is not None:
        yield "day"
    if start.month is None:
        yield "year only"
        if candidate.is_named and (_EDITION.search(fact.name) or str(start.year) in fact.name):
            yield "edition of year"


def _of_distance(candidate: Candidate, days: int) -> Iterator[str]:
    """Tell how many days after the publication it begins; they are below 0 when it began before."""
    if days > 0:
        yield f"{_family(candidate)} to come"
    elif candidate.fact.subkind == "deadline":
        yield "deadline past"
    elif days >= -NEAR_DAYS:
        yield "near"
    elif days >= -WEEK_DAYS:
        yield "week"
    elif days >= -SEASON_DAYS:
        yield f"{_family(candidate)} weeks past"
    elif days >= -FAR_DAYS:
        yield f"{_family(candidate)} months past"
    else:
        yield "far past"
        if not candidate.is_of_title and candidate.number > LEAD_NUMBER:
            yield "background"


def _of_place(candidate: Candidate, document: Document) -> Iterator[str]:
    if candidate.number == 0:
        yield "first"
        yield f"{_family(candidate)} first"
    if len(document.text) < SHORT_CHARS:
        yield f"{_family(candidate)} of short text"
    if candidate.number <= LEAD_NUMBER:
        yield "lead"
    if candidate.number <= UPPER_NUMBER:
        yield "upper"
    if candidate.number > LATE_NUMBER:
        yield "late"


def _of_kind(candidate: Candidate) -> Iterator[str]:
    family = _family(candidate)
    yield candidate.fact.subkind or ""
    if candidate.is_of_title:
        yield f"{family} of title"
    yield f"{family} named" if candidate.is_named else f"{family} without name"
    yield from (f"{family}: {sign}" for sign in candidate.signs)
    if candidate.is_untold:
        yield f"{family} untold"
    if candidate.is_inferred:
        yield f"{family} inferred"


def _of_others(candidate: Candidate, candidates: Sequence[Candidate], agreements: Sequence[Fact]) -> Iterator[str]:
    if len(candidates) == 1:
        yield "alone"
    if _is_dated_elsewhere(candidate.fact, candidates):
        yield "dated beside"
    if candidate.fact.subkind == "deadline" and any(other.fact.end for other in candidates):
        yield "deadline beside"
    if _family(candidate) != "vague":
        return
    start = candidate.fact.start
    if any(agreement.start == start for agreement in agreements):
        yield "day of agreement"
    if candidate.fact.subkind == "report" and candidate.is_of_signing:
        yield "report of signing"
    if not any(other.number < candidate.number and other.fact.start and other.fact.start.day for other in candidates):
        yield "vague first"


def _is_dated_elsewhere(fact: Fact, candidates: Sequence[Candidate]) -> bool:
    """Tell whether an event without a month stands beside one with a day, of the same year if it has one."""
    if fact.start is not None and fact.start.month is not None:
        return False
    days = [other.fact.start for other in candidates if other.fact.start and other.fact.start.day]
    return any(fact.start is None or day.year == fact.start.year for day in days)


def _family(candidate: Candidate) -> str:
    kind = candidate.fact.subkind
    if kind in FLIGHT_KINDS:
        return "flight"
    if kind in VAGUE_KINDS and not candidate.is_named:
        return "vague"
    return "deadline" if kind == "deadline" else "meeting"
