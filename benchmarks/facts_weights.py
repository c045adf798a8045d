"""The weights by which events are chosen, fitted to the labelled texts, and what they reach on texts not fitted to.

`python -m benchmarks.facts_weights [--write]`: F1 by language and on real pages, cross-validated too. `--write` puts
the weights into `pipeline/facts/weights.toml`. It trains on the labelled texts, never on the check set.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.fitted_toml import with_table
from benchmarks.understanding_facts import Counted, counted_events
from pipeline.facts.facts import candidates_of
from pipeline.facts.weighing import WEIGHTS_FILE, Weights, given_weights, shipped_weights, signs_of
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
REAL_WEIGHT = 5
"""A page that was found on the web counts as much as so many texts that were written for training."""
SHOWN = ("en", "zh", "ru", "fr")
THRESHOLDS = np.arange(-2.0, 1.01, 0.05)

CountedFacts = Callable[[Sequence[Fact]], Counted]


@dataclass(frozen=True, eq=False)
class Judged:
    """What one text may tell of: facts, the signs of each, and what the shipped weights make of them."""

    language: str
    is_real: bool
    facts: tuple[Fact, ...]
    signs: tuple[tuple[str, ...], ...]
    counted: CountedFacts

    @property
    def weight(self) -> int:
        """How much it counts in fitting."""
        return REAL_WEIGHT if self.is_real else 1

    @property
    def rights(self) -> list[bool]:
        """Tell of each fact whether a label says the same."""
        listed = self.counted([]).right
        return [self.counted([fact]).right > listed for fact in self.facts]

    def counted_by(self, weights: Weights) -> Counted:
        """Count the facts that the weights keep."""
        kept = (weights.logit(signs) >= weights.enough for signs in self.signs)
        return self.counted([fact for fact, is_kept in zip(self.facts, kept, strict=True) if is_kept])


def main() -> None:
    """Print what the weights reach, and write those that all texts give where that is asked for."""
    parser = argparse.ArgumentParser(description="The weights by which events are chosen.")
    parser.add_argument("--write", action="store_true", help="write the weights into weights.toml")
    options = parser.parse_args()
    texts = list(judged_texts(load_knowledge().gazetteer))
    print(f"{len(texts)} texts, {sum(len(text.facts) for text in texts)} events that they may tell of; F1")
    print_scores("all that may be", [(text, text.counted(text.facts)) for text in texts])
    print_scores("a perfect choice", [(text, _chosen_well(text)) for text in texts])
    print_scores("shipped weights", [(text, text.counted_by(shipped_weights())) for text in texts])
    print_scores(f"{FOLDS}-fold cross-validation", cross_validated(texts))
    fitted = fitted_to(texts)
    print_scores("fitted to all", [(text, text.counted_by(fitted)) for text in texts])
    if options.write:
        write(fitted)


def _chosen_well(text: Judged) -> Counted:
    return text.counted([fact for fact, is_right in zip(text.facts, text.rights, strict=True) if is_right])


def judged_texts(gazetteer: Gazetteer) -> Iterator[Judged]:
    """Find the events that every training text may tell of; those of a list of editions are always kept."""
    for page in load_training_texts():
        candidates, agreements = candidates_of(page.document, gazetteer, _country_codes)
        free = [each for each in candidates if not each.is_listed]
        yield Judged(
            page.document.language or "",
            page.document.url is not None,
            tuple(each.fact for each in free),
            tuple(tuple(signs_of(each, candidates, page.document, agreements)) for each in free),
            _counting(page, [each.fact for each in candidates if each.is_listed]),
        )


def _counting(page: Labelled, listed: Sequence[Fact]) -> CountedFacts:
    return lambda facts: counted_events([*listed, *facts], page.events)


def cross_validated(texts: Sequence[Judged]) -> list[tuple[Judged, Counted]]:
    """Count each fold's facts by weights fitted to the other folds."""
    found = []
    for fold in range(FOLDS):
        fitted = fitted_to([text for place, text in enumerate(texts) if place % FOLDS != fold])
        found += [(text, text.counted_by(fitted)) for text in texts[fold::FOLDS]]
    return found


def fitted_to(texts: Sequence[Judged]) -> Weights:
    """Fit the weights, and choose the logit that gives the best F1."""
    seen = Counter(sign for text in texts for signs in text.signs for sign in set(signs))
    given = given_weights()
    names = sorted(sign for sign in seen if seen[sign] >= MIN_SEEN and sign not in given)
    columns = {name: place for place, name in enumerate(names)}
    rows = np.zeros((sum(len(text.facts) for text in texts), len(columns)))
    for row, signs in enumerate(signs for text in texts for signs in text.signs):
        rows[row, [columns[sign] for sign in signs if sign in columns]] = 1.0
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    weights = [text.weight for text in texts for _ in text.facts]
    model.fit(rows, [right for text in texts for right in text.rights], sample_weight=weights)
    numbers = {name: _rounded(weight) for name, weight in zip(columns, model.coef_[0], strict=True)}
    given |= {name: number for name, number in numbers.items() if number}
    fitted = Weights(_rounded(model.intercept_[0]), 0.0, given)
    return max(
        (replace(fitted, enough=_rounded(each)) for each in THRESHOLDS), key=lambda one: _weighted_f1(texts, one)
    )


def print_scores(name: str, counts: Sequence[tuple[Judged, Counted]]) -> None:
    """Print F1 of all texts, with precision and recall, and by language."""
    total = sum((each for _, each in counts), Counted())
    cells = [f"all {total.f1:.3f} ({total.precision:.2f}, {total.recall:.2f})"]
    cells.append(f"real pages {sum((each for text, each in counts if text.is_real), Counted()).f1:.3f}")
    for language in SHOWN:
        of_language = sum((each for text, each in counts if text.language == language), Counted())
        cells.append(f"{language} {of_language.f1:.3f}")
    print(f"  {name:24s}" + "  ".join(cells))


def write(weights: Weights) -> None:
    """Put weights where they are read from."""
    text = WEIGHTS_FILE.read_text(encoding="utf-8")
    text = with_table(text, "sum", {"base": weights.base, "enough": weights.enough})
    fitted = {name: weight for name, weight in weights.signs.items() if name not in given_weights()}
    WEIGHTS_FILE.write_text(with_table(text, "signs", fitted), encoding="utf-8")


def _weighted_f1(texts: Sequence[Judged], weights: Weights) -> float:
    counts = [(text.counted_by(weights), text.weight) for text in texts]
    parts = ((one.right * weight, one.found * weight, one.labelled * weight) for one, weight in counts)
    return sum((Counted(*part) for part in parts), Counted()).f1


def _rounded(value: float) -> float:
    return round(float(value), 2)


def _country_codes(text: str, language: str | None) -> list[str]:
    return [mention.code for mention in countries_in(text, language)]


if __name__ == "__main__":
    main()
