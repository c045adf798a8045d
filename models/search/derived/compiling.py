"""A query as tantivy understands it: patterns as terms and phrases, filters as terms that add nothing to the score.

Scores are BM25 by field, weighed so that the inverse document frequency is the whole clause's, as `ranking.py` tells.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
import tantivy
from sqlalchemy.orm import Session
from tantivy import Occur

from models.search.derived.schema import BREAK, PAIR_FIELDS, TEXT_FIELDS, make_schema, pairs_of, total_of
from models.search.filters import ALL_OF
from models.search.matching import standing
from models.search.patterns import Nearby, Pattern, clauses_of, excluded_of
from models.search.query import Query
from models.search.terms import FORM_MARK
from models.source import Source
from models.story import Story

Wanted = Pattern | Nearby
Placed = list[tuple[int, str]]
WEIGHTS = {"title": 1.5, "title_pairs": 1.5, "forms": 0.5}
"""Of fields beside the body."""
NO_SCORE = 0.0
FIELD_OF_FILTER = {"lang": "language", "type": "doc_type"}
"""Where a filter and its field have not the same name."""


class _Pairs(Pattern):
    """Ideographs in pairs, which stand in fields of their own."""


class Compiler:
    """Compiles queries against one state of the index, whose frequencies it asks."""

    def __init__(self, session: Session, searcher: tantivy.Searcher) -> None:
        self._session, self._searcher = session, searcher
        self._schema = make_schema()

    def compiled(self, query: Query) -> tantivy.Query:
        """Compile everything that a query asks for but its order."""
        clauses = [tuple(map(_by_pairs, clause)) for clause in clauses_of(query.expression)]
        parts = [(Occur.Must, self._clause(clause, is_alone=len(clauses) == 1)) for clause in clauses]
        parts += [(Occur.Must, tantivy.Query.const_score_query(each, NO_SCORE)) for each in self._filters(query)]
        if not parts:
            parts = [(Occur.Must, tantivy.Query.all_query())]
        if excluded := excluded_of(query.expression):
            parts.append((Occur.MustNot, self.any_of(excluded)))
        parts += [(Occur.MustNot, each) for each in self._left_out(query)]
        return tantivy.Query.boolean_query(parts)

    def any_of(self, wanted: Sequence[Wanted]) -> tantivy.Query:
        """Find what holds any of some patterns, without weighing them."""
        return self._any([found for each in map(_by_pairs, wanted) for found in self._found(each)])

    def _filters(self, query: Query) -> Iterator[tantivy.Query]:
        if not query.with_copies:
            yield self._term("is_copy", value=False)
        for field, values in (
            ("relevance", query.relevance),
            ("language", query.languages),
            ("doc_type", query.doc_types),
            ("topic", standing(self._session, query.topics)),
            ("country", query.countries),
            ("actor", query.actors),
        ):
            if values:
                yield self._any([self._all_of(field, str(value)) for value in values])
        if query.sources:
            yield self._ids("source_id", sa.select(Source.id).where(Source.slug.in_(query.sources)))
        if query.story:
            yield self._ids("story_id", sa.select(Story.id).where(Story.key.in_(query.story)))
        if query.after or query.before:
            yield self._days(query.after, query.before)

    def _left_out(self, query: Query) -> Iterator[tantivy.Query]:
        for name, _, value in (each.partition(":") for each in query.without):
            if name == "source":
                yield self._ids("source_id", sa.select(Source.id).where(Source.slug == value))
            elif name == "story":
                yield self._ids("story_id", sa.select(Story.id).where(Story.key == value))
            else:
                (standing_value,) = standing(self._session, [value]) if name == "topic" else [value]
                yield self._all_of(FIELD_OF_FILTER.get(name, name), standing_value)

    def _days(self, after: dt.date | None, before: dt.date | None) -> tantivy.Query:
        """Find what was published from one day on and before another; an open end includes everything."""
        first, end = (day.toordinal() if day else None for day in (after, before))
        kind = tantivy.FieldType.Integer
        return tantivy.Query.range_query(self._schema, "day", kind, first, end, include_upper=end is None)

    def _all_of(self, field: str, value: str) -> tantivy.Query:
        parts = [(Occur.Must, self._term(field, value=part)) for part in value.split(ALL_OF)]
        return tantivy.Query.boolean_query(parts) if len(parts) > 1 else parts[0][1]

    def _ids(self, field: str, ids: sa.Select[int]) -> tantivy.Query:
        return self._any([self._term(field, value=each) for each in self._session.scalars(ids)])

    def _term(self, field: str, *, value: object) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, value)

    def _any(self, queries: Sequence[tantivy.Query]) -> tantivy.Query:
        if len(queries) == 1:
            return queries[0]
        return tantivy.Query.boolean_query([(Occur.Should, each) for each in queries])

    def _clause(self, clause: Sequence[Wanted], *, is_alone: bool) -> tantivy.Query:
        """Score the stems, and a form only where it scores more: it mostly stands beside its stem."""
        idf = 1.0 if is_alone else self._idf(self._frequency(clause))
        by_stem = [each for wanted in clause if not _is_form(wanted) for each in self._scored(wanted, idf)]
        by_form = [each for wanted in clause if _is_form(wanted) for each in self._scored(wanted, idf)]
        if not by_stem or not by_form:
            return self._any(by_stem or by_form)
        return tantivy.Query.disjunction_max_query([self._any(by_stem), *by_form])

    def _scored(self, wanted: Wanted, idf: float) -> Iterator[tantivy.Query]:
        """Weigh each field's finding so that it counts with the frequency of the clause instead of its own."""
        for field, found in zip(_fields_of(wanted), self._found(wanted), strict=True):
            weight = WEIGHTS.get(field, 1.0)
            own = sum(self._idf(self._searcher.doc_freq(field, term)) for term in _scoring_terms(wanted))
            yield tantivy.Query.boost_query(found, weight * idf / (own or 1.0))

    def _idf(self, hit_count: int) -> float:
        return math.log(1 + (max(self._searcher.num_docs - hit_count, 0) + 0.5) / (hit_count + 0.5))

    def _frequency(self, clause: Sequence[Wanted]) -> int:
        """Count what a clause finds: words by the dictionary, whose greatest is near enough; phrases by looking."""
        if all(len(_scoring_terms(wanted)) == 1 or isinstance(wanted, _Pairs) for wanted in clause):
            return max(
                min(self._searcher.doc_freq(_fields_of(wanted)[-1], term) for term in _scoring_terms(wanted))
                for wanted in clause
            )
        return total_of(self._searcher.search(self.any_of(clause), limit=1))

    def _found(self, wanted: Wanted) -> Iterator[tantivy.Query]:
        """Make the query of each field that may hold what is wanted."""
        for field in _fields_of(wanted):
            if isinstance(wanted, Nearby):
                yield self._nearby(field, wanted)
            else:
                yield self._phrase(field, wanted)

    def _phrase(self, field: str, pattern: Pattern) -> tantivy.Query:
        terms = pattern.terms
        if len(terms) > 1:
            return self._placed(field, _at(pattern, 0), has_prefix=pattern.is_prefix)
        if pattern.is_prefix:
            return tantivy.Query.regex_query(self._schema, field, _beginning(terms[0]))
        return self._term(field, value=terms[0])

    def _placed(self, field: str, words: Placed, *, has_prefix: bool, slop: int = 0) -> tantivy.Query:
        make = tantivy.Query.regex_phrase_query if has_prefix else tantivy.Query.phrase_query
        return make(self._schema, field, list(words), slop=slop)

    def _nearby(self, field: str, wanted: Nearby) -> tantivy.Query:
        """Try both orders: single words by slop, phrases by each distance, since slop would loosen them too.

        A slop of n lets a word stand up to n places from where it should: n words between, or the other way round.
        """
        left, right, distance = wanted
        has_prefix = left.is_prefix or right.is_prefix
        are_words = len(left.terms) == len(right.terms) == 1
        gaps = [(0, distance)] if are_words else [(gap, 0) for gap in range(distance + 1)]
        pairs = [
            ([*_at(first, 0), *_at(second, len(first.terms) + gap)], slop)
            for first, second in ((left, right), (right, left))
            for gap, slop in gaps
        ]
        return self._any([self._placed(field, words, has_prefix=has_prefix, slop=slop) for words, slop in pairs])


