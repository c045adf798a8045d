"""Which statements are of one fact: two by two, then as groups in which nothing is held apart; pure.

An event is known by its day and its name, an agreement by its parties, its day and what it is about. Ordinals, years
and numbers of craft keep editions apart. Where all else agrees strongly, another date or place is a contradiction
within one fact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from models.vocabulary import AgreementStatus, FactKind
from perilune.dates import PartialDate, Precision
from pipeline.facts.making import FLIGHT_KINDS
from pipeline.facts.name_signs import NameLikeness, NameSigns, likeness_of
from pipeline.facts.towns import is_other_place, share_a_place
from pipeline.values import Fact

MAX_NEAR_DAYS = 3
MAX_SLIP_DAYS = 10
MAX_EDITION_DAYS = 400
MAX_FLIGHT_DAYS = 120
MAX_REPORT_DAYS = 10
MANY_SIGNS = 3
TWO = 2

LATER = frozenset({AgreementStatus.IN_FORCE, AgreementStatus.SUSPENDED, AgreementStatus.ENDED})
_FAMILIES = {"framework agreement": "framework", "letter of intent": "intent", "joint statement": "statement"}
_BROAD = frozenset({"agreement", "accession", "contract"})


class Tie(IntEnum):
    """How strongly two statements are held to be of one fact."""

    NONE = 0
    WEAK = 1
    GOOD = 2
    SURE = 3


@dataclass(frozen=True)
class Stated:
    """A fact as one version states it, with what it is compared by.

    `identity` is the same on every run; copies of an article have one `voice`; `sides` are the countries (or else the
    actors) that its parties stand for, `bodies` the organisations that stand for a country.
    """

    identity: str
    article: str
    voice: str
    first_seen_at: dt.datetime
    published: PartialDate | None
    language: str | None
    fact: Fact
    signs: NameSigns
    sides: frozenset[str] = frozenset()
    bodies: frozenset[tuple[str, str]] = frozenset()
    by_human: bool = False

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands among all, whatever the order of their coming."""
        return self.first_seen_at, self.article, self.fact.span.start, self.identity, self.fact.name

    @property
    def age(self) -> dt.date:
        """The day of its telling, as far as it is known."""
        return self.published.first if self.published else self.first_seen_at.date()


@dataclass(frozen=True)
class Verdicts:
    """What people said of pairs of statements, by their identities."""

    apart: frozenset[frozenset[str]] = frozenset()
    same: frozenset[frozenset[str]] = frozenset()


def groups_of(statements: Sequence[Stated], verdicts: Verdicts | None = None) -> list[list[Stated]]:
    """Group statements that are of one fact; the result does not depend on their order."""
    said = verdicts or Verdicts()
    alike: dict[object, list[Stated]] = {}
    for stated in sorted(statements, key=lambda each: each.order):
        alike.setdefault(_profile(stated, said), []).append(stated)
    leaders = [members[0] for members in alike.values()]
    grouped = _joined(leaders, said)
    members_of = {id(members[0]): members for members in alike.values()}
    full = [[stated for leader in group for stated in members_of[id(leader)]] for group in grouped]
    return [sorted(group, key=lambda each: each.order) for group in full]


def _profile(stated: Stated, said: Verdicts) -> object:
    """Tell what makes statements equal in all that is compared, so that copies are compared once."""
    is_named = any(stated.identity in pair for pair in (*said.apart, *said.same))
    fact = stated.fact
    told = (fact.name, fact.kind, fact.subkind, fact.status, fact.start, fact.end, fact.place, stated.sides)
    return (*told, fact.parties, stated.language, stated.voice, stated.identity if is_named else "")


def _joined(leaders: Sequence[Stated], said: Verdicts) -> list[list[Stated]]:
    group_of = {place: [place] for place in range(len(leaders))}
    for _, first, second in _ties_among(leaders, said):
        mine, theirs = group_of[first], group_of[second]
        if mine is theirs or any(_are_apart(leaders[a], leaders[b], said) for a in mine for b in theirs):
            continue
        mine.extend(theirs)
        group_of.update(dict.fromkeys(theirs, mine))
    unique = {id(group): group for group in group_of.values()}
    return [[leaders[place] for place in sorted(group)] for group in unique.values()]


