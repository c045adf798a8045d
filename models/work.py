"""How the work stands, as few rows: what waits and since when, what fails, who works, what was done lately.

The status screen, the archive's page and the metrics read the same here. Only `work_done_since` looks at every fate;
the others ask indexes, so that an archive of a million articles answers them at once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.backup_made import BackupMade
from models.edition import Delivery, Issue
from models.fate import Fate
from models.health import RETIRED
from models.source import CrawlRun, Page, Source
from models.vocabulary import DeliveryState, FateState, HealthState, Stage
from models.watch import Notice

STAGES = tuple(Stage)
FREE = (FateState.WAITING, FateState.FAILED, FateState.DONE, FateState.SKIPPED)
NEWEST_ROWS = 1000
"""Rows at a table's end in which its latest moment is looked for; rows are written in the order of time, or nearly."""


@dataclass(frozen=True)
class Queue:
    """What waits at a stage: what may be claimed now, since when the oldest of it, and what somebody works on."""

    stage: Stage
    due_count: int
    oldest_due_at: dt.datetime | None
    claimed_count: int


def queues(session: Session, *, now: dt.datetime) -> list[Queue]:
    """Read what waits at each stage, in the order of the stages; sources that are retired wait for nothing."""
    is_due = Fate.stage.in_(STAGES) & Fate.state.in_(FREE) & (Fate.due_at <= now)
    is_retired = (Fate.stage == Stage.CRAWL) & Fate.item_id.in_(sa.select(Source.id).where(~Source.is_active))
    due = sa.select(Fate.stage, sa.func.count(), sa.func.min(Fate.due_at)).where(is_due, ~is_retired)
    found = {Stage(stage): (count, oldest) for stage, count, oldest in session.execute(due.group_by(Fate.stage))}
    claimed: Counter[Stage] = Counter()
    for claim in claims(session):
        claimed[claim.stage] += claim.count
    nothing: tuple[int, dt.datetime | None] = (0, None)
    return [Queue(stage, *found.get(stage, nothing), claimed[stage]) for stage in STAGES]


@dataclass(frozen=True)
class Claims:
    """What one process has claimed at one stage, and until when the first of these claims lasts."""

    stage: Stage
    claimant: str
    count: int
    until: dt.datetime | None

    def has_expired(self, now: dt.datetime) -> bool:
        """Tell whether some of it is free by now."""
        return self.until is None or self.until < now


def claims(session: Session) -> list[Claims]:
    """Read who has claimed what."""
    rows = session.execute(
        sa.select(Fate.stage, Fate.claimed_by, sa.func.count(), sa.func.min(Fate.claimed_until))
        .where(Fate.stage.in_(STAGES), Fate.state == FateState.CLAIMED)
        .group_by(Fate.stage, Fate.claimed_by)
        .order_by(Fate.claimed_by, Fate.stage)
    )
    return [Claims(Stage(stage), claimant or "", count, until) for stage, claimant, count, until in rows]


@dataclass(frozen=True)
class Failure:
    """How many items failed at a stage for a reason, and how many of them are tried again."""

    stage: Stage
    reason: str | None
    count: int
    tried_again_count: int


def failures(session: Session, *, limit: int) -> list[Failure]:
    """Read why items failed, the most frequent reasons first."""
    count = sa.func.count()
    rows = session.execute(
        sa.select(Fate.stage, Fate.reason, count, sa.func.count(Fate.due_at))
        .where(Fate.stage.in_(STAGES), Fate.state == FateState.FAILED)
        .group_by(Fate.stage, Fate.reason)
        .order_by(count.desc(), Fate.stage, Fate.reason)
        .limit(limit)
    )
    return [Failure(Stage(stage), reason, number, again) for stage, reason, number, again in rows]


def fate_counts(session: Session) -> Mapping[tuple[Stage, FateState], int]:
    """Count items by stage and state; reads an index, but all of it."""
    rows = session.execute(sa.select(Fate.stage, Fate.state, sa.func.count()).group_by(Fate.stage, Fate.state))
    return {(Stage(stage), FateState(state)): count for stage, state, count in rows}


