"""How well a claim is supported as one number: features of the comparison, weighed as people's judgements teach."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from pipeline.grounding.alignment import Alignment, Token, tokens_of
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.sources import Source

WEIGHTS_FILE = Path(__file__).with_name("weights.toml")
MAX_COMPARED_WORDS = 600
RUN_SIZES = (2, 3, 4)


@dataclass(frozen=True)
class Support:
    """What was seen when a claim was laid beside its source; every feature is 0..1 but for counts."""

    features: Mapping[str, float]

    @property
    def score(self) -> float:
        """Return the probability that people call the claim supported."""
        weights = _weights()
        logit = weights["base"] + sum(weights.get(name, 0.0) * value for name, value in self.features.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def _weights() -> dict[str, float]:
    table = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))["weights"]
    return {str(name): float(value) for name, value in table.items()}


def support_of(
    source: Source, claim: Assertion, alignment: Alignment, *, problems: Sequence[str], meaning: float | None
) -> Support:
    """Gather the features of a claim and its evidence."""
    shares = [source.covered(claim.stems, one.stems) for one in source.sentences]
    centre = max(range(len(shares)), key=shares.__getitem__, default=0)
    passage = source.sentences[max(0, centre - 1) : centre + 2]
    near = frozenset().union(*(one.stems for one in passage))
    features = {
        "sentence": max(shares, default=0.0),
        "passage": source.covered(claim.stems, near),
        "whole": source.covered(claim.stems, frozenset(source.rarity)),
        "said": 1.0 - alignment.unsaid_share,
        "copied": _copied(passage, claim),
        "evidence": min(1.0, len(alignment.evidence) / 4),
        "problem": float(bool(problems)),
        "problems": min(3, len(problems)) / 3,
        "length": min(1.0, len(alignment.mine) / 40),
    }
    features |= {f"runs of {size}": value for size, value in _runs(source, alignment.mine).items()}
    if meaning is not None:
        features |= {"meaning": meaning, "has meaning": 1.0}
    return Support(features)


def _copied(passage: Sequence[Assertion], claim: Assertion) -> float:
    """Return 1 less the share of cuts: words put in, and joints between runs copied from the passage."""
    theirs = [word.stem for sentence in passage for word in sentence.words][:MAX_COMPARED_WORDS]
    mine = [word.stem for word in claim.words][:MAX_COMPARED_WORDS]
    if not mine:
        return 1.0
    blocks = [block.size for block in SequenceMatcher(None, theirs, mine, autojunk=False).get_matching_blocks()[:-1]]
    cuts = len(mine) - sum(blocks) + max(0, len(blocks) - 1)
    return max(0.0, 1.0 - cuts / len(mine))


def _runs(source: Source, mine: Sequence[Token]) -> dict[int, float]:
    """Return the share of the claim's runs of words that the source has, by their size."""
    stems = [token.stem for token in mine]
    shares = {}
    for size in RUN_SIZES:
        runs = list(zip(*(stems[at:] for at in range(size)), strict=False))
        held = source.runs(size)
        shares[size] = sum(run in held for run in runs) / len(runs) if runs else 1.0
    return shares
