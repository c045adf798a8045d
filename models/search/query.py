"""The query object: what web, digest, alerts and stories ask of the archive, and its one-line form.

The line and the object say the same: `parse_query(query.line) == query`. Commas and repeated filters mean any of the
values, `+` means all of them (`country:GB+CN`), a minus leaves out; `after` includes its day, `before` does not.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypedDict

from models.search.filters import (
    ALL_OF,
    LISTS,
    NAMES,
    By,
    Sort,
    by_of,
    canonical_exclusion,
    canonical_value,
    day_of,
    is_yes,
    sort_of,
    years_of,
)
from models.search.grammar import expression_of, parse_line
from models.search.problem import QueryProblem, likely_right
from models.search.words import MAX_LINE_CHARS, TITLE, Expression, TypedFilter
from models.vocabulary import DocType, Relevance


@dataclass(frozen=True)
class Vocabulary:
    """The slugs that an archive knows, to check a line against."""

    topics: frozenset[str]
    actors: frozenset[str]
    sources: frozenset[str]


@dataclass(frozen=True)
class Query:
    """A search of the archive; empty fields restrict nothing. QueryProblem for impossible values.

    Text and values are made canonical, so that equal searches are equal objects.
    """

    text: str = ""
    relevance: tuple[Relevance, ...] = ()
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    doc_types: tuple[DocType, ...] = ()
    story: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """What is left out, as filters: `topic:launch`, `country:GB+CN`."""
    after: dt.date | None = None
    before: dt.date | None = None
    with_copies: bool = False
    sort: Sort = Sort.RELEVANCE
    by: By | None = None
    """What makes a result where people search; alerts, digests and exports go by words whatever it says."""

    def __post_init__(self) -> None:
        """Make text and values canonical."""
        object.__setattr__(self, "text", str(self.expression))
        for name, (attribute, _) in LISTS.items():
            given = getattr(self, attribute)
            values = (given,) if isinstance(given, str) else tuple(given or ())
            canonical = dict.fromkeys(canonical_value(name, str(value)) for value in values)
            object.__setattr__(self, attribute, tuple(canonical))
        object.__setattr__(self, "without", tuple(sorted({canonical_exclusion(each) for each in self.without})))
        object.__setattr__(self, "relevance", tuple(map(Relevance, self.relevance)))
        object.__setattr__(self, "doc_types", tuple(map(DocType, self.doc_types)))
        object.__setattr__(self, "sort", Sort(self.sort))
        object.__setattr__(self, "by", By(self.by) if self.by else None)
        if len(self.line) > MAX_LINE_CHARS:
            raise QueryProblem(f"a search line takes at most {MAX_LINE_CHARS} characters")

    @cached_property
    def expression(self) -> Expression:
        """What the free words want."""
        return expression_of(self.text)

    @property
    def line(self) -> str:
        """The one-line form, which `parse_query` reads back."""
        parts = [self.text] if self.text else []
        for name, (attribute, _) in LISTS.items():
            if values := getattr(self, attribute):
                parts.append(f"{name}:{','.join(values)}")
        parts += [f"-{each}" for each in self.without]
        parts += [f"{name}:{day}" for name, day in (("after", self.after), ("before", self.before)) if day]
        parts += ["copies:yes"] * self.with_copies
        parts += [f"sort:{self.sort}"] * (self.sort != Sort.RELEVANCE)
        parts += [f"by:{self.by}"] if self.by else []
        return " ".join(parts)

    def with_(self, **changes: object) -> Query:
        """Make the same query with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # dataclasses.replace checks the names


class _Singles(TypedDict, total=False):
    after: dt.date
    before: dt.date
    with_copies: bool
    sort: Sort
    by: By


def parse_query(line: str, vocabulary: Vocabulary | None = None) -> Query:
    """Read a search line; QueryProblem names the place of a fault and the likely right word.

    With a vocabulary, topics, actors and sources that the archive does not know are refused too.
    """
    expression, filters = parse_line(line)
    lists: dict[str, list[str]] = {}
    without: list[str] = []
    singles: _Singles = {}
    for found in filters:
        name = _known_name(found)
        try:
            if found.is_excluded:
                without += [f"{name}:{value}" for value in _values_of(name, found.value, vocabulary)]
            elif name in LISTS:
                lists.setdefault(LISTS[name][0], []).extend(_values_of(name, found.value, vocabulary))
            else:
                _take_single(singles, name, found.value)
        except QueryProblem as problem:
            raise QueryProblem(str(problem), position=found.position) from problem
    return Query(text=str(expression), without=tuple(without), **singles, **lists)  # type: ignore[arg-type]  # made tuples by Query


def _known_name(found: TypedFilter) -> str:
    name = found.name.lower()
    if name not in NAMES:
        known = (TITLE, *NAMES)
        hint = likely_right(name, known) or f"; there are {', '.join(known)}, and quotes for words with a colon"
        raise QueryProblem(f"the filter {found.name!r} is unknown{hint}", position=found.position)
    if found.is_excluded and name not in LISTS:
        raise QueryProblem(f"the filter {name} cannot be excluded", position=found.position)
    if not found.value:
        raise QueryProblem(f"the filter {name} needs a value, as in {name}:VALUE", position=found.position)
    return name


def _values_of(name: str, text: str, vocabulary: Vocabulary | None) -> list[str]:
    values = [canonical_value(name, value) for value in text.split(",")]
    known: frozenset[str] | None = getattr(vocabulary, LISTS[name][0], None)
    if known is None:
        return values
    for slug in (slug for value in values for slug in value.split(ALL_OF)):
        if slug not in known:
            raise QueryProblem(f"the {name} {slug!r} is unknown{likely_right(slug, known)}")
    return values


def _take_single(singles: _Singles, name: str, value: str) -> None:
    taken = {"copies": ("with_copies",), "year": ("after", "before")}.get(name, (name,))
    if any(each in singles for each in taken):
        raise QueryProblem(
            "a year says both after and before, which stand there already"
            if name == "year"
            else f"the filter {name} stands twice, or beside a year"
        )
    if name == "year":
        singles["after"], singles["before"] = years_of(value)
    elif name == "after":
        singles["after"] = day_of(name, value)
    elif name == "before":
        singles["before"] = day_of(name, value)
    elif name == "copies":
        singles["with_copies"] = is_yes(name, value)
    elif name == "by":
        singles["by"] = by_of(value)
    else:
        singles["sort"] = sort_of(value)
