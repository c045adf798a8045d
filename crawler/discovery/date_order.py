"""Whether the day or the month comes first in a page's numeric dates: only the whole page can tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

SLASHED = re.compile(r"(?<![\d/-])(\d{1,2})([-/])(\d{1,2})\2((?:19|20)\d\d|\d\d)(?![\d/-])")
MONTHS = 12
DAYS_FIRST = "und"  # no language of ours, and so none in which the month might come first
MONTHS_FIRST = "en-US"
MIN_DATES = 4
MOST_BREAKS = 0.25


def order_in(text: str) -> str | None:
    """Tell how `04/05/2022` and `04/05/22` are meant in a text: `DAYS_FIRST`, `MONTHS_FIRST`, or None if it is open.

    A number above twelve settles it. Else lists go by time, so what makes their dates jump about is wrong.
    """
    dates = [(int(year), int(first), int(second)) for first, _, second, year in SLASHED.findall(text)]
    is_day_first = any(first > MONTHS for _, first, _ in dates)
    is_month_first = any(second > MONTHS for _, _, second in dates)
    if is_day_first != is_month_first:
        return DAYS_FIRST if is_day_first else MONTHS_FIRST
    if is_day_first or len(dates) < MIN_DATES:
        return None
    by_month, by_day = _breaks(dates), _breaks([(year, second, first) for year, first, second in dates])
    if by_month == by_day or min(by_month, by_day) > MOST_BREAKS * len(dates):
        return None
    return MONTHS_FIRST if by_month < by_day else DAYS_FIRST


def _breaks(dates: Sequence[tuple[int, int, int]]) -> int:
    """Count how often dates turn against the direction in which most of them go."""
    steps = [(one > other) - (one < other) for one, other in pairwise(dates)]
    return min(steps.count(1), steps.count(-1))
