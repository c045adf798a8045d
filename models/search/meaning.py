"""Search by meaning: the articles whose vectors are nearest to that of a query's words, and their nearest passages.

The encoder is handed in as a function, since only the pipeline loads language models.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Article, PassageVectors, Version
from models.search.article_vectors import ArticleVectors
from models.search.centring import Centring
from models.search.fusion import Near
from models.search.matches import Matches
from models.search.matrix import Floats, Ids
from models.search.server_vectors import ServerVectors, server_vectors

REMEMBERED_QUERIES = 1_000
NEAREST_TRUSTED, MIN_TRUSTED_COSINE = 5, 0.16
"""So many of the nearest say what a query is about, as much as its own words do (Rocchio 1971)."""
TRUST_IN_HAVING = 0.2
"""An article that has the words says so too, as much as one whose vector is as near as this."""
MIN_NEAREST_COSINE = 0.2
"""Where no article has the words, and not even the nearest is as near to them, the archive has nothing about them."""
MIN_COSINE = 0.2
"""How near an article or its best passage is to what a query is about; a higher bound loses other languages first."""
_ALONG = 1e-3


@dataclass(frozen=True)
class Encoding:
    """An encoder as search needs it: its name, the means of its vectors by language, and those of its short texts."""

    model: str
    encode: Callable[[str], Floats]
    means: Mapping[str, Floats]
    short_texts: Sequence[Floats]


class _Subject(NamedTuple):
    """What a query is about, and how vectors are centred that it is compared with."""

    about: Floats
    centring: Centring


class Meaning:
    """Finds by meaning in one archive; safe to share between threads."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._in_memory: ArticleVectors | None = None
        self._lock = threading.Lock()
        self._along = _directions([*encoding.means.values(), *encoding.short_texts])
        self._encode = lru_cache(maxsize=REMEMBERED_QUERIES)(encoding.encode)

    def load(self, session: Session) -> int:
        """Read the archive's vectors before the first query has to wait for it; returns how many there are."""
        return self._vectors(session).count(session)

    def nearest(self, session: Session, words: str, matches: Matches, having: Sequence[int] = ()) -> tuple[Near, ...]:
        """Return the articles of those that match which are nearest in meaning to some words, the nearest first.

        `having` are articles that have the words, the best first: two words have too little meaning by themselves.
        """
        vectors = self._vectors(session)
        query = self._vector_of(words)
        ids, cosines = vectors.nearest(session, query, NEAREST_TRUSTED)
        if not len(ids):
            return ()
        witnesses = vectors.vectors_of(session, np.array(having, np.int64)) if having else ()
        if not len(witnesses) and cosines[0] < MIN_NEAREST_COSINE:
            return ()
        # Whatever the filters leave: what a query is about, the whole archive tells.
        trusted = np.flatnonzero(cosines >= MIN_TRUSTED_COSINE)
        known = vectors.vectors_of(session, ids[trusted])
        told = (known @ query) @ known if len(known) else np.zeros_like(query)
        told += TRUST_IN_HAVING * np.sum(witnesses, axis=0)
        own = min(1, cosines[0] / MIN_NEAREST_COSINE)
        about = _unit(own * query + _unit(told))
        ids, scores = vectors.best_matching(session, matches, about)
        return self._by_passages(session, _Subject(about, vectors.centring), ids, scores)

    def _vectors(self, session: Session) -> ArticleVectors | ServerVectors:
        """Take the vectors that the database compares itself, or hold all in memory, which follow it."""
        if on_server := server_vectors(session, self._encoding.model, self._encoding.means):
            self._in_memory = None
            return on_server
        with self._lock:
            if self._in_memory is None:
                self._in_memory = ArticleVectors(self._encoding.model, self._encoding.means)
            in_memory = self._in_memory
        in_memory.follow(session)
        return in_memory

    def _vector_of(self, words: str) -> Floats:
        """Encode a query without what tells its language, and that it is short: of these the means differ."""
        vector = self._encode(words)
        return _unit(vector - self._along @ (self._along.T @ vector))

    def _by_passages(self, session: Session, subject: _Subject, ids: Ids, scores: Floats) -> tuple[Near, ...]:
        """Order articles by how near they are and their best passage is, half each."""
        best = self._best_passages(session, subject, ids)
        near = []
        for article_id, score in zip(ids.tolist(), scores.tolist(), strict=True):
            cosine, span = best.get(article_id, (score, None))
            if max(score, cosine) >= MIN_COSINE:
                near.append(((score + cosine) / 2, Near(article_id, span)))
        return tuple(each for _, each in sorted(near, key=lambda one: (-one[0], -one[1].article_id)))

    def _best_passages(self, session: Session, subject: _Subject, ids: Ids) -> dict[int, tuple[float, tuple[int, int]]]:
        """Find the window of each article that is nearest, with its cosine and its span; all in one product."""
        rows = session.execute(
            sa.select(Article.id, Version.language, PassageVectors.spans, PassageVectors.embeddings)
            .join(Version, Version.id == Article.current_version_id)
            .join(PassageVectors, PassageVectors.version_id == Version.id)
            .where(
                Article.id.in_(ids.tolist()),
                PassageVectors.model == self._encoding.model,
                PassageVectors.text_hash == Version.text_hash,
            )
        ).all()
        rows = [row for row in rows if row.spans]
        if not rows:
            return {}
        counts = [len(row.spans) for row in rows]
        vectors = np.frombuffer(b"".join(row.embeddings for row in rows), "<f2").reshape(sum(counts), -1)
        languages: NDArray[np.str_] = np.repeat([row.language or "" for row in rows], counts)
        cosines = subject.centring.centred(vectors.astype(np.float32), languages) @ subject.about
        best = {}
        for row, mine in zip(rows, np.split(cosines, np.cumsum(counts)[:-1]), strict=True):
            place = int(mine.argmax())
            start, end = row.spans[place]
            best[row.id] = float(mine[place]), (start, end)
        return best


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def _directions(means: Sequence[Floats]) -> Floats:
    """Return orthogonal directions that span some means, shape [dimensions, at most so many as means]."""
    left, weights, _ = np.linalg.svd(np.array(means).T, full_matrices=False)
    return np.asarray(left[:, weights > _ALONG], np.float32)
