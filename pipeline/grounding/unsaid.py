"""What a claim says and its evidence does not: words put in place of others, and clauses that come from nowhere."""

from __future__ import annotations

from pipeline.grounding.alignment import Alignment

MIN_RUN_WORDS = 2
MIN_RUN_SIGNS = 3
MAX_UNSAID_SHARE = 0.34
MAX_LISTED = 3


def unsaid_problems(alignment: Alignment) -> list[str]:
    """Say which words of the claim the evidence lacks, as far as that is more than a way of putting it."""
    problems = [f"the source says “{theirs}”, not “{mine}”" for mine, theirs in alignment.replaced()]
    least = MIN_RUN_SIGNS if alignment.language == "zh" else MIN_RUN_WORDS
    long = [run.text for run in alignment.unsaid if run.word_count >= least]
    if not long and alignment.unsaid_share > MAX_UNSAID_SHARE:
        long = [run.text for run in alignment.unsaid]
    if long:
        problems.append("the source does not say: " + ", ".join(long[:MAX_LISTED]))
    return problems
