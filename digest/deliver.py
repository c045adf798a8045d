"""Empties the outbox: each delivery is claimed by a conditional update, handed over, and its outcome recorded.

A claim that is found with nobody behind it is uncertain: the mail may have gone out, so it is never sent again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, sessionmaker

from digest.content import content_from
from digest.mail import DeliveryProblem, Mailer, UncertainDelivery
from digest.message import Letter, mail_address, message_of
from digest.render import render_html, render_text
from models.claimant import is_alive
from models.edition import Delivery
from models.vocabulary import DeliveryState

log = structlog.get_logger()

# Tried again over three days: what is down on Friday evening is mended on Monday.
RETRY_AFTER = tuple(dt.timedelta(minutes=minutes) for minutes in (10, 30, 60, 120, 240, 480, 720, 720, 720, 720, 480))
CLAIM_LASTS = dt.timedelta(hours=6)


@dataclass(frozen=True)
class Post:
    """How mail leaves this archive: its sender, the archive's address, and where a reader unsubscribes."""

    sender: str
    archive_url: str
    unsubscribe_url: Callable[[str], str] | None = None
    """Makes the address where the reader of a delivery (by its message id) unsubscribes."""


def deliver_due(
    sessions: sessionmaker[Session], mailer: Mailer, *, post: Post, now: dt.datetime, claimant: str
) -> Counter[DeliveryState]:
    """Send every delivery that is due, once; returns how many came to which state.

    MailProblem when the sender is impossible; nothing is claimed then.
    """
    outcomes: Counter[DeliveryState] = Counter()
    with sessions.begin() as session:
        outcomes[DeliveryState.UNCERTAIN] = mark_uncertain(session, now=now)
        due = session.scalars(
            sa.select(Delivery.id)
            .where(Delivery.state == DeliveryState.WAITING, Delivery.due_at <= now)
            .order_by(Delivery.due_at, Delivery.id)
        ).all()
    for delivery_id in due:
        if state := _deliver(sessions, mailer, delivery_id, post=post, claim=Claim(claimant, now)):
            outcomes[state] += 1
    return +outcomes


def mark_uncertain(session: Session, *, now: dt.datetime) -> int:
    """Mark deliveries whose process died, or that have been claimed for six hours, as uncertain; returns how many."""
    marked = 0
    for row in session.scalars(sa.select(Delivery).where(Delivery.state == DeliveryState.SENDING)):
        if row.due_at > now and row.claimed_by and is_alive(row.claimed_by):
            continue
        reason = "the process that was sending it ended before the outcome was recorded"
        _record(session, row.id, Outcome(DeliveryState.UNCERTAIN, reason), now=now)
        marked += 1
    return marked


@dataclass(frozen=True)
class Claim:
    """Who claims a delivery, and when."""

    claimant: str
    now: dt.datetime


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt; `due_at` is set where there will be another."""

    state: DeliveryState
    problem: str | None = None
    due_at: dt.datetime | None = None


def _deliver(
    sessions: sessionmaker[Session], mailer: Mailer, delivery_id: int, *, post: Post, claim: Claim
) -> DeliveryState | None:
    """Send one mail; None when another process claimed it first."""
    with sessions() as session:
        delivery = session.get_one(Delivery, delivery_id)
        letter = _letter(delivery, post)
        attempt_count = delivery.attempt_count
        is_wanted = delivery.reader.is_active
    try:
        # Built before it is claimed: a fault in our own words must not leave an uncertain delivery behind.
        message = message_of(letter)
    except DeliveryProblem as problem:
        return _settle(sessions, delivery_id, Outcome(DeliveryState.FAILED, str(problem)), claim)
    if not is_wanted:
        outcome = Outcome(DeliveryState.FAILED, "the reader gets no mail any more")
        return _settle(sessions, delivery_id, outcome, claim)
    with sessions.begin() as session:
        if not _has_claimed(session, delivery_id, claim):
            return None
    outcome = _attempt(mailer, message, letter.address, attempt_count=attempt_count, now=claim.now)
    with sessions.begin() as session:
        _record(session, delivery_id, outcome, now=claim.now)
    log.info("delivery attempted", delivery=letter.key, state=str(outcome.state), problem=outcome.problem)
    return outcome.state


def _letter(delivery: Delivery, post: Post) -> Letter:
    issue = delivery.issue
    content = content_from(issue.content)
    unsubscribe_url = post.unsubscribe_url(delivery.message_id) if post.unsubscribe_url else None
    return Letter(
        key=delivery.message_id,
        sender=post.sender,
        address=delivery.reader.address,
        name=delivery.reader.name,
        subject=issue.subject,
        text=render_text(content, archive_url=post.archive_url, unsubscribe_url=unsubscribe_url),
        html=render_html(content, archive_url=post.archive_url, unsubscribe_url=unsubscribe_url),
        written_at=issue.composed_at,
        list_slug=issue.edition.slug,
        list_name=issue.edition.name,
        unsubscribe_url=unsubscribe_url,
    )


def _attempt(mailer: Mailer, message: EmailMessage, address: str, *, attempt_count: int, now: dt.datetime) -> Outcome:
    try:
        mailer.send(message, mail_address(address))
    except UncertainDelivery as problem:
        return Outcome(DeliveryState.UNCERTAIN, str(problem))
    except DeliveryProblem as problem:
        if problem.permanent:
            return Outcome(DeliveryState.FAILED, str(problem))
        if attempt_count >= len(RETRY_AFTER):
            return Outcome(DeliveryState.FAILED, f"given up after three days: {problem}")
        return Outcome(DeliveryState.WAITING, str(problem), due_at=now + RETRY_AFTER[attempt_count])
    return Outcome(DeliveryState.SENT)


def _has_claimed(session: Session, delivery_id: int, claim: Claim) -> bool:
    claimed = session.scalar(
        sa.update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.WAITING, Delivery.due_at <= claim.now)
        .values(
            state=DeliveryState.SENDING,
            claimed_by=claim.claimant,
            due_at=claim.now + CLAIM_LASTS,
            attempt_count=Delivery.attempt_count + 1,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return claimed is not None


def _settle(sessions: sessionmaker[Session], delivery_id: int, outcome: Outcome, claim: Claim) -> DeliveryState | None:
    """Record an outcome that needs no mail server, unless another process was first."""
    with sessions.begin() as session:
        if not _has_claimed(session, delivery_id, claim):
            return None
        _record(session, delivery_id, outcome, now=claim.now)
    return outcome.state


def _record(session: Session, delivery_id: int, outcome: Outcome, *, now: dt.datetime) -> None:
    """Record the outcome of a claimed delivery; that it was sent is recorded even if it was taken for uncertain."""
    is_sent = outcome.state == DeliveryState.SENT
    from_states = [DeliveryState.SENDING, *([DeliveryState.UNCERTAIN] if is_sent else [])]
    session.execute(
        sa.update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_(from_states))
        .values(
            state=outcome.state,
            problem=outcome.problem,
            claimed_by=None,
            due_at=outcome.due_at or Delivery.due_at,
            sent_at=now if is_sent else None,
        )
        .execution_options(synchronize_session=False)
    )
