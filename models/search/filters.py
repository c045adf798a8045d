"""The filters of a search line: their names, their values, and what to say of a wrong one; apart from free words."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache

from babel import Locale

from models.search.problem import QueryProblem, likely_right
from models.vocabulary import DocType, Relevance
from perilune.dates import PartialDate

SLUG = re.compile(r"[a-z0-9][a-z0-9_.-]*")
YEARS = re.compile(r"(?P<first>[0-9]{4})(?:(?:\.{2,3}|-|–|…)(?P<last>[0-9]{4}))?")
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
COUNTRIES_BESIDE_ISO = {"UN": "United Nations", "EU-ESA": "Europe (EU, ESA)"}
COUNTRY_HABITS = {"uk": "GB", "usa": "US", "uae": "AE", "eu": "EU-ESA", "esa": "EU-ESA"}
NAME_LANGUAGES = ("en", "fr", "ru", "zh")
ALL_OF = "+"


class Sort(StrEnum):
    """The order of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


class By(StrEnum):
    """What makes an article a result: its words, its meaning, or either."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"


@cache
def country_names() -> Mapping[str, str]:
    """English names of countries by the codes that articles bear: ISO 3166 alpha-2 (CLDR), `EU-ESA` and `UN`."""
    territories = Locale("en").territories
    iso = {code: name for code, name in territories.items() if re.fullmatch("[A-Z]{2}", code)}
    return {code: name for code, name in iso.items() if code not in {"EU", "EZ", "QO", "ZZ"}} | COUNTRIES_BESIDE_ISO


@cache
def language_names() -> Mapping[str, str]:
    """English names of languages by their ISO 639 codes (CLDR)."""
    return {code: name for code, name in Locale("en").languages.items() if re.fullmatch("[a-z]{2,3}", code)}


@cache
def _codes_by_name(kind: str) -> Mapping[str, str]:
    known = country_names() if kind == "territories" else language_names()
    codes = dict(COUNTRY_HABITS) if kind == "territories" else {}
    for language in NAME_LANGUAGES:
        names = getattr(Locale(language), kind)
        codes |= {names[code].casefold(): code for code in known if code in names}
    return codes


def _refuse(what: str, value: str, hint: str) -> QueryProblem:
    return QueryProblem(f"{what} {value!r} is unknown{hint}")


def _country(value: str) -> str:
    code = value.upper()
    if code in country_names():
        return code
    raise _refuse("the country", value, _code_hint(value, "territories") or "; give a code such as CN")


def _language(value: str) -> str:
    code = value.lower()
    if code in language_names():
        return code
    raise _refuse("the language", value, _code_hint(value, "languages") or "; give a code such as zh")


def _code_hint(value: str, kind: str) -> str:
    codes = _codes_by_name(kind)
    near = difflib.get_close_matches(value.casefold(), list(codes), n=1)
    return f"; did you mean {codes[near[0]]}?" if near else ""


def _slug(value: str) -> str:
    slug = value.lower()
    if SLUG.fullmatch(slug):
        return slug
    raise QueryProblem(
        f"{value!r} is no name of a topic, source, actor or story: those have letters a-z, digits, - and _"
    )


def _choice(choices: type[StrEnum]) -> Callable[[str], str]:
    def chosen(value: str) -> str:
        known = [str(each) for each in choices]
        if value.lower() in known:
            return value.lower()
        raise QueryProblem(f"{value!r} is none of {', '.join(known)}{likely_right(value.lower(), known)}")

    return chosen


LISTS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "relevance": ("relevance", _choice(Relevance)),
    "topic": ("topics", _slug),
    "country": ("countries", _country),
    "actor": ("actors", _slug),
    "source": ("sources", _slug),
    "lang": ("languages", _language),
    "type": ("doc_types", _choice(DocType)),
    "story": ("story", _slug),
}
"""Filters that take several values: the query's field, and what makes a value canonical or refuses it."""
TAKES_ALL_OF = frozenset({"topic", "country", "actor"})
"""Filters of which an article may have several values, so that `GB+CN` asks for both."""
SINGLES = ("year", "after", "before", "copies", "sort", "by")
NAMES = (*LISTS, *SINGLES)


def canonical_value(name: str, value: str) -> str:
    """Give a value of a list filter its canonical spelling; QueryProblem for an unknown or impossible one."""
    canonical = LISTS[name][1]
    parts = value.split(ALL_OF) if name in TAKES_ALL_OF else [value]
    if not all(parts):
        raise QueryProblem(f"the filter {name} needs a value, as in {name}:VALUE")
    return ALL_OF.join(dict.fromkeys(canonical(part) for part in parts))


def canonical_exclusion(text: str) -> str:
    """Give a filter that leaves out, as `topic:launch`, its canonical spelling; QueryProblem for an impossible one."""
    name, _, value = text.partition(":")
    if name not in LISTS:
        raise QueryProblem(f"the filter {name!r} cannot be excluded")
    return f"{name}:{canonical_value(name, value)}"


def years_of(value: str) -> tuple[dt.date, dt.date]:
    """Read a year, or years as 2020..2024, as the first day and the day after the last; QueryProblem otherwise."""
    found = YEARS.fullmatch(value)
    first, last = (int(found["first"]), int(found["last"] or found["first"])) if found else (0, 0)
    if not 0 < first <= last < dt.MAXYEAR:
        raise QueryProblem(f"year takes a year or years such as 2024 or 2020..2024, not {value!r}")
    return dt.date(first, 1, 1), dt.date(last + 1, 1, 1)


def day_of(name: str, value: str) -> dt.date:
    """Read a year, month or day as its first day; QueryProblem for anything else."""
    try:
        if DATE.fullmatch(value):
            return PartialDate.parse(value).first
    except ValueError as error:
        raise QueryProblem(f"{value!r} is no date of the calendar") from error
    raise QueryProblem(f"{name} takes a year, month or day such as 2021, 2021-03 or 2021-03-09, not {value!r}")


def is_yes(name: str, value: str) -> bool:
    """Read yes or no; QueryProblem for anything else."""
    if value.lower() in {"yes", "no"}:
        return value.lower() == "yes"
    raise QueryProblem(f"{name} takes yes or no, not {value!r}")


def by_of(value: str) -> By:
    """Read what makes a result; QueryProblem for anything unknown."""
    return By(_choice(By)(value))


def sort_of(value: str) -> Sort:
    """Read an order; QueryProblem for an unknown one."""
    return Sort(_choice(Sort)(value))
