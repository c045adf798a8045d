"""The demonstration from end to end: the five seeds come out right, nothing is stored twice, kills do no harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.database import open_database
from models.tables import Article, Evidence, Issue, LedgerRow, Story, Version
from tests.conftest import an_empty_database
from tests.demo_archive import contents_of, kill_demo_when, run_demo_to_its_end

SEEDS = json.loads((Path(__file__).parent / "demo_seeds.json").read_text(encoding="utf-8"))
MIGRATING = {
    # The first migration holds the only lock, and none of its tables is to be seen yet.
    "sqlite": "SELECT count(*) = 0 FROM sqlite_master WHERE name = 'source'",
    "postgresql": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted",
}
KILLS = (
    "SELECT count(*) >= 5 FROM source",
    "SELECT count(*) >= 20 FROM link",
    "SELECT count(*) >= 30 FROM page",
    "SELECT count(*) >= 20 FROM version",
    "SELECT count(*) >= 15 FROM topic_assignment",
    "SELECT count(*) >= 20 FROM vector",
    "SELECT count(*) >= 15 FROM story",
    "SELECT count(*) >= 30 FROM summary_sentence",
    "SELECT count(*) >= 1 FROM issue",
    "SELECT count(*) >= 3 FROM page WHERE fetched_at >= '2022-03-20'",
)


@dataclass(frozen=True)
class Demo:
    """A finished demonstration."""

    folder: Path
    database_url: str
    sessions: sessionmaker[Session]
    output: str

    def article(self, session: Session, address: str) -> Article:
        """Find the article whose address contains these words."""
        return session.scalars(sa.select(Article).where(Article.url.contains(address))).one()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration, run once on each database."""
    folder = tmp_path_factory.mktemp("demo")
    with an_empty_database(request, request.param, folder) as url:
        output = run_demo_to_its_end(folder, url)
        sessions = open_database(url)
        yield Demo(folder, url, sessions, output)
        sessions.kw["bind"].dispose()


@pytest.mark.parametrize("seed", SEEDS, ids=[seed["seed"] for seed in SEEDS])
def test_a_seed_document_comes_out_right(demo: Demo, seed: dict[str, object]) -> None:
    with demo.sessions() as session:
        version = demo.article(session, str(seed["address"])).current_version
        assert version is not None
        assert version.title == seed["title"]
        assert (str(version.published) if version.published else None) == seed["published"]
        assert version.language == seed["language"]
        assert version.relevance == "core"
        topics = {topic.topic_slug for topic in version.topics}
        required, allowed = seed["topics"], seed["allowed"]
        assert isinstance(required, list)
        assert isinstance(allowed, list)
        for alternatives in required:
            assert topics & set(alternatives)
        assert topics <= {topic for alternatives in required for topic in alternatives} | set(allowed)
        assert {row.country for row in version.countries} >= set(seed["countries"])  # type: ignore[call-overload]
        for words in seed["says"]:  # type: ignore[attr-defined]
            assert words in version.text
        for words in seed["leaves_out"]:  # type: ignore[attr-defined]
            assert words not in version.text


def test_the_press_release_is_one_story_not_four(demo: Demo) -> None:
    with demo.sessions() as session:
        copies = list(
            session.scalars(sa.select(Article).join(Version, Version.id == Article.current_version_id).where(
                sa.func.lower(Version.title) == "china to hold 2020 space conference in september"
            ))
        )  # fmt: skip
        assert len(copies) >= 4
        assert len({copy.story_id for copy in copies}) == 1
        leads = [copy for copy in copies if copy.copy_of_id is None]
        assert len(leads) == 1
        assert {copy.copy_of_id for copy in copies if copy is not leads[0]} == {leads[0].id}


def test_the_ledger_accounts_for_every_relevant_article_once(demo: Demo) -> None:
    with demo.sessions() as session:
        core = set(
            session.scalars(
                sa.select(Version.id).join(Article, Article.current_version_id == Version.id).where(
                    Version.relevance == "core"
                )
            )
        )  # fmt: skip
        rows = set(session.scalars(sa.select(LedgerRow.version_id)))
        assert len(core) > 50
        assert core <= rows


def test_off_topic_embassy_and_academy_items_are_in_no_digest(demo: Demo) -> None:
    with demo.sessions() as session:
        off = list(
            session.scalars(
                sa.select(Version).join(Article, Article.current_version_id == Version.id).where(
                    Version.relevance == "off"
                )
            )
        )  # fmt: skip
        sources = {version.article.source.slug for version in off}
        assert {"gb_cnembassy", "cn_cas"} <= sources
        printed = "".join(json.dumps(issue.content) for issue in session.scalars(sa.select(Issue)))
        assert demo.article(session, "exomars-mission-suspended").key in printed
        assert [version.title for version in off if version.article.key in printed] == []


def test_the_second_digest_has_what_is_new(demo: Demo) -> None:
    first = (demo.folder / "digest-1.txt").read_text(encoding="utf-8")
    second = (demo.folder / "digest.txt").read_text(encoding="utf-8")
    assert "ExoMars" in second
    assert "ExoMars" not in first
    assert "WHAT CHANGED ON WATCHED PAGES" in second
    assert "UK-China Workshops" in second
    assert "14 March 2022" in second  # the fixed clock is stated


def test_every_summary_sentence_stands_where_its_evidence_says(demo: Demo) -> None:
    with demo.sessions() as session:
        stories = list(session.scalars(sa.select(Story)))
        assert len(stories) > 20
        for story in stories:
            for sentence in story.sentences:
                first = sentence.evidence[0]
                assert first.version.text[first.start : first.end] == sentence.text
        for evidence in session.scalars(sa.select(Evidence)):
            passage = evidence.version.passages[evidence.passage_ordinal]
            assert passage.start <= evidence.start < evidence.end <= passage.end


def test_the_mail_is_a_readable_message(demo: Demo) -> None:
    message = message_from_bytes((demo.folder / "digest.eml").read_bytes(), policy=policy.default)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "multipart/related"]
    assert "ExoMars" in str(message["Subject"]) + message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert len(list((demo.folder / "mail").glob("*.eml"))) == 2


def test_the_output_says_in_plain_words_what_was_found(demo: Demo) -> None:
    assert "about international space cooperation" in demo.output
    assert "make serve" in demo.output
    assert "Traceback" not in demo.output


def test_running_it_twice_changes_nothing(demo: Demo) -> None:
    before = contents_of(demo.sessions)
    files = {path.name: path.read_bytes() for path in demo.folder.glob("digest*")}
    run_demo_to_its_end(demo.folder, demo.database_url)
    assert contents_of(demo.sessions) == before
    assert {path.name: path.read_bytes() for path in demo.folder.glob("digest*")} == files


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "kills", [pytest.param(KILLS, id="eleven", marks=pytest.mark.long), pytest.param(KILLS[::3], id="five")]
)
def test_kills_at_many_moments_do_no_harm(
    demo: Demo, kills: tuple[str, ...], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kind = "postgresql" if demo.database_url.startswith("postgresql") else "sqlite"
    moments = (MIGRATING[kind], *kills)
    with an_empty_database(request, kind, tmp_path) as url:
        killed = tuple(moment for moment in moments if kill_demo_when(tmp_path, url, moment))
        assert killed == moments
        run_demo_to_its_end(tmp_path, url)
        sessions = open_database(url)
        assert contents_of(sessions) == contents_of(demo.sessions)
        sessions.kw["bind"].dispose()
        for name in ("digest.html", "digest.txt", "digest.eml", "digest-1.html"):
            assert (tmp_path / name).read_bytes() == (demo.folder / name).read_bytes()
