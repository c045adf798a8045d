"""What administrators see and do about mail: lists, resending, what came back, the key, a test, the status page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from digest.deliver import Post, deliver_due
from digest.issue import compose_issue
from digest.mail import SmtpMailer
from models.claimant import this_process
from models.edition import Delivery, Issue, Reader
from models.page_store import PageStore
from models.vocabulary import DeliveryState
from perilune.cli import app
from perilune.problems import Problem
from tests.builders import a_reader, an_edition
from tests.inbox import Inbox
from tests.letters import read_back
from tests.returned_letters import COMPLAINT, a_report
from tests.test_messages import RSA
from tests.web_archive import mail_of
from web.app import create_app

Command = Callable[..., str]
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def perilune(database_url: str, smtp: SmtpMailer, tmp_path: Path) -> Command:
    """The command line, with a mail server on loopback; a Problem rises."""
    environment = {
        "PERILUNE_HOME": str(tmp_path),
        "PERILUNE_DATABASE": database_url,
        "PERILUNE_SMTP": f"smtp://{smtp.host}:{smtp.port}",
        "PERILUNE_PUBLIC_URL": "https://archive.example.org",
        "PERILUNE_MAIL_FROM": "digest@perilune.example",
        "PERILUNE_BOUNCE_ADDRESS": "bounces@perilune.example",
        "PERILUNE_BOUNCE_LIMIT": "1",
        "PERILUNE_LOG_LEVEL": "warning",
    }

    def run(*arguments: str, given: bytes | None = None, **settings: str) -> str:
        result = CliRunner().invoke(app, arguments, input=given, env=environment | settings)
        if isinstance(result.exception, Problem):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def keys(sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox) -> list[str]:
    """The keys of three mails of one issue: sent, refused, uncertain."""
    with sessions.begin() as session:
        edition = an_edition(session)
        for name in ("ada", "grace", "vera"):
            a_reader(session, edition, f"{name}@example.org")
        compose_issue(session, edition, now, now)
    inbox.answers_to_data = ["250 OK", "554 5.7.1 <grace@example.org> sorry", "999 what"]
    post = Post("digest@perilune.example", "https://archive.example.org")
    deliver_due(sessions, smtp, post=post, now=now, claimant=this_process())
    with sessions() as session:
        return list(session.scalars(sa.select(Delivery.message_id).order_by(Delivery.id)))


def test_what_failed_or_is_uncertain_is_listed_and_sent_again_by_a_command_alone(
    perilune: Command, keys: list[str], inbox: Inbox, sessions: sessionmaker[Session]
) -> None:
    listed = json.loads(perilune("mail", "list", "--json"))
    assert [(row["mail"], row["to"], row["state"], row["problem"]) for row in listed] == [
        (keys[1], "grace@example.org", "failed", "554 5.7.1 <grace@example.org> sorry"),
        (keys[2], "vera@example.org", "uncertain", "no clear answer after the message: 999 what"),
    ]
    assert keys[0] in perilune("mail", "list", "--state", "sent", "--json")
    with sessions() as session:
        issue = session.scalars(sa.select(Issue.key)).one()
    with pytest.raises(Problem, match="it is sent"):
        perilune("mail", "resend", keys[0])
    with pytest.raises(Problem, match="there is none"):
        perilune("mail", "resend", "nothing")
    said = perilune("mail", "resend", "--uncertain", issue)
    assert said.splitlines() == [f"1 mails wait again: {keys[2]}", "sent: 1"]
    assert json.loads(perilune("mail", "resend", keys[1], "--json")) == {"again": [keys[1]], "sent": 1}
    assert [read_back(content)["Message-ID"] for _, content in inbox.messages] == [
        f"<{key}@perilune.example>" for key in (keys[0], keys[2], keys[1])
    ]
    assert perilune("mail", "list") == "No mail waits, failed or is uncertain.\n"


def test_the_status_page_says_why_mail_did_not_go_out_and_never_to_whom(
    sessions: sessionmaker[Session], page_store: PageStore, keys: list[str]
) -> None:
    with TestClient(create_app(sessions, pages=page_store, render_issue=mail_of)) as visitor:
        page = visitor.get("/status").text
    for text in ("1 uncertain", "1 failed", "Weekly digest 1", "554 5.7.1 (address) sorry", "999 what", "mail resend"):
        assert text in page
    assert "@example.org" not in page


def test_what_came_back_is_read_from_standard_input_or_the_mailbox_of_the_settings(
    perilune: Command, keys: list[str], inbox: Inbox, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    perilune("mail", "resend", *keys[1:])
    to_vera, to_grace = inbox.senders[2], inbox.senders[1]
    said = perilune("mail", "bounces", "-", given=a_report(to_vera))
    assert said.splitlines() == [
        "Letters: 1 hard.",
        "vera@example.org gets no mail any more; `perilune readers add EDITION vera@example.org` undoes it.",
    ]
    with pytest.raises(Problem, match="PERILUNE_BOUNCE_MAILBOX"):
        perilune("mail", "bounces")
    maildir = tmp_path / "returned"
    (maildir / "new").mkdir(parents=True)
    (maildir / "new/1").write_bytes(COMPLAINT.format(to=to_grace, kind="abuse").encode())
    found = json.loads(perilune("mail", "bounces", "--json", PERILUNE_BOUNCE_MAILBOX=str(maildir)))
    assert found == {"letters": {"abuse": 1}, "stopped": ["grace@example.org"]}
    assert perilune("mail", "bounces", PERILUNE_BOUNCE_MAILBOX=str(maildir)) == "Letters: none.\n"
    with sessions() as session:
        assert session.scalars(sa.select(Reader.address).where(Reader.is_active)).all() == ["ada@example.org"]
        states = set(session.scalars(sa.select(Delivery.state)))
    assert states == {DeliveryState.SENT, DeliveryState.FAILED}


def test_the_key_has_a_record_and_a_test_says_what_happened(perilune: Command, inbox: Inbox, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="PERILUNE_DKIM_KEY is not set"):
        perilune("mail", "dkim")
    forms = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    (tmp_path / "dkim.pem").write_bytes(RSA.private_bytes(*forms))
    signed = {"PERILUNE_DKIM_KEY_FILE": str(tmp_path / "dkim.pem"), "PERILUNE_DKIM_SELECTOR": "mail2022"}
    record = json.loads(perilune("mail", "dkim", "--json", **signed))
    assert record["name"] == "mail2022._domainkey.perilune.example"
    assert record["text"].startswith("v=DKIM1; k=rsa; p=MIG")
    assert "not signed" in perilune("mail", "test", "ada@example.org")
    assert "return address bounces@perilune.example, signed." in perilune("mail", "test", "ada@example.org", **signed)
    assert [address for address, _ in inbox.messages] == ["ada@example.org"] * 2
    assert read_back(inbox.messages[1][1])["DKIM-Signature"]
    with pytest.raises(Problem, match="no private key"):
        perilune("digest", "send", PERILUNE_DKIM_KEY="secret")
    inbox.answer_to_recipient = "550 5.1.1 no such user"
    with pytest.raises(Problem, match=r"550 5\.1\.1 no such user"):
        perilune("mail", "test", "ada@example.org")
