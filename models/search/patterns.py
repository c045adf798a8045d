"""What the index is asked for: sequences of stored terms made of typed words; apart from either database's syntax."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from models.search.terms import FORM_MARK, HYPHENS, TITLE_FORM_MARK, Token, tokens_of
from models.search.words import Clause, Expression, Near, Wanted

STEMMED_AS = ("en", "fr")
# Words without meaning of their own, left out where other words are wanted; capitals (IN for India) keep their meaning.
STOP_WORDS_BY_LANGUAGE = {
    "en": "a an and are as at by did do does for from how in is it of on or that the this to up was were what when "
    "where which with",
    "fr": "au aux avec ce dans de des du en est et la le les par pour que qui se sur un une",
    "ru": "в во для за и из к как на не о об от по с со у что",
}
STOP_WORDS = frozenset(word for words in STOP_WORDS_BY_LANGUAGE.values() for word in words.split())


class Pattern(NamedTuple):
    """Terms that stand one after another, in the title if `is_title`; with `is_prefix` the last one only begins so."""

    terms: tuple[str, ...]
    is_prefix: bool = False
    is_title: bool = False


class Nearby(NamedTuple):
    """Two patterns without prefix, in either order, with at most `distance` words between them."""

    left: Pattern
    right: Pattern
    distance: int


Alternatives = tuple[Pattern | Nearby, ...]


def patterns_of(wanted: Wanted) -> tuple[Pattern, ...]:
    """Make the patterns that a typed word or phrase may match: its stems by language, its form, its compound.

    A form of the title is a word of its own in the index, `==moon`; what stands in a place there has `is_title`.
    """
    readings = [tokens_of(wanted.text, language) for language in STEMMED_AS]
    first = readings[0]
    mark = TITLE_FORM_MARK if wanted.is_title else FORM_MARK
    patterns = [Pattern(tuple(token.term for token in tokens), is_title=wanted.is_title) for tokens in readings]
    is_prefix = wanted.is_prefix and bool(first[-1].form)
    if is_prefix and len(first) > 1:
        beginning = (*(token.term for token in first[:-1]), first[-1].form)
        patterns.append(Pattern(beginning, is_prefix=True, is_title=wanted.is_title))
    elif is_prefix:
        patterns = [Pattern((mark + first[0].form,), is_prefix=True)]
    elif len(first) == 1 and first[0].form:
        patterns.append(Pattern((mark + first[0].form,)))
    if joined := _compound_of(wanted, first):
        patterns.append(Pattern((mark + joined,), is_prefix))
        stems = [] if is_prefix else [tokens_of(joined, language) for language in STEMMED_AS]
        patterns += [Pattern((tokens[0].term,), is_title=wanted.is_title) for tokens in stems if len(tokens) == 1]
    return tuple(dict.fromkeys(patterns))


def _compound_of(wanted: Wanted, tokens: list[Token]) -> str:
    """Give the compound that the whole word is; Chang'e alone is none, or it would find every change."""
    is_whole = tokens[0].joined_end >= tokens[-1].end
    has_sign = any(sign in wanted.text for sign in HYPHENS + ".") or any(map(str.isdigit, wanted.text))
    return tokens[0].joined if is_whole and has_sign else ""


def alternatives_of(wanted: Wanted | Near) -> Alternatives:
    """Make the patterns of a word, a phrase, or two of them near each other, of which any may match."""
    if isinstance(wanted, Wanted):
        return patterns_of(wanted)
    sides = ([each for each in patterns_of(side) if not is_form(each)] for side in (wanted.left, wanted.right))
    return tuple(Nearby(left, right, wanted.distance) for left, right in itertools.product(*sides))


def is_form(pattern: Pattern) -> bool:
    """Tell whether a pattern asks for a word as written, which the index keeps without its place."""
    return pattern.terms[0].startswith(FORM_MARK)


def clauses_of(expression: Expression) -> tuple[Alternatives, ...]:
    """Make the clauses that an article must all match, without stop words where anything else is wanted."""
    telling = [clause for clause in expression.clauses if not all(map(_is_stop_word, clause))]
    return tuple(_patterns_in(clause) for clause in telling or expression.clauses)


def _patterns_in(clause: Clause) -> Alternatives:
    return tuple(dict.fromkeys(pattern for wanted in clause for pattern in alternatives_of(wanted)))


def _is_stop_word(wanted: Wanted | Near) -> bool:
    return isinstance(wanted, Wanted) and wanted == Wanted(wanted.text) and wanted.text in STOP_WORDS


def excluded_of(expression: Expression) -> Alternatives:
    """Make the patterns none of which an article may match."""
    return _patterns_in(expression.excluded)
