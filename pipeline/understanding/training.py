"""Trains the classifier from labelled texts: one logistic regression a head, calibrated on texts it had not seen.

Apart from the classifier because only this needs scikit-learn. Calibration is Platt's (1999) on the log-odds of five
folds; thresholds make the most of F1 over the same folds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.vocabulary import Relevance
from pipeline.understanding.classifier import CLASSES, Classifier, Heads, HeadSet, Known
from pipeline.understanding.newcomers import Newcomer, Profile, row_for
from pipeline.understanding.signals import Columns, Signals, row_of, words_for_topic

FOLDS = 5
SEED = 7
STRENGTH = 0.3
MIN_MENTIONS = 4
"""An actor that fewer texts name has no column."""
ENOUGH_EXAMPLES = 30
"""A topic with fewer examples than this is a newcomer."""
NEWCOMER_WEIGHTS = {True: 10.0, False: 1.0, None: 0.03}
MAX_ITERATIONS = 400
DEFAULT_THRESHOLD = 0.4
THRESHOLDS = np.arange(0.1, 0.8, 0.02)
PRIOR_EXAMPLES = 25
"""A topic's own threshold counts as much as that of all topics from this many examples on."""
HUMAN_WEIGHT = 2.0
UNJUDGED_WEIGHT = 0.2
"""Of a text that nobody has judged for a topic: most likely it does not have it."""

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
HeldOut = tuple[Matrix, Labels]
"""Probabilities of texts that were held out, and their labels."""


@dataclass(frozen=True, eq=False)
class Example:
    """A labelled text: its relevance if that was judged, and for each topic that was judged whether it has it."""

    id: str
    title: str
    relevance: Relevance | None
    topics: Mapping[str, bool]
    signals: Signals
    is_held: bool = False
    """Whether it is an article of the archive that a person corrected."""

    @property
    def has(self) -> frozenset[str]:
        """The topics that it was judged to have."""
        return frozenset(slug for slug, is_there in self.topics.items() if is_there)

    @property
    def known(self) -> Known:
        """What the classifier remembers of it."""
        return Known(self.id, self.title, self.relevance, tuple(sorted(self.has)), self.is_held)


def merged_example(example: Example, merges: Mapping[str, str]) -> Example:
    """Count the labels of topics that were merged for those that stand for them."""
    topics: dict[str, bool] = {}
    for slug, is_there in example.topics.items():
        standing = merges.get(slug, slug)
        topics[standing] = topics.get(standing, False) or is_there
    return replace(example, topics=topics)


def train(
    examples: Sequence[Example], slugs: Sequence[str], encoder: str, profiles: Mapping[str, Profile] | None = None
) -> Classifier:
    """Train on examples, all of which have vectors, and among which each class of relevance occurs.

    A topic with few examples becomes a newcomer, if it has any and a profile; else it is left out.
    """
    counts = {slug: sum(one.topics.get(slug, False) for one in examples) for slug in slugs}
    heads = tuple(slug for slug in slugs if ENOUGH_EXAMPLES <= counts[slug] < len(examples))
    young = {slug: profile for slug, profile in (profiles or {}).items() if 0 < counts.get(slug, 0) < ENOUGH_EXAMPLES}
    vectors = np.stack([_vector_of(one) for one in examples])
    columns = Columns(heads, _telling_actors(examples))
    rows = np.stack([row_of(one.signals, columns) for one in examples]).astype(np.float64)
    return Classifier(
        encoder=encoder,
        columns=columns,
        with_vector=_head_set(examples, heads, rows),
        without_vector=_head_set(examples, heads, rows[:, : -vectors.shape[1]]),
        known=tuple(one.known for one in examples),
        vectors=vectors,
        newcomers={slug: newcomer_from(slug, profile, examples) for slug, profile in young.items()},
    )


def newcomer_from(slug: str, profile: Profile, examples: Sequence[Example]) -> Newcomer:
    """Fit the head of a topic that has few examples; texts that nobody judged for it count little against it."""
    has = [one for one in examples if one.topics.get(slug) is True]
    has_not = [one for one in examples if one.topics.get(slug) is False]
    profile = replace(
        profile,
        examples=np.concatenate([profile.examples, *(_vector_of(one)[None] for one in has)]),
        others=np.concatenate([profile.others, *(_vector_of(one)[None] for one in has_not)]),
    )
    rows = np.stack([_newcomer_row(slug, profile, one) for one in examples]).astype(np.float64)
    labels = np.array([one.topics.get(slug, False) for one in examples], dtype=np.int64)
    weights = np.array([NEWCOMER_WEIGHTS[one.topics.get(slug)] for one in examples])
    head = _fit(rows, labels, weights)
    return Newcomer(slug, profile, head.weights[0], float(head.biases[0]))


def _newcomer_row(slug: str, profile: Profile, example: Example) -> NDArray[np.float32]:
    vector = _vector_of(example)
    others = profile.without(vector) if slug in example.topics else profile
    return row_for(others, words_for_topic(example.signals, slug), vector)


def _telling_actors(examples: Sequence[Example]) -> tuple[str, ...]:
    """Name the actors that enough examples name for their presence to tell something."""
    counts = Counter(slug for one in examples for slug in {actor.slug for actor in one.signals.cues.actors})
    return tuple(sorted(slug for slug, count in counts.items() if count >= MIN_MENTIONS))


def _vector_of(example: Example) -> NDArray[np.float32]:
    if example.signals.vector is None:
        raise ValueError(f"the example {example.id} has no vector")
    return example.signals.vector


