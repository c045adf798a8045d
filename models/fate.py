"""The fate row: one claim, one retry counter and one outcome for every item at every stage.

Work is claimed by a conditional update; what a dead process had claimed is free again. Every function takes a
session and leaves the commit to its caller, so that a stage's output and its fate are one transaction.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.base import Base, changed_count, hold, insert_into
from models.claimant import Claimant, is_alive
from models.vocabulary import FateState, Stage

ENDED = (FateState.DONE, FateState.SKIPPED, FateState.FAILED)
ALONE_LOCK = 73_657  # any number that is ours alone
CLAIM_LASTS = dt.timedelta(hours=4)  # longer than any child process may run
RETRY_AFTER = (dt.timedelta(minutes=10), dt.timedelta(hours=2), dt.timedelta(days=1))
# A site may be down for weeks; what it published meanwhile is asked for until then, ever more seldom.
FETCH_RETRY_AFTER = (*RETRY_AFTER, dt.timedelta(days=3), dt.timedelta(days=9), dt.timedelta(days=27))


class Fate(Base):
    """Where one item stands in one stage; `version` is that of the stage's code that decided."""

    __tablename__ = "fate"
    __table_args__ = (
        sa.Index("ix_fate_due", "stage", "state", "due_at"),
        sa.Index("ix_fate_version", "stage", "version"),
    )

    stage: Mapped[Stage] = mapped_column(sa.String(12), primary_key=True)
    item_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[FateState] = mapped_column(sa.String(8))
    reason: Mapped[str | None]
    version: Mapped[str | None] = mapped_column(sa.String(80))
    attempt_count: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(sa.String(120))
    claimed_until: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]


def await_stage(session: Session, stage: Stage, item_ids: Iterable[int], *, due_at: dt.datetime) -> None:
    """Make items wait for a stage, whatever their fate was; one that is claimed right now will be done again.

    Every row is written, even one that waits already: somebody may be claiming it at this moment.
    """
    waiting = {
        "state": FateState.WAITING,
        "due_at": due_at,
        "attempt_count": 0,
        "claimed_by": None,
        "claimed_until": None,
    }
    rows = [{"stage": stage, "item_id": item_id, **waiting} for item_id in sorted(set(item_ids))]
    if rows:
        statement = insert_into(session, Fate)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["stage", "item_id"], set_={name: statement.excluded[name] for name in waiting}
            ),
            rows,
        )


def _is_due(stage: Stage, now: dt.datetime) -> sa.ColumnElement[bool]:
    free = Fate.state.in_((FateState.WAITING, FateState.FAILED, FateState.DONE, FateState.SKIPPED))
    expired = (Fate.state == FateState.CLAIMED) & (Fate.claimed_until < now)
    return (Fate.stage == stage) & (Fate.due_at <= now) & (free | expired)


def due_count(session: Session, stage: Stage, *, now: dt.datetime, among: sa.Select[int] | None = None) -> int:
    """Count what could be claimed at a stage now (of the items that `among` selects)."""
    due = sa.select(sa.func.count()).select_from(Fate).where(_is_due(stage, now))
    return session.scalar(due if among is None else due.where(Fate.item_id.in_(among))) or 0


def due_ids(session: Session, stage: Stage, *, now: dt.datetime, among: sa.Select[int], limit: int) -> Sequence[int]:
    """Give the items, of those that `among` selects, that could be claimed at a stage now, the most overdue first."""
    due = sa.select(Fate.item_id).where(_is_due(stage, now), Fate.item_id.in_(among))
    return session.scalars(due.order_by(Fate.due_at, Fate.item_id).limit(limit)).all()


@dataclass(frozen=True)
class Claim:
    """Who claims, at which moment, and how many items at the most.

    `is_alone` claims nothing while somebody else holds claims at the stage, which compares items with one another.
    """

    claimant: str
    now: dt.datetime
    limit: int = 100
    is_alone: bool = False


