"""Sources as plain values: the lines of their list, and one source with its figures, visits and incidents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.fate import Fate
from models.health import RETIRED, SourceHealth, last_health_of, state_of
from models.source import EDITABLE, CrawlRun, Source
from models.vocabulary import FateState, HealthState, SourceKind, Stage
from models.watch import Incident
from models.way import Way, way_of
from web.problems import missing
from web.scans_view import Scans, scans_of

VISITS_SHOWN = 20
INCIDENTS_SHOWN = 20
NEEDS_SOMEBODY = (HealthState.BROKEN, HealthState.DEGRADED)


@dataclass(frozen=True)
class SourceLine:
    """A source, what it gave, how it fares and when it is visited next."""

    slug: str
    name: str
    home: str
    kind: SourceKind | None
    language: str | None
    country: str | None
    is_active: bool
    interval_minutes: int
    article_count: int
    state: str
    """How it fares, in one word."""
    health: SourceHealth | None
    last_crawled_at: dt.datetime | None
    last_outcome: str | None
    fate: FateState | None
    due_at: dt.datetime | None


def source_lines(session: Session) -> tuple[SourceLine, ...]:
    """Read all sources: those that are not well first, those that are retired last, each by name."""
    counts = sa.select(Article.source_id, sa.func.count()).where(Article.current_version_id.is_not(None))
    article_counts = dict(session.execute(counts.group_by(Article.source_id)).all())
    last_ids = sa.select(sa.func.max(CrawlRun.id)).group_by(CrawlRun.source_id)
    runs = {run.source_id: run for run in session.scalars(sa.select(CrawlRun).where(CrawlRun.id.in_(last_ids)))}
    fates = {fate.item_id: fate for fate in session.scalars(sa.select(Fate).where(Fate.stage == str(Stage.CRAWL)))}
    sources = session.scalars(sa.select(Source).order_by(sa.func.lower(Source.name), Source.slug))
    lines = [
        _source_line(each, runs.get(each.id), fates.get(each.id), article_counts.get(each.id, 0)) for each in sources
    ]
    return tuple(sorted(lines, key=_rank))


def _rank(line: SourceLine) -> int:
    """Put the broken first, then the degraded, then all that need nobody; the retired last."""
    if line.state in NEEDS_SOMEBODY:
        return NEEDS_SOMEBODY.index(HealthState(line.state))
    return len(NEEDS_SOMEBODY) + (line.state == RETIRED)


def _source_line(source: Source, run: CrawlRun | None, fate: Fate | None, article_count: int) -> SourceLine:
    return SourceLine(
        slug=source.slug,
        name=source.name,
        home=source.home,
        kind=way.kind if (way := way_of(source)) else None,
        language=source.language,
        country=source.country,
        is_active=source.is_active,
        interval_minutes=source.interval_minutes,
        article_count=article_count,
        state=state_of(source),
        health=last_health_of(source),
        last_crawled_at=(run.finished_at or run.started_at) if run else None,
        last_outcome=(run.outcome or "running or interrupted") if run else None,
        fate=fate.state if fate else None,
        due_at=fate.due_at if fate else None,
    )


@dataclass(frozen=True)
class VisitLine:
    """One visit: when, how it ended, and what it counted."""

    started_at: dt.datetime
    outcome: str
    counts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class IncidentLine:
    """One incident: from when to when, and its cause."""

    opened_at: dt.datetime
    healed_at: dt.datetime | None
    sentence: str


@dataclass(frozen=True)
class SourceView:
    """A source with all that is known of how it is watched and how it fares."""

    line: SourceLine
    way: Way | None
    note: str | None
    owner: str | None
    authority: int
    expects: str
    least_links: int | None
    longest_silence_days: int | None
    is_by_file: bool
    """Whether its file is read at every start, and overwrites the row."""
    is_accepted: bool
    """Whether a person took this way over what the source's file says."""
    visits: tuple[VisitLine, ...]
    incidents: tuple[IncidentLine, ...]
    scans: Scans


def source_view(session: Session, slug: str) -> SourceView:
    """Read one source; a problem of status 404 where there is none."""
    source = find_source_row(session, slug)
    runs = _latest_runs(session, source)
    fate = session.get(Fate, (Stage.CRAWL, source.id))
    counted = sa.select(sa.func.count()).where(Article.source_id == source.id, Article.current_version_id.is_not(None))
    opened = sa.select(Incident).where(Incident.source_id == source.id).order_by(Incident.id.desc())
    return SourceView(
        line=_source_line(source, next(iter(runs), None), fate, session.scalar(counted) or 0),
        way=way_of(source),
        note=source.note,
        owner=source.owner,
        authority=source.authority,
        expects=source.expects,
        least_links=source.least_links,
        longest_silence_days=source.longest_silence_days,
        is_by_file=source.from_file,
        is_accepted=source.accepted_at is not None and source.chosen is not None,
        visits=tuple(_visit_line(run) for run in runs),
        incidents=tuple(
            IncidentLine(each.opened_at, each.healed_at, each.sentence)
            for each in session.scalars(opened.limit(INCIDENTS_SHOWN))
        ),
        scans=scans_of(session, source_id=source.id),
    )


def values_of_source(source: Source) -> dict[str, str]:
    """Write a source as its form says it."""
    values = {name: getattr(source, name) for name in EDITABLE}
    way = way_of(source)
    return {name: "" if value is None else str(value) for name, value in values.items()} | {
        "addresses": "\n".join(way.addresses) if way else ""
    }


def find_source_row(session: Session, slug: str) -> Source:
    """Find a source; a problem of status 404 where there is none."""
    source = session.scalar(sa.select(Source).where(Source.slug == slug))
    if source is None:
        raise missing("source", slug)
    return source


def _latest_runs(session: Session, source: Source) -> Sequence[CrawlRun]:
    newest = sa.select(CrawlRun).where(CrawlRun.source_id == source.id).order_by(CrawlRun.id.desc())
    return session.scalars(newest.limit(VISITS_SHOWN)).all()


def _visit_line(run: CrawlRun) -> VisitLine:
    counts = tuple((str(name), str(count)) for name, count in run.counts.items())
    return VisitLine(run.started_at, run.outcome or "running or interrupted", counts)
