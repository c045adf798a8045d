"""Dated events that a sentence reports: meetings, launches and landings, deadlines."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.facts.flights import flight_in
from pipeline.facts.making import event_of, with_status
from pipeline.facts.meetings import encounter_in, listed_edition_in, meeting_in, titled_event_in
from pipeline.facts.sentences import Statement
from pipeline.values import Fact

MAX_EVENTS_PER_SENTENCE = 2

_EDITION_OR_YEAR = re.compile(r"^\W*\d{1,3}(?:st|nd|rd|th)|(?:19|20)\d\d")
_DEADLINE = re.compile(
    r"\b(?:deadline|apply (?:by|before|until)|applications? (?:close[ds]?|are due|must be (?:received"
    r"|submitted))|(?:registration|submission|abstracts?) (?:close[ds]?|is (?:open|possible) until"
    r"|are due|deadline)|closing date)\b"
    r"|截止|\b(?:заявки принимаются до|срок подачи"
    r"|до \d{1,2} \w+ .{0,20}заяв\w+)|\b(?:date limite|avant le|cloture)\b|\bfecha limite\b",
    re.IGNORECASE,
)


def events_in(statement: Statement) -> list[Fact]:
    """Find the events of a sentence that states when they are, or in which edition."""
    if not statement.dates and not _EDITION_OR_YEAR.search(statement.shape):
        return []
    finders = (_deadline_in, flight_in, meeting_in, titled_event_in, listed_edition_in, encounter_in)
    found = (finder(statement) for finder in finders)
    return [with_status(fact, statement) for fact in found if fact is not None][:MAX_EVENTS_PER_SENTENCE]


def _deadline_in(statement: Statement) -> Fact | None:
    match = _DEADLINE.search(statement.shape)
    date = statement.nearest_date(match.end()) if match else None
    if match is None or date is None or date.day is None:
        return None
    title = statement.document.title
    fact = event_of(statement, f"Deadline: {title}", "deadline", date, is_future=True)
    return replace(fact, place=None) if fact.start else None
