"""What is shown of a fact with several witnesses: what most of them state, most exactly, and where they contradict.

Nothing is averaged: every value is one that a witness states, and a person's own goes before all others.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from models.facts import STAGES, status_at
from models.vocabulary import AgreementStatus, EventStatus, FactKind
from perilune.dates import PartialDate, Precision
from pipeline.facts.same import LATER, Stated
from pipeline.facts.towns import is_other_place

NAMES_LANGUAGE = "en"
_PRECISIONS = list(Precision)

Value = TypeVar("Value")
Votes = list[tuple[Value, Stated]]


@dataclass(frozen=True)
class Shown:
    """The values of a fact; `disputed` names the fields in which witnesses contradict each other."""

    kind: FactKind
    name: str
    status: str
    subkind: str | None
    start: PartialDate | None
    end: PartialDate | None
    place: str | None
    parties: tuple[str, ...]
    countries: tuple[str, ...]
    disputed: tuple[str, ...]


def shown_of(group: Sequence[Stated]) -> Shown:
    """Choose what is shown of the statements of one fact."""
    deciding = [each for each in group if each.by_human] or _without_what_was_put_off(group)
    status = _status_of(deciding)
    start, starts = _date_of(deciding, group)
    ends = [(each.fact.end, each) for each in deciding if each.fact.end and _agree(each.fact.start, start)]
    end = _most_exact(_largest_camp(ends, _agree)) if ends else None
    place, places = _place_of(deciding, group)
    parties = _parties_of(deciding)
    disputed = [
        name
        for name, is_disputed in (
            ("start_on", starts),
            ("end_on", len(_camps(ends, _agree)) > 1),
            ("place", places),
            ("status", _is_status_disputed(group)),
        )
        if is_disputed
    ]
    return Shown(
        kind=group[0].fact.kind,
        name=_name_of(deciding),
        status=status,
        subkind=_most_stated([(each.fact.subkind, each) for each in deciding if each.fact.subkind]),
        start=start,
        end=end if end is not None and start is not None and end.last > start.first else None,
        place=place,
        parties=parties,
        countries=_countries_of(deciding),
        disputed=tuple(disputed),
    )


def _since(stated: Stated) -> dt.date:
    told = stated.published or PartialDate.of(stated.first_seen_at.date())
    return status_at(stated.fact.kind, stated.fact.status, stated.fact.start, told).since.first


def _without_what_was_put_off(group: Sequence[Stated]) -> list[Stated]:
    """Leave out what was told of a date before the event was put off to another."""
    moved = [each for each in group if each.fact.status == EventStatus.POSTPONED and each.fact.start is not None]
    if not moved:
        return list(group)
    latest = max(each.age for each in moved)
    return [each for each in group if each.age >= latest]


def _weight(votes: Iterable[Stated]) -> int:
    """Count voices; copies of one article have one."""
    return len({each.voice for each in votes})


def _camps(votes: Votes[Value], agree: Callable[[Value, Value], bool]) -> list[Votes[Value]]:
    """Put together what does not contradict; a vague value joins the largest camp that it fits."""
    camps: list[Votes[Value]] = []
    for value, stated in sorted(votes, key=lambda vote: _rank(vote[0])):
        fitting = [camp for camp in camps if all(agree(value, other) for other, _ in camp)]
        if fitting:
            max(fitting, key=lambda camp: _weight(each for _, each in camp)).append((value, stated))
        else:
            camps.append([(value, stated)])
    return camps


def _rank(value: object) -> tuple[int, str]:
    exactness = _PRECISIONS.index(value.precision) if isinstance(value, PartialDate) else len(str(value))
    return -exactness, str(value)


def _largest_camp(votes: Votes[Value], agree: Callable[[Value, Value], bool]) -> Votes[Value]:
    camps = _camps(votes, agree)
    return max(camps, key=lambda camp: (_weight(each for _, each in camp), -camps.index(camp)))


def _agree(one: PartialDate | None, other: PartialDate | None) -> bool:
    return one is None or other is None or (one.first <= other.last and other.first <= one.last)


def _most_exact(camp: Votes[PartialDate]) -> PartialDate:
    finest = max(_PRECISIONS.index(value.precision) for value, _ in camp)
    exact = [(value, each) for value, each in camp if _PRECISIONS.index(value.precision) == finest]
    value = _most_stated(exact)
    assert value is not None
    return value


def _most_stated(votes: Votes[Value]) -> Value | None:
    """Choose the value with most voices; among equals, the one that was told first."""
    voices: dict[Value, set[str]] = {}
    for value, stated in sorted(votes, key=lambda vote: vote[1].order):
        voices.setdefault(value, set()).add(stated.voice)
    return max(voices, key=lambda value: len(voices[value]), default=None)


def _date_of(deciding: Sequence[Stated], group: Sequence[Stated]) -> tuple[PartialDate | None, bool]:
    """Choose the start; of an agreement that has been signed, only the signing's date counts."""
    early = [each for each in deciding if each.fact.status not in LATER] or deciding
    signed = [each for each in early if each.fact.status == AgreementStatus.SIGNED and each.fact.start]
    votes = [(each.fact.start, each) for each in signed or early if each.fact.start]
    if not votes:
        return None, False
    told = [
        (each.fact.start, each) for each in group if each.fact.start and each.fact.status not in {*LATER, "proposed"}
    ]
    return _most_exact(_largest_camp(votes, _agree)), len(_camps(told, _agree)) > 1


