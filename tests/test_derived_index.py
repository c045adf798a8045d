"""The derived search index: it finds what the tables find, follows them through everything, and survives what dies."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Version, VersionActor
from models.index_change import IndexChange, newest_change
from models.knowledge import Actor
from models.search import (
    Query,
    begin_facets,
    facets,
    index_article,
    parse_query,
    search,
    words_on_search,
)
from models.search.derived.checking import differences
from models.search.derived.compiling import Compiler
from models.search.derived.folder import IndexFolder
from models.search.derived.reading import DerivedIndex, IndexState
from models.search.derived.schema import total_of
from models.search.derived.writing import Follower, build, follow_once
from models.search.patterns import Nearby, Pattern
from models.search.ranked import ranked_by_tables
from models.takedown import Takedown
from tests.builders import ArticleDraft, an_article
from tests.changing import a_drawn_draft, change_somehow
from tests.conftest import NOW

pytestmark = pytest.mark.databases("sqlite")
EVERYTHING = 1_000
Sessions = sessionmaker[Session]
FOLLOWING = """
import sys
from pathlib import Path
from models.database import open_database
from models.search.derived import folder, writing
writing.CHANGES_AT_ONCE = 10
print("ready", flush=True)
while True:
    writing.follow_once(open_database(sys.argv[1]), folder.IndexFolder(Path(sys.argv[2])))
"""
LINES = (
    "",
    "moon",
    "station",
    '"lunar station"',
    "lunar OR 月球 agreement",
    "lun* -station",
    "-crew",
    "lunar NEAR/2 station",
    '"lunar station" NEAR agreement',
    "title:moon",
    'title:"lunar station" OR title:cooper*',
    "station -topic:launch -lang:ru",
    "-country:CN -type:news -relevance:off",
    "(moon OR lunar) (station OR 探测)",
    '"signed coop"*',
    "国际 合作",
    '"嫦娥五号"',
    "станции сотрудничества",
    "accord coopération",
    "Chang'e-5",
    "change5",
    "launch topic:launch,lunar-exploration",
    "topic:launch+lunar-exploration",
    "country:GB+CN sort:newest",
    "agreement country:CN after:2021-03 before:2022",
    "station before:2021-03-09",
    "after:2021-03-09",
    "actor:esa lang:en",
    "source:two type:report",
    "relevance:core,space copies:yes",
    "lunar copies:yes sort:newest",
    "story:000000000000",
)


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    """The folder of the archive's derived index."""
    return IndexFolder(tmp_path / "search")


@pytest.fixture
def derived(sessions: sessionmaker[Session], folder: IndexFolder) -> DerivedIndex:
    """A built index of forty articles in four languages, which every session knows."""
    lot = random.Random(8)
    with sessions.begin() as session:
        session.add(Actor(slug="esa", name="ESA", kind="agency"))
        for _ in range(40):
            article = an_article(session, a_drawn_draft(lot))
            if lot.random() < 0.9:
                index_article(session, article.id)
            if lot.random() < 0.3:
                version_id = article.current_version_id
                session.add(VersionActor(version_id=version_id, actor_slug="esa", mention_count=1, start=0, end=1))
    assert build(sessions, folder) == 40
    derived = DerivedIndex(folder)
    derived.attach(sessions)
    return derived


def _expect_equal(sessions: Sessions, derived: DerivedIndex) -> None:
    for line in LINES:
        with sessions() as session:
            query = parse_query(line)
            found = derived.ranked(session, query, limit=EVERYTHING, offset=0)
            expected = ranked_by_tables(session, query, limit=EVERYTHING)
            assert found is not None
            assert (found.total, set(found.ids)) == (expected.total, set(expected.ids)), line
            newest = query.with_(sort="newest")
            assert derived.ranked(session, newest, limit=5, offset=3) == ranked_by_tables(
                session, newest, limit=5, offset=3
            ), line
            begin_facets(session, query)
            counted = facets(session, query)
            session.info.clear()
            assert counted == facets(session, query), line


