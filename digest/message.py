"""Builds the mail of one issue to one reader (RFC 5322, 2045, 2369, 2919, 3834); the same bytes whenever it is built.

Headers are written and folded here, not by the library: that encodes long addresses of `List-Unsubscribe` as words,
loses quotes of long names, and decodes what a title says in the form of an encoded word.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr

from digest.columns import one_line
from digest.mail import DeliveryProblem, MailProblem
from perilune.mail_addresses import mail_address

NO_LABEL = re.compile(r"[^A-Za-z0-9-]+")
LINE_CHARS = 76
WORD_BYTES = 36
"""Of text in one encoded word: 60 signs, so that it stands beside a header's name (RFC 2047 allows 75)."""
MAX_NAME_CHARS, MAX_SUBJECT_CHARS = 120, 300


@dataclass(frozen=True)
class Attachment:
    """A file that lies in the mail, such as `events.ics`; `media_type` may have parameters."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Picture:
    """A picture that the HTML shows by `cid:` and its content id."""

    content_id: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What one mail consists of; `sender` is an address with or without a name, `key` its stable name."""

    key: str
    sender: str
    address: str
    name: str | None
    subject: str
    text: str
    html: str
    written_at: dt.datetime
    list_slug: str
    list_name: str
    """The name of the edition, or of what else this mail is; it stands before the sender's address."""
    unsubscribe_url: str | None = None
    attachments: tuple[Attachment, ...] = ()
    related: tuple[Picture, ...] = ()


class WrittenHeader:
    """A header whose value stands in the mail as it was given, folded at its spaces."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, object]) -> None:
        """Take the value as it is."""
        kwds["decoded"], kwds["parse_tree"] = value, None

    def fold(self, *, policy: Policy) -> str:
        """Write the header, folded."""
        return folded(self.name, str(self), policy.linesep)  # type: ignore[attr-defined]  # the library mixes it in


def folded(name: str, value: str, linesep: str = "\r\n") -> str:
    """Write a header in lines of 76 signs where its words allow it."""
    lines, line = [], f"{name}:"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > LINE_CHARS and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {word}"
    return linesep.join([*lines, line, ""])


def _policy(*, is_utf8: bool) -> Policy[EmailMessage]:
    headers = HeaderRegistry()
    for name in ("From", "To", "Subject", "Message-ID", "List-Id", "List-Unsubscribe"):
        headers.map_to_type(name, WrittenHeader)  # type: ignore[arg-type]  # the library mixes in its base
    # Quoted-printable or base64, so that a server without 8BITMIME takes the message too.
    return SMTP.clone(cte_type="7bit", header_factory=headers, utf8=is_utf8)


POLICY = _policy(is_utf8=False)
POLICY_UTF8 = _policy(is_utf8=True)
"""For addresses whose first part is not ASCII (RFC 6532)."""


def message_of(letter: Letter) -> EmailMessage:
    """Build the message; DeliveryProblem for an impossible reader's address, MailProblem for an impossible sender."""
    sender_name, sender = sender_of(letter.sender)
    recipient = recipient_of(letter)
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=POLICY if (sender + recipient).isascii() else POLICY_UTF8)
    message["From"] = _mailbox(letter.list_name or sender_name, sender)
    message["To"] = _mailbox(letter.name or "", recipient)
    message["Subject"] = _words(one_line(letter.subject, MAX_SUBJECT_CHARS))
    message["Date"] = format_datetime(letter.written_at.astimezone(dt.UTC))
    message["Message-ID"] = f"<{letter.key}@{domain}>"
    message["List-Id"] = _mailbox(letter.list_name, f"{NO_LABEL.sub('-', letter.list_slug)}.{domain}")
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{''.join(one_line(letter.unsubscribe_url).split())}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    _fill(message, letter)
    return message


def _fill(message: EmailMessage, letter: Letter) -> None:
    """Put in what the mail holds: mixed(alternative(text, related(HTML, pictures)), attachments)."""
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    html = list(message.iter_parts())[1]
    assert isinstance(html, EmailMessage)
    for picture in letter.related:
        kind, _, subtype = picture.media_type.partition("/")
        html.add_related(
            picture.content, kind, subtype, cid=f"<{picture.content_id}>", disposition="inline", params=None
        )
    for attachment in letter.attachments:
        media_type, *parameters = (part.strip() for part in attachment.media_type.split(";"))
        kind, _, subtype = media_type.partition("/")
        said = dict(parameter.split("=", 1) for parameter in parameters)
        message.add_attachment(attachment.content, kind, subtype, filename=one_line(attachment.name), params=said)
    multiparts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        # The library would draw a boundary by lot.
        part.set_boundary(f"=_{letter.key}.{number}")
        if part.get_content_subtype() == "related":
            part.set_param("type", "text/html")  # RFC 2387, section 3.1


def recipient_of(letter: Letter) -> str:
    """Read the reader's address; DeliveryProblem where it is none."""
    try:
        return mail_address(letter.address)
    except ValueError as error:
        raise DeliveryProblem(letter.address, str(error), permanent=True) from error


def sender_of(text: str) -> tuple[str, str]:
    """Read the sender's name and address; MailProblem where there is none."""
    name, address = parseaddr(text) if text.isprintable() else ("", "")
    try:
        return name, mail_address(address)
    except ValueError as error:
        raise MailProblem(f"the sender {text!r} is not a mail address; check PERILUNE_MAIL_FROM") from error


def _mailbox(name: str, address: str) -> str:
    name = one_line(name, MAX_NAME_CHARS)
    if not name:
        return f"<{address}>"
    if not name.isascii() or "=?" in name:
        return f"{_encoded(name)} <{address}>"
    is_plain = all(sign.isalnum() or sign in " -" for sign in name)
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f"{name} <{address}>" if is_plain else f'"{escaped}" <{address}>'


def _words(text: str) -> str:
    return text if text.isascii() and "=?" not in text else _encoded(text)


def _encoded(text: str) -> str:
    """Write a text as encoded words (RFC 2047), none of which parts a sign."""
    chunks = [""]
    for sign in text:
        if len((chunks[-1] + sign).encode()) > WORD_BYTES:
            chunks.append("")
        chunks[-1] += sign
    return " ".join(f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode('ascii')}?=" for chunk in chunks)
