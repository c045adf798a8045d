"""What comes back: read by the standards, counted once, and the end of mail to addresses that are gone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from digest.bounced import Taken, take_letter
from digest.bounces import report_of
from digest.deliver import Post, deliver_due
from digest.issue import compose_issue
from digest.mail import MailProblem, SmtpMailer
from digest.mailbox import mailbox_at
from digest.verp import MAX_LOCAL_CHARS, checked_bounce_address, marks_in
from models.claimant import this_process
from models.edition import Bounce, Delivery, Reader, Subscription
from models.vocabulary import BounceKind, DeliveryState
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.post import read_bounces
from perilune.problems import Problem
from tests.builders import a_reader, an_edition
from tests.digest_issues import A_WEEK
from tests.imap_server import PASSWORD, USER, imap_server
from tests.inbox import Inbox
from tests.returned_letters import ABSENCE, COMPLAINT, OLD_SERVER, a_report

BOUNCES = "bounces@perilune.example"
POST = Post("digest@perilune.example", "https://archive.example.org", bounce_address=BOUNCES)
TO = f"bounces+{'a' * 12}.{'b' * 12}.{'c' * 20}@perilune.example"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (a_report(TO), BounceKind.HARD, "5.1.1"),
        (a_report(inside=TO), BounceKind.HARD, "5.1.1"),
        (a_report(TO.upper()), BounceKind.HARD, "5.1.1"),
        (a_report(TO).replace(b"\n", b"\r\n"), BounceKind.HARD, "5.1.1"),
        (a_report(TO, status="5.2.2"), BounceKind.SOFT, "5.2.2"),
        (a_report(TO, status="5.7.1"), BounceKind.SOFT, "5.7.1"),
        (a_report(TO, status="4.4.7"), BounceKind.SOFT, "4.4.7"),
        (a_report(TO, action="delayed", status="4.4.1"), BounceKind.SOFT, "4.4.1"),
        (a_report(TO, action="delivered", status="2.0.0"), None, None),
        (COMPLAINT.format(to=TO, kind="abuse").encode(), BounceKind.ABUSE, None),
        (COMPLAINT.format(to=TO, kind="not-spam").encode(), None, None),
        (OLD_SERVER.format(to=TO, words="550 No such user here").encode(), BounceKind.HARD, None),
        (OLD_SERVER.format(to=TO, words="550 5.1.1 sorry").encode(), BounceKind.HARD, "5.1.1"),
        (OLD_SERVER.format(to=TO, words="452 4.2.2 over quota").encode(), BounceKind.SOFT, "4.2.2"),
        (OLD_SERVER.format(to=TO, words="I tried for a week").encode(), BounceKind.SOFT, None),
        (ABSENCE.format(to=TO).encode(), None, None),
    ],
)
def test_reports_are_read_as_the_standards_have_them(content: bytes, kind: BounceKind | None, status: str) -> None:
    report = report_of(content)
    assert (report.kind, report.status) == (kind, status)
    assert report.marks == marks_in(TO)
    assert report.digest == report_of(content.replace(b"\r\n", b"\n")).digest


@given(st.binary(max_size=300), st.integers(0, 1200), st.integers(0, 1200))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_no_letter_is_too_strange_to_read(noise: bytes, start: int, end: int) -> None:
    content = a_report(TO)
    report_of(content[:start] + noise + content[end:])


def test_letters_in_letters_without_end_are_no_reports() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    assert report_of(nested).kind is None


def issues(sessions: sessionmaker[Session], now: dt.datetime, count: int) -> None:
    """Release the first issues of an edition to Ada, whose mail waits."""
    with sessions.begin() as session:
        edition = an_edition(session)
        a_reader(session, edition)
        for week in range(count):
            compose_issue(session, edition, now + week * A_WEEK, now)


def send(sessions: sessionmaker[Session], smtp: SmtpMailer, now: dt.datetime) -> None:
    """Send what waits."""
    deliver_due(sessions, smtp, post=POST, now=now, claimant=this_process())


def the_reader(sessions: sessionmaker[Session]) -> tuple[bool, str | None]:
    """Read whether Ada gets mail, and why not."""
    with sessions() as session:
        reader = session.scalars(sa.select(Reader)).one()
        return reader.is_active, reader.stopped_because


def read(sessions: sessionmaker[Session], now: dt.datetime, *letters: bytes) -> list[Taken]:
    """Read letters, one transaction each."""
    taken = []
    for letter in letters:
        with sessions.begin() as session:
            taken.append(take_letter(session, letter, now=now, limit=3))
    return taken


def test_mail_of_several_issues_that_came_back_ends_the_mail_to_an_address(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    issues(sessions, now, 3)
    send(sessions, smtp, now)
    returns = inbox.senders
    assert len(set(returns)) == 3
    assert all(len(to.partition("@")[0]) <= MAX_LOCAL_CHARS for to in returns)
    assert read(sessions, now, a_report(returns[0]), a_report(returns[0]), a_report(returns[0].upper())) == [
        *(Taken.HARD, Taken.REPEATED, Taken.HARD)
    ]
    assert read(sessions, now, a_report(returns[1], status="5.2.2"), a_report(returns[1])) == [Taken.SOFT, Taken.HARD]
    assert the_reader(sessions) == (True, None)
    read(sessions, now, a_report(returns[2]))
    assert the_reader(sessions) == (False, "mail of 3 issues came back: there is no such mailbox")
    with sessions() as session:
        states = session.execute(sa.select(Delivery.state, Delivery.problem)).all()
        assert states == [(DeliveryState.FAILED, "came back: smtp; 550 5.1.1 <ada@example.org>: said so")] * 3


def test_whoever_is_added_again_begins_anew(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    issues(sessions, now, 4)
    send(sessions, smtp, now)
    read(sessions, now, *(a_report(to) for to in inbox.senders[:3]))
    later = now + A_WEEK
    with sessions.begin() as session:
        session.scalars(sa.select(Reader)).one().is_active = True
        session.scalars(sa.select(Subscription)).one().confirmed_at = later
    read(sessions, later, a_report(inbox.senders[3]))
    assert the_reader(sessions)[0]


def test_a_refusal_of_the_mail_server_counts_like_mail_that_came_back(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    issues(sessions, now, 3)
    inbox.answer_to_recipient = "550 5.2.2 mailbox full"
    send(sessions, smtp, now)
    assert the_reader(sessions)[0]
    with sessions.begin() as session:
        session.execute(sa.update(Delivery).values(state=DeliveryState.WAITING, due_at=now))
    inbox.answer_to_recipient = "550 5.1.1 no such user"
    send(sessions, smtp, now)
    assert not the_reader(sessions)[0]
    with sessions() as session:
        assert session.scalars(sa.select(Bounce.reason)).all() == ["550 5.1.1 no such user"] * 3


def test_a_complaint_ends_the_mail_at_once_and_forgeries_end_nothing(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox
) -> None:
    issues(sessions, now, 1)
    send(sessions, smtp, now)
    to = inbox.senders[0]
    signature = marks_in(to)[0].signature
    forged = to.replace(signature, signature[::-1])
    letters = [
        *(COMPLAINT.format(to=address, kind="abuse").encode() for address in (forged, "digest@perilune.example")),
        ABSENCE.format(to=to).encode(),
    ]
    assert read(sessions, now, *letters) == [Taken.FORGED, Taken.UNKNOWN, Taken.IGNORED]
    assert the_reader(sessions)[0]
    assert read(sessions, now, COMPLAINT.format(to=to, kind="abuse").encode()) == [Taken.ABUSE]
    assert the_reader(sessions) == (False, "the reader reported a mail as unwanted")


def a_maildir(folder: Path, letters: list[bytes]) -> str:
    """Lay letters into a Maildir, one of them moved to where mail programs keep what they have shown as new."""
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for number, letter in enumerate(letters):
        place = folder / ("cur" if number else "new")
        (place / f"{number}.host{':2,F' if number else ''}").write_bytes(letter)
    return str(folder)


def an_mbox(path: Path, letters: list[bytes]) -> str:
    """Write letters into an mbox file."""
    path.write_bytes(b"".join(b"From MAILER-DAEMON Mon Mar 14 07:00:00 2022\n" + letter + b"\n" for letter in letters))
    return str(path)


def test_mailboxes_are_read_once(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox, tmp_path: Path
) -> None:
    issues(sessions, now, 2)
    send(sessions, smtp, now)
    archive = Archive(settings_from({}), sessions)
    letters = [a_report(to) for to in inbox.senders]
    maildir = a_maildir(tmp_path / "maildir", letters)
    assert read_bounces(archive, maildir, now=now).counts == {Taken.HARD: 2}
    assert not read_bounces(archive, maildir, now=now).counts
    assert sorted(path.name for path in (tmp_path / "maildir/cur").iterdir()) == ["0.host:2,S", "1.host:2,FS"]
    mbox = an_mbox(tmp_path / "mbox", [a_report(to, status="5.0.0") for to in inbox.senders])
    assert read_bounces(archive, mbox, now=now).counts == {Taken.HARD: 2}
    assert read_bounces(archive, mbox, now=now).counts == {Taken.REPEATED: 2}


@pytest.mark.databases("sqlite")
def test_a_mailbox_on_a_server_is_read_in_encryption_and_marked(
    sessions: sessionmaker[Session], now: dt.datetime, smtp: SmtpMailer, inbox: Inbox, tmp_path: Path
) -> None:
    issues(sessions, now, 2)
    send(sessions, smtp, now)
    letters = tmp_path / "letters"
    letters.mkdir()
    for number, to in enumerate(inbox.senders):
        (letters / f"{number}.eml").write_bytes(a_report(to).replace(b"\n", b"\r\n"))
    with imap_server(letters, tmp_path) as (ports, trusted):
        taken: dict[str, list[Taken]] = {}
        for scheme in ("imaps", "imap"):
            box = mailbox_at(f"{scheme}://{USER}@localhost:{ports[scheme]}/INBOX", PASSWORD)
            with replace(box, tls=trusted).unread() as found:  # type: ignore[type-var]  # it is one of IMAP
                for letter in found:
                    taken.setdefault(scheme, []).extend(read(sessions, now, letter.content))
                    if scheme == "imap" or len(taken[scheme]) == 1:
                        letter.mark_read()
            with pytest.raises(MailProblem, match="cannot be read"), box.unread():
                pass
    assert taken == {"imaps": [Taken.HARD, Taken.HARD], "imap": [Taken.REPEATED]}


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("imaps://mail.example/INBOX", "use imaps://user@host/INBOX"),
        ("imaps://ada@mail.example/INBOX", "PERILUNE_BOUNCE_PASSWORD is not set"),
        ("pop3://ada@mail.example", "not understood"),
        ("/nowhere", "there is no mailbox"),
        (".", "is no Maildir"),
    ],
)
def test_what_is_no_mailbox_is_said(place: str, says: str) -> None:
    with pytest.raises(MailProblem, match=says):
        mailbox_at(place)


@pytest.mark.parametrize("address", ["bounces", "bounces+x@perilune.example", f"{'b' * 20}@perilune.example"])
def test_a_return_address_that_holds_no_mark_is_refused(address: str) -> None:
    with pytest.raises(Problem, match="PERILUNE_BOUNCE_ADDRESS"):
        checked_bounce_address(address)
