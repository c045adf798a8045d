"""How the sources fared while an issue's period ran: what was checked and what is failing."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.content import Watch
from models.edition import Issue
from models.fate import Fate
from models.source import CrawlRun, Source
from models.vocabulary import FateState, Stage


def watch_of(session: Session, issue: Issue) -> Watch:
    """Count the active sources, those visited since the last issue, and name those whose last visit failed."""
    sources = session.execute(sa.select(Source.id, Source.name).where(Source.is_active).order_by(Source.name)).all()
    visited = set(session.scalars(sa.select(CrawlRun.source_id).where(CrawlRun.started_at > issue.period_start_at)))
    fates = session.scalars(sa.select(Fate).where(Fate.stage == Stage.CRAWL)).all()
    visited |= {fate.item_id for fate in fates if fate.finished_at and fate.finished_at > issue.period_start_at}
    failing = {fate.item_id for fate in fates if fate.state == FateState.FAILED}
    return Watch(
        source_count=len(sources),
        checked_count=sum(source_id in visited for source_id, _ in sources),
        failing=tuple(name for source_id, name in sources if source_id in failing),
    )
