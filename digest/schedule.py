"""When an edition is due: day and hour in its own time zone, right on the days when clocks change; pure."""

from __future__ import annotations

import calendar
import datetime as dt
import zoneinfo

from models.edition import Edition
from models.vocabulary import Frequency
from perilune.problems import Problem

A_DAY = dt.timedelta(days=1)


class ScheduleProblem(Problem):
    """An edition's schedule cannot be used; the message names the edition and what is wrong."""


def zone_of(edition: Edition) -> zoneinfo.ZoneInfo:
    """Return the edition's time zone; ScheduleProblem when there is none of that name."""
    try:
        return zoneinfo.ZoneInfo(edition.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleProblem(
            f"edition {edition.slug!r} has the time zone {edition.timezone!r}, which is not known; "
            "use a name such as Europe/Vienna"
        ) from error


def due_moment(edition: Edition, now: dt.datetime) -> dt.datetime:
    """Return the latest scheduled moment, in UTC, that is not after `now`.

    An hour that the clocks skip falls on the moment they skip it; one that they repeat counts the first time.
    """
    zone = zone_of(edition)
    day = _scheduled_day(edition, now.astimezone(zone).date())
    # Twice back where a day never was, whose hour is that of the next.
    while (moment := _moment(edition, day, zone)) > now:
        day = _scheduled_day(edition, day - A_DAY)
    return moment


def next_due_moment(edition: Edition, now: dt.datetime) -> dt.datetime:
    """Return the first scheduled moment, in UTC, after `now`, at which there will be an issue."""
    since = edition.scheduled_at or edition.created_at
    if since is not None and since > now:
        # An issue is made for the very moment since which a schedule holds.
        now = since - dt.timedelta.resolution
    zone = zone_of(edition)
    day = due_moment(edition, now).astimezone(zone).date()
    moment = _moment(edition, day, zone)
    while moment <= now:
        day = _next_day(edition, day)
        moment = _moment(edition, day, zone)
    return moment


def is_awaited(edition: Edition, due_at: dt.datetime) -> bool:
    """Tell whether a scheduled moment is one of the edition's present schedule, and not before it was made."""
    return due_at >= (edition.scheduled_at or edition.created_at)


def first_period_start(edition: Edition, due_at: dt.datetime) -> dt.datetime:
    """Return where the period of a first issue begins: a day, a week or a month before, at the same hour."""
    local = due_at.astimezone(zone_of(edition))
    if edition.frequency == Frequency.MONTHLY:
        month = local.date().replace(day=1) - A_DAY
        day = month.replace(day=min(local.day, month.day))
    else:
        day = local.date() - (A_DAY if edition.frequency == Frequency.DAILY else 7 * A_DAY)
    return dt.datetime.combine(day, local.time(), tzinfo=local.tzinfo).astimezone(dt.UTC)


def schedule_start(edition: Edition, last_due_at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """Return since when a schedule that is set now holds: at once, or tomorrow where today had its issue already."""
    zone = zone_of(edition)
    today = now.astimezone(zone).date()
    if last_due_at is None or last_due_at.astimezone(zone).date() < today:
        return now
    return dt.datetime.combine(today + A_DAY, dt.time(), tzinfo=zone).astimezone(dt.UTC)


def _scheduled_day(edition: Edition, today: dt.date) -> dt.date:
    """Return the latest scheduled day that is not after today."""
    if edition.frequency == Frequency.DAILY:
        return today
    if edition.frequency == Frequency.MONTHLY:
        day = _day_of_month(edition, today)
        return day if day <= today else _day_of_month(edition, today.replace(day=1) - A_DAY)
    return today - dt.timedelta(days=(today.weekday() - edition.weekday) % 7)


def _next_day(edition: Edition, day: dt.date) -> dt.date:
    if edition.frequency == Frequency.MONTHLY:
        return _day_of_month(edition, day.replace(day=28) + 4 * A_DAY)
    return day + (A_DAY if edition.frequency == Frequency.DAILY else 7 * A_DAY)


def _day_of_month(edition: Edition, within: dt.date) -> dt.date:
    return within.replace(day=min(edition.month_day, calendar.monthrange(within.year, within.month)[1]))


def _moment(edition: Edition, day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(edition.hour), tzinfo=zone).astimezone(dt.UTC)
