"""The outbox: every mail goes out once, a fault is retried or recorded, and what is uncertain is never sent again."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from digest.deliver import Post, deliver_due
from digest.issue import compose_due_issues
from digest.mail import DeliveryProblem, Envelope, FolderMailer, MailProblem, Sender, SmtpMailer
from digest.outbox import RETRY_AFTER
from models.claimant import this_process
from models.edition import Delivery, Reader
from models.vocabulary import DeliveryState
from tests.builders import ArticleDraft, a_reader, an_article, an_edition
from tests.inbox import Inbox

ME = this_process()
POST = Post(sender="Perilune <digest@perilune.example>", archive_url="https://archive.example.org")
A_DEAD_PROCESS = f"{ME.split('/', maxsplit=1)[0]}/1/0.00"
ANOTHER_MACHINE = "elsewhere/1/0.00"


def an_outbox(sessions: sessionmaker[Session], now: dt.datetime, *addresses: str) -> None:
    """Compose an issue for readers at these addresses."""
    with sessions.begin() as session:
        edition = an_edition(session)
        for address in addresses or ("ada@example.org",):
            a_reader(session, edition, address)
        an_article(session, ArticleDraft(title="Agencies agree"))
    compose_due_issues(sessions, now)


def the_delivery(sessions: sessionmaker[Session]) -> Delivery:
    """Read the only delivery."""
    with sessions() as session:
        return session.scalars(sa.select(Delivery)).one()


def test_every_reader_gets_the_issue_once(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    an_outbox(sessions, now, "ada@example.org", "grace@example.org")
    for _ in range(2):
        deliver_due(sessions, smtp, post=POST, now=now, claimant=ME)
    assert [address for address, _ in inbox.messages] == ["ada@example.org", "grace@example.org"]
    message = email.message_from_bytes(inbox.messages[0][1], policy=email.policy.default)
    assert message["Subject"] == "Agencies agree"
    assert message["From"] == "Weekly digest <digest@perilune.example>"
    assert message["List-Id"] == "Weekly digest <weekly.perilune.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Mon, 14 Mar 2022 07:00:00 +0000"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "multipart/related"]
    assert "Agencies agree" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    with sessions() as session:
        assert set(session.scalars(sa.select(Delivery.state))) == {DeliveryState.SENT}


def test_two_processes_send_every_mail_once(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    an_outbox(sessions, now, *(f"reader{number}@example.org" for number in range(12)))
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda _: deliver_due(sessions, smtp, post=POST, now=now, claimant=ME), range(3)))
    assert sum(outcomes, Counter()) == {DeliveryState.SENT: 12}
    assert len({address for address, _ in inbox.messages}) == len(inbox.messages) == 12


def test_a_temporary_failure_is_retried_later(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    an_outbox(sessions, now)
    inbox.answers_to_data = ["451 try again later"]
    deliver_due(sessions, smtp, post=POST, now=now, claimant=ME)
    delivery = the_delivery(sessions)
    assert (delivery.state, delivery.problem) == ("waiting", "451 try again later")
    assert not deliver_due(sessions, smtp, post=POST, now=now + dt.timedelta(minutes=9), claimant=ME)
    deliver_due(sessions, smtp, post=POST, now=now + dt.timedelta(minutes=10), claimant=ME)
    delivery = the_delivery(sessions)
    assert (delivery.state, delivery.problem, delivery.attempt_count) == ("sent", None, 2)
    assert len(inbox.messages) == 1


def test_a_server_that_never_answers_is_given_up_after_three_days(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer
) -> None:
    an_outbox(sessions, now)
    nobody = SmtpMailer("127.0.0.1", 9, timeout_seconds=2)
    moments = [now]
    while (delivery := the_delivery(sessions)).state == DeliveryState.WAITING:
        moments.append(delivery.due_at)
        deliver_due(sessions, nobody, post=POST, now=delivery.due_at, claimant=ME)
    assert delivery.state == DeliveryState.FAILED
    assert delivery.problem is not None
    assert delivery.problem.startswith("given up after three days: the mail server 127.0.0.1:9 does not answer")
    assert dt.timedelta(days=2.5) < moments[-1] - now <= dt.timedelta(days=3)
    assert delivery.attempt_count == len(RETRY_AFTER) + 1


@pytest.mark.parametrize("place", ["recipient", "data"])
def test_a_permanent_refusal_is_recorded_and_not_retried(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox, place: str
) -> None:
    an_outbox(sessions, now)
    if place == "recipient":
        inbox.answer_to_recipient = "550 no such user"
    else:
        inbox.answers_to_data = ["550 no such user"] * 9
    for days in range(4):
        deliver_due(sessions, smtp, post=POST, now=now + dt.timedelta(days=days), claimant=ME)
    delivery = the_delivery(sessions)
    assert (delivery.state, delivery.problem, delivery.attempt_count) == ("failed", "550 no such user", 1)


def test_a_server_that_hangs_up_after_the_message_leaves_the_delivery_uncertain(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    an_outbox(sessions, now)
    inbox.hangs_up = True
    for days in range(2):
        deliver_due(sessions, smtp, post=POST, now=now + dt.timedelta(days=days), claimant=ME)
    assert the_delivery(sessions).state == DeliveryState.UNCERTAIN
    assert len(inbox.messages) == 1


KILLED = """
import contextlib, os, sys, datetime as dt
from digest.mail import SmtpMailer
from models.claimant import this_process
from models.database import open_database
from tests.test_mail import POST, Meddling, deliver_due

