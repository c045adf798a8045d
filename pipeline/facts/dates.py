"""What a date of a sentence leaves out, inferred: the year from publication, name and tense; weekdays and `yesterday`.

Apart from `perilune.dates`, which reads only dates that state their year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from perilune.dates import PartialDate, Precision
from pipeline.facts.date_shapes import StatedDate

DAYS_PER_WEEK = 7
MAX_DAYS_BACK = 31
LONG_AGO_DAYS = 270  # "launches on 24 November", printed on 18 November, is not of the year before
SOON_DAYS = 70
RECENT_MONTHS = 4

Resolved = tuple[PartialDate | None, PartialDate | None]


@dataclass(frozen=True)
class DateContext:
    """What a missing year may be inferred from: publication, a year in the name or title, and the tense."""

    published: PartialDate | None
    stated_year: int | None = None
    is_future: bool | None = None


def resolved(stated: StatedDate, context: DateContext) -> Resolved:
    """Give the start and, of a range, the end; None when the year is neither stated nor to be inferred."""
    if stated.month is None:
        return _without_month(stated, context)
    year = stated.year or stated.last_year or _inferred_year(stated, context)
    if year is None:
        return None, None
    crosses_year = stated.last_month is not None and stated.last_month < stated.month
    # A year that is inferred was inferred for the day on which the range begins.
    is_of_start = stated.year is not None or stated.last_year is None
    first_year = year if is_of_start or not crosses_year else year - 1
    last_year = stated.last_year or (first_year + 1 if crosses_year else first_year)
    start = _partial(first_year, stated.month, stated.day)
    end = None
    if stated.last_day or (stated.last_month and stated.day is None):
        end = _partial(last_year, stated.last_month or stated.month, stated.last_day)
    return start, end if start and end and end.first > start.first else None


def _without_month(stated: StatedDate, context: DateContext) -> Resolved:
    published = context.published
    if stated.year:
        return PartialDate(stated.year), None
    if stated.year_offset is not None:
        return (PartialDate(published.year + stated.year_offset) if published else None), None
    if stated.month_offset is not None:
        return _month_beside(published, stated.month_offset), None
    if stated.week_offset is not None:
        return _month_of_week(published, stated.week_offset), None
    start = _near_publication(stated, context)
    if start is None or stated.last_day is None or start.day is None:
        return start, None
    return start, _partial(start.year, start.month, stated.last_day)


def _month_beside(published: PartialDate | None, offset: int) -> PartialDate | None:
    if published is None or published.month is None:
        return None
    year, month = divmod(published.year * 12 + published.month - 1 + offset, 12)
    return PartialDate(year, month + 1)


def _month_of_week(published: PartialDate | None, offset: int) -> PartialDate | None:
    """Give the month of last, this or next week: more is not said by its name."""
    if published is None or published.month is None:
        return None
    day = published.first + dt.timedelta(days=offset * DAYS_PER_WEEK if published.day else 0)
    return PartialDate(day.year, day.month)


def _partial(year: int, month: int | None, day: int | None) -> PartialDate | None:
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None


def _inferred_year(stated: StatedDate, context: DateContext) -> int | None:
    """Take the year of the name, or the one that puts the date on the right side of the publication date."""
    published = context.published
    if stated.year_offset is not None and published is not None:
        is_this = stated.year_offset != 0 and stated.day is None and published.month is not None
        if is_this and stated.year_offset == -1 and _is_last_before(stated, published):
            return published.year
        return published.year + stated.year_offset
    if context.stated_year:
        return context.stated_year
    if published is None:
        return None
    if published.month is None:
        return published.year
    return _year_beside(published, stated, is_future=context.is_future)


def _is_last_before(stated: StatedDate, published: PartialDate) -> bool:
    """Tell whether "last March", said in May, is of this year: no month between was passed over."""
    return (
        stated.month is not None and published.month is not None and 0 < published.month - stated.month <= RECENT_MONTHS
    )


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
        return before[-1].year if days_since <= DAYS_PER_WEEK and days_until > LONG_AGO_DAYS else after[0].year
    return after[0].year if days_since > LONG_AGO_DAYS and days_until < SOON_DAYS else before[-1].year


def _near_publication(stated: StatedDate, context: DateContext) -> PartialDate | None:
    """Place a bare day, a weekday or `yesterday` next to the publication, as precisely as that is known."""
    published = context.published
    if published is None or published.month is None:
        return None
    if published.precision is not Precision.DAY:
        return _partial(published.year, published.month, stated.day)
    if stated.day_offset is not None:
        return PartialDate.of(published.first + dt.timedelta(days=stated.day_offset))
    step = dt.timedelta(days=1 if context.is_future else -1)
    day = published.first
    limit = DAYS_PER_WEEK if stated.day is None else MAX_DAYS_BACK
    for _ in range(limit):
        if day.day == stated.day or (stated.day is None and day.weekday() == stated.weekday):
            return PartialDate.of(day)
        day += step
    return None
