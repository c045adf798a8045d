"""What a model is asked and what it answers, whichever way it runs; apart so that checks need no model.

Errors: GenerationProblem, for every reason why there is no answer; under it UnusableAnswer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from structlog import get_logger

from perilune.problems import Problem

MAX_FAILURES = 3
log = get_logger()


class GenerationProblem(Problem):
    """A model gives no answer, or cannot be used; the message says why and what would help."""


class UnusableAnswer(GenerationProblem):
    """An answer came, but nothing of it can be shown; asking again would bring the same."""


@dataclass(frozen=True)
class Prompt:
    """What a model is asked: the task in our words, and texts from the web that are data.

    `max_words` bounds the answer.
    """

    task: str
    sources: tuple[str, ...]
    max_words: int


class Model(Protocol):
    """A model that answers prompts."""

    @property
    def name(self) -> str:
        """The name that its sentences are marked with."""

    def answer(self, prompt: Prompt) -> str:
        """Return the answer as it came; GenerationProblem when there is none."""


class PatientModel:
    """A model that is asked no more in this run once it has failed three times in a row: nothing waits for the dead."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._failures = 0

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._model.name

    def answer(self, prompt: Prompt) -> str:
        """Ask the model, unless it has failed too often."""
        if self._failures >= MAX_FAILURES:
            raise GenerationProblem(f"{self.name} did not answer before")
        try:
            answer = self._model.answer(prompt)
        except GenerationProblem as problem:
            self._failures += 1
            log.warning("a model gave no answer", model=self.name, reason=str(problem))
            raise
        self._failures = 0
        return answer
