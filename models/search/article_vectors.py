"""The archive's vectors of articles in memory, which follow the tables; the nearest to a vector among what matches.

They are read once, when first asked for, and then as the outbox of the search index names what changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Article, Vector
from models.index_change import IndexChange, changes_kept, has_all_since
from models.search.centring import Centring, means_of_archive
from models.search.matches import Matches
from models.search.matrix import LOOKED_AT, Floats, Ids, VectorMatrix
from models.takedown import withdrawn_keys

ENOUGH = 200
FIRST_ASKED = 300
"""Of so many of the nearest it is asked first which match, then of twice as many, and so on."""
READ_AT_ONCE = 10_000
CHANGED_AT_ONCE = 500
LOOKED_BACK = 1_000
"""A change may become visible after one with a higher number, where two processes write at once."""
_NONE: tuple[Ids, Floats] = (np.zeros(0, np.int64), np.zeros(0, np.float32))


class ArticleVectors:
    """One vector an article, centred on its language; safe to share between threads."""

    def __init__(self, model: str, means: Mapping[str, Floats]) -> None:
        """Take the encoder's name and the means of its vectors by language, with `any`; without, the archive's own."""
        self.model = model
        self.centring = Centring(means)
        self._matrix: VectorMatrix | None = None
        self._last_change = 0
        self._changes_seen: set[int] = set()
        self._lock = threading.Lock()

    def count(self, _session: Session) -> int:
        """Tell of how many articles it holds the vector."""
        return len(self._matrix) if self._matrix is not None else 0

    def follow(self, session: Session) -> None:
        """Read what has changed; the first time everything, which takes some ten seconds for a million."""
        with self._lock:
            if self._matrix is None or not has_all_since(changes_kept(session), self._last_change):
                self._load(session)
            else:
                self._read_changes(session, self._matrix)

    def nearest(self, _session: Session, vector: Floats, count: int = LOOKED_AT) -> tuple[Ids, Floats]:
        """Return the nearest of all articles and their cosines, the nearest first, at most 4,000."""
        if self._matrix is None or not len(self._matrix):
            return _NONE
        with self._lock:
            return self._matrix.nearest(vector, count)

    def best_matching(self, session: Session, matches: Matches, vector: Floats) -> tuple[Ids, Floats]:
        """Find the nearest of those that match, at most 200: among the nearest of all, or where few match, of these."""
        wanted = matches.if_few()
        if wanted is None:
            ids, cosines = self.nearest(session, vector)
            is_wanted = _which(matches, ids)
            if is_wanted.sum() >= ENOUGH or len(ids) < LOOKED_AT:
                return ids[is_wanted][:ENOUGH], cosines[is_wanted][:ENOUGH]
            # The filters leave few of the nearest: then of what they leave, all are compared.
            wanted = matches.every()
        if self._matrix is None:
            return _NONE
        with self._lock:
            return self._matrix.nearest_among(wanted, vector, ENOUGH)

    def vectors_of(self, _session: Session, ids: Ids) -> Floats:
        """Read the centred vectors of articles in the order of their ids, shape [those that have one, dimensions]."""
        assert self._matrix is not None
        with self._lock:
            return self._matrix.vectors_of(ids)

    def _load(self, session: Session) -> None:
        self._changes_seen = set(session.scalars(_recent_changes(session)))
        self._last_change = max(self._changes_seen, default=0)
        if not self.centring.means:
            self.centring = Centring(means_of_archive(session, self.model))
        count = session.scalar(sa.select(sa.func.count()).select_from(_of_current(self.model).subquery())) or 0
        select = _of_current(self.model).order_by(Article.id).execution_options(yield_per=READ_AT_ONCE)
        matrix: VectorMatrix | None = None
        for rows in session.execute(select).partitions():
            ids, vectors = self._read(rows)
            matrix = matrix or VectorMatrix(vectors.shape[1], room=count)
            matrix.put(ids, vectors)
        self._matrix = matrix

    def _read_changes(self, session: Session, matrix: VectorMatrix) -> None:
        since = max(0, self._last_change - LOOKED_BACK)
        rows = session.execute(sa.select(IndexChange.id, IndexChange.article_id).where(IndexChange.id > since)).all()
        changed = {article_id for number, article_id in rows if number not in self._changes_seen}
        for ids in _batches(sorted(changed)):
            found = session.execute(_of_current(self.model).where(Article.id.in_(ids))).all()
            gone = np.array(sorted(set(ids) - {row.id for row in found}), np.int64)
            matrix.put(gone, np.zeros((len(gone), matrix.dimensions), np.float32))
            if found:
                matrix.put(*self._read(found))
        self._last_change = max((number for number, _ in rows), default=self._last_change)
        self._changes_seen = {number for number, _ in rows if number > self._last_change - LOOKED_BACK}

    def _read(self, rows: Sequence[sa.Row[int, str | None, bytes]]) -> tuple[Ids, Floats]:
        vectors = np.frombuffer(b"".join(row.embedding for row in rows), "<f2").reshape(len(rows), -1)
        languages = np.array([row.language or "" for row in rows])
        return np.array([row.id for row in rows], np.int64), self.centring.centred(
            vectors.astype(np.float32), languages
        )


def _of_current(model: str) -> sa.Select[int, str | None, bytes]:
    is_current = (Vector.version_id == Article.current_version_id) & (Vector.model == model)
    select = sa.select(Article.id, Vector.language, Vector.embedding).join(Vector, is_current)
    return select.where(Article.key.not_in(withdrawn_keys()))


def _recent_changes(session: Session) -> sa.Select[int]:
    last = session.scalar(sa.select(sa.func.max(IndexChange.id))) or 0
    return sa.select(IndexChange.id).where(IndexChange.id > last - LOOKED_BACK)


def _which(matches: Matches, ids: Ids) -> NDArray[np.bool_]:
    """Tell which of some articles match, the nearest first, as far as enough of them do."""
    found: list[int] = []
    start, size = 0, FIRST_ASKED
    while start < len(ids) and len(found) < ENOUGH:
        found += matches.among(ids[start : start + size].tolist())
        start, size = start + size, 2 * size
    return np.isin(ids, found)


def _batches(ids: list[int]) -> Iterator[list[int]]:
    return (ids[at : at + CHANGED_AT_ONCE] for at in range(0, len(ids), CHANGED_AT_ONCE))
