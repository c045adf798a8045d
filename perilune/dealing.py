"""Dealing out work: what is due becomes jobs in the queues. Of several schedulers one deals at a time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session
from structlog import get_logger

from crawler.pressure import watched
from models.fate import due_ids
from models.source import Source
from models.vocabulary import Stage
from perilune.archive import Archive
from perilune.due import Due
from perilune.jobs.queue import Queue, Wakeup
from perilune.urls import site_of

TICK_LOCK = 7_365_707_848  # any number that is ours alone
DOCUMENTS_A_LANE = 50
LANES = 64
SOURCES_A_TICK = 2000
URGENT = 10
log = get_logger()


class Dealer:
    """Puts into the queues what is due in an archive."""

    def __init__(self, archive: Archive, queue: Queue) -> None:
        self._archive = archive
        self._queue = queue
        self._due = Due(archive)

    def deal(self) -> int:
        """Deal once, unless another scheduler is at it; returns how many jobs were put into the queues."""
        with self._archive.sessions.begin() as session:
            if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(TICK_LOCK))):
                return 0
            freed, stalled = self._due.free_claims(), self._queue.forget_stalled()
            if freed or stalled:
                log.warning("work of the dead taken over", items=freed, jobs=stalled)
            return self._queue.put([*self._crawls(session), *self._others()])

    def _crawls(self, session: Session) -> Iterator[Wakeup]:
        """Give a job for each source that is due, most overdue first; those of one site wait for one another."""
        at_most = self._due.crawlable(session, at_most=SOURCES_A_TICK)
        ids = due_ids(session, Stage.CRAWL, now=dt.datetime.now(dt.UTC), among=watched(), limit=at_most)
        rows = session.execute(sa.select(Source.id, Source.slug, Source.home).where(Source.id.in_(ids)))
        sources = {source_id: (slug, home) for source_id, slug, home in rows}
        for slug, home in (sources[each] for each in ids):
            yield Wakeup("crawl", "crawl", f"source {slug}", f"site {site_of(home)}", (("source", slug),))

    def _others(self) -> Iterator[Wakeup]:
        for lane in range(min(LANES, math.ceil(self._due.process() / DOCUMENTS_A_LANE))):
            yield Wakeup("process", "process", f"process {lane}", f"process {lane}")
        if self._due.learn():
            yield _command("learn")
        if self._due.index():
            yield _command("search-index rebuild")
        yield Wakeup("mail", "digest", "mail", "mail", priority=URGENT)
        if self._due.call():
            yield Wakeup("call", "digest", "call", "call")


def _command(words: str) -> Wakeup:
    return Wakeup("command", "process", words, words, (("words", words),))
