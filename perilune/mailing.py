"""Composing and sending what is due: the digest gets its mailer and the archive's address from the settings here."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from digest.alerts import AlertPost, write_alerts
from digest.content import IssueContent
from digest.deliver import deliver_due
from digest.desk_notice import tell_of_held_issues
from digest.incidents import write_notices
from digest.issue import compose_due_issues, compose_issue, preview_issue
from digest.links import Links
from digest.mail import Mailer
from digest.release import release_due
from digest.render import render_mail
from models.claimant import this_process
from models.edition import Issue
from models.vocabulary import IssueState
from perilune.archive import Archive
from perilune.config import Settings
from perilune.editions import edition_named
from perilune.post import mailer_of, post_of
from perilune.readers import forget_unconfirmed


def compose_and_send(archive: Archive, *, now: dt.datetime) -> dict[str, object]:
    """Compose the issues and the notices that are due, and send what waits in the outbox; returns what was done."""
    composed = compose_due_issues(archive.sessions, now)
    released = release_due(archive.sessions, now)
    settings, mailer = archive.settings, mailer_of(archive.settings)
    with archive.sessions.begin() as session:
        forget_unconfirmed(session, now=now)
        owner, url = settings.owner, settings.archive_url
        notices = write_notices(session, owner=owner, archive_url=url, now=now)
        notices += tell_of_held_issues(session, owner=owner, archive_url=url, now=now)
    notices += write_alerts(archive.sessions, _alert_post(settings), now=now)
    return {"composed": len(composed), "released": len(released), "notices": notices, **_sent(archive, mailer, now=now)}


def _alert_post(settings: Settings) -> AlertPost:
    return AlertPost(settings.archive_url, settings.alert_hour, settings.alert_timezone)


def send_due(archive: Archive, *, now: dt.datetime) -> dict[str, object]:
    """Send what waits in the outbox."""
    return _sent(archive, mailer_of(archive.settings), now=now)


def _sent(archive: Archive, mailer: Mailer, *, now: dt.datetime) -> dict[str, object]:
    settings = archive.settings
    outcomes = deliver_due(
        archive.sessions,
        mailer,
        post=post_of(settings),
        now=now,
        claimant=this_process(),
    )
    return {str(state): count for state, count in outcomes.items()}


def compose_now(archive: Archive, edition_slug: str, *, now: dt.datetime) -> str | None:
    """Compose an issue of an edition at once, whatever its schedule; returns its key."""
    with archive.sessions.begin() as session:
        issue = compose_issue(session, edition_named(session, edition_slug), now, now)
        return issue.key if issue else None


def previewed(archive: Archive, edition_slug: str, *, now: dt.datetime) -> IssueContent:
    """Compose what an issue would hold now, storing nothing."""
    with archive.sessions() as session:
        return preview_issue(session, edition_named(session, edition_slug), now)


def issue_rows(archive: Archive) -> list[dict[str, object]]:
    """Read all issues, the newest first."""
    with archive.sessions() as session:
        return [
            {
                "issue": issue.key,
                "edition": issue.edition.slug,
                "number": issue.number,
                "composed": issue.composed_at,
                "state": str(issue.state),
                "goes_out": issue.release_at if issue.state == IssueState.HELD else issue.released_at,
                "released_by": issue.released_by,
                "subject": issue.subject,
            }
            for issue in session.scalars(sa.select(Issue).order_by(Issue.due_at.desc(), Issue.key))
        ]


def rendered(content: IssueContent, settings: Settings) -> dict[str, str]:
    """Render an issue in both forms, by the ending of the file each belongs in."""
    mail = render_mail(content, Links(settings.archive_url, content.key, correct=settings.correct_url))
    return {"html": mail.html, "txt": mail.text}
