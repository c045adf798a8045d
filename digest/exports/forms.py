"""The table of forms that an issue can be written in, and how each is made."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from digest.content import IssueContent
from digest.exports.markdown import markdown_of
from digest.exports.pdf import pdf_of
from digest.exports.printed import printed_html
from digest.exports.structured import json_of
from digest.links import Links
from digest.message import Letter, message_of
from digest.press import attachments_of, related_of
from digest.render import render_mail, render_whole, subject_of

SOMEBODY = "reader@example.org"


@dataclass(frozen=True)
class Export:
    """What a file is made of: an issue with its addresses, and what its mail says of itself."""

    content: IssueContent
    links: Links
    sender: str
    list_slug: str
    composed_at: dt.datetime


@dataclass(frozen=True)
class Form:
    """A form of an issue; `finish` makes the file of its source where that takes long."""

    name: str
    media_type: str
    source: Callable[[Export], bytes]
    finish: Callable[[bytes], bytes] = bytes


def _mail(export: Export) -> bytes:
    mail = render_mail(export.content, replace(export.links, has_parts=True))
    letter = Letter(
        key=export.content.key,
        sender=export.sender,
        address=SOMEBODY,
        name=None,
        subject=subject_of(export.content),
        text=mail.text,
        html=mail.html,
        written_at=export.composed_at,
        list_slug=export.list_slug,
        list_name=export.content.edition_name,
        attachments=attachments_of(export.content, export.links),
        related=related_of(export.content),
    )
    return message_of(letter).as_bytes()


FORMS: Mapping[str, Form] = {
    "html": Form("HTML", "text/html; charset=utf-8", lambda it: render_whole(it.content, it.links).html.encode()),
    "txt": Form("text", "text/plain; charset=utf-8", lambda it: render_whole(it.content, it.links).text.encode()),
    "eml": Form("mail", "message/rfc822", _mail),
    "pdf": Form("PDF", "application/pdf", lambda it: printed_html(it.content, it.links).encode(), pdf_of),
    "md": Form("Markdown", "text/markdown; charset=utf-8", lambda it: markdown_of(it.content, it.links).encode()),
    "json": Form("JSON", "application/json", lambda it: json_of(it.content, it.links, it.composed_at)),
}
"""By the ending of the file."""


@dataclass(frozen=True)
class IssueFile:
    """An issue as a file that is ready to be written."""

    name: str
    media_type: str
    source: bytes
    finish: Callable[[bytes], bytes]

    @property
    def etag(self) -> str:
        """A mark of what the file is made of."""
        return hashlib.sha256(f"{self.media_type}\n".encode() + self.source).hexdigest()[:32]

    def write(self) -> bytes:
        """Make the file; Problem where it cannot be made here."""
        return self.finish(self.source)


def issue_file(export: Export, ending: str) -> IssueFile:
    """Make ready the file of an issue; KeyError for an ending that no form has."""
    form = FORMS[ending]
    name = f"perilune-{export.list_slug}-{export.content.due_on}.{ending}"
    return IssueFile(name, form.media_type, form.source(export), form.finish)
