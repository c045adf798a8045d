"""The words of an issue's frame, from `templates/phrases.<language>.toml`, beside the names that CLDR has."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from perilune.dates import PartialDate, Precision

FOLDER = Path(__file__).parent / "templates"
FALLBACK = "en"

Table = dict[str, str | dict[str, str]]


class Phrases:
    """The frame's words in one language."""

    def __init__(self, language: str, table: Table) -> None:
        self.language = language
        self._locale = Locale.parse(language)
        self._table = table

    def text(self, name: str, /, **values: object) -> str:
        """Return a phrase with its places filled; KeyError where the language has none of that name."""
        phrase = self._table[name]
        assert isinstance(phrase, str)
        return phrase.format(**values)

    def counted(self, name: str, count: int, /, **values: object) -> str:
        """Return a phrase in the plural form that the count asks for."""
        forms = self._table[name]
        assert isinstance(forms, dict)
        return forms.get(self._locale.plural_form(count), forms["other"]).format(count=count, **values)

    def word(self, group: str, value: str) -> str:
        """Translate a word of a closed vocabulary; one that is not listed stays as it is."""
        words = self._table[group]
        assert isinstance(words, dict)
        return words.get(value, value)

    def language_name(self, code: str) -> str:
        """Name a language as it stands in a sentence; an unknown code stays as it is."""
        names = self._table["language"]
        assert isinstance(names, dict)
        return names.get(code) or self._locale.languages.get(code, code)

    def date(self, date: PartialDate) -> str:
        """Write a date as precisely as it is known."""
        return format_date(date.first, self.text(f"{date.precision}_pattern"), locale=self._locale)

    def span(self, start: PartialDate, end: PartialDate | None) -> str:
        """Write the days from `start` to `end`, without saying twice what both share."""
        if end is None or end == start:
            return self.date(start)
        is_one_month = (start.year, start.month) == (end.year, end.month)
        if is_one_month and start.precision == end.precision == Precision.DAY:
            return self.text("day_span", start=start.day, end=end.day, last=self.date(end), first=self.date(start))
        return f"{self.date(start)} – {self.date(end)}"


@lru_cache(maxsize=16)
def phrases_for(language: str) -> Phrases:
    """Load the phrases of a language; English where the frame is not translated into it."""
    known = language.split("-", maxsplit=1)[0].lower()
    path = FOLDER / f"phrases.{known}.toml"
    if not known.isalpha() or not path.is_file():
        known, path = FALLBACK, FOLDER / f"phrases.{FALLBACK}.toml"
    return Phrases(known, tomllib.loads(path.read_text(encoding="utf-8")))


def country_name(code: str, language: str) -> str:
    """Name a country (ISO 3166 alpha-2, `EU-ESA` or `UN`) in a language; an unknown code stays as it is."""
    if code == "EU-ESA":
        return "ESA"
    try:
        territories = Locale.parse(language.split("-", maxsplit=1)[0]).territories
    except (UnknownLocaleError, ValueError):
        territories = Locale.parse(FALLBACK).territories
    return str(territories.get(code, code))


def frame_languages() -> tuple[str, ...]:
    """Name the languages in which there is a frame, English first."""
    codes = (path.name.split(".")[1] for path in FOLDER.glob("phrases.*.toml"))
    return tuple(sorted(codes, key=lambda code: (code != FALLBACK, code)))