def die():
    os._exit(9)

url, moment, port, when = sys.argv[1:]
mailer = Meddling(SmtpMailer("127.0.0.1", int(port)), die, when)
deliver_due(open_database(url), mailer, post=POST, now=dt.datetime.fromisoformat(moment), claimant=this_process())
"""


@dataclass(frozen=True)
class Meddling:
    """A mailer, in each of whose mails something happens before or after it is noted that only the end is missing."""

    mailer: SmtpMailer | FolderMailer
    happens: Callable[[], None]
    when: str

    @contextmanager
    def session(self) -> Iterator[Sender]:
        """Begin to send."""
        with self.mailer.session() as sender:
            yield MeddlingSender(sender, self.happens, self.when)


@dataclass(frozen=True)
class MeddlingSender:
    """A sender in whose work something happens."""

    sender: Sender
    happens: Callable[[], None]
    when: str

    def wait(self) -> None:
        """Wait as it would."""
        self.sender.wait()

    def send(self, envelope: Envelope, before_the_end: Callable[[], None]) -> None:
        """Send, and let it happen."""

        def meddle() -> None:
            if self.when == "before":
                self.happens()
            before_the_end()
            if self.when == "after":
                self.happens()

        self.sender.send(envelope, meddle)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_mail_whose_process_was_killed_goes_out_if_it_certainly_did_not_and_never_otherwise(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox, when: str
) -> None:
    an_outbox(sessions, now)
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, now.isoformat(), str(smtp.port), when],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert killed.returncode == 9
    delivery = the_delivery(sessions)
    assert (delivery.state, delivery.handed_over_at) == (DeliveryState.SENDING, now if when == "after" else None)
    outcome = DeliveryState.SENT if when == "before" else DeliveryState.UNCERTAIN
    assert deliver_due(sessions, smtp, post=POST, now=now, claimant=ME) == {outcome: 1}
    assert not deliver_due(sessions, smtp, post=POST, now=now + dt.timedelta(days=9), claimant=ME)
    delivery = the_delivery(sessions)
    assert (delivery.state, delivery.attempt_count) == (outcome, 2 if when == "before" else 1)
    if when == "after":
        assert delivery.problem == "the process that was sending it ended before the outcome was recorded"
    assert len(inbox.messages) == (1 if when == "before" else 0)


class Case(NamedTuple):
    """Who sends a mail, after how many hours and at which point another looks, and what that one comes to."""

    claimant: str
    hours: int
    when: str
    seen: dict[DeliveryState, int]


CASES = {
    "alive": Case(ME, 0, "before", {}),
    "dead": Case(A_DEAD_PROCESS, 0, "before", {DeliveryState.SENT: 1}),
    "dead, handed over": Case(A_DEAD_PROCESS, 0, "after", {DeliveryState.UNCERTAIN: 1}),
    "elsewhere": Case(ANOTHER_MACHINE, 5, "before", {}),
    "elsewhere, expired": Case(ANOTHER_MACHINE, 6, "before", {DeliveryState.SENT: 1}),
    "elsewhere, expired, handed over": Case(ANOTHER_MACHINE, 6, "after", {DeliveryState.UNCERTAIN: 1}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("place", ["server", "folder"])
def test_two_processes_send_a_mail_once_whosever_claim_is_taken_for_dead(
    sessions: sessionmaker[Session], now: dt.datetime, place: str, case: Case, request: pytest.FixtureRequest
) -> None:
    an_outbox(sessions, now)
    folder: Path = request.getfixturevalue("tmp_path") / "mail"
    mailer = FolderMailer(folder) if place == "folder" else request.getfixturevalue("smtp")
    found: list[Counter[DeliveryState]] = []

    def look() -> None:
        moment = now + dt.timedelta(hours=case.hours)
        found.append(deliver_due(sessions, mailer, post=POST, now=moment, claimant=ME))

    ours = deliver_due(sessions, Meddling(mailer, look, case.when), post=POST, now=now, claimant=case.claimant)
    assert found == [Counter(case.seen)]
    # That it was sent is known by now, whatever was thought meanwhile; who lost the claim has sent nothing.
    assert the_delivery(sessions).state == DeliveryState.SENT
    assert ours == ({} if DeliveryState.SENT in case.seen else {DeliveryState.SENT: 1})
    assert len(list(folder.iterdir()) if place == "folder" else request.getfixturevalue("inbox").messages) == 1


def test_who_lost_the_claim_leaves_the_mail_to_whoever_has_it(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer
) -> None:
    an_outbox(sessions, now)

    def lose() -> None:
        with sessions.begin() as session:
            delivery = session.scalars(sa.select(Delivery)).one()
            delivery.claimed_by, delivery.handed_over_at = ME, now
        raise DeliveryProblem("ada@example.org", "450 later", permanent=False)

    deliver_due(sessions, Meddling(smtp, lose, "before"), post=POST, now=now, claimant=ANOTHER_MACHINE)
    delivery = the_delivery(sessions)
    assert (delivery.state, delivery.claimed_by) == (DeliveryState.SENDING, ME)


def test_where_the_hand_over_cannot_be_noted_nothing_goes_out(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    an_outbox(sessions, now)
    engine = sessions.kw["bind"]

    def fail(*given: object) -> None:
        if str(given[2]).startswith("UPDATE delivery SET handed_over_at"):
            raise sa.exc.OperationalError("update", None, OSError("the disk is full"))

    sa.event.listen(engine, "before_cursor_execute", fail)
    deliver_due(sessions, smtp, post=POST, now=now, claimant=ME)
    delivery = the_delivery(sessions)
    assert (delivery.state, delivery.handed_over_at) == (DeliveryState.WAITING, None)
    assert delivery.problem == "not handed over, since the database failed: the disk is full"
    assert inbox.messages == []
    sa.event.remove(engine, "before_cursor_execute", fail)
    deliver_due(sessions, smtp, post=POST, now=delivery.due_at, claimant=ME)
    assert len(inbox.messages) == 1


def test_impossible_addresses_and_readers_who_left_get_no_mail(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    an_outbox(sessions, now, "not an address", "left@example.org", "ada@bücher.example")
    with sessions.begin() as session:
        session.scalars(sa.select(Reader).where(Reader.address == "left@example.org")).one().is_active = False
    deliver_due(sessions, smtp, post=POST, now=now, claimant=ME)
    with sessions() as session:
        rows = session.execute(sa.select(Reader.address, Delivery.problem).join(Delivery)).all()
    assert dict(rows) == {
        "not an address": "'not an address' is not a mail address",
        "left@example.org": "the reader gets no mail any more",
        "ada@bücher.example": None,
    }
    assert [address for address, _ in inbox.messages] == ["ada@xn--bcher-kva.example"]


@pytest.mark.parametrize("sender", ["Perilune", "Perilune <digest@perilune.example>\r\nBcc: all@example.org"])
def test_an_impossible_sender_is_said_before_anything_is_claimed(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, sender: str
) -> None:
    an_outbox(sessions, now)
    post = Post(sender=sender, archive_url="https://archive.example.org")
    with pytest.raises(MailProblem, match="PERILUNE_MAIL_FROM"):
        deliver_due(sessions, smtp, post=post, now=now, claimant=ME)
    assert the_delivery(sessions).state == DeliveryState.WAITING


def test_the_folder_holds_one_file_for_each_message(
    sessions: sessionmaker[Session], now: dt.datetime, tmp_path: Path
) -> None:
    an_outbox(sessions, now, "ada@example.org", "grace@example.org")
    deliver_due(sessions, FolderMailer(tmp_path / "mail"), post=POST, now=now, claimant=ME)
    with sessions() as session:
        names = {f"{key}@perilune.example.eml" for key in session.scalars(sa.select(Delivery.message_id))}
    assert {path.name for path in (tmp_path / "mail").iterdir()} == names
