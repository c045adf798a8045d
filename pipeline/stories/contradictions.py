"""What makes two texts with the same wording two texts: other figures, other names, the opposite, another subject.

Apart from the rule for copies: each is a reason of its own, and each looks at one place that both texts share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING

from pipeline.stories.alignment import Alignment, Gap
from pipeline.stories.numbers import WEEKDAY_NUMBERS, calendar_number
from pipeline.stories.tokens import CJK, Reading
from pipeline.understanding.gazetteer import folded

if TYPE_CHECKING:
    from babel import Locale

MAX_REPLACED_WORDS = 8
# Reports open with what is their own; a name that differs there is the subject's.
LEAD_WORDS = 40
MIN_OTHER_NAMES = 2
_SPELLING_LIKENESS = 0.7
# A name's first letters tell its country in every case and as an adjective; a short name must be whole.
_WHOLE_NAME_CHARS = 5
_ENDING_CHARS = 2
_MIN_COUNTRY_SIGNS = 2
_CONTEXT_SIGNS = 3
_MAX_NEGATED_WORDS = 12
_MAX_INSERTED_WORDS = 4

_NEGATIONS = frozenset(
    "not no never none neither nor cannot without t unable fail failed fails failure unsuccessful unsuccessfully "  # noqa: SIM905
    "reject rejected rejects refuse refused refuses decline declined declines deny denied denies cancel canceled "
    "postpone postponed suspend suspended abandon abandoned withdraw withdrew withdrawn unlikely false "
    "ne n pas jamais aucun aucune sans ni refuse refuse refuser refusent echoue echec rejete annule reporte suspendu "
    "не ни нет без никогда нельзя невозможно неудачно".split()
)
_RUSSIAN_NEGATION = re.compile("(?:отказ|отмен|отверг|отлож|провал|сорв|приостанов)[а-я]*")
_CHINESE_NEGATION = re.compile(
    r"(?:不(?![少断仅同过久但管论])|未(?![来])|没(?!收)|无(?![人线论疑锡])|否(?=认|决)|拒绝|取消|推迟|失败|中止|暂停|尚未)"
)
_NOT_ONLY = re.compile("(?:not only|non seulement|не только|no longer)")


def has_other_figures(alignment: Alignment) -> bool:
    """Tell whether a number, an ordinal, a month or a weekday is another at the same place of both texts."""
    for gap in _short_gaps(alignment):
        first, second = (
            _figures_in(reading, places) for reading, places in zip(_readings(alignment), _sides(gap), strict=True)
        )
        if any(first[kind] - second[kind] and second[kind] - first[kind] for kind in first.keys() & second.keys()):
            return True
    return False


def figures_differ(a: Iterable[str], b: Iterable[str]) -> bool:
    """Tell whether two short stretches of words name other figures of one kind, neither all of the other's."""
    first, second = _figures_of(a), _figures_of(b)
    return any(first[kind] - second[kind] and second[kind] - first[kind] for kind in first.keys() & second.keys())


def names_others(alignment: Alignment) -> bool:
    """Tell whether names stand in the place of others: in the lead, of a country, or at two places at least."""
    a, b = (frozenset(reading.words) for reading in _readings(alignment))
    found = 0
    for gap in _short_gaps(alignment):
        first = _names_in(alignment.first, gap.first) - b
        second = _names_in(alignment.second, gap.second) - a
        if not first or not second or _are_one_name(first, second):
            continue
        found += 1
        is_of_countries = any(map(_is_country, first)) and any(map(_is_country, second))
        if found >= MIN_OTHER_NAMES or is_of_countries or max(gap.first.start, gap.second.start) < LEAD_WORDS:
            return True
    return _names_other_countries(alignment)


def says_the_opposite(alignment: Alignment) -> bool:
    """Tell whether one text negates, refuses or fails where the other at the same place does not."""
    for gap in alignment.gaps:
        # An inserted sentence says more, an inserted word the opposite.
        most = _MAX_NEGATED_WORDS if gap.first and gap.second else _MAX_INSERTED_WORDS
        if max(len(gap.first), len(gap.second)) > most or _is_about_page(alignment, gap):
            continue
        first, second = (
            _is_negated(reading, [place for place in places if place not in covered])
            for reading, places, covered in zip(_readings(alignment), _sides(gap), alignment.covered, strict=True)
        )
        if first != second:
            return True
    return False


def has_other_subject(titles: tuple[Reading, Reading], alignment: Alignment) -> bool:
    """Tell whether each title has a word that its own text takes up and the other text lacks."""
    texts = [frozenset(reading.words) for reading in _readings(alignment)]
    names = [frozenset(title.words) for title in titles]
    own = [(names[0] - names[1]) & texts[0] - texts[1], (names[1] - names[0]) & texts[1] - texts[0]]
    return all(any(_is_telling(word) for word in words) for words in own) and not _are_one_name(own[0], own[1])


