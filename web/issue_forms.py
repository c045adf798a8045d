"""The forms that an issue can be had in: all on screen, as a file, its events as a calendar; the wiring makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fastapi import HTTPException
from fastapi.responses import Response

from perilune.icalendar import MEDIA_TYPE
from web.problems import NotInArchive


class IssueFile(Protocol):
    """An issue as a file; `write` makes its bytes, which may take seconds and fail with Problem."""

    @property
    def name(self) -> str:
        """What to call the file."""
        ...

    @property
    def media_type(self) -> str:
        """The media type with its parameters."""
        ...

    @property
    def etag(self) -> str:
        """A mark that is another one when the bytes are."""
        ...

    def write(self) -> bytes:
        """Make the file."""
        ...


class IssueForms(Protocol):
    """Turns issues into what can be shown or kept."""

    def whole(self, content: Mapping[str, object], mail_key: str) -> str:
        """Return all of an issue as HTML, with signed addresses."""
        ...

    def calendar(self, content: Mapping[str, object], mail_key: str | None, number: int | None) -> bytes | None:
        """Write the events of an issue, or the one with that number (from 1); None where that one has no day."""
        ...

    def file(self, key: str, ending: str) -> IssueFile | None:
        """Make ready a file of an issue; None for an ending that no form has."""
        ...

    @property
    def endings(self) -> Mapping[str, str]:
        """The names of the forms by the endings of their files."""
        ...


def calendar_answer(
    forms: IssueForms, content: Mapping[str, object], mail_key: str | None = None, number: str | None = None
) -> Response:
    """Send the events of an issue, or one of them; NotInArchive where there is none that a calendar can hold."""
    if number is not None and not (number.isascii() and number.isdigit() and len(number) <= 4):  # noqa: PLR2004
        raise NotInArchive("This address names no event.")
    body = forms.calendar(content, mail_key, int(number) if number else None)
    if body is None:
        raise NotInArchive("The issue has no such event, or the day of that event is not stated.")
    name = f"perilune-event-{number}.ics" if number else "perilune-events.ics"
    return Response(body, media_type=MEDIA_TYPE, headers={"Content-Disposition": f'inline; filename="{name}"'})


def forms_given(forms: IssueForms | None) -> IssueForms:
    """Return what makes the forms; HTTP 501 in an app that was made without."""
    if forms is None:
        raise HTTPException(501, "This server does not write issues.")
    return forms
