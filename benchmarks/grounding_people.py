"""Summary sentences that people judged to be supported or not (QAGS, CNN/DM), and how well a score agrees with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.grounding_pairs import word_runs

MAJORITY = 2
FOLDS = 5


@dataclass(frozen=True)
class Judged:
    """A sentence of a summary, its article, and whether two of three people called it supported."""

    article: str
    source: str
    claim: str
    is_supported: bool

    @property
    def fold(self) -> int:
        """The fold of its article in cross-validation."""
        return int(self.article.rpartition("-")[2]) % FOLDS


def judged_sentences(folder: Path) -> list[Judged]:
    """Read every judged sentence."""
    lines = (folder / "summ" / "qags_cnndm.jsonl").read_text(encoding="utf-8").splitlines()
    pages = [json.loads(line) for line in lines]
    return [
        Judged(page["id"], page["source"], one["sentence"], one["votes"].count("yes") >= MAJORITY)
        for page in pages
        for one in page["sentences"]
    ]


def auc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Return the share of (supported, unsupported) pairs that the score puts in order; ties count half."""
    right = [score for score, label in zip(scores, labels, strict=True) if label]
    wrong = [score for score, label in zip(scores, labels, strict=True) if not label]
    won = sum((a > b) + 0.5 * (a == b) for a in right for b in wrong)
    return won / (len(right) * len(wrong))


def run_precision(source: str, claim: str, size: int, language: str = "en") -> float:
    """Return the share of a claim's runs of so many words that the source has: n-gram precision."""
    runs, held = word_runs(claim, size, language), set(word_runs(source, size, language))
    return sum(run in held for run in runs) / len(runs) if runs else 1.0
