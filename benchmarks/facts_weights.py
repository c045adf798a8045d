"""The weights by which events are chosen, fitted to the labelled texts, and what they reach on texts not fitted to.

`python -m benchmarks.facts_weights`: F1 of five-fold cross-validation by language, then the weights for `weighing.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks.understanding_facts import Counted, counted_events, names_overlap
from pipeline.facts.facts import candidates_of
from pipeline.facts.making import Candidate
from pipeline.facts.weighing import ENOUGH, signs_of, weight_of
from pipeline.understanding.countries import countries_in
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.labelled import Labelled, LabelledFact, load_training_texts
from pipeline.understanding.understand import load_knowledge

FOLDS = 5
MIN_SEEN = 8
"""A sign that speaks for fewer candidates gets no weight."""
STRENGTH = 0.1
"""The inverse of how strongly weights are drawn to nought."""
STEP = 0.05
"""Weights are rounded to multiples of it."""
SHOWN = frozenset({"all", "en", "zh", "ru", "fr"})
THRESHOLDS = np.arange(-2.0, 1.01, 0.05)


@dataclass(frozen=True, eq=False)
class Judged:
    """A labelled text, the events that it may tell of, the signs of each, and what shipped weights make of them."""

    page: Labelled
    candidates: tuple[Candidate, ...]
    signs: tuple[tuple[str, ...], ...]
    shipped: tuple[float, ...]

    @property
    def rights(self) -> tuple[bool, ...]:
        """Tell of each candidate whether a label says the same."""
        return tuple(any(_is_of(each, label) for label in self.page.events) for each in self.candidates)

    def counted(self, logits: Sequence[float], enough: float) -> Counted:
        """Count the events that are kept when these are the candidates' logits."""
        kept = [
            each.fact for each, logit in zip(self.candidates, logits, strict=True) if each.is_listed or logit >= enough
        ]
        return counted_events(kept, self.page.events)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Weights by sign, the base, and the logit that is enough."""

    weights: dict[str, float]
    base: float
    enough: float

    def logits(self, judged: Judged) -> list[float]:
        """Add up the weights of each candidate."""
        return [self.base + sum(self.weights.get(sign, 0.0) for sign in signs) for signs in judged.signs]


def main() -> None:
    """Print what the weights reach when fitted to other texts, and the weights fitted to all."""
    pages = list(judged_pages(load_knowledge().gazetteer))
    print(f"{len(pages)} texts, {sum(len(page.candidates) for page in pages)} events that they may tell of; F1 of events")
    print_scores("shipped weights", [(page, page.counted(page.shipped, ENOUGH)) for page in pages])
    print_scores(f"{FOLDS}-fold cross-validation", cross_validated(pages))
    print_scores("a perfect choice", [(page, page.counted([float(right) for right in page.rights], 1.0)) for page in pages])
    fitted = fitted_to(pages)
    print_scores("fitted to all", [(page, page.counted(fitted.logits(page), fitted.enough)) for page in pages])
    print(f"ENOUGH = {fitted.enough:.2f}\nBASE = {fitted.base:.2f}")
    for sign, weight in fitted.weights.items():
        if abs(weight) >= STEP:
            print(f'        "{sign}": {weight:.2f},')


def judged_pages(gazetteer: Gazetteer) -> Iterator[Judged]:
    """Find the candidates of every training text."""
    for page in load_training_texts():
        candidates, agreements = candidates_of(page.document, gazetteer, _country_codes)
        yield Judged(
            page,
            tuple(candidates),
            tuple(tuple(signs_of(each, candidates, page.document, agreements)) for each in candidates),
            tuple(weight_of(each, candidates, page.document, agreements) for each in candidates),
        )


def cross_validated(pages: Sequence[Judged]) -> list[tuple[Judged, Counted]]:
    """Count each fold's events by weights fitted to the other folds."""
    found = []
    for fold in range(FOLDS):
        fitted = fitted_to([page for place, page in enumerate(pages) if place % FOLDS != fold])
        here = pages[fold::FOLDS]
        found += [(page, page.counted(fitted.logits(page), fitted.enough)) for page in here]
    return found


def fitted_to(pages: Sequence[Judged]) -> Fitted:
    """Fit the weights, and choose the logit that gives the best F1."""
    seen = Counter(sign for page in pages for signs in page.signs for sign in set(signs))
    names = sorted(sign for sign, count in seen.items() if count >= MIN_SEEN)
    columns = {name: column for column, name in enumerate(names)}
    rows = np.zeros((sum(len(page.candidates) for page in pages), len(names)))
    for row, signs in enumerate(signs for page in pages for signs in page.signs):
        rows[row, [columns[sign] for sign in signs if sign in columns]] = 1.0
    rights = np.array([right for page in pages for right in page.rights])
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(rows, rights)
    weights = dict(zip(names, _rounded(model.coef_[0]), strict=True))
    fitted = Fitted(weights, float(_rounded(model.intercept_)[0]), 0.0)
    best = max(THRESHOLDS, key=lambda enough: _f1_at(float(enough), pages, fitted))
    return Fitted(weights, fitted.base, round(float(best), 2))


def print_scores(name: str, counts: Sequence[tuple[Judged, Counted]]) -> None:
    """Print F1 of all texts and by language."""
    by_language: dict[str, Counted] = {"all": sum((each for _, each in counts), Counted())}
    for judged, each in counts:
        language = judged.page.document.language or ""
        by_language[language] = by_language.get(language, Counted()) + each
    cells = (f"{language} {each.f1:.3f}" for language, each in by_language.items() if language in SHOWN)
    print(f"{name:24s} " + "  ".join(cells))


def _f1_at(enough: float, pages: Sequence[Judged], fitted: Fitted) -> float:
    return sum((page.counted(fitted.logits(page), enough) for page in pages), Counted()).f1


def _rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(values / STEP) * STEP


def _is_of(candidate: Candidate, label: LabelledFact) -> bool:
    start = str(candidate.fact.start) if candidate.fact.start else None
    return start == label.get("start") and names_overlap(candidate.fact.name, label.get("name") or "")


def _country_codes(text: str, language: str | None) -> list[str]:
    return [mention.code for mention in countries_in(text, language)]


if __name__ == "__main__":
    main()
