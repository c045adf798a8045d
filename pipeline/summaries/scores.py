"""How much each candidate sentence says: position, support by other documents, form and facts; numbers only.

A fitted sum (`weights.toml`). LexRank's centrality within one article was tried and chose worse than the lead does;
across the documents of a story centrality counts, as support.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.summaries.candidates import CJK, Candidate
from pipeline.summaries.words import EVENTS, FIGURES, QUOTATIONS
from pipeline.values import Document

Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Matrix]

WEIGHTS_FILE = Path(__file__).with_name("weights.toml")
SIGNS = ("lead", "short", "support", "title", "quote", "follows", "event", "figure")
NEWS = "news"
LEAD_FADE_SENTENCES = 8.0
SHORT_WORDS, SHORT_CJK_CHARS = 10, 17
# The encoder takes tens of milliseconds a sentence: it sees the best of these, and the openings of reports in other
# languages, which TF-IDF cannot compare.
MAX_ENCODED, MAX_FOREIGN = 12, 8
# Some 64 tokens: what a sentence is about stands in them, and the encoder's time grows with each.
MAX_ENCODED_CHARS, MAX_ENCODED_CJK_CHARS = 260, 100
FOREIGN_FLOOR = 0.80  # what two unrelated sentences reach across languages


@cache
def shipped_weights() -> Mapping[str, float]:
    """Read the weights, by sign."""
    weights: dict[str, float] = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))["weights"]
    return weights


def signs_of(
    candidates: Sequence[Candidate], stems: Sequence[frozenset[str]], titles: Sequence[frozenset[str]]
) -> Matrix:
    """Return the signs of every candidate, shape (candidates, signs), each in 0..1; `titles` are stems by document."""
    support = _support(candidates, similarities(stems))
    rows = [
        (
            math.exp(-one.rank / LEAD_FADE_SENTENCES),
            _is_short(one.text),
            support[n],
            _said_of(titles[one.document], stems[n]) if len(titles) == 1 else 0.0,
            QUOTATIONS.search(one.text) is not None,
            one.refers,
            EVENTS.search(one.text) is not None,
            FIGURES.search(one.text) is not None,
        )
        for n, one in enumerate(candidates)
    ]
    return np.array(rows, dtype=np.float32)


def scores_of(signs: Matrix, weights: Mapping[str, float]) -> Matrix:
    """Weigh the signs of every candidate, shape (candidates,)."""
    return np.asarray(signs @ np.array([weights[name] for name in SIGNS], dtype=np.float32), dtype=np.float32)


def _said_of(title: frozenset[str], stems: frozenset[str]) -> float:
    return len(stems & title) / max(1, len(title))


def _is_short(sentence: str) -> bool:
    characters = len(CJK.findall(sentence))
    if characters * 3 > len(sentence):
        return characters < SHORT_CJK_CHARS
    return len(sentence.split()) < SHORT_WORDS


def similarities(stems: Sequence[frozenset[str]]) -> Matrix:
    """Return the cosines of sentences by TF-IDF of their stems, shape (n, n)."""
    frequency = Counter(stem for each in stems for stem in each)
    column = {stem: n for n, stem in enumerate(frequency)}
    vectors = np.zeros((len(stems), max(1, len(column))), dtype=np.float32)
    for row, each in enumerate(stems):
        for stem in each:
            vectors[row, column[stem]] = math.log((1 + len(stems)) / (1 + frequency[stem])) + 1
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return np.asarray(vectors @ vectors.T, dtype=np.float32)


def _support(candidates: Sequence[Candidate], alike: Matrix) -> Matrix:
    """Return, for each candidate, the mean over the other documents of their nearest sentence."""
    owners = np.array([one.document for one in candidates])
    documents = sorted(set(owners.tolist()))
    if len(documents) < 2:  # noqa: PLR2004
        return np.zeros(len(candidates), dtype=np.float32)
    nearest = np.stack([alike[:, owners == each].max(axis=1) for each in documents], axis=1)
    nearest[owners[:, None] == np.array(documents)[None, :]] = 0.0
    return np.asarray(nearest.sum(axis=1) / (len(documents) - 1), dtype=np.float32)


def support_from_abroad(
    candidates: Sequence[Candidate], documents: Sequence[Document], scores: Matrix, encode: Encode
) -> Matrix:
    """Return how near reports in other languages come to the best candidates: 0 for the others, shape (candidates,).

    Costs at most 20 sentences of the encoder's time.
    """
    home = documents[candidates[int(scores.argmax())].document].language
    openings = [one for one in candidates if one.rank == 0 and documents[one.document].language != home]
    best = [int(n) for n in np.argsort(-scores, kind="stable") if documents[candidates[n].document].language == home]
    found = np.zeros(len(candidates), dtype=np.float32)
    chosen, foreign = best[:MAX_ENCODED], openings[:MAX_FOREIGN]
    if not foreign or len(chosen) < 2:  # noqa: PLR2004
        return found
    vectors = _unit_vectors(
        [_opening(candidates[n].text) for n in chosen] + [_opening(one.text) for one in foreign], encode
    )
    cosines = vectors[: len(chosen)] @ vectors[len(chosen) :].T
    found[chosen] = np.clip((cosines.mean(axis=1) - FOREIGN_FLOOR) / (1 - FOREIGN_FLOOR), 0.0, 1.0)
    return found


def _unit_vectors(texts: Sequence[str], encode: Encode) -> Matrix:
    row = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    vectors = np.asarray(encode(list(row)), dtype=np.float32)[[row[text] for text in texts]]
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _opening(text: str) -> str:
    is_cjk = len(CJK.findall(text)) * 3 > len(text)
    return text[: MAX_ENCODED_CJK_CHARS if is_cjk else MAX_ENCODED_CHARS]


def shares_of(stems: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return each stem's share in what the sentences repeat; a stem of one sentence has none."""
    frequency = Counter(stem for each in stems for stem in each)
    total = sum(count - 1 for count in frequency.values())
    return {stem: (count - 1) / total for stem, count in frequency.items() if count > 1} if total else {}
