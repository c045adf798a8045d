"""Where two texts say the same and where they part; linear in their length, whatever order their paragraphs are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pipeline.stories.tokens import Reading, shingles_of

# Further apart than this, what stands between two common passages is no longer one place of both texts.
MAX_GAP_WORDS = 80


@dataclass(frozen=True)
class Run:
    """Words that both texts have one after the other: its places in the first and in the second, and its length."""

    first: int
    second: int
    length: int


@dataclass(frozen=True)
class Gap:
    """What stands in each text between two passages that they share, as places of words; one side may be empty."""

    first: range
    second: range


@dataclass(frozen=True)
class Alignment:
    """Two readings laid side by side."""

    first: Reading
    second: Reading

    @cached_property
    def shared(self) -> frozenset[str]:
        """The shingles that stand in both."""
        return frozenset(self._shingles[0]) & frozenset(self._shingles[1])

    @cached_property
    def covered(self) -> tuple[frozenset[int], frozenset[int]]:
        """The places of words of each text that stand in a shingle of the other."""
        return _covered(self._shingles[0], self.shared, self.size), _covered(self._shingles[1], self.shared, self.size)

    @property
    def size(self) -> int:
        """How many words a shingle has; the first text decides, so that both are cut alike."""
        return self.first.size

    @cached_property
    def _shingles(self) -> tuple[list[str], list[str]]:
        return self.first.shingles, _cut(self.second, self.size)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The passages that both share, as long as they go, in the order of the first text."""
        return tuple(_runs(self))

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The places where both part and meet again; both ends of the texts count as places where they meet."""
        ends = Run(0, 0, 0), Run(len(self.first.words), len(self.second.words), 0)
        return tuple(_gaps((ends[0], *self.runs, ends[1]))) if self.runs else ()

    @property
    def inner_gaps(self) -> tuple[Gap, ...]:
        """The places where both part and meet again, their beginnings and ends left out."""
        return tuple(_gaps(self.runs))

    def unique_pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the places of the shingles that stand once in each text."""
        first, second = (_unique_places(shingles) for shingles in self._shingles)
        for shingle, place in first.items():
            if place is not None and (other := second.get(shingle)) is not None:
                yield place, other


def _cut(reading: Reading, size: int) -> list[str]:
    return reading.shingles if reading.size == size else list(shingles_of(reading.words, size))


def _covered(shingles: list[str], shared: frozenset[str], size: int) -> frozenset[int]:
    found = (range(place, place + size) for place, shingle in enumerate(shingles) if shingle in shared)
    return frozenset(place for places in found for place in places)


def _unique_places(shingles: list[str]) -> dict[str, int | None]:
    places: dict[str, int | None] = {}
    for place, shingle in enumerate(shingles):
        places[shingle] = None if shingle in places else place
    return places


def _runs(alignment: Alignment) -> Iterator[Run]:
    a, b = alignment.first.words, alignment.second.words
    end, other_end = 0, 0
    current: Run | None = None
    for first, second in alignment.unique_pairs():
        if (
            current is not None
            and first < current.first + current.length
            and first - second == current.first - current.second
        ):
            continue
        if first < end:
            continue
        start, other_start = first, second
        while start > end and other_start > 0 and a[start - 1] == b[other_start - 1]:
            start, other_start = start - 1, other_start - 1
        end, other_end = first + alignment.size, second + alignment.size
        while end < len(a) and other_end < len(b) and a[end] == b[other_end]:
            end, other_end = end + 1, other_end + 1
        current = Run(start, other_start, end - start)
        yield current


def _gaps(runs: tuple[Run, ...]) -> Iterator[Gap]:
    for before, after in pairwise(runs):
        first = range(before.first + before.length, after.first)
        second = range(before.second + before.length, after.second)
        overlap = after.second - (before.second + before.length)
        if overlap >= 0 and max(len(first), len(second)) <= MAX_GAP_WORDS:
            yield Gap(first, second)
