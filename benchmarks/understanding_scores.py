"""Scores with bootstrap intervals (Efron, 1979): pages are drawn again with replacement, a thousand times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.understanding_lessons import Lessons
from pipeline.understanding.checking import Said, scores_of

SAMPLES = 1000
SEED = 11


@dataclass(frozen=True)
class Interval:
    """A score and the bounds that 95% of the bootstrap samples lie within."""

    score: float
    low: float
    high: float

    def __str__(self) -> str:
        """Write it in a cell of a table."""
        return f"{self.score:.3f} ({self.low:.3f}-{self.high:.3f})"


def interval_of(expected: Sequence[Said], found: Sequence[Said], headline: str) -> Interval:
    """Score pages by one of the headline figures."""
    drawn = np.random.default_rng(SEED).integers(0, len(expected), (SAMPLES, len(expected)))
    samples = [
        getattr(scores_of([expected[n] for n in places], [found[n] for n in places]), headline) for places in drawn
    ]
    low, high = np.quantile(samples, (0.025, 0.975))
    return Interval(getattr(scores_of(expected, found), headline), float(low), float(high))


def interval_of_counts(counts: Sequence[tuple[int, int, int]]) -> Interval:
    """Score pages by their counts of right, wrong and missed answers, F1 over all of them."""
    table = np.array(counts)
    drawn = np.random.default_rng(SEED).integers(0, len(table), (SAMPLES, len(table)))
    low, high = np.quantile([_f1(table[places].sum(axis=0)) for places in drawn], (0.025, 0.975))
    return Interval(_f1(table.sum(axis=0)), float(low), float(high))


def _f1(summed: Sequence[int]) -> float:
    right, wrong, missed = summed
    return float(2 * right / max(1, 2 * right + wrong + missed))


def said_by_language(lessons: Lessons, found: Sequence[Said]) -> Mapping[str, tuple[list[Said], list[Said]]]:
    """Sort what was expected and found by the pages' languages."""
    groups: dict[str, tuple[list[Said], list[Said]]] = {}
    for page, expected, said in zip(lessons.pages, lessons.expected, found, strict=True):
        sides = groups.setdefault(page.document.language or "?", ([], []))
        sides[0].append(expected)
        sides[1].append(said)
    return dict(sorted(groups.items()))
