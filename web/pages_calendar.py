"""The calendar of events: its page, its table, and the iCalendar feed with the same filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from models.vocabulary import EventStatus
from perilune.dates import PartialDate, Precision
from perilune.icalendar import MEDIA_TYPE, CalendarEvent, calendar_of
from web.access import SessionHere
from web.clock import Today
from web.fact_options import fact_fields
from web.fact_tables import COLUMNS, rows_matching
from web.facts_form import CalendarForm
from web.facts_view import FactLine, lines_matching
from web.labels import date_in_words, words_of
from web.rendering import rendered
from web.rights import reads
from web.search_view import paging_of
from web.tables import csv_answer

PAGE_SIZE = 60
MAX_FEED_EVENTS = 2_000
CALENDAR_NAME = "Space cooperation"

pages = APIRouter(include_in_schema=False)


CalendarAddress = Annotated[CalendarForm, fastapi.Query()]


@pages.get("/calendar", dependencies=[reads()])
def calendar_page(session: SessionHere, form: CalendarAddress, today: Today) -> HTMLResponse:
    """Show the events to come by month, or those that are over."""
    query = form.query(today)
    total, lines = lines_matching(session, query, limit=PAGE_SIZE, offset=(form.page - 1) * PAGE_SIZE)
    links = (form.link("/calendar", page=form.page - 1), form.link("/calendar", page=form.page + 1))
    return rendered(
        "calendar.html",
        form=form,
        fields=fact_fields(session, query.kind, form.model_dump(mode="json")),
        months=list(months_of(lines).items()),
        total=total,
        paging=paging_of(total, page=form.page, size=PAGE_SIZE, links=links),
    )


@pages.get("/calendar.ics", dependencies=[reads()])
def calendar_feed(request: Request, session: SessionHere, form: CalendarAddress, today: Today) -> Response:
    """Send the events as iCalendar, to subscribe to with the filters of this address."""
    _, lines = lines_matching(session, form.query(today), limit=MAX_FEED_EVENTS)
    body = calendar_file(lines, address=str(request.base_url))
    return Response(body, media_type=MEDIA_TYPE, headers={"Content-Disposition": 'inline; filename="perilune.ics"'})


@pages.get("/calendar.csv", dependencies=[reads()])
def calendar_table(request: Request, session: SessionHere, form: CalendarAddress, today: Today) -> Response:
    """Send the events as a table."""
    return csv_answer("calendar", COLUMNS, rows_matching(session, form.query(today), address=str(request.base_url)))


def months_of(lines: Sequence[FactLine]) -> dict[str, list[FactLine]]:
    """Gather events under their headings; one of a year alone may stand between two of its first month."""
    months: dict[str, list[FactLine]] = {}
    for line in lines:
        months.setdefault(month_of(line), []).append(line)
    return months


def month_of(line: FactLine) -> str:
    """Head an event with its month, or with its year where that is all that is known."""
    start = line.start_on
    if start is None:
        return date_in_words(None)
    if start.month is None:
        return f"{start.year}, month not stated"
    return date_in_words(PartialDate(start.year, start.month))


def calendar_file(lines: Sequence[FactLine], *, address: str) -> bytes:
    """Write events as iCalendar; those whose day is not stated are left out, since any day would be invented."""
    events = list(_events(lines, address))
    left_out = len(lines) - len(events)
    description = "Events of international space cooperation, each with the passages that say so."
    if left_out:
        description += f" {left_out} more state only a month or a year and are on the calendar's page alone."
    return calendar_of(events, name=CALENDAR_NAME, description=description, is_feed=True)


def _events(lines: Sequence[FactLine], address: str) -> Iterator[CalendarEvent]:
    for line in lines:
        if line.start_on is None or line.start_on.precision is not Precision.DAY or line.changed_at is None:
            continue
        has_last_day = line.end_on is not None and line.end_on.precision is Precision.DAY
        yield CalendarEvent(
            key=line.key,
            name=("Postponed: " if line.status == EventStatus.POSTPONED else "") + line.name,
            first=line.start_on.first,
            last=line.end_on.first if has_last_day and line.end_on else line.start_on.first,
            status=line.status,
            changed_at=line.changed_at,
            address=address.rstrip("/") + line.link,
            kind=words_of(line.subkind) if line.subkind else None,
            place=line.place,
            description=_description(line),
        )


def _description(line: FactLine) -> str:
    parts = [f"{words_of(line.status).capitalize()}."]
    if line.parties:
        parts.append(f"Hosts and parties: {', '.join(party.name for party in line.parties)}.")
    if line.disputed:
        parts.append(f"Sources contradict each other on its {' and '.join(line.disputed)}.")
    parts += [f"“{witness.quote}” ({witness.source.name})" for witness in line.witnesses[:2]]
    return "\n".join(parts)
