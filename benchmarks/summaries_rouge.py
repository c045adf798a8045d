"""ROUGE-1, -2 and -L (Lin 2004) as F1, over stems of words and over single Chinese characters; redundancy too.

Its own small implementation, because the usual packages know the Latin alphabet only. Stems are Snowball's, for English
of the family that ROUGE-1.5.5 uses; no stop words are left out. ROUGE-L is that of whole texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from pipeline.grounding.words import stem_of

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
RESAMPLES = 2000
MEASURES = ("1", "2", "L")


@dataclass(frozen=True)
class Rouge:
    """F1 of unigrams, of bigrams and of the longest common subsequence."""

    one: float
    two: float
    longest: float

    @property
    def cells(self) -> tuple[float, float, float]:
        """The three figures in the order in which they are printed."""
        return self.one, self.two, self.longest


@lru_cache(maxsize=50_000)
def tokens_of(text: str, language: str) -> tuple[str, ...]:
    """Cut a text into stems; each Chinese character is a token of its own."""
    return tuple(stem_of(token, language) for token in _TOKEN.findall(text))


def rouge_of(text: str, references: Sequence[str], language: str) -> Rouge:
    """Compare a summary with each reference and return the mean over these."""
    said = tokens_of(text, language)
    each = [_rouge(said, tokens_of(reference, language)) for reference in references]
    return Rouge(*(float(np.mean(column)) for column in zip(*each, strict=True)))


def _rouge(said: Sequence[str], wanted: Sequence[str]) -> tuple[float, float, float]:
    one = _f1(_shared(said, wanted), len(said), len(wanted))
    pairs, wanted_pairs = list(pairwise(said)), list(pairwise(wanted))
    two = _f1(_shared(pairs, wanted_pairs), len(pairs), len(wanted_pairs))
    return one, two, _f1(longest_common(said, wanted), len(said), len(wanted))


def _shared(said: Sequence[object], wanted: Sequence[object]) -> int:
    return (Counter(said) & Counter(wanted)).total()


def _f1(shared: int, said: int, wanted: int) -> float:
    return 2 * shared / (said + wanted) if shared else 0.0


def longest_common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence, by bits (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for place, token in enumerate(one):
        places[token] = places.get(token, 0) | 1 << place
    every = (1 << len(one)) - 1
    row = every
    for token in other:
        match = row & places.get(token, 0)
        row = ((row + match) | (row - match)) & every
    return len(one) - row.bit_count()


def redundancy_of(sentences: Sequence[str], language: str) -> float:
    """Return the mean, over the sentences, of the highest ROUGE-L with another of the same summary."""
    cut = [tokens_of(sentence, language) for sentence in sentences]
    if len(cut) < 2:
        return 0.0
    highest = [
        max(_f1(longest_common(one, other), len(one), len(other)) for m, other in enumerate(cut) if m != n)
        for n, one in enumerate(cut)
    ]
    return float(np.mean(highest))


def repeated_trigrams_of(sentences: Sequence[str], language: str) -> float:
    """Return the share of a summary's trigrams that occurred in it before."""
    cut = [tokens_of(sentence, language) for sentence in sentences]
    trigrams = [trigram for one in cut for trigram in zip(one, one[1:], one[2:], strict=False)]
    return 1 - len(set(trigrams)) / len(trigrams) if trigrams else 0.0


def interval_of(differences: Sequence[float]) -> tuple[float, float]:
    """Return the 95% interval of a mean difference by bootstrap over the stories."""
    values = np.asarray(differences)
    picks = np.random.default_rng(6).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(values[picks].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)
