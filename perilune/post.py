"""The post office: the mailer and its keys from the settings, the state of all mail, and what came back."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.bounced import Taken, take_letter
from digest.deliver import Post, envelope_of
from digest.dkim_key import DkimKey, dkim_key_from, zone_line
from digest.mail import FolderMailer, Mailer, Pace, smtp_mailer_from
from digest.mailbox import Mailbox, OneLetter, mailbox_at
from digest.message import Letter, sender_of
from digest.verp import checked_bounce_address
from models.base import key_of
from models.edition import Delivery, Edition, Issue, Reader
from models.outbox import OutboxRow
from models.vocabulary import DeliveryState
from models.watch import Notice
from perilune.archive import Archive
from perilune.config import Settings
from perilune.mail_addresses import mail_address
from perilune.problems import Problem

UNSENT = (DeliveryState.WAITING, DeliveryState.SENDING, DeliveryState.FAILED, DeliveryState.UNCERTAIN)
RESENDABLE = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def mailer_of(settings: Settings) -> Mailer:
    """Give the mailer of the settings: a mail server, or the folder `mail` below home where none is set."""
    if settings.smtp is None:
        return FolderMailer(settings.home.absolute() / "mail")
    if settings.public_url is None:
        raise Problem("PERILUNE_PUBLIC_URL is not set: readers need an address at which links in the mail open.")
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    return smtp_mailer_from(settings.smtp, password, Pace(settings.mail_rate))


def post_of(settings: Settings) -> Post:
    """Say how mail leaves this archive; Problem for a sender, a key or a return address that cannot be used."""
    sender_of(settings.mail_from)
    return Post(
        settings.mail_from,
        settings.archive_url,
        correct_url=settings.correct_url,
        bounce_address=checked_bounce_address(settings.bounce_address) if settings.bounce_address else None,
        bounce_limit=settings.bounce_limit,
        dkim=_dkim_key_of(settings),
    )


def _dkim_key_of(settings: Settings) -> DkimKey | None:
    return dkim_key_from(settings.dkim_key.get_secret_value(), settings.dkim_selector) if settings.dkim_key else None


def dkim_record(settings: Settings) -> dict[str, str]:
    """Give the DNS record that belongs to the key of the settings; Problem where there is no key."""
    key = _dkim_key_of(settings)
    if key is None:
        raise Problem("PERILUNE_DKIM_KEY is not set; `openssl genrsa -out dkim.pem 2048` makes a key.")
    name, text = key.record(sender_of(settings.mail_from)[1].rpartition("@")[2])
    return {"name": name, "type": "TXT", "text": text, "zone": zone_line(name, text)}


def mail_rows(
    archive: Archive, states: Sequence[DeliveryState] = UNSENT, issue_key: str | None = None
) -> list[dict[str, object]]:
    """Read the mails in these states, issues' mails before notices; of one issue, if it is named."""
    deliveries = (
        sa.select(Delivery, Reader.address, Edition.slug, Issue.number)
        .join(Reader, Reader.id == Delivery.reader_id)
        .join(Issue, Issue.id == Delivery.issue_id)
        .join(Edition, Edition.id == Issue.edition_id)
        .where(Delivery.state.in_(states))
        .order_by(Issue.due_at.desc(), Delivery.id)
    )
    if issue_key:
        deliveries = deliveries.where(Issue.key == issue_key)
    notices = sa.select(Notice).where(Notice.state.in_(states)).order_by(Notice.id)
    with archive.sessions() as session:
        rows = [_row(mail, address, f"{slug} {number}") for mail, address, slug, number in session.execute(deliveries)]
        if issue_key is None:
            rows += [_row(notice, notice.address, notice.list_name) for notice in session.scalars(notices)]
    return rows


def _row(mail: OutboxRow, address: str, what: str) -> dict[str, object]:
    is_waiting = mail.state == DeliveryState.WAITING
    return {
        "mail": mail.message_id,
        "of": what,
        "to": address,
        "state": str(mail.state),
        "attempts": mail.attempt_count,
        "next": mail.due_at.replace(microsecond=0) if is_waiting else None,
        "problem": mail.problem,
    }