def _ties_among(leaders: Sequence[Stated], said: Verdicts) -> list[tuple[int, int, int]]:
    ties = []
    for first, second in combinations(range(len(leaders)), 2):
        one, other = leaders[first], leaders[second]
        is_said = frozenset({one.identity, other.identity}) in said.same
        tie = Tie.SURE + 1 if is_said else tie_of(one, other)
        if tie:
            ties.append((-tie, first, second))
    return sorted(ties)


def _are_apart(one: Stated, other: Stated, said: Verdicts) -> bool:
    pair = frozenset({one.identity, other.identity})
    if pair in said.apart and len(pair) == TWO:
        return True
    return pair not in said.same and are_different(one, other)


def tie_of(one: Stated, other: Stated) -> Tie:
    """Say how strongly two statements are held to be of one fact."""
    if one.fact.kind is not other.fact.kind or are_different(one, other):
        return Tie.NONE
    rule: Callable[[Stated, Stated, NameLikeness], Tie] = (
        _tie_of_agreements if one.fact.kind is FactKind.AGREEMENT else _tie_of_events
    )
    tie = rule(one, other, likeness_of(one.signs, other.signs))
    # Two weakly alike facts of one text are two, or its writer would not have said both.
    return Tie.NONE if tie is Tie.WEAK and one.article == other.article else tie


def are_different(one: Stated, other: Stated) -> bool:
    """Tell whether something keeps two statements apart, however alike they read."""
    if one.fact.kind is not other.fact.kind:
        return True
    mine, theirs = one.signs, other.signs
    if _are_disjoint(mine.editions, theirs.editions) or _are_disjoint(mine.years, theirs.years):
        return True
    if _are_other_crafts(mine, theirs):
        return True
    if one.fact.kind is FactKind.AGREEMENT:
        return _are_other_agreements(one, other)
    return _family_of_event(one.fact) != _family_of_event(other.fact) or _is_another_year(one, other)


def _are_disjoint(one: frozenset[int], other: frozenset[int]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)


def _are_other_crafts(one: NameSigns, other: NameSigns) -> bool:
    crafts = dict(one.crafts), dict(other.crafts)
    if any(not _is_same_number(crafts[0][head], crafts[1][head]) for head in crafts[0].keys() & crafts[1].keys()):
        return True
    numbered = tuple({slug for slug in signs.actors if slug[-1].isdigit()} for signs in (one, other))
    return bool(numbered[0]) and bool(numbered[1]) and numbered[0].isdisjoint(numbered[1])


