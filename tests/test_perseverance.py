"""What happens once, such as a lost database, a companion's end or a clock that was ahead, stops nothing for ever."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from benchmarks.scale_work import Costs, workers
from crawler.frontier import LINKS_AT_ONCE
from models.ahead import bring_back, was_ahead
from models.beating import beating
from models.fate import Claim, Fate, await_outdated, await_stage, claim_due, release_claims_of_the_dead
from models.tables import CrawlRun, Edition, Issue, Link
from models.vocabulary import FateState, IssueState, Stage
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import settings_from
from perilune.jobs.companion import Companion, CompanionProblem
from perilune.jobs.orders import obey_orders
from perilune.jobs.queue import Wakeup, open_queue
from perilune.problems import Problem
from perilune.seeding import seed
from tests.builders import a_source
from tests.crawl_bench import PAGE, TEXT, Crawl, a_feed
from tests.test_crawl_batches import SlowPage, a_feed_at

MAIL = Wakeup("mail", "digest", "mail", "mail")
A_MONTH = dt.timedelta(days=30)


@pytest.mark.databases("postgresql")
def test_a_job_whose_companion_ends_holds_up_none_like_it(database_url: str, sessions: sessionmaker[Session]) -> None:
    archive = Archive(settings_from({"PERILUNE_DATABASE": database_url}), sessions)
    with open_queue(archive) as queue, workers(database_url, 1, Costs(), "digest"):
        queue.put([MAIL])  # the benchmark's companion knows no such order, and ends
        deadline = time.monotonic() + 60
        while queue.counts() != {("digest", "doing"): 1}:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        queue.put([MAIL])
        while queue.counts():
            assert time.monotonic() < deadline, queue.counts()
            time.sleep(0.1)


@pytest.mark.databases("sqlite")
def test_a_companion_that_says_what_is_no_answer_is_ended_at_once() -> None:
    async def order() -> None:
        await Companion("this").answer({"do": "x"}, within=dt.timedelta(minutes=5))

    with pytest.raises(CompanionProblem, match="ended"):
        asyncio.run(asyncio.wait_for(order(), 60))


@pytest.mark.databases("sqlite")
def test_a_companion_that_cannot_obey_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> dict[str, object]:
        raise Problem("the encoder is not there")

    answers = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO('{"order": 1, "do": "process"}\n{"order": 2, "do": "process"}\n'))
    with pytest.raises(Problem, match="encoder"):
        obey_orders({"process": fail}, answers)
    assert [json.loads(line) for line in answers.getvalue().splitlines()] == [
        {"order": 1, "problem": "the encoder is not there"}
    ]


def test_what_a_process_had_claimed_is_free_when_it_ends_its_work(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        await_stage(session, Stage.GROUP, [1], due_at=now)
    with beating(sessions, "process", silence=60) as name, sessions.begin() as session:
        assert claim_due(session, Stage.GROUP, Claim(name, now, is_alone=True)) == [1]
    with sessions.begin() as session:
        assert claim_due(session, Stage.GROUP, Claim("elsewhere/1/0.00", now, is_alone=True)) == [1]


@pytest.mark.databases("postgresql")
def test_a_crawl_that_loses_its_database_ends_and_is_taken_up_again(
    site: HTTPServer, crawl: Crawl, postgres: str
) -> None:
    crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"] = "60"
    slow = SlowPage(site, "/slow")
    crawl.add("aa_slow", name="A", home=site.url_for("/"), kind="feed", address=a_feed_at(site, "/a", "/slow"))
    name = str(sa.make_url(crawl.settings["PERILUNE_DATABASE"]).database)
    command = [sys.executable, "-m", "crawler.batch", "--by-order"]
    pipe = subprocess.PIPE
    maintenance = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with subprocess.Popen(command, env=crawl.environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        assert child.stdin is not None
        child.stdin.write('{"order": 1, "source": "aa_slow"}\n')
        child.stdin.flush()
        assert slow.is_asked.wait(timeout=60)
        with maintenance.connect() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            connection.exec_driver_sql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            )
        slow.may_answer.set()
        said = child.stderr.read() if child.stderr else ""
        assert (child.wait(timeout=60), "the database was lost amid a crawl" in said) == (2, True), said
    with maintenance.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    maintenance.dispose()
    with crawl.sessions.begin() as session:
        release_claims_of_the_dead(session)
        assert set(session.scalars(sa.select(Fate.state).where(Fate.stage == Stage.CRAWL))) == {FateState.WAITING}
    assert crawl.run()["aa_slow"]["new pages"] == 1


@pytest.mark.databases("sqlite")
def test_a_visit_asks_for_all_that_waits_a_part_at_a_time(site: HTTPServer, crawl: Crawl) -> None:
    paths = [f"/news/{number}" for number in range(100, 100 + 2 * LINKS_AT_ONCE + 5)]
    for path in paths:
        site.expect_request(path).respond_with_data(PAGE.format(n=path, text=TEXT), content_type="text/html")
    a_feed(site, *paths)
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    assert crawl.run()["aa_feed"]["new pages"] == len(paths)
    with crawl.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CrawlRun)) == 1


def test_what_a_clock_that_was_ahead_had_put_off_is_due_once_it_is_right(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    ahead, soon = now + A_MONTH, now + dt.timedelta(hours=6)
    with sessions.begin() as session:
        source_id = a_source(session).id
        session.add_all(
            Link(id=number, source_id=source_id, url=f"https://a.example/{number}", found_at=found_at)
            for number, found_at in ((1, ahead), (2, now))
        )
        for stage, item, state, due_at, finished_at in (
            (Stage.CRAWL, source_id, FateState.DONE, ahead + A_MONTH, ahead),
            (Stage.EMBED, 7, FateState.WAITING, ahead, None),
            (Stage.FETCH, 1, FateState.WAITING, ahead, None),
            (Stage.FETCH, 2, FateState.WAITING, soon, None),
            (Stage.EXTRACT, 3, FateState.FAILED, soon, now),
        ):
            session.add(Fate(stage=stage, item_id=item, state=state, due_at=due_at, finished_at=finished_at))
        edition = Edition(slug="weekly", name="Weekly", created_at=now - A_MONTH, hold_hours=6)
        session.add(edition)
        session.flush()
        moments = dict.fromkeys(("period_end_at", "due_at", "composed_at", "release_at"), ahead)
        issue = Issue(edition_id=edition.id, key="k", number=1, period_start_at=now, subject="s", content={}, **moments)
        issue.state = IssueState.HELD
        session.add(issue)
        session.flush()
        assert was_ahead(session, now=now)
        assert not was_ahead(session, now=ahead)
    with sessions.begin() as session:
        assert bring_back(session, now=now) == 4
        (brought,) = session.scalars(sa.select(Issue))
        assert (brought.period_end_at, brought.release_at) == (now, now + dt.timedelta(hours=6))
        due = session.execute(sa.select(Fate.stage, Fate.item_id, Fate.due_at)).all()
        assert {(stage, item) for stage, item, due_at in due if due_at == now} == {
            (Stage.CRAWL, source_id),
            (Stage.EMBED, 7),
            (Stage.FETCH, 1),
        }
        assert not was_ahead(session, now=now)
        assert bring_back(session, now=now) == 0


@pytest.mark.databases("postgresql")
def test_two_that_begin_one_archive_seed_it_one_after_the_other(
    database_url: str, sessions: sessionmaker[Session]
) -> None:
    archive = Archive(settings_from({"PERILUNE_DATABASE": database_url}), sessions)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: seed(archive, now=dt.datetime.now(dt.UTC)), range(4)))


@pytest.mark.databases("sqlite")
def test_a_crawl_that_waits_for_the_pipeline_says_so(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del migrated_sqlite
    monkeypatch.setenv("PERILUNE_HOME", str(tmp_path))
    monkeypatch.setenv("PERILUNE_BACKLOG", "2")
    assert CliRunner().invoke(app, ["sources", "list"]).exit_code == 0
    engine = sa.create_engine(f"sqlite:///{tmp_path}/perilune.db")
    with Session(engine) as session, session.begin():
        await_stage(session, Stage.EXTRACT, [1, 2, 3], due_at=dt.datetime.now(dt.UTC))
    result = CliRunner().invoke(app, ["crawl"])
    assert result.exit_code == 0
    assert "3 pages wait to be read" in result.output
    assert "PERILUNE_BACKLOG is 2" in result.output


def test_errors_of_the_database_name_no_values(sessions: sessionmaker[Session]) -> None:
    row = sa.insert(Fate).values(stage=Stage.EMBED, item_id=1, state="c4n4ry", attempt_count=0)
    with sessions.begin() as session:
        session.execute(row)
    with pytest.raises(sa.exc.IntegrityError) as caught, sessions.begin() as session:
        session.execute(row)
    assert "c4n4ry" not in str(caught.value).replace(str(caught.value.orig), "")


def test_only_what_other_code_decided_is_done_again(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        for item, version in enumerate((None, "1", "2", "10"), start=1):
            session.add(Fate(stage=Stage.EMBED, item_id=item, state=FateState.DONE, version=version))
        session.flush()
        assert await_outdated(session, Stage.EMBED, "2", now=now) == 2
