"""Whether two places may be one: towns by their names in four languages (CLDR), else by the words that they share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from babel import Locale

from pipeline.understanding.countries import countries_in
from pipeline.understanding.gazetteer import folded

LANGUAGES = ("en", "fr", "ru", "zh")
MIN_TOWN_CHARS = 2
PLACES_REMEMBERED = 20_000
_WORD = re.compile(r"[^\W\d_]+")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_SAYS_NOTHING = frozenset(
    ("the", "of", "and", "in", "at", "de", "la", "le", "les", "et", "du", "des", "в", "и", "на", "city", "province")
)


def is_other_place(one: str | None, other: str | None) -> bool:
    """Tell whether two places contradict each other; names of which we know too little do not."""
    if not one or not other:
        return False
    towns = towns_in(one), towns_in(other)
    if all(towns):
        return towns[0].isdisjoint(towns[1])
    if _is_chinese(one) != _is_chinese(other) or _is_cyrillic(one) != _is_cyrillic(other):
        return False
    words = _words_of(one), _words_of(other)
    if not all(words):
        return False
    if _is_chinese(one):
        return one not in other and other not in one and not _share_characters(one, other)
    return words[0].isdisjoint(words[1])


def share_a_place(one: str | None, other: str | None) -> bool:
    """Tell whether two places have a town, or a word of a town's name, in common."""
    if not one or not other:
        return False
    return bool(towns_in(one) & towns_in(other)) or bool(_words_of(one) & _words_of(other))


@lru_cache(maxsize=PLACES_REMEMBERED)
def towns_in(place: str) -> frozenset[str]:
    """Name the towns of a place by their time zones, which CLDR names in every language."""
    plain = folded(place).lower()
    names = _towns()
    if _is_chinese(plain):
        return frozenset(town for name, town in names.items() if _is_chinese(name) and name in plain)
    words = _WORD.findall(plain)
    runs = {" ".join(words[start : start + length]) for length in (1, 2, 3) for start in range(len(words))}
    return frozenset(names[run] for run in runs if run in names)


@lru_cache(maxsize=PLACES_REMEMBERED)
def _words_of(place: str) -> frozenset[str]:
    """Give the words of a place but those that name its country, which tells less than its town."""
    plain = folded(place)
    for mention in sorted(countries_in(place, None), key=lambda each: -each.first.start):
        plain = plain[: mention.first.start] + " " + plain[mention.first.end :]
    return frozenset(word.lower() for word in _WORD.findall(plain)) - _SAYS_NOTHING


def _share_characters(one: str, other: str) -> bool:
    pairs = ({text[place : place + 2] for place in range(len(text) - 1)} for text in (one, other))
    return bool(set.intersection(*pairs))


def _is_chinese(text: str) -> bool:
    return _CJK.search(text) is not None


def _is_cyrillic(text: str) -> bool:
    return re.search("[а-яё]", text, re.IGNORECASE) is not None


@cache
def _towns() -> dict[str, str]:
    return dict(_named_towns())


def _named_towns() -> Iterator[tuple[str, str]]:
    zones = {zone for language in LANGUAGES for zone in map(str, Locale(language).time_zones) if "/" in zone}
    for zone in sorted(zones):
        yield folded(zone.rsplit("/", 1)[1].replace("_", " ")).lower(), zone
        for language in LANGUAGES:
            name = Locale(language).time_zones.get(zone, {}).get("city")
            if name and len(name) >= MIN_TOWN_CHARS:
                yield folded(str(name)).lower(), zone