def _is_telling(word: str) -> bool:
    return len(word) > 2 or bool(CJK.match(word))  # noqa: PLR2004 - shorter words of an alphabet tell nothing


def _readings(alignment: Alignment) -> tuple[Reading, Reading]:
    return alignment.first, alignment.second


def _sides(gap: Gap) -> tuple[range, range]:
    return gap.first, gap.second


def _short_gaps(alignment: Alignment) -> Iterator[Gap]:
    for gap in alignment.gaps:
        longest = max(len(gap.first), len(gap.second))
        if gap.first and gap.second and longest <= MAX_REPLACED_WORDS and not _is_about_page(alignment, gap):
            yield gap


def _is_about_page(alignment: Alignment, gap: Gap) -> bool:
    """Tell whether the place is in a line about the page itself, such as a dateline, in either text."""
    return alignment.first.is_about_page(gap.first) or alignment.second.is_about_page(gap.second)


def _figures_in(reading: Reading, places: range) -> dict[str, frozenset[str]]:
    return _figures_of(reading.words[places.start : places.stop])


def _figures_of(words: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for word in words:
        figure = _figure_of(word)
        if figure is not None:
            found.setdefault(figure[0], set()).add(figure[1])
    return {kind: frozenset(values) for kind, values in found.items()}


def _figure_of(word: str) -> tuple[str, str] | None:
    if word[0].isdigit():
        return ("ordinal" if word.endswith("th") else "number", word)
    number = calendar_number(word)
    if number is None:
        return None
    return ("weekday" if number in WEEKDAY_NUMBERS else "month", str(number))


def _names_in(reading: Reading, places: range) -> frozenset[str]:
    return frozenset(
        word
        for place, word in enumerate(reading.words[places.start : places.stop], places.start)
        if place in reading.capitals and len(word) > 1 and calendar_number(word) is None
    )


def _are_one_name(first: frozenset[str], second: frozenset[str]) -> bool:
    """Tell whether one is the other's abbreviation, inflection or transliteration."""
    for one in first:
        for other in second:
            if one[:4] == other[:4] or SequenceMatcher(None, one, other).ratio() >= _SPELLING_LIKENESS:
                return True
    return _is_abbreviation(first, second) or _is_abbreviation(second, first)


def _is_abbreviation(short: frozenset[str], long: frozenset[str]) -> bool:
    initials = sorted(word[0] for word in long)
    return len(long) > 1 and any(set(initials) <= set(word) and len(word) <= len(long) + 2 for word in short)


def _names_other_countries(alignment: Alignment) -> bool:
    if not any(CJK.match(word) for word in alignment.first.words[:LEAD_WORDS]):
        return False
    a, b = ("".join(reading.words) for reading in _readings(alignment))
    for gap in _short_gaps(alignment):
        first = {name for name in _countries_near(alignment.first, gap.first) if name not in b}
        second = {name for name in _countries_near(alignment.second, gap.second) if name not in a}
        if first and second:
            return True
    return False


def _countries_near(reading: Reading, places: range) -> list[str]:
    near = "".join(reading.words[max(0, places.start - _CONTEXT_SIGNS) : places.stop + _CONTEXT_SIGNS])
    return [name for name in _countries() if name in near]


@cache
def _countries() -> frozenset[str]:
    from babel import Locale

    names = Locale("zh").territories.values()
    return frozenset(name for name in names if len(name) >= _MIN_COUNTRY_SIGNS and CJK.match(name))


def _is_country(word: str) -> bool:
    return any(word[:length] in _country_stems() for length in range(_WHOLE_NAME_CHARS - 1, len(word) + 1))


@cache
def _country_stems() -> frozenset[str]:
    from babel import Locale

    names = {folded(name).casefold() for language in ("en", "fr", "ru") for name in _named_in(Locale(language))}
    return frozenset(name[: max(_WHOLE_NAME_CHARS - 1, len(name) - _ENDING_CHARS)] for name in names)


def _named_in(locale: Locale) -> Iterator[str]:
    for code, name in locale.territories.items():
        if code.isalpha() and name.isalpha() and len(name) >= _WHOLE_NAME_CHARS - 1:
            yield name


def _is_negated(reading: Reading, places: Sequence[int]) -> bool:
    words = [reading.words[place] for place in places]
    if any(word in _NEGATIONS or _RUSSIAN_NEGATION.fullmatch(word) for word in words):
        near = " ".join(reading.words[max(0, places[0] - 2) : places[-1] + 3])
        return _NOT_ONLY.search(near) is None
    if not any(CJK.match(word) for word in words):
        return False
    near = "".join(reading.words[places[0] : places[-1] + 2])
    return _CHINESE_NEGATION.search(near) is not None
