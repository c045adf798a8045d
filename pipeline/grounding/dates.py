"""Dates in claims and sources, years missing or not, and whether a source states the date of a claim."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale

from perilune.dates import dates_in
from pipeline.grounding.findings import not_there
from pipeline.grounding.numerals import cjk_value

LANGUAGES = ("en", "fr", "ru", "zh")
MIN_MONTH_CHARS = 3
MONTHS = 12

_CJK_DATE = re.compile(r"(?<!\d年)(?<!\d)(?P<month>1[0-2]|0?[1-9])\s?月(?:份|\s?(?P<day>[0-3]?\d)\s?[日号號])?")
_CJK_WRITTEN = re.compile(
    r"(?<![一二三四五六七八九十年])(?P<month>十[一二]?|[一二三四五六七八九])月(?:份|(?P<day>[一二三]?十?[一二三四五六七八九]|[一二三]?十)[日号號])?"
)
_FIGURES = re.compile(r"(?<![\d/])(?P<day>[0-3]?\d)/(?P<month>[01]?\d)/(?P<year>(?:19|20)\d\d)(?![\d/])")
_CJK_WEEKDAYS = dict(zip("一二三四五六日天", ("0", "1", "2", "3", "4", "5", "6", "6"), strict=True))
_CJK_DAY = re.compile(r"(?<![\d月])(?P<day>[0-3]?\d)\s?[日号號](?!线)")


@dataclass(frozen=True)
class StatedDate:
    """A date as far as a text states it; any part may be missing."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int

    @property
    def parts(self) -> str:
        """Its parts as a key: `2021-3-9`, `-3-9`."""
        return "-".join(str(part or "") for part in (self.year, self.month, self.day))

    def agrees_with(self, other: StatedDate) -> bool:
        """Tell whether the two share a part and contradict each other in none."""
        pairs = [(self.year, other.year), (self.month, other.month), (self.day, other.day)]
        known = [(one, two) for one, two in pairs if one is not None and two is not None]
        return bool(known) and all(one == two for one, two in known)


def stated_dates(text: str) -> list[StatedDate]:
    """List the dates of a text in reading order, with and without their years."""
    figures = [_from_figures(match) for match in _FIGURES.finditer(text)]
    found = [StatedDate(date.year, date.month, date.day, start, end) for date, start, end in dates_in(text)]
    full = figures + [one for one in found if not _overlaps(one, figures)]
    dates = full + [one for one in _yearless(text) if not _overlaps(one, full)]
    return sorted(dates, key=lambda one: one.start)


def _from_figures(match: re.Match[str]) -> StatedDate:
    """Read 09/07/2024 as it is written in Europe, or the other way round where that gives no date."""
    day, month = int(match["day"]), int(match["month"])
    if month > MONTHS:
        day, month = month, day
    return StatedDate(int(match["year"]), month, day, *match.span())


def _overlaps(one: StatedDate, others: Sequence[StatedDate]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _yearless(text: str) -> list[StatedDate]:
    found = [_dated(match) for form in (*_written(), _CJK_DATE) for match in form.finditer(text)]
    flat = [one for dates in found for one in dates]
    unique: list[StatedDate] = []
    for one in sorted(flat, key=lambda date: (date.start, date.start - date.end)):
        if not _overlaps(one, unique[-3:]):
            unique.append(one)
    unique += [one for one in map(_from_numerals, _CJK_WRITTEN.finditer(text)) if not _overlaps(one, unique)]
    days = [StatedDate(None, None, int(day["day"]), *day.span()) for day in _CJK_DAY.finditer(text)]
    return unique + [day for day in days if not _overlaps(day, unique)]


def _from_numerals(match: re.Match[str]) -> StatedDate:
    day = cjk_value(match["day"]) if match["day"] else None
    return StatedDate(None, cjk_value(match["month"]), day, *match.span())


def _dated(match: re.Match[str]) -> list[StatedDate]:
    parts = match.groupdict()
    month = _months().get((parts.get("name") or "").lower().rstrip(".")) or int(parts.get("month") or 0) or None
    days = [name for name in ("first", "day") if parts.get(name)]
    if not days:
        return [StatedDate(None, month, None, *match.span())]
    middle = match.end("first") if len(days) > 1 else match.start()
    dates = [StatedDate(None, month, int(parts[days[-1]] or 0), middle, match.end())]
    if len(days) > 1:
        dates.append(StatedDate(None, month, int(parts["first"] or 0), match.start(), middle))
    return dates


@cache
def _months() -> dict[str, int]:
    names: dict[str, int] = {"sept": 9}
    for language in LANGUAGES:
        for form in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                names |= {name.lower().rstrip("."): number for number, name in form[width].items()}
    # CLDR has no prepositional case: `в октябре` beside `октября`.
    names |= {f"{name[:-1]}е": number for name, number in names.items() if name[-1] in "ая" and name[0] in "юфмаисонд"}
    return {name: number for name, number in names.items() if len(name) >= MIN_MONTH_CHARS and name.isalpha()}


@cache
def _written() -> tuple[re.Pattern[str], ...]:
    """Compile `25-29 April`, `November 25`, `Sept. 18 to 21`; a month alone only where it is capitalised or Russian."""
    names = "|".join(sorted((re.escape(name) for name in _months()), key=len, reverse=True))
    to = r"\s?(?:-|–|—|to|and|au|et|по|и)\s?"
    day, first = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er)?", r"(?P<first>[0-3]?\d)(?:st|nd|rd|th|er)?"
    name = rf"(?P<name>\b(?:{names})\b)\.?"
    single = rf"(?<![\w.])(?P<name>(?!(?i:mars|may|mar|sep|sept|dec)\b)(?i:{names}))\b(?!\.?\s?\d)"
    after = r"(?:in|since|until|by|of|early|late|mid|next|last|this|en|depuis|dès|fin|début|mi)[ -]"
    ambiguous = rf"(?:(?i:\b{after}))(?P<name>May|Mar|Sep|Dec|mars)\b(?!\.?\s?\d)"
    return (
        re.compile(ambiguous),
        re.compile(rf"(?<![\d.,])(?:{first}{to})?{day},?\s(?:of\s)?{name}", re.IGNORECASE),
        re.compile(rf"{name}\s(?:{first}{to})?{day}\b(?![.,]?\d)", re.IGNORECASE),
        re.compile(single),
    )


