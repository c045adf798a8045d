"""What the index is asked for: sequences of stored terms made of typed words; apart from either database's syntax."""

from __future__ import annotations

from typing import NamedTuple

from models.search.terms import FORM_MARK, HYPHENS, Token, tokens_of
from models.search.words import Expression, Wanted

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
    """Terms that stand one after the other; with `is_prefix` the last one only begins so, in the title if `is_title`."""

    terms: tuple[str, ...]
    is_prefix: bool = False
    is_title: bool = False


class Nearby(NamedTuple):
    """Two patterns without prefix, in either order, with at most `distance` words between them."""

    left: Pattern
    right: Pattern
    distance: int


Alternatives = tuple[Pattern | Nearby, ...]


def patterns_of(wanted: Wanted) -> Alternatives:
    """Make the patterns that a typed word or phrase may match: its stems by language, its form, its compound."""
    readings = [tokens_of(wanted.text, language) for language in STEMMED_AS]
    first = readings[0]
    patterns = [Pattern(tuple(token.term for token in tokens)) for tokens in readings]
    is_prefix = wanted.is_prefix and bool(first[-1].form)
    if is_prefix:
        patterns = [*patterns, *_beginnings(first)] if len(first) > 1 else _beginnings(first)
    elif len(first) == 1 and first[0].form:
        patterns.append(Pattern((FORM_MARK + first[0].form,)))
    if joined := _compound_of(wanted, first):
        patterns.append(Pattern((FORM_MARK + joined,), is_prefix))
    return tuple(dict.fromkeys(patterns))


def _beginnings(tokens: list[Token]) -> list[Pattern]:
    if len(tokens) == 1:
        return [Pattern((FORM_MARK + tokens[0].form,), is_prefix=True)]
    return [Pattern((*(token.term for token in tokens[:-1]), tokens[-1].form), is_prefix=True)]


def _compound_of(wanted: Wanted, tokens: list[Token]) -> str:
    """Give the compound that the whole word is; Chang'e alone is none, or it would find every change."""
    is_whole = tokens[0].joined_end >= tokens[-1].end
    return tokens[0].joined if is_whole and any(sign in wanted.text for sign in HYPHENS + ".") else ""


def clauses_of(expression: Expression) -> tuple[Alternatives, ...]:
    """Make the clauses that an article must all match, without stop words where anything else is wanted."""
    telling = [clause for clause in expression.clauses if not all(map(_is_stop_word, clause))]
    return tuple(
        tuple(dict.fromkeys(pattern for wanted in clause for pattern in patterns_of(wanted)))
        for clause in telling or expression.clauses
    )


def _is_stop_word(wanted: Wanted) -> bool:
    return not (wanted.is_phrase or wanted.is_prefix) and wanted.text in STOP_WORDS


def excluded_of(expression: Expression) -> Alternatives:
    """Make the patterns none of which an article may match."""
    return tuple(dict.fromkeys(pattern for wanted in expression.excluded for pattern in patterns_of(wanted)))
