"""The outbox: each mail is claimed by a conditional update, handed over, and its outcome recorded.

A claim that is found with nobody behind it is uncertain: the mail may have gone out, so it is never sent again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, sessionmaker

from digest.mail import DeliveryProblem, Envelope, Sender, UncertainDelivery
from models.claimant import is_alive
from models.outbox import OutboxRow
from models.vocabulary import DeliveryState

log = structlog.get_logger()

# Tried again over three days: what is down on Friday evening is mended on Monday.
RETRY_AFTER = tuple(dt.timedelta(minutes=minutes) for minutes in (10, 30, 60, 120, 240, 480, 720, 720, 720, 720, 480))
CLAIM_LASTS = dt.timedelta(hours=6)
Row = TypeVar("Row", bound=OutboxRow)


@dataclass(frozen=True)
class Claim:
    """Who claims a mail, and when."""

    claimant: str
    now: dt.datetime


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt; `due_at` is set where there will be another."""

    state: DeliveryState
    problem: str | None = None
    due_at: dt.datetime | None = None
    status: str | None = None
    """The enhanced status code of a refusal for good."""


def _recorded_nowhere(_session: Session, _row_id: int, _outcome: Outcome, _now: dt.datetime) -> None:
    """Take no further note of a refusal."""


class Unwanted(Exception):
    """A mail that nobody wants any more; the message says why."""


@dataclass(frozen=True)
class Outbox(Generic[Row]):
    """The mails of one table, how each becomes a message (which may raise Unwanted), and who hears of refusals."""

    rows: type[Row]
    envelope_of: Callable[[Row], Envelope]
    note_refusal: Callable[[Session, int, Outcome, dt.datetime], None] = _recorded_nowhere

    def send_due(self, sessions: sessionmaker[Session], sender: Sender, claim: Claim) -> Counter[DeliveryState]:
        """Send every mail that is due, once; returns how many came to which state.

        MailProblem when the sender is impossible; nothing is claimed then.
        """
        outcomes: Counter[DeliveryState] = Counter()
        with sessions.begin() as session:
            outcomes[DeliveryState.UNCERTAIN] = self.mark_uncertain(session, now=claim.now)
            due = session.scalars(
                sa.select(self.rows.id)
                .where(self.rows.state == DeliveryState.WAITING, self.rows.due_at <= claim.now)
                .order_by(self.rows.due_at, self.rows.id)
            ).all()
        for row_id in due:
            # Before it is claimed: whoever is killed while waiting has sent nothing.
            sender.wait()
            if state := self._deliver(sessions, sender, row_id, claim):
                outcomes[state] += 1
        return +outcomes

    def mark_uncertain(self, session: Session, *, now: dt.datetime) -> int:
        """Mark mails whose process died, or that have been claimed for six hours, as uncertain; returns how many."""
        marked = 0
        for row in session.scalars(sa.select(self.rows).where(self.rows.state == DeliveryState.SENDING)):
            if row.due_at > now and row.claimed_by and is_alive(row.claimed_by):
                continue
            reason = "the process that was sending it ended before the outcome was recorded"
            self._record(session, row.id, Outcome(DeliveryState.UNCERTAIN, reason), now=now)
            marked += 1
        return marked

    def _deliver(
        self, sessions: sessionmaker[Session], sender: Sender, row_id: int, claim: Claim
    ) -> DeliveryState | None:
        """Send one mail; None when another process claimed it first."""
        try:
            # Built before it is claimed: a fault in our own words must not leave an uncertain mail behind.
            with sessions() as session:
                row = session.get(self.rows, row_id)
                if row is None:  # its reader was erased meanwhile
                    return None
                attempt_count = row.attempt_count
                envelope = self.envelope_of(row)
        except (DeliveryProblem, Unwanted) as problem:
            return self._settle(sessions, row_id, Outcome(DeliveryState.FAILED, str(problem)), claim)
        with sessions.begin() as session:
            if not self._has_claimed(session, row_id, claim):
                return None
        outcome = _attempt(sender, envelope, attempt_count=attempt_count, now=claim.now)
        with sessions.begin() as session:
            self._record(session, row_id, outcome, now=claim.now)
            if outcome.status:
                self.note_refusal(session, row_id, outcome, claim.now)
        log.info("delivery attempted", delivery=envelope.message_id, state=str(outcome.state), problem=outcome.problem)
        return outcome.state

    def _has_claimed(self, session: Session, row_id: int, claim: Claim) -> bool:
        claimed = session.scalar(
            sa.update(self.rows)
            .where(self.rows.id == row_id, self.rows.state == DeliveryState.WAITING, self.rows.due_at <= claim.now)
            .values(
                state=DeliveryState.SENDING,
                claimed_by=claim.claimant,
                due_at=claim.now + CLAIM_LASTS,
                attempt_count=self.rows.attempt_count + 1,
            )
            .returning(self.rows.id)
            .execution_options(synchronize_session=False)
        )
        return claimed is not None

    def _settle(
        self, sessions: sessionmaker[Session], row_id: int, outcome: Outcome, claim: Claim
    ) -> DeliveryState | None:
        """Record an outcome that needs no mail server, unless another process was first."""
        with sessions.begin() as session:
            if not self._has_claimed(session, row_id, claim):
                return None
            self._record(session, row_id, outcome, now=claim.now)
        log.warning("mail given up", mail=row_id, table=self.rows.__name__, problem=outcome.problem)
        return outcome.state

    def _record(self, session: Session, row_id: int, outcome: Outcome, *, now: dt.datetime) -> None:
        """Record the outcome of a claimed mail; that it was sent is recorded even if it was taken for uncertain."""
        is_sent = outcome.state == DeliveryState.SENT
        from_states = [DeliveryState.SENDING, *([DeliveryState.UNCERTAIN] if is_sent else [])]
        session.execute(
            sa.update(self.rows)
            .where(self.rows.id == row_id, self.rows.state.in_(from_states))
            .values(
                state=outcome.state,
                problem=outcome.problem,
                claimed_by=None,
                due_at=outcome.due_at or self.rows.due_at,
                sent_at=now if is_sent else None,
            )
            .execution_options(synchronize_session=False)
        )


def _attempt(sender: Sender, envelope: Envelope, *, attempt_count: int, now: dt.datetime) -> Outcome:
    try:
        sender.send(envelope)
    except UncertainDelivery as problem:
        return Outcome(DeliveryState.UNCERTAIN, str(problem))
    except DeliveryProblem as problem:
        if problem.permanent:
            return Outcome(DeliveryState.FAILED, str(problem), status=problem.status)
        if attempt_count >= len(RETRY_AFTER):
            return Outcome(DeliveryState.FAILED, f"given up after three days: {problem}")
        return Outcome(DeliveryState.WAITING, str(problem), due_at=now + RETRY_AFTER[attempt_count])
    return Outcome(DeliveryState.SENT)