def claim_due(session: Session, stage: Stage, claim: Claim, *, among: sa.Select[int] | None = None) -> list[int]:
    """Claim due items (of those `among` selects) for four hours; returns their ids in ascending order."""
    due = sa.select(Fate.item_id).where(_is_due(stage, claim.now))
    if among is not None:
        due = due.where(Fate.item_id.in_(among))
    if claim.is_alone:
        hold(session, ALONE_LOCK, list(Stage).index(stage))
        due = due.where(~_others_claims(stage, claim).exists())
    chosen = due.order_by(Fate.item_id).limit(claim.limit).with_for_update(skip_locked=True).cte("due")
    claimed = session.scalars(
        sa.update(Fate)
        .where(Fate.stage == stage, Fate.item_id.in_(sa.select(chosen.c.item_id)), _is_due(stage, claim.now))
        .values(
            state=FateState.CLAIMED,
            claimed_by=claim.claimant,
            claimed_until=claim.now + CLAIM_LASTS,
            attempt_count=Fate.attempt_count + 1,
        )
        .returning(Fate.item_id)
        .execution_options(synchronize_session=False)
    )
    return sorted(claimed)


def _others_claims(stage: Stage, claim: Claim) -> sa.Select[int]:
    other = aliased(Fate)
    is_claimed = (other.state == FateState.CLAIMED) & (other.claimed_until >= claim.now)
    return sa.select(other.item_id).where(other.stage == stage, is_claimed, other.claimed_by != claim.claimant)


def release_claims_of_the_dead(session: Session, silent: Collection[str] = ()) -> int:
    """Free what was claimed by processes of this machine that are no more, or by silent ones; returns how many items.

    `silent` names those that have stopped to beat, as a `Watch` noticed.
    """
    claiming = sa.select(Fate.claimed_by).where(Fate.stage.in_(list(Stage)), Fate.state == FateState.CLAIMED)
    claimants = session.scalars(claiming.union(sa.select(Claimant.name)))
    return release_claims(session, [each for each in claimants if each and (each in silent or not is_alive(each))])


def release_claims(session: Session, claimants: Collection[str]) -> int:
    """Free what these processes had claimed, and forget that they were at work; returns how many items.

    What one of them holds locked, since it was halted amid a transaction, is passed over: nobody waits for it, and it
    is looked at again at the next tick.
    """
    if not claimants:
        return 0
    is_theirs = Fate.stage.in_(list(Stage)) & (Fate.state == FateState.CLAIMED) & Fate.claimed_by.in_(claimants)
    free = sa.select(Fate.stage, Fate.item_id).where(is_theirs).with_for_update(skip_locked=True).cte("free")
    released = session.scalars(
        sa.update(Fate)
        .where(sa.tuple_(Fate.stage, Fate.item_id).in_(sa.select(free)), is_theirs)
        .values(state=FateState.WAITING, claimed_by=None, claimed_until=None)
        .returning(Fate.item_id)
        .execution_options(synchronize_session=False)
    ).all()
    gone = sa.select(Claimant.name).where(
        Claimant.name.in_(claimants), Claimant.name.not_in(sa.select(Fate.claimed_by).where(is_theirs))
    )
    names = session.scalars(gone.with_for_update(skip_locked=True)).all()
    session.execute(sa.delete(Claimant).where(Claimant.name.in_(names)))
    return len(released)


def await_outdated(session: Session, stage: Stage, version: str, *, now: dt.datetime) -> int:
    """Make everything wait again that another version of the stage's code decided; returns how many items."""
    outdated = session.scalars(
        sa.update(Fate)
        .where(Fate.stage == stage, (Fate.version < version) | (Fate.version > version))
        .where(Fate.state.in_(ENDED))
        .values(state=FateState.WAITING, due_at=now, attempt_count=0)
        .returning(Fate.item_id)
        .execution_options(synchronize_session=False)
    )
    return len(outdated.all())


def ask_no_more(session: Session, links: sa.Select[int], reason: str) -> None:
    """Have nobody fetch these links again, but for those that somebody is at."""
    session.execute(
        sa.update(Fate)
        .where(Fate.stage == Stage.FETCH, Fate.item_id.in_(links), Fate.state != FateState.CLAIMED)
        .values(state=FateState.SKIPPED, reason=reason, due_at=None)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True)
class Outcome:
    """What became of an item at a stage; `due_at` is set where it comes round again."""

    state: FateState
    reason: str | None = None
    due_at: dt.datetime | None = None
    version: str | None = None


@dataclass(frozen=True)
class Claimed:
    """An item at a stage that somebody has claimed."""

    stage: Stage
    item_id: int
    claimant: str