def _place_of(deciding: Sequence[Stated], group: Sequence[Stated]) -> tuple[str | None, bool]:
    def agree(one: str, other: str) -> bool:
        return not is_other_place(one, other)

    votes = [(each.fact.place, each) for each in deciding if each.fact.place]
    told = [(each.fact.place, each) for each in group if each.fact.place]
    place = _most_stated(_in_english(_largest_camp(votes, agree))) if votes else None
    return place, len(_camps(told, agree)) > 1


def _in_english(votes: Votes[Value]) -> Votes[Value]:
    """Keep what is stated in the language of the pages, if anything is: a translation is no other statement."""
    return [(value, each) for value, each in votes if each.language == NAMES_LANGUAGE] or votes


def _name_of(deciding: Sequence[Stated]) -> str:
    votes = _in_english([(each.fact.name, each) for each in deciding])
    # A name that states its edition says more than one that does not.
    numbered = [(name, each) for name, each in votes if each.signs.editions]
    name = _most_stated(numbered or votes)
    assert name is not None
    return name


def _status_of(deciding: Sequence[Stated]) -> str:
    """Choose the status of the latest date; of one day, what most state, then the later stage.

    What is said to have been held is announced no more.
    """
    is_past = any(each.fact.status == EventStatus.HELD for each in deciding)
    telling = [each for each in deciding if not (is_past and each.fact.status == EventStatus.ANNOUNCED)]
    latest = max(_since(each) for each in telling)
    last = [each for each in telling if _since(each) == latest]
    voices = Counter({status: _weight(x for x in last if x.fact.status == status) for status in STAGES})
    return max(STAGES, key=lambda status: (voices[status], STAGES.index(status)))


def _is_status_disputed(group: Sequence[Stated]) -> bool:
    """Tell whether an event is said to have been held and to have been called off."""
    said = {each.fact.status for each in group}
    return {EventStatus.HELD, EventStatus.CANCELLED} <= said


def _parties_of(deciding: Sequence[Stated]) -> tuple[str, ...]:
    """Choose the list of parties that most state; among equals the longest, then the one with most organisations."""
    voices: dict[frozenset[str], set[str]] = {}
    first: dict[frozenset[str], tuple[str, ...]] = {}
    for stated in sorted(deciding, key=lambda each: each.order):
        if stated.fact.parties:
            parties = frozenset(stated.fact.parties)
            voices.setdefault(parties, set()).add(stated.voice)
            first.setdefault(parties, stated.fact.parties)
    if not voices:
        return ()

    def worth(parties: frozenset[str]) -> tuple[int, int, int]:
        return len(voices[parties]), len(parties), sum(not party.isupper() for party in parties)

    return first[max(voices, key=worth)]


def _countries_of(deciding: Sequence[Stated]) -> tuple[str, ...]:
    """Name the countries that at least half of the voices name, in the order of their naming."""
    voices: dict[str, set[str]] = {}
    for stated in sorted(deciding, key=lambda each: each.order):
        for country in stated.fact.countries:
            voices.setdefault(country, set()).add(stated.voice)
    speaking = _weight(each for each in deciding if each.fact.countries)
    return tuple(country for country, heard in voices.items() if 2 * len(heard) >= speaking)


def days_of(shown: Shown) -> tuple[dt.date | None, dt.date | None]:
    """Bound the days of a fact: the earliest that it may have begun, the latest that it may have ended."""
    if shown.start is None:
        return None, None
    return shown.start.first, max(shown.start.last, (shown.end or shown.start).last)
