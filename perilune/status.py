"""How an archive stands, as one value: for the screen that `perilune status` shows, and for programs."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.schedule import ScheduleProblem, next_due_moment
from models import work
from models.backup_made import last_backup
from models.claimant import claimants_at_work, is_alive
from models.database import free_bytes, size_of
from models.edition import Edition
from models.fate import counts_by_state
from models.vocabulary import DeliveryState
from perilune.archive import Archive

FAILURES_SHOWN = 8
AN_HOUR, A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
OLD_BACKUP = dt.timedelta(days=7)


@dataclass(frozen=True)
class StageLine:
    """A stage: what waits there and since when, what is being worked on, and what was finished lately."""

    stage: str
    due: int
    oldest_due_at: dt.datetime | None
    claimed: int
    last_hour: int
    last_day: int


@dataclass(frozen=True)
class WorkerLine:
    """A process that says to be at work, or holds claims: what it does, and how many items it has claimed."""

    name: str
    role: str | None
    seen_at: dt.datetime | None
    claimed: Mapping[str, int]
    is_alive: bool


@dataclass(frozen=True)
class NextIssue:
    """The edition that comes out next, and when."""

    edition: str
    due_at: dt.datetime


@dataclass(frozen=True)
class LastBackup:
    """The backup that was finished last, and how many pages are in it and are missing."""

    made_at: dt.datetime
    place: str
    page_count: int
    missing_count: int


@dataclass(frozen=True)
class Disk:
    """Bytes that the archive takes, and that are free; None for what is not on this machine."""

    database: int
    pages: int | None
    index: int | None
    free: int | None


@dataclass(frozen=True)
class Standing:
    """Everything that the screen shows."""

    at: dt.datetime
    sources: Mapping[str, int]
    never_visited: int
    next_visit_at: dt.datetime | None
    next_issue: NextIssue | None
    article_count: int
    page_count: int
    latest: Mapping[str, dt.datetime | None]
    stages: Sequence[StageLine]
    failures: Sequence[work.Failure]
    mail: Mapping[DeliveryState, int]
    backup: LastBackup | None
    workers: Sequence[WorkerLine]
    disk: Disk

    def as_json(self) -> dict[str, object]:
        """Give it as plain values."""
        return asdict(self)


def standing_of(archive: Archive, *, now: dt.datetime) -> Standing:
    """Read how an archive stands."""
    with archive.sessions() as session:
        page_count = work.page_count(session)
        return Standing(
            at=now,
            sources=work.sources_by_state(session),
            never_visited=work.never_visited_count(session, since=now),
            next_visit_at=work.next_visit_at(session),
            next_issue=next_issue(session, now=now),
            article_count=work.article_count(session),
            page_count=page_count,
            latest=work.latest_moments(session),
            stages=_stages(session, now),
            failures=work.failures(session, limit=FAILURES_SHOWN),
            mail=work.mail_by_state(session),
            backup=_last_backup(session),
            workers=workers_of(session),
            disk=_disk(archive, session, page_count),
        )


def fate_rows(archive: Archive) -> list[dict[str, object]]:
    """Count items by stage, state and reason, a row each."""
    with archive.sessions() as session:
        return [
            {"stage": str(stage), "state": str(state), "count": count, "reason": reason}
            for stage, state, reason, count in counts_by_state(session)
        ]


def next_issue(session: Session, *, now: dt.datetime) -> NextIssue | None:
    """Say which edition comes out next; one whose schedule cannot be used comes out never."""
    found = []
    for edition in session.scalars(sa.select(Edition).where(Edition.is_active)):
        with contextlib.suppress(ScheduleProblem):
            found.append(NextIssue(edition.slug, next_due_moment(edition, now)))
    return min(found, key=lambda issue: issue.due_at, default=None)


def workers_of(session: Session) -> list[WorkerLine]:
    """Read who works: those that beat, and those that hold claims without it."""
    claimed: dict[str, dict[str, int]] = {}
    for claim in work.claims(session):
        claimed.setdefault(claim.claimant, {})[str(claim.stage)] = claim.count
    beating = {row.name: row for row in claimants_at_work(session)}
    lines = []
    for name in (*beating, *(name for name in claimed if name not in beating)):
        row = beating.get(name)
        role, seen_at = (row.role, row.seen_at) if row else (None, None)
        lines.append(WorkerLine(name, role, seen_at, claimed.get(name, {}), is_alive(name)))
    return lines


def _last_backup(session: Session) -> LastBackup | None:
    row = last_backup(session)
    return LastBackup(row.made_at, row.place, row.page_count, row.missing_count) if row else None


def _stages(session: Session, now: dt.datetime) -> list[StageLine]:
    done = {each.stage: each for each in work.work_done_since(session, hour_ago=now - AN_HOUR, day_ago=now - A_DAY)}
    return [
        StageLine(
            str(queue.stage),
            queue.due_count,
            queue.oldest_due_at,
            queue.claimed_count,
            done[queue.stage].last_hour,
            done[queue.stage].last_day,
        )
        for queue in work.queues(session, now=now)
    ]


def _disk(archive: Archive, session: Session, page_count: int) -> Disk:
    free = free_bytes(archive.settings.database_url)
    return Disk(
        database=size_of(session),
        pages=archive.pages.used_bytes(page_count),
        index=_size_of_folder(archive.search_folder),
        free=archive.pages.free_bytes() if free is None else free,
    )


def _size_of_folder(folder: Path | None) -> int | None:
    if folder is None or not folder.is_dir():
        return None
    size = 0
    for path in folder.rglob("*"):
        # Whoever builds the index anew takes old files away meanwhile.
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size
    return size
