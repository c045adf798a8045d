"""Renders the mails of one sending run: what all readers of an issue share is read and found out once.

Nothing of it depends on who else gets the issue, so that a mail which is built again is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import object_session

from digest.calendar import events_of
from digest.content import IssueContent, content_from
from digest.follows import Taste, for_reader
from digest.links import Links
from digest.message import Attachment, Picture
from digest.pictures import pictures_of
from digest.render import Mail, render_mail, subject_of, tier_of
from models.edition import Issue
from models.takedown import shown_content, shown_subject

KEPT_ISSUES = 4
"""Deliveries come issue by issue; a few editions may be due at once."""


CALENDAR_TYPE = "text/calendar; method=PUBLISH; charset=utf-8"
PICTURE_TYPE = "image/png"


@dataclass(frozen=True)
class Plate:
    """What all mails of an issue share: its content, the place of the limits that fit, its calendar and pictures."""

    subject: str
    content: IssueContent
    tier: int
    attachments: tuple[Attachment, ...]
    pictures: tuple[Picture, ...]


def attachments_of(content: IssueContent, links: Links) -> tuple[Attachment, ...]:
    """Make the calendar file that a mail carries; nothing where no event has its day stated."""
    calendar = events_of(content, links)
    return (Attachment("events.ics", CALENDAR_TYPE, calendar),) if b"BEGIN:VEVENT" in calendar else ()


def related_of(content: IssueContent) -> tuple[Picture, ...]:
    """Make the pictures that a mail's HTML shows."""
    return tuple(Picture(name, PICTURE_TYPE, picture) for name, picture in pictures_of(content).items())


class Press:
    """Keeps the issues that are being sent, with what their readers' mails share."""

    def __init__(self) -> None:
        self._plates: dict[int, Plate] = {}

    def mail(self, issue: Issue, links: Links, taste: Taste) -> Mail:
        """Render a reader's mail of a released issue, which nobody changes any more."""
        plate = self._plate(issue, links)
        return render_mail(plate.content, links, taste, tier=plate.tier)

    def subject(self, issue: Issue, links: Links) -> str:
        """Return the subject of an issue's mails."""
        return self._plate(issue, links).subject

    def attachments(self, issue: Issue, links: Links, taste: Taste) -> tuple[Attachment, ...]:
        """Make the files of a reader's mail, without what they mute."""
        plate = self._plate(issue, links)
        if not taste.mutes:
            return plate.attachments
        return attachments_of(for_reader(plate.content, taste).content, links)

    def pictures(self, issue: Issue, links: Links) -> tuple[Picture, ...]:
        """Return the pictures of an issue's mails."""
        return self._plate(issue, links).pictures

    def _plate(self, issue: Issue, links: Links) -> Plate:
        """Return what the mails of an issue share; whose links are given makes no difference."""
        if issue.id not in self._plates:
            if len(self._plates) == KEPT_ISSUES:
                del self._plates[next(iter(self._plates))]
            session = object_session(issue)
            assert session is not None
            # An article may have been withdrawn after the issue was released.
            shown = shown_content(session, issue.content)
            content = content_from(shown.content)
            self._plates[issue.id] = Plate(
                shown_subject(issue.subject, subject_of(content), shown),
                content,
                tier_of(content, links),
                attachments_of(content, replace(links, reader=None)),
                related_of(content),
            )
        return self._plates[issue.id]
