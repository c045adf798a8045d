"""A worker: takes jobs from the queues that it was given, and has its companions do them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.types import JSONDict
from structlog import get_logger

from models.beating import beating
from perilune.archive import Archive, open_archive
from perilune.config import Settings
from perilune.jobs.companion import Companion
from perilune.jobs.queue import QUEUES, STALLED_SECONDS, connector_of, prepare
from perilune.problems import Problem

CRAWLS_AT_ONCE = 32
LONGEST = {"crawl": dt.timedelta(hours=2), "process": dt.timedelta(hours=3), "digest": dt.timedelta(hours=1)}
SECONDS_TO_STOP = 25.0
SECONDS_BEFORE_ANEW = 3.0
MAILBOX_EVERY = "*/10 * * * *"
log = get_logger()


@dataclass(frozen=True)
class Crew:
    """The companions of a worker; each queue has its own, so that none waits for another's work."""

    crawl: Companion
    process: Companion
    digest: Companion

    @classmethod
    def of(cls) -> Crew:
        """Make them; none is started before there is work for it. A mail that is under way outlives us."""
        orders = "perilune.jobs.orders"
        return cls(Companion("crawler.batch", "--by-order"), Companion(orders), Companion(orders, outlives_us=True))

    def __iter__(self) -> Iterator[Companion]:
        return iter((self.crawl, self.process, self.digest))


def add_tasks(app: App, crew: Crew) -> None:
    """Tell Procrastinate what each job has done; the names are those that a scheduler puts into the queues.

    None is tried again by Procrastinate: what is still due is dealt again at the next tick, and may wait there already.
    """

    @app.task(name="crawl", queue="crawl")
    async def crawl(source: str) -> JSONDict:
        return await crew.crawl.answer({"source": source}, within=LONGEST["crawl"])

    @app.task(name="process", queue="process")
    async def process() -> JSONDict:
        return await crew.process.answer({"do": "process"}, within=LONGEST["process"])

    @app.task(name="command", queue="process")
    async def command(words: str) -> JSONDict:
        return await _run_command(words.split(), within=LONGEST["process"])

    @app.task(name="mail", queue="digest")
    async def mail() -> JSONDict:
        return await crew.digest.answer({"do": "mail"}, within=LONGEST["digest"])

    @app.task(name="call", queue="digest")
    async def call() -> JSONDict:
        return await crew.digest.answer({"do": "call"}, within=LONGEST["digest"])

    @app.periodic(cron=MAILBOX_EVERY)
    @app.task(name="take_back", queue="digest", lock="take_back", queueing_lock="take_back")
    async def take_back(timestamp: int) -> JSONDict:
        del timestamp
        return await crew.digest.answer({"do": "take_back"}, within=LONGEST["digest"])


async def _run_command(words: Sequence[str], *, within: dt.timedelta) -> JSONDict:
    """Run a command of ours in a process of its own; Problem where it ends badly or not in time."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "perilune.cli", "--parent", str(os.getpid()), *words, "--json"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        code = await asyncio.wait_for(child.wait(), within.total_seconds())
    except TimeoutError:
        child.kill()
        raise Problem(f"`perilune {' '.join(words)}` was not done within {within} and was killed") from None
    if code:
        raise Problem(f"`perilune {' '.join(words)}` ended with code {code}")
    return {"code": code}


def queues_named(names: str | None) -> tuple[str, ...]:
    """Read `crawl,process`; Problem for a queue that does not exist."""
    queues = tuple(name.strip() for name in (names or ",".join(QUEUES)).split(",") if name.strip())
    for name in queues:
        if name not in QUEUES:
            raise Problem(f"there is no queue {name!r}; there are {', '.join(QUEUES)}.")
    if not queues:
        raise Problem(f"name at least one queue of {', '.join(QUEUES)}.")
    return queues


def run_worker(settings: Settings, queues: Sequence[str], *, crew: Crew | None = None) -> None:
    """Work off the jobs of the queues until stopped; Problem where the archive is not on PostgreSQL."""
    connector_of(settings, is_async=True)
    archive = open_archive(settings)
    with beating(archive.sessions, "worker", silence=settings.silence):
        asyncio.run(_work(archive, queues, crew or Crew.of()))


async def _work(archive: Archive, queues: Sequence[str], crew: Crew) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopped.set)
    at_work: asyncio.Future[list[None]] = asyncio.gather(*(_work_off(archive, queue, crew) for queue in queues))
    stopping = asyncio.create_task(stopped.wait())
    try:
        waited: set[asyncio.Future[Any]] = {at_work, stopping}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        at_work.cancel()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await at_work
        finally:
            await _end(crew)


async def _end(crew: Crew) -> None:
    """Let all companions finish, within a time, and end; a mail that is under way then goes on without us."""
    try:
        await asyncio.wait_for(asyncio.gather(*(companion.stop() for companion in crew)), SECONDS_TO_STOP)
    except TimeoutError:
        crew.crawl.kill()
        crew.process.kill()


async def _work_off(archive: Archive, queue: str, crew: Crew) -> None:
    """Work off a queue for ever; a database that is gone is waited for, and so are tables of another version."""
    while True:
        app = App(connector=connector_of(archive.settings, is_async=True))
        add_tasks(app, crew)
        try:
            await asyncio.to_thread(prepare, archive)
            async with app.open_async():
                await app.run_worker_async(
                    queues=[queue],
                    name=queue,
                    concurrency=CRAWLS_AT_ONCE if queue == "crawl" else 1,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=SECONDS_TO_STOP,
                    stalled_worker_timeout=STALLED_SECONDS,
                    delete_jobs="always",
                )
        except (ConnectorException, psycopg.Error, sa.exc.DBAPIError) as error:
            log.warning("queue not reached", queue=queue, reason=str(error.__cause__ or error))
        await asyncio.sleep(SECONDS_BEFORE_ANEW)
