"""The dates of a list's rows: in the row, beside it, in the headings above it, or in its address.

Where they stand is the same for a whole list, so that it is decided for all rows at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.date_order import MONTHS_FIRST, SLASHED
from crawler.discovery.index_page import Anchor, text_of
from crawler.discovery.rows import container_of, headings_before, holders_of, runs_between, text_after, text_before
from perilune.dates import PartialDate, dates_in

MAX_ROW_CHARS = 1500
MAX_MARK_CHARS = 40
MAX_PART_CHARS = 20
AROUND = " \u00a0-–—:：|·•,;()[]<>«»"
MOST = 0.5
MOST_LEVELS = 5
DATE_WORD = re.compile(r"date|time|day|publish|created|posted|meta", re.IGNORECASE)
MACHINE_ATTRIBUTES = ("datetime", "content", "title")
ISO_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?![\d-])")
ADDRESS_DATES = (
    re.compile(
        r"(?<!\d)(?P<year>20[0-4]\d|199\d)[-/_]?(?P<month>0[1-9]|1[0-2])[-/_]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<year>20[0-4]\d|199\d)(?P<mark>[-/])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)(?!\d)"),
)
WORDED_SHORT_YEAR = re.compile(
    r"(?<![\w.])(?P<day>\d{1,2})[\s.-]{1,2}(?P<month>[^\W\d_]{3,9})[\s.-]{1,2}'?(?P<year>\d\d)(?![\w:])"
)
DOTTED_SHORT_YEAR = re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d\d)(?![\d.])")
APART = (
    re.compile(r"(?<![\d.:/-])(?P<day>\d{1,2})\s+(?P<year>(?:19|20)\d\d)[-./年]\s?(?P<month>\d{1,2})(?![\d.:/-])"),
    re.compile(r"(?<![\d.:/-])(?P<year>(?:19|20)\d\d)[-./年]\s?(?P<month>\d{1,2})月?\s+(?P<day>\d{1,2})(?![\d.:/-])"),
    re.compile(r"(?<![\d.:/-])(?P<month>\d{1,2})-(?P<day>\d{1,2})\s+(?P<year>(?:19|20)\d\d)(?![\d.:/-])"),
    re.compile(r"(?<![\d.:/-])(?P<day>\d{1,2})[./](?P<month>\d{1,2})\s+(?P<year>(?:19|20)\d\d)(?![\d.:/-])"),
)
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
YEAR_ALONE = re.compile(r"\W*((?:19|20)\d\d)\s*(?:年|г\.?|год[а]?)?\W*")
LONE_NUMBER = re.compile(r"(?<![\w.,])\d{1,2}(?![^\W日号]|[.,]|\s?[KMkмк][BboБб])")
DAY_MONTH = re.compile(r"(?<![\d.])(\d{1,2})([-/.])(\d{1,2})(?![\d.])")
MONTH_BEFORE_DAY = (None, "zh", "en", MONTHS_FIRST)

Rows = Mapping[Anchor, HtmlElement]


@dataclass(frozen=True)
class _Mark:
    """A date that stands above rows and counts for all of them, with its words.

    `is_theirs`: not only a year among other words, by which a day may be completed but nothing is dated.
    """

    date: PartialDate
    words: str
    is_theirs: bool = True


def dates_of(rows: Rows, titles: Mapping[Anchor, str | None], language: str | None) -> dict[Anchor, PartialDate]:
    """Date the rows of a list; rows of which nothing states a date are left out.

    A title's own dates do not count: they are those of events.
    """
    places = {anchor: _places_in(row, titles[anchor]) for anchor, row in rows.items()}
    found = {anchor: day for anchor, row in rows.items() if (day := _own_day(row, places[anchor], language))}
    if len(found) < MOST * len(rows):
        found |= {anchor: day for anchor, day in _days_beside(rows, language).items() if anchor not in found}
    missing = [anchor for anchor in rows if anchor not in found]
    marks = _marks_above(rows, language) if missing else {}
    for anchor in missing:
        if (date := _date_from_elsewhere(anchor, places[anchor], marks.get(rows[anchor]), language)) is not None:
            found[anchor] = date
    return found


def date_in_address(url: str) -> PartialDate | None:
    """Read the day that an address carries, as `/2026/03/10/` or `t20260310_4711.html`."""
    matches = (match for form in ADDRESS_DATES for match in form.finditer(url))
    return next((day for match in matches if (day := _day_of(match)) is not None), None)


def _places_in(row: HtmlElement, title: str | None) -> list[str]:
    """Give the texts of a row where its date may be: parts that are named so or short, then all but the title."""
    parts = [text for element in row.iter(etree.Element) for text in _dateable(element) if text]
    whole = text_of(row)
    return [*parts, whole.replace(title, " ", 1) if title else whole]


def _dateable(element: HtmlElement) -> Iterator[str]:
    text = text_of(element)
    is_named = element.tag == "time" or bool(DATE_WORD.search(element.get("class") or ""))
    is_short = len(text) <= MAX_PART_CHARS and any(sign.isdigit() for sign in text)
    if is_named or is_short:
        yield text
    if is_short:
        yield element.get("title") or ""


def _own_day(row: HtmlElement, places: Iterable[str], language: str | None) -> PartialDate | None:
    return _machine_day(row) or _first_day(places, language)


def _machine_day(row: HtmlElement) -> PartialDate | None:
    """Read a day that the row states for machines."""
    for element in row.iter(etree.Element):
        for value in (element.get(name) or "" for name in MACHINE_ATTRIBUTES):
            if match := ISO_DAY.match(value):
                try:
                    return PartialDate.parse(match[0])
                except ValueError:
                    continue
    return None


def _first_day(places: Iterable[str], language: str | None) -> PartialDate | None:
    days = (date for place in places for date in _dates_in(place[:MAX_ROW_CHARS], language) if date.day is not None)
    return next(days, None)


def _dates_in(text: str, language: str | None) -> list[PartialDate]:
    """Find dates, with forms that only a whole list can settle: the month first, a year of two digits, parts apart."""
    text = SLASHED.sub(lambda match: _settled(match, is_month_first=language == MONTHS_FIRST), text)
    found = [date for date, _, _ in dates_in(text, None if language == MONTHS_FIRST else language)]
    if any(date.day is not None for date in found):
        return found
    apart = (match for form in (*APART, DOTTED_SHORT_YEAR) for match in form.finditer(text))
    worded = (f"{match['day']} {match['month']} 20{match['year']}" for match in WORDED_SHORT_YEAR.finditer(text))
    days = [day for match in apart if (day := _day_of(match)) is not None]
    return days or [date for words in worded for date, _, _ in dates_in(words) if date.day is not None] or found


def _settled(match: re.Match[str], *, is_month_first: bool) -> str:
    """Write a numeric date with a full year; as ISO 8601 where the month is known to come first."""
    first, mark, second, year = match.groups()
    year = year if len(year) > len("26") else f"20{year}"
    return f"{year}-{first}-{second}" if is_month_first else f"{first}{mark}{second}{mark}{year}"


def _day_of(match: re.Match[str]) -> PartialDate | None:
    year = int(match["year"]) if len(match["year"]) > len("26") else 2000 + int(match["year"])
    try:
        return PartialDate(year, int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _days_beside(rows: Rows, language: str | None) -> dict[Anchor, PartialDate]:
    """Date rows by the text between them: before or after them, as the two ends of the list show."""
    holders = holders_of(rows.values())
    before = _days_at(rows, lambda row: text_before(row, holders), language)
    after = _days_at(rows, lambda row: text_after(row, holders), language)
    first, last = next(iter(rows)), list(rows)[-1]
    is_before = first in before and last not in after
    return before if is_before or len(before) > len(after) + 1 else after


def _days_at(rows: Rows, text_at: Callable[[HtmlElement], str], language: str | None) -> dict[Anchor, PartialDate]:
    return {anchor: day for anchor, row in rows.items() if (day := _first_day([text_at(row)], language))}


def _marks_above(rows: Rows, language: str | None) -> dict[HtmlElement, _Mark]:
    """Give each row what the nearest text above it dates that is nothing but a date, a month or a year."""
    marks: dict[HtmlElement, _Mark] = {}
    mark = _mark_before(list(rows.values()), language)
    for row, text in runs_between(list(dict.fromkeys(rows.values()))):
        if row is None:
            mark = _mark_in(text.lower(), mark, language) or mark
        elif mark is not None:
            marks[row] = mark
    return marks


def _mark_before(rows: Sequence[HtmlElement], language: str | None) -> _Mark | None:
    """Take the mark that stands just before what holds the rows, or what holds that, and else a heading's."""
    container = container_of(rows)
    around = [container, *container.iterancestors()][:MOST_LEVELS] if container is not None else []
    mark = None
    for element in reversed(around):
        mark = _mark_in(text_before(element, ()).lower(), mark, language) or mark
    return mark or _heading_above(rows[0], language)


