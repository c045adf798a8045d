"""Translated copies: whether two texts in two languages are one text; precise rather than complete, it needs vectors.

A report of the same event in another language is no translation: it has its own figures, its own length, its own order.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.stories.tokens import CJK, reading_of
from pipeline.values import Document

# Vectors are centred on their language: unrelated texts are near 0, two reports of one event near 0.5.
MIN_COSINE = 0.6
MIN_SHARED_FIGURES = 0.85
# Reports of one event share its days and its year: fewer figures than this prove nothing.
MIN_LIKELY_FIGURES = 5
MOST_TIMES_LONGER = 1.7
CHARS_PER_CHINESE_SIGN = 3.2
MIN_SENTENCE_COSINE = 0.45
# Texts with the same telling figures need less: an encoder draws English and Chinese less near.
MIN_COSINE_OF_FIGURES = 0.3
MIN_SENTENCE_COSINE_OF_FIGURES = 0.3
MIN_ALIGNED_SENTENCES = 0.7
# Smaller numbers are words in one language and months or articles in the other.
LEAST_FIGURE = 13


@dataclass(frozen=True, eq=False)
class Rendering:
    """One text in one language; `vector` and `sentence_vectors` are centred on it and normalised.

    `sentence_vectors` has shape [sentences, dimensions], in order; without it the texts as wholes must do.
    """

    title: str
    text: str
    language: str | None
    vector: NDArray[np.float32]
    sentence_vectors: NDArray[np.float32] | None = None


def may_be_translation(a: Document, b: Document) -> bool:
    """Tell whether two texts may be one in two languages, by their lengths and figures alone."""
    if a.language is None or b.language is None or a.language == b.language or not _are_as_long(a.text, b.text):
        return False
    shared, most = _figures_of(a.title, a.text, b.title, b.text)
    return shared >= MIN_SHARED_FIGURES * most


def is_translation(a: Rendering, b: Rendering) -> bool:
    """Tell whether one text is the other in another language.

    Without vectors of sentences the texts must share at least five telling figures, such as a year, and no other.
    """
    if a.language is None or b.language is None or a.language == b.language:
        return False
    shared, most = _figures_of(a.title, a.text, b.title, b.text)
    is_figured = shared == most >= MIN_LIKELY_FIGURES
    is_near = float(a.vector @ b.vector) >= (MIN_COSINE_OF_FIGURES if is_figured else MIN_COSINE)
    if shared < MIN_SHARED_FIGURES * most or not is_near or not _are_as_long(a.text, b.text):
        return False
    if a.sentence_vectors is None or b.sentence_vectors is None:
        return is_figured
    least = MIN_SENTENCE_COSINE_OF_FIGURES if is_figured else MIN_SENTENCE_COSINE
    return _are_aligned(a.sentence_vectors @ b.sentence_vectors.T, least)


def _figures_of(title: str, text: str, other_title: str, other_text: str) -> tuple[int, int]:
    """Count the telling figures that two texts share, and those of the text that has more."""
    figures = telling_figures(f"{title}\n{text}"), telling_figures(f"{other_title}\n{other_text}")
    return len(figures[0] & figures[1]), max(map(len, figures))


def telling_figures(text: str) -> frozenset[str]:
    """Give the numbers of a text that are figures in every language: years, days after the twelfth, amounts."""
    return frozenset(
        word for word in reading_of(text).words if word.replace(".", "", 1).isdecimal() and float(word) >= LEAST_FIGURE
    )


def _are_as_long(a: str, b: str) -> bool:
    shorter, longer = sorted((_length(a), _length(b)))
    return longer <= MOST_TIMES_LONGER * shorter


def _length(text: str) -> float:
    signs = len(CJK.findall(text))
    return len(text) + (CHARS_PER_CHINESE_SIGN - 1) * signs


def _are_aligned(cosines: NDArray[np.float32], least: float) -> bool:
    """Tell whether most sentences have a counterpart in the other text, in the same order."""
    if not cosines.size:
        return False
    for towards in (cosines, cosines.T):
        near = towards.max(axis=1) >= least
        places = towards.argmax(axis=1)[near]
        ordered = sum(1 for one, other in pairwise(places) if other >= one) + (len(places) > 0)
        if min(float(near.mean()), ordered / max(1, len(places))) < MIN_ALIGNED_SENTENCES:
            return False
    return True
