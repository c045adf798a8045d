"""The coming events of an issue as iCalendar files: all in one, or each by itself."""

from __future__ import annotations

import datetime as dt

from digest.content import FactEntry, IssueContent
from digest.follows import View
from digest.links import Links
from digest.wording import Limits, Wording
from models.base import key_of
from models.vocabulary import EventStatus
from perilune.dates import PartialDate, Precision
from perilune.icalendar import CalendarEvent, calendar_of


def events_of(content: IssueContent, links: Links) -> bytes:
    """Write all events of an issue whose day is stated as one calendar; the same bytes whenever it is written."""
    return _calendar(content, links, content.events)


def event_of(content: IssueContent, links: Links, number: int) -> bytes | None:
    """Write one event, by its place among the issue's from 1; None where there is none, or its day is not stated."""
    chosen = content.events[number - 1 : number] if number > 0 else ()
    return _calendar(content, links, chosen) if any(map(_words_of(content).has_day, chosen)) else None


def uid_of(event: FactEntry) -> str:
    """Name an event as the archive's calendar does, else by what states it and what; so that it is kept once."""
    return event.key or key_of(f"{event.evidence.article_key} {event.name} {event.start}")


def _words_of(content: IssueContent) -> Wording:
    return Wording(View(content), Limits())


def _calendar(content: IssueContent, links: Links, events: tuple[FactEntry, ...]) -> bytes:
    words = _words_of(content)
    return calendar_of(
        [_event(content, links, words, event) for event in events if words.has_day(event)],
        name=content.edition_name,
        description=words.period(),
    )


def _event(content: IssueContent, links: Links, words: Wording, event: FactEntry) -> CalendarEvent:
    assert event.start is not None
    first = PartialDate.parse(event.start).first
    end = PartialDate.parse(event.end) if event.end else None
    is_put_off = event.status == EventStatus.POSTPONED
    status = words.phrases.word("status", event.status)
    return CalendarEvent(
        key=uid_of(event),
        name=words.phrases.text("labelled", label=status.capitalize(), text=event.name) if is_put_off else event.name,
        first=first,
        last=max(first, end.first) if end and end.precision == Precision.DAY else first,
        status=event.status,
        changed_at=dt.datetime.combine(content.due_on, dt.time(), dt.UTC),
        address=links.evidence(event.evidence),
        kind=words.kind(event) or None,
        place=event.place,
        description="\n".join((words.fact(event), words.place(event.evidence))),
    )
