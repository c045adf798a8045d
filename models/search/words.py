"""What free words ask for, as values: words, "phrases", beginnings*, title:words, NEAR; the grammar reads them.

Every expression has one canonical text, which reads back as the same expression. Parentheses are no part of it: an
expression is a row of clauses that must all hold, each a choice of alternatives, and OR binds closer than a space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINE_CHARS = 4_000
MAX_WANTED = 64
MAX_PHRASE_TERMS = 128
MIN_PREFIX_CHARS = 2
DEFAULT_DISTANCE = 10
MAX_DISTANCE = 50

QUOTES = '"“”„«»＂'
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
TITLE = "title"


@dataclass(frozen=True)
class Wanted:
    """A word, phrase or beginning of a word, as typed; with `is_title` it must stand in the title."""

    text: str
    is_phrase: bool = False
    is_prefix: bool = False
    is_title: bool = False

    def __str__(self) -> str:
        """Write it as it is typed."""
        word = f'"{self.text}"' if self.is_phrase else self.text + "*" * self.is_prefix
        return f"{TITLE}:{word}" if self.is_title else word


@dataclass(frozen=True)
class Near:
    """Two words or phrases that stand near each other, in either order, with at most `distance` words between."""

    left: Wanted
    right: Wanted
    distance: int = DEFAULT_DISTANCE

    def __str__(self) -> str:
        """Write it as it is typed."""
        distance = "" if self.distance == DEFAULT_DISTANCE else f"/{self.distance}"
        return f"{self.left} NEAR{distance} {self.right}"


Clause = tuple[Wanted | Near, ...]
"""Alternatives, one of which an article must hold."""


@dataclass(frozen=True)
class Expression:
    """What an article must hold (every clause) and must not hold."""

    clauses: tuple[Clause, ...] = ()
    excluded: Clause = ()

    def __str__(self) -> str:
        """Write the canonical text."""
        return " ".join(
            [*(" OR ".join(map(str, clause)) for clause in self.clauses), *(f"-{each}" for each in self.excluded)]
        )


@dataclass(frozen=True)
class TypedFilter:
    """A `name:value` of a search line, its place there, and whether what it keeps is to be left out."""

    name: str
    value: str
    position: int
    is_excluded: bool = False
