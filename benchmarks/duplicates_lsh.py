"""Finds near copies with datasketch: run by the interpreter of its own environment, which knows nothing of ours.

A line of JSON `{"thresholds", "texts", "keeps"}` comes in: of each text its shingles, to be kept or to be looked up.
One of `{threshold: {"found", "signing", "index"}}` goes out: of each text looked up the numbers of the kept ones that
share a band with it and whose estimated likeness reaches the threshold, and the processor seconds of both steps.
`{"thresholds", "pairs"}` asks of each pair whether one finds the other.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found] # the peer's own

PERMUTATIONS = 128


def signed(shingles: Sequence[str]) -> MinHash:
    """Sign a text."""
    minhash = MinHash(num_perm=PERMUTATIONS)
    minhash.update_batch([shingle.encode() for shingle in shingles])
    return minhash


class Index:
    """The library's index at one threshold, its likeness checked as its documents advise."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self._lsh = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
        self._kept: dict[int, MinHash] = {}

    def found(self, minhash: MinHash) -> list[int]:
        """Look a text up."""
        return [key for key in self._lsh.query(minhash) if self._kept[key].jaccard(minhash) >= self.threshold]

    def keep(self, minhash: MinHash) -> None:
        """Let a text be found by those that follow."""
        number = len(self._kept)
        self._lsh.insert(number, minhash)
        self._kept[number] = minhash

    def joins(self, one: MinHash, other: MinHash) -> bool:
        """Tell whether two texts would be found by each other; keeps neither."""
        self._lsh.insert("one", one)
        is_near = bool(self._lsh.query(other))
        self._lsh.remove("one")
        return is_near and float(one.jaccard(other)) >= self.threshold


def main() -> None:
    """Answer line by line."""
    indexes: dict[float, Index] = {}
    for line in sys.stdin:
        question = json.loads(line)
        asked = [indexes.setdefault(one, Index(one)) for one in question["thresholds"]]
        if "pairs" in question:
            pairs = [(signed(one), signed(other)) for one, other in question["pairs"]]
            answer = {str(one.threshold): joined(one, pairs) for one in asked}
        else:
            answer = answered(asked, question["texts"], keeps=question["keeps"])
        print(json.dumps(answer), flush=True)


def joined(index: Index, pairs: Sequence[tuple[MinHash, MinHash]]) -> dict[str, object]:
    """Tell of every pair whether one finds the other."""
    return {"found": [index.joins(*pair) for pair in pairs]}


def answered(indexes: Sequence[Index], texts: Sequence[Sequence[str]], *, keeps: bool) -> dict[str, dict[str, object]]:
    """Keep every text at every threshold, or look it up."""
    began = time.process_time()
    minhashes = [signed(shingles) for shingles in texts]
    signing = time.process_time() - began
    answer: dict[str, dict[str, object]] = {}
    for index in indexes:
        began, found = time.process_time(), []
        for minhash in minhashes:
            if keeps:
                index.keep(minhash)
            else:
                found.append(index.found(minhash))
        answer[str(index.threshold)] = {"found": found, "signing": signing, "index": time.process_time() - began}
    return answer


if __name__ == "__main__":
    main()
