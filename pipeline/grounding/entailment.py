"""An entailment model (NLI) by name or folder, as the grounding check may ask it; its own file as it loads torch.

Errors: EntailmentProblem, for every reason why a model cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from perilune.problems import Problem
from pipeline.foreign_models import FOREIGN_PARTS, FOREIGN_WEIGHTS

MAX_TOKENS = 512


class EntailmentProblem(Problem):
    """An entailment model cannot be used; the message says what would help."""


def load_entailment(model: str, cache: Path) -> Callable[[str, str], float]:
    """Load a text-classification model for pairs; gives the probability that a premise entails a claim.

    `model` is a folder or a name on the hub; one of its labels must be `entailment`. Raises EntailmentProblem.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(model, cache_dir=cache, **FOREIGN_PARTS)
        network = AutoModelForSequenceClassification.from_pretrained(model, cache_dir=cache, **FOREIGN_WEIGHTS).eval()
    except (OSError, ValueError) as problem:
        reason = str(problem).strip().splitlines()[0]
        raise EntailmentProblem(f"the entailment model {model} cannot be loaded ({reason})") from problem
    wanted = _entailment_label(model, network.config.id2label)

    def probability(premise: str, claim: str) -> float:
        import torch

        pair = tokenizer(premise, claim, truncation="longest_first", max_length=MAX_TOKENS, return_tensors="pt")
        with torch.inference_mode():
            logits = network(**pair).logits[0]
        return float(torch.softmax(logits.float(), dim=-1)[wanted])

    return probability


def _entailment_label(model: str, labels: dict[int, str]) -> int:
    named = [number for number, label in labels.items() if label.lower().startswith("entail")]
    if not named:
        listed = ", ".join(labels.values())
        raise EntailmentProblem(f"the model {model} has no label `entailment` but {listed}; name an NLI model")
    return named[0]
