"""Where in a text hits may stand, found without cutting all of it into words; apart since only speed asks for it.

A text is folded sign by sign, so that most texts keep every sign in its place. What a query's patterns may begin with
is looked up there, and only the words around these places are cut. What is found is what all of the text's words
would give.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from models.search.chinese import simplified, simplified_characters
from models.search.hits import HitSpan, hit_spans, is_of_title
from models.search.inflections import irregular_forms_of
from models.search.patterns import Alternatives, Nearby, Pattern
from models.search.terms import (
    APOSTROPHES,
    CYRILLIC,
    FORM_MARK,
    HYPHENS,
    JAMO,
    UNIFIED_IDEOGRAPHS,
    Token,
    folded,
    tokens_of,
)

SEED_CHARS = 3
WIDE_FROM = "\u2e80"
KANA = ("\u3041", "\u30ff")
JOINTS = f"{HYPHENS}{APOSTROPHES}."
ASCII_JOINTS = ".'`"
JOINT = "-"
"""What stands for all of them in a folded text."""
NARROW_SIGNS = frozenset("0123456789abcdefghijklmnopqrstuvwxyz").union(map(chr, range(0x400, 0x530)))
SIGNS_LOOKED_AT = (range(0x80, 0x250), range(0x400, 0x530), range(0x2010, 0x2060), range(0x3000, 0x3100))
"""Of which it is known beforehand whether folding changes them, beside the ideographs."""
GAP = Token(-1, -1, "\n", "\n")
"""Stands between words that are no neighbours."""


class Flat(NamedTuple):
    """A folded text, in simplified characters; `is_aligned` where every sign is at its place in the text."""

    text: str
    is_aligned: bool


class Wanted(NamedTuple):
    """What texts are looked through for: one expression a clause, and how many words of a place are to be read."""

    clauses: tuple[re.Pattern[str] | None, ...]
    word_count: int
    """None of them where words may stand far from each other."""


@cache
def _unchanged() -> frozenset[str]:
    """Name signs that folding leaves as they are."""
    first, last = map(ord, UNIFIED_IDEOGRAPHS)
    known = {sign for signs in SIGNS_LOOKED_AT for sign in map(chr, signs) if _flat_sign(sign) == sign}
    ideographs = frozenset(map(chr, range(first, last + 1))) - simplified_characters().keys()
    return ideographs | known.union(map(chr, range(0x80))).difference(JOINTS)


@lru_cache(maxsize=1 << 16)
def _flat_sign(sign: str) -> str | None:
    """Fold a sign alone; None where what stands beside it may matter. What is in no word is as good as a space."""
    if sign in JOINTS:
        return JOINT
    form = folded(sign)
    is_mark = unicodedata.category(unicodedata.normalize("NFKD", sign)[0])[0] == "M"
    if not form or is_mark or re.match(f"[{JAMO}]", sign):
        return None
    return simplified(form) if sign.isalnum() else " "


def flat(text: str) -> Flat:
    """Fold a text, sign by sign where neighbours do not matter."""
    lower = text.lower()
    for joint in ASCII_JOINTS:
        lower = lower.replace(joint, JOINT)
    if lower.isascii():
        return Flat(lower, is_aligned=True)
    changed = {sign: _flat_sign(sign) for sign in set(lower) - _unchanged()}
    for sign, form in changed.items():
        lower = lower.replace(sign, form or "")
    if None in changed.values() or (_has_cyrillic(lower) and any(map(_is_other_beside_cyrillic, changed))):
        return Flat(f"{lower}\n{simplified(folded(text))}", is_aligned=False)
    return Flat(lower, is_aligned=all(len(form or "") == 1 for form in changed.values()))


def _has_cyrillic(text: str) -> bool:
    return CYRILLIC.search(text) is not None


@lru_cache(maxsize=1 << 16)
def _is_other_beside_cyrillic(sign: str) -> bool:
    """Tell whether a sign keeps a mark in a word with Cyrillic letters that it loses elsewhere."""
    return folded(f"а{sign}")[1:] != folded(sign)


@lru_cache(maxsize=256)
def wanted_of(clauses: tuple[Alternatives, ...]) -> Wanted:
    """Write down what texts are to be looked through for."""
    found = []
    for clause in clauses:
        beginnings = dict.fromkeys(one for pattern in clause for one in _beginnings(pattern))
        found.append(re.compile("|".join(beginnings)) if beginnings else None)
    patterns = [pattern for clause in clauses for pattern in clause]
    counts = [0 if isinstance(pattern, Nearby) else len(pattern.terms) for pattern in patterns]
    return Wanted(tuple(found), min(counts, default=0) and max(counts))


def _beginnings(pattern: Pattern | Nearby) -> Iterator[str]:
    """Write expressions for what a folded text has at the places where a pattern begins; none for one of titles."""
    if isinstance(pattern, Nearby):
        terms = pattern.left.terms[:1]
    elif is_of_title(pattern):
        return
    else:
        terms = pattern.terms
    first = terms[0].removeprefix(FORM_MARK)
    if first >= WIDE_FROM:
        are_signs = all(len(term) == 1 and term >= WIDE_FROM for term in terms)
        yield r"[\W_]*".join(terms if are_signs else first[:1])
        return
    for word in (first, *map(folded, irregular_forms_of(first))):
        between = "[-, ]*" if word.isdigit() else "-*"
        # A stem of three letters may end otherwise than its words, as that of `fly` does.
        yield between.join(word[: SEED_CHARS - 1] if len(word) == SEED_CHARS and word.isalpha() else word[:SEED_CHARS])


def clause_count(text: Flat, wanted: Wanted) -> int:
    """Count the clauses of which a text may have hits."""
    return sum(1 for clause in wanted.clauses if clause and next(_places(clause, text.text), None) is not None)


def _places(beginning: re.Pattern[str], text: str) -> Iterator[int]:
    """Find where words begin so, even where one such place begins within another."""
    found = beginning.search(text)
    while found:
        place = found.start()
        if place == 0 or text[place - 1] not in NARROW_SIGNS or text[place] not in NARROW_SIGNS:
            yield place
        found = beginning.search(text, place + 1)


def hits_in(text: str, flat_text: Flat, clauses: Sequence[Alternatives], language: str | None) -> list[HitSpan]:
    """Find all places in a text that match a query's patterns."""
    wanted = wanted_of(tuple(clauses))
    if not flat_text.is_aligned or not wanted.word_count:
        return hit_spans(tokens_of(text, language), clauses)
    places = sorted({place for each in wanted.clauses if each for place in _places(each, flat_text.text)})
    return hit_spans(_tokens_near(text, language, places, wanted.word_count), clauses)


