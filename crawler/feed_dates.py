"""Dates as feeds state them: the publisher's own day, and the moment where one is stated; never guessed."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_tz

from perilune.dates import PartialDate, dates_in

MAX_DATE_CHARS = 120
FIRST_YEAR = 1971  # what is older is a clock that was never set
MAX_FUTURE = dt.timedelta(days=2)
PARTIAL = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
ISO = re.compile(r"(\d{4}-?\d\d-?\d\d)[T ]+(\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?) ?(.*)", re.IGNORECASE)
OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?")
JAVA = re.compile(r"(\w{3}) (\w{3}) (\d\d?) ([\d:]+) (\S+) (\d{4})")
ZONE_MINUTES = {"cet": 60, "cest": 120, "met": 60, "mest": 120, "eet": 120, "eest": 180, "bst": 60, "west": 60}
ZONE_MINUTES |= {"msk": 180, "hkt": 480, "sgt": 480, "jst": 540, "kst": 540, "aest": 600, "aedt": 660}
LAST_HOUR, MINUTES = 24, 60
LETTERS = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True)
class FeedDate:
    """A date of an item: the day as stated, and the moment with its stated offset; UTC where none is stated."""

    day: PartialDate
    moment: dt.datetime | None = None

    @property
    def earliest(self) -> dt.datetime:
        """The moment, or the first one of the day."""
        return self.moment or dt.datetime.combine(self.day.first, dt.time(), dt.UTC)


def feed_date(text: str | None, *, now: dt.datetime | None = None) -> FeedDate | None:
    """Read a date in ISO 8601, RFC 822, or the words of our languages; None when it is none that can be.

    A date before 1971, or more than two days after `now`, is none.
    """
    words = " ".join((text or "").split())
    if not words or len(words) > MAX_DATE_CHARS:
        return None
    found = _iso(words) or _rfc_822(words) or _written(words)
    if found is None or found.day.year < FIRST_YEAR:
        return None
    return None if now is not None and found.earliest > now + MAX_FUTURE else found


def _iso(words: str) -> FeedDate | None:
    if PARTIAL.fullmatch(words):
        with contextlib.suppress(ValueError):
            return FeedDate(PartialDate.parse(words))
    parts = ISO.fullmatch(words)
    if parts is None:
        return None
    day, time, zone = parts.groups()
    with contextlib.suppress(ValueError):
        date = dt.date.fromisoformat(day)
        hour_24 = time.startswith("24")
        clock = dt.time() if hour_24 else dt.time.fromisoformat(time.replace(",", "."))
        moment = dt.datetime.combine(date, clock, _zone(zone))
        # Midnight at the end of a day belongs to the next one (ISO 8601).
        return _dated(moment + dt.timedelta(days=1) if hour_24 else moment)
    return None


def _zone(words: str) -> dt.tzinfo:
    offset = OFFSET.match(words)
    if offset is None:
        return dt.timezone(dt.timedelta(minutes=ZONE_MINUTES.get(words.lower(), 0)))
    sign, hours, minutes = offset.groups()
    return dt.timezone((1 if sign == "+" else -1) * dt.timedelta(hours=int(hours), minutes=int(minutes or 0)))


def _rfc_822(words: str) -> FeedDate | None:
    java = JAVA.fullmatch(words)
    if java is not None:  # Thu Mar 10 08:00:00 CST 2022, as a Java program writes it when nobody tells it how
        words = "{0}, {2} {1} {5} {3} {4}".format(*java.groups())
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
        parsed = parsedate_tz(words) if LETTERS.search(words) else None
        if parsed is None:
            return None
        year, month, day, hour, minute, second = parsed[:6]
        minutes = ZONE_MINUTES.get(words.split()[-1].lower())
        offset = dt.timedelta(seconds=parsed[9] or 0) if minutes is None else dt.timedelta(minutes=minutes)
        zone = dt.timezone(offset)
        midnight = dt.datetime(year, month, day, tzinfo=zone)
        if ":" not in words:
            return FeedDate(PartialDate.of(midnight.date()))
        if not (hour <= LAST_HOUR and minute < MINUTES and second <= MINUTES):
            return None
        return _dated(midnight + dt.timedelta(hours=hour, minutes=minute, seconds=second))
    return None


def _written(words: str) -> FeedDate | None:
    found = dates_in(words)
    return FeedDate(found[0][0]) if found else None


def _dated(moment: dt.datetime) -> FeedDate:
    return FeedDate(PartialDate.of(moment.date()), moment)
