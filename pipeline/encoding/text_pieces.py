"""A text as an encoder reads it: pieces of words, each with a vector that depends on the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TextPieces:
    """The spans of the pieces (code points, end exclusive) and their vectors, shape [pieces, dimensions]."""

    spans: tuple[tuple[int, int], ...]
    vectors: NDArray[np.float32]


def pieces_of(offsets: Sequence[tuple[int, int]], states: NDArray[np.float32], *, prefix_chars: int) -> TextPieces:
    """Keep the pieces of the text itself: neither the prefix nor the marks of beginning and end."""
    kept = [place for place, (start, end) in enumerate(offsets) if end > max(start, prefix_chars)]
    spans = tuple((max(0, offsets[place][0] - prefix_chars), offsets[place][1] - prefix_chars) for place in kept)
    return TextPieces(spans, np.asarray(states[kept], dtype=np.float32))
