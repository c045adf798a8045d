"""How sentences of news write dates and ranges, found around the month names and figures that `cues` points to.

Apart from `dates`, which infers what such a date leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pipeline.facts.calendar_words import DOUBTFUL_MONTHS
from pipeline.facts.cues import Cue

FIRST_YEAR = 1940
LAST_YEAR = 2100
LAST_MONTH = 12
LAST_DAY = 31
LOOK_BACK_CHARS = 44
MAX_ABBREVIATION_CHARS = 3
MAX_WEEKDAY_GAP = 6
MAX_DATES_PER_SENTENCE = 24
CALENDAR_GROUPS = frozenset({"month", "weekday", "relative_day", "relative_week", "relative_month", "relative_year"})

_YEAR = r"(?:19|20)\d\d"
_ENDING = r"(?:st|nd|rd|th|er|-?го|-?е|º)?"
_NAME = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"  # a weekday, or an article
_TO = r"(?:-|to|and|&|until|through|till|по|до|и|au|et|al|y|a)"
_BEFORE_MONTH = re.compile(
    rf"(?<![\w.:/$€£-])(?P<day>\d{{1,2}}){_ENDING}(?:\s*,\s*\d{{1,2}}{_ENDING}){{0,4}}"
    rf"(?:\s*,?\s*{_TO}\s*{_NAME}(?:le\s+|the\s+)?(?P<last_day>\d{{1,2}}){_ENDING})?[\s,]*(?:of\s+|de\s+"
    rf"|days?\s+of\s+)?$",
    re.IGNORECASE,
)
_AFTER_MONTH = re.compile(
    rf"\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]|\.\d)"
    rf"(?:\s*(?:-|to|and|&|through|until)\s*{_NAME}(?P<last_day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%]"
    rf"|\s*(?:[ap]\.?m|percent|per cent|[^\W\d_]*(?:countries|people|delegates))))?",
    re.IGNORECASE,
)
_YEAR_AFTER = re.compile(
    rf"\.?\s*,?\s*(?:de\s+|del\s+|of\s+)?(?P<year>{_YEAR})(?!\d)(?:\s*(?:г\.|года|году|год)(?!\w))?"
)
_RELATIVE_YEAR_AFTER = re.compile(
    r"\s*,?\s*(?:(?P<this>(?:of\s+)?this year|этого года|нынешнего года|текущего года|de cette annee)"
    r"|(?P<last>(?:of\s+)?last year|прошлого года|минувшего года|de l'an dernier|de l'annee derniere|dernier\b)"
    r"|(?P<next>(?:of\s+)?next year|следующего года|будущего года|de l'an prochain|prochain\b))",
    re.IGNORECASE,
)
_LAST_BEFORE = re.compile(r"\b(?P<last>last|past|прошлого|прошлом)\s+$|\b(?P<next>next|следующего)\s+$", re.IGNORECASE)
_IN_BEFORE = re.compile(r"\b(?:in|en|since|by|until|late|early|mid|last|next|this|of|from|ce|fin|debut)[\s-]*$")
_JOIN = re.compile(rf"\s*(?:-|to|until|through|till|по|до|au|al|a|—)\s*{_NAME}(?:the\s+|le\s+)?", re.IGNORECASE)
_NUMERIC = (
    re.compile(rf"(?<![\d.-])(?P<year>{_YEAR})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?![\d-])"),
    re.compile(rf"(?<![\d./])(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})[./](?P<year>{_YEAR})(?!\d)"),
)
_BARE_DAY = re.compile(
    r"(?:\b(?:on|\w+day)\s+the\s+(?P<day>\d{1,2})(?:st|nd|rd|th)(?=[,.;:)]|\s+(?:in|at|of this|and|for|with"
    r"|when|the|to)\b|\s*$))"
    r"|(?<![\w-])(?P<day_ru>\d{1,2})(?:-го)?\s+числа\b|\ble (?P<day_fr>\d{1,2})(?=\s*[,.;)]|\s+(?:a|au|dans)\b)",
    re.IGNORECASE,
)
_AGREEMENT = r"(?:agreement|memorandum|treaty|accord|pact|declaration)"
_BARE_YEAR = re.compile(
    rf"(?<![\w.])(?:(?:a|an|the|its|their)\s+(?P<year>{_YEAR})\s+(?=(?:\w+ )?{_AGREEMENT})"
    rf"|(?:in|of|since|from|by|for|into|until|during|в|с|до|к|на|от|en|de|depuis|avant|fin|debut|late|early"
    rf"|mid)[\s-]+(?P<year_in>{_YEAR})\b(?!\s*-\s*\d)(?:\s*(?:гг?\.|году|года))?"
    rf"|(?P<year_ru>{_YEAR})\s+(?:году|года|г\.))",
    re.IGNORECASE,
)
_ZH_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_ZH_YEAR = r"(?P<year>(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3})年"
_ZH_RELATIVE = r"(?P<relative>今年|去年|明年|同年|当年|次年)"
_ZH_DATE = re.compile(
    rf"(?:(?:{_ZH_YEAR}|{_ZH_RELATIVE})\s*)?(?<!\d)(?P<month>{_ZH_NUMBER})月(?:份)?"
    rf"(?:\s*(?P<day>{_ZH_NUMBER})(?:日|号)?(?!\d|[年月个余多点时]))?"
    rf"(?:(?<=[日号\d])(?:[((][^))]{{0,8}}[))])?\s*(?:-|~|至|到|—)+\s*(?:(?P<last_year>{_YEAR})年)?"
    rf"(?:(?P<last_month>{_ZH_NUMBER})月)?(?P<last_day>{_ZH_NUMBER})(?:日|号))?"
)
_ZH_DAY = re.compile(
    r"(?<![\d月年.第])(?P<day>\d{1,2})日(?![本元报内前均])(?:\s*(?:-|至|到|—)+\s*(?P<last_day>\d{1,2})日)?"
)
_ZH_YEAR_ONLY = re.compile(rf"(?:{_ZH_YEAR}|(?P<relative>今年|去年|明年))(?!\s*{_ZH_NUMBER}月|代|以来|来|间)")
_ZH_HINT = re.compile(r"[年月日号]")
_DIGIT = re.compile(r"[0-9]")
_NUMERIC_HINT = re.compile(r"\d[-/.]\d")
_BARE_DAY_HINT = re.compile(r"(?:the|le) \d|числа")
_YEAR_HINT = re.compile(r"(?:19|20)\d\d")
_MAY_DATE = re.compile(r"[0-9年月]")
_COUNTING = frozenset("一二两三四五六七八九十几数多每个")
_RELATIVE = {"今年": 0, "去年": -1, "明年": 1, "当年": 0}
_DIGITS = dict(zip("〇○零一二三四五六七八九", (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date or range as a sentence states it; `start` and `end` are places in the sentence, parts may be None.

    `day_offset`, `month_offset` and `year_offset` count from the publication: yesterday, last month, last year.
    """

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    last_month: int | None = None
    last_day: int | None = None
    weekday: int | None = None
    last_year: int | None = None
    day_offset: int | None = None
    week_offset: int | None = None
    month_offset: int | None = None
    year_offset: int | None = None