def _tokens_near(text: str, language: str | None, places: Sequence[int], count: int) -> list[Token]:
    """Cut so many words from each place on, with a gap between those that are no neighbours."""
    tokens: list[Token] = []
    end = 0
    for place in places:
        start = _border_before(text, place)
        if start > end:
            tokens.append(GAP)
        start = max(start, end)
        missing = count - sum(token.start >= place for token in tokens[-count:])
        while missing > 0 and start < len(text):
            end = _border_after(text, max(start, place) + missing - 1)
            cut = tokens_of(text, language, start, end)
            missing -= sum(token.start >= place for token in cut)
            tokens += cut
            start = end
    return tokens


def _is_border(text: str, place: int) -> bool:
    """Tell whether no word goes across a place: it is after an ideograph or kana, or a space that is in no number."""
    before = text[place - 1]
    if before >= KANA[0]:
        return before <= KANA[1] or UNIFIED_IDEOGRAPHS[0] <= before <= UNIFIED_IDEOGRAPHS[1]
    return before.isspace() and not text[place].isdigit()


def _border_before(text: str, place: int) -> int:
    while place > 0 and not _is_border(text, place):
        place -= 1
    return place


def _border_after(text: str, place: int) -> int:
    place += 1
    while place < len(text) and not _is_border(text, place):
        place += 1
    return min(place, len(text))