class ClaimLost(Exception):
    """Somebody else has the item by now, since we were taken for dead: what we would store, they store."""


def finish(session: Session, claimed: Claimed, outcome: Outcome, *, now: dt.datetime) -> None:
    """Record the outcome of a claimed item; one that waits again meanwhile, or is another's by now, stays as it is."""
    finish_all(session, [claimed], outcome, now=now)


def finish_or_leave(session: Session, claimed: Claimed, outcome: Outcome, *, now: dt.datetime) -> None:
    """Record the outcome of a claimed item as `finish` does; ClaimLost, to roll all back, where it was lost."""
    if not _record(session, [claimed], outcome, now=now) and lost_claims(session, [claimed]):
        raise ClaimLost


def lost_claims(session: Session, claimed: Sequence[Claimed]) -> set[int]:
    """Give the items, all of one stage and claimant, that somebody else has by now; the others' rows are held."""
    ids = {each.item_id for each in claimed}
    if not ids:
        return ids
    is_ours = (Fate.state == FateState.CLAIMED) & (Fate.claimed_by == claimed[0].claimant)
    # Who makes an item wait anew forgets its attempts; who frees it from the dead does not.
    waits_anew = (Fate.state == FateState.WAITING) & (Fate.attempt_count == 0)
    kept = sa.select(Fate.item_id).where(Fate.stage == claimed[0].stage, Fate.item_id.in_(ids), is_ours | waits_anew)
    return ids - set(session.scalars(kept.order_by(Fate.item_id).with_for_update()))


def finish_all(session: Session, claimed: Sequence[Claimed], outcome: Outcome, *, now: dt.datetime) -> None:
    """Record the same outcome for several items, as `finish` does for one."""
    if claimed:
        _record(session, claimed, outcome, now=now)


def _record(session: Session, claimed: Sequence[Claimed], outcome: Outcome, *, now: dt.datetime) -> bool:
    """Record an outcome; tells whether any of the items was still claimed by whom it names."""
    fates = Fate.metadata.tables[Fate.__tablename__].c
    statement = (
        sa.update(fates.item_id.table)
        .where(fates.stage == sa.bindparam("of_stage"), fates.item_id == sa.bindparam("of_item"))
        .where(fates.state == FateState.CLAIMED, fates.claimed_by == sa.bindparam("claimant"))
        .values(
            state=outcome.state,
            reason=outcome.reason,
            version=outcome.version,
            due_at=outcome.due_at,
            finished_at=now,
            attempt_count=fates.attempt_count if outcome.state == FateState.FAILED else 0,
            claimed_by=None,
            claimed_until=None,
        )
    )
    items = [{"of_stage": each.stage, "of_item": each.item_id, "claimant": each.claimant} for each in claimed]
    recorded = session.execute(statement, items)
    return bool(changed_count(recorded))


def attempts_at(session: Session, claimed: Claimed) -> int:
    """Count the attempts at an item since its last success, the present one included."""
    attempts = sa.select(Fate.attempt_count).where(Fate.stage == claimed.stage, Fate.item_id == claimed.item_id)
    return session.scalar(attempts) or 0


def failure(session: Session, claimed: Claimed, reason: str, *, now: dt.datetime) -> Outcome:
    """Make the outcome of a failed attempt: due again after ten minutes, two hours, a day, then given up.

    A page is asked for longer than that, for some forty days.
    """
    waits = FETCH_RETRY_AFTER if claimed.stage == Stage.FETCH else RETRY_AFTER
    index = max(attempts_at(session, claimed), 1) - 1
    retry = now + waits[index] if index < len(waits) else None
    return Outcome(FateState.FAILED, reason, due_at=retry)


def counts_by_state(session: Session) -> Sequence[tuple[Stage, FateState, str | None, int]]:
    """Count items by stage, state and reason, for the status page."""
    rows = session.execute(
        sa.select(Fate.stage, Fate.state, Fate.reason, sa.func.count())
        .group_by(Fate.stage, Fate.state, Fate.reason)
        .order_by(Fate.stage, Fate.state, sa.func.count().desc())
    )
    return [(Stage(stage), FateState(state), reason, count) for stage, state, reason, count in rows]
