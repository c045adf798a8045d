"""Who claims work: a process of one machine, named so that others can tell whether it still lives.

A process of this machine is looked up. One of another machine, or one that hangs, is known by its beats: it counts up
in its row, and whoever watches takes it for dead when the count stands still for long. The watcher measures by its own
steady clock, so that no two machines' clocks are compared and a clock that is set frees nobody's claims.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker
from structlog import get_logger

from models.base import Base, insert_into

BEATS = 8  # of which some may be missed before a process is taken for dead
STAYED_AWAY = 0.5  # a watcher that was itself away for this share of the limit begins anew
log = get_logger()


class Claimant(Base):
    """A process that may hold claims, what it does, and how often it said that it is at work."""

    __tablename__ = "claimant"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    beat_count: Mapped[int] = mapped_column(sa.BigInteger)


def this_process() -> str:
    """Name this process as a claimant: machine, process number and its start time."""
    import psutil

    return f"{socket.gethostname()}/{os.getpid()}/{psutil.Process().create_time():.2f}"


def is_alive(claimant: str) -> bool:
    """Tell whether the claimant may still be at work; one of another machine is given the benefit of the doubt."""
    import psutil

    machine, pid, started = claimant.rsplit("/", 2)
    if machine != socket.gethostname():
        return True
    try:
        process = psutil.Process(int(pid))
        return f"{process.create_time():.2f}" == started and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def beating(sessions: sessionmaker[Session], role: str, *, silence: float) -> Iterator[str]:
    """Say that this process is at work, until the block ends; gives the process's name.

    It says so several times in `silence`, the seconds after which others take it for dead.
    """
    name, ended = this_process(), threading.Event()
    _beat(sessions, name, role)

    def go_on() -> None:
        while not ended.wait(silence / BEATS):
            _beat(sessions, name, role)

    thread = threading.Thread(target=go_on, name="beat", daemon=True)
    thread.start()
    try:
        yield name
    finally:
        ended.set()
        thread.join()
        with contextlib.suppress(sa.exc.OperationalError), sessions.begin() as session:
            session.execute(sa.delete(Claimant).where(Claimant.name == name))


def _beat(sessions: sessionmaker[Session], name: str, role: str) -> None:
    now = dt.datetime.now(dt.UTC)
    try:
        with sessions.begin() as session:
            row = insert_into(session, Claimant).values(name=name, role=role, started_at=now, seen_at=now, beat_count=1)
            counted = {"seen_at": row.excluded.seen_at, "beat_count": Claimant.beat_count + 1}
            session.execute(row.on_conflict_do_update(index_elements=["name"], set_=counted))
    except sa.exc.OperationalError as error:  # the next beat tries again; the work itself meets the same fault
        log.warning("beat missed", reason=str(error.orig))


class Watch:
    """Notices claimants that have stopped to beat; one that watches for a while, since a count must be seen to stand.

    A watcher that was not asked for long, since its machine slept or it was halted, knows nothing of that time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._counted: dict[str, tuple[int, float]] = {}
        self._looked_at = clock()

    def silent(self, session: Session) -> frozenset[str]:
        """Look once more, and name the claimants whose count has stood still for longer than the limit."""
        now = self._clock()
        if now - self._looked_at > self._seconds * STAYED_AWAY:
            self._counted.clear()
        self._looked_at = now
        rows = session.execute(sa.select(Claimant.name, Claimant.beat_count))
        self._counted = {name: self._since(name, count, now) for name, count in rows}
        return frozenset(name for name, (_, since) in self._counted.items() if now - since > self._seconds)

    def _since(self, name: str, count: int, now: float) -> tuple[int, float]:
        before = self._counted.get(name)
        return before if before is not None and before[0] == count else (count, now)


def claimants_at_work(session: Session) -> list[Claimant]:
    """Read who says to be at work, for people who look."""
    return list(session.scalars(sa.select(Claimant).order_by(Claimant.role, Claimant.name)))
