"""Sends what the outbox holds: the issues' mails to readers, and the notices to those who look after sources."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.orm import Session, object_session, sessionmaker

from digest.alerts import unwanted_because
from digest.bounced import note_refusal
from digest.dkim_key import DkimKey
from digest.links import Links, ReaderLinks, reader_key_of
from digest.mail import Envelope, Mailer
from digest.message import Letter, message_of, recipient_of, sender_of
from digest.outbox import Claim, Outbox, Unwanted
from digest.press import Press
from digest.readers import taste_of
from digest.verp import return_address
from models.edition import Delivery, Issue, Reader, Subscription
from models.signing import Signer, mail_key_of, signer_of
from models.vocabulary import DeliveryState
from models.watch import Notice


@dataclass(frozen=True)
class Post:
    """How mail leaves this archive: its sender and the archive's address."""

    sender: str
    archive_url: str
    correct_url: str | None = None
    """Where readers say what is wrong with an article, whose key follows."""
    bounce_address: str | None = None
    """Where mail goes back to that cannot be delivered; None for the sender's own address."""
    bounce_limit: int = 3
    """After how many issues that came back a reader gets no more."""
    dkim: DkimKey | None = field(default=None, repr=False)


def deliver_due(
    sessions: sessionmaker[Session], mailer: Mailer, *, post: Post, now: dt.datetime, claimant: str
) -> Counter[DeliveryState]:
    """Send every mail that is due, once; returns how many came to which state.

    MailProblem when the sender is impossible; nothing is claimed then.
    """
    claim = Claim(claimant, now)
    refused = partial(note_refusal, limit=post.bounce_limit)
    press = Press()
    issues = Outbox(Delivery, lambda delivery: _envelope_of_issue(delivery, post, press), refused)
    notices = Outbox(Notice, lambda notice: _envelope_of_notice(notice, post))
    with mailer.session() as sender:
        return issues.send_due(sessions, sender, claim) + notices.send_due(sessions, sender, claim)


def _envelope_of_issue(delivery: Delivery, post: Post, press: Press) -> Envelope:
    session = object_session(delivery)
    assert session is not None
    return envelope_of(_letter_of_issue(delivery, post, press), post, signer_of(session))


def _envelope_of_notice(notice: Notice, post: Post) -> Envelope:
    session = object_session(notice)
    assert session is not None
    if reason := unwanted_because(session, notice):
        raise Unwanted(reason)
    return envelope_of(_letter_of_notice(notice, post), post)


def envelope_of(letter: Letter, post: Post, signer: Signer | None = None) -> Envelope:
    """Build, sign and address a letter; with a signer, its return address names it.

    DeliveryProblem for an impossible reader's address, MailProblem for an impossible sender.
    """
    sender = sender_of(letter.sender)[1]
    domain = sender.rpartition("@")[2]
    content = message_of(letter).as_bytes()
    back = post.bounce_address or sender
    if post.bounce_address and signer:
        back = return_address(post.bounce_address, letter.key, signer)
    return Envelope(
        message_id=f"{letter.key}@{domain}",
        sender=back,
        recipient=recipient_of(letter),
        content=post.dkim.sign(content, domain) if post.dkim else content,
    )


def _letter_of_issue(delivery: Delivery, post: Post, press: Press) -> Letter:
    issue, reader = delivery.issue, delivery.reader
    if not reader.is_active:
        raise Unwanted("the reader gets no mail any more")
    session = object_session(delivery)
    assert session is not None
    subscription = session.get(Subscription, (issue.edition_id, reader.id))
    if subscription is None or subscription.confirmed_at is None:
        raise Unwanted("the reader has left the edition")
    signer = signer_of(session)
    links = links_of(issue, signer, post, reader)
    assert links.reader is not None
    taste = taste_of(session, reader)
    mail = press.mail(issue, links, taste)
    return Letter(
        key=delivery.message_id,
        sender=post.sender,
        address=reader.address,
        name=reader.name,
        subject=press.subject(issue, links),
        text=mail.text,
        html=mail.html,
        written_at=issue.composed_at,
        list_slug=issue.edition.slug,
        list_name=issue.edition.name,
        unsubscribe_url=links.reader.unsubscribe,
        attachments=press.attachments(issue, links, taste),
        related=press.pictures(issue, links),
    )


def links_of(issue: Issue, signer: Signer, post: Post, reader: Reader | None = None) -> Links:
    """Make an issue's addresses as they are mailed: signed, and with a reader what only this one may do."""
    archive = post.archive_url.rstrip("/")
    root = f"{archive}/r/{reader.key}/{issue.key}/{reader_key_of(signer, reader, issue.key)}" if reader else None
    return Links(
        archive,
        issue.key,
        mail_key=mail_key_of(signer, issue),
        correct=post.correct_url,
        reader=ReaderLinks(root) if root else None,
        has_parts=reader is not None,
    )


def _letter_of_notice(notice: Notice, post: Post) -> Letter:
    return Letter(
        key=notice.message_id,
        sender=post.sender,
        address=notice.address,
        name=None,
        subject=notice.subject,
        text=notice.text,
        html=notice.html,
        written_at=notice.written_at,
        list_slug=notice.list_slug,
        list_name=notice.list_name,
        unsubscribe_url=notice.unsubscribe_url,
    )
