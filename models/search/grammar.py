"""The grammar of the search line: AND, OR, NOT, NEAR and parentheses over words; apart from filters, which know values.

OR binds its two neighbours before a space does: `moon OR lunar china` wants (moon or lunar) and china; parentheses
group otherwise. What is excluded stands by itself. A nested choice is multiplied out: `(a b) OR c` wants a or c, and
b or c.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from models.search.lexemes import Lexeme, Operator, Word, lexemes_of
from models.search.problem import QueryProblem
from models.search.terms import Token, tokens_of
from models.search.words import (
    MAX_LINE_CHARS,
    MAX_PHRASE_TERMS,
    MAX_WANTED,
    MIN_PREFIX_CHARS,
    Clause,
    Expression,
    Near,
    TypedFilter,
    Wanted,
)

MAX_DEPTH = 8
NOTHING = Expression()


class _Reading:
    """A cut line and how far it was read."""

    def __init__(self, lexemes: Sequence[Lexeme]) -> None:
        self._lexemes = lexemes
        self._place = 0
        self.filters: list[TypedFilter] = []

    def peek(self) -> Lexeme | None:
        """Look at the next lexeme."""
        return self._lexemes[self._place] if self._place < len(self._lexemes) else None

    def has(self, *signs: str) -> bool:
        """Tell whether one of these operators is next."""
        following = self.peek()
        return isinstance(following, Operator) and following.sign in signs

    def take(self) -> Lexeme:
        """Take the next lexeme."""
        self._place += 1
        return self._lexemes[self._place - 1]

    def take_operator(self, sign: str) -> Operator | None:
        """Take the next lexeme where it is this operator."""
        if not self.has(sign):
            return None
        operator = self.take()
        assert isinstance(operator, Operator)
        return operator


def parse_line(line: str) -> tuple[Expression, tuple[TypedFilter, ...]]:
    """Read a search line into its words and its filters; QueryProblem says what is wrong and where."""
    if len(line) > MAX_LINE_CHARS:
        raise QueryProblem(f"a search line takes at most {MAX_LINE_CHARS} characters")
    expression, filters = _read(line, with_filters=True)
    if line.strip() and expression == NOTHING and not filters:
        raise QueryProblem("there is no letter or digit to search for", position=0)
    return expression, filters


def expression_of(text: str) -> Expression:
    """Read free words in which no filter is looked for; QueryProblem says what is wrong and where."""
    if len(text) > MAX_LINE_CHARS:
        raise QueryProblem(f"a search takes at most {MAX_LINE_CHARS} characters")
    expression, _ = _read(text, with_filters=False)
    if text.strip() and expression == NOTHING:
        raise QueryProblem("there is no letter or digit to search for", position=0)
    return expression


def _read(line: str, *, with_filters: bool) -> tuple[Expression, tuple[TypedFilter, ...]]:
    reading = _Reading(list(lexemes_of(line, with_filters=with_filters)))
    expression = _all_of(reading, depth=0)
    if closing := reading.take_operator(")"):
        raise QueryProblem("this parenthesis closes nothing", position=closing.position)
    return _bounded(expression), tuple(reading.filters)


def _bounded(expression: Expression) -> Expression:
    """Leave out what is said twice; QueryProblem when it wants too much."""
    clauses = dict.fromkeys(tuple(dict.fromkeys(clause)) for clause in expression.clauses)
    expression = Expression(tuple(clauses), tuple(dict.fromkeys(expression.excluded)))
    each = itertools.chain(*expression.clauses, expression.excluded)
    if sum(2 if isinstance(one, Near) else 1 for one in each) > MAX_WANTED:
        raise QueryProblem(f"a search takes at most {MAX_WANTED} words and phrases")
    return expression


def _all_of(reading: _Reading, *, depth: int) -> Expression:
    """Read what stands beside each other until the group or the line ends."""
    clauses: list[Clause] = []
    excluded: list[Wanted | Near] = []
    last: Operator | None = None
    while (following := reading.peek()) is not None and not reading.has(")"):
        if isinstance(following, TypedFilter):
            reading.filters.append(_filter_at(reading, following, depth))
        elif joint := reading.take_operator("AND"):
            _refuse_stray_and(reading, joint, is_first=last is None and not (clauses or excluded or reading.filters))
            last = joint
            continue
        else:
            found = _any_of(reading, depth=depth)
            clauses += found.clauses
            excluded += found.excluded
        last = None
    return Expression(tuple(clauses), tuple(excluded))


def _refuse_stray_and(reading: _Reading, joint: Operator, *, is_first: bool) -> None:
    if is_first or reading.peek() is None or reading.has("AND", "OR", ")"):
        raise QueryProblem("AND must stand between two words to find", position=joint.position)


def _filter_at(reading: _Reading, found: TypedFilter, depth: int) -> TypedFilter:
    reading.take()
    if depth:
        raise QueryProblem(f"the filter {found.name} must stand outside the parentheses", position=found.position)
    return found


def _any_of(reading: _Reading, *, depth: int) -> Expression:
    """Read alternatives; a lonely one may be excluded."""
    if stray := reading.take_operator("OR"):
        raise QueryProblem("OR must stand between two words to find", position=stray.position)
    found = _one_of(reading, depth=depth)
    while joint := reading.take_operator("OR"):
        following = reading.peek()
        if following is None or isinstance(following, TypedFilter) or reading.has("OR", "AND", ")"):
            raise QueryProblem("OR must stand between two words to find", position=joint.position)
        other = _one_of(reading, depth=depth)
        if found.excluded or other.excluded:
            place = joint.position if found.excluded else following.position
            raise QueryProblem("OR cannot join what is excluded; give each word its own minus", position=place)
        found = _multiplied(found, other, joint.position)
    return found


def _multiplied(one: Expression, other: Expression, position: int) -> Expression:
    if NOTHING in (one, other):
        return other if one == NOTHING else one
    if len(one.clauses) * len(other.clauses) > MAX_WANTED:
        raise QueryProblem(f"a search takes at most {MAX_WANTED} words and phrases", position=position)
    return Expression(tuple(left + right for left in one.clauses for right in other.clauses))


def _one_of(reading: _Reading, *, depth: int) -> Expression:
    """Read a word, phrase, group or NEAR, with or without NOT before it."""
    negation = reading.take_operator("NOT")
    while again := reading.take_operator("NOT"):
        negation = negation or again
    following = reading.peek()
    if following is None or isinstance(following, TypedFilter) or reading.has("AND", "OR", ")"):
        if negation is None:
            raise AssertionError("only NOT leads here")
        raise QueryProblem("NOT must stand before a word", position=negation.position)
    found = _near(reading, depth=depth)
    if negation is None:
        return found
    if found.excluded or len(found.clauses) > 1:
        hint = "what is excluded as a group needs OR between its words, as in -(mars OR venus)"
        raise QueryProblem(hint, position=negation.position)
    return Expression((), found.clauses[0] if found.clauses else ())


def _near(reading: _Reading, *, depth: int) -> Expression:
    """Read an operand, and what NEAR joins to it."""
    if stray := reading.take_operator("NEAR"):
        raise QueryProblem("NEAR must stand between two words or phrases", position=stray.position)
    found = _operand(reading, depth=depth)
    joint = reading.take_operator("NEAR")
    if joint is None:
        return found
    following = reading.peek()
    if following is None or isinstance(following, TypedFilter) or reading.has("AND", "OR", "NOT", "NEAR", ")"):
        raise QueryProblem("NEAR must stand between two words or phrases", position=joint.position)
    pairs = itertools.product(_sides(found, joint), _sides(_operand(reading, depth=depth), joint))
    if reading.has("NEAR"):
        raise QueryProblem("NEAR joins only two words or phrases", position=reading.take().position)
    nears = tuple(Near(left, right, joint.distance) for left, right in pairs)
    for near in nears:
        _refuse_what_overlaps(near, joint.position)
    return Expression((nears,))


def _sides(operand: Expression, joint: Operator) -> list[Wanted]:
    """Give the words that stand at one side of NEAR, in place of each other."""
    words = [each for clause in operand.clauses for each in clause if isinstance(each, Wanted)]
    if operand.excluded or len(operand.clauses) != 1 or len(words) != len(operand.clauses[0]):
        raise QueryProblem("NEAR joins words and phrases, and groups such as (moon OR lunar)", position=joint.position)
    for word in words:
        if word.is_prefix or word.is_title:
            kind = "title:" if word.is_title else "*"
            raise QueryProblem(f"NEAR joins whole words, without {kind}", position=joint.position)
    return words


def _refuse_what_overlaps(near: Near, position: int) -> None:
    """Refuse two sides that the same words could be: one database would count them as near themselves."""
    for language in ("en", "fr"):
        left, right = (_terms(tokens_of(side.text, language)) for side in (near.left, near.right))
        if len(left) + len(right) + near.distance > MAX_PHRASE_TERMS:
            raise QueryProblem(f"NEAR reaches over at most {MAX_PHRASE_TERMS} words", position=position)
        for shift in range(1 - len(right), len(left)):
            both = range(max(shift, 0), min(len(left), shift + len(right)))
            if all(left[place] == right[place - shift] for place in both):
                raise QueryProblem("NEAR needs two sides of different words", position=position)


def _terms(tokens: Sequence[Token]) -> list[str]:
    return [token.term for token in tokens]


def _operand(reading: _Reading, *, depth: int) -> Expression:
    following = reading.take()
    if isinstance(following, Word):
        is_searchable = _is_searchable(following.wanted, following.position)
        return Expression(((following.wanted,),)) if is_searchable else NOTHING
    if depth == MAX_DEPTH:
        raise QueryProblem(f"parentheses go at most {MAX_DEPTH} deep", position=following.position)
    found = _all_of(reading, depth=depth + 1)
    if not reading.take_operator(")"):
        raise QueryProblem("this parenthesis is never closed", position=following.position)
    if found == NOTHING:
        raise QueryProblem("there is nothing to search for between the parentheses", position=following.position)
    return found


def _is_searchable(wanted: Wanted, position: int) -> bool:
    tokens = tokens_of(wanted.text, None)
    if len(tokens) > MAX_PHRASE_TERMS:
        raise QueryProblem(f"a phrase takes at most {MAX_PHRASE_TERMS} words or characters", position=position)
    if wanted.is_prefix and tokens and tokens[-1].form and sum(len(t.form) for t in tokens) < MIN_PREFIX_CHARS:
        raise QueryProblem(f"{wanted} is too short: * needs {MIN_PREFIX_CHARS} letters before it", position=position)
    return bool(tokens)
