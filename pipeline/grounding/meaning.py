"""Meaning by the encoder: how near a claim is to its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.grounding.nearness import unit
from pipeline.grounding.sources import Source

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

HIGHEST_FLOOR = 0.85


def cosines_of(source: Source, claim: str, encode: Encode) -> NDArray[np.float32]:
    """Return the cosine of a claim with each sentence of its source; a source is encoded once for an encoder."""
    if encode not in source.vectors:
        source.vectors[encode] = unit(encode([sentence.text for sentence in source.sentences]))
    return np.asarray(source.vectors[encode] @ unit(encode([claim]))[0], dtype=np.float32)


def meaning_of(cosines: NDArray[np.float32]) -> float:
    """Return how far the nearest sentence stands out from the rest, 0..1."""
    floor = min(float(np.median(cosines)), HIGHEST_FLOOR)
    return float(np.clip((cosines.max() - floor) / (1 - floor), 0.0, 1.0))
