"""How well a claim is supported as one number: features of the comparison, weighed as people's judgements teach."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from pipeline.grounding.alignment import Alignment
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.findings import is_from_elsewhere
from pipeline.grounding.fragments import SKIP, copied_share, share_together
from pipeline.grounding.sources import Source

WEIGHTS_FILE = Path(__file__).with_name("weights.toml")
MAX_COMPARED_WORDS = 600


@dataclass(frozen=True)
class Support:
    """What was seen when a claim was laid beside its source; every feature is 0..1."""

    features: Mapping[str, float]

    @property
    def score(self) -> float:
        """Return the probability that people call the claim supported."""
        weights = shipped_weights("with-meaning" if "meaning" in self.features else "by-words")
        logit = weights["base"] + sum(weights.get(name, 0.0) * value for name, value in self.features.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def shipped_weights(kind: str) -> dict[str, float]:
    """Return the weights fitted `by-words` alone or `with-meaning`."""
    table = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))[kind]
    return {str(name): float(value) for name, value in table.items()}


def support_of(
    source: Source, claim: Assertion, alignment: Alignment, *, problems: Sequence[str], meaning: float | None
) -> Support:
    """Gather the features of a claim and its evidence."""
    shares = [source.covered(claim.stems, one.stems) for one in source.sentences]
    centre = max(range(len(shares)), key=shares.__getitem__, default=0)
    features = {
        "sentence": max(shares, default=0.0),
        "copied": _copied(source.sentences[max(0, centre - 1) : centre + 2], claim),
        "whole": copied_share(alignment.mine, source.index),
        "skipping": share_together(alignment.mine, source.index, step=2, reach=SKIP),
        "problem": float(bool(problems)),
        "foreign": float(any(map(is_from_elsewhere, problems))),
    }
    return Support(features if meaning is None else features | {"meaning": meaning})


def _copied(passage: Sequence[Assertion], claim: Assertion) -> float:
    """Return 1 less the share of cuts: words put in, and joints between runs copied from the passage."""
    theirs = [word.stem for sentence in passage for word in sentence.words][:MAX_COMPARED_WORDS]
    mine = [word.stem for word in claim.words][:MAX_COMPARED_WORDS]
    if not mine:
        return 1.0
    blocks = [block.size for block in SequenceMatcher(None, theirs, mine, autojunk=False).get_matching_blocks()[:-1]]
    cuts = len(mine) - sum(blocks) + max(0, len(blocks) - 1)
    return max(0.0, 1.0 - cuts / len(mine))