def resend_mail(archive: Archive, keys: Sequence[str], *, now: dt.datetime) -> list[str]:
    """Let failed or uncertain mails wait to be sent again, with the Message-ID they had; Problem for any other."""
    with archive.sessions.begin() as session:
        for key in keys:
            if not any(_wait_again(session, rows, rows.message_id == key, now) for rows in (Delivery, Notice)):
                state = _state_of(session, key)
                why = f"it is {state}" if state else "there is none; `perilune mail list` prints the keys"
                raise Problem(f"the mail {key!r} cannot be sent again: {why}.")
    return list(keys)


def resend_uncertain(archive: Archive, issue_key: str, *, now: dt.datetime) -> list[str]:
    """Let all uncertain mails of an issue wait to be sent again."""
    with archive.sessions.begin() as session:
        issue = session.scalar(sa.select(Issue).where(Issue.key == issue_key))
        if issue is None:
            raise Problem(f"there is no issue {issue_key!r}; `perilune digest list` prints the keys.")
        which = (Delivery.issue_id == issue.id) & (Delivery.state == DeliveryState.UNCERTAIN)
        return _wait_again(session, Delivery, which, now)


def _wait_again(
    session: Session, rows: type[Delivery | Notice], which: sa.ColumnElement[bool], now: dt.datetime
) -> list[str]:
    update = (
        sa.update(rows)
        .where(which, rows.state.in_(RESENDABLE))
        .values(state=DeliveryState.WAITING, due_at=now, attempt_count=0, handed_over_at=None, problem=None)
        .returning(rows.message_id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(update))


def _state_of(session: Session, key: str) -> DeliveryState | None:
    found = (session.scalar(sa.select(rows.state).where(rows.message_id == key)) for rows in (Delivery, Notice))
    return next((state for state in found if state), None)


@dataclass(frozen=True)
class Returned:
    """What was read of a mailbox: how many letters were what, and who gets no mail any more."""

    counts: Counter[Taken]
    stopped: tuple[str, ...]


def read_bounces(archive: Archive, place: str, *, now: dt.datetime) -> Returned:
    """Read a mailbox of mail that came back: `-` for one letter on standard input, a Maildir, an mbox or imaps://."""
    password = archive.settings.bounce_password
    box: Mailbox = (
        OneLetter(sys.stdin.buffer.read())
        if place == "-"
        else mailbox_at(place, password.get_secret_value() if password else None)
    )
    counts: Counter[Taken] = Counter()
    with archive.sessions() as session:
        active = set(session.scalars(sa.select(Reader.address).where(Reader.is_active)))
    with box.unread() as letters:
        for letter in letters:
            with archive.sessions.begin() as session:
                taken = take_letter(session, letter.content, now=now, limit=archive.settings.bounce_limit)
            letter.mark_read()
            counts[taken] += 1
    with archive.sessions() as session:
        still = set(session.scalars(sa.select(Reader.address).where(Reader.is_active)))
    return Returned(counts, tuple(sorted(active - still)))


def send_test(archive: Archive, address: str, *, now: dt.datetime) -> str:
    """Send a small letter through the mailer of the settings; returns what happened, or raises what was in the way."""
    settings = archive.settings
    try:
        mail_address(address)
    except ValueError as error:
        raise Problem(f"{error}.") from error
    text = f"This is a test of Perilune's mail.\nThe archive is at {settings.archive_url}\n"
    letter = Letter(
        key=f"test.{key_of(f'{address} {now.isoformat()}')}",
        sender=settings.mail_from,
        address=address,
        name=None,
        subject="Perilune: a test of the mail",
        text=text,
        html=f"<p>{text}</p>",
        written_at=now,
        list_slug="test",
        list_name="Perilune",
    )
    envelope = envelope_of(letter, post_of(settings))
    mailer = mailer_of(settings)
    with mailer.session() as sender:
        sender.send(envelope, lambda: None)
    if isinstance(mailer, FolderMailer):
        return f"Written into {mailer.folder}; set PERILUNE_SMTP to send it."
    signed = "signed" if settings.dkim_key else "not signed (PERILUNE_DKIM_KEY is not set)"
    return f"The mail server took it for {address}: from {letter.sender}, return address {envelope.sender}, {signed}."
