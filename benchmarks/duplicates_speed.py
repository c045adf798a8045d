"""How many articles a second are signed, and how long a comparison takes; beside plain MinHash of the same library.

`python -m benchmarks.duplicates_speed FOLDER [COUNT]`: texts of the data pack, repeated with other words to COUNT.
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

from benchmarks.duplicates import plain_jaccard
from benchmarks.duplicates_texts import sources_of
from pipeline.stories.duplicates import is_copy
from pipeline.stories.signatures import signature_of

COUNT = 2_000


def main() -> None:
    """Print the rates."""
    sources = sources_of(Path(sys.argv[1]))
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    texts = [f"{source.text} {number}" for number, source in zip(range(count), itertools.cycle(sources), strict=False)]
    start = time.perf_counter()
    for text in texts:
        signature_of(text)
    print(f"signatures: {count / (time.perf_counter() - start):.0f} articles a second")
    pairs = list(itertools.pairwise(texts[: count // 4]))
    for name, compare in (("the check", _check), ("plain MinHash, 128 permutations", plain_jaccard)):
        start = time.perf_counter()
        for one, other in pairs:
            compare(one, other)
        print(f"{name}: {1000 * (time.perf_counter() - start) / len(pairs):.2f} ms a pair")


def _check(one: str, other: str) -> bool:
    return is_copy("", one, "", other)


if __name__ == "__main__":
    main()
