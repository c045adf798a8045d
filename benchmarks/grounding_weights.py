"""The weights of the grounding score, fitted to people's judgements and planted errors; never to held-out texts.

`python -m benchmarks.grounding_weights FOLDER [--write]`: AUC on QAGS, cross-validated by article, beside n-gram
precision. `--write` puts the weights into `pipeline/grounding/weights.toml`, by words alone and with the encoder.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.fitted_toml import with_table
from benchmarks.grounding import OWN_WORDS
from benchmarks.grounding_claims import all_pairs
from benchmarks.grounding_pairs import half_of
from benchmarks.grounding_people import FOLDS, auc, judged_sentences, run_precision
from perilune.config import settings_from
from pipeline.encoding.encoder import load_encoder
from pipeline.grounding.ground import NOBODY, Judges, supports_of
from pipeline.grounding.scoring import WEIGHTS_FILE, Support
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer

STRENGTH = 0.3
"""The inverse of how strongly weights are drawn to nought."""
PAIRS_WEIGHT = 0.2
"""What all pairs in words of their own count together, beside all judged sentences."""


@dataclass(frozen=True)
class Example:
    """The features of a claim, whether it is supported, its weight, and its fold where it is judged by people."""

    features: Mapping[str, float]
    is_supported: bool
    weight: float
    fold: int | None


def main() -> None:
    """Print what the weights reach, and write them where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--write", action="store_true", help="write the weights into weights.toml")
    options = parser.parse_args()
    if options.folder is None:
        print("no folder with judged summaries named (BENCH_DATA): nothing to fit to")
        return
    settings = settings_from(os.environ)
    encoder = load_encoder(settings.encoder, settings.cache)
    fit_all(
        options.folder,
        {"by-words": NOBODY, "with-meaning": Judges(encoder.encode, encoder.in_context)},
        is_written=options.write,
    )


def fit_all(folder: Path, all_judges: Mapping[str, Judges], *, is_written: bool) -> None:
    """Fit each kind of weights, and print what it reaches."""
    judged = judged_sentences(folder)
    labels = [one.is_supported for one in judged]
    for size in (1, 2, 3):
        precision = [run_precision(one.source, one.claim, size) for one in judged]
        print(f"n-gram precision, n={size}: AUC {auc(precision, labels):.3f}")
    for kind, judges in all_judges.items():
        examples = examples_of(folder, judges)
        print(f"{kind}: AUC {cross_validated(examples):.3f}, by the other folds' weights")
        weights = fitted_to(examples)
        print("  " + ", ".join(f"{name} {weight:.2f}" for name, weight in weights.items()))
        if is_written:
            text = WEIGHTS_FILE.read_text(encoding="utf-8")
            WEIGHTS_FILE.write_text(with_table(text, kind, weights), encoding="utf-8")


def examples_of(folder: Path, judges: Judges) -> list[Example]:
    """Gather the judged sentences and the tuning half of the pairs."""
    names = Gazetteer(load_actors()).spans
    examples = []
    for one in judged_sentences(folder):
        features = _weakest(supports_of(one.source, one.claim, names=names, judges=judges))
        examples.append(Example(features, one.is_supported, 1.0, one.fold))
    pairs = [pair for pair in half_of(all_pairs(folder), held_out=False) if pair.origin in OWN_WORDS]
    weight = PAIRS_WEIGHT * len(examples) / len(pairs)
    for pair in sorted(pairs, key=lambda one: one.text.id):
        features = _weakest(supports_of(pair.text.text, pair.claim, names=names, judges=judges))
        examples.append(Example(features, pair.is_supported, weight, None))
    return examples


def _weakest(supports: Sequence[Support]) -> Mapping[str, float]:
    return min((one.features for one in supports), key=lambda one: one["sentence"] + one["copied"])


def cross_validated(examples: Sequence[Example]) -> float:
    """Score each fold of articles by weights fitted to the rest."""
    scores, labels = [], []
    for fold in range(FOLDS):
        weights = fitted_to([one for one in examples if one.fold != fold])
        held_out = [one for one in examples if one.fold == fold]
        scores += [_logit(one.features, weights) for one in held_out]
        labels += [one.is_supported for one in held_out]
    return auc(scores, labels)


def _logit(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return weights["base"] + sum(weights[name] * value for name, value in features.items())


def fitted_to(examples: Sequence[Example]) -> dict[str, float]:
    """Fit the weights, each feature drawn to nought alike."""
    names = sorted(examples[0].features)
    rows: NDArray[np.float64] = np.array([[one.features[name] for name in names] for one in examples])
    scale = np.maximum(rows.std(axis=0), 1e-6)
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    weights = [one.weight for one in examples]
    model.fit(rows / scale, [one.is_supported for one in examples], sample_weight=weights)
    numbers = {name: round(float(value), 2) for name, value in zip(names, model.coef_[0] / scale, strict=True)}
    return {"base": round(float(model.intercept_[0]), 2)} | numbers


if __name__ == "__main__":
    main()
