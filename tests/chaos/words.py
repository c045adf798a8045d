"""An encoder for the harness: words hashed into a few numbers, so that no model is loaded and all is the same again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.encoding.text_pieces import TextPieces

DIMENSIONS = 64


class HashedWords:
    """Texts as sums of their words' hashes: alike where they share words."""

    model = "hashed-words"
    dimensions = DIMENSIONS

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one L2-normalised row per text."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            vector = vectors[row]
            for word in text.lower().split():
                place, sign = hashlib.blake2b(word.encode(), digest_size=2).digest()
                vector[place % DIMENSIONS] += 1 if sign & 1 else -1
            vector /= np.linalg.norm(vector) or 1
        return vectors

    def in_context(self, text: str) -> TextPieces:
        """Say that nobody asks for this without a model."""
        raise NotImplementedError(text)


WORDS = HashedWords()
