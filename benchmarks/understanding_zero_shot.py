"""Zero-shot classification with an NLI model that a user names; apart because no other method needs transformers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from perilune.problems import Problem

HYPOTHESIS = "This text is about: {}"

Judge = Callable[[str, Sequence[str]], Mapping[str, float]]
"""Takes a text and descriptions of labels; gives how likely each holds, in 0..1."""


class ZeroShotProblem(Problem):
    """A zero-shot model cannot be loaded; the message says what would help."""


def load_zero_shot(model: str) -> Judge:
    """Load an NLI model by folder or name on a hub (Yin et al., 2019); raises ZeroShotProblem."""
    from transformers import pipeline

    try:
        classify = pipeline("zero-shot-classification", model=model)
    except (OSError, ValueError, RuntimeError, KeyError) as problem:
        raise ZeroShotProblem(
            f"the zero-shot model {model} cannot be loaded ({str(problem).splitlines()[0]}); "
            "name a sequence classification model trained on entailment, or its folder"
        ) from problem

    def judge(text: str, labels: Sequence[str]) -> Mapping[str, float]:
        answer = classify(text, list(labels), multi_label=True, hypothesis_template=HYPOTHESIS)
        return dict(zip(answer["labels"], map(float, answer["scores"]), strict=True))

    return judge