def _is_same_number(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _family_of_event(fact: Fact) -> str:
    return fact.subkind if fact.subkind in FLIGHT_KINDS or fact.subkind == "deadline" else "meeting"


def _is_another_year(one: Stated, other: Stated) -> bool:
    """Tell whether two dated events are too far apart to be one that is told with two dates."""
    days = days_apart(one.fact, other.fact)
    return days is not None and days > MAX_EDITION_DAYS


def days_apart(one: Fact, other: Fact) -> int | None:
    """Count the days between two starts, 0 where one may be the other; None where one is not known."""
    if one.start is None or other.start is None:
        return None
    return max(0, (one.start.first - other.start.last).days, (other.start.first - one.start.last).days)


def _is_exact(one: Fact, other: Fact) -> bool:
    return one.start is not None and one.start == other.start and one.start.precision is Precision.DAY


def _is_within(one: Fact, other: Fact) -> bool:
    """Tell whether one starts while the other goes on, as where a later day of a meeting is reported."""
    pairs = ((one, other), (other, one))
    return any(
        inner.start and outer.start and outer.end and outer.start.first <= inner.start.first <= outer.end.last
        for inner, outer in pairs
        if inner.start and inner.start.precision is Precision.DAY
    )


def _has_edition(one: Stated, other: Stated) -> bool:
    return bool(one.signs.editions & other.signs.editions)


def _tie_of_events(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    if one.fact.subkind in FLIGHT_KINDS:
        return _tie_of_flights(one, other, names)
    days = days_apart(one.fact, other.fact)
    if _is_exact(one.fact, other.fact):
        return _tie_of_one_day(one, other, names)
    is_edition = _has_edition(one, other) and names.is_alike and names.is_firm
    if days == 0 or _is_within(one.fact, other.fact):
        return Tie.GOOD if names.is_very_alike or is_edition else Tie.NONE
    if is_edition:
        return Tie.GOOD if names.is_very_alike else Tie.WEAK
    if days is None:
        return Tie.WEAK if _is_one_name(one, other, names) and _may_be_told_of(one, other) else Tie.NONE
    is_slip = days <= MAX_SLIP_DAYS and _is_one_name(one, other, names) and names.shared >= MANY_SIGNS
    return Tie.WEAK if is_slip else Tie.NONE


def _tie_of_one_day(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    """Compare meetings that begin on one day: they are one unless their names or places speak against it."""
    is_placed_apart = is_other_place(one.fact.place, other.fact.place)
    if _has_edition(one, other) or (names.is_alike and not is_placed_apart):
        return Tie.SURE
    if is_placed_apart:
        return Tie.NONE
    is_one_place = share_a_place(one.fact.place, other.fact.place)
    hosts = set(one.fact.parties) & set(other.fact.parties)
    has_one_end = one.fact.end is not None and one.fact.end == other.fact.end
    if has_one_end and (len(hosts) >= TWO or (is_one_place and hosts)):
        return Tie.GOOD
    if names.shared or names.is_other_subject:
        return Tie.NONE if names.is_other_subject else Tie.GOOD
    is_one_setting = is_one_place or len(one.sides & other.sides) >= TWO
    return Tie.GOOD if is_one_setting and (has_one_end or one.language != other.language) else Tie.NONE


def _is_one_name(one: Stated, other: Stated, names: NameLikeness) -> bool:
    return names.shared >= TWO and names.is_very_alike and one.signs.subject == other.signs.subject


def _may_be_told_of(one: Stated, other: Stated) -> bool:
    """Tell whether an undated statement was made near the other's date, or near its telling."""
    return any(
        abs((undated.age - (dated.fact.start.first if dated.fact.start else dated.age)).days) <= MAX_FLIGHT_DAYS
        for undated, dated in ((one, other), (other, one))
        if undated.fact.start is None
    )


def _tie_of_flights(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    """Compare launches, landings or dockings: a craft with a number flies once, any other on its day."""
    days = days_apart(one.fact, other.fact)
    is_numbered = bool(one.signs.crafts & other.signs.crafts) or any(
        slug[-1].isdigit() for slug in one.signs.actors & other.signs.actors
    )
    if days is not None and days <= 1 and names.is_alike:
        return Tie.SURE
    if not is_numbered:
        return Tie.NONE
    if days is None:
        return Tie.GOOD if _may_be_told_of(one, other) else Tie.NONE
    return Tie.GOOD if days <= MAX_FLIGHT_DAYS else Tie.NONE


def _are_other_agreements(one: Stated, other: Stated) -> bool:
    kinds = _family_of_agreement(one.fact), _family_of_agreement(other.fact)
    if kinds[0] != kinds[1] and None not in kinds:
        return True
    if _are_other_sides(one.sides, other.sides):
        return True
    days = days_apart(one.fact, other.fact)
    if days is None or LATER & {one.fact.status, other.fact.status}:
        return False
    return days > MAX_NEAR_DAYS


def _family_of_agreement(fact: Fact) -> str | None:
    """Name the family of a kind; None for a word that may stand for any."""
    if fact.subkind is None or fact.subkind in _BROAD:
        return None
    return _FAMILIES.get(fact.subkind, fact.subkind)


def _are_other_sides(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether each has a side that the other lacks; lists of many sides may be cut anywhere."""
    if not one or not other or one <= other or other <= one:
        return False
    return len(one & other) <= TWO


def _tie_of_agreements(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    if not one.sides & other.sides or _are_other_bodies(one, other, names):
        return Tie.NONE
    if LATER & {one.fact.status, other.fact.status}:
        return _tie_with_later_status(one, other, names)
    return Tie.NONE if names.is_other_subject else _tie_by_dates(one, other, names)


def _tie_by_dates(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    is_pair = len(one.sides & other.sides) >= TWO
    days = days_apart(one.fact, other.fact)
    if _is_exact(one.fact, other.fact):
        return Tie.SURE if is_pair else Tie.GOOD if names.is_alike else Tie.NONE
    if days is None:
        return _tie_without_date(one, other, names)
    if days == 0:
        return _tie_of_vague_dates(one, other, names)
    return Tie.WEAK if days <= MAX_NEAR_DAYS and names.is_alike and is_pair else Tie.NONE


def _tie_of_vague_dates(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    if len(one.sides & other.sides) < TWO:
        return Tie.NONE
    starts = [fact.start for fact in (one.fact, other.fact) if fact.start is not None]
    has_year_only = any(start.precision is Precision.YEAR for start in starts)
    is_said_little = not one.signs.subject or not other.signs.subject
    if names.is_alike:
        return Tie.GOOD
    return Tie.GOOD if is_said_little and not has_year_only and one.sides == other.sides else Tie.NONE


def _tie_without_date(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    """Compare agreements of which one is undated: by its subject, or because both were told at one time."""
    if one.sides != other.sides or len(one.sides) < TWO:
        return Tie.NONE
    is_near = any(
        abs((undated.age - (dated.fact.start.last if dated.fact.start else dated.age)).days) <= MAX_REPORT_DAYS
        for undated, dated in ((one, other), (other, one))
        if undated.fact.start is None
    )
    is_very_alike = names.shared >= TWO and names.is_very_alike
    if is_near:
        return Tie.GOOD
    return Tie.WEAK if is_very_alike and one.signs.subject & other.signs.subject else Tie.NONE


def _tie_with_later_status(one: Stated, other: Stated, names: NameLikeness) -> Tie:
    """Join what became of an agreement to its signing; a suspension has a date of its own."""
    if not (one.sides <= other.sides or other.sides <= one.sides):
        return Tie.NONE
    is_alike = names.is_alike and not names.is_other_subject
    if one.fact.status == other.fact.status and _is_exact(one.fact, other.fact) and not names.is_other_subject:
        return Tie.GOOD
    is_specific = bool(one.signs.subject & other.signs.subject) or bool(one.signs.actors & other.signs.actors)
    return Tie.WEAK if is_alike and is_specific and _comes_after(one, other) else Tie.NONE


def _comes_after(one: Stated, other: Stated) -> bool:
    """Tell whether statuses and dates are in one order: nothing is suspended before it is signed."""
    stages = list(AgreementStatus)
    first, last = sorted((one, other), key=lambda each: stages.index(AgreementStatus(each.fact.status)))
    if first.fact.start is None or last.fact.start is None:
        return True
    return first.fact.start.first <= last.fact.start.last


def _are_other_bodies(one: Stated, other: Stated, names: NameLikeness) -> bool:
    """Tell whether another organisation of the same country agrees, and the names do not say that it is one subject."""
    if names.is_very_alike and one.signs.subject & other.signs.subject:
        return False
    for side in one.sides & other.sides:
        mine, theirs = ({slug for country, slug in each.bodies if country == side} for each in (one, other))
        if mine and theirs and mine.isdisjoint(theirs):
            return True
    return False


def sides_of(parties: Sequence[str], country_of: Mapping[str, str | None]) -> frozenset[str]:
    """Name the countries that parties are or stand for; parties of one country, or of none, stand for themselves."""
    countries = frozenset(country_of.get(party) or party for party in parties)
    return countries if len(countries) > 1 or len(set(parties)) == 1 else frozenset(parties)


def bodies_of(parties: Sequence[str], country_of: Mapping[str, str | None]) -> frozenset[tuple[str, str]]:
    """Pair the organisations among parties with their countries."""
    return frozenset((country, party) for party in parties if (country := country_of.get(party)) is not None)
