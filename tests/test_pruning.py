"""Pruning by a policy: what is old and cited nowhere goes with its bytes, what is cited stays, whatever is killed."""

from __future__ import annotations

import datetime as dt
import hashlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Passage, Vector, Version
from models.claimant import this_process
from models.edition import Issue
from models.fate import Fate, await_stage, release_claims_of_the_dead
from models.knowledge import Correction
from models.notebook import Star
from models.pruned import PRUNED
from models.source import Page
from models.vocabulary import CorrectionField, FateState, Relevance, Stage
from perilune.archive import Archive
from perilune.problems import Problem
from perilune.storing import pruning
from perilune.storing.backing_up import back_up
from perilune.storing.manifest import backup_at
from perilune.storing.prune_policy import Policy, policy_from
from perilune.storing.rebuilding import forget_what_is_derived
from pipeline.runners.extract import UNCHANGED, ExtractRunner
from pipeline.runners.runner import Worker, drain
from tests.bench import LAUNCH, Bench, page_of
from tests.builders import ArticleDraft, an_article, an_edition
from tests.conftest import NOW
from tests.people import a_visitor, an_account, an_archive

SHIPPED = Path("docs/examples/prune-policy.toml")
OLD = NOW - dt.timedelta(days=400)
FETCHED = ("link_id", "url", "status", "content_type", "content_hash", "byte_count", "fetched_at")
OFF_GOES = Policy.model_validate(
    {"rule": [{"name": "old", "older_than_days": 365, "give_up": "articles", "relevance": ["off"]}]}
)


def quiet(_what: str, _done: int, _all: int) -> None:
    """Show no progress."""


@pytest.fixture
def archive(tmp_path: Path, sessions: sessionmaker[Session]) -> Archive:
    """Eight old articles that are off-topic, with their bytes; one of them young, one on the topic."""
    archive = an_archive(tmp_path, sessions)
    with sessions.begin() as session:
        for number in range(8):
            relevance = Relevance.CORE if number == 7 else Relevance.OFF
            draft = ArticleDraft(title=f"Report {number}", text=f"Town {number} met.", url=f"http://a.example/{number}")
            article = an_article(session, draft)
            article.first_seen_at = NOW if number == 6 else OLD
            version = article.current_version
            assert version is not None
            version.relevance = relevance
            page = session.get_one(Page, version.page_id)
            page.content_hash = archive.pages.keep(f"bytes of {min(number, 4)}".encode())
            await_stage(session, Stage.EXTRACT, [page.id], due_at=NOW)
            session.flush()
        session.execute(sa.update(Fate).values(state=FateState.DONE, version="1", due_at=None))
    return archive


def hash_of(number: int) -> str:
    """Give the hash of an article's bytes."""
    return hashlib.sha256(f"bytes of {number}".encode()).hexdigest()


def keys(archive: Archive) -> list[str]:
    with archive.sessions() as session:
        return list(session.scalars(sa.select(Article.key).order_by(Article.id)))


def shown(archive: Archive) -> list[int]:
    """Give the numbers of the articles that are still shown."""
    with archive.sessions() as session:
        titles = sa.select(Version.title).join(Article, Article.current_version_id == Version.id).order_by(Article.id)
        return [int(title.split()[1]) for title in session.scalars(titles)]


def extract(bench: Bench) -> list[str | None]:
    """Read the pages that wait, and give the reasons of all that were."""
    drain(ExtractRunner(bench.archive.settings), Worker(bench.archive.sessions, this_process(), NOW))
    with bench.archive.sessions() as session:
        return list(session.scalars(sa.select(Fate.reason).where(Fate.stage == Stage.EXTRACT).order_by(Fate.item_id)))


def test_what_is_old_and_cited_nowhere_goes_and_what_is_cited_stays(archive: Archive) -> None:
    key = keys(archive)
    account = an_account(archive, "ada")
    with archive.sessions.begin() as session:
        session.add(Star(account_id=account.id, article_key=key[0], made_at=NOW))
        session.add(
            Correction(article_key=key[1], field=CorrectionField.RELEVANCE, value="off", made_by="Ada", made_at=NOW)
        )
        session.get_one(Article, 3).copy_of_id = 2  # folded with one that is cited
    planned = pruning.planned(archive, OFF_GOES, now=NOW)
    assert [(each.rule, each.article_count, each.page_count) for each in planned] == [("old", 3, 3)]
    assert shown(archive) == list(range(8))

    done = pruning.prune(archive, OFF_GOES, now=NOW, progress=quiet, settle=0)
    assert [(each.article_count, each.page_count) for each in done] == [(3, 3)]
    assert shown(archive) == [0, 1, 2, 6, 7]
    store = archive.pages
    with archive.sessions() as session:
        pages = session.scalars(sa.select(Page).order_by(Page.id)).all()
        # Bytes that a kept page has too stay: those of 4 are 6's and 7's.
        assert [store.holds(page.content_hash) for page in pages] == [True, True, True, False, True, True, True, True]
        gone = session.scalars(sa.select(Version).where(Version.withdrawn.startswith(PRUNED))).all()
        assert [(version.title, version.text) for version in gone] == [(f"Report {n}", "") for n in (3, 4, 5)]
        for table in (Passage, Vector):
            assert not set(session.scalars(sa.select(table.version_id))) & {version.id for version in gone}
    assert pruning.planned(archive, OFF_GOES, now=NOW)[0].page_count == 0


