"""How near words of a claim come in meaning to words of its source, each word in its context.

By the encoder's states of the pieces of words, compared by cosine, as SimAlign (Jalili Sabet et al., 2020) aligns words
across languages and BERTScore (Zhang et al., 2020) compares sentences. All vectors are taken from their common mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.encoding.text_pieces import TextPieces

InContext = Callable[[str], TextPieces]

MAX_CLAIM_CHARS = 1_200


class Nearness:
    """A claim's words beside those of the sentences that answer for it."""

    def __init__(self, claim: TextPieces, evidence: Sequence[TextPieces]) -> None:
        theirs = np.concatenate([one.vectors for one in evidence]) if evidence else claim.vectors[:0]
        both = np.concatenate([claim.vectors, theirs])
        centre = both.mean(axis=0) if len(both) else 0.0
        self._spans = claim.spans
        self._mine: NDArray[np.float32] = np.asarray(claim.vectors - centre, dtype=np.float32)
        self._theirs = unit(np.asarray(theirs - centre, dtype=np.float32))

    def of(self, start: int, end: int) -> float:
        """Return the cosine of a word with the nearest piece of the evidence; 0 where there is nothing to compare."""
        places = [place for place, (first, last) in enumerate(self._spans) if first < end and start < last]
        if not places or not len(self._theirs):
            return 0.0
        word = unit(self._mine[places].mean(axis=0, keepdims=True))[0]
        return float((self._theirs @ word).max())

    def mean_of(self, spans: Sequence[tuple[int, int]]) -> float:
        """Return the mean over words; 1 of no words."""
        return sum(self.of(*span) for span in spans) / len(spans) if spans else 1.0


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give every row the length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)
