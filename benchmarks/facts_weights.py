"""The weights by which events are chosen, fitted to the labelled texts, and what they reach on texts not fitted to.

`python -m benchmarks.facts_weights`: F1 by language, cross-validated too, then the weights for `weighing.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks.understanding_facts import Counted, counted_events
from pipeline.facts.facts import candidates_of
from pipeline.facts.weighing import ENOUGH, signs_of, weight_of
from pipeline.understanding.countries import countries_in
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.labelled import Labelled, load_training_texts
from pipeline.understanding.understand import load_knowledge
from pipeline.values import Fact

FOLDS = 5
MIN_SEEN = 10
"""A sign that speaks for fewer candidates gets no weight."""
STRENGTH = 0.1
"""The inverse of how strongly weights are drawn to nought."""
STEP = 0.05
"""Weights are rounded to multiples of it."""
SHOWN = ("en", "zh", "ru", "fr")
THRESHOLDS = np.arange(-2.0, 1.01, 0.05)

CountedFacts = Callable[[Sequence[Fact]], Counted]


@dataclass(frozen=True, eq=False)
class Judged:
    """What one text may tell of: facts, the signs of each, and what the shipped weights make of them."""

    language: str
    facts: tuple[Fact, ...]
    signs: tuple[tuple[str, ...], ...]
    shipped: tuple[float, ...]
    counted: CountedFacts

    @property
    def rights(self) -> list[bool]:
        """Tell of each fact whether a label says the same."""
        listed = self.counted([]).right
        return [self.counted([fact]).right > listed for fact in self.facts]

    def counted_at(self, logits: Sequence[float], enough: float) -> Counted:
        """Count the facts that are kept when these are their logits."""
        return self.counted([fact for fact, logit in zip(self.facts, logits, strict=True) if logit >= enough])


@dataclass(frozen=True, eq=False)
class Fitted:
    """Weights by sign, the base, and the logit that is enough."""

    weights: dict[str, float]
    base: float
    enough: float = 0.0

    def counted(self, judged: Judged) -> Counted:
        """Count what these weights keep."""
        return judged.counted_at(self.logits(judged), self.enough)

    def logits(self, judged: Judged) -> list[float]:
        """Add up the weights of each fact."""
        return [self.base + sum(self.weights.get(sign, 0.0) for sign in signs) for signs in judged.signs]


def main() -> None:
    """Print what the weights reach, and the weights fitted to all texts."""
    texts = list(judged_texts(load_knowledge().gazetteer))
    print(f"{len(texts)} texts, {sum(len(text.facts) for text in texts)} events that they may tell of; F1")
    print_scores("all that may be", [(text, text.counted(text.facts)) for text in texts])
    print_scores("a perfect choice", [(text, text.counted_at(text.rights, True)) for text in texts])
    print_scores("shipped weights", [(text, text.counted_at(text.shipped, ENOUGH)) for text in texts])
    print_scores(f"{FOLDS}-fold cross-validation", cross_validated(texts))
    fitted = fitted_to(texts)
    print_scores("fitted to all", [(text, fitted.counted(text)) for text in texts])
    print_weights(fitted)


def judged_texts(gazetteer: Gazetteer) -> Iterator[Judged]:
    """Find the events that every training text may tell of; those of a list of editions are always kept."""
    for page in load_training_texts():
        candidates, agreements = candidates_of(page.document, gazetteer, _country_codes)
        free = [each for each in candidates if not each.is_listed]
        yield Judged(
            page.document.language or "",
            tuple(each.fact for each in free),
            tuple(tuple(signs_of(each, candidates, page.document, agreements)) for each in free),
            tuple(weight_of(each, candidates, page.document, agreements) for each in free),
            _counting(page, [each.fact for each in candidates if each.is_listed]),
        )


def _counting(page: Labelled, listed: Sequence[Fact]) -> CountedFacts:
    return lambda facts: counted_events([*listed, *facts], page.events)


def cross_validated(texts: Sequence[Judged]) -> list[tuple[Judged, Counted]]:
    """Count each fold's facts by weights fitted to the other folds."""
    found = []
    for fold in range(FOLDS):
        fitted = fitted_to([text for place, text in enumerate(texts) if place % FOLDS != fold])
        found += [(text, fitted.counted(text)) for text in texts[fold::FOLDS]]
    return found


def fitted_to(texts: Sequence[Judged]) -> Fitted:
    """Fit the weights, and choose the logit that gives the best F1."""
    seen = Counter(sign for text in texts for signs in text.signs for sign in set(signs))
    names = sorted(sign for sign, count in seen.items() if count >= MIN_SEEN)
    columns = {name: column for column, name in enumerate(names)}
    rows = np.zeros((sum(len(text.facts) for text in texts), len(names)))
    for row, signs in enumerate(signs for text in texts for signs in text.signs):
        rows[row, [columns[sign] for sign in signs if sign in columns]] = 1.0
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit(rows, [right for text in texts for right in text.rights])
    weights = dict(zip(names, _rounded(model.coef_[0]), strict=True))
    fitted = Fitted({name: weight for name, weight in weights.items() if weight}, _rounded(model.intercept_)[0])
    best = max(THRESHOLDS, key=lambda enough: _f1_at(float(enough), texts, fitted))
    return Fitted(fitted.weights, fitted.base, round(float(best), 2))


def print_scores(name: str, counts: Sequence[tuple[Judged, Counted]]) -> None:
    """Print F1 of all texts, with precision and recall, and by language."""
    total = sum((each for _, each in counts), Counted())
    cells = [f"all {total.f1:.3f} ({total.precision:.2f}, {total.recall:.2f})"]
    for language in SHOWN:
        of_language = sum((each for text, each in counts if text.language == language), Counted())
        cells.append(f"{language} {of_language.f1:.3f}")
    print(f"  {name:24s}" + "  ".join(cells))


def print_weights(fitted: Fitted) -> None:
    """Print the weights as they stand in the code."""
    print(f"ENOUGH = {fitted.enough:.2f}\nBASE = {fitted.base:.2f}")
    for sign, weight in fitted.weights.items():
        print(f'        "{sign}": {weight:.2f},')


def _f1_at(enough: float, texts: Sequence[Judged], fitted: Fitted) -> float:
    return sum((text.counted_at(fitted.logits(text), enough) for text in texts), Counted()).f1


def _rounded(values: npt.NDArray[np.float64]) -> list[float]:
    return [round(float(value), 2) for value in np.round(values / STEP) * STEP]


def _country_codes(text: str, language: str | None) -> list[str]:
    return [mention.code for mention in countries_in(text, language)]


if __name__ == "__main__":
    main()
