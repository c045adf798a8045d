"""How the JSON API's problem answers are described; what tells them is web/failures.py."""

from __future__ import annotations

PROBLEM_TYPE = "application/problem+json"
PROBLEM_SCHEMA = "#/components/schemas/Problem"


def problem_answer(description: str) -> dict[str, object]:
    """Describe an answer that tells a problem."""
    return {"description": description, "content": {PROBLEM_TYPE: {"schema": {"$ref": PROBLEM_SCHEMA}}}}


UNKNOWN = problem_answer("There is no such thing in the archive.")
NOT_UNDERSTOOD = problem_answer("The search line is not understood.")
WRONG_PARAMETER = problem_answer("A parameter has an impossible value.")
UNREADABLE = problem_answer("The archived bytes cannot be read.")
