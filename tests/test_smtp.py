"""Speaking with mail servers: one connection for many messages, encryption, a pace, and addresses of other scripts."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession

from digest.mail import (
    MAX_MAILS_PER_CONNECTION,
    DeliveryProblem,
    MailProblem,
    Pace,
    SmtpMailer,
    UncertainDelivery,
    smtp_mailer_from,
)
from tests.fault_certificates import trusted_pair
from tests.inbox import Inbox, open_inbox
from tests.letters import an_envelope


class Moody(Inbox):
    """An inbox that counts connections and, at the steps it is told, answers otherwise or hangs up."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: set[int] = set()
        self.moods: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": [], "RSET": []}

    async def _mood(self, step: str, server: SMTP) -> str | None:
        self.connections.add(id(server))
        mood = self.moods[step].pop(0) if self.moods[step] else None
        if mood == "hang up":
            assert server.transport is not None
            server.transport.abort()
        if mood == "think":
            await asyncio.sleep(0.8)
            return None
        return mood or None

    async def handle_MAIL(  # noqa: N802 - the server library's name and arguments
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer the sender."""
        del session
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._mood("MAIL", server) or "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server library's name and arguments
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer the recipient."""
        mood = await self._mood("RCPT", server)
        return mood or await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Answer the message."""
        mood = await self._mood("DATA", server)
        return mood or await super().handle_DATA(server, session, envelope)


@pytest.fixture
def inbox() -> Moody:
    """An inbox with moods."""
    return Moody()


def test_many_messages_go_over_one_connection(smtp: SmtpMailer, inbox: Moody) -> None:
    with smtp.session() as sender:
        for number in range(MAX_MAILS_PER_CONNECTION + 1):
            sender.send(an_envelope(f"reader{number}@example.org"))
    assert len(inbox.messages) == MAX_MAILS_PER_CONNECTION + 1
    assert len(inbox.connections) == 2


def test_a_refused_message_leaves_the_connection_to_the_next(smtp: SmtpMailer, inbox: Moody) -> None:
    inbox.moods["RCPT"] = ["550 5.1.1 no such user", "450 later"]
    inbox.moods["DATA"] = ["552 5.2.2 mailbox full"]
    problems = []
    with smtp.session() as sender:
        for number in range(4):
            try:
                sender.send(an_envelope(f"reader{number}@example.org"))
            except DeliveryProblem as problem:
                problems.append((problem.permanent, problem.status))
    assert problems == [(True, "5.1.1"), (False, None), (True, "5.2.2")]
    assert [address for address, _ in inbox.messages] == ["reader3@example.org"]
    assert len(inbox.connections) == 1


@pytest.mark.parametrize("mood", ["421 4.3.2 closing", "hang up"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_connection_that_ends_before_a_message_is_replaced_once(
    smtp: SmtpMailer, inbox: Moody, step: str, mood: str
) -> None:
    with smtp.session() as sender:
        inbox.moods[step] = [mood]
        with pytest.raises(DeliveryProblem) as caught:
            sender.send(an_envelope("first@example.org"))
        assert not caught.value.permanent
        sender.send(an_envelope("second@example.org"))
        inbox.moods[step] = [mood]
        sender.send(an_envelope("third@example.org"))
        inbox.moods[step] = [mood, mood]
        with pytest.raises(DeliveryProblem):
            sender.send(an_envelope("fourth@example.org"))
    assert [address for address, _ in inbox.messages] == ["second@example.org", "third@example.org"]


def test_a_message_whose_answer_is_lost_is_uncertain_and_not_repeated(smtp: SmtpMailer, inbox: Moody) -> None:
    with smtp.session() as sender:
        sender.send(an_envelope("first@example.org"))
        inbox.moods["DATA"] = ["hang up"]
        with pytest.raises(UncertainDelivery):
            sender.send(an_envelope("second@example.org"))
        inbox.moods["DATA"] = ["999 what"]
        with pytest.raises(UncertainDelivery, match="no clear answer"):
            sender.send(an_envelope("third@example.org"))
        sender.send(an_envelope("fourth@example.org"))
    assert [address for address, _ in inbox.messages] == ["first@example.org", "fourth@example.org"]


def test_a_server_that_hangs_up_before_the_final_dot_has_certainly_not_taken_the_message(
    smtp: SmtpMailer, inbox: Moody
) -> None:
    with open_inbox(inbox, timeout=0.3) as port, replace(smtp, port=port).session() as sender:
        with pytest.raises(DeliveryProblem, match="did not wait") as caught:
            sender.send(an_envelope(), lambda: time.sleep(0.8))
        assert not caught.value.permanent
        sender.send(an_envelope())
    assert len(inbox.messages) == 1


def test_a_message_that_must_not_end_leaves_nothing_to_the_next(smtp: SmtpMailer, inbox: Moody) -> None:
    def refuse() -> None:
        raise LookupError

    with smtp.session() as sender:
        with pytest.raises(LookupError):
            sender.send(an_envelope("first@example.org"), refuse)
        sender.send(an_envelope("second@example.org"))
    assert [address for address, _ in inbox.messages] == ["second@example.org"]
    assert len(inbox.connections) == 2


def test_a_server_may_think_long_about_a_whole_message_and_about_nothing_else(smtp: SmtpMailer, inbox: Moody) -> None:
    inbox.moods["DATA"] = ["think", ""]
    hasty = replace(smtp, timeout_seconds=0.3, answer_seconds=10)
    with hasty.session() as sender:
        sender.send(an_envelope("first@example.org"))
        inbox.moods["RCPT"] = ["think", "think"]
        with pytest.raises(DeliveryProblem, match="timed out"):
            sender.send(an_envelope("second@example.org"))
    assert [address for address, _ in inbox.messages] == ["first@example.org"]


def test_a_server_that_is_not_there_is_not_asked_for_every_message() -> None:
    with SmtpMailer("127.0.0.1", 9, timeout_seconds=2).session() as sender:
        reasons = []
        for _ in range(5):
            with pytest.raises(DeliveryProblem) as caught:
                sender.send(an_envelope())
            reasons.append(str(caught.value))
    assert ["does not answer" in reason for reason in reasons] == [True, True, True, False, False]


def test_a_pace_is_kept(smtp: SmtpMailer) -> None:
    clock = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    mailer = replace(smtp, pace=Pace(per_minute=120, clock=lambda: clock[0], sleep=sleep))
    with mailer.session() as sender:
        sender.wait()
        clock[0] += 0.2
        sender.wait()
        clock[0] += 7
        sender.wait()
    assert slept == [pytest.approx(0.3)]


def test_addresses_of_other_scripts_need_a_server_that_takes_them(smtp: SmtpMailer, inbox: Moody) -> None:
    with open_inbox(inbox, enable_SMTPUTF8=False) as port, replace(smtp, port=port).session() as sender:
        with pytest.raises(DeliveryProblem, match="no SMTPUTF8") as caught:
            sender.send(an_envelope("дарья@почта.example"))
        assert caught.value.permanent
        sender.send(an_envelope("grace@example.org"))
    with smtp.session() as sender:
        sender.send(an_envelope("дарья@почта.example"))
        sender.send(an_envelope("ada@example.org"))
    assert [address for address, _ in inbox.messages] == [
        "grace@example.org",
        "дарья@xn--80a1acny.example",
        "ada@example.org",
    ]


def authenticate(
    server: SMTP, session: SmtpSession, envelope: Envelope, mechanism: str, auth_data: object
) -> AuthResult:
    """Know one reader."""
    del server, session, envelope, mechanism
    return AuthResult(success=auth_data == LoginPassword(b"ada", b"secret"), handled=False)


@contextmanager
def a_safe_server(inbox: Inbox, tls: ssl.SSLContext, *, is_tls: bool) -> Iterator[int]:
    """Open an inbox that asks for a password, and takes it in TLS alone."""
    options: dict[str, object] = {"authenticator": authenticate, "auth_required": True}
    options |= {"ssl_context": tls, "auth_require_tls": False} if is_tls else {"tls_context": tls}
    with open_inbox(inbox, **options) as port:
        yield port


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("is_tls", [False, True], ids=["starttls", "tls"])
def test_passwords_go_to_a_server_that_shows_its_certificate(inbox: Moody, tmp_path: Path, *, is_tls: bool) -> None:
    served, trusted = trusted_pair("localhost", tmp_path)
    with a_safe_server(inbox, served, is_tls=is_tls) as port:
        mailer = SmtpMailer("localhost", port, "ada", "secret", is_tls=is_tls, timeout_seconds=10, tls=trusted)
        with mailer.session() as sender:
            sender.send(an_envelope())
        for wrong in ("wrong", "слово"):
            with pytest.raises(MailProblem, match="refused the session"):
                replace(mailer, password=wrong).connect()
        with pytest.raises(MailProblem, match="certificate verify failed"):
            replace(mailer, tls=None).connect()
    assert len(inbox.messages) == 1


def test_a_password_is_never_sent_in_the_clear(smtp: SmtpMailer, inbox: Inbox) -> None:
    mailer = replace(smtp, user="ada", password="secret")
    with mailer.session() as sender, pytest.raises(DeliveryProblem, match="no encryption") as caught:
        sender.send(an_envelope())
    assert not caught.value.permanent
    assert "secret" not in repr(mailer)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", SmtpMailer("mail.example", 587)),
        ("smtp://ada%40x@mail.example:25", SmtpMailer("mail.example", 25, user="ada@x", password="secret")),
        ("smtps://ada@mail.example", SmtpMailer("mail.example", 465, user="ada", password="secret", is_tls=True)),
    ],
)
def test_mail_servers_are_given_by_address(url: str, expected: SmtpMailer) -> None:
    assert smtp_mailer_from(url, expected.password) == expected


@pytest.mark.parametrize("url", ["mail.example:25", "http://mail.example", "smtp://mail.example:port"])
def test_an_address_that_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(MailProblem, match="not understood"):
        smtp_mailer_from(url)
