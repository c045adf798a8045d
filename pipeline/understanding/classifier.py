"""The classifier of relevance and topics: linear heads over an article's signals, with what they were trained on.

Apart from its training, so that judging needs numpy alone. Stored as one numpy archive without pickled objects.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.vocabulary import Relevance
from pipeline.understanding.newcomers import Newcomer, Profile
from pipeline.understanding.signals import Columns, Row, Signals, row_of
from pipeline.values import Likeness

FORMAT = 1
CLASSES = (Relevance.CORE, Relevance.SPACE, Relevance.OFF)
MIN_LIKENESS = 0.2
LIKENESSES_SHOWN = 3
NEAREST = 7
SAME_TEXT = 0.999

Matrix = NDArray[np.float32]


class ModelProblem(ValueError):
    """Stored bytes are no classifier of this format."""


@dataclass(frozen=True, eq=False)
class Heads:
    """Linear heads, calibrated: weights [heads, signals], biases [heads]."""

    weights: Matrix
    biases: Row

    def logits(self, row: Row) -> Row:
        """Give each head's log-odds."""
        return np.asarray(self.weights @ row + self.biases, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class HeadSet:
    """What judges one kind of row: heads of the three classes of relevance, heads of the topics, their thresholds."""

    relevance: Heads
    topics: Heads
    thresholds: Row


@dataclass(frozen=True)
class Known:
    """A labelled text that the classifier was trained on: what it is shown by, and what it was labelled."""

    id: str
    title: str
    relevance: str | None
    topics: tuple[str, ...]
    is_held: bool = False

    @property
    def likeness(self) -> Likeness:
        """How an explanation shows it."""
        return Likeness(self.id, self.title, self.is_held)


@dataclass(frozen=True, eq=False)
class Classifier:
    """Trained heads with and without a vector, and the labelled texts with their vectors, shape [texts, dimensions]."""

    encoder: str
    columns: Columns
    with_vector: HeadSet
    without_vector: HeadSet
    known: tuple[Known, ...]
    vectors: Matrix
    newcomers: Mapping[str, Newcomer] = field(default_factory=dict)
    """Topics that corrections have taught but for which there are too few labelled texts for a head."""

    @property
    def slugs(self) -> tuple[str, ...]:
        """The topics that it knows."""
        return self.columns.topics

    def relevance_of(self, signals: Signals) -> Mapping[Relevance, float]:
        """Give the probability of each class; they add up to one."""
        logits = self._heads(signals).relevance.logits(row_of(signals, self.columns))
        odds = np.exp(logits - logits.max())
        return {name: float(odd) for name, odd in zip(CLASSES, odds / odds.sum(), strict=True)}

    def topics_of(self, signals: Signals) -> Mapping[str, tuple[float, float]]:
        """Give each topic's probability, and the one from which on it is assigned."""
        heads = self._heads(signals)
        logits = heads.topics.logits(row_of(signals, self.columns))
        scores = 1 / (1 + np.exp(-logits))
        return {
            slug: (float(score), float(threshold))
            for slug, score, threshold in zip(self.slugs, scores, heads.thresholds, strict=True)
        }

    def _heads(self, signals: Signals) -> HeadSet:
        return self.without_vector if signals.vector is None else self.with_vector

    def share_of_core(self, vector: Row) -> float:
        """Tell how many of the nearest labelled texts are core, in 0..1; the article itself is none of them."""
        nearest = np.argsort(-self._cosines(vector))[:NEAREST]
        return float(np.mean([self.known[place].relevance == Relevance.CORE for place in nearest]))

    def like(self, vector: Row | None, *, topic: str | None = None, relevance: str | None = None) -> list[Likeness]:
        """Find the labelled texts nearest to a vector that have the topic, or the relevance."""
        if vector is None:
            return []
        cosines = self._cosines(vector)
        places = [place for place in self._places(topic, relevance) if cosines[place] >= MIN_LIKENESS]
        places.sort(key=lambda place: -cosines[place])
        return [self.known[place].likeness for place in places[:LIKENESSES_SHOWN]]

    def _cosines(self, vector: Row) -> Row:
        cosines = self.vectors @ vector
        # An article that people corrected is a labelled text too: it does not read like itself.
        return np.where(cosines < SAME_TEXT, cosines, 0.0)

    def _places(self, topic: str | None, relevance: str | None) -> Sequence[int]:
        return self._by_topic.get(topic, ()) if topic is not None else self._by_relevance.get(relevance, ())

    @cached_property
    def _by_topic(self) -> Mapping[str | None, Sequence[int]]:
        places: dict[str | None, list[int]] = {}
        for place, one in enumerate(self.known):
            for slug in one.topics:
                places.setdefault(slug, []).append(place)
        return places

    @cached_property
    def _by_relevance(self) -> Mapping[str | None, Sequence[int]]:
        return {name: [n for n, one in enumerate(self.known) if one.relevance == name] for name in CLASSES}


def classifier_bytes(classifier: Classifier) -> bytes:
    """Write a classifier as a compressed numpy archive."""
    about = {
        "format": FORMAT,
        "encoder": classifier.encoder,
        "columns": asdict(classifier.columns),
        "newcomers": list(classifier.newcomers),
        "known": [asdict(one) for one in classifier.known],
    }
    arrays: dict[str, NDArray[np.generic]] = {"vectors": classifier.vectors.astype(np.float16)} | {
        f"{name}-{part}": array
        for name, heads in (("with", classifier.with_vector), ("without", classifier.without_vector))
        for part, array in _arrays(heads).items()
    }
    buffer = io.BytesIO()
    for slug, newcomer in classifier.newcomers.items():
        arrays |= {f"newcomer-{slug}-{part}": array for part, array in _newcomer_arrays(newcomer).items()}
    arrays["about"] = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8)
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def classifier_from_bytes(content: bytes) -> Classifier:
    """Read a classifier; ModelProblem when the bytes are none of this format."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about = json.loads(arrays["about"].tobytes())
        if about["format"] != FORMAT:
            raise ModelProblem(f"the classifier has format {about['format']}, not {FORMAT}")
        return Classifier(
            encoder=about["encoder"],
            columns=Columns(tuple(about["columns"]["topics"]), tuple(about["columns"]["actors"])),
            with_vector=_head_set(arrays, "with"),
            without_vector=_head_set(arrays, "without"),
            known=tuple(Known(**{**one, "topics": tuple(one["topics"])}) for one in about["known"]),
            vectors=arrays["vectors"].astype(np.float32),
            newcomers={slug: _newcomer(slug, arrays) for slug in about["newcomers"]},
        )
    except (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile) as error:
        raise ModelProblem(f"these bytes are no classifier: {error}") from error


def _arrays(heads: HeadSet) -> Mapping[str, Row]:
    return {
        "relevance": heads.relevance.weights,
        "relevance-bias": heads.relevance.biases,
        "topics": heads.topics.weights,
        "topics-bias": heads.topics.biases,
        "thresholds": heads.thresholds,
    }


def _newcomer_arrays(newcomer: Newcomer) -> Mapping[str, Row]:
    profile = newcomer.profile
    return {
        "description": profile.description,
        "examples": profile.examples,
        "others": profile.others,
        "weights": newcomer.weights,
        "bias": np.array(newcomer.bias, dtype=np.float32),
    }


def _newcomer(slug: str, arrays: Mapping[str, NDArray[np.float32]]) -> Newcomer:
    def part(key: str) -> NDArray[np.float32]:
        return arrays[f"newcomer-{slug}-{key}"].astype(np.float32)

    profile = Profile(part("description"), part("examples"), part("others"))
    return Newcomer(slug, profile, part("weights"), float(part("bias")))


def _head_set(arrays: Mapping[str, NDArray[np.float32]], name: str) -> HeadSet:
    def part(key: str) -> NDArray[np.float32]:
        return arrays[f"{name}-{key}"].astype(np.float32)

    relevance, topics = Heads(part("relevance"), part("relevance-bias")), Heads(part("topics"), part("topics-bias"))
    return HeadSet(relevance, topics, part("thresholds"))