def _head_set(examples: Sequence[Example], slugs: Sequence[str], rows: Matrix) -> HeadSet:
    weights = np.array([HUMAN_WEIGHT if one.is_held else 1.0 for one in examples])
    heads, held_out = _topic_heads(examples, slugs, rows, weights)
    return HeadSet(_relevance_heads(examples, rows, weights), heads, _thresholds(held_out).astype(np.float32))


def _relevance_heads(examples: Sequence[Example], rows: Matrix, weights: Matrix) -> Heads:
    judged = [place for place, one in enumerate(examples) if one.relevance is not None]
    labels = np.array([CLASSES.index(examples[place].relevance or Relevance.OFF) for place in judged])
    rows, weights = rows[judged], weights[judged]
    fitted = _fit(rows, labels, weights)
    logits = np.zeros((len(judged), len(CLASSES)))
    for train_on, test_on in _folds(labels):
        logits[test_on] = rows[test_on] @ (part := _fit(rows[train_on], labels[train_on], weights[train_on])).weights.T
        logits[test_on] += part.biases
    scale = _temperature(logits, labels)
    return Heads(fitted.weights * scale, fitted.biases * scale)


def _temperature(logits: Matrix, labels: Labels) -> float:
    """Find the factor on log-odds that makes the held-out labels likeliest."""

    def loss(factor: float) -> float:
        scaled = factor * logits
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        chosen = scaled[np.arange(len(labels)), labels]
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - chosen))

    return float(min(np.arange(0.5, 3.0, 0.05), key=loss))


def _topic_heads(
    examples: Sequence[Example], slugs: Sequence[str], rows: Matrix, weights: Matrix
) -> tuple[Heads, list[HeldOut]]:
    heads, held_out = [], []
    for slug in slugs:
        labels = np.array([one.topics.get(slug, False) for one in examples], dtype=np.int64)
        judged = np.array([slug in one.topics for one in examples])
        head, scores = _calibrated_head(rows, labels, np.where(judged, weights, UNJUDGED_WEIGHT))
        heads.append(head)
        held_out.append((scores, labels))
    return _stacked(heads, rows.shape[1]), held_out


def _stacked(heads: Sequence[Heads], width: int) -> Heads:
    if not heads:
        return Heads(np.zeros((0, width), np.float32), np.zeros(0, np.float32))
    return Heads(np.concatenate([head.weights for head in heads]), np.concatenate([head.biases for head in heads]))


def _calibrated_head(rows: Matrix, labels: Labels, weights: Matrix) -> tuple[Heads, Matrix]:
    """Fit one head and calibrate it; returns the probabilities of the held-out folds too."""
    logits = np.zeros(len(labels))
    for train_on, test_on in _folds(labels):
        part = _fit(rows[train_on], labels[train_on], weights[train_on])
        logits[test_on] = rows[test_on] @ part.weights[0] + part.biases[0]
    platt = _fit(logits[:, None], labels, weights, strength=100.0)
    slope, offset = max(float(platt.weights[0, 0]), 0.2), float(platt.biases[0])
    fitted = _fit(rows, labels, weights)
    head = Heads(fitted.weights * slope, fitted.biases * slope + offset)
    return head, 1 / (1 + np.exp(-(slope * logits + offset)))


def _thresholds(held_out: Sequence[HeldOut]) -> Matrix:
    """Choose for each topic from which probability on it is assigned, drawn towards what is best over all of them."""
    if not held_out:
        return np.zeros(0)
    scores, labels = (np.concatenate(parts) for parts in zip(*held_out, strict=True))
    common = _best_threshold(scores, labels)
    own = []
    for topic_scores, topic_labels in held_out:
        count = topic_labels.sum()
        best = _best_threshold(topic_scores, topic_labels)
        own.append((count * best + PRIOR_EXAMPLES * common) / (count + PRIOR_EXAMPLES))
    return np.array(own)


def _best_threshold(scores: Matrix, labels: Labels) -> float:
    def f1(threshold: float) -> float:
        chosen = scores >= threshold
        return float(2 * (chosen & (labels > 0)).sum() / max(1, chosen.sum() + labels.sum()))

    best = max(map(f1, THRESHOLDS))
    # The middle of the plateau is safer than its edge.
    plateau = [threshold for threshold in THRESHOLDS if f1(threshold) >= best - 0.005]
    return float(np.median(plateau)) if best else DEFAULT_THRESHOLD


def _folds(labels: Labels) -> list[tuple[Labels, Labels]]:
    from sklearn.model_selection import StratifiedKFold

    count = min(FOLDS, int(np.bincount(labels).min()))
    if count < 2:  # noqa: PLR2004 - one fold holds nothing out
        return [(np.arange(len(labels)), np.arange(len(labels)))]
    return list(StratifiedKFold(count, shuffle=True, random_state=SEED).split(labels[:, None], labels))


def _fit(rows: Matrix, labels: Labels, weights: Matrix, *, strength: float = STRENGTH) -> Heads:
    from sklearn.linear_model import LogisticRegression

    # For two classes liblinear is ten times faster; its intercept is a weight like any other, hence the scale.
    solver, scale = ("liblinear", 10.0) if labels.max() == 1 else ("lbfgs", 1.0)
    model = LogisticRegression(
        C=strength, max_iter=MAX_ITERATIONS, solver=solver, intercept_scaling=scale, random_state=SEED
    ).fit(rows, labels, sample_weight=weights)
    return Heads(np.asarray(model.coef_, dtype=np.float32), np.asarray(model.intercept_, dtype=np.float32))