def dates_among(lower: str, cues: Sequence[Cue], *, shape: str = "") -> tuple[StatedDate, ...]:
    """Find the dates of a folded lower-case sentence, in reading order; `cues` are those of the calendar in it.

    `shape`, the same before it was made lower-case, tells the month May from the verb.
    """
    if not cues and not _MAY_DATE.search(lower):
        return ()
    cues = [cue for cue in cues if not (shape and shape.startswith(("may ", "march "), cue.start))]
    has_digit = _DIGIT.search(lower) is not None
    found: list[StatedDate] = []
    for dates in _in_order(lower, cues, has_digit=has_digit):
        for date in dates:
            if (
                _is_possible(date)
                and not _is_beside(date, found)
                and not any(date.start < other.end and other.start < date.end for other in found)
            ):
                found.append(date)
            if len(found) >= MAX_DATES_PER_SENTENCE:
                break
    return tuple(sorted(found, key=lambda date: date.start))


def _in_order(lower: str, cues: Sequence[Cue], *, has_digit: bool) -> Iterator[Iterable[StatedDate]]:
    """Give the kinds of date from the most to the least certain; an earlier one keeps its place against a later."""
    is_chinese = _ZH_HINT.search(lower) is not None
    if has_digit and _NUMERIC_HINT.search(lower):
        yield from (_from_matches(pattern, lower) for pattern in _NUMERIC)
    if is_chinese:
        yield _chinese_dates(lower)
    yield _joined(_around_months(lower, cues), lower)
    if is_chinese and has_digit:
        yield _from_matches(_ZH_DAY, lower)
    if has_digit and _BARE_DAY_HINT.search(lower):
        yield _from_matches(_BARE_DAY, lower)
    yield (_beside_publication(cue) for cue in cues if _is_beside_publication(cue, lower))
    if has_digit and _YEAR_HINT.search(lower):
        yield _from_matches(_BARE_YEAR, lower)
    if is_chinese:
        yield _from_matches(_ZH_YEAR_ONLY, lower)
    yield (_beside_publication(cue) for cue in cues if cue.group == "relative_year")


def _is_beside(date: StatedDate, found: Sequence[StatedDate]) -> bool:
    """Tell whether a weekday only repeats the date next to it: `Friday 13 April`."""
    return date.weekday is not None and any(
        0 <= other.start - date.end <= MAX_WEEKDAY_GAP or 0 <= date.start - other.end <= MAX_WEEKDAY_GAP
        for other in found
        if other.day is not None
    )


