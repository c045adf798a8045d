"""The grounding check on planted errors and faithful rewordings in four languages, and beside people's judgements.

Run as `python -m benchmarks.grounding [FOLDER]`, or with the folder in BENCH_DATA; it holds `text/`, `clusters/`,
`pdf/space-law-corpus/` and `summ/`. Without it only our own texts are claimed about. `--encoder` lets meaning count.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.grounding_claims import all_pairs
from benchmarks.grounding_pairs import Pair, half_of, pairs_across, texts_by_id, word_runs
from benchmarks.grounding_people import auc, judged_sentences, run_precision
from perilune.config import settings_from
from pipeline.encoding.encoder import load_encoder
from pipeline.grounding.ground import NOBODY, Judges, ground
from pipeline.grounding.meaning import cosines_of
from pipeline.grounding.names import Names
from pipeline.grounding.sources import read_source
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.values import Grounding

MOST_REJECTED = 0.03
"""What share of good claims a baseline may reject at its best threshold, as the check may."""
SLOW_SOURCE_WORDS = 3_000
ROUNDS = 5
OWN_WORDS = frozenset({"by hand", "on a rewording"})

Key = Callable[[Pair], str]


@dataclass(frozen=True)
class Outcome:
    """A pair and what the check said of it."""

    pair: Pair
    grounding: Grounding

    @property
    def is_rejected(self) -> bool:
        """Tell whether the claim did not pass."""
        return not self.grounding.supported


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grounding", description="Measure the grounding check.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--encoder", action="store_true", help="let meaning count, and measure the encoder alone")
    parser.add_argument("--missed", action="store_true", help="list what is wrong on the tuning half")
    options = parser.parse_args()
    settings = settings_from(os.environ)
    encoder = load_encoder(settings.encoder, settings.cache, threads=1) if options.encoder else None
    judges = Judges(encoder.encode, encoder.in_context) if encoder else NOBODY
    names = Gazetteer(load_actors()).spans
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    pairs = sorted(all_pairs(options.folder), key=lambda one: one.text.id)
    for half, held_out in (("tuning half", False), ("held-out half", True)):
        chosen = half_of(pairs, held_out=held_out)
        outcomes = [outcome_of(pair, names, judges) for pair in chosen]
        print_half(half, outcomes)
        print_baselines(chosen, names, judges)
        if options.missed and not held_out:
            print_missed(outcomes)
        print_own_words(outcomes)
        if judges.encode is not None:
            across = half_of(pairs_across(texts_by_id(options.folder)), held_out=held_out)
            print_half(f"{half}, across languages", [outcome_of(pair, names, judges) for pair in across])
    if options.folder is not None:
        print_people(options.folder, names, judges)
    print_speed(pairs, names, judges)


def outcome_of(pair: Pair, names: Names, judges: Judges) -> Outcome:
    """Check a claim."""
    return Outcome(pair, ground(pair.text.text, pair.claim, names=names, judges=judges))


def print_half(half: str, outcomes: Sequence[Outcome]) -> None:
    """Print caught errors and rejected good claims: in all, by language, kind and origin."""
    for what, is_supported in (("planted errors caught", False), ("good claims rejected", True)):
        chosen = [one for one in outcomes if one.pair.is_supported == is_supported]
        print(f"{half}, {what}: {_share(chosen)}")
        for key in (_language, _kind, _origin):
            parts = defaultdict(list)
            for one in chosen:
                parts[key(one.pair)].append(one)
            print("  " + "; ".join(f"{name} {_share(part)}" for name, part in sorted(parts.items())))


def _language(pair: Pair) -> str:
    return pair.text.language


def _kind(pair: Pair) -> str:
    return pair.kind


def _origin(pair: Pair) -> str:
    return pair.origin


def _share(outcomes: Sequence[Outcome]) -> str:
    rejected = sum(one.is_rejected for one in outcomes)
    return f"{rejected / max(1, len(outcomes)):.1%} ({rejected} of {len(outcomes)})"


def print_own_words(outcomes: Sequence[Outcome]) -> None:
    """Print how well scores part the claims in words of their own, where an error is as free as what is faithful."""
    own = [one for one in outcomes if one.pair.origin in OWN_WORDS]
    labels = [one.pair.is_supported for one in own]
    print(f"  claims in words of their own, {len(own)}, AUC: {auc([one.grounding.score for one in own], labels):.3f}")
    for size in (1, 2, 3):
        print(f"  beside: n-gram precision, n={size}: {auc([_overlap(one.pair, size) for one in own], labels):.3f}")


def print_baselines(pairs: Sequence[Pair], names: Names, judges: Judges) -> None:
    """Print what overlap and cosine catch at the threshold that rejects as many good claims as the check may."""
    for size in (1, 2, 3):
        precision = [_overlap(pair, size) for pair in pairs]
        print(f"  beside: n-gram precision, n={size}: {_caught_at_best(pairs, precision):.1%} caught")
    if judges.encode is not None:
        sources = ((one, read_source(one.text.text, names)) for one in pairs)
        nearest = [float(cosines_of(source, one.claim, judges.encode).max()) for one, source in sources]
        print(f"  beside: cosine of the encoder: {_caught_at_best(pairs, nearest):.1%} caught")


def _overlap(pair: Pair, size: int) -> float:
    runs = word_runs(pair.claim, size, pair.text.language)
    held = set(word_runs(pair.text.text, size, pair.text.language))
    return sum(run in held for run in runs) / len(runs) if runs else 1.0


def _caught_at_best(pairs: Sequence[Pair], scores: Sequence[float]) -> float:
    good = sorted(score for pair, score in zip(pairs, scores, strict=True) if pair.is_supported)
    threshold = good[int(MOST_REJECTED * len(good))]
    bad = [score for pair, score in zip(pairs, scores, strict=True) if not pair.is_supported]
    return sum(score < threshold for score in bad) / len(bad)


def print_missed(outcomes: Sequence[Outcome]) -> None:
    """List the claims that the check is wrong about."""
    for one in outcomes:
        if one.is_rejected == one.pair.is_supported:
            print(
                f"  {one.pair.text.id}, {one.pair.kind}, {one.pair.origin}: {one.pair.claim} {one.grounding.problems}"
            )


def print_people(folder: Path, names: Names, judges: Judges) -> None:
    """Print how well scores agree with people on summaries (QAGS); ours with weights that saw these articles."""
    judged = judged_sentences(folder)
    labels = [one.is_supported for one in judged]
    print(f"QAGS, {len(judged)} sentences of summaries, {sum(labels)} supported by two votes of three; AUC")
    for size in (1, 2, 3):
        precision = [run_precision(one.source, one.claim, size) for one in judged]
        print(f"  n-gram precision, n={size}: {auc(precision, labels):.3f}")
    ours = [ground(one.source, one.claim, names=names, judges=judges).score for one in judged]
    print(f"  ours: {auc(ours, labels):.3f}; cross-validated by benchmarks.grounding_weights")


def print_speed(pairs: Sequence[Pair], names: Names, judges: Judges) -> None:
    """Print what a claim costs against three thousand words, read anew and read before."""
    source = ""
    for text in dict.fromkeys(pair.text for pair in pairs if pair.text.language == "en"):
        source += text.text + "\n\n"
        if len(source.split()) > SLOW_SOURCE_WORDS:
            break
    claims = [pair.claim for pair in pairs if pair.text.language == "en" and not pair.is_supported][:ROUNDS]
    read_source.cache_clear()
    spent = []
    for claim in [claims[0], *claims]:
        started = time.perf_counter()
        ground(source, claim, names=names, judges=judges)
        spent.append(1000 * (time.perf_counter() - started))
    print(f"a claim against {len(source.split()):,} words: {spent[0]:.0f} ms at first, then {min(spent[1:]):.1f} ms")


if __name__ == "__main__":
    main()
