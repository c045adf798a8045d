"""One lane of attacks over one kind of database: restores, disturbs, lets the work come to its end, and checks."""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing.forkserver
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import sqlalchemy as sa

from models.ahead import bring_back, was_ahead
from models.edition import Delivery
from models.fate import Fate
from models.vocabulary import DeliveryState, FateState, Stage
from models.watch import Notice
from tests.chaos.axe import Axe, Child, Ended, forked
from tests.chaos.backups import broken_backups, last_backup_differs, manifests_in
from tests.chaos.ground import Ground
from tests.chaos.invariants import (
    broken_at_any_moment,
    broken_at_the_end,
    broken_with_the_world,
    damage_of_database,
    put_off_beyond,
)
from tests.chaos.portrait import Portrait, differences, portrait_of, rows_and_schema
from tests.chaos.works import (
    MADE,
    NOW,
    WORKS,
    Work,
    backup,
    in_child,
    lay_backups,
    lay_ground,
    lay_old_schemas,
    mail,
    process,
)

PATIENCE_SECONDS = 90.0
"""How long a run may take before it counts as one that hangs."""
ORPHAN_SECONDS = 10.0
MOST_RUNS = 14
A_MINUTE = dt.timedelta(minutes=1)
UNTIMELY = ("ledger", "issues", "deliveries")
"""What depends on when a run takes place."""
OF_ARRIVAL = (*UNTIMELY, "stories")
"""What depends on which articles came first too: those that are short of room come when there is some."""


@dataclass(frozen=True)
class Measure:
    """What an undisturbed run of a kind of work does: how many events, how long, and what comes of it."""

    events: int
    commits: int
    kilobytes: int
    """The room on the disk that it took at its height."""
    seconds: float
    portrait: Portrait


