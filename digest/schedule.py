"""When an edition is due: weekday and hour in its own time zone, right on the days when clocks change; pure."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from models.edition import Edition
from perilune.problems import Problem

A_WEEK = dt.timedelta(days=7)


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
    today = now.astimezone(zone).date()
    day = today - dt.timedelta(days=(today.weekday() - edition.weekday) % 7)
    moment = _moment(edition, day, zone)
    return moment if moment <= now else _moment(edition, day - A_WEEK, zone)


def next_due_moment(edition: Edition, now: dt.datetime) -> dt.datetime:
    """Return the first scheduled moment, in UTC, after `now`."""
    zone = zone_of(edition)
    return _moment(edition, due_moment(edition, now).astimezone(zone).date() + A_WEEK, zone)


def _moment(edition: Edition, day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(edition.hour), tzinfo=zone).astimezone(dt.UTC)
