"""Agreements that sentences report: kind, title, parties, date and how far they have come."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.vocabulary import ORGANISATIONS, AgreementStatus, FactKind
from perilune.dates import PartialDate
from pipeline.facts.agreement_titles import tidy, title_of
from pipeline.facts.cues import Cue
from pipeline.facts.date_shapes import StatedDate
from pipeline.facts.sentences import Statement, statement_of_title
from pipeline.values import Fact

MAX_DAYS_TO_PUBLICATION = 31
LEAD_NUMBER = 2
MAX_PARTIES = 16
MAX_GAP_CHARS = 14
MAX_BARE_CHARS = 4
MAX_NEGATION_GAP = 8
MAX_SIGNED_GAP = 30
MIN_SIDES = 2
MAX_WITH_CHARS = 90
MAX_DATE_AFTER = 40
MAX_DATE_BEFORE = 12
KINDS = {
    "mou": "MoU",
    "joint_statement": "joint statement",
    "letter_of_intent": "letter of intent",
    "framework_agreement": "framework agreement",
    "accession": "accession",
    "contract": "contract",
    "agreement": "agreement",
    "paper": "agreement",
}
STATUSES = {
    "ended": AgreementStatus.ENDED,
    "suspended": AgreementStatus.SUSPENDED,
    "in_force": AgreementStatus.IN_FORCE,
    "proposed": AgreementStatus.PROPOSED,
    "signed": AgreementStatus.SIGNED,
}

_TREATIES = (
    "treat",
    "traite",
    "договор",
    "конвенц",
    "convention",
    "charter",
    "charte",
    "хартия",
    "条约",
    "公约",
    "宪章",
    "contract",
    "contrat",
    "контракт",
)
_OF_YEAR = re.compile(
    r"\b(?:memorandum|agreement|accord)\s+of\s+(?:\w+\s+)?(?:19|20)\d\d\b|\b(?:19"
    r"|20)\d\d\s+(?:\w+ )?(?:agreement|memorandum|accord)"
)
# A party that stands after the signature.
_WITH = re.compile(r"\b(?:with|between|by|с|со|между|avec|entre|par|con)\b|与|同")
# What follows names the reporter, not a party.
_REPORTED = re.compile(
    r",\s*(?:it |he |she )?(?:says?|said|according to|reports?|reported|told)\b|,?\s*(?:сообщ\w+"
    r"|по данным)|,\s*(?:selon|a declare|a annonce)\b|据.{0,12}报道",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sides:
    """Who may be party where a sentence names nobody: those of the title, and those of the agreement before."""

    of_title: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    of_lead: tuple[str, ...] = ()


def agreements_of(statements: Sequence[Statement]) -> list[Fact]:
    """Find the agreements of an article, and the one that its title alone reports."""
    if not statements:
        return []
    title = statement_of_title(statements[0])
    sides = Sides(_parties_in(title), of_lead=_parties_in(statements[0]))
    found: list[Fact] = []
    for place, statement in enumerate(statements):
        fact = _agreement_in(statement, statements[max(0, place - 1) : place + 3], sides)
        if fact is not None:
            sides = replace(sides, earlier=fact.parties)
            found.append(fact)
    if not found:
        found = _of_title(title, statements, sides)
    return found


def _agreement_in(statement: Statement, near: Sequence[Statement], sides: Sides) -> Fact | None:
    """Read one sentence: a kind of agreement, a word on its status, parties of its own or of the title."""
    kind = _kind_in(statement)
    status = _status_in(statement, kind) if kind else None
    if kind is None or (kind.group == "paper" and sides.earlier):
        return _agreed_in(statement)
    if status is None:
        return _standing(statement, kind, sides)
    date = _date_near(statement, kind)
    own = _parties_in(statement)
    parties = own
    if len(own) <= 1:
        is_told = date is not None or statement.number <= LEAD_NUMBER
        borrowed = sides.of_title if is_told else ()
        parties = tuple(dict.fromkeys((*own, *borrowed))) or (sides.earlier if date and date.year else ())
    if len(parties) < MIN_SIDES and date is not None and date.month is not None:
        parties = _completed(own, sides)
    if not parties or (len(parties) == 1 and date is None and statement.number > LEAD_NUMBER):
        return None
    if len(parties) == 1 and not statement.has(*STATUSES):
        return None
    if status is AgreementStatus.PROPOSED and (statement.number > LEAD_NUMBER or len(parties) == 1):
        return None
    start = statement.date_at(date, is_future=status is AgreementStatus.PROPOSED)[0]
    if date is None and status is AgreementStatus.SIGNED:
        start = _date_beside(statement, near) or _of_news(statement)
    return _agreement(statement, _name_of(statement, kind), KINDS[kind.group], (status, start, parties))


def _completed(own: tuple[str, ...], sides: Sides) -> tuple[str, ...]:
    """Take the sides of the title, of the agreement before or of the lead: the first that are two or more."""
    others = (sides.of_title, sides.earlier, sides.of_lead)
    return next((tuple(dict.fromkeys((*own, *each))) for each in others if len(each) >= MIN_SIDES), own)


def _standing(statement: Statement, kind: Cue, sides: Sides) -> Fact | None:
    """Read an agreement that is only mentioned as standing: `under the contract between NASA and Roscosmos`."""
    if kind.group == "paper" or statement.lower.startswith(_TREATIES[:-3], kind.start) or statement.is_future:
        return None
    parties = _parties_in(statement)
    date = next((date for date in statement.dates if _belongs(date, kind)), None)
    start = statement.date_at(date)[0]
    if len(parties) < MIN_SIDES and start is not None:
        parties = _completed(parties, sides)
    is_between = _WITH.search(statement.lower, kind.end, kind.end + MAX_WITH_CHARS) is not None
    if len(parties) < MIN_SIDES or not (is_between or start):
        return None
    known = (AgreementStatus.SIGNED, start, parties)
    return _agreement(statement, _name_of(statement, kind), KINDS[kind.group], known)


def _agreed_in(statement: Statement) -> Fact | None:
    """Read a lead that says that two organisations have agreed, without a word for the paper."""
    if not statement.has("agreeing") or statement.number > LEAD_NUMBER or statement.is_future:
        return None
    parties = _parties_in(statement)
    if len(parties) < MIN_SIDES:
        return None
    start = next((start for date in statement.dates if (start := statement.date_at(date)[0]) and start.month), None)
    known = (AgreementStatus.SIGNED, start, parties)
    return _agreement(statement, tidy(statement.heading.text), KINDS["agreement"], known)


def _name_of(statement: Statement, kind: Cue) -> str:
    """Call it by the title's words where the sentence has no more than the kind's: `the agreement`."""
    name = title_of(statement, kind)
    if len(name) > kind.end - kind.start + MAX_BARE_CHARS:
        return name
    title = statement_of_title(statement)
    own = next(iter(title.cues.get(kind.group, ())), None)
    longer = title_of(title, own) if own else ""
    return longer if len(longer) > len(name) else name


def _of_title(title: Statement, statements: Sequence[Statement], sides: Sides) -> list[Fact]:
    """Read an article whose title is an agreement's own, or reports one that its sentences only circumscribe."""
    kind = _kind_in(title)
    is_signed = title.has("signed") or (kind is not None and kind.group in {"joint_statement", "mou"})
    lead = statements[: LEAD_NUMBER + 2]
    parties = sides.of_title
    for statement in lead:
        parties = parties if len(parties) > 1 else tuple(dict.fromkeys((*parties, *_parties_in(statement))))
    if not is_signed or len(parties) <= 1 or kind is None or _status_in(title, kind) is AgreementStatus.PROPOSED:
        return []
    start = next((start for each in lead if (start := _own_date(each))), None) or _of_news(statements[0])
    fact = _agreement(title, tidy(title.text), KINDS[kind.group], (AgreementStatus.SIGNED, start, parties))
    return [replace(fact, span=statements[0].span)]


