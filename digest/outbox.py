"""The outbox: each mail is claimed by a conditional update, handed over, and its outcome recorded.

Whoever dies between the claim and `handed_over_at`, which is written when only the final dot is missing and only while
the claim is still one's own, leaves a mail that certainly is not out: it waits again. Whoever dies from then on until
the outcome is recorded leaves an uncertain mail, which is never sent again by itself.
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
DIED_BEFORE = "the process that was sending it ended before the mail was handed over"
DIED_AFTER = "the process that was sending it ended before the outcome was recorded"
Row = TypeVar("Row", bound=OutboxRow)


@dataclass(frozen=True)
class Claim:
    """Who claims a mail, and when."""

    claimant: str
    now: dt.datetime

    @property
    def until(self) -> dt.datetime:
        """Say until when it lasts."""
        return self.now + CLAIM_LASTS


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


class _ClaimGone(Exception):
    """The claim expired, and was taken from us before the mail was out."""


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
            outcomes[DeliveryState.UNCERTAIN] = self._settle_dead_claims(session, now=claim.now)
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

    def _settle_dead_claims(self, session: Session, *, now: dt.datetime) -> int:
        """Take claims from processes that died, or have had them for six hours; returns how many are uncertain."""
        rows = self.rows
        claims = session.execute(
            sa.select(rows.id, rows.claimed_by, rows.due_at).where(rows.state == DeliveryState.SENDING)
        ).all()
        dead = [row_id for row_id, claimant, until in claims if not (until > now and claimant and is_alive(claimant))]
        # How far a mail came is asked in the update itself: its process may live, and be handing it over.
        is_in_hand = rows.handed_over_at.is_(None)
        settled = session.scalars(
            sa.update(rows)
            .where(rows.id.in_(dead), rows.state == DeliveryState.SENDING)
            .values(
                state=sa.case((is_in_hand, DeliveryState.WAITING), else_=DeliveryState.UNCERTAIN),
                problem=sa.case((is_in_hand, DIED_BEFORE), else_=DIED_AFTER),
                due_at=sa.case((is_in_hand, now), else_=rows.due_at),
                claimed_by=None,
            )
            .returning(rows.state)
            .execution_options(synchronize_session=False)
        )
        return sum(state == DeliveryState.UNCERTAIN for state in settled)

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

        def hand_over() -> None:
            self._hand_over(sessions, row_id, claim, envelope)

        try:
            outcome = _attempt(lambda: sender.send(envelope, hand_over), attempt_count=attempt_count, now=claim.now)
        except _ClaimGone:
            log.warning("claim expired", delivery=envelope.message_id)
            return None
        with sessions.begin() as session:
            self._record(session, row_id, outcome, claim)
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
                due_at=claim.until,
                handed_over_at=None,
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
            self._record(session, row_id, outcome, claim)
        log.warning("mail given up", mail=row_id, table=self.rows.__name__, problem=outcome.problem)
        return outcome.state

    def _is_ours(self, row_id: int, claim: Claim) -> sa.ColumnElement[bool]:
        is_claimed = (self.rows.id == row_id) & (self.rows.state == DeliveryState.SENDING)
        return is_claimed & (self.rows.claimed_by == claim.claimant) & (self.rows.due_at == claim.until)

    def _hand_over(self, sessions: sessionmaker[Session], row_id: int, claim: Claim, envelope: Envelope) -> None:
        """Note that the mail may be out from now on; raises where it must not go out."""
        noted = (
            sa.update(self.rows)
            .where(self._is_ours(row_id, claim))
            .values(handed_over_at=claim.now)
            .returning(self.rows.id)
            .execution_options(synchronize_session=False)
        )
        try:
            with sessions.begin() as session:
                is_noted = session.scalar(noted) is not None
        except sa.exc.DBAPIError as error:
            reason = f"not handed over, since the database failed: {error.orig}"
            raise DeliveryProblem(envelope.recipient, reason, permanent=False) from error
        if not is_noted:
            raise _ClaimGone

    def _record(self, session: Session, row_id: int, outcome: Outcome, claim: Claim) -> None:
        """Record the outcome of a claimed mail; that it was sent is recorded even if it was taken for uncertain."""
        is_sent = outcome.state == DeliveryState.SENT
        is_doubted = (self.rows.id == row_id) & (self.rows.state == DeliveryState.UNCERTAIN)
        is_ours = self._is_ours(row_id, claim)
        session.execute(
            sa.update(self.rows)
            .where(is_ours | is_doubted if is_sent else is_ours)
            .values(
                state=outcome.state,
                problem=outcome.problem,
                claimed_by=None,
                due_at=outcome.due_at or self.rows.due_at,
                sent_at=claim.now if is_sent else None,
            )
            .execution_options(synchronize_session=False)
        )


def _attempt(send: Callable[[], None], *, attempt_count: int, now: dt.datetime) -> Outcome:
    try:
        send()
    except UncertainDelivery as problem:
        return Outcome(DeliveryState.UNCERTAIN, str(problem))
    except DeliveryProblem as problem:
        if problem.permanent:
            return Outcome(DeliveryState.FAILED, str(problem), status=problem.status)
        if attempt_count >= len(RETRY_AFTER):
            return Outcome(DeliveryState.FAILED, f"given up after three days: {problem}")
        return Outcome(DeliveryState.WAITING, str(problem), due_at=now + RETRY_AFTER[attempt_count])
    return Outcome(DeliveryState.SENT)
