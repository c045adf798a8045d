"""Who claims work: a process of one machine, named so that others can tell whether it still lives.

A process of this machine is looked up. One of another machine, or one that is halted, is known by its beats: it counts
up in its row, and whoever watches takes it for dead when the count stands still for as long as it said itself. The
watcher measures by its own steady clock, so that for this no clocks are compared, and a clock that is set frees nobody.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

SILENCE = 120.0
STAYED_AWAY = 0.8  # a watcher that was itself away for this share of the limit, and this long, begins anew
LEAST_AWAY_SECONDS = 60.0  # some ticks of whoever looks
STARTED_FIELD = 19  # of /proc/PID/stat, counted from what follows the name


class Claimant(Base):
    """A process that may hold claims, what it does, and how often it said that it is at work."""

    __tablename__ = "claimant"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    beat_count: Mapped[int] = mapped_column(sa.BigInteger)
    silence: Mapped[float] = mapped_column(default=SILENCE, server_default=str(SILENCE))
    """Seconds without a beat after which others may take it for dead; it says so itself."""


def this_process() -> str:
    """Name this process as a claimant: machine, process number, and when it was started."""
    return f"{_machine()}/{os.getpid()}/{_start_of(os.getpid())}"


def is_alive(claimant: str) -> bool:
    """Tell whether the claimant may still be at work; one of another machine is given the benefit of the doubt."""
    machine, pid, started = claimant.rsplit("/", 2)
    return machine != _machine() or _start_of(int(pid)) == started


@functools.cache
def _machine() -> str:
    """Name this machine; containers that share its name, but not its processes, are machines of their own."""
    known = ""
    with contextlib.suppress(OSError):
        known += Path("/etc/machine-id").read_text()
    with contextlib.suppress(OSError):
        known += os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it leads to no path
    return f"{socket.gethostname()}.{hashlib.sha256(known.encode()).hexdigest()[:8]}"


def _start_of(pid: int) -> str | None:
    """Say when a process was started, in ticks since its machine was, which no clock moves; None where it is no more.

    Where the system does not tell that, it is the time of day.
    """
    boot = Path("/proc/sys/kernel/random/boot_id")
    if not boot.exists():
        return _time_of_start(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else f"{boot.read_text()[:8]}.{fields[STARTED_FIELD]}"


def _time_of_start(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.NoSuchProcess:
        return None


class Watch:
    """Notices claimants that have stopped to beat; one that watches for a while, since a count must be seen to stand.

    A watcher that was not asked for long, since its machine slept or it was halted, knows nothing of that time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counted: dict[str, tuple[int, float]] = {}
        self._looked_at = clock()

    def silent(self, session: Session) -> frozenset[str]:
        """Look once more, and name the claimants whose count has stood still for longer than they said it might."""
        now = self._clock()
        away, self._looked_at = now - self._looked_at, now
        rows = session.execute(sa.select(Claimant.name, Claimant.beat_count, Claimant.silence)).all()
        before, self._counted = self._counted, {}
        for name, count, silence in rows:
            known = before.get(name)
            is_known = (
                known is not None and known[0] == count and away <= max(silence * STAYED_AWAY, LEAST_AWAY_SECONDS)
            )
            self._counted[name] = known if known is not None and is_known else (count, now)
        return frozenset(name for name, _, silence in rows if now - self._counted[name][1] > silence)


def claimants_at_work(session: Session) -> list[Claimant]:
    """Read who says to be at work, for people who look."""
    return list(session.scalars(sa.select(Claimant).order_by(Claimant.role, Claimant.name)))
