"""Translated copies: whether two texts in two languages are one text; precise rather than complete, it needs vectors.

A report of the same event in another language is no translation: it has its own figures, its own length, its own order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.stories.numbers import WEEKDAY_NUMBERS, calendar_number
from pipeline.stories.tokens import CJK, KEPT_READINGS, reading_of
from pipeline.understanding.countries import countries_in
from pipeline.values import Document

MAX_OTHER_FIGURES = 0.15
# So many figures that both have say that it is likely; one alone may be a word of the other language.
MIN_LIKELY_FIGURES = 3
# Two is `both` in another language, and one is an article.
LEAST_FIGURE = 3
MOST_TIMES_LONGER = 1.45
CHARS_PER_CHINESE_SIGN = 3.2
MIN_SENTENCES = 2
MIN_SENTENCES_WITHOUT_FIGURES = 3
# Sentences paired in order, vectors centred on their language: those of translations are at 0.6 or more on average,
# where an encoder draws Chinese less near at 0.36, and to Russian at 0.46; those of reports of one statement reach
# 0.41, of one event 0.36 and 0.2, of two releases from one template 0.56 and 0.4.
MIN_COSINE = 0.58
MIN_COSINE_OF_FIGURES = 0.46
CHINESE_SHARE, CHINESE_AND_RUSSIAN_SHARE = 0.74, 0.92
# Two adverts from one template differ in one word, which the title has.
MIN_TITLE_COSINE = 0.5


@dataclass(frozen=True, eq=False)
class Rendering:
    """One text in one language; the vectors of its title and of its sentences, in order, are centred on it."""

    document: Document
    title_vector: NDArray[np.float32]
    sentence_vectors: NDArray[np.float32]


def may_be_translation(a: Document, b: Document) -> bool:
    """Tell whether two texts may be one in two languages, by their lengths, figures and countries alone."""
    if a.language is None or b.language is None or a.language == b.language or not _are_as_long(a.text, b.text):
        return False
    shared, other = _figures_of_both(a, b)
    return other <= max(1, MAX_OTHER_FIGURES * (2 * shared + other)) and not _have_other_countries(a, b)


def is_translation(a: Rendering, b: Rendering) -> bool:
    """Tell whether one text is the other in another language: most of its sentences, in order, say the same.

    Where no figures vouch for it, the title must, and short items prove nothing.
    """
    if not may_be_translation(a.document, b.document):
        return False
    shared, _ = _figures_of_both(a.document, b.document)
    is_figured = shared >= MIN_LIKELY_FIGURES
    cosines = a.sentence_vectors @ b.sentence_vectors.T
    if min(cosines.shape) < (MIN_SENTENCES if is_figured else MIN_SENTENCES_WITHOUT_FIGURES):
        return False
    if not is_figured and a.title_vector @ b.title_vector < MIN_TITLE_COSINE:
        return False
    least = MIN_COSINE_OF_FIGURES if is_figured else MIN_COSINE
    return cosine_in_order(cosines) >= least * _share_of(frozenset((a.document.language, b.document.language)))


def _share_of(languages: frozenset[str | None]) -> float:
    """Say how much less near an encoder draws translations between two languages."""
    if "zh" not in languages:
        return 1.0
    return CHINESE_AND_RUSSIAN_SHARE if "ru" in languages else CHINESE_SHARE


def cosine_in_order(cosines: NDArray[np.float32]) -> float:
    """Average the cosines of sentences that are paired in order, as well as can be; those left alone count as 0."""
    best = np.zeros(cosines.shape[1] + 1)
    for row in np.maximum(cosines, 0):
        paired = np.maximum(best[1:], best[:-1] + row)
        best = np.maximum.accumulate(np.concatenate([[0.0], paired]))
    return float(2 * best[-1] / sum(cosines.shape))


def _figures_of_both(a: Document, b: Document) -> tuple[int, int]:
    """Count the figures that two texts share, and those that only one has."""
    first, second = telling_figures(f"{a.title}\n{a.text}"), telling_figures(f"{b.title}\n{b.text}")
    shared = (first & second).total()
    return shared, first.total() + second.total() - 2 * shared


@lru_cache(maxsize=KEPT_READINGS)
def telling_figures(text: str) -> Counter[str]:
    """Count the numbers of a text that are figures in every language: amounts, ordinals, days, months, years."""
    return Counter(_figures_in(reading_of(text).words))


def _figures_in(words: tuple[str, ...]) -> Iterator[str]:
    for before, word, after in zip(("", *words), words, (*words[1:], ""), strict=False):
        figure = word.removesuffix("th")
        if figure.replace(".", "", 1).isdecimal():
            if float(figure) >= LEAST_FIGURE:
                yield figure
        elif before[:1].isdecimal() or after[:1].isdecimal():
            month = calendar_number(word)
            if month is not None and month >= LEAST_FIGURE and month not in WEEKDAY_NUMBERS:
                yield str(month)


def _have_other_countries(a: Document, b: Document) -> bool:
    """Tell whether each text names a country that the other does not."""
    first, second = _countries_of(a.title, a.text, a.language), _countries_of(b.title, b.text, b.language)
    return bool(first - second and second - first)


@lru_cache(maxsize=KEPT_READINGS)
def _countries_of(title: str, text: str, language: str | None) -> frozenset[str]:
    return frozenset(mention.code for mention in countries_in(f"{title}\n{text}", language))


def _are_as_long(a: str, b: str) -> bool:
    shorter, longer = sorted((_length(a), _length(b)))
    return longer <= MOST_TIMES_LONGER * shorter


def _length(text: str) -> float:
    signs = len(CJK.findall(text))
    return len(text) + (CHARS_PER_CHINESE_SIGN - 1) * signs
