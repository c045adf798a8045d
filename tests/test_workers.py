"""Workers as separate processes over one PostgreSQL: killed again and again, they do each document once."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.scale_work import EFFECT, ME, ON_ITS_OWN, VISIT, Costs, start_worker, workers
from models.fate import Fate, await_stage
from models.vocabulary import FateState, Stage
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.dealing import Dealer
from perilune.jobs.queue import SCHEMA, Queue, Wakeup, open_queue
from perilune.jobs.worker import queues_named, run_worker
from perilune.problems import Problem
from tests.builders import a_source

DOCUMENTS = 10_000
PATIENCE_SECONDS = 300
STOP_SECONDS = 20

pytestmark = pytest.mark.databases("postgresql")


@pytest.fixture
def archive(database_url: str, sessions: sessionmaker[Session]) -> Archive:
    with sessions.begin() as session:
        ON_ITS_OWN.create_all(session.connection())
    return Archive(settings_from({"PERILUNE_DATABASE": database_url}), sessions)


@pytest.fixture
def queue(archive: Archive) -> Iterator[Queue]:
    with open_queue(archive) as opened:
        yield opened


def wait_for(documents: int, archive: Archive) -> Iterator[int]:
    """Give, every now and then, how many documents are done, until all are."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    done = sa.select(sa.func.count()).select_from(Fate).where(Fate.stage == Stage.EXTRACT, Fate.state == FateState.DONE)
    while time.monotonic() < deadline:
        with archive.sessions() as session:
            count = session.scalar(done) or 0
        yield count
        if count == documents:
            return
        time.sleep(0.3)
    pytest.fail(f"only {count} of {documents} documents were processed")


def cut_connections(archive: Archive) -> None:
    """End the connections of all workers and companions at once, as a server that is restarted does."""
    with archive.sessions() as session:
        ours = sa.text("select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name")
        assert len(session.execute(ours, {"name": ME}).all()) >= 4


def test_ten_thousand_documents_are_processed_once_each_though_workers_are_killed_and_cut_off(
    archive: Archive, queue: Queue
) -> None:
    with archive.sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, range(1, DOCUMENTS + 1), due_at=dt.datetime.now(dt.UTC))
    dealer, costs, chance, killed = Dealer(archive, queue), Costs(), random.Random(9), 0
    kill_at, is_connected = time.monotonic() + 4, True
    with workers(archive.settings.database_url, 4, costs, "process") as running:
        for done in wait_for(DOCUMENTS, archive):
            dealer.deal()
            if is_connected and done > DOCUMENTS // 3:
                is_connected = False
                cut_connections(archive)
            if time.monotonic() > kill_at:
                victim = chance.randrange(len(running))
                running[victim].kill()
                running[victim].wait()
                running[victim] = start_worker(archive.settings.database_url, costs, "process")
                killed, kill_at = killed + 1, time.monotonic() + 2
    with archive.sessions() as session:
        times = sa.select(sa.func.count()).select_from(EFFECT).group_by(EFFECT.c.item_id)
        assert set(session.scalars(times)) == {1}
        assert session.scalar(sa.select(sa.func.count(EFFECT.c.item_id.distinct()))) == DOCUMENTS
    assert killed >= 2


def stopped_amid(archive: Archive, worker: psutil.Process) -> dict[int, str]:
    """Stop a worker with its companion while it holds a fate's row locked; gives what it has claimed, by item."""
    mine = sa.select(Fate.item_id, Fate.claimed_by)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        family = [worker, *worker.children(recursive=True)]
        for each in family:
            each.suspend()
        time.sleep(0.05)
        names = [Fate.claimed_by.contains(f"/{each.pid}/") for each in family]
        with archive.sessions() as session:
            held = {item: str(by) for item, by in session.execute(mine.where(sa.or_(*names)))}
            free = sa.select(Fate.item_id).where(Fate.item_id.in_(held)).with_for_update(skip_locked=True)
            if len(held) > len(session.scalars(free).all()):
                return held
        for each in family:
            each.resume()
        time.sleep(0.01)
    pytest.fail("the worker was never amid a transaction")


def test_others_do_what_a_stopped_worker_held_and_it_goes_on_without_harm(
    archive: Archive, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERILUNE_SILENCE", "2")
    documents = 800
    with archive.sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, range(1, documents + 1), due_at=dt.datetime.now(dt.UTC))
    dealer, held = Dealer(archive, queue), dict[int, str]()
    with workers(archive.settings.database_url, 2, Costs(document=0.005), "process") as running:
        hung = psutil.Process(running[0].pid)
        for done in wait_for(documents, archive):
            dealer.deal()
            if not held and done:
                held = stopped_amid(archive, hung)
            # The item whose row it holds locked is its own, however long it hangs.
            if done >= documents - 1:
                for each in (hung, *hung.children(recursive=True)):
                    each.resume()
    with archive.sessions() as session:
        done_by = {row.item_id: row.by for row in session.execute(sa.select(EFFECT))}
        times = sa.select(sa.func.count()).select_from(EFFECT).group_by(EFFECT.c.item_id)
        assert set(session.scalars(times)) == {1}
    assert sum(done_by[item] != by for item, by in held.items()) >= len(held) - 1 > 0


