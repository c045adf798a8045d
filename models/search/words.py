"""The grammar of free words: words, "phrases", -not, OR, prefix*; apart from filters, which know values.

OR binds its two neighbours before everything else: `moon OR lunar china` wants (moon or lunar) and china. What is
excluded stands by itself. Every expression has one canonical text, which reads back as the same expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.search.problem import QueryProblem
from models.search.terms import tokens_of

MAX_LINE_CHARS = 4_000
MAX_WANTED = 64
MAX_PHRASE_TERMS = 128
MIN_PREFIX_CHARS = 2

QUOTES = '"“”„«»＂'
PART = re.compile(
    rf"(?P<minus>[-−]*)[{QUOTES}](?P<phrase>[^{QUOTES}]*)(?P<close>[{QUOTES}]?)|(?P<chunk>[^\s{QUOTES}]+)"
)
FILTER = re.compile(r"(?P<name>[A-Za-z_]+)[:：](?!//)(?P<value>.*)", re.DOTALL)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Wanted:
    """A word, phrase or beginning of a word, as typed."""

    text: str
    is_phrase: bool = False
    is_prefix: bool = False

    def __str__(self) -> str:
        """Write it as it is typed."""
        return f'"{self.text}"' if self.is_phrase else self.text + "*" * self.is_prefix


Clause = tuple[Wanted, ...]
"""Alternatives, one of which an article must hold."""


@dataclass(frozen=True)
class Expression:
    """What an article must hold (every clause) and must not hold."""

    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Wanted, ...] = ()

    def __str__(self) -> str:
        """Write the canonical text."""
        return " ".join(
            [*(" OR ".join(map(str, clause)) for clause in self.clauses), *(f"-{w}" for w in self.excluded)]
        )


@dataclass(frozen=True)
class TypedFilter:
    """A `name:value` of a search line and its place there."""

    name: str
    value: str
    position: int


@dataclass
class _Reading:
    """What was read so far: OR and NOT wait for their right neighbour."""

    clauses: list[Clause] = field(default_factory=list)
    excluded: list[Wanted] = field(default_factory=list)
    filters: list[TypedFilter] = field(default_factory=list)
    has_clause_before: bool = False
    or_at: int | None = None
    not_at: int | None = None

    def take_operator(self, operator: str, position: int) -> None:
        """Let OR or NOT wait for what follows; QueryProblem for one that has no left neighbour."""
        self.refuse_waiting_operator()
        if operator == "OR":
            if not self.has_clause_before:
                raise QueryProblem("OR must stand between two words to find", position=position)
            self.or_at = position
        elif operator == "NOT":
            self.not_at = position

    def refuse_waiting_operator(self) -> None:
        """Raise QueryProblem where OR or NOT has nothing to its right."""
        if self.or_at is not None:
            raise QueryProblem("OR must stand between two words to find", position=self.or_at)
        if self.not_at is not None:
            raise QueryProblem("NOT must stand before a word", position=self.not_at)

    def take(self, wanted: Wanted, position: int, *, is_excluded: bool) -> None:
        """Put a word where it belongs; one without any letter or digit is left out."""
        or_at, self.or_at = self.or_at, None
        is_excluded, self.not_at = is_excluded or self.not_at is not None, None
        if not _is_searchable(wanted, position):
            return
        if is_excluded:
            if or_at is not None:
                raise QueryProblem("OR cannot join what is excluded; give each word its own minus", position=position)
            self.excluded.append(wanted)
        elif or_at is not None:
            self.clauses[-1] = (*self.clauses[-1], wanted)
        else:
            self.clauses.append((wanted,))
        self.has_clause_before = not is_excluded

    def take_filter(self, found: TypedFilter, *, is_excluded: bool) -> None:
        """Keep a filter for its own reader."""
        self.refuse_waiting_operator()
        if is_excluded:
            raise QueryProblem(f"the filter {found.name} cannot be excluded, only words can", position=found.position)
        self.filters.append(found)
        self.has_clause_before = False

    def expression(self) -> Expression:
        """Make the expression of all that was read; QueryProblem when it wants too much."""
        self.refuse_waiting_operator()
        if sum(map(len, self.clauses)) + len(self.excluded) > MAX_WANTED:
            raise QueryProblem(f"a search takes at most {MAX_WANTED} words and phrases")
        clauses = dict.fromkeys(tuple(dict.fromkeys(clause)) for clause in self.clauses)
        return Expression(tuple(clauses), tuple(dict.fromkeys(self.excluded)))


def _is_searchable(wanted: Wanted, position: int) -> bool:
    tokens = tokens_of(wanted.text, None)
    if len(tokens) > MAX_PHRASE_TERMS:
        raise QueryProblem(f"a phrase takes at most {MAX_PHRASE_TERMS} words or characters", position=position)
    if wanted.is_prefix and tokens and tokens[-1].form and sum(len(t.form) for t in tokens) < MIN_PREFIX_CHARS:
        raise QueryProblem(f"{wanted} is too short: * needs {MIN_PREFIX_CHARS} letters before it", position=position)
    return bool(tokens)


def _parts_of(line: str) -> Iterator[re.Match[str]]:
    for part in PART.finditer(CONTROL.sub(" ", line)):
        if part["chunk"] is None and not part["close"]:
            raise QueryProblem("a quotation mark is never closed", position=part.start("phrase") - 1)
        yield part


def _read(line: str, *, with_filters: bool) -> _Reading:
    reading = _Reading()
    for part in _parts_of(line):
        position, chunk = part.start(), part["chunk"]
        if chunk is None:
            phrase = Wanted(" ".join(part["phrase"].split()), is_phrase=True)
            reading.take(phrase, position, is_excluded=bool(part["minus"]))
        elif chunk in {"OR", "NOT", "AND"}:
            reading.take_operator(chunk, position)
        else:
            _read_chunk(reading, chunk, position, with_filters=with_filters)
    return reading


def _read_chunk(reading: _Reading, chunk: str, position: int, *, with_filters: bool) -> None:
    text = chunk.lstrip("-−")
    is_excluded = text != chunk
    found = FILTER.fullmatch(text)
    if found and with_filters:
        reading.take_filter(TypedFilter(found["name"], found["value"], position), is_excluded=is_excluded)
        return
    wanted = Wanted(text, is_phrase=True) if found else Wanted(text.rstrip("*"), is_prefix=text.endswith("*"))
    reading.take(wanted, position, is_excluded=is_excluded)


def parse_line(line: str) -> tuple[Expression, tuple[TypedFilter, ...]]:
    """Read a search line into its words and its filters; QueryProblem says what is wrong and where."""
    if len(line) > MAX_LINE_CHARS:
        raise QueryProblem(f"a search line takes at most {MAX_LINE_CHARS} characters")
    reading = _read(line, with_filters=True)
    expression = reading.expression()
    if line.strip() and expression == Expression() and not reading.filters:
        raise QueryProblem("there is no letter or digit to search for", position=0)
    return expression, tuple(reading.filters)


def expression_of(text: str) -> Expression:
    """Read free words in which no filter is looked for; QueryProblem says what is wrong and where."""
    if len(text) > MAX_LINE_CHARS:
        raise QueryProblem(f"a search takes at most {MAX_LINE_CHARS} characters")
    expression = _read(text, with_filters=False).expression()
    if text.strip() and expression == Expression():
        raise QueryProblem("there is no letter or digit to search for", position=0)
    return expression
