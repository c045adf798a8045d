"""How well a grouping agrees with readers': B-cubed (Bagga and Baldwin 1998), pairs, and the adjusted Rand index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations

from sklearn.metrics import adjusted_rand_score


@dataclass(frozen=True)
class Agreement:
    """Precision, recall and F1, each in 0..1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        return f"{self.precision:.3f} {self.recall:.3f} {self.f1:.3f}"


def b_cubed(found: Sequence[Hashable], expected: Sequence[Hashable]) -> Agreement:
    """Score a grouping article by article."""
    mine, theirs = _members(found), _members(expected)
    shared = [len(mine[one] & theirs[other]) for one, other in zip(found, expected, strict=True)]
    precision = sum(n / len(mine[one]) for n, one in zip(shared, found, strict=True)) / len(found)
    recall = sum(n / len(theirs[one]) for n, one in zip(shared, expected, strict=True)) / len(expected)
    return Agreement(precision, recall)


def pairwise(found: Sequence[Hashable], expected: Sequence[Hashable]) -> Agreement:
    """Score a grouping by its pairs."""
    mine, theirs = _pairs(found), _pairs(expected)
    both = len(mine & theirs)
    return Agreement(both / len(mine) if mine else 1.0, both / len(theirs) if theirs else 1.0)


def adjusted_rand(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Return how alike two groupings are, 1 for the same and 0 for chance."""
    return float(adjusted_rand_score(_numbered(one), _numbered(other)))


def confused(found: Sequence[Hashable], expected: Sequence[Hashable], families: Sequence[str | None]) -> int:
    """Count the pairs of one family that stand in one story and should not."""
    rows = list(zip(found, expected, families, strict=True))
    return sum(
        one[0] == other[0] and one[1] != other[1] and one[2] == other[2] is not None
        for one, other in combinations(rows, 2)
    )


def _members(labels: Sequence[Hashable]) -> dict[Hashable, set[int]]:
    members: dict[Hashable, set[int]] = defaultdict(set)
    for place, label in enumerate(labels):
        members[label].add(place)
    return members


def _pairs(labels: Sequence[Hashable]) -> set[tuple[int, int]]:
    return {pair for members in _members(labels).values() for pair in combinations(sorted(members), 2)}


def _numbered(labels: Sequence[Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(label, len(numbers)) for label in labels]
