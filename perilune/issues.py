"""Issues as files and on screen, for the command line and the web app; and who may open them by a signed address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.calendar import event_of, events_of
from digest.content import content_from
from digest.exports.forms import FORMS, Export, IssueFile, issue_file
from digest.links import Links
from digest.render import render_whole
from models.edition import Issue
from models.signing import mail_key_of, signer_of
from models.takedown import shown_content
from perilune.archive import Archive
from perilune.config import Settings
from perilune.problems import Problem


def issue_named(session: Session, key: str) -> Issue:
    """Find an issue by its key; Problem when there is none."""
    issue = session.scalar(sa.select(Issue).where(Issue.key == key))
    if issue is None:
        raise Problem(f"there is no issue {key!r}; `perilune digest list` prints the keys.")
    return issue


def write_issue(
    archive: Archive, key: str, stem: Path, endings: Sequence[str] = tuple(FORMS)
) -> tuple[list[Path], list[str]]:
    """Write an issue as STEM.html and so on; returns the files, and why those that are missing could not be made."""
    unknown = [ending for ending in endings if ending not in FORMS]
    if unknown:
        raise Problem(f"there is no form {unknown[0]!r}; the forms are {', '.join(FORMS)}.")
    paths, problems = [], []
    with archive.sessions() as session:
        export = _export(session, issue_named(session, key), archive.settings)
    stem.parent.mkdir(parents=True, exist_ok=True)
    for ending in endings:
        path = stem.with_name(f"{stem.name}.{ending}")
        try:
            path.write_bytes(issue_file(export, ending).write())
            paths.append(path)
        except Problem as problem:
            problems.append(f"{path} was not written: {problem}")
    return paths, problems


def _export(session: Session, issue: Issue, settings: Settings) -> Export:
    return Export(
        content=content_from(shown_content(session, issue.content).content),
        links=Links(settings.archive_url, issue.key),
        sender=settings.mail_from,
        list_slug=issue.edition.slug,
        composed_at=issue.composed_at,
    )


def signed_address(archive: Archive, key: str) -> str:
    """Make the address that opens an issue and what it cites without an account."""
    with archive.sessions.begin() as session:
        mail_key = mail_key_of(signer_of(session), issue_named(session, key))
        return Links(archive.settings.archive_url, key, mail_key=mail_key).issue


def revoke(archive: Archive, key: str) -> str:
    """Have all signed addresses of an issue open nothing more; returns the one that does from now on."""
    with archive.sessions.begin() as session:
        issue = issue_named(session, key)
        session.execute(sa.update(Issue).where(Issue.id == issue.id).values(access_number=Issue.access_number + 1))
    return signed_address(archive, key)


class ArchiveIssues:
    """Turns issues into what the web app shows and sends."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    @property
    def endings(self) -> Mapping[str, str]:
        """The names of the forms by the endings of their files."""
        return {ending: form.name for ending, form in FORMS.items()}

    def whole(self, content: Mapping[str, object], mail_key: str) -> str:
        """Return all of an issue as HTML, with signed addresses."""
        issue = content_from(dict(content))
        return render_whole(issue, self._links(issue.key, mail_key)).html

    def calendar(self, content: Mapping[str, object], mail_key: str | None, number: int | None) -> bytes | None:
        """Write the events of an issue, or the one with that number (from 1); None where that one has no day."""
        issue = content_from(dict(content))
        links = self._links(issue.key, mail_key)
        return events_of(issue, links) if number is None else event_of(issue, links, number)

    def file(self, key: str, ending: str) -> IssueFile | None:
        """Make ready a file of an issue; None for an ending that no form has."""
        if ending not in FORMS:
            return None
        with self._archive.sessions() as session:
            export = _export(session, issue_named(session, key), self._archive.settings)
        return issue_file(export, ending)

    def _links(self, key: str, mail_key: str | None) -> Links:
        return Links(self._archive.settings.archive_url, key, mail_key=mail_key)
