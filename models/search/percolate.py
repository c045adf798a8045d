"""The search turned around: which of many queries an article answers, with the same meaning as `matching_ids`.

Whatever an article has (its terms, and what its filters may ask for) is a *key*. A query is a conjunction of clauses,
each clause a choice of wants, each want a set of keys and perhaps an order that its terms must stand in. Every query is
filed under the keys of its rarest clause, so that an article is held against the few queries that it may answer.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from models.search.filters import ALL_OF
from models.search.patterns import Alternatives, Nearby, Pattern, clauses_of, excluded_of
from models.search.query import Query
from models.search.terms import FORM_MARK, Token, tokens_of

FIELD_GAP = 1_000_000
"""Places between title and body, so that nothing stands near anything of the other."""
FILTERS = {
    "relevance": "relevance",
    "topics": "topic",
    "countries": "country",
    "actors": "actor",
    "sources": "source",
    "languages": "lang",
    "doc_types": "type",
    "story": "story",
}
"""The fields of a query that hold values, and what the key of a value begins with."""


def key_of_value(name: str, value: str) -> str:
    """Return the key that stands for a filter's value; no term has a colon."""
    return f"{name}:{value}"


@dataclass(frozen=True)
class Subject:
    """An article as queries see it: its words, the values that filters ask for, its day, whether it is a copy."""

    title: str
    text: str
    language: str | None
    values: frozenset[str]
    """Keys of its filter values, by `key_of_value`."""
    published_first_on: dt.date | None = None
    is_copy: bool = False

    @cached_property
    def fields(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The terms of the title and of the text, in their order."""
        title, text = self._tokens
        return tuple(token.term for token in title), tuple(token.term for token in text)

    @cached_property
    def _tokens(self) -> tuple[list[Token], list[Token]]:
        return tokens_of(self.title, self.language), tokens_of(self.text, self.language)

    @cached_property
    def keys(self) -> frozenset[str]:
        """All that a query may ask for, without order: terms, marked forms, values."""
        tokens = [token for field in self._tokens for token in field]
        keys = {token.term for token in tokens} | self.values
        keys.update(FORM_MARK + form for form in _forms_in(tokens))
        # Title forms bear the mark twice, so that a word of the title is told from one of the text.
        keys.update(2 * FORM_MARK + form for form in _forms_in(self._tokens[0]))
        return frozenset(keys)

    @cached_property
    def ordered(self) -> Sequence[str]:
        """The keys in order, where those that begin alike stand together."""
        return sorted(self.keys)

    @cached_property
    def places(self) -> Mapping[str, Sequence[int]]:
        """Where each term stands; the text begins far behind the title."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for number, field in enumerate(self.fields):
            for place, term in enumerate(field, start=number * FIELD_GAP):
                places[term].append(place)
        return places

    def has_beginning(self, beginning: str) -> bool:
        """Tell whether any key begins so."""
        place = bisect_left(self.ordered, beginning)
        return place < len(self.ordered) and self.ordered[place].startswith(beginning)

    def term_at(self, place: int) -> str:
        """Return the term at a place; nothing where the field has ended."""
        number, index = divmod(place, FIELD_GAP)
        field = self.fields[number]
        return field[index] if index < len(field) else ""

    def starts_of(self, pattern: Pattern) -> Iterator[int]:
        """Yield the places at which the terms of a pattern stand one after the other."""
        terms = pattern.terms
        if len(terms) == 1 and pattern.is_prefix:
            for place in (place for term, of in self.places.items() if term.startswith(terms[0]) for place in of):
                yield place
            return
        for place in self.places.get(terms[0], ()):
            last = self.term_at(place + len(terms) - 1)
            is_end = last.startswith(terms[-1]) if pattern.is_prefix else last == terms[-1]
            if is_end and all(self.term_at(place + n) == term for n, term in enumerate(terms[1:-1], 1)):
                yield place


def _forms_in(tokens: Iterable[Token]) -> set[str]:
    return {form for token in tokens for form in (token.form, token.joined) if form}


def _has(subject: Subject, pattern: Pattern) -> bool:
    """Tell whether an article that has the whole terms of a pattern has them as the pattern wants them."""
    terms = pattern.terms
    is_title = pattern.is_title
    if len(terms) == 1 and (not is_title or terms[0].startswith(FORM_MARK)):
        mark = FORM_MARK if is_title and not terms[0].startswith(2 * FORM_MARK) else ""
        return subject.has_beginning(mark + terms[0]) if pattern.is_prefix else mark + terms[0] in subject.keys
    starts = subject.starts_of(pattern)
    return any(place < FIELD_GAP for place in starts) if is_title else next(starts, None) is not None


def _are_near(subject: Subject, left: Pattern, right: Pattern, distance: int) -> bool:
    """Tell whether two patterns stand in one field with at most so many terms between them, in either order."""
    rights = list(subject.starts_of(right))
    for start in subject.starts_of(left):
        for other in rights:
            first, second = (left, other) if start <= other else (right, start)
            between = second - min(start, other) - len(first.terms)
            if 0 <= between <= distance:
                return True
    return False


@dataclass(frozen=True, slots=True)
class Want:
    """One thing that an article may be asked for: keys that it must have all, and a pattern to look at then."""

    keys: frozenset[str]
    pattern: Pattern | None = None
    """None where the keys say everything."""
    nearby: Nearby | None = None

    @property
    def beginning(self) -> str:
        """What a key must begin with, where no whole key is known."""
        return self.pattern.terms[0] if self.pattern and not self.keys else ""

    def is_met_by(self, subject: Subject) -> bool:
        """Tell whether an article has it."""
        if not self.keys <= subject.keys:
            return False
        if self.pattern is not None:
            return _has(subject, self.pattern)
        return self.nearby is None or _are_near(subject, *self.nearby)


Clause = tuple[Want, ...]


def _want_of(pattern: Pattern | Nearby) -> Want:
    if isinstance(pattern, Nearby):
        return Want(_whole_terms(pattern.left) | _whole_terms(pattern.right), nearby=pattern)
    is_plain = len(pattern.terms) == 1 and not pattern.is_prefix and not pattern.is_title
    return Want(_whole_terms(pattern), None if is_plain else pattern)


def _whole_terms(pattern: Pattern) -> frozenset[str]:
    return frozenset(pattern.terms[:-1] if pattern.is_prefix else pattern.terms)


@dataclass(frozen=True)
class Compiled:
    """A query, ready to be held against articles."""

    clauses: tuple[Clause, ...]
    excluded: Clause
    after: dt.date | None
    before: dt.date | None
    with_copies: bool

    def is_met_by(self, subject: Subject) -> bool:
        """Tell whether an article answers the query."""
        if subject.is_copy and not self.with_copies:
            return False
        day = subject.published_first_on
        if (self.after or self.before) and day is None:
            return False
        if day and ((self.after and day < self.after) or (self.before and day >= self.before)):
            return False
        return all(any(want.is_met_by(subject) for want in clause) for clause in self.clauses) and not any(
            want.is_met_by(subject) for want in self.excluded
        )


def compiled(query: Query, merged: Mapping[str, str]) -> Compiled:
    """Compile a query; `merged` maps topics to those that stand for them now, as `merged_topics` reads it."""
    filters = [
        tuple(_want_of_value(name, value, merged) for value in getattr(query, field))
        for field, name in FILTERS.items()
        if getattr(query, field)
    ]
    without = (each.partition(":") for each in query.without)
    return Compiled(
        clauses=(*filters, *map(_clause_of, clauses_of(query.expression))),
        excluded=(
            *_clause_of(excluded_of(query.expression)),
            *(_want_of_value(name, value, merged) for name, _, value in without),
        ),
        after=query.after,
        before=query.before,
        with_copies=query.with_copies,
    )


def _want_of_value(name: str, value: str, merged: Mapping[str, str]) -> Want:
    parts = (str(value)).split(ALL_OF)
    standing = (merged.get(part, part) for part in parts) if name == "topic" else parts
    return Want(frozenset(key_of_value(name, part) for part in standing))


def _clause_of(alternatives: Alternatives) -> Clause:
    return tuple(map(_want_of, alternatives))


class Percolator:
    """Many queries, filed so that an article is held against few of them."""

    def __init__(self, queries: Mapping[int, Compiled], counts: Mapping[str, int]) -> None:
        """File queries by their numbers; `counts` says in how many of some articles each key is, as far as known."""
        self._queries = queries
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        self._by_beginning: defaultdict[str, list[int]] = defaultdict(list)
        self._everywhere: list[int] = []
        beginnings = _Beginnings(counts)
        for number, query in queries.items():
            if not query.clauses:
                self._everywhere.append(number)
                continue
            for want in min(query.clauses, key=lambda clause: _cost(clause, counts, beginnings)):
                if want.keys:
                    self._by_key[min(want.keys, key=lambda key: (counts.get(key, 0), -len(key), key))].append(number)
                else:
                    self._by_beginning[want.beginning].append(number)
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})
        self._heads = {beginning[: self._lengths[0]] for beginning in self._by_beginning}

    def answered_by(self, subject: Subject) -> set[int]:
        """Name the queries that an article answers."""
        keys = subject.keys
        found = set(self._everywhere)
        for key in keys & self._by_key.keys():
            found.update(self._by_key[key])
        for beginning in self._beginnings_in(keys):
            found.update(self._by_beginning[beginning])
        return {number for number in found if self._queries[number].is_met_by(subject)}

    def _beginnings_in(self, keys: Iterable[str]) -> set[str]:
        """Find what is filed under beginnings of keys; few keys have the first letters of any."""
        if not self._lengths:
            return set()
        head = self._lengths[0]
        near = [key for key in keys if key[:head] in self._heads]
        return {key[:length] for key in near for length in self._lengths} & self._by_beginning.keys()


class _Beginnings:
    """How many of the counted keys begin so."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._ordered = sorted(counts)

    def count(self, beginning: str) -> int:
        """Add the counts of the keys that begin so."""
        total, place = 0, bisect_left(self._ordered, beginning)
        while place < len(self._ordered) and self._ordered[place].startswith(beginning):
            total += self._counts[self._ordered[place]]
            place += 1
        return total


def _cost(clause: Clause, counts: Mapping[str, int], beginnings: _Beginnings) -> int:
    """Estimate how many articles a clause would be looked at for."""
    return sum(
        min(counts.get(key, 0) for key in want.keys) if want.keys else beginnings.count(want.beginning)
        for want in clause
    )


def counts_of(subjects: Iterable[Subject]) -> Counter[str]:
    """Count in how many articles each key is."""
    counts: Counter[str] = Counter()
    for subject in subjects:
        counts.update(subject.keys)
    return counts
