"""The kinds of fault: each disturbs one piece of work at a drawn moment, and says from when on it is let alone."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import psycopg

from models import database
from tests.chaos.axe import Axe
from tests.chaos.clocks import clock_back, clock_forward, clock_forward_and_back, clocks_change
from tests.chaos.disks import SIZE, remount
from tests.chaos.disturbance import KILLED, Disturbance
from tests.chaos.lane import A_MINUTE, OF_ARRIVAL, PATIENCE_SECONDS, UNTIMELY
from tests.chaos.works import BOTH, MIGRATION, NOW, WORKS
from tests.postgres import restart_at_once

BUSY_MILLISECONDS = 300
BLOCK_KB = 4
HELD_TABLES = "fate, page, link, article, version, issue, delivery, notice"
LATER = dt.timedelta(hours=8)
"""Longer than any claim lasts."""


def kill(one: Disturbance) -> None:
    """Kill it at an event, and mostly what would mend that, too."""
    one.killed(Axe(one.event))
    one.killed_again()


def kill_any_time(one: Disturbance) -> None:
    """Kill it at a moment, wherever it is: between two events, or within a library."""
    child = one.lane.start(one.work, NOW, Axe())
    if child.ended(one.fraction * one.lane.measures[one.work.name].seconds) is None:
        child.kill()
        one.note_kill()
        one.killed_again()


def full_disk(one: Disturbance) -> None:
    """Leave a drawn part of the room that it needs on the disk; then room is made."""
    home, was_full = one.lane.ground.home, False
    needed = one.lane.measures[one.work.name].kilobytes
    remount(f"size={shutil.disk_usage(home).used // 1024 + BLOCK_KB + int(one.fraction * needed)}k", where=home)

    def watch() -> None:
        nonlocal was_full
        was_full |= shutil.disk_usage(home).free < BLOCK_KB * 1024

    child = one.lane.start(one.work, NOW, Axe())
    one.struck += one.ends_by_itself(child, lambda: remount(f"size={SIZE}", where=home), watch) or was_full


def read_only_disk(one: Disturbance) -> None:
    """Let nothing be written; then it may be again."""
    home = one.lane.ground.home
    remount("ro", where=home)
    one.struck += one.ends_by_itself(one.lane.start(one.work, NOW, Axe()), lambda: remount("rw", where=home))


def read_only_database(one: Disturbance) -> None:
    """Let the server refuse every write, as a standby does; then it takes them again."""

    def set_read_only(value: str) -> None:
        one.lane.ground.administer(f"alter database attacked set default_transaction_read_only = {value}")

    set_read_only("on")
    one.struck += one.ends_by_itself(one.lane.start(one.work, NOW, Axe()), lambda: set_read_only("off"))


def lock_held(one: Disturbance) -> None:
    """Hold the locks that it needs for longer than it waits, from between two of its transactions on."""
    busy, database.BUSY_MILLISECONDS = database.BUSY_MILLISECONDS, BUSY_MILLISECONDS
    os.environ["PGOPTIONS"] = f"-c lock_timeout={BUSY_MILLISECONDS}"
    try:
        child = one.lane.start(one.work, NOW, Axe(one.commit, signal.SIGSTOP, is_at_commits=True))
    finally:
        database.BUSY_MILLISECONDS = busy
        del os.environ["PGOPTIONS"]
    is_stopped = child.is_stopped(PATIENCE_SECONDS)
    with contextlib.ExitStack() as stack:
        if is_stopped:
            # Where another of its threads holds them itself, there is nothing to take from it.
            with contextlib.suppress(sqlite3.OperationalError, psycopg.errors.LockNotAvailable):
                stack.enter_context(_locks(one))
                one.struck += 1
        child.go_on()
        if child.ended(PATIENCE_SECONDS) is None:
            child.kill()
            one.broken.append("it hung on a lock")
    one.broken += one.lane.half_way(one.work)


@contextmanager
def _locks(one: Disturbance) -> Iterator[None]:
    ground = one.lane.ground
    if ground.cluster is None:
        with closing(sqlite3.connect(ground.home / "perilune.db", timeout=1, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(ground.database_url.replace("+psycopg", "")) as session:
        session.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
        session.execute(f"LOCK TABLE {HELD_TABLES} IN ACCESS EXCLUSIVE MODE")
        yield
        session.rollback()


def _while_stopped(one: Disturbance, do: Callable[[], object]) -> None:
    """Stop it at an event, do something to its database, and let it go on."""
    child = one.lane.start(one.work, NOW, Axe(one.event, signal.SIGSTOP))
    if child.is_stopped(PATIENCE_SECONDS):
        do()
        one.struck += 1
        child.go_on()
    one.ends_by_itself(child)


def connections_lost(one: Disturbance) -> None:
    """End every connection, in the midst of transactions as well."""
    _while_stopped(one, one.lane.ground.disconnect)


def server_restarted(one: Disturbance) -> None:
    """Restart the database's server as if it had crashed."""
    cluster = one.lane.ground.cluster
    assert cluster is not None
    _while_stopped(one, lambda: restart_at_once(cluster))