def _heading_above(row: HtmlElement, language: str | None) -> _Mark | None:
    """Take the nearest heading that is a date of some precision, or else that names a year."""
    headings = list(headings_before(row))
    alone = next((mark for text in headings if (mark := _mark_in(text, None, language))), None)
    named = next((year for text in headings if (year := YEAR.search(text))), None)
    return alone or (_Mark(PartialDate(int(named[1])), named[1], is_theirs=False) if named else None)


def _mark_in(text: str, above: _Mark | None, language: str | None) -> _Mark | None:
    """Read a text that is nothing but a date; one without a year takes that of the mark above."""
    if not text or len(text) > MAX_MARK_CHARS:
        return None
    if match := YEAR_ALONE.fullmatch(text):
        return _Mark(PartialDate(int(match[1])), match[1])
    if _is_nothing_but_a_date(text, language):
        dates = _dates_in(text, language)
        return _Mark(dates[0], text) if len(dates) == 1 else None
    years = YEAR.findall(text)
    if above is None or years:
        return _Mark(PartialDate(int(years[0])), years[0], is_theirs=False) if len(years) == 1 else None
    completed = (f"{text} {above.date.year}", f"{above.date.year}年{text}")
    whole = next((words for words in completed if _is_nothing_but_a_date(words, language)), None)
    return _Mark(_dates_in(whole, language)[0], whole) if whole else None


