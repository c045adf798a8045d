"""How strongly two articles, and two groups of them, belong together: log-odds by weights that were fitted; pure."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from itertools import product
from pathlib import Path

from pipeline.stories.evidence import Evidence, WeighedArticle, evidence_between
from pipeline.stories.vetoes import MAX_DAYS_APART, days_apart, vetoes_of

WEIGHTS = Path(__file__).with_name("weights.toml")
# Below this cosine nothing else has ever made two articles one story; it spares most comparisons.
MIN_COSINE = 0.1
# What a veto counts among the other comparisons of two groups, and the most that any comparison counts.
FORBIDDEN = -8.0

Apart = Callable[[str, str], bool]
"""Tells whether people keep two articles apart, by their ids."""


@dataclass(frozen=True)
class Link:
    """What was found between two articles: log-odds without the time between them, that time, and what forbids it.

    `logit` is that of the words and names alone, `counted` what it counts once the vetoes are heard.
    """

    logit: float
    counted: float
    gap: float
    days: int
    vetoes: tuple[str, ...]


@cache
def weights() -> Mapping[str, float]:
    """Read the weight of each kind of evidence, and the intercept."""
    table: dict[str, float] = tomllib.loads(WEIGHTS.read_text("utf-8"))["weights"]
    return table


def logit_of(evidence: Evidence) -> float:
    """Weigh the evidence on one pair: the log-odds that both report one event, time included."""
    known = weights()
    values = zip((field.name for field in fields(evidence)), astuple(evidence), strict=True)
    return known["intercept"] + math.fsum(known[name] * value for name, value in values)


def link_between(one: WeighedArticle, other: WeighedArticle) -> Link:
    """Compare two articles."""
    a, b = one.features, other.features
    if float(a.vector @ b.vector) < MIN_COSINE:
        return Link(FORBIDDEN, FORBIDDEN, 1.0, days_apart(a, b), ())
    evidence = evidence_between(one, other)
    vetoes = vetoes_of(a, b)
    logit = max(FORBIDDEN, min(-FORBIDDEN, logit_of(evidence) - weights()["gap"] * evidence.gap))
    return Link(logit, FORBIDDEN if vetoes else logit, evidence.gap, days_apart(a, b), vetoes)


class Links:
    """The comparisons of a set of articles, each made once and only when it is asked for."""

    def __init__(self, articles: Mapping[str, WeighedArticle], apart: Apart = lambda _one, _other: False) -> None:
        self._articles = articles
        self._apart = apart
        self._known: dict[tuple[str, str], Link] = {}

    def kept_apart_by(self, apart: Apart) -> Links:
        """Return the same comparisons, with what people keep apart."""
        links = Links(self._articles, apart)
        links._known = self._known
        return links

    def article(self, article_id: str) -> WeighedArticle:
        """Return an article of the set."""
        return self._articles[article_id]

    def between(self, one: str, other: str) -> Link:
        """Compare two articles of the set."""
        pair = (one, other) if one < other else (other, one)
        if pair not in self._known:
            self._known[pair] = link_between(self._articles[pair[0]], self._articles[pair[1]])
        return self._known[pair]

    def is_near(self, one: Sequence[str], other: Sequence[str], least: float = 0.0) -> bool:
        """Tell whether any two articles of two groups are like each other: no link is stronger than its best pair."""
        return any(self.between(a, b).counted > least for a, b in product(one, other))

    def strength(self, one: Sequence[str], other: Sequence[str]) -> float:
        """Return the log-odds that two groups report one event: the mean of all comparisons (average linkage).

        The days between count once, those of the two articles nearest in time, so that a story may go on for months.
        Minus infinity where people keep two of them apart, or none is near another in time.
        """
        found = [self.between(a, b) for a, b in product(one, other)]
        near = [link.gap for link in found if link.days <= MAX_DAYS_APART]
        if not near or any(self._apart(a, b) for a, b in product(one, other)):
            return -math.inf
        return math.fsum(link.counted for link in found) / len(found) + weights()["gap"] * min(near)

    def closest(self, one: str, others: Iterable[str], *, is_vetoed: bool = False) -> str | None:
        """Find the article that one is most like, among those that may be of its story or that a veto keeps from it."""
        found = [(self.between(one, other), other) for other in others]
        fit = [(link.logit, other) for link, other in found if link.logit > 0 and bool(link.vetoes) == is_vetoed]
        return max(fit)[1] if fit else None
