"""How much each candidate sentence says, and how alike two are: LexRank, position, title and facts; numbers only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.grounding.words import Term, terms_of
from pipeline.summaries.candidates import CJK, Candidate
from pipeline.summaries.words import EVENTS, FIGURES, NAMES

Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Matrix]

CENTRALITY_WEIGHT, POSITION_WEIGHT, TITLE_WEIGHT, FACT_WEIGHT = 0.30, 0.30, 0.20, 0.20
DAMPING = 0.85
POWER_STEPS = 40
FLOOR_QUANTILE = 0.25  # what any two sentences of a story have in common says nothing
LEAD_FADE_SENTENCES = 4.0
SECTION_LEAD_WORTH = 0.35
MANY_NAMES = 2
# Some 64 tokens: what a sentence is about stands in them, and the encoder's time grows with each.
MAX_ENCODED_CHARS, MAX_ENCODED_CJK_CHARS = 260, 100


def scores_of(candidates: Sequence[Candidate], sentences: Matrix, titles: Matrix) -> Matrix:
    """Score every candidate in 0..1 from the unit vectors of the candidates and of the documents' titles.

    The score has shape (candidates,).
    """
    central = _scaled(lexrank(similarities(sentences)))
    own = np.array([float(sentences[n] @ titles[one.document]) for n, one in enumerate(candidates)], dtype=np.float32)
    position = np.array([_position_worth(one) for one in candidates], dtype=np.float32)
    facts = np.array([fact_worth(one.text) for one in candidates], dtype=np.float32)
    total = CENTRALITY_WEIGHT * central + POSITION_WEIGHT * position + TITLE_WEIGHT * _scaled(own) + FACT_WEIGHT * facts
    return np.asarray(total, dtype=np.float32)


def vectors_of(texts: Sequence[str], encode: Encode | None) -> Matrix:
    """Return unit vectors, one row a text: of the encoder, or TF-IDF over stems when there is none.

    The encoder sees each distinct text once, and no more of it than its opening.
    """
    vectors = _encoded(texts, encode) if encode else _tfidf([terms_of(text) for text in texts])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _encoded(texts: Sequence[str], encode: Encode) -> Matrix:
    openings = [_opening(text) for text in texts]
    row = {opening: n for n, opening in enumerate(dict.fromkeys(openings))}
    vectors = np.asarray(encode(list(row)), dtype=np.float32)
    return np.asarray(vectors[[row[opening] for opening in openings]], dtype=np.float32)


def _opening(text: str) -> str:
    is_cjk = len(CJK.findall(text)) * 3 > len(text)
    return text[: MAX_ENCODED_CJK_CHARS if is_cjk else MAX_ENCODED_CHARS]


def _tfidf(texts: Sequence[Sequence[Term]]) -> Matrix:
    counts = [Counter(term.stem for term in text) for text in texts]
    frequency = Counter(stem for count in counts for stem in count)
    column = {stem: n for n, stem in enumerate(frequency)}
    vectors = np.zeros((len(texts), max(1, len(column))), dtype=np.float32)
    for row, count in enumerate(counts):
        for stem, times in count.items():
            vectors[row, column[stem]] = times * (math.log((1 + len(texts)) / (1 + frequency[stem])) + 1)
    return vectors


def similarities(vectors: Matrix) -> Matrix:
    """Return cosines of unit vectors in 0..1, rescaled so that the common floor of the set is 0; shape (n, n)."""
    cosines = vectors @ vectors.T
    others = cosines[~np.eye(len(vectors), dtype=bool)]
    floor = float(np.quantile(others, FLOOR_QUANTILE)) if others.size else 0.0
    return np.asarray(np.clip((cosines - floor) / max(1e-6, 1.0 - floor), 0.0, 1.0), dtype=np.float32)


def lexrank(weights: Matrix) -> Matrix:
    """Return the continuous LexRank centrality (Erkan and Radev 2004) of each row; sums to 1."""
    count = len(weights)
    links = weights * (1 - np.eye(count, dtype=np.float32))
    totals = links.sum(axis=1, keepdims=True)
    links = np.where(totals > 0, links / np.maximum(totals, 1e-9), 1.0 / count).astype(np.float32)
    rank: Matrix = np.full(count, 1.0 / count, dtype=np.float32)
    for _ in range(POWER_STEPS):
        rank = np.asarray((1 - DAMPING) / count + DAMPING * (links.T @ rank), dtype=np.float32)
    return np.asarray(rank, dtype=np.float32)


def fact_worth(sentence: str) -> float:
    """Return 0..1: half for an event or agreement word, the rest for figures and names."""
    event, figure = EVENTS.search(sentence) is not None, FIGURES.search(sentence) is not None
    named = len(NAMES.findall(sentence)) >= MANY_NAMES
    return 0.5 * event + 0.3 * figure + 0.2 * named


def _position_worth(candidate: Candidate) -> float:
    opening = math.exp(-candidate.order / LEAD_FADE_SENTENCES)
    return max(opening, SECTION_LEAD_WORTH if candidate.leads else 0.0)


def _scaled(values: Matrix) -> Matrix:
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / (high - low) if high > low else np.zeros_like(values), dtype=np.float32)
