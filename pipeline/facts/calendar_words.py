"""Names of months and weekdays from CLDR, and words for times beside the publication from `calendar.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel import Locale

from pipeline.understanding.gazetteer import folded

CALENDAR_FILE = Path(__file__).with_name("calendar.toml")
LANGUAGES = ("en", "fr", "es", "ru")
MIN_NAME_CHARS = 3
# Latin month names that are words of their own too: they count only beside a number.
DOUBTFUL_MONTHS = frozenset({"mar", "may", "mai", "set", "oct", "jan", "dec", "ene", "ago", "abr", "avr", "march"})


def calendar_words() -> Iterator[tuple[str, str, int]]:
    """Give group, word (folded, lower case) and value of each word of the calendar."""
    yield from (("month", name, number) for name, number in months().items())
    yield from (("weekday", name, number) for name, number in weekdays().items())
    groups: dict[str, dict[str, list[str]]] = tomllib.loads(CALENDAR_FILE.read_text(encoding="utf-8"))
    for group, table in groups.items():
        for value, words in table.items():
            yield from ((group, folded(word).lower(), int(value)) for word in words)


@cache
def months() -> dict[str, int]:
    """Map month names without accents, inflected and shortened, to 1..12."""
    names: dict[str, int] = {"sept": 9}
    for language in LANGUAGES:
        found = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in found[context][width].items():
                    word = folded(name).lower().rstrip(".")
                    if len(word) >= MIN_NAME_CHARS:
                        names.setdefault(word, number)
                    if language == "ru" and word.endswith(("я", "ь", "т")) and width == "wide":
                        names.setdefault(word.rstrip("яь") + "е", number)
    return names


@cache
def weekdays() -> dict[str, int]:
    """Map weekday names to Monday = 0."""
    names = {f"{prefix}{day}": number for prefix in ("星期", "周") for number, day in enumerate("一二三四五六日")}
    names |= {"星期天": 6, "среду": 2, "пятницу": 4, "субботу": 5}
    for language in LANGUAGES:
        for number, name in Locale(language).days["format"]["wide"].items():
            names[folded(name).lower()] = number
    return names
