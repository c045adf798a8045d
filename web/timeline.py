"""The timeline of a story: what its facts say became of things and when, and when it was reported; pure.

Apart from the view of a story because it is worked out from plain values, the same for page, API and command line.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from models.facts import StatusAt, status_at, status_history
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from perilune.dates import PartialDate, Precision
from web.facts_view import FactLine, WitnessView
from web.labels import date_in_words
from web.names import Named
from web.translations import TranslationView

DAYS_WITHOUT_MONTHS = 62
"""A timeline of more days than this is cut into months."""
Stated = Sequence[WitnessView]


class DevelopmentKind(StrEnum):
    """What an entry of a timeline is."""

    EVENT = "event"
    AGREEMENT = "agreement"
    REPORT = "report"
    """Articles of one day that state no fact, or are the first."""


@dataclass(frozen=True)
class Report:
    """An article of the story, and the day that it is from: where none is stated, that on which it was first seen."""

    key: str
    title: str
    source: Named
    language: str | None
    day: PartialDate
    is_dated: bool
    link: str


@dataclass(frozen=True)
class Development:
    """An entry of a timeline, with the article that says so, and those that say the same.

    `is_told` tells that the date is that of the report, since none is stated of the thing itself; `quote` is empty
    where the same words stand at an earlier entry.
    """

    kind: DevelopmentKind
    date: PartialDate
    until: PartialDate | None = None
    is_told: bool = False
    is_to_come: bool = False
    what: str = ""
    language: str | None = None
    status: str | None = None
    subkind: str | None = None
    place: str | None = None
    fact_key: str | None = None
    disputed: tuple[str, ...] = ()
    witness: WitnessView | None = None
    quote: str = ""
    translation: TranslationView | None = None
    """Of the quotation."""
    also: tuple[WitnessView, ...] = ()
    reports: tuple[Report, ...] = ()
    is_first_report: bool = False


@dataclass(frozen=True)
class Month:
    """The developments of a month; without a name where the timeline is short."""

    name: str
    developments: tuple[Development, ...] = field(default=())


def timeline_of(
    facts: Iterable[FactLine], reports: Sequence[Report], *, today: dt.date, reader_language: str = "en"
) -> tuple[Development, ...]:
    """List what became of things in a story, by date; facts keep the witnesses that are among its articles.

    Of several witnesses, one in the reader's language goes first, and a copy last.
    """
    days = {report.key: report.day for report in reports}
    found: list[Development] = []
    for fact in facts:
        stated = [each for each in fact.witnesses if each.article_key in days]
        stated.sort(key=lambda each: (not each.by_human, each.is_copy, each.language != reader_language))
        if stated and fact.kind is FactKind.AGREEMENT:
            found += _of_agreement(fact, stated, days)
        elif stated:
            found += _of_event(fact, stated, days, today)
    shown = {each.article_key for one in found if one.witness for each in (one.witness, *one.also)}
    found += _reports(reports, shown)
    dated = [_told_whether_to_come(each, today) for each in found]
    return tuple(_said_once(sorted(dated, key=_order)))


def _order(entry: Development) -> tuple[dt.date, dt.date, bool, str, str]:
    end = entry.until or entry.date
    begin = entry.date.last if entry.is_to_come and entry.until is None else entry.date.first
    return begin, end.last, entry.kind is not DevelopmentKind.REPORT, entry.fact_key or "", str(entry.status)


def _of_agreement(fact: FactLine, stated: Stated, days: Mapping[str, PartialDate]) -> Iterator[Development]:
    """Tell when it was proposed, signed, in force ...: by its own dates, a plan by the day of the report."""
    for each in _history(fact, stated, days):
        witnesses = [one for one in stated if one.status == each.status]
        is_told = each.status == AgreementStatus.PROPOSED or all(one.start_on is None for one in witnesses)
        yield _development(fact, each, witnesses, is_told=is_told)


def _of_event(fact: FactLine, stated: Stated, days: Mapping[str, PartialDate], today: dt.date) -> Iterator[Development]:
    """Tell when it was announced, postponed or called off, and when it is or was held."""
    history = _history(fact, stated, days)
    held = [each for each in stated if each.status == EventStatus.HELD]
    start = _date_among(held or stated, fact.start_on)
    for each in history:
        is_plan = each.status != EventStatus.HELD
        is_late = each.status == EventStatus.ANNOUNCED and start is not None and _is_at_hand(start, each.since)
        if (is_plan and not is_late) or start is None:
            yield _development(fact, each, [one for one in stated if one.status == each.status], is_told=True)
    status = EventStatus.HELD if held else history[-1].status
    is_on = status != EventStatus.CANCELLED and not (status == EventStatus.POSTPONED and start and start.last < today)
    if start is not None and is_on:
        witnesses = held or [each for each in stated if each.status == status]
        entry = _development(fact, StatusAt(status, start), witnesses, is_told=False)
        end = next((each.end_on for each in witnesses if each.start_on == start and each.end_on), None)
        yield replace(entry, until=end if end and end.last > start.last else None)


def _is_at_hand(start: PartialDate, told: PartialDate) -> bool:
    """Tell whether a thing had begun when it was told of; one of which a month or a year is known, only after that."""
    return told.first >= (start.first if start.precision is Precision.DAY else start.last)


def _history(fact: FactLine, stated: Stated, days: Mapping[str, PartialDate]) -> tuple[StatusAt, ...]:
    told = (status_at(fact.kind, each.status, each.start_on, days[each.article_key]) for each in stated)
    return status_history(told)


def _date_among(stated: Stated, settled: PartialDate | None) -> PartialDate | None:
    """Choose the date that is shown for the fact where these witnesses state it, else the first that they state."""
    dates = [each.start_on for each in stated if each.start_on is not None]
    return settled if settled in dates else next(iter(dates), None)


def _development(fact: FactLine, at: StatusAt, witnesses: Stated, *, is_told: bool) -> Development:
    first, *others = witnesses
    return Development(
        kind=DevelopmentKind(fact.kind),
        date=at.since,
        is_told=is_told,
        what=first.name,
        language=first.language,
        status=at.status,
        subkind=first.subkind or fact.subkind,
        place=first.place or fact.place,
        fact_key=fact.key,
        disputed=fact.disputed,
        witness=first,
        quote=first.quote,
        also=tuple({each.article_key: each for each in others if each.article_key != first.article_key}.values()),
    )


def _reports(reports: Sequence[Report], shown: Iterable[str]) -> Iterator[Development]:
    """Fold by day the articles that bring no fact; the first day stands in any case."""
    by_day: dict[PartialDate, list[Report]] = {}
    for report in sorted(reports, key=lambda each: (each.day.first, each.day.last, each.key)):
        by_day.setdefault(report.day, []).append(report)
    brought = set(shown)
    for number, (day, of_day) in enumerate(by_day.items()):
        told = of_day if number == 0 else [each for each in of_day if each.key not in brought]
        if told:
            yield Development(DevelopmentKind.REPORT, day, reports=tuple(told), is_first_report=number == 0)


def _told_whether_to_come(entry: Development, today: dt.date) -> Development:
    is_open = entry.date.precision is not Precision.DAY and entry.status == EventStatus.ANNOUNCED
    if entry.kind is DevelopmentKind.REPORT:
        return entry
    is_to_come = entry.date.first > today or (is_open and not entry.is_told and entry.date.last >= today)
    return replace(entry, is_to_come=is_to_come)


def _said_once(entries: Iterable[Development]) -> Iterator[Development]:
    """Leave words out that stand at an earlier entry of the same fact."""
    said: set[tuple[str | None, str]] = set()
    for entry in entries:
        mark = (entry.fact_key, entry.quote)
        yield replace(entry, quote="") if entry.quote and mark in said else entry
        said.add(mark)


def months_of(timeline: Sequence[Development]) -> tuple[Month, ...]:
    """Cut a long timeline into months; a short one stays whole."""
    if not timeline:
        return ()
    if (timeline[-1].date.first - timeline[0].date.first).days <= DAYS_WITHOUT_MONTHS:
        return (Month("", tuple(timeline)),)
    grouped = itertools.groupby(timeline, key=lambda each: PartialDate(each.date.year, each.date.month))
    return tuple(Month(date_in_words(month), tuple(entries)) for month, entries in grouped)
