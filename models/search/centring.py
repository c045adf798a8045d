"""Vectors freed of what tells their language: its mean, of the encoder or else of the archive's own vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Vector
from models.search.matrix import Floats

ANY = "any"
"""What stands for a language without a mean of its own."""
SAMPLED = 20_000
MIN_TEXTS_OF_LANGUAGE = 100


class Centring:
    """Subtracts from vectors the means of their languages; without means it leaves them as they are."""

    def __init__(self, means: Mapping[str, Floats]) -> None:
        self.means = dict(means)

    def centred(self, vectors: Floats, languages: NDArray[np.str_]) -> Floats:
        """Subtract from each row the mean of its language, and normalise; shape [n, dimensions]."""
        moved = vectors.astype(np.float32)
        for language in np.unique(languages).tolist():
            mean = self.means.get(language, self.means.get(ANY))
            if mean is not None:
                moved[languages == language] -= mean
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), np.float32)

    @property
    def mark(self) -> str:
        """A short name of these means, by which vectors that were stored centred are known to be so by others."""
        digest = hashlib.sha256()
        for language, mean in sorted(self.means.items()):
            digest.update(language.encode() + np.asarray(mean, "<f4").tobytes())
        return digest.hexdigest()[:16]


def means_of_archive(session: Session, model: str) -> dict[str, Floats]:
    """Work out the means of an archive's own newest vectors, by language and for any other."""
    newest = sa.select(Vector.language, Vector.embedding).where(Vector.model == model)
    rows = session.execute(newest.order_by(Vector.version_id.desc()).limit(SAMPLED)).all()
    if not rows:
        return {}
    vectors = np.frombuffer(b"".join(row.embedding for row in rows), "<f2").reshape(len(rows), -1).astype(np.float32)
    languages = np.array([row.language or "" for row in rows])
    means = {ANY: vectors.mean(axis=0)}
    for language in np.unique(languages).tolist():
        of_it = vectors[languages == language]
        if len(of_it) >= MIN_TEXTS_OF_LANGUAGE:
            means[language] = of_it.mean(axis=0)
    return means
