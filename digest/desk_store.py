"""Stores what an editor does to a held issue: the content, the ledger and the record of it in one transaction.

Whoever edits holds the issue's row until they commit, and names the revision that they had before their eyes: of two
at once, one is told what the other did. Nothing is changed after release.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.columns import one_line
from digest.content import IssueContent, content_from, stored_content
from digest.desk import DeskConflict, DeskProblem, Edited, add, restore
from digest.desk_additions import entry_named
from digest.desk_ledger import Change, settle
from digest.release import release
from digest.render import subject_of
from digest.translations import with_translations
from models.edition import Issue, IssueEdit
from models.vocabulary import IssueState

MAX_HOLD_HOURS = 24 * 14
SUBJECT = "subject"
RESTORE_ALL = "restore all"


@dataclass(frozen=True)
class Hand:
    """Who edits, when, and at which revision they saw the issue; None where they saw none, as by command."""

    by: str
    now: dt.datetime
    revision: int | None = None


def edit(session: Session, key: str, hand: Hand, change: Callable[[IssueContent], Edited]) -> Edited:
    """Change a held issue by a pure edit."""
    issue = _held(session, key, hand)
    before = content_from(issue.content)
    edited = change(before)
    _store(session, issue, hand, edited, Change(before, edited.content, hand.by))
    return edited


def add_named(session: Session, key: str, hand: Hand, named: str, *, is_lead: bool) -> Edited:
    """Add a story or article of the archive to a held issue."""
    issue = _held(session, key, hand)
    before = content_from(issue.content)
    entry = entry_named(session, issue, named)
    alone = dict.fromkeys(("also_noted", "documents", "changes", "older"), ()) | {"stories": (entry,)}
    (entry,) = with_translations(session, before.model_copy(update=alone)).stories
    edited = add(before, entry, is_lead=is_lead)
    _store(session, issue, hand, edited, Change(before, edited.content, hand.by))
    return edited


def restore_named(session: Session, key: str, hand: Hand, named: str | None) -> Edited:
    """Give one story or article back as the machine composed it, or (None) the whole issue with its subject."""
    issue = _held(session, key, hand)
    if issue.composed_content is None:
        raise DeskProblem("this issue is as the machine composed it; nothing was changed.")
    before, composed = content_from(issue.content), content_from(issue.composed_content)
    edited = restore(before, composed, named) if named else Edited(composed, RESTORE_ALL, "the whole issue")
    _store(session, issue, hand, edited, Change(before, edited.content, hand.by, is_reverting=True))
    return edited


def write_subject(session: Session, key: str, hand: Hand, subject: str) -> Edited:
    """Give a held issue an editor's subject line; an empty one lets the machine write it again."""
    issue = _held(session, key, hand)
    content = content_from(issue.content)
    edited = Edited(content, SUBJECT, "subject line", issue.subject, one_line(subject) or None)
    _note(session, issue, hand, edited)
    issue.subject = edited.after or subject_of(content)
    return edited


def hold_longer(session: Session, key: str, hand: Hand, hours: int) -> dt.datetime:
    """Hold an issue some hours longer than it would be; returns when it goes out by itself."""
    issue = _held(session, key, hand)
    if not 1 <= hours <= MAX_HOLD_HOURS:
        raise DeskProblem(f"an issue is held 1 to {MAX_HOLD_HOURS} hours longer, not {hours}.")
    before = issue.release_at or hand.now
    issue.release_at = max(before, hand.now) + dt.timedelta(hours=hours)
    held = Edited(content_from(issue.content), "hold", "release", before.isoformat(), issue.release_at.isoformat())
    _note(session, issue, hand, held)
    return issue.release_at


def approve(session: Session, key: str, hand: Hand) -> Issue:
    """Release a held issue: its mails go out at the next look at what is due."""
    issue = _held(session, key, hand)
    _note(session, issue, hand, Edited(content_from(issue.content), "approve", "release"))
    release(session, issue, now=hand.now, by=hand.by)
    return issue


def revision_of(session: Session, issue: Issue) -> int:
    """Count the edits of an issue: what an editor's form carries."""
    return session.scalar(sa.select(sa.func.count()).where(IssueEdit.issue_id == issue.id)) or 0


def _held(session: Session, key: str, hand: Hand) -> Issue:
    """Take hold of an issue's row, so that nobody edits or releases it meanwhile; DeskProblem where it is too late."""
    held = session.scalar(
        sa.update(Issue)
        .where(Issue.key == key, Issue.state == IssueState.HELD)
        .values(state=IssueState.HELD)
        .returning(Issue.id)
        .execution_options(synchronize_session=False)
    )
    issue = session.scalar(sa.select(Issue).where(Issue.key == key).execution_options(populate_existing=True))
    if issue is None:
        raise DeskProblem(f"there is no issue {key!r}; `perilune digest list` prints the keys.")
    if held is None:
        raise DeskConflict(f"this issue was released{_by(issue)}; nothing in it can be changed any more.")
    if hand.revision is not None and hand.revision != revision_of(session, issue):
        raise DeskConflict(f"{_last_edit(session, issue)} Nothing was changed; look at the issue, and press again.")
    return issue


def _by(issue: Issue) -> str:
    at = f" on {issue.released_at:%d %B %Y at %H:%M} UTC" if issue.released_at else ""
    return f"{at} by {issue.released_by}" if issue.released_by else at


def _last_edit(session: Session, issue: Issue) -> str:
    last = session.scalars(
        sa.select(IssueEdit).where(IssueEdit.issue_id == issue.id).order_by(IssueEdit.id.desc()).limit(1)
    ).first()
    what = f": {last.made_by} ({last.action}: {last.target})" if last else ""
    return f"somebody changed this issue since you opened it{what}."


def _store(session: Session, issue: Issue, hand: Hand, edited: Edited, change: Change) -> None:
    if edited.content == change.before and edited.action != RESTORE_ALL:
        return
    saved = settle(session, issue, change)
    has_own = edited.action != RESTORE_ALL and _has_own_subject(session, issue)
    issue.composed_content = issue.composed_content or issue.content
    issue.content = stored_content(edited.content)
    if not has_own:
        issue.subject = subject_of(edited.content)
    _note(session, issue, hand, edited).ledger_before = saved
    session.flush()


def _has_own_subject(session: Session, issue: Issue) -> bool:
    """Tell whether the subject line is an editor's."""
    is_of_subject = (IssueEdit.issue_id == issue.id) & IssueEdit.action.in_((SUBJECT, RESTORE_ALL))
    last = session.scalars(sa.select(IssueEdit).where(is_of_subject).order_by(IssueEdit.id.desc()).limit(1)).first()
    return last is not None and last.after is not None


def _note(session: Session, issue: Issue, hand: Hand, edited: Edited) -> IssueEdit:
    row = IssueEdit(
        issue_id=issue.id,
        made_at=hand.now,
        made_by=hand.by,
        action=edited.action,
        target=edited.target,
        before=edited.before,
        after=edited.after,
        ledger_before=[],
    )
    session.add(row)
    return row
