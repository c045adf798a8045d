"""Topics that few texts were labelled for: judged by their description, examples and words, then by corrections.

Apart from the classifier, since what a few corrections teach is how near an article is to them, more than any weight
of a vector's parts. The weights of a topic without corrections are of one logistic regression over the shipped topics,
each in turn taken for new; the scales were chosen on the same (`benchmarks/understanding.py` measures them).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

DESCRIPTION_WEIGHT = 7.0
EXAMPLE_WEIGHT = 3.5
WORDS_WEIGHT = 6.3
OFFSET = -4.0
FIRST_THRESHOLD = 0.25
LEARNED_THRESHOLD = 0.25
SHARE_OF_GUESS = 0.3
"""How much the first guess still counts beside what corrections taught."""
SCALE = 4.0
NEAREST = 3


@dataclass(frozen=True, eq=False)
class Profile:
    """What a topic looks like: vectors of its description [dimensions], of texts that have it, of texts that do not."""

    description: Array
    examples: Array
    others: Array

    def without(self, vector: Array) -> Profile:
        """Leave one text out, so that it is not found to be like itself."""

        def kept(vectors: Array) -> Array:
            return vectors[~np.all(vectors == vector, axis=1)] if len(vectors) else vectors

        return Profile(self.description, kept(self.examples), kept(self.others))


@dataclass(frozen=True)
class Words:
    """The evidence of a topic's words in 0..1, in all of an article and in its title."""

    everywhere: float
    title: float


@dataclass(frozen=True, eq=False)
class Newcomer:
    """A topic that corrections have taught: its profile, and a linear head over `row_for`."""

    slug: str
    profile: Profile
    weights: Array
    bias: float

    def probability(self, words: Words, vector: Array) -> float:
        """Tell how likely an article has the topic: as the corrections taught, and as its profile made one guess."""
        taught = float(self.weights @ row_for(self.profile, words, vector)) + self.bias
        return _sigmoid((1 - SHARE_OF_GUESS) * taught + SHARE_OF_GUESS * _guess(self.profile, words, vector))


def row_for(profile: Profile, words: Words, vector: Array) -> Array:
    """Write an article as numbers: its vector, how near it is to the topic and to what is not, the words."""
    nearness = [
        float(profile.description @ vector),
        _nearest(profile.examples, vector, 1),
        _nearest(profile.examples, vector, NEAREST),
        _nearest(profile.others, vector, 1),
        words.everywhere,
        words.title,
    ]
    row = np.concatenate([vector, nearness]).astype(np.float32)
    return row * np.float32(SCALE)


def _nearest(vectors: Array, vector: Array, count: int) -> float:
    """Give the mean cosine of the nearest ones; 0 without any."""
    return float(np.sort(vectors @ vector)[-count:].mean()) if len(vectors) else 0.0


def first_guess(profile: Profile, words: Words, vector: Array) -> float:
    """Tell how likely an article has a topic that nobody has corrected yet."""
    return _sigmoid(_guess(profile, words, vector))


def _guess(profile: Profile, words: Words, vector: Array) -> float:
    return (
        OFFSET
        + DESCRIPTION_WEIGHT * float(profile.description @ vector)
        + EXAMPLE_WEIGHT * _nearest(profile.examples, vector, 1)
        + WORDS_WEIGHT * words.everywhere
    )


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