def test_of_two_schedulers_that_tick_at_once_one_deals(archive: Archive, queue: Queue) -> None:
    with archive.sessions.begin() as session:
        await_stage(session, Stage.EXTRACT, [1], due_at=dt.datetime.now(dt.UTC))
    first, second = Dealer(archive, queue), Dealer(archive, queue)
    is_dealing = sa.text("select count(*) from pg_locks where locktype = 'advisory' and granted")
    with ThreadPoolExecutor(2) as pool, archive.sessions() as holder:
        holder.execute(sa.text(f"lock table {SCHEMA}.procrastinate_jobs"))
        dealt = pool.submit(first.deal)
        try:
            deadline = time.monotonic() + STOP_SECONDS
            while not holder.scalar(is_dealing) and time.monotonic() < deadline:
                time.sleep(0.02)
            assert pool.submit(second.deal).result(STOP_SECONDS) == 0
        finally:
            holder.rollback()
        assert dealt.result(STOP_SECONDS) == 2
    assert queue.counts() == {("process", "todo"): 1, ("digest", "todo"): 1}


def test_a_source_is_crawled_by_one_worker_at_a_time_and_its_pages_are_processed(
    archive: Archive, queue: Queue
) -> None:
    now = dt.datetime.now(dt.UTC)
    with archive.sessions.begin() as session:
        for number in range(12):
            a_source(session, f"s{number}", id=number + 1, home=f"https://s{number % 6}.example/")
        await_stage(session, Stage.CRAWL, range(1, 13), due_at=now)
    two_dealers = Dealer(archive, queue), Dealer(archive, queue)
    with ThreadPoolExecutor(2) as pool, workers(archive.settings.database_url, 2, Costs(visit=0.2, pages=10)):
        for _ in wait_for(120, archive):
            list(pool.map(Dealer.deal, two_dealers))
    with archive.sessions() as session:
        visits = session.execute(sa.select(VISIT.c.source_id, VISIT.c.begun_at).order_by(VISIT.c.begun_at)).all()
        assert sorted(source_id for source_id, _ in visits) == list(range(1, 13))
        begun = dict(iter(visits))
        # Two sources of one site wait for one another.
        assert all(abs((begun[one] - begun[one + 6]).total_seconds()) >= 0.2 for one in range(1, 7))


def test_a_job_waits_in_the_queue_once_and_what_dead_workers_took_is_taken_away(
    archive: Archive, queue: Queue, sessions: sessionmaker[Session]
) -> None:
    mail = Wakeup("mail", "digest", "mail", "mail")
    assert (queue.put([mail]), queue.put([mail])) == (1, 0)
    assert queue.counts() == {("digest", "todo"): 1}
    with sessions.begin() as session:
        session.execute(sa.text(f"set local search_path to {SCHEMA}"))
        session.execute(sa.text("update procrastinate_jobs set status = 'doing'"))
    assert queue.forget_stalled() == 1
    assert queue.counts() == {}


def test_crawling_slows_while_the_pipeline_lags(
    database_url: str, sessions: sessionmaker[Session], queue: Queue
) -> None:
    settings = settings_from({"PERILUNE_DATABASE": database_url, "PERILUNE_BACKLOG": "100"})
    archive, now = Archive(settings, sessions), dt.datetime.now(dt.UTC)
    with sessions.begin() as session:
        for number in range(1, 21):
            a_source(session, f"s{number}", id=number)
        await_stage(session, Stage.CRAWL, range(1, 21), due_at=now)
        await_stage(session, Stage.EXTRACT, range(1, 101), due_at=now)
    Dealer(archive, queue).deal()
    assert ("crawl", "todo") not in queue.counts()
    with sessions.begin() as session:
        session.execute(sa.delete(Fate).where(Fate.stage == Stage.EXTRACT, Fate.item_id > 75))
    Dealer(archive, queue).deal()
    assert queue.counts()["crawl", "todo"] == 10
    with sessions.begin() as session:
        session.execute(sa.delete(Fate).where(Fate.stage == Stage.EXTRACT, Fate.item_id > 40))
    Dealer(archive, queue).deal()
    assert queue.counts()["crawl", "todo"] == 20


def test_workers_want_postgresql_and_queues_that_exist(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no queue 'crawling'"):
        queues_named("crawling")
    assert queues_named(None) == ("crawl", "process", "digest")
    with pytest.raises(Problem, match="workers share a PostgreSQL"):
        run_worker(settings_from({"PERILUNE_HOME": str(tmp_path)}), ["crawl"])
