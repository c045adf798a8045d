"""Where an encoder puts short texts, by language: apart from whole articles, so that a query can be freed of it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.encoding.encoder import Encoder

_PHRASES = Path(__file__).parent / "short_texts.toml"


def short_text_means(encoder: Encoder) -> list[NDArray[np.float32]]:
    """Encode the same phrases in each language and return each language's mean; takes less than a second."""
    with _PHRASES.open("rb") as file:
        phrases: dict[str, list[str]] = tomllib.load(file)
    return [encoder.encode(texts).mean(axis=0) for texts in phrases.values()]
