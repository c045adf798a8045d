"""Events as an iCalendar file (RFC 5545), to subscribe to or to import; pure.

Every event is of whole days, so no time is ever stated that no source gave. Lines are folded at 75 octets.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.vocabulary import EventStatus

MEDIA_TYPE = "text/calendar; charset=utf-8"
MAX_LINE_OCTETS = 75
REFRESH = "PT12H"
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
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Perilune//Calendar of space cooperation//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        f"DESCRIPTION:{_text(description)}",
        f"X-WR-CALDESC:{_text(description)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    lines = [*head, *(line for event in events for line in _event_lines(event)), "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event_lines(event: CalendarEvent) -> Iterator[str]:
    stamp = event.changed_at.astimezone(dt.UTC)
    yield "BEGIN:VEVENT"
    yield f"UID:{event.key}@perilune"
    yield f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.last + dt.timedelta(days=1):%Y%m%d}"
    put_off = "Postponed: " if event.status == EventStatus.POSTPONED else ""
    yield f"SUMMARY:{_text(put_off + event.name)}"
    yield f"STATUS:{_STATUS.get(EventStatus(event.status), 'CONFIRMED')}"
    yield "TRANSP:TRANSPARENT"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    if event.kind:
        yield f"CATEGORIES:{_text(event.kind)}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    yield f"URL:{_CONTROL.sub('', event.address)}"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """Write a text value (RFC 5545, 3.3.11); what is no text of a calendar is left out."""
    plain = _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> Iterable[str]:
    """Fold a line at 75 octets, never within a character (RFC 5545, 3.1)."""
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > MAX_LINE_OCTETS:
            yield part
            part, octets = " ", 1
        part += character
        octets += size
    yield part