def hangs(one: Disturbance) -> None:
    """Stop it for hours; others take over when its claims are over, and then it goes on as if nothing had been."""
    with one.stopped() as child:
        if child is not None:
            one.goes_on_at = NOW + LATER
            one.broken += one.lane.finished(one.work, one.goes_on_at, is_alone=False)
    one.goes_on_at += A_MINUTE


def two_at_once(one: Disturbance) -> None:
    """Let two do the same work at the same time, and kill one of them at an event of its half."""
    first = one.lane.start(one.work, NOW, Axe(1 + one.event // 2))
    second = one.lane.start(one.work, NOW, Axe())
    killed, other = (child.ended(PATIENCE_SECONDS) or child.kill() for child in (first, second))
    if killed.code not in {KILLED, 0}:
        one.broken.append(f"the one to be killed ended with {killed.code}: {one.lane.last_words()}")
    if other.code != 0:
        one.broken.append(f"the other ended with {other.code}: {one.lane.last_words()}")
    if killed.code == KILLED:
        one.note_kill()


@dataclass(frozen=True)
class Fault:
    """A kind of fault, with what it may befall, and how often among the others."""

    befall: Callable[[Disturbance], None]
    works: tuple[str, ...] = ("crawl", "pipeline", "digest", "whole turn")
    databases: tuple[str, ...] = BOTH
    weight: int = 1
    without: tuple[str, ...] = ()
    """What may come out otherwise than undisturbed: digests, where the clock was wrong."""
    needs_disk: bool = False


EVERYTHING = tuple(WORKS)
MIGRATIONS = tuple(work for work in WORKS if work.startswith(MIGRATION))
KEEPS_PAGES = ("crawl", "whole turn", "backup", "restore")
ALONGSIDE = ("crawl", "pipeline", "digest", *MIGRATIONS)
"""Without what the second of two refuses to do."""
FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "killed at a write": Fault(kill, EVERYTHING, weight=30),
        "killed at any time": Fault(kill_any_time, EVERYTHING, weight=10),
        "disk full": Fault(full_disk, EVERYTHING, ("sqlite",), needs_disk=True, weight=3, without=OF_ARRIVAL),
        "disk full, pages only": Fault(
            full_disk, KEEPS_PAGES, ("postgresql",), needs_disk=True, weight=2, without=OF_ARRIVAL
        ),
        "disk read only": Fault(read_only_disk, EVERYTHING, ("sqlite",), needs_disk=True, without=OF_ARRIVAL),
        "database read only": Fault(read_only_database, EVERYTHING, ("postgresql",)),
        "lock held too long": Fault(lock_held, weight=3),
        "connections lost": Fault(connections_lost, EVERYTHING, ("postgresql",), weight=4),
        "server restarted": Fault(server_restarted, EVERYTHING, ("postgresql",), weight=2),
        "worker hangs for hours": Fault(hangs, weight=3, without=UNTIMELY),
        "two at once, one killed": Fault(two_at_once, ALONGSIDE, weight=4),
        # One may compose the digest while the other still reads what would be in it.
        "two schedulers, one killed": Fault(two_at_once, ("whole turn",), weight=2, without=UNTIMELY),
        "clock set back": Fault(clock_back, weight=2, without=UNTIMELY),
        # Pages without a date are of the day on which they came, and stories are told by days.
        "clock set forward": Fault(clock_forward, weight=2, without=OF_ARRIVAL),
        "clock set forward and back": Fault(clock_forward_and_back, weight=2, without=OF_ARRIVAL),
        "clocks change": Fault(clocks_change, ("digest",), without=UNTIMELY),
    }
)
