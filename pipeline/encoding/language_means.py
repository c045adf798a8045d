"""Running means of vectors per language: subtracting them makes languages comparable; apart from any encoder.

An encoder puts texts of one language into a corner of its own. Without its mean vector a text stands where its
subject puts it, whatever its language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

# A language's own mean outweighs the prior from this many texts on.
PRIOR_TEXTS = 100
_MEANS_FOLDER = Path(__file__).parent / "means"
_ANY_LANGUAGE = "any"


@dataclass(frozen=True, eq=False)
class LanguageSum:
    """How many vectors of a language were seen, and their sum, shape [dimensions]."""

    count: int
    total: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LanguageMeans:
    """Sums of vectors per language, beside the means that an encoder is known to have (the prior)."""

    sums: Mapping[str, LanguageSum] = field(default_factory=dict)
    prior: Mapping[str, Vector] = field(default_factory=dict)

    def updated(self, language: str | None, vector: Vector) -> LanguageMeans:
        """Count one more vector of a language; texts of unknown language change nothing."""
        if language is None:
            return self
        before = self.sums.get(language, LanguageSum(0, np.zeros(vector.shape[-1])))
        after = LanguageSum(before.count + 1, before.total + vector)
        return replace(self, sums={**self.sums, language: after})

    def mean(self, language: str | None, dimensions: int) -> Vector:
        """Return the language's mean, drawn towards the prior while few texts of it are known."""
        seen = self.sums.get(language or "", LanguageSum(0, np.zeros(dimensions)))
        expected = self._expected(language, dimensions)
        mean = (seen.total + PRIOR_TEXTS * expected) / (seen.count + PRIOR_TEXTS)
        return np.asarray(mean, dtype=np.float32)

    def centred(self, vector: Vector, language: str | None) -> Vector:
        """Subtract the language's mean and normalise again; a vector equal to its mean becomes zero."""
        moved = vector - self.mean(language, vector.shape[-1])
        norm = float(np.linalg.norm(moved))
        return np.asarray(moved / norm if norm > 0 else moved, dtype=np.float32)

    def _expected(self, language: str | None, dimensions: int) -> NDArray[np.float64]:
        known = self.prior.get(language or "", self.prior.get(_ANY_LANGUAGE))
        if known is not None:
            return known.astype(np.float64)
        count = sum(seen.count for seen in self.sums.values())
        totals = sum((seen.total for seen in self.sums.values()), np.zeros(dimensions))
        # Without a prior the first texts are hardly moved: a mean of one text would cancel it.
        return np.asarray(totals / (count + PRIOR_TEXTS))


@cache
def prior_means(model: str) -> Mapping[str, Vector]:
    """Load the means that ship with an encoder, by language and for `any` other; empty for an unknown encoder."""
    path = _MEANS_FOLDER / f"{Path(model).name}.npz"
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as means:
        return {language: means[language].astype(np.float32) for language in means.files}
