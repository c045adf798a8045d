"""Dates in numbers that the line alone does not settle: slashed orders, eras, Roman months, short years.

Apart from `perilune.dates` because these forms are read only where a page's date line stands, never in prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from perilune.dates import PartialDate, dates_in

Spotted = tuple[PartialDate, int, int]

FULL_WIDTH = str.maketrans("０１２３４５６７８９－／．：", "0123456789-/.:")
SLASHED = re.compile(r"(?<![\d./-])(\d{1,2})([/-])(\d{1,2})\2((?:19|20)\d\d)(?![\d/-])")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
ROMAN_MONTH = re.compile(
    r"(?<![\w/.])(?P<day>\d{1,2})[\s./-]+(?P<roman>X?I{1,3}|I?[VX]|VI{1,3})[\s./-]+(?P<year>(?:19|20)\d\d)(?!\d)"
)
ERA_YEARS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
ERA = re.compile(
    r"(?:中[華华])?\s*(?P<era>令和|平成|昭和|民國|民国)\s*(?P<year>\d{1,3}|元)\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
)
MINGUO = re.compile(
    r"(?<=[:：期])\s*(?P<year>1[0-3]\d)(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?![\d./-])"
)
SHORT_YEAR = re.compile(r"(?<![\w./-])(?<!\d:)(\d{1,2})([./-])(\d{1,2})\2(\d\d)(?![\w/:-])")
SHORT_NAMED = re.compile(
    r"(?<![\w./-])(?<!\d:)(?P<words>\d{1,2}[\s-][^\W\d_]{3,9}\.?[\s-])['’]?(?P<year>\d\d)(?![\w:.])"
)
ISO_WEEK = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])\b")
ORDINAL = re.compile(r"(\d{4})-([0-2]\d\d|3[0-5]\d|36[0-6])(?!\d)")
MONTHS_COUNT = 12
TURN_OF_CENTURY = 70
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
YEAR_FIRST = {"zh", "ja", "ko"}
MONTH_FIRST_HOSTS = {"gov", "mil", "edu", "us", "ph"}
DAY_FIRST_HOSTS = {"uk", "au", "nz", "ie", "in", "za", "ng", "ke", "sg", "my", "pk", "hk", "eu", "int"}
DAY_FIRST_REGIONS = {"gb", "au", "nz", "ie", "in", "za", "ng", "ke", "sg", "my", "pk", "hk"}


class Reading:
    """How the numbers of one page are to be read, found out when first asked."""

    def __init__(self, tree: HtmlElement, language: str | None, url: str) -> None:
        self.language = language
        self._tree = tree
        self._url = url

    def dates_on(self, line: str) -> list[Spotted]:
        """Find a line's dates in reading order: the common forms, and the others where there are none."""
        line = SLASHED.sub(self._in_order, line.translate(FULL_WIDTH))
        eras = list(_dates_of(ERA, line))
        return eras or dates_in(line, self.language) or sorted(self._unusual(line), key=lambda item: item[1])

    def _unusual(self, line: str) -> Iterator[Spotted]:
        yield from _dates_of(MINGUO, line)
        yield from _dates_of(ROMAN_MONTH, line)
        for match in SHORT_YEAR.finditer(line):
            left, mark, middle, right = match.groups()
            if self.language in YEAR_FIRST:
                parts = (left, middle, right)
            else:
                is_day_first = mark == "." or self._is_day_first(left, middle, _whole_year(right))
                parts = (right, middle, left) if is_day_first else (right, left, middle)
                if is_day_first is None:
                    continue
            yield from _dated(_whole_year(parts[0]), int(parts[1]), int(parts[2]), match.span())
        for match in SHORT_NAMED.finditer(line):
            found = dates_in(f"{match['words']}{_whole_year(match['year'])}", self.language)
            yield from ((day, *match.span()) for day, _, _ in found[:1] if day.day is not None)

    def _in_order(self, match: re.Match[str]) -> str:
        """Write a slashed date as year, month, day, in as many characters, where its order is known."""
        left, _, right, year = match.groups()
        is_day_first = _order_by_weekday(match)
        if is_day_first is None:
            is_day_first = self._is_day_first(left, right, int(year))
        if is_day_first is None or max(int(left), int(right)) > MONTHS_COUNT:
            return match[0]
        return f"{year}-{right}-{left}" if is_day_first else f"{year}-{left}-{right}"

    def _is_day_first(self, left: str, right: str, year: int) -> bool | None:
        if int(left) > MONTHS_COUNT or left == right:
            return True
        if int(right) > MONTHS_COUNT:
            return False
        if self._order_of_others is not None:
            return self._order_of_others
        stated = re.search(rf"(?<!\d){year}[-/_.]?(0[1-9]|1[0-2])(?!\d\d\d)", urlsplit(self._url).path)
        if stated and int(stated[1]) in (int(left), int(right)) and int(left) != int(right):
            return int(stated[1]) == int(right)
        return self._order_of_place

    @cached_property
    def _order_of_others(self) -> bool | None:
        """Tell the order of the page's other dates, if those that are beyond doubt agree."""
        pairs = [(int(match[1]), int(match[3])) for match in SLASHED.finditer("\n".join(self._tree.itertext()))]
        orders = {left > MONTHS_COUNT for left, right in pairs if max(left, right) > MONTHS_COUNT}
        return orders.pop() if len(orders) == 1 else None

    @cached_property
    def _order_of_place(self) -> bool | None:
        """Tell the order by the host's country, the declared region, or a language other than English."""
        last = (urlsplit(self._url).hostname or "").rpartition(".")[2]
        if last in MONTH_FIRST_HOSTS or last in DAY_FIRST_HOSTS:
            return last in DAY_FIRST_HOSTS
        region = re.split("[-_]", self._tree.get("lang") or "")[-1].lower()
        if region == "us" or region in DAY_FIRST_REGIONS:
            return region != "us"
        return True if self.language not in (None, "en", *YEAR_FIRST) else None


