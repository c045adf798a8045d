"""Dates and ranges as sentences of news state them, the year often left out, and how the missing year is inferred.

Apart from `perilune.dates`, which reads only dates that state their year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from babel import Locale

from perilune.dates import PartialDate, Precision
from pipeline.understanding.lexicon import folded

LANGUAGES = ("en", "fr", "es", "ru")
FIRST_YEAR = 1940
LAST_YEAR = 2100
DAYS_PER_WEEK = 7
LONG_AGO_DAYS = 270  # "launches on 24 November", printed on 18 November, is not of the year before
SOON_DAYS = 70
MIN_NAME_CHARS = 3

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DIGIT = re.compile(r"\d")
_CHINESE_DATE = re.compile(r"\d\s*[年月日]")
_AGREEMENT = r"(?:agreement|memorandum|treaty|accord|pact|declaration)"


@dataclass(frozen=True)
class StatedDate:
    """A date or range as a sentence states it; `start` and `end` are places in the sentence, parts may be None."""

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    last_month: int | None = None
    last_day: int | None = None
    weekday: int | None = None


@dataclass(frozen=True)
class DateContext:
    """What a missing year may be inferred from: publication, a year in the name or title, and the tense."""

    published: PartialDate | None
    stated_year: int | None = None
    is_future: bool | None = None


def stated_dates(sentence: str) -> list[StatedDate]:
    """Find the dates of a folded sentence, the longest of overlapping ones, in reading order."""
    lowered = sentence.lower()
    found: list[StatedDate] = []
    for pattern in _patterns_for(lowered):
        for match in pattern.finditer(sentence):
            date = _date_of(match)
            if date and not any(date.start < other.end and other.start < date.end for other in found):
                found.append(date)
    return sorted(found, key=lambda date: date.start)


def _patterns_for(lowered: str) -> Iterator[re.Pattern[str]]:
    """Choose, by cheap looks at a sentence, the patterns that may match it; most sentences state no date."""
    has_digit = _DIGIT.search(lowered) is not None
    if has_digit and _CHINESE_DATE.search(lowered):
        yield from _chinese_patterns()
    if has_digit and any(stem in lowered for stem in _month_stems()):
        yield from _month_patterns()
    if any(name in lowered for name in _weekdays()):
        yield _weekday_pattern()
    if has_digit:
        yield from _numeric_patterns()


def resolved(stated: StatedDate, context: DateContext) -> tuple[PartialDate | None, PartialDate | None]:
    """Give the start and, of a range, the end; None when the year is neither stated nor to be inferred."""
    if stated.month is None:
        return PartialDate(stated.year) if stated.year else _near_publication(stated, context), None
    year = stated.year or _inferred_year(stated, context)
    if year is None:
        return None, None
    crosses_year = stated.last_month is not None and stated.last_month < stated.month
    last_year = year + 1 if crosses_year and not stated.year else year
    start = _partial(last_year - 1 if crosses_year else last_year, stated.month, stated.day)
    end = _partial(last_year, stated.last_month or stated.month, stated.last_day) if stated.last_day else None
    return start, end if start and end and end.first > start.first else None


def _partial(year: int, month: int | None, day: int | None) -> PartialDate | None:
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None


def _inferred_year(stated: StatedDate, context: DateContext) -> int | None:
    """Take the year of the name, or the one that puts the date on the right side of the publication date."""
    if context.stated_year:
        return context.stated_year
    published = context.published
    if published is None:
        return None
    if published.month is None:
        return published.year
    return _year_beside(published, stated, is_future=context.is_future)


def _year_beside(published: PartialDate, stated: StatedDate, *, is_future: bool | None) -> int | None:
    """Choose between the last such day before the publication and the first after it."""
    dates = [
        date
        for year in (published.year - 1, published.year, published.year + 1)
        if (date := _partial(year, stated.month, stated.day))
    ]
    before = [date for date in dates if date.first <= published.last]
    after = [date for date in dates if date.last >= published.first]
    if not before or not after:
        return None
    days_since = (published.last - before[-1].first).days
    days_until = (after[0].last - published.first).days
    if is_future is None:
        return (before[-1] if days_since <= days_until else after[0]).year
    if is_future:
        return after[0].year
    return after[0].year if days_since > LONG_AGO_DAYS and days_until < SOON_DAYS else before[-1].year


def _near_publication(stated: StatedDate, context: DateContext) -> PartialDate | None:
    """Place a bare day of the month, or a weekday, next to a publication date that is known to the day."""
    published = context.published
    if published is None or published.month is None:
        return None
    if published.precision is not Precision.DAY:
        return _partial(published.year, published.month, stated.day) if stated.day else None
    step = dt.timedelta(days=1 if context.is_future else -1)
    day = published.first
    limit = DAYS_PER_WEEK if stated.day is None else 31
    for _ in range(limit):
        if day.day == stated.day or (stated.day is None and day.weekday() == stated.weekday):
            return PartialDate.of(day)
        day += step
    return None


def _date_of(match: re.Match[str]) -> StatedDate | None:
    parts = match.groupdict()
    weekday = _weekdays().get((parts.get("weekday") or "").lower()) if parts.get("weekday") else None
    numbers = {key: _number(parts.get(key)) for key in ("year", "year2", "day", "last_day", "month", "last_month")}
    year, month, day = numbers["year"] or numbers["year2"], numbers["month"], numbers["day"]
    is_possible = _all_within((day, numbers["last_day"]), 31) and _all_within((month, numbers["last_month"]), 12)
    is_empty = year is None and month is None and day is None and weekday is None
    if not is_possible or is_empty or (year is not None and not FIRST_YEAR <= year <= LAST_YEAR):
        return None
    return StatedDate(match.start(), match.end(), year, month, day, numbers["last_month"], numbers["last_day"], weekday)


def _all_within(values: Iterable[int | None], greatest: int) -> bool:
    return all(value is None or 1 <= value <= greatest for value in values)


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if text.isdigit():
        return int(text)
    return _months().get(text.lower().rstrip("."))


@cache
def _months() -> dict[str, int]:
    """Map month names without accents, inflected and shortened, to 1..12."""
    names: dict[str, int] = {"sept": 9}
    for language in LANGUAGES:
        months = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    word = folded(name).lower().rstrip(".")
                    if len(word) >= MIN_NAME_CHARS:
                        names.setdefault(word, number)
                    if language == "ru" and word.endswith(("я", "ь", "т")) and width == "wide":
                        names.setdefault(word.rstrip("яь") + "е", number)
    return names


@cache
def _weekdays() -> dict[str, int]:
    """Map weekday names to Monday = 0."""
    names = dict(zip(("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"), range(7), strict=True))
    names |= dict(zip(("周一", "周二", "周三", "周四", "周五", "周六", "周日"), range(7), strict=True))
    names |= {"среду": 2, "пятницу": 4, "субботу": 5}
    for language in LANGUAGES:
        for number, name in Locale(language).days["format"]["wide"].items():
            names[folded(name).lower()] = number
    return names


@cache
def _month_stems() -> frozenset[str]:
    return frozenset(name[:MIN_NAME_CHARS] for name in _months())


@cache
def _month_patterns() -> tuple[re.Pattern[str], ...]:
    months = "|".join(sorted((re.escape(name) for name in _months()), key=len, reverse=True))
    day, last_day = (rf"(?P<{name}>\d{{1,2}})(?:st|nd|rd|th|er|-?го|º)?" for name in ("day", "last_day"))
    month, last_month = (rf"(?P<{name}>{months})\b\.?" for name in ("month", "last_month"))
    to = r"\s*(?:-|to|and|until|through|till|по|до|и|au|et|al|y|a)\s*"
    of = r"[\s,]*(?:of\s+|de\s+)?"
    year = rf"(?:\s*,?\s*(?:de\s+|del\s+)?{_YEAR}\b)?"
    first_year = r"(?:,?\s*(?P<year2>(?:19|20)\d\d))?"
    return _whole_words(
        rf"{day}{of}{month}{first_year}{to}(?:the\s+)?{last_day}{of}{last_month}{year}",
        rf"{month}\s*{day}{first_year}{to}{last_month}\s*{last_day}\b{year}",
        rf"{day}{to}(?:the\s+)?{last_day}{of}{month}{year}",
        rf"{month}\s*{day}{to}{last_day}\b{year}",
        rf"{day}{of}{month}{year}",
        rf"{month}\s*{day}\b(?!:){year}",
        rf"{month},?\s*(?:de\s+|of\s+)?{_YEAR}\b",
    )


@cache
def _numeric_patterns() -> tuple[re.Pattern[str], ...]:
    return _whole_words(
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b",
        rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.{_YEAR}\b",
        r"(?:(?:on|\w+day)\s+the)\s+(?P<day>\d{1,2})(?:st|nd|rd|th)(?=[,.;]|\s+(?:in|at|of this)\b|\s*$)",
        rf"(?:a|an|the|its|their)\s+{_YEAR}\s+(?=(?:\w+ )?{_AGREEMENT})",
        rf"(?:in|of|since|from|by|в|с|en|de|depuis)\s+{_YEAR}\b(?!\s*-\s*\d)(?:\s*(?:г\.|году))?",
    )


@cache
def _weekday_pattern() -> re.Pattern[str]:
    weekdays = "|".join(sorted((re.escape(name) for name in _weekdays()), key=len, reverse=True))
    (pattern,) = _whole_words(rf"(?:(?:on|this|last|next|во?|le|el)\s+)?(?P<weekday>{weekdays})(?![a-zа-я])")
    return pattern


def _whole_words(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"(?<![\w.])(?:{pattern})", re.IGNORECASE) for pattern in patterns)


@cache
def _chinese_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _chinese())


def _chinese() -> Iterator[str]:
    year = r"(?:(?P<year>(?:19|20)\d\d)年)?"
    day, last_day = r"(?P<day>\d{1,2})日?", r"(?P<last_day>\d{1,2})日"
    yield (
        rf"{year}\s*(?P<month>\d{{1,2}})月{day}(?:[((][^))]{{0,8}}[))])?\s*[-至到]"
        rf"\s*(?:(?P<last_month>\d{{1,2}})月)?{last_day}"
    )
    yield rf"{year}\s*(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日"
    yield r"(?P<year>(?:19|20)\d\d)年(?P<month>\d{1,2})月"
    yield r"(?<![\d月年])(?P<day>\d{1,2})日(?![本元报])"
    yield r"(?P<year>(?:19|20)\d\d)年(?!代|以来)"
