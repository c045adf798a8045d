"""Judging sources: reads what their visits showed, stores how they fare, opens and heals incidents.

Each source is one transaction. A source is judged after each of its visits, and once a day without any, since it is
also news that nobody came.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger

from crawler.harvest import articles_seen
from crawler.health.observations import SourceHistory, Visit
from crawler.health.verdict import Health, health_of, wants_reread, wants_second_look
from crawler.health.volumes import volume_of
from crawler.mending import FOUND_BY_SURVEY, is_acceptable, proposal_in_words, way_to_follow
from models.fate import Claim, Claimed, Fate, Outcome, claim_due, due_count, failure, finish
from models.health import ILL, SourceHealth, last_health_of
from models.source import CrawlRun, Link, Source
from models.vocabulary import FateState, HealthState, Repair, SourceKind, Stage
from models.watch import Incident
from models.way import way_of
from perilune.dates import PartialDate, Precision

AHEAD = dt.timedelta(days=1)
REMEMBERED = dt.timedelta(days=180)
AT_LEAST = dt.timedelta(days=1)
SURVEY_AGAIN_AFTER = dt.timedelta(hours=20)
BATCH = 50
log = get_logger()
EARLIER_ITEMS = 200


def judge_due(
    sessions: sessionmaker[Session],
    claimant: str,
    now: dt.datetime,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Counter[str]:
    """Judge every source that is due to be; returns how many met each fate. `progress` is told how many of how many."""
    counts: Counter[str] = Counter()
    with sessions.begin() as session:
        total = due_count(session, Stage.JUDGE, now=now)
    while claimed := _claimed(sessions, claimant, now):
        for source_id in claimed:
            item = Claimed(Stage.JUDGE, source_id, claimant)
            try:
                with sessions.begin() as session:
                    _judge_claimed(session, item, now)
                counts[FateState.DONE] += 1
            except sa.exc.OperationalError:
                raise  # a database that is gone is no source's fault
            except Exception:
                log.exception("source not judged", source=source_id)
                with sessions.begin() as session:
                    finish(session, item, failure(session, item, "it could not be judged", now=now), now=now)
                counts[FateState.FAILED] += 1
            progress(counts.total(), max(total, counts.total()))
    return counts


def _judge_claimed(session: Session, item: Claimed, now: dt.datetime) -> None:
    source = session.get_one(Source, item.item_id)
    if source.is_active:
        judge(session, source, now)
        finish(session, item, Outcome(FateState.DONE, due_at=now + AT_LEAST), now=now)
    else:
        _close(session, source, now)
        finish(session, item, Outcome(FateState.DONE), now=now)


def _claimed(sessions: sessionmaker[Session], claimant: str, now: dt.datetime) -> list[int]:
    with sessions.begin() as session:
        return claim_due(session, Stage.JUDGE, Claim(claimant, now, BATCH))


def judge(session: Session, source: Source, now: dt.datetime) -> SourceHealth:
    """Judge one source, and store it with its incident."""
    history = history_of_visits(session, source, now)
    health, volume = health_of(history, now), volume_of(history, now)
    source.proposed = _proposed(source, health, history)
    next_visit = _next_visit(session, source, now)
    judged = SourceHealth(
        judged_at=now,
        proposal=proposal_in_words(health.repair, source.proposed),
        is_acceptable=is_acceptable(health.repair, source.proposed),
        wants_look=wants_second_look(history, next_visit),
        wants_reread=wants_reread(history, next_visit),
        wants_survey=_wants_survey(source, health, history, next_visit),
        **vars(health),
        **vars(volume),
    )
    source.health = judged.model_dump(mode="json")
    _keep_incident(session, source, judged, now)
    return judged


def _proposed(source: Source, health: Health, history: SourceHistory) -> dict[str, object] | None:
    """Keep what a survey proposed while it may be of use, or propose the address that the source moved to."""
    before, way = last_health_of(source), way_of(source)
    if health.state not in ILL or way is None:
        return None
    if health.repair is Repair.FOLLOW:
        followed = way_to_follow(way, history.visits[-1])
        return followed.model_dump(mode="json") if followed else None
    return None if before is not None and before.repair is Repair.FOLLOW else source.proposed


def _next_visit(session: Session, source: Source, now: dt.datetime) -> dt.datetime:
    fate = session.get(Fate, (Stage.CRAWL, source.id))
    return max(now, fate.due_at) if fate is not None and fate.due_at is not None else now


def _wants_survey(source: Source, health: Health, history: SourceHistory, now: dt.datetime) -> bool:
    """Ask once a day how else an ill source could be watched, until something is found."""
    is_asked = any(visit.has_surveyed and now - visit.at < SURVEY_AGAIN_AFTER for visit in history.visits)
    is_of_use = health.state in ILL and health.repair in FOUND_BY_SURVEY
    return is_of_use and source.proposed is None and not is_asked


def history_of_visits(session: Session, source: Source, now: dt.datetime) -> SourceHistory:
    """Read what a source's visits showed since its way was last chosen or accepted, at most half a year back.

    What is dated well after now comes from a clock that was ahead, and tells nothing of when it was.
    """
    until = now + AHEAD
    since = max(at for at in (now - REMEMBERED, source.chosen_at, source.accepted_at) if at and at <= until)
    is_meant = (CrawlRun.source_id == source.id) & CrawlRun.started_at.between(since, until)
    runs = session.scalars(sa.select(CrawlRun).where(is_meant).order_by(CrawlRun.id)).all()
    visits = tuple(_with_articles(session, [run for run in runs if run.visit]))
    way = way_of(source)
    return SourceHistory(
        kind=way.kind if way else source.kind or SourceKind.LISTING,
        visits=visits,
        country=source.country,
        earlier=tuple(_earlier_dates(session, source, visits)),
        least_links=source.least_links,
        longest_silence_days=source.longest_silence_days,
    )


def _with_articles(session: Session, runs: Sequence[CrawlRun]) -> Iterator[Visit]:
    """Read the visits; what the pipeline made of their pages is added, and kept, once all of them have their fate."""
    for run in runs:
        visit = Visit.from_json(run.visit or {})
        if visit.articles is None and run.counts.get("new pages"):
            visit = replace(visit, articles=articles_seen(session, run))
            run.visit = visit.to_json()
        yield visit


def _earlier_dates(session: Session, source: Source, visits: Sequence[Visit]) -> list[dt.date]:
    """Read the publication days of what the first visit found: the newest, as far as they are stated."""
    if not visits:
        return []
    dated = sa.select(Link.published).where(Link.source_id == source.id, Link.published.is_not(None))
    found = dated.where(Link.found_at <= visits[0].at).order_by(Link.published.desc()).limit(EARLIER_ITEMS)
    dates = [PartialDate.parse(text) for text in session.scalars(found) if text]
    return [date.first for date in dates if date.precision is Precision.DAY]


def _keep_incident(session: Session, source: Source, health: SourceHealth, now: dt.datetime) -> None:
    """Open an incident, or bring the open one up to what is known now, or heal it."""
    incident = session.scalar(sa.select(Incident).where(Incident.source_id == source.id, Incident.healed_at.is_(None)))
    if health.is_ill:
        if incident is None:
            incident = Incident(source_id=source.id, opened_at=now)
            session.add(incident)
        incident.state, incident.sentence = health.state, health.sentence
        incident.cause, incident.proposal = health.cause, health.proposal
    elif incident is not None and health.state is not HealthState.NEW:
        incident.healed_at = now


def _close(session: Session, source: Source, now: dt.datetime) -> None:
    """End the incident of a source that is watched no more; nobody need be told."""
    is_open = sa.select(Incident).where(Incident.source_id == source.id, Incident.healed_at.is_(None))
    for incident in session.scalars(is_open):
        incident.healed_at = incident.told_healed_at = now
        incident.told_at = incident.told_at or now
