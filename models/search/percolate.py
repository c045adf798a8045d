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

    @cached_property
    def lines(self) -> tuple[str, str]:
        """The terms of the title and of the text with a space around each, in which a phrase is looked up at once."""
        title, text = self.fields
        return f" {' '.join(title)} ", f" {' '.join(text)} "

    def has_phrase(self, pattern: Pattern) -> bool:
        """Tell whether the terms of a pattern stand one after the other."""
        phrase = f" {' '.join(pattern.terms)}{'' if pattern.is_prefix else ' '}"
        return any(phrase in line for line in self.lines[: 1 if pattern.is_title else 2])

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
        """Yield the places at which the terms of a pattern without prefix stand one after the other."""
        terms = pattern.terms
        for place in self.places.get(terms[0], ()):
            if all(self.term_at(place + n) == term for n, term in enumerate(terms)):
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
    return subject.has_phrase(pattern)


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


def _is_plain(want: Want) -> bool:
    """Tell whether its keys say everything of a want."""
    return want.pattern is None and want.nearby is None


def _is_one_key(want: Want) -> bool:
    return _is_plain(want) and len(want.keys) == 1


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

    @cached_property
    def _needed(self) -> frozenset[str]:
        """Keys that every article has that answers it."""
        return frozenset().union(*(clause[0].keys for clause in self.clauses if len(clause) == 1))

    @cached_property
    def _choices(self) -> tuple[frozenset[str], ...]:
        """Keys of which it must have one: of the clauses that ask for nothing else, such as the stems of one word."""
        plain = (clause for clause in self.clauses if len(clause) > 1 and all(map(_is_one_key, clause)))
        return tuple(frozenset().union(*(want.keys for want in clause)) for clause in plain)

    @cached_property
    def _others(self) -> tuple[Clause, ...]:
        """The clauses of which keys do not say everything."""
        is_said = (
            (len(clause) == 1 and _is_plain(clause[0])) or all(map(_is_one_key, clause)) for clause in self.clauses
        )
        return tuple(clause for clause, said in zip(self.clauses, is_said, strict=True) if not said)

    @cached_property
    def _forbidden(self) -> frozenset[str]:
        """Keys that it must not have."""
        return frozenset().union(*(want.keys for want in self.excluded if _is_one_key(want)))

    @cached_property
    def _other_excluded(self) -> Clause:
        return tuple(want for want in self.excluded if not _is_one_key(want))

    def is_met_by(self, subject: Subject) -> bool:
        """Tell whether an article answers the query; most do not for want of a key, so sets of keys come first."""
        keys = subject.keys
        if not self._needed <= keys or any(map(keys.isdisjoint, self._choices)) or not keys.isdisjoint(self._forbidden):
            return False
        return (
            self._is_of_its_days(subject)
            and all(any(want.is_met_by(subject) for want in clause) for clause in self._others)
            and not any(want.is_met_by(subject) for want in self._other_excluded)
        )

    def _is_of_its_days(self, subject: Subject) -> bool:
        if subject.is_copy and not self.with_copies:
            return False
        day = subject.published_first_on
        if day is None:
            return not (self.after or self.before)
        return not ((self.after and day < self.after) or (self.before and day >= self.before))


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
