"""Hands messages to a mail server or a folder; the only module that sends mail.

Every error of the library becomes one of three: it will never be delivered, it may be later, or nobody can tell.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import selectors
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from perilune.problems import Problem
from perilune.secrets import without_password

TIMEOUT_SECONDS = 60.0
ANSWER_SECONDS = 600.0
"""For the answer to the final dot (RFC 5321, 4.5.3.2.6): whoever gives up sooner leaves uncertain mail behind."""
SUBMISSION_PORT = 587
SUBMISSIONS_PORT = 465
OK_CLASS, GO_ON, TEMPORARY_CLASS, PERMANENT_CLASS = 2, 354, 4, 5
CLOSING = 421
"""What a server says when it ends the connection, whatever it was asked."""
MAX_MAILS_PER_CONNECTION = 100
UNREACHABLE_AFTER = 3
"""Connections in a row that came to nothing, after which a run asks this server no more."""
ENHANCED_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
MINUTE_SECONDS = 60.0


class MailProblem(Problem):
    """Mail cannot be sent; the message says why and what to do."""


class DeliveryProblem(MailProblem):
    """One message was certainly not delivered; `permanent` where trying again is of no use.

    `status` is the server's enhanced status code (RFC 3463) where the recipient was refused for good.
    """

    def __init__(self, address: str, reason: str, *, permanent: bool, status: str | None = None) -> None:
        self.address = address
        self.permanent = permanent
        self.status = status
        super().__init__(reason)


class UncertainDelivery(MailProblem):
    """The server had the whole message and never said whether it took it."""

    def __init__(self, address: str, reason: str) -> None:
        self.address = address
        super().__init__(reason)


class _Lost(Exception):
    """The connection ended before the message was handed over."""


@dataclass(frozen=True)
class Envelope:
    """A message on its way: bytes with CRLF, who gets it, and where it goes back to if it cannot be delivered."""

    message_id: str
    sender: str
    recipient: str
    content: bytes = field(repr=False)


class Sender(Protocol):
    """What takes messages away, one after the other."""

    def wait(self) -> None:
        """Wait until the next message may be sent."""

    def send(self, envelope: Envelope, before_the_end: Callable[[], None]) -> None:
        """Send to one address; DeliveryProblem or UncertainDelivery when that fails.

        `before_the_end` is called once, when all but the end is handed over: nothing is out until it returns, or ever
        if it raises.
        """


class Mailer(Protocol):
    """Where mail is sent from."""

    def session(self) -> AbstractContextManager[Sender]:
        """Begin to send; what was opened for it is closed at the end."""


@dataclass(frozen=True)
class FolderMailer:
    """Writes each message to `<folder>/<message-id>.eml`, for readers without a mail server and for tests."""

    folder: Path

    @contextlib.contextmanager
    def session(self) -> Iterator[FolderMailer]:
        """Give itself: there is nothing to open."""
        yield self

    def wait(self) -> None:
        """Never wait."""

    def send(self, envelope: Envelope, before_the_end: Callable[[], None]) -> None:
        """Write the message and give it its name in one step, so that nobody sees half of it, or two."""
        name = re.sub(r"[^\w.@=+-]", "_", envelope.message_id)
        path = self.folder / f"{name}.eml"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(envelope.content)
            before_the_end()
            partial.replace(path)
        except OSError as error:
            reason = f"{path} cannot be written: {error.strerror}"
            raise DeliveryProblem(envelope.recipient, reason, permanent=False) from error


@dataclass(frozen=True)
class Pace:
    """How many messages a minute are sent at the most; 0 is as many as the server takes."""

    per_minute: int = 0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class SmtpMailer:
    """Hands messages to a mail server: TLS from the start, or STARTTLS where it is offered.

    A password is never sent in the clear. A server on this machine is spoken to plainly unless there is a user.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    is_tls: bool = False
    timeout_seconds: float = TIMEOUT_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    pace: Pace = Pace()
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """Whom to trust, if not the authorities that this machine knows."""

    @contextlib.contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """Begin a session; it is connected at its first message."""
        session = SmtpSession(self)
        try:
            yield session
        finally:
            session.part()

    def connect(self) -> smtplib.SMTP:
        """Open a connection, secure it and log in; MailProblem says what was in the way."""
        context = self.tls or ssl.create_default_context()
        server: smtplib.SMTP | None = None
        try:
            if self.is_tls:
                server = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_seconds, context=context)
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise MailProblem(f"the mail server {self.host}:{self.port} does not answer: {error}") from error
        try:
            # The final dot follows the message in a write of its own, which must not wait for an answer to the first.
            assert server.sock is not None
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.ehlo_or_helo_if_needed()
            self._secure(server, context)
            if self.user:
                server.login(self.user, self.password or "")
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            server.close()
            # Wrong passwords and certificates are the administrator's to mend: the mail can go out then.
            raise MailProblem(f"the mail server refused the session: {error}") from error
        return server

    def _secure(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        is_wanted = self.user is not None or not _is_loopback(self.host)
        if self.is_tls or not is_wanted:
            return
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif self.user is not None:
            raise smtplib.SMTPException("it offers no encryption, so the password is not sent")


class SmtpSession:
    """One connection for many messages, opened anew where the server has ended it.

    A connection that was in use and ended before the message was handed over is replaced once; whatever ends after
    the final dot is settled as it is.
    """

    def __init__(self, mailer: SmtpMailer) -> None:
        self._mailer = mailer
        self._server: smtplib.SMTP | None = None
        self._mail_count = 0
        self._vain_count = 0
        self._sent_at: float | None = None

    def wait(self) -> None:
        """Wait until the next message may be sent, by the mailer's pace."""
        pace = self._mailer.pace
        if not pace.per_minute:
            return
        if self._sent_at is not None:
            left = self._sent_at + MINUTE_SECONDS / pace.per_minute - pace.clock()
            if left > 0:
                pace.sleep(left)
        self._sent_at = pace.clock()

    def send(self, envelope: Envelope, before_the_end: Callable[[], None] = lambda: None) -> None:
        """Send one message; what the server answers decides the kind of problem."""
        if self._mail_count >= MAX_MAILS_PER_CONNECTION:
            self.part()
        is_used = self._server is not None
        try:
            self._begin(envelope)
        except _Lost as lost:
            if not is_used:
                raise DeliveryProblem(envelope.recipient, str(lost), permanent=False) from lost
            try:
                self._begin(envelope)
            except _Lost as again:
                raise DeliveryProblem(envelope.recipient, str(again), permanent=False) from again
        with contextlib.ExitStack() as unless_told_to:
            unless_told_to.callback(self._drop)
            before_the_end()
            unless_told_to.pop_all()
        self._finish(envelope)

    def part(self) -> None:
        """End the connection; every message is settled by now, and nothing that happens here changes that."""
        server, self._server, self._mail_count = self._server, None, 0
        if server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _begin(self, envelope: Envelope) -> None:
        """Do all that comes before the final dot: until then, nothing is delivered."""
        server = self._connection(envelope.recipient)
        try:
            options = self._options(server, envelope)
            self._go_on(server.mail(envelope.sender, options), envelope, is_about_reader=False)
            self._go_on(server.rcpt(envelope.recipient), envelope, is_about_reader=True)
            self._go_on(server.docmd("DATA"), envelope, is_about_reader=True, wanted=GO_ON)
            server.send(re.sub(rb"(?m)^\.", b"..", envelope.content))
        except DeliveryProblem:
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise _Lost(f"the connection to the mail server ended before the message: {error}") from error

    def _finish(self, envelope: Envelope) -> None:
        """Send the final dot and read what became of the message."""
        server = self._server
        assert server is not None
        ending = b".\r\n" if envelope.content.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            _check_that_it_waits(server)
            server.send(ending)
        except (smtplib.SMTPException, OSError) as error:
            # A dot that was not written, or could not be, was never read.
            self._drop()
            reason = f"the connection to the mail server ended before the message: {error}"
            raise DeliveryProblem(envelope.recipient, reason, permanent=False) from error
        try:
            code, words = self._answer(server)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise UncertainDelivery(envelope.recipient, f"no answer after the message: {error}") from error
        self._mail_count += 1
        if code // 100 not in {OK_CLASS, TEMPORARY_CLASS, PERMANENT_CLASS}:
            self._drop()
            reason = f"no clear answer after the message: {code} {_line(words)}"
            raise UncertainDelivery(envelope.recipient, reason)
        if code == CLOSING:
            self._drop()
        if code // 100 != OK_CLASS:
            self._refuse(code, words, envelope, is_about_reader=True)

    def _answer(self, server: smtplib.SMTP) -> tuple[int, bytes]:
        """Read the answer to the final dot, for which a server may take long."""
        assert server.sock is not None
        server.sock.settimeout(self._mailer.answer_seconds)
        answer = server.getreply()
        server.sock.settimeout(self._mailer.timeout_seconds)
        return answer

    def _connection(self, address: str) -> smtplib.SMTP:
        if self._server is None:
            if self._vain_count >= UNREACHABLE_AFTER:
                mailer = self._mailer
                reason = f"the mail server {mailer.host}:{mailer.port} was not reached {UNREACHABLE_AFTER} times"
                raise DeliveryProblem(address, reason, permanent=False)
            self._vain_count += 1
            try:
                self._server = self._mailer.connect()
            except MailProblem as problem:
                raise DeliveryProblem(address, str(problem), permanent=False) from problem
            self._vain_count = 0
        return self._server

    def _options(self, server: smtplib.SMTP, envelope: Envelope) -> tuple[str, ...]:
        if (envelope.sender + envelope.recipient).isascii():
            return ()
        if not server.has_extn("smtputf8"):
            reason = f"the mail server {self._mailer.host} takes only ASCII before the @ (it offers no SMTPUTF8)"
            raise DeliveryProblem(envelope.recipient, reason, permanent=True)
        return ("SMTPUTF8", "BODY=8BITMIME")

    def _go_on(
        self, answer: tuple[int, bytes], envelope: Envelope, *, is_about_reader: bool, wanted: int | None = None
    ) -> None:
        """Go on where the server agrees to a step before the message."""
        code, words = answer
        if code == CLOSING:
            self._drop()
            raise _Lost(f"{code} {_line(words)}")
        if code != wanted and (wanted or code // 100 != OK_CLASS):
            self._refuse(code, words, envelope, is_about_reader=is_about_reader)

    def _refuse(self, code: int, words: bytes, envelope: Envelope, *, is_about_reader: bool) -> None:
        """Raise DeliveryProblem: permanent only where the server says so, and of this reader's mail."""
        text = f"{code} {_line(words)}"
        self._reset()
        is_permanent = is_about_reader and code // 100 == PERMANENT_CLASS
        found = ENHANCED_STATUS.search(text) if is_permanent else None
        status = found.group() if found else None
        raise DeliveryProblem(envelope.recipient, text, permanent=is_permanent, status=status)

    def _reset(self) -> None:
        """Have the server forget the message that it refused."""
        server = self._server
        try:
            if server is not None and server.rset()[0] // 100 == OK_CLASS:
                return
        except (smtplib.SMTPException, OSError):
            pass
        self._drop()

    def _drop(self) -> None:
        server, self._server, self._mail_count = self._server, None, 0
        if server is not None:
            server.close()


def _check_that_it_waits(server: smtplib.SMTP) -> None:
    """Raise where the server hung up or spoke before its turn: what it closed can still be written to, unread."""
    assert server.sock is not None
    with selectors.DefaultSelector() as selector:
        selector.register(server.sock, selectors.EVENT_READ)
        if selector.select(0):
            raise smtplib.SMTPServerDisconnected("it did not wait for the end")


def _line(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())


def smtp_mailer_from(url: str, password: str | None = None, pace: Pace | None = None) -> SmtpMailer:
    """Read `smtp://user@host:587` or `smtps://host:465`; MailProblem for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailProblem(f"PERILUNE_SMTP is not understood: {without_password(url)!r}") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise MailProblem(f"the mail server {without_password(url)!r} is not understood; use smtp://user@host:587")
    return SmtpMailer(
        host=parts.hostname,
        port=port or (SUBMISSIONS_PORT if parts.scheme == "smtps" else SUBMISSION_PORT),
        user=unquote(parts.username) if parts.username else None,
        password=password or (unquote(parts.password) if parts.password else None),
        is_tls=parts.scheme == "smtps",
        pace=pace or Pace(),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
