"""Events as an iCalendar file (RFC 5545), to subscribe to or to import; pure.

Every event is of whole days, so no time is ever stated that no source gave.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.vocabulary import EventStatus

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = dt.timedelta(hours=12)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUS = {EventStatus.CANCELLED: "CANCELLED", EventStatus.POSTPONED: "TENTATIVE"}


@dataclass(frozen=True)
class CalendarEvent:
    """An event of whole days; `last` is its last day, which iCalendar's exclusive end follows."""

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


def calendar_of(events: Sequence[CalendarEvent], *, name: str, description: str) -> bytes:
    """Write a calendar."""
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
        ("refresh-interval", REFRESH),
        ("x-published-ttl", "PT12H"),
    ):
        calendar.add(field, value)
    for event in events:
        calendar.add_component(_component(event))
    content: bytes = calendar.to_ical()
    return content


def _component(event: CalendarEvent) -> Event:
    from icalendar import Event

    put_off = "Postponed: " if event.status == EventStatus.POSTPONED else ""
    component = Event()
    for field, value in (
        ("uid", f"{event.key}@perilune"),
        ("dtstamp", event.changed_at.astimezone(dt.UTC)),
        ("dtstart", event.first),
        ("dtend", event.last + dt.timedelta(days=1)),
        ("summary", _plain(put_off + event.name)),
        ("status", _STATUS.get(EventStatus(event.status), "CONFIRMED")),
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
