"""Copies and texts that only look like copies: ours beside plain MinHash, by kind and language; and their speed.

`python -m benchmarks.duplicates FOLDER`: FOLDER is a data pack with the sets that `duplicates_texts` reads.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicates_addresses import print_addresses
from benchmarks.duplicates_copies import Pair, copies_of, other_datelines_of
from benchmarks.duplicates_others import others_of
from benchmarks.duplicates_peers import DATASKETCH_NEEDS, Datasketch, plain_jaccard
from benchmarks.duplicates_texts import clustered_of, sources_of
from benchmarks.extraction_peers import python_with
from pipeline.stories.duplicates import is_copy, signature_of

PLAIN_THRESHOLD = 0.85
# The library's own index, as it would be used, at that threshold and at lower ones.
THRESHOLDS = (PLAIN_THRESHOLD, 0.5, 0.15)


@dataclass(frozen=True)
class Judged:
    """A pair with what ours and plain MinHash say of it."""

    pair: Pair
    is_candidate: bool
    is_copy: bool
    jaccard: float
    lsh: Mapping[float, bool]

    @property
    def is_found(self) -> bool:
        """Tell whether the archive would fold the two: candidates that pass the check."""
        return self.is_candidate and self.is_copy


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--mistakes", action="store_true", help="show the pairs of the tuning half that are wrong")
    options = parser.parse_args()
    if not options.folder:
        print("nothing is measured without the data pack (FOLDER or BENCH_DATA)")
        return
    pairs = pairs_of(Path(options.folder))
    with Datasketch(python_with(DATASKETCH_NEEDS), THRESHOLDS) as peer:
        judged = [
            judge(pair, said) for pair, said in zip(pairs, peer.joins([pair.texts for pair in pairs]), strict=True)
        ]
    tuning = [one for one in judged if not one.pair.is_held_out]
    held_out = [one for one in judged if one.pair.is_held_out]
    best = best_threshold(tuning)
    for name, half in (("tuning", tuning), ("held out", held_out)):
        print_half(name, half, best)
    print_kinds(held_out)
    print_addresses(sources_of(Path(options.folder)))
    if options.mistakes:
        print_mistakes(tuning)


def pairs_of(folder: Path) -> list[Pair]:
    """Make all pairs out of the texts of a data pack."""
    sources = sources_of(folder)
    copies = [pair for source in sources for pair in copies_of(source)]
    return [*copies, *other_datelines_of(sources), *others_of(sources, clustered_of(folder))]


def judge(pair: Pair, lsh: Mapping[float, bool]) -> Judged:
    """Ask ours and plain MinHash of one pair; `lsh` is what datasketch says of it."""
    (title, other_title), (text, other_text) = pair.titles, pair.texts
    is_candidate = not set(signature_of(text).bands).isdisjoint(signature_of(other_text).bands)
    is_said = is_copy(title, text, other_title, other_text)
    return Judged(pair, is_candidate, is_said, plain_jaccard(text, other_text), lsh)


def best_threshold(judged: Sequence[Judged]) -> float:
    """Choose the threshold of plain MinHash with the best F1 on these pairs."""
    return max((step / 100 for step in range(5, 100)), key=lambda threshold: f1(judged, by_jaccard(threshold)))


def by_jaccard(threshold: float) -> Callable[[Judged], bool]:
    """Make the rule that plain MinHash is."""
    return lambda one: one.jaccard >= threshold


def by_lsh(threshold: float) -> Callable[[Judged], bool]:
    """Make the rule that the library's index is."""
    return lambda one: one.lsh[threshold]


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
    } | {f"datasketch's LSH at {one}": by_lsh(one) for one in THRESHOLDS}
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
