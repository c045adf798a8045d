"""What a check finds, and what it is given to look at; apart because every module of checks needs both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from perilune.archive import Archive
from perilune.config import Settings
from perilune.logs import harmless
from perilune.secrets import without_secrets


class State(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    """It works, but not as well or as safely as it could, or not for long."""
    PROBLEM = "problem"
    """It does not work."""
    SKIPPED = "skipped"
    """There is nothing to check, or it could not be."""


@dataclass(frozen=True)
class Finding:
    """What one check found: a sentence, and what to do where it is not well; without secrets and signs that steer."""

    name: str
    state: State
    sentence: str
    remedy: str = ""

    def __post_init__(self) -> None:
        """Make harmless what errors and strangers' servers have said, once for all who print it."""
        for name in ("sentence", "remedy"):
            object.__setattr__(self, name, harmless(without_secrets(getattr(self, name))))


def ok(name: str, sentence: str) -> Finding:
    """Say that something is well."""
    return Finding(name, State.OK, sentence)


def warning(name: str, sentence: str, remedy: str) -> Finding:
    """Say that something could be better."""
    return Finding(name, State.WARNING, sentence, remedy)


def problem(name: str, sentence: str, remedy: str) -> Finding:
    """Say that something does not work."""
    return Finding(name, State.PROBLEM, sentence, remedy)


def skipped(name: str, sentence: str) -> Finding:
    """Say why something was not checked."""
    return Finding(name, State.SKIPPED, sentence)


def sentence_of(trouble: Exception) -> str:
    """Write an error as a sentence, by its first line."""
    text = str(getattr(trouble, "orig", None) or trouble).strip().partition("\n")[0] or type(trouble).__name__
    return text[0].upper() + text[1:].rstrip(".") + "."


@dataclass(frozen=True)
class Installation:
    """What is looked at: settings, the archive, the clock; `is_thorough` takes the time that it takes."""

    settings: Settings
    archive: Archive
    now: dt.datetime
    is_thorough: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file."""
        return self.settings.database_url.startswith("sqlite")


class Needs(IntEnum):
    """What of the database a check can do with; each has what those before it have."""

    NOTHING = 0
    DATABASE = 1
    """It answers."""
    TABLES = 2
    """Its tables are of the newest migration."""


@dataclass(frozen=True)
class Check:
    """A function that looks at one thing, the errors that looking at it may raise, and what to do about these.

    An error that is not named here is a fault of the program: it rises, after what was found until then is shown.
    """

    name: str
    look: Callable[[Installation], Iterable[Finding]]
    raises: tuple[type[Exception], ...] = ()
    remedy: str = ""
    needs: Needs = Needs.NOTHING
