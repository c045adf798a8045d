"""A search line cut into what the grammar knows: operators, parentheses, filters, words and phrases, with places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from models.search.problem import QueryProblem
from models.search.words import CONTROL, DEFAULT_DISTANCE, MAX_DISTANCE, QUOTES, TITLE, TypedFilter, Wanted

OPENING, CLOSING = "(（", ")）"
NEAR = re.compile(r"NEAR(?:/(?P<distance>\d*))?", re.ASCII)
FILTER = re.compile(r"(?P<name>[A-Za-z_]+)[:：](?!//)(?P<value>.*)", re.DOTALL)
PIECE = re.compile(
    rf"(?P<minus>[-−]*)(?:(?P<open>[{OPENING}])|(?P<close>[{CLOSING}])"
    rf"|(?P<title>(?i:{TITLE})[:：])?[{QUOTES}](?P<phrase>[^{QUOTES}]*)(?P<end>[{QUOTES}]?)"
    rf"|(?P<chunk>[^\s{QUOTES}]+))"
)
OPERATORS = frozenset({"AND", "OR", "NOT"})


class Operator(NamedTuple):
    """AND, OR, NOT, NEAR, an opening or a closing parenthesis; `distance` is NEAR's."""

    sign: str
    position: int
    distance: int = DEFAULT_DISTANCE


class Word(NamedTuple):
    """A word or phrase and its place."""

    wanted: Wanted
    position: int


Lexeme = Operator | Word | TypedFilter


def lexemes_of(line: str, *, with_filters: bool) -> Iterator[Lexeme]:
    """Cut a line; QueryProblem for a quotation mark without its fellow and for an impossible distance."""
    text = CONTROL.sub(" ", line)
    place = 0
    while piece := PIECE.search(text, place):
        place = piece.end()
        minus = [Operator("NOT", piece.start())] if piece["minus"] else []
        if piece["open"]:
            yield from minus
            yield Operator("(", piece.start("open"))
        elif piece["close"]:
            yield Operator(")", piece.start("close"))
        elif piece["phrase"] is not None:
            if not piece["end"]:
                raise QueryProblem("a quotation mark is never closed", position=piece.start("phrase") - 1)
            yield from minus
            words = " ".join(piece["phrase"].split())
            yield Word(Wanted(words, is_phrase=True, is_title=bool(piece["title"])), piece.start())
        else:
            chunk = _without_closing(piece["chunk"])
            place = piece.start("chunk") + len(chunk)
            yield from _of_chunk(chunk, piece, with_filters=with_filters)


def _without_closing(chunk: str) -> str:
    """Leave out the closing parentheses of a group, and keep those of `f(x)`."""
    while chunk[-1] in CLOSING and _count(chunk, CLOSING) > _count(chunk, OPENING):
        chunk = chunk[:-1]
    return chunk


def _count(chunk: str, signs: str) -> int:
    return sum(map(chunk.count, signs))


def _of_chunk(chunk: str, piece: re.Match[str], *, with_filters: bool) -> Iterator[Lexeme]:
    position = piece.start()
    if not piece["minus"]:
        if chunk in OPERATORS:
            yield Operator(chunk, position)
            return
        if near := NEAR.fullmatch(chunk):
            yield Operator("NEAR", position, _distance_of(near, position))
            return
    found = FILTER.fullmatch(chunk)
    is_title = found is not None and found["name"].lower() == TITLE
    if found and with_filters and not is_title:
        yield TypedFilter(found["name"], found["value"], position, is_excluded=bool(piece["minus"]))
        return
    if piece["minus"]:
        yield Operator("NOT", position)
    yield Word(_title_word(found["value"], position) if found and is_title else _word(chunk, found), position)


def _word(chunk: str, found: re.Match[str] | None) -> Wanted:
    return Wanted(chunk, is_phrase=True) if found else Wanted(chunk.rstrip("*"), is_prefix=chunk.endswith("*"))


def _title_word(value: str, position: int) -> Wanted:
    if not value or value[0] in OPENING:
        hint = f'{TITLE}: takes a word or a phrase in quotes, as in {TITLE}:"lunar station"; give each word its own'
        raise QueryProblem(hint, position=position)
    return Wanted(value.rstrip("*"), is_prefix=value.endswith("*"), is_title=True)


def _distance_of(near: re.Match[str], position: int) -> int:
    if near["distance"] is None:
        return DEFAULT_DISTANCE
    distance = int(near["distance"][:4] or -1)
    if not 0 <= distance <= MAX_DISTANCE:
        raise QueryProblem(f"NEAR takes a number of words from 0 to {MAX_DISTANCE}, as in NEAR/5", position=position)
    return distance
