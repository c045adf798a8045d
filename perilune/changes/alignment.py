"""Where two sequences of texts differ, fast on long ones; its own file because it knows nothing of pages."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

MAX_COMPARISONS = 300_000

Run = tuple[int, int, int, int]


def differing_runs(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    """Yield the runs that differ as (start, end) in `old` and (start, end) in `new`, in order.

    What stands once on both sides is aligned first (B. Cohen's patience diff), so that only short runs are compared.
    """
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    last = (len(old) - end, len(new) - end)
    anchors = _anchors(old[start : last[0]], new[start : last[1]])
    places = [(start - 1, start - 1), *((start + i, start + k) for i, k in anchors), last]
    for (i, k), (j, m) in pairwise(places):
        yield from _runs_between(old, new, (i + 1, j, k + 1, m))


def _runs_between(old: Sequence[str], new: Sequence[str], gap: Run) -> Iterator[Run]:
    i, j, k, m = gap
    if i == j and k == m:
        return
    here, there = Counter(old[i:j]), Counter(new[k:m])
    if sum(count * there[text] for text, count in here.items()) > MAX_COMPARISONS:
        yield gap
        return
    for tag, a, b, c, d in SequenceMatcher(None, old[i:j], new[k:m], autojunk=False).get_opcodes():
        if tag != "equal":
            yield i + a, i + b, k + c, k + d


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Find the longest row of texts that stand once on both sides and in the same order."""
    places = _places_of_singles(old)
    others = _places_of_singles(new)
    pairs = [(place, others[text]) for text, place in places.items() if text in others]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, there) in enumerate(pairs):
        length = bisect_left(tails, there)
        tails[length : length + 1] = [there]
        ends[length : length + 1] = [number]
        before.append(ends[length - 1] if length else -1)
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _places_of_singles(texts: Sequence[str]) -> dict[str, int]:
    counts = Counter(texts)
    return {text: place for place, text in enumerate(texts) if counts[text] == 1}
