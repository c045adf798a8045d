"""How the sources fared while an issue's period ran: what was checked, and where Perilune is blind."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Watch
from models.edition import Edition, Issue
from models.fate import Fate
from models.health import last_health_of, state_of
from models.source import CrawlRun, Source
from models.vocabulary import FateState, HealthState, Stage


def watch_of(session: Session, issue: Issue) -> Watch:
    """Count the active sources and those visited since the last issue, and name those that are not well and why.

    The cause is told in English only; other editions name the sources. One that was never judged is blind while its
    last visit failed.
    """
    sources = session.scalars(sa.select(Source).where(Source.is_active).order_by(Source.name)).all()
    visited = set(session.scalars(sa.select(CrawlRun.source_id).where(CrawlRun.started_at > issue.period_start_at)))
    fates = session.scalars(sa.select(Fate).where(Fate.stage == Stage.CRAWL)).all()
    visited |= {fate.item_id for fate in fates if fate.finished_at and fate.finished_at > issue.period_start_at}
    failed = {fate.item_id for fate in fates if fate.state == FateState.FAILED}
    is_english = session.get_one(Edition, issue.edition_id).language == "en"
    spots = (_blind_spot(source, has_failed=source.id in failed, is_english=is_english) for source in sources)
    return Watch(
        source_count=len(sources),
        checked_count=sum(source.id in visited for source in sources),
        failing=tuple(filter(None, spots)),
        quiet=tuple(source.name for source in sources if state_of(source) == HealthState.QUIET),
        unvisited=tuple(source.name for source in sources if source.id not in visited),
    )


def _blind_spot(source: Source, *, has_failed: bool, is_english: bool) -> str | None:
    health = last_health_of(source)
    if health is None:
        return source.name if has_failed else None
    if not health.is_ill:
        return None
    return f"{source.name} ({health.sentence})" if is_english else source.name
