"""Copies and texts that only look like copies: ours beside plain MinHash, by kind and language; and their speed.

`python -m benchmarks.duplicates FOLDER`: FOLDER is a data pack with the sets that `duplicates_texts` reads.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rensa import RMinHash

from benchmarks.duplicates_copies import Pair, copies_of, other_datelines_of
from benchmarks.duplicates_others import others_of
from benchmarks.duplicates_texts import clustered_of, sources_of
from pipeline.stories.duplicates import is_copy, signature_of

PLAIN_THRESHOLD = 0.85
PERMUTATIONS = 128
PLAIN_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


@dataclass(frozen=True)
class Judged:
    """A pair with what ours and plain MinHash say of it."""

    pair: Pair
    is_candidate: bool
    is_copy: bool
    jaccard: float

    @property
    def is_found(self) -> bool:
        """Tell whether the archive would fold the two: candidates that pass the check."""
        return self.is_candidate and self.is_copy


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mistakes", action="store_true", help="show the pairs of the tuning half that are wrong")
    options = parser.parse_args()
    judged = [judge(pair) for pair in pairs_of(options.folder)]
    tuning = [one for one in judged if not one.pair.is_held_out]
    held_out = [one for one in judged if one.pair.is_held_out]
    best = best_threshold(tuning)
    for name, half in (("tuning", tuning), ("held out", held_out)):
        print_half(name, half, best)
    print_kinds(held_out)
    if options.mistakes:
        print_mistakes(tuning)


def pairs_of(folder: Path) -> list[Pair]:
    """Make all pairs out of the texts of a data pack."""
    sources = sources_of(folder)
    copies = [pair for source in sources for pair in copies_of(source)]
    return [*copies, *other_datelines_of(sources), *others_of(sources, clustered_of(folder))]


def judge(pair: Pair) -> Judged:
    """Ask ours and plain MinHash of one pair."""
    (title, other_title), (text, other_text) = pair.titles, pair.texts
    is_candidate = not set(signature_of(text).bands).isdisjoint(signature_of(other_text).bands)
    return Judged(pair, is_candidate, is_copy(title, text, other_title, other_text), plain_jaccard(text, other_text))


def plain_jaccard(a: str, b: str) -> float:
    """Estimate the Jaccard likeness of word 3-shingles (a Chinese character is a word) by MinHash."""
    hashes = []
    for text in (a, b):
        minhash = RMinHash(PERMUTATIONS, 1)
        words = PLAIN_WORD.findall(text.casefold())
        minhash.update([" ".join(words[start : start + 3]) for start in range(max(1, len(words) - 2))])
        hashes.append(minhash)
    return float(hashes[0].jaccard(hashes[1]))


def best_threshold(judged: Sequence[Judged]) -> float:
    """Choose the threshold of plain MinHash with the best F1 on these pairs."""
    return max((step / 100 for step in range(5, 100)), key=lambda threshold: f1(judged, by_jaccard(threshold)))


def by_jaccard(threshold: float) -> Callable[[Judged], bool]:
    """Make the rule that plain MinHash is."""
    return lambda one: one.jaccard >= threshold


def precision_and_recall(judged: Iterable[Judged], rule: Callable[[Judged], bool]) -> tuple[float, float]:
    """Measure a rule."""
    said = [(rule(one), one.pair.is_copy) for one in judged]
    right = sum(1 for found, true in said if found and true)
    return right / max(1, sum(found for found, _ in said)), right / max(1, sum(true for _, true in said))


def f1(judged: Iterable[Judged], rule: Callable[[Judged], bool]) -> float:
    """Measure a rule by one figure."""
    precision, recall = precision_and_recall(judged, rule)
    return 2 * precision * recall / max(1e-9, precision + recall)


def print_half(name: str, judged: Sequence[Judged], best: float) -> None:
    """Print precision and recall of every rule on one half."""
    copies = sum(one.pair.is_copy for one in judged)
    print(f"{name}: {copies} pairs of copies, {len(judged) - copies} of texts that only look like copies")
    rules: dict[str, Callable[[Judged], bool]] = {
        "ours: bands, then the check": lambda one: one.is_found,
        "the check alone": lambda one: one.is_copy,
        "the bands alone": lambda one: one.is_candidate,
        f"MinHash at {PLAIN_THRESHOLD}": by_jaccard(PLAIN_THRESHOLD),
        f"MinHash at its best, {best:.2f}": by_jaccard(best),
    }
    for label, rule in rules.items():
        precision, recall = precision_and_recall(judged, rule)
        print(f"  {label:30s} precision {precision:.4f}  recall {recall:.4f}  F1 {f1(judged, rule):.4f}")


def print_kinds(judged: Sequence[Judged]) -> None:
    """Print by kind and by language how many were told rightly, by ours, by its bands and by plain MinHash."""
    for facet in ("kind", "language"):
        groups: dict[tuple[bool, str], list[Judged]] = defaultdict(list)
        for one in judged:
            groups[not one.pair.is_copy, getattr(one.pair, facet)].append(one)
        for (is_other, name), members in sorted(groups.items()):
            wanted = "no copy" if is_other else "copy"
            right = sum(one.is_found is one.pair.is_copy for one in members) / len(members)
            plain = sum((one.jaccard >= PLAIN_THRESHOLD) is one.pair.is_copy for one in members) / len(members)
            candidates = sum(one.is_candidate for one in members) / len(members)
            print(
                f"  {wanted:8s}{name:26s}{len(members):5d}  right {right:.3f}  candidates {candidates:.3f}"
                f"  MinHash at {PLAIN_THRESHOLD} right {plain:.3f}"
            )


def print_mistakes(judged: Sequence[Judged]) -> None:
    """Show what is told wrongly, shortened."""
    for one in judged:
        if one.is_found is not one.pair.is_copy:
            why = "" if one.is_copy or not one.pair.is_copy else " (the check)"
            print(f"--- {one.pair.kind} {one.pair.language}, a copy: {one.pair.is_copy}{why}")
            for title, text in zip(one.pair.titles, one.pair.texts, strict=True):
                print(f"    {title[:60]} | {text[:300]!r} ... {text[-100:]!r} ({len(text)})")


if __name__ == "__main__":
    main()
