"""Runs the injections of a plan, a lane for each kind of database, and keeps what each did in the state file."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from perilune.lineage import PR_SET_PDEATHSIG
from perilune.logs import configure_logging
from tests.chaos.attacks import Injection, Report, inject, plan
from tests.chaos.disks import SIZE, has_disks, mount, see_own_mounts
from tests.chaos.ground import Ground
from tests.chaos.lane import Lane
from tests.chaos.works import warm_up
from tests.chaos.world import open_world
from tests.postgres import private_cluster

FORK = multiprocessing.get_context("fork")
PR_SET_CHILD_SUBREAPER = 36
PROGRAM = ("perilune", "models", "crawler", "pipeline", "digest", "web", "tests/chaos")
NO_DISKS = "disks are not filled here: only root on Linux may mount one"


@dataclass(frozen=True)
class Trial:
    """What is asked for: how many injections, by which seed, over which databases; of some numbers alone."""

    count: int
    seed: int
    databases: tuple[str, ...]
    only: tuple[int, ...] = ()


def run(trial: Trial, state: Path | None, tell: Callable[[Report], None]) -> list[Report]:
    """Do what of a trial is not in its state file yet; returns the reports of all of it, in order."""
    has_disk = has_disks()
    configure_logging("error")
    warm_up()
    planned = list(plan(trial.count, trial.seed, trial.databases, has_disk=has_disk))
    if trial.only:
        planned = [injection for injection in planned if injection.number in trial.only]
    code = code_state()
    done = set(planned)
    known = {report.number: report for did, report in reports_in(state, code) if did in done} if state else {}
    left = [injection for injection in planned if injection.number not in known]
    for report in _reports(left, trial.databases, has_disk=has_disk):
        known[report.number] = report
        if state:
            with state.open("a", encoding="utf-8") as lines:
                # A kill may have cut the line before short.
                lines.write("\n" + json.dumps({"code": code, "seed": trial.seed, **asdict(report)}) + "\n")
        tell(report)
    return [known[number] for number in sorted(known)]


def reports_in(state: Path, code: str) -> Iterator[tuple[Injection, Report]]:
    """Read what was done to this state of the program and broke nothing; a line that was cut short is passed over."""
    for line in state.read_text(encoding="utf-8").splitlines() if state.exists() else ():
        with contextlib.suppress(json.JSONDecodeError):
            said = json.loads(line)
            seed = said.pop("seed")
            if said.pop("code", None) == code and not said["broken"]:
                report = Report(**said)
                yield report.injection_of(seed), report


def code_state() -> str:
    """Name the state of the program and of the harness: a hash over their files and the locked libraries."""
    root, digest = Path(__file__).parents[2], hashlib.sha256()
    files = [path for name in PROGRAM for path in (root / name).rglob("*")]
    files += [*(root / "tests").glob("*.py"), root / "requirements/lock.txt"]
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(root)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _reports(left: Sequence[Injection], databases: Sequence[str], *, has_disk: bool) -> Iterator[Report]:
    """Let each database's injections happen in a process of its own, and yield their reports as they come."""
    hearing: dict[Connection, str] = {}
    for database in databases:
        injections = [injection for injection in left if injection.database == database]
        if injections:
            hear, tell = FORK.Pipe(duplex=False)
            lane = FORK.Process(target=_lane, args=(injections, tell, os.getpid(), has_disk))
            lane.start()
            tell.close()
            hearing[hear] = database
    while hearing:
        for ready in wait(list(hearing)):
            hear = next(each for each in hearing if each is ready)
            try:
                report = hear.recv()
            except EOFError:
                raise RuntimeError(f"the lane of {hearing[hear]} ended before its work was done") from None
            if report is None:
                del hearing[hear]
            else:
                yield report


def _lane(injections: Sequence[Injection], tell: Connection, parent: int, has_disk: bool) -> None:  # noqa: FBT001
    """Do the injections of one database, in a process that inherits whatever is left behind by its own."""
    # It ends with its parent, but not at once: servers are to be stopped and disks to be let go of.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(1))
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    if os.getppid() != parent:
        return
    database = injections[0].database
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="perilune-chaos-")))
        world, server = stack.enter_context(open_world(folder, os.getpid()))
        cluster = None
        if database == "postgresql":
            # What was committed must be there after a crash of the server; the machine's own is no part of this.
            cluster = stack.enter_context(private_cluster(settings={"synchronous_commit": "on"}))
        ground = Ground(folder, database, world, cluster)
        if has_disk:
            see_own_mounts()
            ground.home.mkdir()
            mount("tmpfs", "-t", "tmpfs", "-o", f"size={SIZE}", where=ground.home)
            stack.callback(mount_away, ground.home)
        lane = Lane(ground, own={server})
        lane.prepare(sorted({injection.work for injection in injections}))
        for injection in injections:
            tell.send(inject(lane, injection))
        tell.send(None)


def mount_away(where: Path) -> None:
    """Unmount a disk, whose folder is removed next."""
    subprocess.run(["umount", "--lazy", str(where)], check=True)
