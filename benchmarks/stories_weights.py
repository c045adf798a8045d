"""The weights of the story rule, fitted to pairs of articles.

`python -m benchmarks.stories_weights --data DIR [--write]` prints B-cubed of each set grouped by weights that were
fitted without it. `--write` puts the weights of all sets into `pipeline/stories/weights.toml`. Each set counts alike,
the small ones and headlines half; the look-alikes that are held out are not among them.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.fitted_toml import with_table
from benchmarks.stories_scores import b_cubed
from benchmarks.stories_sets import HELD_OUT, StorySet, load_sets, with_features
from perilune.config import settings_from
from pipeline.encoding.encoder import load_encoder
from pipeline.stories import linking
from pipeline.stories.evidence import Evidence, evidence_between, weighed
from pipeline.stories.features import term_counts_of
from pipeline.stories.stories import group_into_stories
from pipeline.stories.vetoes import MAX_DAYS_APART, days_apart, vetoes_of
from pipeline.understanding.understand import load_knowledge

HALF = frozenset({"handpicked", "wikinews", "headlines"})
PAIRS_OF_A_SET = 1000
LEANING = 0.87
"""Added to the intercept: a story is a mean over many pairs, and a mean over some weak pairs falls below nought."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """The evidence on the pairs of a set that nothing forbids, whether each is one story, and what a pair counts."""

    evidence: NDArray[np.float64]
    is_one: NDArray[np.bool_]
    weight: float


def pairs_of(found: StorySet) -> Pairs:
    """Compare all articles of a set that are near in meaning and in time."""
    background = term_counts_of(found.features)
    known = [weighed(one, background) for one in found.features]
    rows, labels = [], []
    for one, other in combinations(range(len(known)), 2):
        a, b = found.features[one], found.features[other]
        is_near = float(a.vector @ b.vector) >= linking.MIN_COSINE and days_apart(a, b) <= MAX_DAYS_APART
        if is_near and not vetoes_of(a, b):
            rows.append(astuple(evidence_between(known[one], known[other])))
            labels.append(found.stories[one] == found.stories[other])
    share = 0.5 if found.name in HALF else 1.0
    return Pairs(np.array(rows), np.array(labels), share * PAIRS_OF_A_SET / max(20, sum(labels)))


def fitted(sets: Sequence[Pairs]) -> dict[str, float]:
    """Fit a logistic regression to the pairs of several sets."""
    evidence = np.vstack([one.evidence for one in sets])
    is_one = np.concatenate([one.is_one for one in sets])
    weights = np.concatenate([np.full(len(one.is_one), one.weight) for one in sets])
    model = LogisticRegression(C=1.0, max_iter=5000).fit(evidence, is_one, sample_weight=weights)
    names = [field.name for field in fields(Evidence)]
    found = dict(zip(names, model.coef_[0].tolist(), strict=True))
    return found | {"intercept": float(model.intercept_[0]) + LEANING}


def grouped_by(weights: Mapping[str, float], found: StorySet) -> list[str]:
    """Group a set by other weights than those that ship."""
    linking.weights.cache_clear()
    before, linking.WEIGHTS = linking.WEIGHTS, _written(weights)
    try:
        return group_into_stories(found.features)
    finally:
        linking.WEIGHTS = before
        linking.weights.cache_clear()


def _written(weights: Mapping[str, float]) -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp()) / "weights.toml"
    path.write_text(with_table(linking.WEIGHTS.read_text("utf-8"), "weights", weights), "utf-8")
    return path


def main() -> None:
    """Fit, judge each set by the others, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of real texts")
    parser.add_argument("--write", action="store_true", help="put the weights into pipeline/stories/weights.toml")
    options = parser.parse_args()
    settings = settings_from({})
    knowledge, encoder = load_knowledge(), load_encoder(settings.encoder, settings.cache)
    sets = [with_features(one, knowledge, encoder) for one in load_sets(options.data) if one.name != HELD_OUT]
    pairs = {one.name: pairs_of(one) for one in sets}
    for one in sets:
        weights = fitted([known for name, known in pairs.items() if name != one.name])
        print(f"{one.name:12s} fitted without it: B-cubed {b_cubed(grouped_by(weights, one), one.stories)}", flush=True)
    weights = fitted(list(pairs.values()))
    print({name: round(weight, 2) for name, weight in weights.items()})
    if options.write:
        linking.WEIGHTS.write_text(with_table(linking.WEIGHTS.read_text("utf-8"), "weights", weights), "utf-8")


if __name__ == "__main__":
    main()
