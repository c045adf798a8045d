"""Dates as feeds state them: the publisher's own day, and the moment where one is stated; never guessed.

feedparser turns every date into UTC, which is often another day, and knows no month in Russian, French or Chinese.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from perilune.dates import PartialDate, dates_in

MAX_DATE_CHARS = 120
FIRST_YEAR = 1971  # what is older is a clock that was never set
MAX_FUTURE = dt.timedelta(days=2)
PARTIAL = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
ISO = re.compile(r"(\d{4}-?\d\d-?\d\d)[Tt ]+(\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?) ?([+-]\d\d:?(?:\d\d)?)?.*")
CLOCK = re.compile(r"[A-Za-z]{3} .*\d:\d\d|[A-Za-z]{3}.* \d\d?:\d\d")
BROKEN_DATE = (ValueError, TypeError, IndexError, OverflowError)


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
    found = _moment(words) or _day(words)
    if found is None or found.day.year < FIRST_YEAR:
        return None
    return None if now is not None and found.earliest > now + MAX_FUTURE else found


def _moment(words: str) -> FeedDate | None:
    iso = ISO.fullmatch(words)
    with contextlib.suppress(*BROKEN_DATE):
        if iso is None and not CLOCK.search(words):
            return None
        moment = _iso_moment(*iso.groups()) if iso else parsedate_to_datetime(words)
        return FeedDate(PartialDate.of(moment.date()), moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
    return None


def _iso_moment(day: str, clock: str, offset: str | None) -> dt.datetime:
    """Read the parts of a moment; midnight at the end of a day belongs to the next one (ISO 8601)."""
    is_end = clock.startswith("24")
    moment = dt.datetime.fromisoformat(f"{day}T{'00' if is_end else clock[:2]}{clock[2:]}{(offset or '').rstrip(':')}")
    return moment + dt.timedelta(days=is_end)


def _day(words: str) -> FeedDate | None:
    if PARTIAL.fullmatch(words):
        with contextlib.suppress(ValueError):
            return FeedDate(PartialDate.parse(words))
    found = dates_in(words)
    return FeedDate(found[0][0]) if found else None