def _own_date(statement: Statement) -> PartialDate | None:
    """Take the day that an agreement's opening states, unless it lies far from its publication."""
    published = statement.document.published
    for date in statement.dates:
        start = statement.date_at(date, is_future=False)[0]
        if start is not None and start.day is not None:
            is_far = published is not None and abs((published.first - start.first).days) > MAX_DAYS_TO_PUBLICATION
            if not is_far:
                return start
    return None


def _date_near(statement: Statement, kind: Cue) -> StatedDate | None:
    """Take the date nearest to the word for the agreement; `until 2030` tells how long it holds."""
    untils = {cue.end for cue in statement.places("until")}
    possible = [date for date in statement.dates if not any(0 <= date.start - end <= 1 for end in untils)]
    return min(
        possible,
        key=lambda date: (
            date.month is None and date.day is None and date.weekday is None and date.day_offset is None,
            date.week_offset is not None,
            abs(date.start - kind.start),
        ),
        default=None,
    )


def _date_beside(statement: Statement, near: Sequence[Statement]) -> PartialDate | None:
    """Take the day from the sentence after or before that speaks of the signature too."""
    others = [each for each in near if each.number != statement.number and each.has("signed", *KINDS)]
    others.sort(key=lambda each: each.number < statement.number)
    return next((start for each in others if (start := _own_date(each))), None)


