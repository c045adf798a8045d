"""What every finder of events needs: the fact made of a name and a date, its kind, start and status."""

from __future__ import annotations

import re
from dataclasses import replace

from models.vocabulary import EventStatus, FactKind
from perilune.dates import PartialDate
from pipeline.facts.dates import StatedDate
from pipeline.facts.places import place_in
from pipeline.facts.sentences import Statement
from pipeline.values import Fact

MAX_NAME_CHARS = 160
CRAFT_KINDS = frozenset({"mission", "programme"})
MAX_HOSTS = 8

_SUBKINDS = (
    ("workshop", r"workshop|seminar|研讨会|семинар|atelier|taller"),
    ("ceremony", r"ceremony|inauguration|仪式|церемони|ceremonie|ceremonia"),
    ("session", r"sessions?|meeting|assembly|subcommittee|届会|会议|заседани|сесси|session|reunion|council"),
    ("conference", r"."),
)
_CANCELLED = re.compile(r"\b(?:cancel\w*|called off)\b|取消|\bотмен\w+|\bannule\w*", re.IGNORECASE)
_POSTPONED = re.compile(
    r"\b(?:postpone\w*|rescheduled|put off)\b|推迟|延期|\bперенес\w+|\bотложен\w*|\breporte\w*\b", re.IGNORECASE
)
_END_ONLY = re.compile(r"\b(?:runs? (?:to|until)|until|till|by|before|no later than)\s*$", re.IGNORECASE)


def event_of(
    statement: Statement, name: str, subkind: str, date: StatedDate | None, *, is_future: bool | None = None
) -> Fact:
    """Make an event of a name and a date of its sentence; its status is still open."""
    start, end = statement.date_at(date, name=name, is_future=is_future)
    return Fact(
        FactKind.EVENT,
        " ".join(name.split())[:MAX_NAME_CHARS].strip(" ,.;:-"),
        statement.span,
        "",
        subkind=subkind,
        start=start,
        end=end,
        place=place_in(statement, date),
        parties=tuple(dict.fromkeys(each.actor.slug for each in statement.named if each.actor.kind not in CRAFT_KINDS))[
            :8
        ],
        countries=statement.countries,
    )


def start_date_in(statement: Statement) -> StatedDate | None:
    """Find the first date that may be the start of an event; `until 11 April` is an end only."""
    return next(
        (
            date
            for date in statement.dates
            if (date.month or date.weekday is not None or date.day)
            and not _END_ONLY.search(statement.shape[: date.start])
        ),
        None,
    )


def subkind_of(name: str) -> str:
    """Tell the kind of a meeting by its name."""
    return next(subkind for subkind, pattern in _SUBKINDS if re.search(pattern, name, re.IGNORECASE))


def with_status(fact: Fact, statement: Statement) -> Fact:
    """Say whether an event is announced, held, postponed or cancelled; a status already known stays."""
    if fact.status:
        return fact
    if _CANCELLED.search(statement.shape):
        return replace(fact, status=str(EventStatus.CANCELLED))
    if _POSTPONED.search(statement.shape):
        return replace(fact, status=str(EventStatus.POSTPONED))
    is_future = _is_to_come(fact.start, fact.end, statement.document.published)
    if is_future is None:
        is_future = bool(statement.is_future)
    return replace(fact, status=str(EventStatus.ANNOUNCED if is_future else EventStatus.HELD))


def _is_to_come(start: PartialDate | None, end: PartialDate | None, published: PartialDate | None) -> bool | None:
    """Compare an event with the publication; None when they overlap or either is not known."""
    if start is None or published is None:
        return None
    if start.first > published.last:
        return True
    return False if (end or start).last < published.first else None
