"""Vectors of articles in memory, and which are nearest to one; pure numpy, and nothing of the database.

A first look compares the few directions in which the vectors differ most (principal components); what it leaves is
compared in all dimensions. A row takes 384 bytes and 4 for each direction: 640 MB for a million.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

DIRECTIONS = 64
LOOKED_AT = 4_000
"""How many the first look leaves."""
_SAMPLE = 20_000
_BLOCK = 50_000
_LEVELS = 127


class VectorMatrix:
    """Unit vectors by the ids of their articles, as 8-bit numbers of a scale of their own; not safe to share."""

    def __init__(self, dimensions: int, *, room: int = 0) -> None:
        """Make an empty one, with room for so many vectors."""
        self.dimensions = dimensions
        self._ids: Ids = np.zeros(room, np.int64)
        self._row_of: dict[int, int] = {}
        self._codes = np.zeros((room, dimensions), np.int8)
        self._scales = np.zeros(room, np.float32)
        self._basis: Floats = np.zeros((dimensions, 0), np.float32)
        self._reduced: Floats = np.zeros((room, 0), np.float32)
        self._count_at_fit = 0

    def __len__(self) -> int:
        return len(self._row_of)

    def put(self, ids: Ids, vectors: Floats) -> None:
        """Store vectors, shape [ids, dimensions], over those that the ids had; one of zeros is near nothing."""
        rows = np.array([self._row_of.setdefault(one, len(self._row_of)) for one in ids.tolist()], np.int64)
        self._grow(len(self))
        self._ids[rows] = ids
        largest = np.abs(vectors).max(axis=1, initial=1e-9)
        self._scales[rows] = largest / _LEVELS
        self._codes[rows] = np.rint(vectors * (_LEVELS / largest)[:, None])
        if len(self) > 2 * self._count_at_fit:
            self._fit()
        else:
            self._reduced[rows] = vectors @ self._basis

    def nearest(self, vector: Floats, count: int) -> tuple[Ids, Floats]:
        """Return the ids of the nearest, at most 4,000, and their cosines, the nearest first."""
        left = len(self)
        looked_at = max(count, LOOKED_AT)
        if left <= looked_at:
            rows = np.arange(left)
        else:
            first = self._reduced[:left] @ (vector @ self._basis)
            rows = np.argpartition(first, left - looked_at)[left - looked_at :]
        return self._best(rows, vector, count)

    def nearest_among(self, ids: Ids, vector: Floats, count: int) -> tuple[Ids, Floats]:
        """Return the nearest of some articles; those without a vector are left out."""
        return self._best(self._rows_of(ids), vector, count)

    def vectors_of(self, ids: Ids) -> Floats:
        """Read vectors of articles in the order of their ids, shape [those that have one, dimensions]."""
        return self._decoded(self._rows_of(ids))

    def _rows_of(self, ids: Ids) -> NDArray[np.int64]:
        known = (self._row_of.get(article_id) for article_id in ids.tolist())
        return np.array([row for row in known if row is not None], np.int64)

    def _best(self, rows: NDArray[np.int64], vector: Floats, count: int) -> tuple[Ids, Floats]:
        cosines = np.concatenate(
            [np.zeros(0, np.float32)]
            + [self._decoded(rows[at : at + _BLOCK]) @ vector for at in range(0, len(rows), _BLOCK)]
        )
        order = np.lexsort((-self._ids[rows], -cosines))[:count]
        return self._ids[rows[order]], cosines[order]

    def _decoded(self, rows: NDArray[np.int64]) -> Floats:
        return self._codes[rows] * self._scales[rows, None]

    def _grow(self, count: int) -> None:
        room = len(self._ids)
        if count <= room:
            return
        more = max(count, room + room // 4) - room
        self._ids = np.concatenate([self._ids, np.zeros(more, np.int64)])
        self._codes = np.concatenate([self._codes, np.zeros((more, self.dimensions), np.int8)])
        self._scales = np.concatenate([self._scales, np.zeros(more, np.float32)])
        kept = np.zeros((room + more, self._basis.shape[1]), np.float32)
        kept[: len(self._reduced)] = self._reduced
        self._reduced = kept

    def _fit(self) -> None:
        """Find the directions anew, from a sample; done whenever there are twice as many vectors."""
        count = len(self)
        rows = np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.int64))
        sample = self._decoded(rows)
        _, directions = np.linalg.eigh(sample.T @ sample)
        self._basis = np.ascontiguousarray(directions[:, ::-1][:, :DIRECTIONS], np.float32)
        self._reduced = np.zeros((len(self._ids), self._basis.shape[1]), np.float32)
        for at in range(0, count, _BLOCK):
            rows = np.arange(at, min(at + _BLOCK, count))
            self._reduced[rows] = self._decoded(rows) @ self._basis
        self._count_at_fit = count