def _is_beside_publication(cue: Cue, lower: str) -> bool:
    """Leave out weeks that are counted: 每两周一换 is no Monday."""
    if cue.group == "weekday" and lower[max(0, cue.start - 1) : cue.start] in _COUNTING:
        return False
    return cue.group not in {"month", "relative_year"}


def _beside_publication(cue: Cue) -> StatedDate:
    empty = StatedDate(cue.start, cue.end, None, None, None)
    if cue.group == "weekday":
        return replace(empty, weekday=cue.value)
    if cue.group == "relative_day":
        return replace(empty, day_offset=cue.value)
    if cue.group == "relative_week":
        return replace(empty, week_offset=cue.value)
    if cue.group == "relative_month":
        return replace(empty, month_offset=cue.value)
    return replace(empty, year_offset=cue.value)


def _around_months(lower: str, cues: Sequence[Cue]) -> list[StatedDate]:
    """Read day and year beside each month name, before it or after it."""
    found: list[StatedDate] = []
    for cue in cues:
        if cue.group == "month" and not (found and cue.start < found[-1].end):
            date = _around_month(lower, cue)
            if date is not None:
                found.append(date)
    return found


def _around_month(lower: str, cue: Cue) -> StatedDate | None:
    look_back = lower[max(0, cue.start - LOOK_BACK_CHARS) : cue.start]
    before = _BEFORE_MONTH.search(look_back)
    start, end, days = cue.start, cue.end, before
    if before is not None:
        start = max(0, cue.start - LOOK_BACK_CHARS) + before.start()
    else:
        days = _AFTER_MONTH.match(lower, cue.end)
        end = days.end() if days else cue.end
    year = _YEAR_AFTER.match(lower, end)
    offset = None if year else _RELATIVE_YEAR_AFTER.match(lower, end)
    after = year or offset
    word = lower[cue.start : cue.end]
    if look_back.endswith("long "):
        return None
    is_doubtful = word in DOUBTFUL_MONTHS or len(word) <= MAX_ABBREVIATION_CHARS
    if days is None and year is None and is_doubtful and (word == "may" or not _IN_BEFORE.search(look_back)):
        return None
    year_offset = _year_offset(offset) if offset else None
    if days is None and after is None:
        year_offset = _year_offset(_LAST_BEFORE.search(look_back))
    day, last_day = (_number(days[key]) if days else None for key in ("day", "last_day"))
    return StatedDate(
        start,
        after.end() if after else end,
        int(year["year"]) if year else None,
        cue.value,
        day,
        last_day=last_day,
        year_offset=year_offset,
    )


def _year_offset(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    return {"this": 0, "last": -1, "next": 1}.get(match.lastgroup or "")


def _joined(dates: list[StatedDate], lower: str) -> list[StatedDate]:
    """Make one range of two dates with a word of range between them."""
    found: list[StatedDate] = []
    for date in dates:
        last = found[-1] if found else None
        is_range = (
            last is not None
            and last.last_day is None
            and date.last_day is None
            and (last.day is None) == (date.day is None)
            and date.month is not None
            and _JOIN.fullmatch(lower, last.end, date.start) is not None
        )
        if last is not None and is_range:
            found[-1] = replace(
                last, end=date.end, last_month=date.month, last_day=date.day, last_year=date.year, year=last.year
            )
        else:
            found.append(date)
    return found


def _chinese_dates(lower: str) -> Iterator[StatedDate]:
    yield from _from_matches(_ZH_DATE, lower)


def _from_matches(pattern: re.Pattern[str], lower: str) -> Iterator[StatedDate]:
    for match in pattern.finditer(lower):
        parts = match.groupdict()
        day = parts.get("day") or parts.get("day_ru") or parts.get("day_fr")
        year = parts.get("year") or parts.get("year_in") or parts.get("year_ru")
        yield StatedDate(
            match.start(),
            match.end(),
            _number(year),
            _number(parts.get("month")),
            _number(day),
            last_month=_number(parts.get("last_month")),
            last_day=_number(parts.get("last_day")),
            last_year=_number(parts.get("last_year")),
            year_offset=_RELATIVE.get(parts.get("relative") or ""),
        )


@cache
def _number(text: str | None) -> int | None:
    """Read a number in figures or in Chinese: 二十三, 二〇二一."""
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    value = 0
    for letter in text:
        value = value * 10 + _DIGITS.get(letter, 0)
    return value


def _is_possible(date: StatedDate) -> bool:
    years = (date.year, date.last_year)
    return (
        all(value is None or 1 <= value <= LAST_DAY for value in (date.day, date.last_day))
        and all(value is None or 1 <= value <= LAST_MONTH for value in (date.month, date.last_month))
        and all(year is None or FIRST_YEAR <= year <= LAST_YEAR for year in years)
        and any(
            value is not None
            for value in (
                date.year,
                date.month,
                date.day,
                date.weekday,
                date.day_offset,
                date.week_offset,
                date.month_offset,
                date.year_offset,
            )
        )
    )
