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
_SAMPLED, _SPARE = 64, 1.5
NO_ROW = -1


class VectorMatrix:
    """Unit vectors by the ids of their articles, as 8-bit numbers of a scale of their own; not safe to share."""

    def __init__(self, dimensions: int, *, room: int = 0) -> None:
        """Make an empty one, with room for so many vectors."""
        self.dimensions = dimensions
        self._ids: Ids = np.zeros(room, np.int64)
        self._count = 0
        self._row_of = np.full(room + 1, NO_ROW, np.int32)
        self._codes = np.zeros((room, dimensions), np.int8)
        self._scales = np.zeros(room, np.float32)
        self._basis: Floats = np.zeros((dimensions, 0), np.float32)
        self._reduced: Floats = np.zeros((room, 0), np.float32)
        self._count_at_fit = 0

    def __len__(self) -> int:
        return self._count

    def put(self, ids: Ids, vectors: Floats) -> None:
        """Store vectors, shape [ids, dimensions], over those that the ids had; one of zeros is near nothing."""
        self._know(ids)
        rows = self._rows_of(ids)
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
        return self._best(self._first_look(self._reduced[: len(self)], vector), vector, count)

    def nearest_among(self, ids: Ids, vector: Floats, count: int) -> tuple[Ids, Floats]:
        """Return the nearest of some articles; those without a vector are left out."""
        rows = self._rows_of(ids)
        return self._best(rows[self._first_look(self._reduced[rows], vector)], vector, count)

    def _first_look(self, reduced: Floats, vector: Floats) -> NDArray[np.int64]:
        """Return the places of those rows that are nearest in the few directions, at most 4,000."""
        if len(reduced) <= LOOKED_AT:
            return np.arange(len(reduced))
        return _places_of_best(reduced @ (vector @ self._basis), LOOKED_AT)

    def vectors_of(self, ids: Ids) -> Floats:
        """Read vectors of articles in the order of their ids, shape [those that have one, dimensions]."""
        return self._decoded(self._rows_of(ids))

    def _rows_of(self, ids: Ids) -> NDArray[np.int64]:
        rows = self._row_of[ids[ids < len(self._row_of)]]
        known: NDArray[np.int64] = rows[rows != NO_ROW].astype(np.int64)
        return known

    def _know(self, ids: Ids) -> None:
        """Give those ids a row that have none."""
        highest = int(ids.max(initial=0))
        if highest >= len(self._row_of):
            more = max(highest + 1, len(self._row_of) + len(self._row_of) // 4) - len(self._row_of)
            self._row_of = np.concatenate([self._row_of, np.full(more, NO_ROW, np.int32)])
        new = np.unique(ids[self._row_of[ids] == NO_ROW])
        self._row_of[new] = np.arange(self._count, self._count + len(new))
        self._count += len(new)
        self._grow(self._count)

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


def _places_of_best(scores: Floats, count: int) -> NDArray[np.int64]:
    """Return the places of the best, in no order; what a sample shows to be too low is not sorted."""
    sample = scores[::_SAMPLED]
    left_out = len(sample) - int(_SPARE * count / _SAMPLED) - 1
    bound = np.partition(sample, left_out)[left_out] if left_out > 0 else -np.inf
    places: NDArray[np.int64] = np.flatnonzero(scores >= bound)
    if len(places) < count:
        places = np.arange(len(scores))
    surplus = len(places) - count
    return places[np.argpartition(scores[places], surplus)[surplus:]]
