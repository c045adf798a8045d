"""The one error of search: a query that cannot be understood; apart because grammar and filters both raise it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from perilune.problems import Problem


class QueryProblem(Problem):
    """A search line that is not understood, in one sentence; `position` is the offset of the fault (code points)."""

    def __init__(self, message: str, *, position: int | None = None) -> None:
        self.position = position
        place = "" if position is None else f" (at character {position + 1})"
        super().__init__(f"{message}{place}")


def likely_right(word: str, choices: Iterable[str]) -> str:
    """Write `; did you mean ...?` with the choice most like `word`, or nothing where none is."""
    near = difflib.get_close_matches(word, list(choices), n=1)
    return f"; did you mean {near[0]}?" if near else ""