def test_an_article_is_cited_by_what_moved_into_it_by_its_copies_and_by_what_corrections_name(archive: Archive) -> None:
    key = keys(archive)
    with archive.sessions.begin() as session:
        source_id = session.get_one(Article, 1).source_id
        addresses = {"url": "http://a.example/moved", "key": "0" * 12}
        moved = Article(**addresses, source_id=source_id, first_seen_at=OLD, moved_to_id=1)
        session.add(moved)
        session.flush()
        further = {"url": "http://a.example/earlier", "key": "1" * 12}
        session.add(Article(**further, source_id=source_id, first_seen_at=OLD, moved_to_id=moved.id))
        for copy in (3, 4):
            session.get_one(Article, copy).copy_of_id = 2
        of_story = {"action": "one", "article": key[4], "members": [key[7]]}
        correction = {"article_key": key[6], "field": CorrectionField.STORY, "made_by": "Ada", "made_at": NOW}
        session.add(Correction(**correction, value=of_story))
    account = an_account(archive, "ada")
    with archive.sessions.begin() as session:
        for starred in ("1" * 12, key[2]):  # an address that moved twice; a copy
            session.add(Star(account_id=account.id, article_key=starred, made_at=NOW))
    pruning.prune(archive, OFF_GOES, now=NOW, progress=quiet, settle=0)
    assert shown(archive) == [0, 1, 2, 3, 4, 6, 7]


def test_issues_may_name_more_keys_than_a_statement_takes_values(archive: Archive) -> None:
    named = [f"{number:012x}" for number in range(90_000)]
    with archive.sessions.begin() as session:
        edition = an_edition(session)
        when = {"period_start_at": OLD, "period_end_at": OLD, "due_at": OLD, "composed_at": OLD}
        content = {"articles": [*named, *keys(archive)[:5]]}
        session.add(Issue(key="0" * 12, edition_id=edition.id, number=1, subject="", content=content, **when))
    assert pruning.planned(archive, OFF_GOES, now=NOW)[0].article_count == 1


def test_no_page_brings_an_article_back_and_pages_of_articles_are_not_refused_ones(bench: Bench) -> None:
    body = page_of("Mission to Mercury to be launched", LAUNCH)
    bench.lay("https://a.example/launch", body, at=OLD)
    bench.lay("https://a.example/launch", body + b"<!-- again -->", at=OLD)
    bench.lay("https://a.example/none", b"<title>404 Not Found</title><p>There is no such page.</p>", at=OLD)
    read = extract(bench)
    assert (read[:2], read[2] is not None) == ([None, UNCHANGED], True)
    with bench.archive.sessions.begin() as session:
        session.execute(sa.update(Version).values(relevance=Relevance.OFF))
    refused = Policy.model_validate({"rule": [{"name": "none", "older_than_days": 365, "give_up": "refused"}]})
    assert [each.page_count for each in pruning.prune(bench.archive, refused, now=NOW, progress=quiet, settle=0)] == [1]
    assert [each.page_count for each in pruning.planned(bench.archive, OFF_GOES, now=NOW)] == [2]
    with bench.archive.sessions.begin() as session:  # somebody is at the page, and dies
        dead = {"state": FateState.CLAIMED, "claimed_by": f"{socket.gethostname()}/999999999/0", "claimed_until": NOW}
        session.execute(sa.update(Fate).where(Fate.stage == Stage.EXTRACT, Fate.item_id == 1).values(dead))
    assert pruning.prune(bench.archive, OFF_GOES, now=NOW, progress=quiet, settle=0)[0].page_count == 2
    with bench.archive.sessions.begin() as session:
        assert release_claims_of_the_dead(session) == 0
    assert list(bench.archive.pages.hashes()) == []
    bench.lay("https://a.example/launch", body, source="bb_news", at=OLD)
    assert extract(bench)[1:] == ["pruned: old", "pruned: none", "its article was given up (old)"]
    forget_what_is_derived(bench.archive)
    assert extract(bench)[3] == "its article was given up (old)"
    with bench.archive.sessions() as session:
        assert session.scalars(sa.select(Article.current_version_id)).all() == [None]
    assert pruning.planned(bench.archive, refused, now=NOW)[0].page_count == 1


