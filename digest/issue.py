"""Composes the issues that are due and freezes each: row, ledger and (unless held) deliveries in one transaction."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, sessionmaker

from digest.compose import Composition, compose
from digest.content import IssueContent, stored_content
from digest.release import release
from digest.render import subject_of
from digest.schedule import ScheduleProblem, due_moment, first_period_start, is_awaited
from digest.selection import material_for
from digest.translations import with_translations
from models.base import insert_into, key_of
from models.edition import Edition, Issue, LedgerRow
from models.search import QueryProblem
from models.vocabulary import IssueState

log = structlog.get_logger()


def compose_due_issues(sessions: sessionmaker[Session], now: dt.datetime) -> list[int]:
    """Compose the issue of every active edition whose latest due moment has none yet; returns the issues' ids.

    After a pause of several weeks there is one issue, which takes everything. An edition's first issue is that of
    the first due moment after it was made, or after its schedule was changed. An edition that cannot be composed is
    logged and holds up no other.
    """
    with sessions() as session:
        edition_ids = session.scalars(sa.select(Edition.id).where(Edition.is_active).order_by(Edition.id)).all()
    composed = []
    for edition_id in edition_ids:
        try:
            with sessions.begin() as session:
                edition = session.get_one(Edition, edition_id)
                due_at = due_moment(edition, now)
                if is_awaited(edition, due_at) and (issue := compose_issue(session, edition, due_at, now)):
                    composed.append(issue.id)
                    log.info("issue composed", edition=edition.slug, issue=issue.key, subject=issue.subject)
        except (ScheduleProblem, QueryProblem) as problem:
            log.error("edition not composed", edition_id=edition_id, reason=str(problem))  # noqa: TRY400 - no traceback
    return composed


def compose_issue(session: Session, edition: Edition, due_at: dt.datetime, now: dt.datetime) -> Issue | None:
    """Compose and freeze the issue of a due moment in the caller's transaction; None when there is one already."""
    issue = _claimed_issue(session, edition, due_at, now)
    if issue is None:
        return None
    composition = compose(material_for(session, edition, issue))
    content = with_translations(session, composition.content)
    issue.subject = subject_of(content)
    issue.content = stored_content(content)
    _store_ledger(session, issue, composition)
    if edition.hold_hours == 0:
        release(session, issue, now=now)
    session.flush()
    return issue


def preview_issue(session: Session, edition: Edition, due_at: dt.datetime) -> IssueContent:
    """Compose what the issue of a due moment would say if it were frozen now, and store nothing."""
    issue = Issue(**_first_columns(session, edition, due_at, due_at))
    return with_translations(session, compose(material_for(session, edition, issue)).content)


def _claimed_issue(session: Session, edition: Edition, due_at: dt.datetime, now: dt.datetime) -> Issue | None:
    """Take the due moment before anything is read: a second process waits here and then finds it taken.

    None too for a moment before the last issue's end, such as an edition's new hours have in a week that had its issue.
    """
    columns = _first_columns(session, edition, due_at, now)
    start = columns["period_start_at"]
    assert isinstance(start, dt.datetime)
    if start >= due_at:
        return None
    claim = insert_into(session, Issue).values(columns)
    issue_id = session.scalar(claim.on_conflict_do_nothing().returning(Issue.id))
    return session.get_one(Issue, issue_id) if issue_id is not None else None


def _first_columns(session: Session, edition: Edition, due_at: dt.datetime, now: dt.datetime) -> dict[str, object]:
    last = session.scalars(
        sa.select(Issue).where(Issue.edition_id == edition.id).order_by(Issue.number.desc()).limit(1)
    ).first()
    return {
        "key": key_of(f"{edition.slug} {due_at.astimezone(dt.UTC).isoformat()}"),
        "edition_id": edition.id,
        "number": last.number + 1 if last else 1,
        "period_start_at": last.period_end_at if last else first_period_start(edition, due_at),
        "period_end_at": due_at,
        "due_at": due_at,
        "composed_at": now,
        "subject": "",
        "content": {},
        "state": IssueState.HELD,
        "release_at": now + dt.timedelta(hours=edition.hold_hours),
        "access_number": 1,
    }


def _store_ledger(session: Session, issue: Issue, composition: Composition) -> None:
    session.add_all(
        LedgerRow(
            edition_id=issue.edition_id,
            version_id=decision.version_id,
            article_id=decision.article_id,
            issue_id=issue.id,
            fate=decision.fate,
            reason=decision.reason,
        )
        for decision in composition.decisions
    )
