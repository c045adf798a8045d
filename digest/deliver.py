"""Sends what the outbox holds: the issues' mails to readers, and the notices to those who look after sources."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session, object_session, sessionmaker

from digest.content import content_from
from digest.mail import Mailer
from digest.message import Letter
from digest.outbox import Claim, Outbox, Unwanted
from digest.readers import follows_of
from digest.render import render_html, render_text
from models.edition import Delivery
from models.vocabulary import DeliveryState
from models.watch import Notice


@dataclass(frozen=True)
class Post:
    """How mail leaves this archive: its sender, the archive's address, and where a reader unsubscribes."""

    sender: str
    archive_url: str
    unsubscribe_url: Callable[[str], str] | None = None
    """Makes the address where the reader of a delivery (by its message id) unsubscribes."""
    correct_url: str | None = None
    """Where readers say what is wrong with an article, whose key follows."""


def deliver_due(
    sessions: sessionmaker[Session], mailer: Mailer, *, post: Post, now: dt.datetime, claimant: str
) -> Counter[DeliveryState]:
    """Send every mail that is due, once; returns how many came to which state.

    MailProblem when the sender is impossible; nothing is claimed then.
    """
    claim = Claim(claimant, now)
    issues = Outbox(Delivery, lambda delivery: _letter_of_issue(delivery, post))
    notices = Outbox(Notice, lambda notice: _letter_of_notice(notice, post))
    return issues.send_due(sessions, mailer, claim) + notices.send_due(sessions, mailer, claim)


def _letter_of_issue(delivery: Delivery, post: Post) -> Letter:
    if not delivery.reader.is_active:
        raise Unwanted("the reader gets no mail any more")
    issue = delivery.issue
    content = content_from(issue.content)
    unsubscribe_url = post.unsubscribe_url(delivery.message_id) if post.unsubscribe_url else None
    session = object_session(delivery)
    assert session is not None
    follows = follows_of(session, delivery.reader)
    return Letter(
        key=delivery.message_id,
        sender=post.sender,
        address=delivery.reader.address,
        name=delivery.reader.name,
        subject=issue.subject,
        text=render_text(
            content,
            archive_url=post.archive_url,
            correct_url=post.correct_url,
            unsubscribe_url=unsubscribe_url,
            follows=follows,
        ),
        html=render_html(
            content,
            archive_url=post.archive_url,
            correct_url=post.correct_url,
            unsubscribe_url=unsubscribe_url,
            follows=follows,
        ),
        written_at=issue.composed_at,
        list_slug=issue.edition.slug,
        list_name=issue.edition.name,
        unsubscribe_url=unsubscribe_url,
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
        list_slug="sources",
        list_name="Perilune's sources",
    )