@dataclass(frozen=True)
class Done:
    """How many items a stage finished within the last hour and the last day, whatever became of them."""

    stage: Stage
    last_hour: int
    last_day: int


def work_done_since(session: Session, *, hour_ago: dt.datetime, day_ago: dt.datetime) -> Sequence[Done]:
    """Count what each stage finished lately; reads every fate."""
    of_hour = sa.func.sum(sa.case((Fate.finished_at >= hour_ago, 1), else_=0))
    rows = session.execute(
        sa.select(Fate.stage, of_hour, sa.func.count()).where(Fate.finished_at >= day_ago).group_by(Fate.stage)
    )
    found = {Stage(stage): (int(hour or 0), day) for stage, hour, day in rows}
    return [Done(stage, *found.get(stage, (0, 0))) for stage in STAGES]


def sources_by_state(session: Session) -> Mapping[str, int]:
    """Count the sources by how they fare; `retired` for those that nobody watches."""
    fares = sa.func.coalesce(sa.type_coerce(Source.health, sa.JSON)["state"].as_string(), HealthState.NEW.value)
    state = sa.case((Source.is_active, fares), else_=RETIRED).label("state")
    rows = session.execute(sa.select(state, sa.func.count()).group_by(state))
    found = {str(name): count for name, count in rows}
    return {name: found[name] for name in (*map(str, HealthState), RETIRED) if name in found}


def mail_by_state(session: Session) -> Mapping[DeliveryState, int]:
    """Count all mails, issues' and notices, by where they stand."""
    found: Counter[DeliveryState] = Counter()
    for rows in (Delivery, Notice):
        for state, count in session.execute(sa.select(rows.state, sa.func.count()).group_by(rows.state)):
            found[DeliveryState(state)] += count
    return {state: found[state] for state in DeliveryState if found[state]}


def next_visit_at(session: Session) -> dt.datetime | None:
    """Say when the next visit to a source is due; in the past where it is late."""
    watched = sa.select(Source.id).where(Source.is_active)
    due = sa.select(sa.func.min(Fate.due_at)).where(
        Fate.stage == Stage.CRAWL, Fate.state.in_(FREE), Fate.item_id.in_(watched)
    )
    return session.scalar(due)


def never_visited_count(session: Session, *, since: dt.datetime) -> int:
    """Count the watched sources that are known since a moment and were never visited."""
    visited = sa.exists().where(CrawlRun.source_id == Source.id)
    unvisited = sa.select(sa.func.count()).select_from(Source)
    return session.scalar(unvisited.where(Source.is_active, Source.created_at < since, ~visited)) or 0


LATEST = {
    "visit": (CrawlRun.id, CrawlRun.started_at),
    "page": (Page.id, Page.fetched_at),
    "article": (Article.id, Article.first_seen_at),
    "issue": (Issue.id, Issue.composed_at),
    "backup": (BackupMade.id, BackupMade.made_at),
}


def latest_moments(session: Session) -> Mapping[str, dt.datetime | None]:
    """Say when the last visit began, and when the last page, article, issue and backup came."""
    return {what: session.scalar(_latest(*columns)) for what, columns in LATEST.items()}


def _latest(
    row_id: sa.orm.InstrumentedAttribute[int], moment: sa.orm.InstrumentedAttribute[dt.datetime]
) -> sa.Select[dt.datetime | None]:
    newest = sa.select(moment.label("moment")).order_by(row_id.desc()).limit(NEWEST_ROWS).subquery()
    return sa.select(sa.func.max(newest.c.moment))


def article_count(session: Session) -> int:
    """Count the articles."""
    return session.scalar(sa.select(sa.func.count()).select_from(Article)) or 0


def page_count(session: Session) -> int:
    """Count the pages."""
    return session.scalar(sa.select(sa.func.count()).select_from(Page)) or 0