def _is_nothing_but_a_date(text: str, language: str | None) -> bool:
    spans = [(start, end) for _, start, end in dates_in(text, None if language == MONTHS_FIRST else language)]
    rest = "".join(sign for place, sign in enumerate(text) if not any(start <= place < end for start, end in spans))
    weekday_chars = 10
    return bool(spans) and len(re.sub(r"\W", "", rest)) <= weekday_chars and not re.search(r"\d", rest)


def _date_from_elsewhere(
    anchor: Anchor, places: Sequence[str], mark: _Mark | None, language: str | None
) -> PartialDate | None:
    """Date a row whose day is not stated in full: completed from above, by its address, or less exactly."""
    if mark is not None and (day := next(_completed(places, mark, language), None)) is not None:
        return day
    stated = {date for place in places for date in _dates_in(place[:MAX_ROW_CHARS], language) if date.month is not None}
    in_address = date_in_address(anchor.url)
    if mark is not None and mark.date.day is not None:
        return mark.date
    return (
        in_address
        or (stated.pop() if len(stated) == 1 else None)
        or (mark.date if mark is not None and mark.is_theirs else None)
    )


def _completed(places: Collection[str], mark: _Mark, language: str | None) -> Iterator[PartialDate]:
    """Complete a day without a year, or without a month, by the mark above it."""
    year = mark.date.year
    for text in (place[:MAX_ROW_CHARS].strip(AROUND) for place in places):
        if not re.search(r"\d", text) or YEAR.search(text):
            continue
        numbers = LONE_NUMBER.findall(text)
        with_month = (f"{numbers[0]} {mark.words}", f"{mark.words}{numbers[0]}日") if len(numbers) == 1 else ()
        for words in (f"{text} {year}", f"{year}年{text}", *with_month):
            yield from (date for date, _, _ in dates_in(words) if date.day is not None)
        if match := DAY_MONTH.search(text):
            yield from _day_and_month(match, year, language)


def _day_and_month(match: re.Match[str], year: int, language: str | None) -> Iterator[PartialDate]:
    one, mark, other = match.groups()
    is_month_first = mark != "." and language in MONTH_BEFORE_DAY
    try:
        yield PartialDate(year, int(one if is_month_first else other), int(other if is_month_first else one))
    except ValueError:
        return
