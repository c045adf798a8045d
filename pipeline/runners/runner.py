"""What every stage's runner shares: claim, compute, store, one fate an item; the one place that catches everything."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger
from structlog.contextvars import bound_contextvars

from models.database import has_passed
from models.fate import (
    Claim,
    Claimed,
    ClaimLost,
    Outcome,
    await_outdated,
    claim_due,
    due_count,
    failure,
    finish,
    finish_or_leave,
)
from models.vocabulary import FateState, Stage
from pipeline.encoding.encoder import EncoderProblem

Result = TypeVar("Result")
Progress = Callable[[Stage, int, int], None]
MAX_REASON_CHARS = 300
# The database or the encoder is not there: no item is at fault, and a restart frees the claims.
EVERY_ITEM_WOULD_FAIL = (sa.exc.OperationalError, EncoderProblem)
# These compare an item with all others: were two processes at it, neither would see what the other has just stored.
COMPARING = (Stage.IDENTIFY, Stage.GROUP)
STORED_AGAIN = 3
TAKEN_OVER = Outcome(FateState.CLAIMED, "another process has it by now")
log = get_logger()


class StageRunner(Protocol[Result]):
    """One stage: computes without a session's locks, stores in one transaction an item."""

    stage: Stage
    version: str
    batch_size: int

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterable[tuple[int, Result]]:
        """Yield each item's result, in any order."""
        ...

    def store(self, session: Session, item_id: int, result: Result, *, now: dt.datetime) -> Outcome:
        """Store one result and say what became of the item; an exception is a failure that is tried again."""
        ...


@dataclass(frozen=True)
class Worker:
    """The process that works: its database, its name as claimant, its clock value and its progress display.

    `seconds` is how long it goes on claiming at a stage; None works off all that is due.
    """

    sessions: sessionmaker[Session]
    claimant: str
    now: dt.datetime
    progress: Progress = lambda _stage, _done, _all: None
    seconds: float | None = None


def drain(runner: StageRunner[Result], worker: Worker) -> Counter[str]:
    """Work on a stage until nothing is due, or its time is over; returns how many items met each fate."""
    counts: Counter[str] = Counter()
    ends = math.inf if worker.seconds is None else time.monotonic() + worker.seconds
    with worker.sessions.begin() as session:
        await_outdated(session, runner.stage, runner.version, now=worker.now)
        total = due_count(session, runner.stage, now=worker.now)
    with bound_contextvars(stage=runner.stage):
        while time.monotonic() < ends and (item_ids := _claim(runner, worker)):
            for item_id, outcome in _outcomes(runner, worker, item_ids):
                counts[outcome.state] += 1
                log.debug("worked on", item=item_id, fate=outcome.state, reason=outcome.reason)
                worker.progress(runner.stage, counts.total(), max(total, counts.total()))
    return counts


def _claim(runner: StageRunner[Result], worker: Worker) -> list[int]:
    claim = Claim(worker.claimant, worker.now, runner.batch_size, is_alone=runner.stage in COMPARING)
    with worker.sessions.begin() as session:
        return claim_due(session, runner.stage, claim)


def _outcomes(runner: StageRunner[Result], worker: Worker, item_ids: Sequence[int]) -> Iterator[tuple[int, Outcome]]:
    """Compute and store items; where computing them together fails, the rest are computed one by one."""
    unseen = list(item_ids)
    try:
        for item_id, result in runner.compute(worker.sessions, item_ids):
            unseen.remove(item_id)
            yield item_id, _stored(runner, worker, item_id, result)
    except EVERY_ITEM_WOULD_FAIL:
        raise
    except Exception as error:  # one bad item never stops the others
        if len(item_ids) == 1:
            log.exception("failed", item=item_ids[0])
            yield item_ids[0], _store_failure(runner, worker, item_ids[0], error)
            return
        for item_id in unseen:
            yield from _outcomes(runner, worker, [item_id])


def _stored(runner: StageRunner[Result], worker: Worker, item_id: int, result: Result) -> Outcome:
    claimed = Claimed(runner.stage, item_id, worker.claimant)
    for is_last in (*[False] * STORED_AGAIN, True):
        try:
            with worker.sessions.begin() as session:
                outcome = replace(runner.store(session, item_id, result, now=worker.now), version=runner.version)
                finish_or_leave(session, claimed, outcome, now=worker.now)
        except EVERY_ITEM_WOULD_FAIL as error:
            if is_last or not has_passed(error):
                raise
        except ClaimLost:
            return TAKEN_OVER
        except Exception as error:  # likewise
            log.exception("failed", item=item_id)
            return _store_failure(runner, worker, item_id, error)
        else:
            return outcome
    raise AssertionError


def _store_failure(runner: StageRunner[Result], worker: Worker, item_id: int, error: Exception) -> Outcome:
    reason = f"{type(error).__name__}: {error}"[:MAX_REASON_CHARS]
    claimed = Claimed(runner.stage, item_id, worker.claimant)
    with worker.sessions.begin() as session:
        outcome = replace(failure(session, claimed, reason, now=worker.now), version=runner.version)
        finish(session, claimed, outcome, now=worker.now)
    return outcome


def done() -> Outcome:
    """Make the outcome of an item that went through."""
    return Outcome(FateState.DONE)


def skipped(reason: str) -> Outcome:
    """Make the outcome of an item that this stage has nothing to do with."""
    return Outcome(FateState.SKIPPED, reason)


def given_up(reason: str) -> Outcome:
    """Make the outcome of an item that fails alike however often it is tried."""
    return Outcome(FateState.FAILED, reason)
