"""Words by which facts are recognised, found in one pass over a text; what they are stands in `words.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick

from pipeline.facts.calendar_words import calendar_words

NAMES_FILE = Path(__file__).with_name("meeting_names.toml")
WORDS_FILE = Path(__file__).with_name("words.toml")
LANGUAGES = ("en", "zh", "ru", "fr", "es")
ANY_LANGUAGE = ""
MAX_ENDING_CHARS = 24


@dataclass(frozen=True, slots=True)
class Cue:
    """A word found: the group it belongs to, where it stands, and its value, such as a month's number."""

    group: str
    start: int
    end: int
    value: int = 0


@dataclass(frozen=True)
class _Word:
    group: str
    language: str
    is_whole: bool
    value: int = 0


def lowered(shape: str) -> str:
    """Write a folded text in lower case, letter for letter, so that places stay as they are."""
    lower = shape.lower()
    return lower if len(lower) == len(shape) else "".join(letter.lower()[0] for letter in shape)


def cues_in(lower: str, language: str | None) -> Iterator[Cue]:
    """Find the words of a lower-case folded text, in the order of their ends.

    English words count in every language; when the language is none of ours, all words do.
    """
    spoken = (language or "")[:2]
    allowed = {"en", spoken, ANY_LANGUAGE} if spoken in LANGUAGES else {*LANGUAGES, ANY_LANGUAGE}
    length = len(lower)
    for last, (size, words) in _automaton().iter(lower):
        start, end = last + 1 - size, last + 1
        first_is_joined = start > 0 and lower[start].isalnum() and _joins(lower[start - 1], lower[start])
        if first_is_joined:
            continue
        last_is_joined = end < length and lower[last].isalnum() and _joins(lower[end], lower[last])
        for word in words:
            if word.language in allowed and not (word.is_whole and last_is_joined):
                yield Cue(word.group, start, end if word.is_whole else _word_end(lower, end), word.value)


def _word_end(lower: str, end: int) -> int:
    """Go on to the end of a word of which only the stem is listed."""
    stop = min(len(lower), end + MAX_ENDING_CHARS)
    while end < stop and lower[end].isalnum() and _joins(lower[end - 1], lower[end]):
        end += 1
    return end


def _joins(one: str, other: str) -> bool:
    """Tell whether two characters that touch are of one word: letters of a script that puts spaces between words."""
    return one.isalnum() and not _is_han(one) and not _is_han(other)


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


@cache
def name_words(group: str) -> frozenset[str]:
    """Read a list of `meeting_names.toml`, of all languages."""
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(NAMES_FILE.read_text(encoding="utf-8"))
    return frozenset(word for words in groups[group].values() for word in words)


@cache
def load_words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Read the word lists, by group and language."""
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return {group: {language: tuple(words) for language, words in lists.items()} for group, lists in groups.items()}


@cache
def _automaton() -> ahocorasick.Automaton:
    by_literal: dict[str, list[_Word]] = {}
    for group, lists in load_words().items():
        for language, words in lists.items():
            for word in words:
                literal = word.rstrip("*")
                by_literal.setdefault(literal, []).append(_Word(group, language, word == literal))
    for group, word, value in calendar_words():
        by_literal.setdefault(word, []).append(_Word(group, ANY_LANGUAGE, is_whole=True, value=value))
    automaton = ahocorasick.Automaton()
    for literal, found in by_literal.items():
        automaton.add_word(literal, (len(literal), tuple(found)))
    automaton.make_automaton()
    return automaton
