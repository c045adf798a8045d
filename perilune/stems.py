"""Word stems by the Snowball algorithms; apart because search, stories and grounding all compare by stems."""

from __future__ import annotations

import threading
from functools import cache

import Stemmer

STEMMING = threading.Lock()


def stem_by(algorithm: str, word: str) -> str:
    """Return the stem of a lower-case word by an algorithm's English name, such as `russian`."""
    # A Snowball stemmer keeps the word in itself while it works.
    with STEMMING:
        stem: str = _stemmer(algorithm).stemWord(word)
        return stem


@cache
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(algorithm)
