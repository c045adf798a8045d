"""How alike two articles are: the measured evidence for and against one story; apart from the rule that weighs it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from perilune.dates import Precision
from pipeline.stories.features import StoryFeatures, TermStatistics
from pipeline.stories.named_days import is_near_named_day
from pipeline.stories.vetoes import have_same_fact, middle_of

FULL_GAP_DAYS = 30
# Where one date is unknown, the days that its article names say whether it may report what the other does.
_NAMED_DAY_GAP, _UNKNOWN_DATE_GAP, _OTHER_DAY_GAP = 0.1, 0.4, 0.7
_BOTH_DATES_UNKNOWN_GAP = 0.3


@dataclass(frozen=True, eq=False)
class WeighedArticle:
    """An article whose terms are weighed by rarity: `terms` is a unit vector, `names` are plain weights."""

    features: StoryFeatures
    terms: Mapping[str, float]
    names: Mapping[str, float]


@dataclass(frozen=True)
class Evidence:
    """What speaks for one story (`vector` to `facts`, each in about 0..1) and against it (`gap`, 0..1).

    `across` is 1 where the languages differ, so that words cannot be compared; `numbers` that both name one edition
    or craft; `facts` that both report one event or agreement.
    """

    vector: float
    terms: float
    names: float
    actors: float
    numbers: float
    facts: float
    across: float
    gap: float


def weighed(article: StoryFeatures, background: TermStatistics) -> WeighedArticle:
    """Weigh an article's terms by their rarity in the archive (tf-idf, L2-normalised)."""
    rarity = {term: _rarity(term, background) for term in {*article.terms, *article.names}}
    return WeighedArticle(
        features=article,
        terms=_unit({term: weight * rarity[term] for term, weight in article.terms.items()}),
        names={name: rarity[name] for name in article.names},
    )


def evidence_between(a: WeighedArticle, b: WeighedArticle) -> Evidence:
    """Measure how alike two articles are; words are compared within a language only, names across."""
    one, other = a.features, b.features
    is_same_language = one.language == other.language
    return Evidence(
        vector=float(one.vector @ other.vector),
        terms=_dot(a.terms, b.terms) if is_same_language else 0.0,
        names=_overlap(a.names, b.names),
        actors=_jaccard(one.actors, other.actors),
        numbers=float(_share_numbers(one, other)),
        facts=float(have_same_fact(one, other)),
        across=float(not is_same_language),
        gap=_gap(one, other),
    )


def _rarity(term: str, background: TermStatistics) -> float:
    frequency = min(background.document_frequency(term), background.document_count)
    return math.log((background.document_count + 1) / (frequency + 0.5))


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {term: weight / norm for term, weight in weights.items()}


def _dot(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    if len(a) > len(b):
        a, b = b, a
    return _total(weight * b[term] for term, weight in a.items() if term in b)


def _overlap(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    shared = _total(weight for name, weight in a.items() if name in b)
    either = _total(a.values()) + _total(b.values()) - shared
    return shared / either if either else 0.0


def _total(weights: Iterable[float]) -> float:
    # Sets of words have no order; an exact sum makes the score the same in every process.
    return math.fsum(weights)


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0


def _share_numbers(a: StoryFeatures, b: StoryFeatures) -> bool:
    one, other = a.lead_numbers, b.lead_numbers
    return not (one.crafts.isdisjoint(other.crafts) and one.editions.isdisjoint(other.editions))


def _gap(a: StoryFeatures, b: StoryFeatures) -> float:
    if a.published is None and b.published is None:
        return _BOTH_DATES_UNKNOWN_GAP
    if a.published is None or b.published is None:
        return _gap_of_undated(a, b) if a.published is None else _gap_of_undated(b, a)
    days = abs((middle_of(a.published) - middle_of(b.published)).days)
    if a.published.first <= b.published.last and b.published.first <= a.published.last:
        days = min(days, FULL_GAP_DAYS // 4)
    return min(days, FULL_GAP_DAYS) / FULL_GAP_DAYS


def _gap_of_undated(undated: StoryFeatures, other: StoryFeatures) -> float:
    if other.published is None or other.published.precision is not Precision.DAY or not undated.named_days:
        return _UNKNOWN_DATE_GAP
    return _NAMED_DAY_GAP if is_near_named_day(other.published.first, undated.named_days) else _OTHER_DAY_GAP