def test_bytes_may_go_alone(archive: Archive) -> None:
    bytes_go = {"name": "bytes", "older_than_days": 365, "give_up": "pages", "relevance": ["off"]}
    policy = Policy.model_validate({"rule": [bytes_go], "keep": {"topics": ["lunar-exploration"]}})
    assert pruning.prune(archive, policy, now=NOW, progress=quiet, settle=0)[0].page_count == 0
    policy = Policy.model_validate({"rule": [bytes_go]})
    assert pruning.prune(archive, policy, now=NOW, progress=quiet, settle=0)[0].page_count == 6
    assert shown(archive) == list(range(8))
    assert [archive.pages.holds(name) for name in (hash_of(0), hash_of(4))] == [False, True]


@pytest.mark.databases("postgresql")
def test_a_deadlock_with_a_stage_that_writes_facts_is_survived(archive: Archive) -> None:
    waits = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as pool, archive.sessions.begin() as session:
        session.execute(sa.select(Article.id).where(Article.id == 1).with_for_update())
        pruned = pool.submit(pruning.prune, archive, OFF_GOES, now=NOW, progress=quiet, settle=0)
        with archive.sessions() as watching:
            while not watching.scalar(waits):
                watching.rollback()
                time.sleep(0.05)
        session.execute(sa.text("LOCK TABLE fact_witness IN ROW EXCLUSIVE MODE"))
        session.commit()
        assert pruned.result()[0].article_count == 6
    assert shown(archive) == [6, 7]


def test_pruned_pages_are_no_fault_of_backups_and_no_rebuilding_asks_for_them(archive: Archive, tmp_path: Path) -> None:
    pruning.prune(archive, OFF_GOES, now=NOW, progress=quiet, settle=0)
    made = back_up(archive, tmp_path / "backups", now=NOW, progress=quiet)
    assert made.manifest().pages_missing == []
    with archive.sessions.begin() as session:  # the newest page is one that was pruned
        newest = session.get_one(Page, 8)
        session.execute(
            sa.update(Fate).where(Fate.stage == Stage.EXTRACT, Fate.item_id == 8).values(reason=f"{PRUNED}x")
        )
        newest.content_hash = "0" * 64
    assert a_visitor(archive).get("/health/ready").json() == {"status": "ok"}
    assert backup_at(tmp_path / "backups").path == made.path
    forget_what_is_derived(archive)
    with archive.sessions() as session:
        again = session.scalars(sa.select(Fate.item_id).where(Fate.stage == Stage.EXTRACT, Fate.version == "rebuild"))
        assert sorted(again) == [7, 8]


def test_a_kill_between_rows_and_bytes_is_made_up_for(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", killed)
    with pytest.raises(KeyboardInterrupt):
        pruning.prune(archive, OFF_GOES, now=NOW, progress=quiet)
    monkeypatch.undo()
    with archive.sessions.begin() as session:  # a crawl found bytes there, before they were set aside
        page = session.get_one(Page, 2)
        session.add(Page(**{name: getattr(page, name) for name in FETCHED}))
    pruning.prune(archive, OFF_GOES, now=NOW, progress=quiet, settle=0)
    assert sorted(path.suffix for path in Path(archive.pages.url).rglob("*") if path.is_file()) == [".zst", ".zst"]
    assert archive.pages.read(hash_of(1)) == b"bytes of 1"


def test_bytes_that_are_fetched_again_meanwhile_are_put_back(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched_again(_seconds: float) -> None:
        with archive.sessions.begin() as session:
            page = session.get_one(Page, 1)
            session.add(Page(**{name: getattr(page, name) for name in FETCHED}))

    monkeypatch.setattr("time.sleep", fetched_again)
    pruning.prune(archive, OFF_GOES, now=NOW, progress=quiet)
    assert archive.pages.read(archive.pages.keep(b"bytes of 0")) == b"bytes of 0"
    assert shown(archive) == [6, 7]


def test_a_policy_is_read_and_what_is_wrong_in_it_is_said(tmp_path: Path) -> None:
    assert [rule.give_up for rule in policy_from(SHIPPED).rule] == ["refused", "articles", "pages"]
    file = tmp_path / "policy.toml"
    for text, said in (
        ("rule = 3", "rule"),
        ('[[rule]]\nname = "x"\nolder_than_days = 3\ngive_up = "pages"', "older_than_days"),
        ("[[rule", "is no TOML"),
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(Problem, match=said):
            policy_from(file)


@pytest.mark.databases("sqlite")
def test_a_policy_that_names_what_is_not_there_is_refused(archive: Archive) -> None:
    rule = OFF_GOES.rule[0].model_dump()
    for said, policy in (
        ("no source 'un_unosa'; did you mean un_unoosa", {"rule": [rule], "keep": {"sources": ["un_unosa"]}}),
        ("no source 'un_unosa'", {"rule": [rule | {"sources": ["un_unosa"]}]}),
        (
            "no topic 'lunar-exploring'; did you mean lunar-exploration",
            {"rule": [rule], "keep": {"topics": ["lunar-exploring"]}},
        ),
    ):
        for do in (pruning.planned, partial(pruning.prune, progress=quiet, settle=0)):
            with pytest.raises(Problem, match=said):
                do(archive, Policy.model_validate(policy), now=NOW)
