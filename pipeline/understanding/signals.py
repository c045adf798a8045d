"""What the classifier sees of an article, as one row of numbers: words of topics, cues of relevance, and its vector.

Apart from the classifier so that training and judging cannot but see the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.understanding.evidence import NO_EVIDENCE, Evidence
from pipeline.understanding.newcomers import Words
from pipeline.understanding.relevance import SPACE_KINDS, VOCABULARY_GROUPS, RelevanceCues, core_share, space_share

Row = NDArray[np.float32]

# A topic's evidence of this weight is as good as half of all there could be.
HALF_SCORE_EVIDENCE = 1.7
SHORT_TEXT_WORDS = 120
LENGTH_PENALTY = 0.25  # per doubling of the length: long texts name many things in passing
HALF_CUE = 3.0
DENSITY_OFFSET_WORDS = 60
DENSITY_SCALE = 20.0
MAX_COUNT = 4
# How much a block of the row counts beside the others, all of them being in about -1..1.
VECTOR_SCALE = 4.0
TOPIC_SCALE = 1.5


@dataclass(frozen=True)
class Columns:
    """What the columns of a row stand for, beside the cues of relevance: topics and actors, by their slugs."""

    topics: tuple[str, ...]
    actors: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Signals:
    """Evidence by group of words, the cues of relevance, and the centred vector (None where nothing is encoded)."""

    evidence: Mapping[str, Evidence]
    cues: RelevanceCues
    vector: NDArray[np.float32] | None

    @property
    def word_count(self) -> int:
        """How many words the article has."""
        return self.cues.word_count


def row_of(signals: Signals, columns: Columns) -> Row:
    """Write the signals as numbers, shape [3 * topics + actors + relevance cues + dimensions]."""
    named = {actor.slug for actor in signals.cues.actors}
    actors = np.array([slug in named for slug in columns.actors], dtype=np.float32)
    parts = [_topic_block(signals, columns.topics), actors, _relevance_block(signals.cues)]
    if signals.vector is not None:
        parts.append(VECTOR_SCALE * signals.vector)
    return np.concatenate(parts).astype(np.float32)


def topic_evidence(signals: Signals, slug: str) -> float:
    """Tell in 0..1 how much the words speak for a topic, for the article's length."""
    doublings = math.log2(max(1.0, signals.word_count / SHORT_TEXT_WORDS))
    half = HALF_SCORE_EVIDENCE * (1 + LENGTH_PENALTY * doublings)
    score = signals.evidence.get(slug, NO_EVIDENCE).score
    return score / (score + half)


def words_for_topic(signals: Signals, slug: str) -> Words:
    """Give what the words say of a topic, in all of the article and in its title."""
    title = signals.evidence.get(slug, NO_EVIDENCE).title_score
    return Words(topic_evidence(signals, slug), math.tanh(title / 2))


def _topic_block(signals: Signals, slugs: Sequence[str]) -> Row:
    found = [signals.evidence.get(slug, NO_EVIDENCE) for slug in slugs]
    best = max((each.score for each in found), default=0.0) or 1.0
    words = [words_for_topic(signals, slug) for slug in slugs]
    rows = [(each.everywhere, each.title, evidence.score / best) for each, evidence in zip(words, found, strict=True)]
    return TOPIC_SCALE * np.array(rows, dtype=np.float32).reshape(-1)


def _relevance_block(cues: RelevanceCues) -> Row:
    values: list[float] = []
    for group in VOCABULARY_GROUPS:
        evidence = cues.evidence_for(group)
        density = DENSITY_SCALE * evidence.mass / (cues.word_count + DENSITY_OFFSET_WORDS)
        values += [
            evidence.score / (evidence.score + HALF_CUE),
            density / (1 + density),
            math.tanh(evidence.title_score / 2),
        ]
    space_actors = sum(actor.kind in SPACE_KINDS for actor in cues.actors)
    homes = {actor.country for actor in cues.actors if actor.country}
    counts = (len(cues.countries), space_actors, len(homes))
    values += [min(count, MAX_COUNT) / MAX_COUNT for count in counts]
    values += [float("UN" in cues.countries), float("EU-ESA" in cues.countries)]
    values += [min(space_share(cues), 3.0) / 3, core_share(cues), math.log10(cues.word_count + 1) / 4]
    return np.array(values, dtype=np.float32)
