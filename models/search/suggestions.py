"""What may stand where somebody types a search line: names of filters and their values, by any name that people use."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from babel import Locale
from sqlalchemy.orm import Session

from models.article import Version
from models.knowledge import Actor, Topic
from models.search.chinese import simplified
from models.search.filters import ALL_OF, NAME_LANGUAGES, NAMES, By, Sort, country_names, language_names
from models.search.lexemes import CLOSING, OPENING
from models.search.terms import folded
from models.search.words import QUOTES, TITLE
from models.source import Source
from models.vocabulary import DocType, Relevance

MAX_SUGGESTIONS = 8
MIN_WORD_CHARS = 2
OFFERED_FOR_WORDS = ("country", "actor", "topic", "source")
"""Filters whose values are offered for a bare word."""
MEANINGS: Mapping[str, str] = {
    TITLE: "words of the title",
    "relevance": "core, space or off",
    "topic": "what it is about",
    "country": "who takes part",
    "actor": "an organisation or mission",
    "source": "who published it",
    "lang": "its language",
    "type": "news, white paper, report ...",
    "story": "one story",
    "year": "a year, or 2020..2024",
    "after": "published since",
    "before": "published before",
    "copies": "with copies or without",
    "sort": "the order",
    "by": "words, meaning or both",
}
FIRST_LANGUAGES = ("en", "zh", "ru", "fr")
WORD_BEFORE = re.compile(rf"[^\s{QUOTES}]*$")
SIGNS = f"-−{OPENING}"
SEPARATORS = f",{ALL_OF}"


@dataclass(frozen=True)
class Suggestion:
    """What to put in place of the word that is typed, and what it means."""

    text: str
    label: str


@dataclass(frozen=True)
class Suggestions:
    """Suggestions, best first, for the stretch of the line from `start` to `end` (code points)."""

    start: int
    end: int
    found: tuple[Suggestion, ...]


@dataclass(frozen=True)
class _Value:
    """A value of a filter, the name that people read, and all names that it is known by."""

    value: str
    label: str
    names: tuple[str, ...]


def suggestions(session: Session, line: str, cursor: int) -> Suggestions:
    """Suggest what the word before the cursor may become; nothing within quotes."""
    before = line[:cursor]
    if sum(map(before.count, QUOTES)) % 2:
        return Suggestions(cursor, cursor, ())
    match = WORD_BEFORE.search(before)
    typed = match.group().lstrip(SIGNS) if match else ""
    start = len(before) - len(typed)
    end = cursor + _rest_of_word(line[cursor:])
    name, colon, value = typed.partition(":")
    if colon:
        return Suggestions(start, end, tuple(_of_filter(session, name.lower(), value)))
    return Suggestions(start, end, tuple(_of_word(session, typed)))


def _rest_of_word(after: str) -> int:
    rest = re.match(rf"[^\s{QUOTES}{CLOSING}]*", after)
    return rest.end() if rest else 0


def _of_word(session: Session, typed: str) -> list[Suggestion]:
    key = _key(typed)
    found = [Suggestion(f"{name}:", MEANINGS[name]) for name in (TITLE, *NAMES) if name.startswith(key)]
    if len(typed) < MIN_WORD_CHARS and not _is_wide(typed):
        return found[:MAX_SUGGESTIONS] if typed else []
    for name in OFFERED_FOR_WORDS:
        ranked = _ranked(_values_of(session, name), key)
        found += [Suggestion(f"{name}:{each.value}", each.label) for each in ranked[: MAX_SUGGESTIONS // 2]]
    return found[:MAX_SUGGESTIONS]


def _is_wide(typed: str) -> bool:
    return bool(typed) and typed[-1] >= "\u2e80"


def _of_filter(session: Session, name: str, typed: str) -> Iterator[Suggestion]:
    """Offer values for the last of those that stand after the colon."""
    place = max(typed.rfind(sign) for sign in SEPARATORS) + 1
    given, last = typed[:place], typed[place:]
    taken = set(re.split(f"[{re.escape(SEPARATORS)}]", given))
    values = (each for each in _ranked(_values_of(session, name), _key(last)) if each.value not in taken)
    for each, _ in zip(values, range(MAX_SUGGESTIONS), strict=False):
        yield Suggestion(f"{name}:{given}{each.value}", each.label)


def _key(text: str) -> str:
    return simplified(folded(text))


def _ranked(values: Iterable[_Value], key: str) -> list[_Value]:
    """Keep the values that are known by a name with a word that begins so: first whole beginnings, then in order."""
    ranked = ((min((_rank(_key(name), key) for name in (each.value, *each.names)), default=9), each) for each in values)
    return [each for rank, each in sorted(((r, e) for r, e in ranked if r < len(RANKS)), key=lambda pair: pair[0])]


RANKS = ("the same", "beginning", "word", "inside")


def _rank(name: str, key: str) -> int:
    if name == key:
        return 0
    if name.startswith(key):
        return 1
    if re.search(rf"\b{re.escape(key)}", name):
        return 2
    return 3 if _is_wide(key) and key in name else len(RANKS)


def _values_of(session: Session, name: str) -> Sequence[_Value]:
    """Read what a filter takes; nothing for one whose values nobody could choose from."""
    if name == "topic":
        rows = session.execute(sa.select(Topic.slug, Topic.name).where(Topic.is_active).order_by(Topic.name))
        return [_Value(slug, label, (label,)) for slug, label in rows]
    if name == "source":
        rows = session.execute(sa.select(Source.slug, Source.name).order_by(Source.name))
        return [_Value(slug, label, (label,)) for slug, label in rows]
    if name == "actor":
        actors = session.scalars(sa.select(Actor).where(Actor.is_active).order_by(Actor.name))
        return [_Value(actor.slug, actor.name, (actor.name, *_names_of(actor))) for actor in actors]
    if name in {"year", "after", "before"}:
        return [_Value(str(year), str(year), ()) for year in _years(session)]
    return _fixed_values(name)


def _names_of(actor: Actor) -> Iterator[str]:
    for names in actor.names.values():
        if isinstance(names, list):
            yield from map(str, names)


def _years(session: Session) -> Iterator[int]:
    oldest, newest = session.execute(
        sa.select(sa.func.min(Version.published_first_on), sa.func.max(Version.published_first_on))
    ).one()
    if isinstance(oldest, dt.date) and isinstance(newest, dt.date):
        yield from range(newest.year, oldest.year - 1, -1)


@cache
def _fixed_values(name: str) -> Sequence[_Value]:
    if name == "country":
        return _named("territories", country_names(), sorted(country_names(), key=country_names().__getitem__))
    if name == "lang":
        known = sorted(language_names(), key=language_names().__getitem__)
        return _named("languages", language_names(), dict.fromkeys([*FIRST_LANGUAGES, *known]))
    choices: Mapping[str, Iterable[str]] = {
        "type": [str(each) for each in DocType],
        "relevance": [str(each) for each in Relevance],
        "sort": [str(each) for each in Sort],
        "by": [str(each) for each in By],
        "copies": ["yes", "no"],
    }
    return [_Value(each, each.replace("-", " "), (each.replace("-", " "),)) for each in choices.get(name, ())]


def _named(kind: str, labels: Mapping[str, str], codes: Iterable[str]) -> Sequence[_Value]:
    """Give codes with their names in our languages."""
    tables = [getattr(Locale(language), kind) for language in NAME_LANGUAGES]
    return [
        _Value(code, labels[code], (labels[code], *(str(names[code]) for names in tables if code in names)))
        for code in codes
    ]
