"""What else happens on a day: openings, impacts, storms, tests, and what the lead says that the title reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from perilune.dates import PartialDate
from pipeline.facts.date_shapes import StatedDate
from pipeline.facts.flights import flight_of_title
from pipeline.facts.making import Candidate, event_of
from pipeline.facts.meeting_names import name_after
from pipeline.facts.sentences import Statement
from pipeline.values import Fact

REPORT_NUMBER = 4
TITLED_GROUPS = ("opening", "ceremony", "happening")
MAX_STAMP_CHARS = 70
_OPENING_FORMS = {"zh": "{}{}", "ru": "Открытие: {}", "fr": "Inauguration : {}", "": "Opening of {}"}
_QUOTED = re.compile(r"[“「《«\"](?P<name>[^”」》»\"\n]{3,60})[”」》»\"]")


def happening_in(statement: Statement) -> Candidate | None:
    """Find what happens on a day that the sentence tells; it is called as the title has it, or by its own name."""
    day = next((date for date in statement.dates if _is_day(date)), None)
    groups = [group for group in ("opening", "happening") if statement.has(group)]
    if day is None or not (groups or statement.number <= REPORT_NUMBER):
        return None
    subkind = {"opening": "ceremony", "happening": "happening"}.get(groups[0], "") if groups else "report"
    name = _opened(statement) if subkind == "ceremony" else ""
    is_of_title = statement.heading.has(*groups, "ceremony" if subkind == "ceremony" else "happening")
    flight = flight_of_title(statement) if not name and not is_of_title else None
    if flight is not None:
        name, subkind = flight
    is_named = bool(name)
    fact = event_of(statement, name or statement.heading.text, subkind, day)
    if _is_stamp(statement, fact):
        return None
    return Candidate(
        fact,
        statement.number,
        is_named=is_named,
        is_of_title=is_of_title or flight is not None,
        is_of_signing=statement.heading.has("signing") or statement.has("signing"),
    )


def titled_happening(lead: Sequence[Statement], dateline: PartialDate | None) -> Candidate | None:
    """Date what a title reports as news, where no sentence of the lead tells a day, by dateline or publication."""
    first, published = lead[0], lead[0].document.published
    groups = [group for group in TITLED_GROUPS if first.heading.has(group)]
    is_dated = any(_is_day(date) for statement in lead for date in statement.dates)
    if not groups or is_dated or published is None or first.heading.has("future") or first.is_future:
        return None
    start = dateline or PartialDate(published.year, published.month)
    subkind = "happening" if groups[0] == "happening" else "ceremony"
    fact = replace(event_of(first, first.heading.text, subkind, None), start=start)
    return Candidate(fact, first.number, is_named=False, is_of_title=True, is_inferred=True)


def _is_day(date: StatedDate) -> bool:
    return any(value is not None for value in (date.day, date.weekday, date.day_offset, date.week_offset))


def _is_stamp(statement: Statement, fact: Fact) -> bool:
    """Tell whether a short line only repeats when the page was printed."""
    return (
        fact.start == statement.document.published
        and len(statement.text) < MAX_STAMP_CHARS
        and any(date.year and date.day for date in statement.dates)
    )


def _opened(statement: Statement) -> str:
    """Name what is opened: what stands after the verb, or in quotation marks; empty when the title says it better."""
    verb = statement.places("opening")[0]
    if statement.language == "zh":
        quoted = _QUOTED.search(statement.shape, 0, verb.end)
        return (
            f"{statement.text[quoted.start(1) : quoted.end(1)]}{statement.text[verb.start : verb.end]}"
            if quoted
            else ""
        )
    if statement.heading.has("opening", "ceremony"):
        return ""
    name = name_after(statement.text, statement.lower, verb.end)
    if any(date.start < verb.end + len(name) + 2 and verb.end <= date.start for date in statement.dates):
        return ""
    form = _OPENING_FORMS.get(statement.language, _OPENING_FORMS[""])
    return form.format(name) if name else ""