def _beginning(term: str) -> str:
    return f"{re.escape(term)}.*"


def _at(pattern: Pattern, start: int) -> Placed:
    """Place a pattern's terms from a place on; they need no escaping, but for the beginning that the last one is."""
    *before, last = pattern.terms
    return list(enumerate([*before, _beginning(last) if pattern.is_prefix else last], start=start))


def _is_form(wanted: Wanted) -> bool:
    return isinstance(wanted, Pattern) and wanted.terms[0].startswith(FORM_MARK)


def _by_pairs(wanted: Wanted) -> Wanted:
    """Ask for a run of ideographs by its pairs."""
    if isinstance(wanted, Nearby) or wanted.is_prefix:
        return wanted
    pairs = pairs_of(wanted.terms)
    are_all_wide = 0 < len(pairs) == len(wanted.terms) - 1 and BREAK not in pairs
    return _Pairs(*wanted._replace(terms=tuple(pairs))) if are_all_wide else wanted


def _fields_of(wanted: Wanted) -> tuple[str, ...]:
    if _is_form(wanted):
        return ("forms",)
    is_title = wanted.is_title if isinstance(wanted, Pattern) else wanted.left.is_title
    fields = PAIR_FIELDS if isinstance(wanted, _Pairs) else TEXT_FIELDS
    return fields[:1] if is_title else fields


def _scoring_terms(wanted: Wanted) -> tuple[str, ...]:
    """Name the terms whose frequencies tantivy scores by: none for a beginning, which it scores as one."""
    if isinstance(wanted, Nearby):
        return (*wanted.left.terms, *wanted.right.terms)
    return () if wanted.is_prefix else wanted.terms
