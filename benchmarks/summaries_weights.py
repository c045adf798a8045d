"""The weights by which sentences are chosen, fitted to all sets at once, and what they reach on stories not fitted to.

`python -m benchmarks.summaries_weights FOLDER [--write]`, the folder as for `benchmarks.summaries`. A weight moves only
where the mean gain over the lead grows; a set that is no better than its lead counts four times. `--write` puts the
weights into `pipeline/summaries/weights.toml`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.fitted_toml import with_table
from benchmarks.summaries import BUDGET, LANGUAGES
from benchmarks.summaries_peers import lead_of
from benchmarks.summaries_rouge import rouge_of
from benchmarks.summaries_sets import Story, sets_of
from pipeline.summaries.scores import WEIGHTS_FILE, Matrix, scores_of, shipped_weights, signs_of
from pipeline.summaries.summarise import Offer, chosen_of, offer_of

FOLDS = 3
STEPS = (-0.2, -0.05, 0.05, 0.2)
SWEEPS = 2
MIN_GROWTH = 0.0004
GIVEN = frozenset({"lead", "event", "figure"})
SHORTFALL_WEIGHT = 4.0


@dataclass(frozen=True, eq=False)
class Prepared:
    """A story with all that does not depend on the weights."""

    story: Story
    offer: Offer
    signs: Matrix
    lead: float
    known: dict[tuple[int, ...], float] = field(default_factory=dict)

    def gain(self, weights: Mapping[str, float]) -> float:
        """Return by how much the mean of the three ROUGE figures is above the lead's."""
        scores = scores_of(self.signs, weights)
        chosen = tuple(sorted(chosen_of(self.offer, scores, budget=BUDGET, news=weights["news"])))
        if chosen not in self.known:
            self.known[chosen] = _rouge(self.story, [self.offer.candidates[n].text for n in chosen])
        return self.known[chosen] - self.lead


def _rouge(story: Story, sentences: Sequence[str]) -> float:
    return float(np.mean(rouge_of(" ".join(sentences), story.references, story.language).cells))


def prepared(story: Story) -> Prepared | None:
    """Find the candidates and their signs; None where there is nothing to choose."""
    offer = offer_of(story.documents, language=story.language if story.language in LANGUAGES else None)
    if len(offer.allowed) <= BUDGET:
        return None
    signs = signs_of(offer.candidates, offer.stems, offer.titles)
    return Prepared(story, offer, signs, _rouge(story, lead_of(story, BUDGET).sentences))


def worth_of(sets: Sequence[Sequence[Prepared]], weights: Mapping[str, float]) -> float:
    """Return the mean gain over the sets, where a set below its lead counts four times."""
    gains = [float(np.mean([one.gain(weights) for one in every])) for every in sets]
    return float(np.mean([gain if gain > 0 else SHORTFALL_WEIGHT * gain for gain in gains]))


def fitted_to(sets: Sequence[Sequence[Prepared]], start: Mapping[str, float]) -> dict[str, float]:
    """Move one weight after the other while that helps; those that are given stay."""
    weights = dict(start)
    best = worth_of(sets, weights)
    for _ in range(SWEEPS):
        for name in sorted(set(weights) - GIVEN):
            for step in STEPS:
                tried = weights | {name: weights[name] + step}
                worth = worth_of(sets, tried)
                if worth > best + MIN_GROWTH:
                    weights, best = tried, worth
    return weights


def main() -> None:
    """Print the gains over the lead, and write the weights that all stories give where that is asked for."""
    parser = argparse.ArgumentParser(description="The weights by which a summary's sentences are chosen.")
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--write", action="store_true", help="write the weights into weights.toml")
    options = parser.parse_args()
    given = sets_of(Path(options.folder) if options.folder else None)
    sets = {title: [one for story in stories if (one := prepared(story))] for title, stories in given.items()}
    alone = {name: weight if name in GIVEN else 0.0 for name, weight in shipped_weights().items()}
    fitted_without = cache(lambda fold: fitted_to([_but(every, fold) for every in sets.values()], alone))
    fitted = fitted_to(list(sets.values()), alone)
    print("gain over the lead, mean of ROUGE-1, -2 and -L: position alone, shipped, fitted to all, cross-validated")
    for title, every in sets.items():
        held_out = [one.gain(fitted_without(n % FOLDS)) for n, one in enumerate(every)]
        cells = [float(np.mean([one.gain(weights) for one in every])) for weights in (alone, shipped_weights(), fitted)]
        print("  " + "".join(f"{cell:>+8.4f}" for cell in [*cells, float(np.mean(held_out))]) + f"  {title}")
    print("fitted:", {name: round(number, 2) for name, number in sorted(fitted.items())})
    if options.write:
        text = WEIGHTS_FILE.read_text(encoding="utf-8")
        WEIGHTS_FILE.write_text(with_table(text, "weights", fitted), encoding="utf-8")


def _but(every: Sequence[Prepared], fold: int) -> list[Prepared]:
    return [one for n, one in enumerate(every) if n % FOLDS != fold]


if __name__ == "__main__":
    main()
