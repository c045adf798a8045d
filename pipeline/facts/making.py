"""What every finder of events needs: a candidate made of a name and a date, its kind, start and status."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from models.vocabulary import EventStatus, FactKind
from perilune.dates import PartialDate
from pipeline.facts.date_shapes import StatedDate
from pipeline.facts.places import place_in
from pipeline.facts.sentences import Statement
from pipeline.values import Fact

MAX_NAME_CHARS = 160
CRAFT_KINDS = frozenset({"mission", "programme"})
MAX_HOSTS = 8
FLIGHT_KINDS = frozenset({"launch", "landing", "docking"})
VAGUE_KINDS = frozenset({"happening", "report", "ceremony"})
"""Kinds that say little of what happens: beside a kind that says more, they are another word for it."""

_SUBKINDS = (
    ("workshop", r"workshop|seminar|研讨会|研讨班|培训|讲习|семинар|практикум|atelier|taller|masterclass|training"),
    (
        "ceremony",
        (
            r"ceremony|inauguration|opening|handover|unveiling|celebration|典礼|庆典|открыти|вручени|годовщин"
            r"|ouverture|仪式|揭牌|церемони|ceremonie|ceremonia|anniversar|周年|юбиле"
        ),
    ),
    ("session", r"sessions?|meeting|assembly|subcommittee|届会|会议|例会|заседани|сесси|session|reunion|council"),
    ("conference", r"."),
)


@dataclass(frozen=True)
class Candidate:
    """An event that a sentence may report, with what speaks for it: see `weighing`."""

    fact: Fact
    number: int
    """Which sentence of the article says so, counted from 0."""
    is_named: bool
    """Whether the name is one of its own, such as an edition's or a spacecraft's."""
    is_of_title: bool
    """Whether the title speaks of the same."""
    is_inferred: bool = False
    """Whether its date is only the publication's."""
    is_untold: bool = False
    """Whether a weekday is told that the publication date is too vague to place."""
    is_of_signing: bool = False
    """Whether the title or the sentence tells of a signature."""
    is_listed: bool = False
    """Whether it stands in a list of editions, or is the encounter that the title reports."""
    signs: tuple[str, ...] = ()
    """What its sentence and the title say for it or against it: see `signs`."""


def event_of(
    statement: Statement, name: str, subkind: str, date: StatedDate | None, *, is_future: bool | None = None
) -> Fact:
    """Make an event of a name and a date of its sentence; its status is still open."""
    start, end = statement.date_at(date, name=name, is_future=is_future)
    hosts = dict.fromkeys(each.actor.slug for each in statement.named if each.actor.kind not in CRAFT_KINDS)
    return Fact(
        FactKind.EVENT,
        " ".join(name.split())[:MAX_NAME_CHARS].strip(" ,.;:-—"),
        statement.span,
        "",
        subkind=subkind,
        start=start,
        end=end,
        place=place_in(statement, date),
        parties=tuple(hosts)[:MAX_HOSTS],
        countries=statement.countries,
    )


def subkind_of(name: str) -> str:
    """Tell the kind of a meeting by its name."""
    return next(subkind for subkind, pattern in _SUBKINDS if re.search(pattern, name, re.IGNORECASE))


def with_status(fact: Fact, statement: Statement) -> Fact:
    """Say whether an event is announced, held, postponed or cancelled; a status already known stays."""
    if fact.status:
        return fact
    if statement.has("cancelled"):
        return replace(fact, status=str(EventStatus.CANCELLED))
    if statement.has("postponed"):
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
