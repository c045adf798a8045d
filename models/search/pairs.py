"""Neighbouring ideographs as lexemes of their own on PostgreSQL; apart since index and queries must make them alike.

Each ideograph is a term, and a Chinese word a phrase of them. Whether a phrase stands in a text, the text alone tells,
and reading the terms of every text that has both characters takes far longer than the index does.
"""

from __future__ import annotations

from collections.abc import Sequence

WIDE_FROM = "\u2e80"
"""Ideographs, kana and hangul begin here; each is a term of one character, so that no other term is like a pair."""


def pair_of(left: str, right: str) -> str:
    """Join two neighbouring terms; nothing where one of them is no ideograph."""
    is_wide = len(left) == len(right) == 1 and min(left, right) >= WIDE_FROM
    return left + right if is_wide else ""


def pairs_of(terms: Sequence[str]) -> tuple[str, ...]:
    """Give the pairs of a run of ideographs; nothing where anything else is among them."""
    pairs = tuple(map(pair_of, terms, terms[1:]))
    return pairs if all(pairs) else ()
