"""Launches, landings and dockings that a sentence reports, with the spacecraft's name."""

from __future__ import annotations

import re
from dataclasses import replace

from perilune.dates import PartialDate
from pipeline.facts.crafts import Craft, craft_near, craft_of_lead, craft_of_title, generic_craft
from pipeline.facts.cues import Cue
from pipeline.facts.date_shapes import StatedDate
from pipeline.facts.making import Candidate, event_of
from pipeline.facts.sentences import Statement

MAX_VERB_DISTANCE = 150
MAX_UNDATED_NUMBER = 2
PRODUCT_CHARS = 40
FLOWN_GROUPS = ("flown", "rocket", "orbit", "site", "launcher")
MIN_WORD_CHARS = 4
_FORMS = {
    "launch": {"zh": "{}发射", "ru": "Запуск {}", "fr": "Lancement de {}", "": "Launch of {}"},
    "landing": {"zh": "{}着陆", "ru": "Посадка {}", "fr": "Atterrissage de {}", "": "Landing of {}"},
    "docking": {"zh": "{}对接", "ru": "Стыковка {}", "fr": "Amarrage de {}", "": "Docking of {}"},
}


def flights_in(statement: Statement) -> list[Candidate]:
    """Find the launch and the landing of a sentence, each with the date nearest to its verb."""
    found = [candidate for subkind in _FORMS if (candidate := _flight_in(statement, subkind)) is not None]
    starts = {candidate.fact.start for candidate in found}
    if len(found) > 1 and len(starts) == 1 and len(statement.dates) == 1:
        return [min(found, key=lambda candidate: _distance_to_date(statement, candidate))]
    return found


def _distance_to_date(statement: Statement, candidate: Candidate) -> int:
    """Tell how near the flight's own word stands to the sentence's one date; a vague word counts last."""
    own = statement.places(candidate.fact.subkind or "")
    return min((_distance(statement.dates[0], verb) for verb in own), default=MAX_VERB_DISTANCE * 2)


def _flight_in(statement: Statement, subkind: str) -> Candidate | None:
    verbs = _verbs(statement, subkind)
    if not verbs:
        return None
    date, verb = _dated_verb(statement, verbs)
    craft = craft_near(statement, verb.start)
    is_flown = (
        statement.has(*FLOWN_GROUPS) or statement.heading.has(*FLOWN_GROUPS) or (craft is not None and craft.is_known)
    )
    if not is_flown or (date is None and not _is_undated_lead(statement)):
        return None
    is_of_title = _is_in_title(craft, statement) or (
        craft is None and statement.heading.has(subkind, "lofted", "rocket")
    )
    if craft is None:
        craft = craft_of_title(statement.heading) or craft_of_lead(statement)
    kind = generic_craft(statement, verb.start) or _rocket(statement)
    name = _flight_name(statement, subkind, craft.name if craft else kind)
    fact = event_of(statement, name, subkind, date)
    if date is None and statement.tells_time and not statement.is_future:
        today = event_of(statement, name, subkind, StatedDate(0, 0, None, None, None, day_offset=0))
        fact = replace(today, start=statement.setting.dateline or today.start)
    return Candidate(
        fact,
        statement.number,
        is_named=craft is not None,
        is_of_title=is_of_title,
        is_untold=fact.start is None and date is not None,
        signs=(f"told by {verb.group}",),
    )


def _verbs(statement: Statement, subkind: str) -> list[Cue]:
    """List the words for a flight that stand in no compound such as `launch site` and tell of no product."""
    groups = [subkind]
    if subkind == "launch" and statement.has("rocket", "orbit", "site"):
        groups.append("lofted")
    compounds = statement.places("no_flight")
    products = statement.places("product") if not statement.has("rocket", "orbit") else []
    verbs = [
        verb
        for verb in statement.places(*groups)
        if not any(other.start <= verb.start < other.end for other in compounds)
        and not any(0 <= other.start - verb.end <= PRODUCT_CHARS for other in products)
    ]
    if not verbs and subkind == "launch" and not statement.has("landing", "docking"):
        return statement.places("rocket")
    return verbs


def _dated_verb(statement: Statement, verbs: list[Cue]) -> tuple[StatedDate | None, Cue]:
    """Pair the date with the verb nearest to it; days go before months and years."""
    pairs = [
        (
            date.day is None and date.weekday is None and date.day_offset is None,
            _distance(date, verb),
            date.start,
            verb.start,
        )
        for date in statement.dates
        for verb in verbs
        if _distance(date, verb) <= MAX_VERB_DISTANCE
    ]
    if not pairs:
        return None, verbs[0]
    *_, date_start, verb_start = min(pairs)
    date = next(date for date in statement.dates if date.start == date_start)
    return date, next(verb for verb in verbs if verb.start == verb_start)


def _distance(date: StatedDate, verb: Cue) -> int:
    return max(verb.start - date.end, date.start - verb.end, 0)


def _is_undated_lead(statement: Statement) -> bool:
    return statement.number < MAX_UNDATED_NUMBER and not statement.dates


def _is_in_title(craft: Craft | None, statement: Statement) -> bool:
    if craft is None:
        return False
    title = statement.heading.lower
    return craft.name.lower() in statement.heading.text.lower() or any(
        len(word) >= MIN_WORD_CHARS and word in title for word in re.findall(r"[^\W\d_]+", craft.name.lower())
    )


def flight_of_title(statement: Statement) -> tuple[str, str] | None:
    """Say which flight the title reports, by name and kind, when it names a spacecraft."""
    heading = statement.heading
    subkind = next((kind for kind in _FORMS if heading.has(kind)), None)
    craft = craft_of_title(heading) if subkind else None
    if (
        subkind is None
        or craft is None
        or heading.has("no_flight")
        or (heading.has("product") and not heading.has("orbit"))
    ):
        return None
    return _flight_name(statement, subkind, craft.name), subkind


def titled_flight(statement: Statement, dateline: PartialDate | None) -> Candidate | None:
    """Date the flight that a title reports as news by dateline or publication; `statement` is the article's first."""
    flight = flight_of_title(statement)
    published = statement.document.published
    is_ahead = any(cue.group == "future" for cue in statement.heading.cues)
    if flight is None or published is None or published.month is None or is_ahead:
        return None
    fact = replace(event_of(statement, *flight, None), start=dateline or published)
    return Candidate(fact, statement.number, is_named=True, is_of_title=True, is_inferred=True)


def _rocket(statement: Statement) -> str | None:
    rockets = statement.places("rocket")
    return statement.text[rockets[0].start : rockets[0].end] if rockets else None


def _flight_name(statement: Statement, subkind: str, craft: str | None) -> str:
    """Name it in the article's language; by its title when no spacecraft is named."""
    if craft is None:
        return statement.document.title
    forms = _FORMS[subkind]
    return forms.get(statement.language, forms[""]).format(craft)
