"""An edition's hours in ten time zones over three years of changing clocks: one issue each time, at the local hour."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator
from functools import cache

import pytest

from digest.schedule import due_moment, next_due_moment
from models.edition import Edition
from models.vocabulary import Frequency

A_DAY = dt.timedelta(days=1)
AN_HOUR = dt.timedelta(hours=1)
A_TICK = dt.timedelta(minutes=30)
A_QUARTER = dt.timedelta(minutes=15)
MONTH_DAY = 31
ZONES = {
    "Europe/Vienna": 2022,
    "America/New_York": 2022,
    "Australia/Lord_Howe": 2022,  # by half an hour
    "Africa/Casablanca": 2022,  # back for Ramadan
    "Asia/Tehran": 2020,  # at midnight
    "Pacific/Apia": 2010,  # and a day that never was
    "America/Sao_Paulo": 2016,  # at midnight, southern
    "Asia/Kathmandu": 2022,
    "Africa/Cairo": 2023,  # at midnight of a Friday
    "Asia/Shanghai": 2022,
}
"""Each with the first of three years in which its clocks change, if they do."""


@cache
def _changes(zone: zoneinfo.ZoneInfo, year: int) -> list[dt.datetime]:
    """List the hours within which the clocks of a zone change, from a year on."""
    start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    hours = [start + number * AN_HOUR for number in range(3 * 365 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hour for hour, (before, after) in zip(hours, itertools.pairwise(offsets), strict=False) if before != after]


def _ticks(changes: list[dt.datetime], year: int) -> Iterator[dt.datetime]:
    """Yield moments of three years: every half an hour about each change of the clocks, else twice a day."""
    now, end = dt.datetime(year, 1, 1, tzinfo=dt.UTC), dt.datetime(year + 3, 1, 1, tzinfo=dt.UTC)
    while now < end:
        yield now
        is_near = any(abs(now - change) < 1.5 * A_DAY for change in changes)
        now += A_TICK if is_near else A_DAY / 2


def _is_due_on(edition: Edition, day: dt.date) -> bool:
    if edition.frequency == Frequency.WEEKLY:
        return day.weekday() == edition.weekday
    last = calendar.monthrange(day.year, day.month)[1]
    return edition.frequency == Frequency.DAILY or day.day == min(edition.month_day, last)


def _expected(edition: Edition, zone: zoneinfo.ZoneInfo, year: int) -> set[dt.datetime]:
    """Read the moments off a clock on the wall: the first time that it shows the hour of a day, or is past it.

    A day that never was has its hour on the next one.
    """
    found = set()
    now, end = dt.datetime(year - 1, 12, 30, tzinfo=dt.UTC), dt.datetime(year + 3, 1, 1, tzinfo=dt.UTC)
    wanted = next(day for day in _days(now.date()) if _is_due_on(edition, day))
    while now < end:
        shown = now.astimezone(zone).replace(tzinfo=None)
        wanted = max(wanted, shown.date())
        if shown >= dt.datetime.combine(wanted, dt.time(edition.hour)):
            found.add(now)
            wanted = next(day for day in _days(wanted + A_DAY) if _is_due_on(edition, day))
        now += _unchanged(now, dt.datetime.combine(wanted, dt.time(edition.hour)) - shown, zone)
    return found


def _unchanged(now: dt.datetime, away: dt.timedelta, zone: zoneinfo.ZoneInfo) -> dt.timedelta:
    """Return how long nobody need look at the clock: until just before an hour, unless it is changed meanwhile."""
    leaps = (min(away // A_QUARTER * A_QUARTER - AN_HOUR, most) for most in (away, A_DAY, 4 * AN_HOUR))
    offset = now.astimezone(zone).utcoffset()
    steady = (leap for leap in leaps if leap > A_QUARTER and (now + leap).astimezone(zone).utcoffset() == offset)
    return next(steady, A_QUARTER)


def _days(first: dt.date) -> Iterator[dt.date]:
    return (first + number * A_DAY for number in itertools.count())


@pytest.mark.parametrize("frequency", list(Frequency))
@pytest.mark.parametrize("name", ZONES)
def test_each_local_hour_is_due_once_whatever_the_clocks_do(name: str, frequency: Frequency) -> None:
    zone, year = zoneinfo.ZoneInfo(name), ZONES[name]
    changes = _changes(zone, year)
    weekday = changes[-1].astimezone(zone).weekday() if changes else 6
    ticks = list(_ticks(changes, year))
    for hour in (0, 2, 3, 23):
        columns: dict[str, object] = {"weekday": weekday, "month_day": MONTH_DAY, "hour": hour, "timezone": name}
        edition = Edition(slug=name, frequency=frequency, **columns)
        due = [due_moment(edition, now) for now in ticks]
        assert due == sorted(due)
        assert all(moment <= now < next_due_moment(edition, now) for moment, now in zip(due, ticks, strict=True))
        expected = {moment for moment in _expected(edition, zone, year) if due[0] < moment <= ticks[-1]}
        assert set(due) - {due[0]} == expected
