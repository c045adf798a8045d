"""Fits the weights of the evidence that a country takes part (`pipeline/understanding/participants.toml`).

`python -m benchmarks.countries_weights [--write] [--mistakes]`: trains on the labelled texts, never the check set.
Figures are of texts that were held out: ten folds, by text. `--write` puts the weights into the file.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.fitted_toml import with_table
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.checking import counts_of
from pipeline.understanding.countries import countries_in
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.labelled import CHECK_PREFIX, LABELLED_FOLDER, Labelled, load_training_texts
from pipeline.understanding.participants import chosen_of, evidence_by_country, likelihood_of
from pipeline.understanding.sightings import CUES_FILE, Thresholds, cues_file

FOLDS = 10
SEED = 7
STRENGTH = 0.5
MAX_ITERATIONS = 2_000
THRESHOLDS = np.arange(0.2, 0.6, 0.02)
LONE_THRESHOLDS = np.arange(0.1, 0.4, 0.02)
COMMONEST = 25

Weights = Mapping[str, float]
Scores = Mapping[str, float]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Case:
    """A labelled text with the evidence for every country that it could be about."""

    text: Labelled
    style: str
    evidence: Mapping[str, Mapping[str, float]]

    @property
    def true(self) -> frozenset[str]:
        """The countries that take part, by its reader."""
        return frozenset(self.text.countries)


@dataclass(frozen=True)
class Fitted:
    """What is written into the file."""

    weights: Weights
    thresholds: Thresholds


def main() -> None:
    """Print figures of held-out texts beside the present weights and the baseline; write what all texts give."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights into participants.toml")
    parser.add_argument("--mistakes", action="store_true", help="list the commonest wrong and missed countries")
    options = parser.parse_args()
    cases = load_cases()
    scores = held_out_scores(cases)
    thresholds = best_thresholds(cases, scores)
    found = {
        "held out": held_out_choices(cases, scores),
        "weights in the file": [_present(case) for case in cases],
        "all that are named": [_named(case) for case in cases],
    }
    print_figures(cases, found)
    if options.mistakes:
        print_mistakes(cases, found["held out"])
    if options.write:
        write(Fitted(weights_of(cases), thresholds))


def load_cases() -> list[Case]:
    """Read the texts to train on and draw the evidence from each."""
    gazetteer, styles = Gazetteer(load_actors()), _styles()
    cases = []
    for text in load_training_texts():
        document = text.document
        mentions = gazetteer.mentions(document.text)
        evidence = evidence_by_country(document.title, document.text, mentions, gazetteer.actors, document.language)
        cases.append(Case(text, styles.get(document.id, "gold"), evidence))
    return cases


def _styles() -> Mapping[str, str]:
    paths = (path for path in LABELLED_FOLDER.glob("*.jsonl") if not path.name.startswith(CHECK_PREFIX))
    rows = (json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line)
    return {row["id"]: row["style"] for row in rows if "style" in row}


def weights_of(cases: Sequence[Case]) -> Weights:
    """Fit a logistic regression (L2) over all pairs of a text and a country; the intercept is `always`."""
    from sklearn.linear_model import LogisticRegression

    names = sorted({name for case in cases for evidence in case.evidence.values() for name in evidence})
    pairs = [(evidence, code in case.true) for case in cases for code, evidence in case.evidence.items()]
    rows = np.array([[float(evidence.get(name, 0)) for name in names] for evidence, _ in pairs])
    model = LogisticRegression(C=STRENGTH, max_iter=MAX_ITERATIONS).fit(rows, [label for _, label in pairs])
    weights = dict(zip(names, map(float, model.coef_[0]), strict=True))
    return {"always": float(model.intercept_[0]), **weights}


def held_out_scores(cases: Sequence[Case]) -> list[Scores]:
    """Weigh each text by the weights of the other folds."""
    folds = np.random.default_rng(SEED).permutation(len(cases)) % FOLDS
    scores: list[Scores] = [{}] * len(cases)
    for fold in range(FOLDS):
        weights = weights_of([case for case, own in zip(cases, folds, strict=True) if own != fold])
        for number in map(int, np.flatnonzero(folds == fold)):
            scores[number] = scores_by(weights, cases[number])
    return scores


