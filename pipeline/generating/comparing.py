"""What a translation and its original do not agree on: numbers, dates, names, negations. Pure; it compares no style."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.grounding.assertions import Assertion
from pipeline.grounding.dates import StatedDate, stated_dates
from pipeline.grounding.names import Names
from pipeline.grounding.numbers import Amount, amounts_in

LANGUAGES = ("en", "fr", "ru", "zh")  # whose negations and number words are known
MAX_LISTED = 60


def differences(original: tuple[str, str], translation: tuple[str, str], names: Names | None) -> tuple[str, ...]:
    """Say what the translation lacks or adds; each of the two is a text with its language."""
    problems = [*_numbers(original, translation), *_dates(original[0], translation[0])]
    if names is not None:
        problems += _names(original[0], translation[0], names)
    if original[1] in LANGUAGES and translation[1] in LANGUAGES:
        problems += _negations(original, translation)
    return tuple(dict.fromkeys(problems))


def _numbers(original: tuple[str, str], translation: tuple[str, str]) -> Iterator[str]:
    theirs, ours = _amounts(*original), _amounts(*translation)
    for amount in theirs:
        if not any(amount.may_equal(other) for other in ours):
            yield f"the translation lacks the number {amount.text}"
    for amount in ours:
        if not any(amount.may_equal(other) for other in theirs):
            yield f"the original has no number {amount.text}"


def _amounts(text: str, language: str) -> list[Amount]:
    dates = [(date.start, date.end) for date in _full_dates(text)]
    return amounts_in(text, language, hidden=dates)[:MAX_LISTED]


def _full_dates(text: str) -> list[StatedDate]:
    """Leave bare years to the numbers, which both languages write alike."""
    return [date for date in stated_dates(text) if date.month is not None or date.day is not None]


def _dates(original: str, translation: str) -> Iterator[str]:
    theirs, ours = _full_dates(original), _full_dates(translation)
    for date in theirs:
        if not any(_is_same(date, other) for other in ours):
            yield f"the translation lacks the date {original[date.start : date.end].strip()}"
    for date in ours:
        if not any(_is_same(date, other) for other in theirs):
            yield f"the original has no date {translation[date.start : date.end].strip()}"


def _is_same(one: StatedDate, other: StatedDate) -> bool:
    return (one.year, one.month, one.day) == (other.year, other.month, other.day)


def _names(original: str, translation: str, names: Names) -> Iterator[str]:
    theirs, ours = _by_actor(original, names), _by_actor(translation, names)
    for actor, name in theirs.items():
        if actor not in ours:
            yield f"the translation lacks the name {name}"
    for actor, name in ours.items():
        if actor not in theirs:
            yield f"the original does not name {name}"


def _by_actor(text: str, names: Names) -> dict[str, str]:
    return {slug: text[start:end] for slug, start, end in reversed(names(text))}


def _negations(original: tuple[str, str], translation: tuple[str, str]) -> Iterator[str]:
    theirs, ours = (bool(Assertion(*text).denied) for text in (original, translation))
    if theirs and not ours:
        yield "the translation lacks the negation"
    if ours and not theirs:
        yield "the original denies nothing"
