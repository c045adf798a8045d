"""Events as an iCalendar file (RFC 5545), to subscribe to or to import; pure, and a leaf for the archive and the mail.

Every event is of whole days, so no time is ever stated that no source gave.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = dt.timedelta(hours=12)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUS = {"cancelled": "CANCELLED", "postponed": "TENTATIVE"}


@dataclass(frozen=True)
class CalendarEvent:
    """An event of whole days; `last` is its last day, which iCalendar's exclusive end follows.

    `changed_at` is when what is said of it was known, `address` the page that says so.
    """

    key: str
    name: str
    first: dt.date
    last: dt.date
    status: str
    changed_at: dt.datetime
    address: str
    kind: str | None = None
    place: str | None = None
    description: str = ""


def calendar_of(events: Sequence[CalendarEvent], *, name: str, description: str, is_feed: bool = False) -> bytes:
    """Write a calendar; a feed says how often it may be asked for."""
    from icalendar import Calendar

    calendar = Calendar()
    for field, value in (
        ("prodid", "-//Perilune//Calendar of space cooperation//EN"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("name", _plain(name)),
        ("x-wr-calname", _plain(name)),
        ("description", _plain(description)),
        ("x-wr-caldesc", _plain(description)),
        ("refresh-interval", is_feed and REFRESH),
        ("x-published-ttl", is_feed and "PT12H"),
    ):
        if value:
            calendar.add(field, value)
    for event in events:
        calendar.add_component(_component(event))
    content: bytes = calendar.to_ical()
    return content


def _component(event: CalendarEvent) -> Event:
    from icalendar import Event

    component = Event()
    for field, value in (
        ("uid", f"{event.key}@perilune"),
        ("dtstamp", event.changed_at.astimezone(dt.UTC)),
        ("dtstart", event.first),
        ("dtend", event.last + dt.timedelta(days=1)),
        ("summary", _plain(event.name)),
        ("status", _STATUS.get(event.status, "CONFIRMED")),
        ("transp", "TRANSPARENT"),
        ("location", event.place and _plain(event.place)),
        ("categories", event.kind and [_plain(event.kind)]),
        ("description", _plain(event.description)),
        ("url", _plain(event.address)),
    ):
        if value:
            component.add(field, value)
    return component


def _plain(value: str) -> str:
    """Leave out what is no text of a calendar (RFC 5545, 3.3.11)."""
    return _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
