"""Repairs of a source that is not well: what is proposed, in words, and doing it when a person says yes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from crawler.catalogue import set_watched
from crawler.health.observations import Visit
from crawler.health.verdict import REPAIR_WORDS
from crawler.health.words import INDEX_NAMES
from crawler.pace import slower
from models.fate import await_stage
from models.health import last_health_of
from models.source import Source
from models.vocabulary import Repair, Stage
from models.way import Way, way_of
from perilune.problems import Problem

FOUND_BY_SURVEY = frozenset({Repair.LOOK_ANEW, Repair.RELEARN})
BY_WAY = FOUND_BY_SURVEY | {Repair.FOLLOW}
BY_ITSELF = frozenset({Repair.SLOW_DOWN, Repair.RETIRE})


def way_to_follow(way: Way, visit: Visit) -> Way | None:
    """Give the way with the addresses that its old ones moved to for good; None where none did, or cannot be read."""
    moved = {
        seen.url: seen.redirected_to
        for seen in visit.main_indexes
        if seen.redirected_to and seen.is_permanent and seen.problem is None
    }
    addresses = tuple(moved.get(address) or address for address in way.addresses)
    return way.model_copy(update={"addresses": addresses}) if addresses != way.addresses else None


def proposal_in_words(repair: Repair, proposed: Mapping[str, object] | None) -> str:
    """Say what would be done."""
    if repair not in BY_WAY or not proposed:
        return REPAIR_WORDS[repair]
    way = Way.model_validate(proposed)
    return f"watch the {INDEX_NAMES[way.kind]} {way.addresses[0]} instead"


def is_acceptable(repair: Repair, proposed: Mapping[str, object] | None) -> bool:
    """Tell whether a person's yes is all that the repair needs."""
    return repair in BY_ITSELF or (repair in BY_WAY and bool(proposed))


def accept(session: Session, source: Source, now: dt.datetime) -> str:
    """Do what is proposed for a source, and say what was done; Problem where nothing is, or it was done already."""
    health = last_health_of(source)
    if health is None or not source.is_active or not health.is_acceptable:
        raise Problem(f"nothing is proposed for {source.slug} that could be done by saying yes.")
    if health.repair is Repair.RETIRE:
        _close_proposal(session, source, now)
        set_watched(session, source, retired_at=now, now=now)
        return f"{source.slug} is watched no more."
    if health.repair is Repair.SLOW_DOWN:
        _close_proposal(session, source, now)
        source.pace = slower(source.pace, source.interval_minutes).model_dump(mode="json")
        return f"{source.slug} is visited half as often from its next visit on."
    way = Way.model_validate(source.proposed)
    take_way(session, source, way, now)
    return f"{source.slug} is watched by its {INDEX_NAMES[way.kind]} {way.addresses[0]} from now on."


def take_way(session: Session, source: Source, way: Way, now: dt.datetime) -> None:
    """Watch a source by a way that a person chose, from now on; what was proposed before is so no more."""
    _close_proposal(session, source, now)
    source.chosen, source.chosen_at, source.proposed, source.accepted_at = way.model_dump(mode="json"), now, None, now
    await_stage(session, Stage.CRAWL, [source.id], due_at=now)


def _close_proposal(session: Session, source: Source, now: dt.datetime) -> None:
    """Let nobody say yes to a proposal twice, and judge the source anew."""
    if health := last_health_of(source):
        source.health = health.model_copy(update={"is_acceptable": False}).model_dump(mode="json")
    await_stage(session, Stage.JUDGE, [source.id], due_at=now)


def takes_another_way(source: Source, way: Way) -> bool:
    """Tell whether a way differs from how the source is watched, in what it reads."""
    present = way_of(source)
    return present is None or (way.kind, way.addresses, way.select, way.links) != (
        present.kind,
        present.addresses,
        present.select,
        present.links,
    )
