"""Pruning by a policy: what is old and cited nowhere goes with its bytes, what is cited stays, whatever is killed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Passage, Vector, Version
from models.fate import Fate, await_stage
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
from tests.builders import ArticleDraft, an_article
from tests.conftest import NOW
from tests.people import a_visitor, an_account, an_archive

SHIPPED = Path("docs/examples/prune-policy.toml")
OLD = NOW - dt.timedelta(days=400)
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


def keys(archive: Archive) -> list[str]:
    with archive.sessions() as session:
        return list(session.scalars(sa.select(Article.key).order_by(Article.id)))


def shown(archive: Archive) -> list[int]:
    """Give the numbers of the articles that are still shown."""
    with archive.sessions() as session:
        titles = sa.select(Version.title).join(Article, Article.current_version_id == Version.id).order_by(Article.id)
        return [int(title.split()[1]) for title in session.scalars(titles)]


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
    pruning.prune(archive, OFF_GOES, now=NOW, progress=quiet, settle=0)
    assert sorted(path.suffix for path in Path(archive.pages.url).rglob("*") if path.is_file()) == [".zst"]


def test_bytes_that_are_fetched_again_meanwhile_are_put_back(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched_again(_seconds: float) -> None:
        with archive.sessions.begin() as session:
            page = session.get_one(Page, 1)
            fields = ("link_id", "url", "status", "content_type", "content_hash", "byte_count", "fetched_at")
            session.add(Page(**{name: getattr(page, name) for name in fields}))

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
