"""How work scales with workers: `python -m benchmarks.scale [--parts workers,sources,jobs]`.

Real workers over a private PostgreSQL, with the product's queue, claims and transactions; only fetching and reading are
replaced by sleeping (`benchmarks/scale_work.py`), so that two processors can show what more machines would do.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
import sqlalchemy as sa
from procrastinate import App

from benchmarks.scale_work import EFFECT, ON_ITS_OWN, VISIT, Costs, workers
from models.claimant import Claimant
from models.database import open_database
from models.fate import Fate, await_stage
from models.source import Source
from models.vocabulary import Stage
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.dealing import Dealer
from perilune.jobs.queue import Queue, Wakeup, connector_of, open_queue
from perilune.logs import configure_logging
from perilune.scheduler import TICK_SECONDS
from tests.postgres import private_cluster

WORKERS = (1, 2, 4, 8)
DOCUMENT_SECONDS = 0.1
DOCUMENTS_A_WORKER = 1000  # five of the batches that are claimed at once
FAST_TICK = 0.5
SOURCES = 2000
SPREAD_SECONDS = 300
VISIT_SECONDS = 2.0
SOURCE_WORKERS = 4
JOBS = 2000
ASKED_AT_MOST = 2 * 60
NOTHING = Costs()


@dataclass(frozen=True)
class Sample:
    """What had been done, and what it had cost, at a moment; processor times in seconds."""

    at: float
    done: int
    ours: float
    database: float


class Bench:
    """A private database with the queue, and what is asked of it."""

    def __init__(self, archive: Archive, queue: Queue) -> None:
        self.archive = archive
        self.queue = queue
        self.dealer = Dealer(archive, queue)
        self.url = archive.settings.database_url

    def empty(self) -> None:
        """Forget everything of an earlier part."""
        with self.archive.sessions.begin() as session:
            for table in (EFFECT, VISIT):
                session.execute(sa.delete(table))
            for row in (Fate, Source, Claimant):
                session.execute(sa.delete(row))
            self.queue.forget_stalled()

    def count(self, select: sa.Select[int]) -> int:
        """Count something."""
        with self.archive.sessions() as session:
            return session.scalar(select) or 0

    def wait(self, is_done: Callable[[], bool], *, tick: float, look: float = 0.25) -> Iterator[None]:
        """Deal every `tick` seconds until something is so, and give a turn at each look."""
        dealt_at = 0.0
        while not is_done():
            if time.monotonic() - dealt_at >= tick:
                self.dealer.deal()
                dealt_at = time.monotonic()
            yield
            time.sleep(look)

    def done(self) -> int:
        """Count the documents that were processed."""
        return self.count(sa.select(sa.func.count()).select_from(EFFECT))


def processor_seconds(processes: list[psutil.Process]) -> float:
    """Add up what processes and their children have used, those that have ended included."""
    total = 0.0
    for process in processes:
        try:
            for each in (process, *process.children(recursive=True)):
                used = each.cpu_times()
                total += used.user + used.system + used.children_user + used.children_system
        except psutil.NoSuchProcess:
            continue
    return total


def postmaster(url: str) -> psutil.Process:
    """Find the server of a private database: whose command names the folder that its socket lies in."""
    folder = str(sa.make_url(url).query["host"])
    servers = (each for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"])
    return next(each for each in servers if f"{folder}/data" in each.info["cmdline"])


def scaling(bench: Bench) -> None:
    """Print the documents a second of 1 to 8 workers, and what each costs beside the simulated work."""
    first: float | None = None
    print(f"simulated work {DOCUMENT_SECONDS * 1000:.0f} ms a document; {os.cpu_count()} processors")
    for worker_count in WORKERS:
        bench.empty()
        samples = measured(bench, worker_count)
        steady = [each for each in samples if samples[-1].done * 0.15 <= each.done <= samples[-1].done * 0.85]
        begin, end = steady[0], steady[-1]
        documents = end.done - begin.done
        rate = documents / (end.at - begin.at)
        first = first or rate
        ours = 1000 * (end.ours - begin.ours) / documents
        database = 1000 * (end.database - begin.database) / documents
        saturated = (os.cpu_count() or 1) * 1000 / (ours + database) * DOCUMENT_SECONDS
        print(
            f"{worker_count} workers: {rate:.1f} documents/s, {rate / first:.2f} times one worker's; processor time a"
            f" document, ours {ours:.1f} ms, database {database:.1f} ms; saturated at {saturated:.0f} workers",
            flush=True,
        )


def measured(bench: Bench, worker_count: int) -> list[Sample]:
    """Run workers over their documents and look at them all the while."""
    documents = DOCUMENTS_A_WORKER * worker_count
    samples: list[Sample] = []
    server = postmaster(bench.url)
    with workers(bench.url, worker_count, Costs(document=DOCUMENT_SECONDS), "process") as running:
        warm_up(bench, worker_count)
        with bench.archive.sessions.begin() as session:
            await_stage(session, Stage.EXTRACT, range(1, documents + 1), due_at=dt.datetime.now(dt.UTC))
        ours = [psutil.Process(each.pid) for each in running]
        for _ in bench.wait(lambda: bench.done() >= documents, tick=FAST_TICK):
            used = processor_seconds(ours), processor_seconds([server])
            samples.append(Sample(time.monotonic(), bench.done(), *used))
    return samples


def warm_up(bench: Bench, worker_count: int) -> None:
    """Have every worker start its companion."""
    at_work = sa.select(sa.func.count()).where(Claimant.role == "orders")
    lanes = [Wakeup("process", "process", f"warm {lane}", f"warm {lane}") for lane in range(worker_count)]
    while bench.count(at_work) < worker_count:
        bench.queue.put(lanes)
        time.sleep(0.2)


def lateness(bench: Bench) -> None:
    """Print how late 2,000 sources are visited: due in their turn, and all at once, as after a night without power."""
    for what, spread in (("spread over five minutes", SPREAD_SECONDS), ("all due at once", 0)):
        bench.empty()
        now = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)
        with bench.archive.sessions.begin() as session:
            for number in range(1, SOURCES + 1):
                home = f"https://s{number}.example/"
                session.add(Source(id=number, slug=f"s{number}", name=f"S {number}", home=home, created_at=now))
            session.flush()
            for number in range(1, SOURCES + 1):
                due_at = now + dt.timedelta(seconds=spread * number / SOURCES)
                await_stage(session, Stage.CRAWL, [number], due_at=due_at)
        late = sorted(seconds_late(bench))
        p95 = late[int(0.95 * len(late))]
        print(
            f"{SOURCES} sources, {what}, {SOURCE_WORKERS} workers, {VISIT_SECONDS:.0f} s a visit: late by"
            f" {statistics.median(late):.1f} s in the middle, {p95:.1f} s at the 95th percentile,"
            f" {late[-1]:.1f} s at the most (aim: 95th at most {ASKED_AT_MOST} s)",
            flush=True,
        )


def seconds_late(bench: Bench) -> list[float]:
    """Have workers visit all sources, and say how late each was."""
    visited = sa.select(sa.func.count()).select_from(VISIT)
    with workers(bench.url, SOURCE_WORKERS, Costs(visit=VISIT_SECONDS), "crawl"):
        for _ in bench.wait(lambda: bench.count(visited) >= SOURCES, tick=TICK_SECONDS, look=1.0):
            pass
    with bench.archive.sessions() as session:
        rows = session.execute(sa.select(VISIT.c.begun_at, VISIT.c.due_at))
        return [(begun - due).total_seconds() for begun, due in rows]


def jobs(bench: Bench) -> None:
    """Print how many jobs a second one worker of ours does, beside one of Procrastinate that does nothing else."""
    bench.empty()
    with workers(bench.url, 1, NOTHING, "process"):
        warm_up(bench, 1)
        wakeups = [Wakeup("process", "process", f"job {number}", f"job {number}") for number in range(JOBS)]
        ours = rate_of(bench, wakeups, lambda: bench.queue.counts().get(("process", "todo"), 0) == 0)
    bare = asyncio.run(bare_rate(bench))
    print(f"jobs a second: ours {ours:.0f}, bare Procrastinate {bare:.0f}, ratio {ours / bare:.2f}")


def rate_of(bench: Bench, wakeups: list[Wakeup], is_done: Callable[[], bool]) -> float:
    """Measure how many jobs a second are done."""
    bench.queue.put(wakeups)
    begun = time.monotonic()
    while not is_done():
        time.sleep(0.05)
    return len(wakeups) / (time.monotonic() - begun)


async def bare_rate(bench: Bench) -> float:
    """Measure a worker of Procrastinate with a task that does nothing, one at a time as ours."""
    app = App(connector=connector_of(bench.archive.settings, is_async=True))

    @app.task(name="nothing", queue="bare")
    async def nothing() -> None:
        return None

    async with app.open_async():
        await nothing.batch_defer_async(*[{} for _ in range(JOBS)])
        begun = time.monotonic()
        await app.run_worker_async(queues=["bare"], concurrency=1, wait=False, delete_jobs="always")
        return JOBS / (time.monotonic() - begun)


PARTS = {"workers": scaling, "sources": lateness, "jobs": jobs}


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", default=",".join(PARTS))
    options = parser.parse_args()
    configure_logging("error")
    with private_cluster(settings={"max_connections": "200"}) as url:
        archive = Archive(settings_from({"PERILUNE_DATABASE": url}), open_database(url))
        with archive.sessions.begin() as session:
            ON_ITS_OWN.create_all(session.connection())
        with open_queue(archive) as queue:
            for part in options.parts.split(","):
                PARTS[part](Bench(archive, queue))


if __name__ == "__main__":
    main()