@dataclass
class Lane:
    """The archive under attack, and what is known of undisturbed runs."""

    ground: Ground
    measures: dict[str, Measure] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)
    """Processes that belong to the harness."""
    journal_place: int = 0
    earlier: Mapping[str, str] = field(default_factory=dict)
    """What the backups say of themselves that were there before."""

    def prepare(self, names: Sequence[str]) -> None:
        """Lay the ground, warm this process up, and measure every kind of work undisturbed."""
        lay_ground(self.ground)
        self._undisturbed(WORKS["crawl"])
        self.ground.keep("crawled")
        # Done in this process, whose children then find loaded and compiled whatever the work needs.
        backup(self.ground, MADE)
        process(self.ground, NOW)
        backup(self.ground, NOW)
        lay_backups(self.ground)
        self.ground.keep("processed")
        mail(self.ground, NOW)
        self.ground.keep("done")
        lay_old_schemas(self.ground)
        self.own |= {child.pid for child in psutil.Process().children(recursive=True)}
        _share_the_server_of_workers()
        for name in names:
            if self.ground.kind in WORKS[name].databases:
                self.measure(WORKS[name])

    def measure(self, work: Work) -> None:
        """Do a kind of work undisturbed, and keep what came of it; RuntimeError where even that breaks something."""
        self.begin(work)
        began = time.perf_counter()
        counts = self._undisturbed(work)
        seconds = time.perf_counter() - began
        broken = self.finished(work, NOW + A_MINUTE)
        if broken:
            raise RuntimeError(f"{work.name} on {self.ground.kind} breaks, undisturbed: {broken}")
        self.measures[work.name] = Measure(*counts, seconds, self.portrait(work))

    def _undisturbed(self, work: Work) -> tuple[int, int, int]:
        count, home = self.ground.folder / "count", self.ground.home
        before = most = shutil.disk_usage(home).used

        def watch() -> None:
            nonlocal most
            most = max(most, shutil.disk_usage(home).used)

        child = forked(in_child(self.ground, work.do, NOW), Axe(), count_to=count, log=self.log)
        ended = child.ended(PATIENCE_SECONDS, watch) or child.kill()
        if ended.code:
            raise RuntimeError(f"{work.name} ended with {ended.code}, undisturbed: {self.last_words()}")
        events, commits = count.read_text(encoding="utf-8").split()
        return int(events), int(commits), (most - before) // 1024

    def begin(self, work: Work) -> None:
        """Restore what a kind of work begins from."""
        self.ground.restore(work.begins_from)
        self.earlier = manifests_in(self.ground.backups)
        self.journal_place = self.ground.world.place()
        self.log.unlink(missing_ok=True)

    def start(self, work: Work, now: dt.datetime, axe: Axe, *, goes_on: bool = False) -> Child:
        """Start work, or what completes it, in a forked child."""
        do = work.goes_on if goes_on and work.goes_on else work.do
        return forked(in_child(self.ground, do, now), axe, log=self.log)

    def run(self, work: Work, now: dt.datetime, axe: Axe | None = None, *, goes_on: bool = False) -> Ended:
        """Do work, or what completes it, to its end; one that hangs is ended, and has no code."""
        child = self.start(work, now, axe or Axe(), goes_on=goes_on)
        if ended := child.ended(PATIENCE_SECONDS):
            return ended
        return Ended(None, child.kill().seconds)

    @property
    def log(self) -> Path:
        """The file that children speak into."""
        return self.ground.folder / "log"

    def last_words(self) -> str:
        """Give the end of what the children said."""
        with contextlib.suppress(FileNotFoundError), self.log.open(encoding="utf-8") as lines:
            return lines.read()[-2500:]
        return ""

    def portrait(self, work: Work) -> Portrait:
        """Draw what there is: every row and the schema of what makes tables, else what the archive says."""
        draw = rows_and_schema if work.revisions else portrait_of
        with self.ground.archive() as archive, archive.sessions() as session:
            return draw(session)

    def half_way(self, work: Work) -> list[str]:
        """Say what is broken right after a disturbance."""
        broken = list(self._orphans())
        if work.revisions:
            broken += damage_of_database(self.ground, work.revisions)
        else:
            with self.ground.archive() as archive:
                broken += broken_at_any_moment(archive)
        return [*broken, *broken_backups(self.ground.backups, self.earlier)]

    def finished(
        self, work: Work, now: dt.datetime, *, is_alone: bool = True, within: dt.timedelta | None = None
    ) -> list[str]:
        """Let the work come to its end without any help but the clock's, and say what is broken then."""
        until, put_off = None if within is None else now + within, list[str]()
        for number in range(MOST_RUNS):
            self._tick(work, now)
            ended = self.run(work, now, goes_on=True)
            if ended.code != 0:
                return [f"the run after it ended with {ended.code}: {self.last_words()}"]
            if until is not None and number == 0:
                put_off = self._put_off(until)
            due_at = self._next_due(work, now)
            if due_at is None:
                break
            # An issue that was composed ahead of its time is released, and followed by another, when that has come.
            if until is not None and due_at > until and not work.is_mailing:
                put_off.append(f"it stands still until {due_at}")
            now = max(now + A_MINUTE * 2**number, due_at)
        with self.ground.archive() as archive:
            broken = [*put_off, *broken_at_any_moment(archive), *broken_at_the_end(archive, work.settles)]
            broken += broken_backups(self.ground.backups, self.earlier)
            broken += last_backup_differs(archive, self.ground)
            if work.name == "backup" and not manifests_in(self.ground.backups).keys() - self.earlier.keys():
                broken.append("no backup was made")
            if work.settles or work.is_mailing:
                said = self.ground.world.said_since(self.journal_place)
                broken += broken_with_the_world(archive, said, settles=work.settles, is_mailing=work.is_mailing)
        return [*broken, *self._orphans()] if is_alone else broken

    def _tick(self, work: Work, now: dt.datetime) -> None:
        """Do what a scheduler's tick does before it looks what is due: bring back what waits for a time to come."""
        if not work.revisions:
            with self.ground.archive() as archive, archive.sessions.begin() as session:
                if was_ahead(session, now=now):
                    bring_back(session, now=now)

    def _put_off(self, until: dt.datetime) -> list[str]:
        with self.ground.archive() as archive:
            return list(put_off_beyond(archive, until))

    def compared(self, work: Work, *, without: Sequence[str] = ()) -> list[str]:
        """Say what came out otherwise than undisturbed."""
        expected = {name: rows for name, rows in self.measures[work.name].portrait.items() if name not in without}
        return list(differences(expected, self.portrait(work)))

    def _next_due(self, work: Work, now: dt.datetime) -> dt.datetime | None:
        """Say when what is left is due; None where nothing is."""
        waiting = (FateState.WAITING, FateState.FAILED, FateState.CLAIMED)
        moment = sa.case((Fate.state == FateState.CLAIMED, Fate.claimed_until), else_=Fate.due_at)
        # A visit that failed is tried again at its own time, whatever waits of the pages that it has found.
        unvisited = (Fate.stage == Stage.CRAWL) & Fate.state.in_((FateState.CLAIMED, FateState.FAILED))
        wanted = [
            sa.select(sa.func.min(moment)).where(Fate.stage.in_(work.settles) | unvisited, Fate.state.in_(waiting))
        ]
        if work.is_mailing:
            unsettled = (DeliveryState.WAITING, DeliveryState.SENDING)
            wanted += [
                sa.select(sa.func.min(rows.due_at)).where(rows.state.in_(unsettled)) for rows in (Delivery, Notice)
            ]
            wanted.append(_next_release())
        with self.ground.archive() as archive, archive.sessions() as session:
            moments = [moment for each in wanted if (moment := session.scalar(each)) is not None]
        return max(now, min(moments)) if moments else None

    def _orphans(self) -> Iterator[str]:
        """Say which processes are still there some seconds after the one that they belonged to was killed."""
        until = time.perf_counter() + ORPHAN_SECONDS
        while alive := self._strangers():
            if time.perf_counter() > until:
                yield from (f"process left behind: {each}" for each in alive)
                for each in alive:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        each.kill()
                return
            time.sleep(0.01)

    def _strangers(self) -> list[psutil.Process]:
        """List processes that are neither the harness's own nor the database's server, which a restart makes anew."""
        alive = []
        for each in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
                if each.status() == psutil.STATUS_ZOMBIE:
                    if each.ppid() == os.getpid():
                        os.waitpid(each.pid, os.WNOHANG)
                elif each.pid not in self.own and each.name() != "postgres":
                    alive.append(each)
        return alive


def _next_release() -> sa.Select[dt.datetime | None]:
    from models.edition import Issue
    from models.vocabulary import IssueState

    return sa.select(sa.func.min(Issue.release_at)).where(Issue.state == IssueState.HELD)


def _share_the_server_of_workers() -> None:
    """Let children use this process's server of worker processes: one of their own imports everything anew each time.

    A child takes it for its own, so it must not ask whether that is a child of it.
    """
    server = multiprocessing.forkserver._forkserver
    server.ensure_running()
    setattr(server, "ensure_running", lambda: None)  # noqa: B010 - what the type checker calls a method
