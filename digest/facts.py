"""Which agreements and events an issue prints; pure, and apart from composition because the rules are their own."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Sequence

from digest.candidates import Candidate, NotedFact
from digest.content import FactEntry
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from perilune.dates import PartialDate, Precision

RECENT = dt.timedelta(days=30)
STATUS_CHANGES = frozenset({AgreementStatus.SUSPENDED, AgreementStatus.ENDED})
STILL_TO_COME = frozenset({EventStatus.ANNOUNCED, EventStatus.POSTPONED})
MIN_PARTIES = 2


def new_agreements(candidates: Sequence[Candidate], due_on: dt.date, older: frozenset[str]) -> tuple[FactEntry, ...]:
    """Choose the agreements that are news, each once, in the order of the candidates.

    News is what is dated within 30 days, what is suspended or ended, and what an article that is itself new reports
    as signed or proposed without a date. `older` are the keys of older documents.
    """
    return _each_once(
        fact
        for candidate in candidates
        for fact in candidate.facts
        if fact.entry.kind == FactKind.AGREEMENT and is_news(fact, due_on, is_old=candidate.key in older)
    )


def is_news(fact: NotedFact, due_on: dt.date, *, is_old: bool) -> bool:
    """Tell whether an agreement is news on the due day rather than background."""
    if fact.is_known:
        return False
    if fact.start is not None and fact.start.last >= due_on - RECENT:
        return True
    if is_old:
        return False
    if fact.entry.status in STATUS_CHANGES:
        return True
    return fact.start is None and fact.entry.status in {AgreementStatus.SIGNED, AgreementStatus.PROPOSED}


def coming_events(candidates: Sequence[Candidate], due_on: dt.date) -> tuple[FactEntry, ...]:
    """Choose the events that begin after the due day, each once, the nearest first."""
    coming = [
        fact
        for candidate in candidates
        for fact in candidate.facts
        if fact.entry.kind == FactKind.EVENT and _is_coming(fact, due_on)
    ]
    return _each_once(sorted(coming, key=lambda fact: (_first_day(fact.start), fact.entry.name)))


def _is_coming(fact: NotedFact, due_on: dt.date) -> bool:
    if fact.start is None or fact.entry.status == EventStatus.HELD:
        return False
    # A month or a year that has begun may still lie ahead where the text announces the event.
    return fact.start.first > due_on or (fact.entry.status in STILL_TO_COME and fact.start.last > due_on)


def _first_day(date: PartialDate | None) -> dt.date:
    return date.first if date else dt.date.max


def _each_once(facts: Iterable[NotedFact]) -> tuple[FactEntry, ...]:
    seen: set[Hashable] = set()
    entries = []
    for fact in facts:
        identities = set(_identities(fact))
        if not identities & seen:
            entries.append(fact.entry)
        seen |= identities
    return tuple(entries)


def _identities(fact: NotedFact) -> Iterator[Hashable]:
    """Yield what makes two facts one: the same name, or the same parties on the same day (names differ by language)."""
    yield from agreement_identities(fact.entry) if fact.entry.kind == FactKind.AGREEMENT else event_identities(fact)
    is_exact = fact.start is not None and fact.start.precision == Precision.DAY
    if is_exact and len(fact.party_slugs) >= MIN_PARTIES:
        yield (fact.entry.subkind, tuple(sorted(fact.party_slugs)), fact.start, fact.entry.status)


def agreement_identities(entry: FactEntry) -> Iterator[Hashable]:
    """Yield the name with the parties and the status: an agreement that changes its status is news again."""
    yield (plain_name(entry.name), tuple(sorted(entry.parties)), entry.status)


def event_identities(fact: NotedFact) -> Iterator[Hashable]:
    """Yield the name with the start: two editions of a yearly workshop are two events."""
    yield (plain_name(fact.entry.name), fact.start)


def plain_name(name: str) -> str:
    """Fold case, width, marks and spaces, for comparing names."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in folded).split())
