"""What may go wrong with an archive: its answer is a problem (ApiProblem), or there is none (NoAnswer)."""

from __future__ import annotations

import httpx
from pydantic import ValidationError

from perilune.problems import Problem
from web.api_models import Problem as ProblemAnswer


class NoAnswer(Problem):
    """The archive could not be reached, or what answered is none."""


class ApiProblem(Problem):
    """The archive's answer is a problem (RFC 9457): its status, title, detail and, of a search line, the position."""

    def __init__(self, answer: ProblemAnswer) -> None:
        super().__init__(answer.detail)
        self.answer = answer
        self.status = answer.status
        self.title = answer.title
        self.detail = answer.detail
        self.position = answer.position


def problem_of(response: httpx.Response) -> Problem:
    """Read a problem from an answer, whatever stands between the archive and us."""
    try:
        return ApiProblem(ProblemAnswer.model_validate_json(response.content))
    except ValidationError:
        told = response.text.strip()[:200] or response.reason_phrase
        return ApiProblem(ProblemAnswer(title=response.reason_phrase, status=response.status_code, detail=told))