def test_it_finds_and_counts_what_the_tables_do(
    sessions: Sessions, derived: DerivedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    _expect_equal(sessions, derived)
    # As in a large archive: counted by threads, which are begun before the rows are read.
    monkeypatch.setattr("models.search.derived.reading.COUNTED_BESIDE", 0)
    counting_beside = DerivedIndex(derived.folder)
    counting_beside.attach(sessions)
    _expect_equal(sessions, counting_beside)
    with sessions() as session:
        assert list(differences(session, derived)) == []
        assert "answered by the derived index, which 0 changes" in words_on_search(session)


def test_words_near_each_other_are_found_in_either_order(sessions: Sessions, folder: IndexFolder) -> None:
    with sessions.begin() as session:
        for text in ("moon x y base", "base moon", "moon x y z base", "big base x moon lander"):
            index_article(session, an_article(session, ArticleDraft(title="None", text=text)).id)
    build(sessions, folder)
    moon, base, big = (Pattern((word,)) for word in ("moon", "base", "big"))
    lander = Pattern(("moon", "lander"))
    with sessions() as session:
        searcher = folder.open(folder.current() or folder.path).searcher()
        found = {
            near: total_of(searcher.search(Compiler(session, searcher).any_of([near])))
            for near in (Nearby(moon, base, 2), Nearby(base, moon, 0), Nearby(lander, base, 1), Nearby(lander, big, 1))
        }
    assert list(found.values()) == [3, 1, 1, 0]


def test_whatever_changes_an_article_reaches_the_index(sessions: Sessions, derived: DerivedIndex) -> None:
    lot = random.Random(9)
    for _ in range(4):
        with sessions.begin() as session:
            for article in lot.sample(list(session.scalars(sa.select(Article).order_by(Article.id))), 6):
                change_somehow(session, article, lot)
        with sessions() as session:
            assert derived.state(session) is IndexState.BEHIND
            assert derived.ranked(session, Query(), limit=1, offset=0) is None
        assert follow_once(sessions, derived.folder)
        _expect_equal(sessions, derived)


def test_a_takedown_counts_at_once(sessions: Sessions, derived: DerivedIndex) -> None:
    with derived.folder.following() as is_ours, sessions.begin() as session:
        assert is_ours
        article = session.get_one(Article, search(session, Query()).hits[0].article_id)
        session.add(Takedown(article_key=article.key, url=article.url, reason="asked", made_by="me", made_at=NOW))
        session.flush()
        # Somebody follows, so that the index is trusted although it has not seen this yet.
        assert derived.state(session) is IndexState.USED
        assert article.key not in {hit.key for hit in search(session, Query(), limit=EVERYTHING).hits}


def test_a_follower_that_is_killed_loses_nothing(sessions: Sessions, derived: DerivedIndex, database_url: str) -> None:
    for wait in (0.0, 0.02, 0.1):
        with sessions.begin() as session:
            ids = list(session.scalars(sa.select(Article.id)))
            for article_id in ids:
                index_article(session, article_id)
            session.execute(sa.update(Version).values(language=f"x{int(wait * 100)}"))
        with subprocess.Popen(
            [sys.executable, "-c", FOLLOWING, database_url, str(derived.folder.path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        assert follow_once(sessions, derived.folder) is not None
        _expect_equal(sessions, derived)


def test_it_is_built_anew_while_searches_go_on(sessions: Sessions, derived: DerivedIndex) -> None:
    before = derived.folder.current()
    found: list[int] = []
    stop = threading.Event()

    def keep_searching() -> None:
        while not stop.is_set():
            with sessions() as session:
                found.append(search(session, parse_query("station")).total)

    thread = threading.Thread(target=keep_searching)
    thread.start()
    for _ in range(3):
        assert build(sessions, derived.folder)
    stop.set()
    thread.join()
    assert len(set(found)) == 1
    assert derived.folder.current() != before
    with sessions() as session:
        assert derived.state(session) is IndexState.USED
    with derived.folder.building():
        assert build(sessions, derived.folder) is None


def test_a_damaged_index_is_not_asked(sessions: Sessions, derived: DerivedIndex) -> None:
    built = derived.folder.current()
    assert built is not None
    with sessions() as session:
        expected = search(session, parse_query("station")).total
        for file in built.glob("*.*"):
            if file.suffix not in {".json", ".lock"}:
                # Another file in its place: to cut one off that is mapped would end the process.
                file.unlink()
                file.write_bytes(b"damage" * 20)
        again = DerivedIndex(derived.folder)
        session.info["derived_index"] = again
        assert search(session, parse_query("station")).total == expected
        assert again.state(session) is IndexState.DAMAGED
        assert "damaged" in words_on_search(session)
    assert build(sessions, derived.folder)
    with sessions() as session:
        assert derived.state(session) is IndexState.USED


def test_what_it_fails_at_is_asked_of_the_tables(sessions: Sessions, derived: DerivedIndex) -> None:
    query = parse_query("station")
    with sessions() as session:
        expected = derived.ranked(session, query, limit=EVERYTHING, offset=0)
        assert expected is not None
        # However far on a page is, no room is made for more articles than there are.
        for line in ("station", "station sort:newest"):
            for limit, offset in ((0, 0), (20, 10**12)):
                assert derived.ranked(session, parse_query(line), limit=limit, offset=offset) == (
                    expected.total,
                    [],
                    False,
                )
        # A panic in Rust derives from BaseException alone, and says nothing about other questions.
        assert derived.asked(session, query, lambda searcher, compiled: searcher.search(compiled, limit=0)) is None
        odd = parse_query("station")
        object.__setattr__(odd, "actors", ("\ud800",))  # which no line that is read may hold
        assert derived.ranked(session, odd, limit=EVERYTHING, offset=0) is None
        assert derived.ranked(session, query, limit=EVERYTHING, offset=0) == expected
        assert derived.state(session) is IndexState.USED


def test_changes_that_were_forgotten_outdate_the_index(sessions: Sessions, derived: DerivedIndex) -> None:
    with sessions.begin() as session:
        index_article(session, 1)
        index_article(session, 1)
        session.execute(sa.delete(IndexChange).where(IndexChange.id < newest_change(session)))
    with sessions() as session:
        assert derived.state(session) is IndexState.OUTDATED
    with pytest.raises(ValueError, match="forgotten"):
        Follower(sessions, derived.folder).apply()
