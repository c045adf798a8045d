"""A real mail server on loopback that keeps what it is given, or answers as it is told to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession


class Inbox:
    """What a mail server on loopback does with what it is given: keeps it, or answers as it is told to."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        """The return address of each message."""
        self.answers_to_data: list[str] = []
        self.answer_to_recipient = "250 OK"
        self.hangs_up = False

    async def handle_RCPT(  # noqa: N802 - the server library's name
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer the recipient."""
        del server, session, options
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Answer the message, or hang up having taken it."""
        del session
        answer = self.answers_to_data.pop(0) if self.answers_to_data else "250 OK"
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.senders.append(envelope.mail_from or "")
            self.messages.append((envelope.rcpt_tos[0], envelope.content))
        if self.hangs_up:
            assert server.transport is not None
            server.transport.abort()
        return answer


@contextmanager
def open_inbox(inbox: Inbox, **options: object) -> Iterator[int]:
    """Open an inbox to mail, with options of the server library; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