def held_out_choices(cases: Sequence[Case], scores: Sequence[Scores]) -> list[frozenset[str]]:
    """Choose by thresholds that the other folds gave, so that no text is judged by its own."""
    found: list[frozenset[str]] = [frozenset()] * len(cases)
    for fold in range(FOLDS):
        others = [number for number in range(len(cases)) if number % FOLDS != fold]
        thresholds = best_thresholds([cases[n] for n in others], [scores[n] for n in others])
        for number in range(fold, len(cases), FOLDS):
            found[number] = frozenset(chosen_of(scores[number], thresholds))
    return found


def scores_by(weights: Weights, case: Case) -> Scores:
    """Give the likelihood of each country."""
    return {code: likelihood_of(evidence, weights) for code, evidence in case.evidence.items()}


def best_thresholds(cases: Sequence[Case], scores: Sequence[Scores]) -> Thresholds:
    """Choose the thresholds that make the most of F1."""
    choices = [
        Thresholds(round(float(common), 2), round(float(lone), 2))
        for common in THRESHOLDS
        for lone in LONE_THRESHOLDS
        if lone < common
    ]
    return max(choices, key=lambda choice: f1_of(cases, [frozenset(chosen_of(one, choice)) for one in scores]))


def f1_of(cases: Iterable[Case], found: Iterable[frozenset[str]]) -> float:
    """Score what was found, over all pairs of a text and a country."""
    return counts_of(
        (code in case.true, code in codes)
        for case, codes in zip(cases, found, strict=True)
        for code in case.true | codes
    ).f1


def _present(case: Case) -> frozenset[str]:
    file = cues_file()
    return frozenset(chosen_of(scores_by(file.weights, case), file.thresholds))


def _named(case: Case) -> frozenset[str]:
    document = case.text.document
    return frozenset(one.code for one in countries_in(f"{document.title}\n{document.text}", document.language))


def print_figures(cases: Sequence[Case], found: Mapping[str, Sequence[frozenset[str]]]) -> None:
    """Print F1 of each way of choosing, in all, by language and by style."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        for group in ("all", case.text.document.language or "?", case.style):
            groups[group].append(number)
    print(f"{'F1 of countries that take part':32s}" + "".join(f"{name:>22s}" for name in found))
    for group, numbers in sorted(groups.items(), key=lambda item: -len(item[1])):
        own = [cases[number] for number in numbers]
        figures = (f1_of(own, [codes[number] for number in numbers]) for codes in found.values())
        print(f"{f'{group} ({len(numbers)})':32s}" + "".join(f"{figure:22.3f}" for figure in figures))


def print_mistakes(cases: Sequence[Case], found: Sequence[frozenset[str]]) -> None:
    """Print the countries most often wrong, missed, and missed because nothing of theirs was sighted."""
    wrong, missed, unseen = Counter[str](), Counter[str](), Counter[str]()
    for case, codes in zip(cases, found, strict=True):
        wrong.update(codes - case.true)
        missed.update(case.true - codes)
        unseen.update(case.true - case.evidence.keys())
    for name, counts in (("wrong", wrong), ("missed", missed), ("unseen", unseen)):
        said = ", ".join(f"{code} {count}" for code, count in counts.most_common(COMMONEST))
        print(f"{name}, {counts.total()}: {said}")


def write(fitted: Fitted) -> None:
    """Put weights and thresholds into the file, and leave its words and comments as they are."""
    numbers = {"common": fitted.thresholds.common, "lone": fitted.thresholds.lone}
    text = with_table(CUES_FILE.read_text(encoding="utf-8"), "thresholds", numbers)
    CUES_FILE.write_text(with_table(text, "weights", fitted.weights), encoding="utf-8")


if __name__ == "__main__":
    main()
