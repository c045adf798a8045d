"""Days that a text names without a year (`14 June`, `6月14日`), in English, Chinese, Russian or French.

They tell how old an article without a date may be; apart from `perilune/dates.py`, which reads whole dates.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from pipeline.stories.numbers import calendar_number

_LEAP_YEAR = 2024
_DAYS_OF_YEAR = 366
# A report follows what it tells of by a few days, and announces what is near.
_DAYS_BEFORE, _DAYS_AFTER = 5, 3
_DAY = re.compile(
    r"(?<![\d.,])(?P<day>\d{1,2})(?:st|nd|rd|th|er)?\s+(?P<month>[^\W\d_]{3,12})|"
    r"(?P<month_first>[^\W\d_]{3,12})\.?\s+(?P<day_last>\d{1,2})(?:st|nd|rd|th)?(?![\d.,:]?\d)|"
    r"(?P<month_number>\d{1,2})\s?月\s?(?P<day_cjk>\d{1,2})\s?日"
)


def named_days_in(text: str) -> frozenset[int]:
    """Return the days that a text names, each as its number in a leap year."""
    return frozenset(_days_in(text))


def is_near_named_day(day: dt.date, named: frozenset[int]) -> bool:
    """Tell whether a day, of whatever year, is that of a report on one of the days that are named."""
    number = _number_of(day.month, day.day)
    return any((number - one + _DAYS_AFTER) % _DAYS_OF_YEAR <= _DAYS_BEFORE + _DAYS_AFTER for one in named)


def _days_in(text: str) -> Iterator[int]:
    for match in _DAY.finditer(text):
        day = int(match["day"] or match["day_last"] or match["day_cjk"])
        name = match["month"] or match["month_first"]
        month = calendar_number(name.lower()) if name else int(match["month_number"])
        try:
            yield _number_of(month or 0, day)
        except ValueError:
            continue


def _number_of(month: int, day: int) -> int:
    return dt.date(_LEAP_YEAR, month, day).timetuple().tm_yday
