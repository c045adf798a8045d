"""The scheduler only ticks: the database says what is due, and the work runs in child processes, one of a kind.

A tick that was missed while we were down is made up for by the next one, because what is due stays due.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from structlog import get_logger

from models.fate import due_count, release_claims_of_the_dead
from models.search import index_is_outdated
from models.source import Source
from models.vocabulary import Stage
from models.webhooks import calls_due
from perilune.archive import Archive, open_archive, watched_slugs
from perilune.config import Settings
from perilune.learning import learning_is_due
from perilune.problems import Problem
from perilune.searching import forget_old_changes, index_is_due
from perilune.seeding import seed

TICK_SECONDS = 20
MAILBOX_SECONDS = 600
"""Mail servers do not like to be asked more often whether there is something to read."""
PROCESSED = tuple(stage for stage in Stage if stage not in {Stage.CRAWL, Stage.FETCH})
DEADLINE = dt.timedelta(hours=3)
LEARN_AGAIN = dt.timedelta(hours=1)
log = get_logger()


@dataclass
class Ticker:
    """Looks what is due and starts the command that does it."""

    archive: Archive
    children: set[subprocess.Popen[bytes]] = field(default_factory=set)
    learned_at: dt.datetime | None = None

    def crawl(self) -> None:
        """Crawl when a source is due."""
        if self._is_due(Stage.CRAWL, among=sa.select(Source.id).where(Source.is_active)):
            self._run(*self._with_us, "crawl")

    def process(self) -> None:
        """Process when something waits in the pipeline, or the search index is of older rules."""
        if any(self._is_due(stage) for stage in PROCESSED) or self._index_is_outdated():
            self._run(*self._with_us, "process")

    def learn(self) -> None:
        """Train the classifier once a night when corrections were made since; what failed is tried after an hour."""
        now = dt.datetime.now(dt.UTC)
        if self.learned_at is not None and now - self.learned_at < LEARN_AGAIN:
            return
        with self.archive.sessions() as session:
            is_due = learning_is_due(session, now=now)
        if is_due:
            self.learned_at = now
            self._run(*self._with_us, "learn")

    def index(self) -> None:
        """Build the derived search index where it is wanted and none can be used; whoever serves follows the tables."""
        forget_old_changes(self.archive)
        if index_is_due(self.archive):
            self._run(*self._with_us, "search-index", "rebuild")

    def mail(self) -> None:
        """Compose and send what is due; a mail that is under way outlives us, lest nobody know of it."""
        self._run("digest", "due")

    def call(self) -> None:
        """Call webhooks that wait; apart from mail, since whoever is called may be slow to answer."""
        with self.archive.sessions() as session:
            is_due = calls_due(session, now=dt.datetime.now(dt.UTC))
        if is_due:
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

    def _index_is_outdated(self) -> bool:
        with self.archive.sessions() as session:
            return index_is_outdated(session)

    def _is_due(self, stage: Stage, among: sa.Select[int] | None = None) -> bool:
        with self.archive.sessions.begin() as session:
            release_claims_of_the_dead(session)
            return due_count(session, stage, now=dt.datetime.now(dt.UTC), among=among) > 0

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


def start_ticking(ticker: Ticker) -> BackgroundScheduler:
    """Start the ticks; each kind of work runs once at a time."""
    scheduler = BackgroundScheduler(timezone="UTC")
    often = (ticker.crawl, ticker.process, ticker.learn, ticker.index, ticker.mail, ticker.call)
    ticks = dict.fromkeys(often, TICK_SECONDS)
    for work, seconds in (ticks | {ticker.take_back: MAILBOX_SECONDS}).items():
        scheduler.add_job(
            work,
            "interval",
            seconds=seconds,
            max_instances=1,
            coalesce=True,
            next_run_time=dt.datetime.now(dt.UTC),
        )
    scheduler.start()
    return scheduler


def run_everything(settings: Settings) -> None:
    """Crawl, process and mail when due, and serve the archive, until stopped."""
    from perilune.edition_settings import make_default_edition
    from perilune.serving import door_of, serve_archive

    archive = open_archive(settings)
    door_of(archive)
    now = dt.datetime.now(dt.UTC)
    for problem in seed(archive, now=now):
        log.warning("source left out", reason=str(problem))
    make_default_edition(archive, now=now)
    if not watched_slugs(archive):
        raise Problem("no source is active; put source files into the folder that PERILUNE_SOURCES names.")
    ticker = Ticker(archive)
    # The web server stops on SIGTERM and then raises it again: it must end us through the clean-up below.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(0))
    scheduler = start_ticking(ticker)
    try:
        serve_archive(settings)
    finally:
        ticker.stop()
        scheduler.shutdown(wait=False)
