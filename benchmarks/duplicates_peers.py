"""What copies are measured beside: plain MinHash, and datasketch's LSH in a process of its own environment.

Both get the same shingles of three words; a Chinese character is a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rensa import RMinHash

from benchmarks.peer_process import PeerProcess

DATASKETCH_NEEDS = Path(__file__).parents[1] / "requirements" / "peers-datasketch.txt"
SCRIPT = Path(__file__).with_name("duplicates_lsh.py")
PERMUTATIONS = 128
PLAIN_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
BATCH = 200


def plain_shingles(text: str) -> list[str]:
    """Cut a text into runs of three words."""
    words = PLAIN_WORD.findall(text.casefold())
    return [" ".join(words[start : start + 3]) for start in range(max(1, len(words) - 2))]


def plain_jaccard(a: str, b: str) -> float:
    """Estimate the Jaccard likeness of two texts by MinHash."""
    hashes = []
    for text in (a, b):
        minhash = RMinHash(PERMUTATIONS, 1)
        minhash.update(plain_shingles(text))
        hashes.append(minhash)
    return float(hashes[0].jaccard(hashes[1]))


@dataclass(frozen=True)
class Found:
    """Of each text the numbers of those found for it, and the processor seconds of signing and of the index."""

    found: list[list[int]]
    signing: float
    index: float


class Datasketch(PeerProcess):
    """One process that finds near copies by MinHash LSH, at several thresholds."""

    def __init__(self, python: Path, thresholds: Sequence[float]) -> None:
        super().__init__(python, SCRIPT)
        self.thresholds = tuple(thresholds)

    def joins(self, pairs: Sequence[tuple[str, str]]) -> Iterator[dict[float, bool]]:
        """Tell of each pair, by threshold, whether one is found by the other."""
        for start in range(0, len(pairs), BATCH):
            cut = [[plain_shingles(text) for text in pair] for pair in pairs[start : start + BATCH]]
            answer = self.asked({"thresholds": self.thresholds, "pairs": cut})
            columns = [cast("list[bool]", answer[str(one)]["found"]) for one in self.thresholds]
            yield from (dict(zip(self.thresholds, row, strict=True)) for row in zip(*columns, strict=True))

    def keep(self, texts: Sequence[str]) -> Mapping[float, Found]:
        """Let texts be found from now on; only the seconds say something."""
        return self._asked(texts, keeps=True)

    def find(self, texts: Sequence[str]) -> Mapping[float, Found]:
        """Look texts up among those kept before."""
        return self._asked(texts, keeps=False)

    def _asked(self, texts: Sequence[str], *, keeps: bool) -> Mapping[float, Found]:
        total = {one: Found([], 0.0, 0.0) for one in self.thresholds}
        for start in range(0, len(texts), BATCH):
            cut = [plain_shingles(text) for text in texts[start : start + BATCH]]
            answer = self.asked({"thresholds": self.thresholds, "texts": cut, "keeps": keeps})
            for one, before in total.items():
                more = Found(**answer[str(one)])  # type: ignore[arg-type]
                total[one] = Found(before.found + more.found, before.signing + more.signing, before.index + more.index)
        return total
