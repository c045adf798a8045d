"""Stores what came back, once each however often it is read, and stops mail to addresses that are gone."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.bounces import Report, is_gone, report_of
from digest.outbox import Outcome
from models.base import insert_into
from models.edition import Bounce, Delivery, Reader, Subscription
from models.signing import signer_of
from models.vocabulary import BounceKind, DeliveryState


class Taken(StrEnum):
    """What became of a letter to the return address."""

    HARD = "hard"
    SOFT = "soft"
    ABUSE = "abuse"
    IGNORED = "ignored"
    """No report: an answer, an absence note, a mail that arrived after all."""
    REPEATED = "repeated"
    FORGED = "forged"
    """The return address was not made here."""
    UNKNOWN = "unknown"
    """A report that names no mail of ours."""


def take_letter(session: Session, content: bytes, *, now: dt.datetime, limit: int) -> Taken:
    """Read one letter and store what it reports, in the caller's transaction."""
    report = report_of(content)
    if report.kind is None:
        return Taken.IGNORED
    if not report.marks:
        return Taken.UNKNOWN
    signer = signer_of(session)
    ours = [mark for mark in report.marks if mark.is_signed_by(signer)]
    if not ours:
        return Taken.FORGED
    delivery = session.scalar(sa.select(Delivery).where(Delivery.message_id == ours[0].message_id))
    if delivery is None:
        return Taken.UNKNOWN
    if not _store(session, delivery, report, now):
        return Taken.REPEATED
    if report.kind is BounceKind.HARD:
        _settle(session, delivery, report.reason)
    _stop_if_due(session, delivery.reader, report.kind, limit)
    return Taken(report.kind.value)


def note_refusal(session: Session, delivery_id: int, outcome: Outcome, now: dt.datetime, *, limit: int) -> None:
    """Count a refusal of the mail server for a reader who is not there as what it is, a mail that came back."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or not is_gone(outcome.status):
        return
    reason = outcome.problem or ""
    digest = hashlib.sha256(f"{delivery.message_id} {delivery.attempt_count} {reason}".encode()).hexdigest()
    _store(session, delivery, Report(digest, BounceKind.HARD, (), reason, outcome.status), now)
    _stop_if_due(session, delivery.reader, BounceKind.HARD, limit)


def _store(session: Session, delivery: Delivery, report: Report, now: dt.datetime) -> bool:
    """Store a report; False where it was read before."""
    values = {
        "digest": report.digest,
        "reader_id": delivery.reader_id,
        "delivery_id": delivery.id,
        "kind": report.kind,
        "status": report.status,
        "reason": report.reason,
        "read_at": now,
    }
    insert = insert_into(session, Bounce).values(values).on_conflict_do_nothing().returning(Bounce.id)
    return session.scalar(insert) is not None


def _settle(session: Session, delivery: Delivery, reason: str) -> None:
    """Record that a mail which was handed over, or may have been, did not arrive."""
    session.execute(
        sa.update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state.in_((DeliveryState.SENT, DeliveryState.UNCERTAIN)))
        .values(state=DeliveryState.FAILED, problem=f"came back: {reason}")
        .execution_options(synchronize_session=False)
    )


def _stop_if_due(session: Session, reader: Reader, kind: BounceKind, limit: int) -> None:
    """Stop mail to a reader who complained, or of whom so many issues came back since they were last added."""
    if not reader.is_active:
        return
    if kind is BounceKind.ABUSE:
        reader.is_active, reader.stopped_because = False, "the reader reported a mail as unwanted"
        return
    confirmed = sa.select(sa.func.max(Subscription.confirmed_at)).where(Subscription.reader_id == reader.id)
    since = session.scalar(confirmed)
    came_back = (
        sa.select(sa.func.count(sa.distinct(Delivery.issue_id)))
        .join(Bounce, Bounce.delivery_id == Delivery.id)
        .where(Bounce.reader_id == reader.id, Bounce.kind == BounceKind.HARD)
    )
    count = session.scalar(came_back.where(Bounce.read_at >= since) if since else came_back) or 0
    if count >= limit:
        reader.is_active = False
        reader.stopped_because = f"mail of {count} issues came back: there is no such mailbox"
