"""How much each candidate sentence says, and how alike two are: LexRank, position, title and facts; numbers only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.ground_words import Term, terms_of
from pipeline.summary_candidates import Candidate
from pipeline.summary_words import EVENTS, FIGURES, NAMES
from pipeline.values import Document

Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Matrix]

CENTRALITY_WEIGHT, POSITION_WEIGHT, TITLE_WEIGHT, FACT_WEIGHT = 0.30, 0.30, 0.20, 0.20
DAMPING = 0.85
POWER_STEPS = 40
FLOOR_QUANTILE = 0.25  # what any two sentences of a story have in common says nothing
LEAD_FADE_SENTENCES = 4.0
SECTION_LEAD_WORTH = 0.35
MANY_NAMES = 2


def scores_of(candidates: Sequence[Candidate], documents: Sequence[Document], encode: Encode | None) -> Matrix:
    """Score every candidate in 0..1; shape (candidates,)."""
    texts = [one.text for one in candidates]
    titles = [document.title for document in documents]
    vectors = vectors_of([*texts, *titles], encode)
    sentences, heads = vectors[: len(texts)], vectors[len(texts) :]
    central = _scaled(lexrank(similarities(sentences)))
    own = np.array([float(sentences[n] @ heads[one.document]) for n, one in enumerate(candidates)], dtype=np.float32)
    position = np.array([_position_worth(one) for one in candidates], dtype=np.float32)
    facts = np.array([fact_worth(text) for text in texts], dtype=np.float32)
    total = CENTRALITY_WEIGHT * central + POSITION_WEIGHT * position + TITLE_WEIGHT * _scaled(own) + FACT_WEIGHT * facts
    return np.asarray(total, dtype=np.float32)


def vectors_of(texts: Sequence[str], encode: Encode | None) -> Matrix:
    """Return unit vectors, one row a text: of the encoder, or TF-IDF over stems when there is none."""
    vectors = np.asarray(encode(texts), dtype=np.float32) if encode else _tfidf([terms_of(text) for text in texts])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


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
