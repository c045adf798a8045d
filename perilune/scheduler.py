"""The scheduler only ticks: the database says what is due.

On SQLite the work runs in child processes of this one, one of a kind. On PostgreSQL it becomes jobs, which workers
anywhere take; any number of schedulers may tick there. A tick that was missed while we were down is made up for by the
next one, because what is due stays due.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from structlog import get_logger

from models.beating import beating
from perilune.archive import Archive, open_archive, watched_slugs
from perilune.config import Settings
from perilune.due import Due
from perilune.problems import Problem
from perilune.seeding import seed

TICK_SECONDS = 20
MAILBOX_SECONDS = 600
"""Mail servers do not like to be asked more often whether there is something to read."""
DEADLINE = dt.timedelta(hours=3)
SECONDS_TO_STOP = 60
"""Longer than a worker takes to let its jobs and its companions end."""
Work = Callable[[], None]
log = get_logger()


@dataclass
class Ticker:
    """Looks what is due and starts the command that does it."""

    archive: Archive
    children: set[subprocess.Popen[bytes]] = field(default_factory=set)
    due: Due = field(init=False)

    def __post_init__(self) -> None:
        self.due = Due(self.archive)

    @property
    def ticks(self) -> Mapping[Work, int]:
        """What is looked after, and every how many seconds."""
        often = (self.crawl, self.process, self.learn, self.index, self.mail, self.call)
        return dict.fromkeys(often, TICK_SECONDS) | {self.take_back: MAILBOX_SECONDS}

    def crawl(self) -> None:
        """Crawl when a source is due."""
        self.due.free_claims()
        if self.due.crawl():
            self._run(*self._with_us, "crawl")

    def process(self) -> None:
        """Process when something waits in the pipeline, or the search index is of older rules."""
        self.due.free_claims()  # here too: a crawl, whose next tick waits for it, may take hours
        if self.due.process():
            self._run(*self._with_us, "process")

    def learn(self) -> None:
        """Train the classifier once a night when corrections were made since."""
        if self.due.learn():
            self._run(*self._with_us, "learn")

    def index(self) -> None:
        """Build the derived search index where it is wanted and none can be used."""
        if self.due.index():
            self._run(*self._with_us, "search-index", "rebuild")

    def mail(self) -> None:
        """Compose and send what is due; a mail that is under way outlives us, lest nobody know of it."""
        self._run("digest", "due")

    def call(self) -> None:
        """Call webhooks that wait; apart from mail, since whoever is called may be slow to answer."""
        if self.due.call():
            self._run("searches", "deliver")

    def take_back(self) -> None:
        """Read what came back, where a mailbox of it is named."""
        if self.archive.settings.bounce_mailbox:
            self._run("mail", "bounces")

    def stop(self) -> None:
        """End the children; what they had claimed is free again at the next start."""
        for child in tuple(self.children):
            child.terminate()

    @property
    def _with_us(self) -> tuple[str, str]:
        return "--parent", str(os.getpid())

    def _run(self, *command: str) -> None:
        child = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "perilune.cli", *command, "--json"], stdout=subprocess.DEVNULL
        )
        self.children.add(child)
        try:
            code = child.wait(timeout=DEADLINE.total_seconds())
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        finally:
            self.children.discard(child)
        if code:
            log.warning("child ended badly", command=" ".join(command), code=code)


def start_ticking(ticks: Mapping[Work, int]) -> BackgroundScheduler:
    """Start the ticks, each with its seconds; each kind of work runs once at a time."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for work, seconds in ticks.items():
        scheduler.add_job(
            work,
            "interval",
            seconds=seconds,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=dt.datetime.now(dt.UTC),
        )
    scheduler.start()
    return scheduler


@contextlib.contextmanager
def scheduling(archive: Archive) -> Iterator[None]:
    """Tick until the block ends: by jobs on PostgreSQL, else by child processes."""
    if archive.sessions.kw["bind"].dialect.name == "postgresql":
        with _dealing(archive):
            yield
        return
    ticker = Ticker(archive)
    scheduler = start_ticking(ticker.ticks)
    try:
        yield
    finally:
        ticker.stop()
        scheduler.shutdown(wait=False)


@contextlib.contextmanager
def _dealing(archive: Archive) -> Iterator[None]:
    from procrastinate.exceptions import ConnectorException

    from perilune.dealing import Dealer
    from perilune.jobs.queue import open_queue

    with open_queue(archive) as queue, beating(archive.sessions, "scheduler", silence=archive.settings.silence):
        dealer = Dealer(archive, queue)

        def deal() -> None:
            try:
                dealer.deal()
            except (sa.exc.DBAPIError, ConnectorException) as error:
                log.warning("tick missed", reason=str(error.__cause__ or error))

        scheduler = start_ticking({deal: TICK_SECONDS})
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)


def begin(settings: Settings) -> Archive:
    """Open the archive for whoever schedules: sources and edition seeded; Problem where nothing is watched."""
    from perilune.edition_settings import make_default_edition

    archive = open_archive(settings)
    now = dt.datetime.now(dt.UTC)
    for problem in seed(archive, now=now):
        log.warning("source left out", reason=str(problem))
    make_default_edition(archive, now=now)
    if not watched_slugs(archive):
        raise Problem("no source is active; put source files into the folder that PERILUNE_SOURCES names.")
    return archive


def run_everything(settings: Settings) -> None:
    """Crawl, process and mail when due, and serve the archive, until stopped."""
    from perilune.serving import door_of, serve_archive

    archive = begin(settings)
    door_of(archive)
    # The web server stops on SIGTERM and then raises it again: it must end us through the clean-up below.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    with _worker_beside(archive), scheduling(archive):
        serve_archive(settings)


def run_scheduler(settings: Settings) -> None:
    """Tick until stopped; on PostgreSQL workers do the work, on SQLite children of this process."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: stopped.set())
    with scheduling(begin(settings)):
        stopped.wait()


@contextlib.contextmanager
def _worker_beside(archive: Archive) -> Iterator[None]:
    """Run a worker beside this process, on PostgreSQL; it is started again when it has ended."""
    if archive.sessions.kw["bind"].dialect.name != "postgresql":
        yield
        return
    command = [sys.executable, "-m", "perilune.cli", "--parent", str(os.getpid()), "worker"]
    ended = threading.Event()
    children: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not ended.is_set():
            children[:] = [subprocess.Popen(command)]  # noqa: S603 - our own command line
            code = children[0].wait()
            if not ended.wait(1):
                log.warning("worker ended", code=code)

    thread = threading.Thread(target=keep, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        for child in children:
            child.terminate()
        thread.join(SECONDS_TO_STOP)
