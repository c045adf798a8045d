"""Letters and envelopes with boring defaults."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

from digest.mail import Envelope
from digest.message import Letter, message_of
from perilune.mail_addresses import mail_address


def a_letter(**changes: object) -> Letter:
    """Make a letter."""
    values: dict[str, object] = {
        "key": "abc.def",
        "sender": "Perilune <digest@perilune.example>",
        "address": "ada@example.org",
        "name": "Ada",
        "subject": "Weekly digest",
        "text": "Text\n",
        "html": "<p>Text</p>",
        "written_at": dt.datetime(2022, 3, 14, 7, tzinfo=dt.UTC),
        "list_slug": "weekly",
        "list_name": "Weekly digest",
    }
    return Letter(**(values | changes))  # type: ignore[arg-type]  # the test's own values


def an_envelope(recipient: str = "ada@example.org") -> Envelope:
    """Put a letter into an envelope."""
    content = message_of(a_letter(address=recipient)).as_bytes()
    return Envelope("abc.def@perilune.example", "digest@perilune.example", mail_address(recipient), content)


def read_back(content: bytes) -> EmailMessage:
    """Parse a message as mail clients do."""
    return email.message_from_bytes(content, policy=email.policy.default)
