"""The root of every part's small error tree: something a person can mend, said in one clear sentence."""

from __future__ import annotations

from collections.abc import Mapping


class Problem(Exception):
    """What went wrong, where, and what to do; the command line prints it and nothing else."""


class Conflict(Problem):
    """It went wrong because somebody changed the thing meanwhile; to look at it again helps."""


class Faults(Problem):
    """Some of what a form says cannot be used; `by_field` has the reason for each such field, by its name."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field.replace('_', ' ')}: {words}" for field, words in by_field.items()) + ".")
        self.by_field = by_field
