"""Stand-ins for what crawling and processing cost, in real workers: `python -m benchmarks.scale_work worker`.

Queue, jobs, companions, claims, fates and transactions are the product's own. What a worker would fetch and read is
replaced by sleeping, so that the processors of one machine do not bound what many machines would do.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from crawler.orders import Orders
from models.base import UtcDateTime
from models.beating import beating
from models.claimant import this_process
from models.database import open_database
from models.fate import Claim, Claimed, Fate, Outcome, await_stage, claim_due, finish
from models.source import Source
from models.vocabulary import FateState, Stage
from perilune.config import settings_from
from perilune.jobs.companion import Companion
from perilune.jobs.orders import obey_orders
from perilune.jobs.worker import CRAWLS_AT_ONCE, Crew, run_worker
from perilune.lineage import die_with_parent
from perilune.logs import configure_logging
from pipeline.runners.extract import ExtractRunner
from pipeline.runners.runner import Worker, done, drain

ME = "benchmarks.scale_work"
QUEUES = "crawl,process"
SECONDS_A_STAGE = 20.0
LOOK_SECONDS = 0.02
IDS_A_SOURCE = 1000
ON_ITS_OWN = sa.MetaData()
EFFECT = sa.Table(
    "scale_effect",
    ON_ITS_OWN,
    sa.Column("item_id", sa.Integer, index=True),
    sa.Column("by", sa.String(120)),
    sa.Column("at", UtcDateTime),
)
"""What processing a document did: a row each time, so that twice would show."""
VISIT = sa.Table(
    "scale_visit",
    ON_ITS_OWN,
    sa.Column("source_id", sa.Integer),
    sa.Column("due_at", UtcDateTime),
    sa.Column("begun_at", UtcDateTime),
)


@dataclass(frozen=True)
class Costs:
    """What is slept for: seconds to visit a source and to process a document; and the pages that a visit finds."""

    visit: float = 0.0
    document: float = 0.0
    pages: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """Write them for a child."""
        return {"SCALE_COSTS": f"{self.visit} {self.document} {self.pages}"}

    @classmethod
    def ours(cls) -> Costs:
        """Read them as a child."""
        visit, document, pages = os.environ["SCALE_COSTS"].split()
        return cls(float(visit), float(document), int(pages))


class SleepingRunner:
    """The stage `extract` as far as claims and transactions go; reading is sleeping."""

    stage = Stage.EXTRACT
    version = "1"
    batch_size = ExtractRunner.batch_size

    def __init__(self, costs: Costs) -> None:
        self._costs = costs
        self._by = this_process()

    def compute(self, sessions: sessionmaker[Session], item_ids: Sequence[int]) -> Iterable[tuple[int, None]]:
        """Take the time that reading takes."""
        del sessions
        for item_id in item_ids:
            time.sleep(self._costs.document)
            yield item_id, None

    def store(self, session: Session, item_id: int, result: None, *, now: dt.datetime) -> Outcome:
        """Leave a row for every time."""
        del result, now
        at = dt.datetime.now(dt.UTC)
        session.execute(sa.insert(EFFECT).values(item_id=item_id, by=self._by, at=at))
        return done()


def visit(sessions: sessionmaker[Session], slug: str, costs: Costs) -> None:
    """Visit a source if it is due: take the time that it takes, and let its pages wait."""
    now, me = dt.datetime.now(dt.UTC), this_process()
    one = sa.select(Source.id).where(Source.slug == slug)
    with sessions.begin() as session:
        due = session.execute(sa.select(Fate.item_id, Fate.due_at).where(Fate.item_id.in_(one))).all()
        if not claim_due(session, Stage.CRAWL, Claim(me, now, 1), among=one):
            return
        source_id, due_at = due[0]
        session.execute(sa.insert(VISIT).values(source_id=source_id, due_at=due_at, begun_at=now))
    time.sleep(costs.visit)
    with sessions.begin() as session:
        later = dt.datetime.now(dt.UTC)
        pages = range(source_id * IDS_A_SOURCE, source_id * IDS_A_SOURCE + costs.pages)
        await_stage(session, Stage.EXTRACT, pages, due_at=later)
        again = Outcome(FateState.DONE, due_at=later + dt.timedelta(days=1))
        finish(session, Claimed(Stage.CRAWL, source_id, me), again, now=later)


def crawl(sessions: sessionmaker[Session], costs: Costs) -> None:
    """Obey a worker's orders as the crawl does, many at a time."""
    orders, running = Orders(sys.stdout), set[str]()

    def go(slug: str) -> None:
        try:
            visit(sessions, slug, costs)
        finally:
            running.discard(slug)

    orders.listen()
    with ThreadPoolExecutor(CRAWLS_AT_ONCE) as pool:
        while orders.may_come or running:
            for slug in orders.take():
                running.add(slug)
                pool.submit(go, slug)
            for slug in orders.answer_others(tuple(running)):
                orders.answer(slug, {})
            time.sleep(LOOK_SECONDS)


def process(sessions: sessionmaker[Session], costs: Costs) -> None:
    """Obey a worker's orders to process documents."""

    def work_off() -> dict[str, object]:
        worker = Worker(sessions, this_process(), dt.datetime.now(dt.UTC), seconds=SECONDS_A_STAGE)
        return dict(drain(SleepingRunner(costs), worker))

    obey_orders({"process": work_off}, sys.stdout)


@contextlib.contextmanager
def workers(
    url: str, count: int, costs: Costs, queues: str = "crawl,process"
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run workers as processes over a database, until the block ends."""
    running = [start_worker(url, costs, queues) for _ in range(count)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def start_worker(url: str, costs: Costs, queues: str = QUEUES) -> subprocess.Popen[bytes]:
    """Start a worker process."""
    given = {"PERILUNE_DATABASE": url, "PERILUNE_LOG_LEVEL": "error", "PGAPPNAME": ME}
    environment = {**os.environ, **given, **costs.environment}
    return subprocess.Popen([sys.executable, "-m", ME, "worker", "--queues", queues], env=environment)


def main() -> int:
    """Be a worker or one of its companions."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("worker", "crawl", "orders"))
    parser.add_argument("--queues", default=QUEUES)
    parser.add_argument("--parent", type=int)
    options = parser.parse_args()
    if options.parent:
        die_with_parent(options.parent)
    settings = settings_from(os.environ)
    configure_logging(settings.log_level)
    if options.role == "worker":
        crew = Crew(Companion(ME, "crawl"), Companion(ME, "orders"), Companion(ME, "orders"))
        run_worker(settings, options.queues.split(","), crew=crew)
        return 0
    sessions = open_database(settings.database_url)
    with beating(sessions, options.role, silence=settings.silence):
        (crawl if options.role == "crawl" else process)(sessions, Costs.ours())
    return 0


if __name__ == "__main__":
    sys.exit(main())
