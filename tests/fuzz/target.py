"""A target: a function of bytes that fails where what reads them breaks its word, with seeds to begin from."""

from __future__ import annotations

import itertools
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

MAX_CHUNK = 80
PIECES: Mapping[str, Sequence[str]] = tomllib.loads((Path(__file__).parent / "pieces.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    `check` raises for every input that is treated wrongly. `pieces` are words of its language, which make inputs that
    get further than noise; no input may be longer than `max_bytes`, nor take more seconds of the processor.
    """

    check: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    pieces: Sequence[str]
    max_bytes: int = 2_000
    max_seconds: float = 2.0

    def run(self, content: bytes) -> None:
        """Check an input, and that it takes no longer than it may."""
        begun = time.thread_time()
        self.check(content)
        taken = time.thread_time() - begun
        assert taken <= self.max_seconds, f"{len(content)} bytes take {taken:.1f} s of at most {self.max_seconds}"

    def inputs(self) -> st.SearchStrategy[bytes]:
        """Make inputs: noise, rows of pieces, and seeds with something cut out, put in or repeated."""
        seeds = [seed[: self.max_bytes] for seed in self.seeds()]
        scrap = st.one_of(
            st.binary(max_size=12),
            st.text(max_size=4).map(lambda text: text.encode("utf-8", "surrogatepass")),
            st.sampled_from([piece.encode() for piece in self.pieces]),
            st.tuples(st.sampled_from(seeds), st.integers(0, self.max_bytes), st.integers(1, MAX_CHUNK)).map(_cut),
        )
        spoilt = st.tuples(st.sampled_from(seeds), st.lists(st.tuples(st.integers(0, 999), scrap), max_size=4)).map(
            _spoilt
        )
        rows = st.lists(scrap, max_size=30).map(b"".join)
        return st.one_of(rows, spoilt).map(lambda content: content[: self.max_bytes])


def _cut(where: tuple[bytes, int, int]) -> bytes:
    seed, start, length = where
    start %= max(1, len(seed))
    return seed[start : start + length]


def _spoilt(change: tuple[bytes, list[tuple[int, bytes]]]) -> bytes:
    """Put scraps into a seed, each at so many thousandths of it, in place of as many bytes."""
    seed, scraps = change
    content = bytearray(seed)
    for (place, scrap), is_inserted in zip(scraps, itertools.cycle((True, False))):
        start = place * len(content) // 1000
        content[start : start + (0 if is_inserted else len(scrap))] = scrap
    return bytes(content)


def text_of(content: bytes) -> str:
    """Read an input as text, in which half characters may stand as JSON brings them."""
    return (
        content.decode("utf-8", "surrogatepass" if b"\xed" in content else "replace")
        if _is_text(content)
        else (content.decode("latin-1"))
    )


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
