"""Where in a text a query's patterns stand; apart from snippets, which choose among what is found here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from models.search.patterns import Alternatives, Nearby, Pattern, is_form
from models.search.terms import FORM_MARK, TITLE_FORM_MARK, Token


class HitSpan(NamedTuple):
    """A hit in a text (code points, end exclusive) and the clause of the query that it answers."""

    start: int
    end: int
    clause: int


def is_of_title(pattern: Pattern) -> bool:
    """Tell whether a pattern stands in titles only."""
    return pattern.is_title or pattern.terms[0].startswith(TITLE_FORM_MARK)


def hit_spans(tokens: Sequence[Token], clauses: Sequence[Alternatives]) -> list[HitSpan]:
    """Find the places in a body's tokens that match a query's patterns, in order and without overlap."""
    by_term: dict[str, list[tuple[int, Pattern]]] = {}
    forms: list[tuple[int, str, bool]] = []
    found: list[HitSpan] = []
    for number, clause in enumerate(clauses):
        for pattern in clause:
            if isinstance(pattern, Nearby):
                found += _hits_near(pattern, tokens, number)
            elif is_form(pattern):
                forms.append((number, pattern.terms[0].removeprefix(FORM_MARK), pattern.is_prefix))
            elif not pattern.is_title:
                by_term.setdefault(pattern.terms[0], []).append((number, pattern))
    for index, token in enumerate(tokens):
        found += [
            HitSpan(token.start, tokens[index + len(pattern.terms) - 1].end, number)
            for number, pattern in by_term.get(token.term, ())
            if _stands_at(pattern, tokens, index)
        ]
        found += _hits_of_forms(token, forms)
    return _without_overlap(found)


def _hits_near(near: Nearby, tokens: Sequence[Token], number: int) -> Iterator[HitSpan]:
    """Give both sides of each pair that stands near enough."""
    for one, other in ((near.left, near.right), (near.right, near.left)):
        firsts, seconds = (
            [place for place in range(len(tokens)) if _stands_at(side, tokens, place)] for side in (one, other)
        )
        starts = set(seconds)
        for first in firsts:
            end = first + len(one.terms)
            for second in (place for place in range(end, end + near.distance + 1) if place in starts):
                yield HitSpan(tokens[first].start, tokens[end - 1].end, number)
                yield HitSpan(tokens[second].start, tokens[second + len(other.terms) - 1].end, number)


def _stands_at(pattern: Pattern, tokens: Sequence[Token], index: int) -> bool:
    *first, last = pattern.terms
    end = index + len(first)
    if end >= len(tokens) or (first and tokens[index].term != first[0]):
        return False
    is_last = tokens[end].term.startswith(last) if pattern.is_prefix else tokens[end].term == last
    return is_last and [token.term for token in tokens[index:end]] == first


def _hits_of_forms(token: Token, forms: Sequence[tuple[int, str, bool]]) -> Iterator[HitSpan]:
    for number, form, is_prefix in forms:
        if token.form == form or (is_prefix and token.form.startswith(form)):
            yield HitSpan(token.start, token.end, number)
        if token.joined and (token.joined == form or (is_prefix and token.joined.startswith(form))):
            yield HitSpan(token.start, token.joined_end, number)


def _without_overlap(found: list[HitSpan]) -> list[HitSpan]:
    kept: list[HitSpan] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept
