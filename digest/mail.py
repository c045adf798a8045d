"""Hands messages to a mail server or a folder; the only module that sends mail.

Every error of the library becomes one of three: it will never be delivered, it may be later, or nobody can tell.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from perilune.problems import Problem

TIMEOUT_SECONDS = 60.0
SUBMISSION_PORT = 587
SUBMISSIONS_PORT = 465
OK_CLASS, PERMANENT_CLASS = 2, 5


class MailProblem(Problem):
    """Mail cannot be sent; the message says why and what to do."""


class DeliveryProblem(MailProblem):
    """One message was certainly not delivered; `permanent` where trying again is of no use."""

    def __init__(self, address: str, reason: str, *, permanent: bool) -> None:
        self.address = address
        self.permanent = permanent
        super().__init__(reason)


class UncertainDelivery(MailProblem):
    """The server had the whole message and never said whether it took it."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        super().__init__(reason)


class Mailer(Protocol):
    """What takes messages away."""

    def send(self, message: EmailMessage, address: str) -> None:
        """Send to one address; DeliveryProblem or UncertainDelivery when that fails."""


@dataclass(frozen=True)
class FolderMailer:
    """Writes each message to `<folder>/<message-id>.eml`, for readers without a mail server and for tests."""

    folder: Path

    def send(self, message: EmailMessage, address: str) -> None:
        """Write the message in one step, so that nobody sees half of it."""
        name = re.sub(r"[^\w.@=+-]", "_", str(message["Message-ID"]).strip("<>"))
        path = self.folder / f"{name}.eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(message.as_bytes())
            partial.replace(path)
        except OSError as error:
            raise DeliveryProblem(address, f"{path} cannot be written: {error.strerror}", permanent=False) from error


@dataclass(frozen=True)
class SmtpMailer:
    """Hands each message to a mail server: TLS from the start, or STARTTLS where it is offered.

    A password is never sent in the clear. A server on this machine is spoken to plainly unless there is a user.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    is_tls: bool = False
    timeout_seconds: float = TIMEOUT_SECONDS

    def send(self, message: EmailMessage, address: str) -> None:
        """Send over a connection of its own; what the server answers decides the kind of problem."""
        server = self._open(address)
        try:
            self._introduce(server, message, address)
            self._hand_over(server, message, address)
        finally:
            # The message is settled by now: nothing that happens while parting may change that.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _open(self, address: str) -> smtplib.SMTP:
        try:
            if self.is_tls:
                context = ssl.create_default_context()
                return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_seconds, context=context)
            return smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        except (smtplib.SMTPException, OSError) as error:
            reason = f"the mail server {self.host}:{self.port} does not answer: {error}"
            raise DeliveryProblem(address, reason, permanent=False) from error

    def _introduce(self, server: smtplib.SMTP, message: EmailMessage, address: str) -> None:
        """Secure the connection, log in, and name sender and recipient."""
        try:
            server.ehlo_or_helo_if_needed()
            self._secure(server)
            if self.user:
                server.login(self.user, self.password or "")
            sender = message["From"].addresses[0].addr_spec
            _expect_acceptance(server.mail(sender), address, is_about_reader=False)
            _expect_acceptance(server.rcpt(address), address, is_about_reader=True)
        except (smtplib.SMTPException, OSError) as error:
            # Wrong passwords and certificates are the administrator's to mend: the mail can go out then.
            raise DeliveryProblem(address, f"the mail server refused the session: {error}", permanent=False) from error

    def _secure(self, server: smtplib.SMTP) -> None:
        is_wanted = self.user is not None or not _is_loopback(self.host)
        if self.is_tls or not is_wanted:
            return
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif self.user is not None:
            raise smtplib.SMTPException("it offers no encryption, so the password is not sent")

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage, address: str) -> None:
        try:
            answer = server.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            _expect_acceptance((error.smtp_code, error.smtp_error), address, is_about_reader=True)
        except (smtplib.SMTPException, OSError) as error:
            raise UncertainDelivery(address, f"no answer after the message: {error}") from error
        else:
            _expect_acceptance(answer, address, is_about_reader=True)


def _expect_acceptance(answer: tuple[int, bytes | str], address: str, *, is_about_reader: bool) -> None:
    """Raise DeliveryProblem for a refusal: permanent only where the server says so, and of this reader's mail."""
    code, words = answer
    if code // 100 == OK_CLASS:
        return
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    is_permanent = is_about_reader and code // 100 == PERMANENT_CLASS
    raise DeliveryProblem(address, f"{code} {' '.join(text.split())}", permanent=is_permanent)


def smtp_mailer_from(url: str, password: str | None = None) -> SmtpMailer:
    """Read `smtp://user@host:587` or `smtps://host:465`; MailProblem for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailProblem(f"the mail server {url!r} is not understood: {error}; check PERILUNE_SMTP") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise MailProblem(f"the mail server {parts.hostname or url!r} is not understood; use smtp://user@host:587")
    is_tls = parts.scheme == "smtps"
    return SmtpMailer(
        host=parts.hostname,
        port=port or (SUBMISSIONS_PORT if is_tls else SUBMISSION_PORT),
        user=unquote(parts.username) if parts.username else None,
        password=password or (unquote(parts.password) if parts.password else None),
        is_tls=is_tls,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