def date_problems(claim: str, source: str, stated: Sequence[StatedDate]) -> list[str]:
    """Say which dates of the claim no stated date of the source agrees with, and which years it does not state."""
    problems = []
    for date in stated_dates(claim):
        words = claim[date.start : date.end].strip()
        if words.isdigit() or _is_only_year(date):
            continue
        if not any(date.agrees_with(other) and _shares_finest(date, other) for other in stated):
            problems.append(not_there(f"date {words}"))
        elif date.year is not None and str(date.year) not in source:
            problems.append(not_there(f"year {date.year}"))
    return problems


def weekday_problems(claim: str, sentence: str, source: str) -> list[str]:
    """Say which day of the week the claim has and its sentence has another one, or nothing of the source has."""
    mine, there = weekdays_in(claim), weekdays_in(sentence)
    strangers = {day: word for day, word in mine.items() if day not in there}
    if not strangers:
        return []
    others = [word for day, word in there.items() if day not in mine]
    if others:
        return [f"the source has {others[0]} there, not {next(iter(strangers.values()))}"]
    known = weekdays_in(source)
    return [not_there(f"day {word}") for day, word in strangers.items() if day not in known]


def weekdays_in(text: str) -> dict[str, str]:
    """Return the days of the week that a text names, by their English code, with the words it uses."""
    return {_weekdays()[match[0].lower()]: match[0] for match in _weekday_words().finditer(text)}


@cache
def _weekdays() -> dict[str, str]:
    names: dict[str, str] = {
        f"{week}{sign}": day for week in ("周", "星期", "礼拜") for sign, day in _CJK_WEEKDAYS.items()
    }
    for language in ("en", "fr", "ru"):
        names |= {name.lower(): str(day) for day, name in Locale(language).days["format"]["wide"].items()}
    # The accusative, in which Russian says when: `в среду`.
    return names | {f"{name[:-1]}у": day for name, day in names.items() if name[-1] == "а"}


@cache
def _weekday_words() -> re.Pattern[str]:
    words = sorted(_weekdays(), key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{word}\b" if word[0].isascii() or "а" <= word[0] <= "я" else word for word in words),
        re.IGNORECASE,
    )


def _is_only_year(date: StatedDate) -> bool:
    """Leave bare years to the check of numbers."""
    return date.month is None and date.day is None


def _shares_finest(date: StatedDate, other: StatedDate) -> bool:
    if date.day is not None:
        return other.day is not None
    return other.month is not None


def exchanged_dates(claim: str, sentence: str) -> list[str]:
    """Say which date of the claim stands for another one of the very sentence that it retells."""
    surplus = _without_agreeing(stated_dates(claim), stated_dates(sentence))
    missing = _without_agreeing(stated_dates(sentence), stated_dates(claim))
    return [
        f"the source has {sentence[other.start : other.end].strip()} there, not {claim[one.start : one.end].strip()}"
        for one, other in zip(surplus, missing, strict=False)
    ]


def _without_agreeing(dates: Sequence[StatedDate], others: Sequence[StatedDate]) -> list[StatedDate]:
    left = list(others)
    alone = []
    for date in dates:
        partner = next((other for other in left if date.agrees_with(other)), None)
        if partner is None:
            alone.append(date)
        else:
            left.remove(partner)
    return alone
