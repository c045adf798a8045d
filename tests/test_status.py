"""The screen that says how an archive stands, and the same for programs."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy.orm import Session, sessionmaker

from models.claimant import this_process
from models.edition import Edition
from models.fate import Fate
from models.page_store import PageStore
from models.tables import BackupMade, Claimant
from models.vocabulary import FateState, Stage
from perilune.status import standing_of
from perilune.status_screen import screen_of
from tests.builders import a_source
from tests.people import an_archive
from web.archive_view import REASONS_SHOWN, status_of

NOW = dt.datetime(2022, 3, 14, 7, 0, tzinfo=dt.UTC)
AN_HOUR = dt.timedelta(hours=1)


def fill(session: Session) -> None:
    """Lay down work of every kind."""
    source = a_source(
        session, "aa_news", health={"judged_at": "2022-03-01T00:00:00Z", "state": "broken", "sentence": "x"}
    )
    a_source(session, "bb_new")
    a_source(session, "cc_retired", is_active=False)
    session.add(Edition(slug="weekly", name="Weekly", created_at=NOW, timezone="Europe/Vienna"))
    session.add(Edition(slug="nowhere", name="Nowhere", created_at=NOW, timezone="Mars/Base"))
    session.add(Claimant(name=this_process(), role="worker", started_at=NOW, seen_at=NOW, beat_count=3))
    session.add(BackupMade(made_at=NOW - AN_HOUR, place="/backups", page_count=2, missing_count=1))
    gone = f"{this_process().split('/')[0]}/1/1.00"
    for stage, item, state, values in (
        (Stage.CRAWL, source.id, FateState.DONE, {"due_at": NOW + AN_HOUR}),
        (Stage.EXTRACT, 1, FateState.WAITING, {"due_at": NOW - 3 * AN_HOUR}),
        (Stage.EXTRACT, 2, FateState.DONE, {"finished_at": NOW - AN_HOUR / 2}),
        (Stage.EXTRACT, 3, FateState.SKIPPED, {"finished_at": NOW - 5 * AN_HOUR}),
        (Stage.EXTRACT, 4, FateState.FAILED, {"reason": "Bad[bold]\x1b[31m", "due_at": NOW + AN_HOUR}),
        (Stage.EXTRACT, 5, FateState.FAILED, {"reason": "Bad[bold]\x1b[31m"}),
        (Stage.EMBED, 1, FateState.CLAIMED, {"claimed_by": gone, "claimed_until": NOW + AN_HOUR}),
    ):
        session.add(Fate(stage=stage, item_id=item, state=state, **values))


def test_one_screen_says_how_an_archive_stands(
    sessions: sessionmaker[Session], tmp_path: Path, page_store: PageStore
) -> None:
    with sessions.begin() as session:
        fill(session)
    page_store.keep(os.urandom(5000))
    standing = standing_of(an_archive(tmp_path, sessions), now=NOW)
    assert standing.sources == {"new": 1, "broken": 1, "retired": 1}
    assert (standing.never_visited, standing.next_visit_at) == (0, NOW + AN_HOUR)
    assert standing.next_issue is not None
    assert (standing.next_issue.edition, standing.next_issue.due_at.day) == ("weekly", 21)
    extract = next(line for line in standing.stages if line.stage == "extract")
    assert (extract.due, extract.oldest_due_at, extract.last_hour, extract.last_day) == (1, NOW - 3 * AN_HOUR, 1, 2)
    assert [(each.stage, each.count, each.tried_again_count) for each in standing.failures] == [("extract", 2, 1)]
    assert [(line.role, line.is_alive, line.claimed) for line in standing.workers] == [
        ("worker", True, {}),
        (None, False, {"embed": 1}),
    ]
    assert standing.disk.database > 100_000
    assert 5000 <= (standing.disk.pages or 0) < 6000
    console = Console(width=100, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123 - nothing is shown
    console.print(screen_of(standing))
    shown = console.export_text()
    for words in (
        "2 watched: 1 new, 1 broken; 1 retired",
        "visit in 60 min",
        "issue of weekly",
        "3 h",
        "Bad[bold]\\x1b[31m",
        "(gone)",
        "60 min ago, 2 pages, 1 missing: /backups",
    ):
        assert words in shown, words


@pytest.mark.databases("sqlite")
def test_status_is_watched_and_read_by_programs(
    sessions: sessionmaker[Session], tmp_path: Path, database_url: str
) -> None:
    with sessions.begin() as session:
        fill(session)
    environment = os.environ | {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url}
    command = [sys.executable, "-m", "perilune.cli", "status"]
    # Whoever runs the tests in the background may have had this signal ignored, which children inherit.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    watching = subprocess.Popen([*command, "--watch", "0.5"], env=environment, stdout=subprocess.PIPE)
    signal.signal(signal.SIGINT, before)
    read = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True, check=True)
    found = json.loads(read.stdout)
    assert {row["state"] for row in found["fates"] if row["stage"] == "extract"} == {
        "waiting",
        "done",
        "skipped",
        "failed",
    }
    assert [line["due"] for line in found["stages"] if line["stage"] == "extract"] == [2]
    assert watching.stdout is not None
    assert any(b"2 watched" in line for line in watching.stdout)
    watching.send_signal(signal.SIGINT)
    watching.communicate(timeout=30)
    assert watching.returncode == 0


@pytest.mark.databases("sqlite")
def test_reasons_without_end_are_counted_as_one(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for item in range(300):
            reason = "the server answered 500" if item < 5 else f"the host h{item}.example is not known"
            session.add(Fate(stage=Stage.FETCH, item_id=item, state=FateState.FAILED, reason=reason))
    with sessions() as session:
        status = status_of(session, now=NOW)
    first, *_, last = status.fates
    assert len(status.fates) == REASONS_SHOWN + 1
    assert (first.reason, first.count) == ("the server answered 500", 5)
    assert (last.reason, last.count) == ("276 other reasons", 276)
    assert status.failed_count == 300
