"""Events that a sentence may report: flights, meetings, openings and other happenings, deadlines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.facts.cues import Cue
from pipeline.facts.flights import flights_in, titled_flight
from pipeline.facts.happenings import happening_in, titled_happening
from pipeline.facts.making import Candidate, event_of, with_status
from pipeline.facts.meetings import encounter_in, listed_edition_in, meetings_in
from pipeline.facts.sentences import Statement, statement_of_title
from pipeline.facts.signs import signs_in

_EDITION_OR_YEAR = re.compile(r"^\W*\d{1,3}(?:st|nd|rd|th)|(?:19|20)\d\d")
LEAD_NUMBER = 3
_DEADLINE_FORMS = {"zh": "截止日期：{}", "ru": "Срок подачи заявок: {}", "fr": "Date limite : {}"}
MAX_GAP_CHARS = 12


def events_in(statement: Statement) -> list[Candidate]:
    """Find the events of a sentence that states when they are, or in which edition."""
    is_lead = statement.number <= LEAD_NUMBER and bool(statement.cues)
    if not statement.dates and not is_lead and not _EDITION_OR_YEAR.search(statement.shape):
        return []
    deadline = _deadline_in(statement)
    found = [deadline] if deadline else [*flights_in(statement), *meetings_in(statement)]
    found += [one for one in (listed_edition_in(statement), encounter_in(statement)) if one]
    if not found:
        happening = happening_in(statement)
        found = [happening] if happening else []
    return [
        replace(each, fact=with_status(each.fact, statement), signs=(*each.signs, *signs_in(statement)))
        for each in found
    ]


def titled_events(statements: Sequence[Statement]) -> list[Candidate]:
    """Find the event of which the title itself tells the day, or whose launch it reports."""
    first = statements[0]
    dateline = next((each.setting.dateline for each in statements[: LEAD_NUMBER + 2] if each.setting.dateline), None)
    found = meetings_in(statement_of_title(first))
    if not found and (flight := titled_flight(first, dateline)):
        found = [flight]
    if not found and (opening := titled_happening(statements[: LEAD_NUMBER + 1], dateline)):
        found = [opening]
    signs = signs_in(statement_of_title(first))
    return [replace(each, fact=with_status(each.fact, first), is_of_title=True, signs=signs) for each in found]


def _is_before_date(cue: Cue, statement: Statement) -> bool:
    """Tell whether a preposition, `until`, stands right before a date, as it must to tell of a deadline."""
    is_preposition = any(other.start == cue.start for other in statement.places("until"))
    return not is_preposition or any(0 <= date.start - cue.end <= MAX_GAP_CHARS for date in statement.dates)


def _deadline_in(statement: Statement) -> Candidate | None:
    cues = [cue for cue in statement.places("deadline") if _is_before_date(cue, statement)]
    date = statement.nearest_date(cues[0].end) if cues else None
    if date is None or date.day is None:
        return None
    form = _DEADLINE_FORMS.get(statement.language, "Deadline: {}")
    fact = event_of(statement, form.format(statement.heading.text), "deadline", date, is_future=True)
    if fact.start is None:
        return None
    return Candidate(replace(fact, place=None), statement.number, is_named=True, is_of_title=False)