def _order_by_weekday(match: re.Match[str]) -> bool | None:
    """Tell the order by the English weekday before the numbers, as in `Tue, 03/05/2024`."""
    name = re.search(r"\b([^\W\d_]{3})[^\W\d_]*[.,]?\s*$", match.string[: match.start()])
    if not name or name[1].lower() not in WEEKDAYS:
        return None
    left, right, year = int(match[1]), int(match[3]), int(match[4])
    fitting = {
        is_day_first
        for is_day_first, month, day in ((True, right, left), (False, left, right))
        for found, _, _ in _dated(year, month, day, match.span())
        if WEEKDAYS[found.first.weekday()] == name[1].lower()
    }
    return fitting.pop() if len(fitting) == 1 else None


def machine_day(value: str) -> str:
    """Write an ISO week date or ordinal date as year, month and day; leave any other value alone."""
    week, ordinal = ISO_WEEK.fullmatch(value.strip()), ORDINAL.fullmatch(value.strip())
    try:
        if week:
            return date.fromisocalendar(*(int(part) for part in week.groups())).isoformat()
        if ordinal:
            return date.fromordinal(date(int(ordinal[1]), 1, 1).toordinal() + int(ordinal[2]) - 1).isoformat()
    except ValueError:
        return value
    return value


def _dates_of(form: re.Pattern[str], line: str) -> Iterator[Spotted]:
    for match in form.finditer(line):
        parts = match.groupdict()
        year = 1 if parts["year"] == "元" else int(parts["year"])
        if "roman" in parts:
            yield from _dated(year, ROMAN.index(parts["roman"]) + 1, int(parts["day"]), match.span())
        else:
            begin = ERA_YEARS[parts.get("era") or "民國"]
            yield from _dated(begin + year, int(parts["month"]), int(parts["day"]), match.span())


def _dated(year: int, month: int, day: int, span: tuple[int, int]) -> Sequence[Spotted]:
    try:
        return [(PartialDate(year, month, day), *span)]
    except ValueError:
        return []


def _whole_year(digits: str) -> int:
    return int(digits) + (1900 if int(digits) > TURN_OF_CENTURY else 2000)
