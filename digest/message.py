"""Builds the mail of one issue to one reader (RFC 5322, 2369, 2919, 3834); the same bytes whenever it is built."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from digest.columns import one_line
from digest.mail import DeliveryProblem, MailProblem
from perilune.mail_addresses import mail_address

# Quoted-printable or base64, so that a server without 8BITMIME takes the message too.
POLICY = SMTP.clone(cte_type="7bit")


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
    unsubscribe_url: str | None = None


def message_of(letter: Letter) -> EmailMessage:
    """Build the message; DeliveryProblem for an impossible reader's address, MailProblem for an impossible sender."""
    sender = _sender(letter.sender)
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = _recipient(letter)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(letter.written_at.astimezone(dt.UTC))
    message["Message-ID"] = f"<{letter.key}@{sender.domain}>"
    message["List-Id"] = f"{_phrase(letter.list_name)} <{letter.list_slug}.{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{one_line(letter.unsubscribe_url)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    # The library would draw a boundary by lot.
    message.set_boundary(f"=_{letter.key}")
    return message


def _recipient(letter: Letter) -> Address:
    try:
        return Address(display_name=one_line(letter.name or ""), addr_spec=mail_address(letter.address))
    except ValueError as error:
        raise DeliveryProblem(letter.address, str(error), permanent=True) from error


def _sender(text: str) -> Address:
    name, address = parseaddr(text) if text.isprintable() else ("", "")
    try:
        return Address(display_name=one_line(name), addr_spec=mail_address(address))
    except ValueError as error:
        raise MailProblem(f"the sender {text!r} is not a mail address; check PERILUNE_MAIL_FROM") from error


def _phrase(name: str) -> str:
    """Quote a name for List-Id, without what would end the phrase."""
    plain = "".join(sign for sign in one_line(name) if sign not in '"\\<>@')
    return f'"{plain}"' if plain else ""