def _of_news(statement: Statement) -> PartialDate | None:
    """Date what the lead of news tells as signed by its publication."""
    published = statement.document.published
    is_news = statement.number <= LEAD_NUMBER and not statement.is_future
    return published if is_news else None


def _agreement(
    statement: Statement,
    title: str,
    kind: str,
    known: tuple[AgreementStatus, PartialDate | None, tuple[str, ...]],
) -> Fact:
    status, start, parties = known
    return Fact(
        FactKind.AGREEMENT,
        title,
        statement.span,
        str(status),
        subkind=kind,
        start=start,
        parties=parties[:MAX_PARTIES],
        countries=_countries_of(statement, parties),
    )


def _countries_of(statement: Statement, parties: tuple[str, ...]) -> tuple[str, ...]:
    """Name the countries that are named, and those whose agencies are parties."""
    stood_for = {each.actor.slug: each.actor.country for each in statement.named}
    of_parties = [country for party in parties if (country := stood_for.get(party))]
    return tuple(dict.fromkeys([*statement.countries, *of_parties]))


def _kind_in(statement: Statement) -> Cue | None:
    """Find the most telling kind: they are listed from the most to the least specific."""
    for group in KINDS:
        if group in statement.cues:
            return statement.cues[group][0]
    return None


def _status_in(statement: Statement, kind: Cue) -> AgreementStatus | None:
    """Tell how far it has come; a signature just after a word of the future is still to come."""
    if _is_negated(statement):
        return None
    groups = ["signed"] if _is_signed_anew(statement, kind) else STATUSES
    for group in groups:
        if not statement.has(group):
            continue
        if group == "signed" and (_is_to_be_signed(statement) or statement.has("postponed")):
            return AgreementStatus.PROPOSED
        return STATUSES[group]
    return AgreementStatus.SIGNED if _OF_YEAR.search(statement.lower) or _is_dated_at(statement, kind) else None


def _is_dated_at(statement: Statement, kind: Cue) -> bool:
    """Tell whether a date belongs to the word for the agreement: `l'accord franco-russe de novembre 2003`."""
    if statement.lower.startswith(_TREATIES, kind.start):
        return False
    return any(_belongs(date, kind) for date in statement.dates)


def _belongs(date: StatedDate, kind: Cue) -> bool:
    """Tell whether a date with its year stands right after or before the word for an agreement."""
    after, before = date.start - kind.end, kind.start - date.end
    return date.year is not None and (0 <= after <= MAX_DATE_AFTER or 0 <= before <= MAX_DATE_BEFORE)


def _is_negated(statement: Statement) -> bool:
    """Tell whether the signature is denied: `has not signed`."""
    signatures = statement.places("signed")
    return bool(signatures) and all(
        any(0 <= signature.start - no.end <= MAX_NEGATION_GAP for no in statement.places("negation"))
        for signature in signatures
    )


def _is_signed_anew(statement: Statement, kind: Cue) -> bool:
    """Tell whether what ended is of before: it stands first, and the signature right before the agreement."""
    ends = statement.places("ended", "suspended")
    is_before = any(0 <= kind.start - cue.end <= MAX_SIGNED_GAP for cue in statement.places("signed"))
    return is_before and all(cue.end < kind.start for cue in ends)


def _is_to_be_signed(statement: Statement) -> bool:
    futures = statement.places("future")
    signatures = statement.places("signed")
    return any(0 <= cue.start - future.end <= MAX_GAP_CHARS for cue in signatures[:1] for future in futures)


def _parties_in(statement: Statement) -> tuple[str, ...]:
    """Take the organisations named, and the countries that no named organisation stands for.

    Where two stand before the word for signing, they are the parties, and what follows it is a place or a subject.
    """
    reporter = _REPORTED.search(statement.shape)
    end = reporter.start() if reporter else len(statement.shape)
    signed = next(iter(statement.places("signed")), None)
    if (
        signed is not None
        and signed.start < end
        and not _WITH.search(statement.lower, signed.end, signed.end + MAX_WITH_CHARS)
    ):
        sides = _sides_before(statement, signed.start)
        if len(sides) >= MIN_SIDES:
            return sides
    return _sides_before(statement, end)


def _sides_before(statement: Statement, end: int) -> tuple[str, ...]:
    actors = [each.actor for each in statement.named if each.actor.kind in ORGANISATIONS and each.start < end]
    slugs = dict.fromkeys(actor.slug for actor in actors)
    covered = {actor.country for actor in actors}
    countries = statement.countries
    if end < len(statement.text):
        countries = tuple(statement.countries_in(statement.text[:end], statement.document.language))
    return (*slugs, *(country for country in countries if country not in covered))
