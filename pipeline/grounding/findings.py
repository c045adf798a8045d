"""What several checks say alike, and the score must know again: that something of a claim is not in its source."""

from __future__ import annotations

_NOT_THERE = "is not in the source"


def not_there(what: str) -> str:
    """Say that a name, a number, a date or a quotation is from elsewhere."""
    return f"the {what} {_NOT_THERE}"


def is_from_elsewhere(problem: str) -> bool:
    """Tell whether a problem is one of these."""
    return problem.endswith(_NOT_THERE)
