"""Correcting in the browser and by the API: forms without a script, from this archive's own pages only, undoable."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, selectinload, sessionmaker

from models.article import Article, Version
from models.fact import Fact, FactWitness
from models.knowledge import Correction
from models.page_store import PageStore
from models.story import Story
from perilune.config import settings_from
from perilune.serving import app_for
from tests.builders import ArticleDraft, a_story, an_article
from tests.web_archive import ISSUE_KEY, QUOTE, UNKNOWN_KEY, Keys, fill_archive, mail_of
from web.app import create_app
from web.choices import STORIES_OFFERED, choices_near

HERE = {"Origin": "http://testserver"}


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> Keys:
    """A filled archive."""
    with sessions.begin() as session:
        return fill_archive(session, page_store)


@pytest.fixture
def visitor(keys: Keys, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A visitor of the archive as the product serves it."""
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})
    with TestClient(app_for(settings), raise_server_exceptions=False) as client:
        yield client


def version_of(sessions: sessionmaker[Session], key: str) -> Version:
    """Read the current version of an article."""
    current = sa.select(Version).join(Article, Article.current_version_id == Version.id).where(Article.key == key)
    with sessions() as session:
        return session.scalars(current.options(selectinload(Version.topics), selectinload(Version.witnesses))).one()


def correction_count(sessions: sessionmaker[Session]) -> int:
    """Count the corrections on record."""
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Correction)) or 0


def test_a_click_corrects_and_another_undoes_it(
    visitor: TestClient, keys: Keys, sessions: sessionmaker[Session]
) -> None:
    page = visitor.get(f"/article/{keys.article}").text
    for question in ("Wrong relevance?", "Wrong topic?", "Wrong story?", "wrong?"):
        assert question in page
    form = {"relevance": "space", "note": "national only", "by": "Ada Example"}
    page = visitor.post(f"/correct/{keys.article}", data=form, headers=HERE).text
    assert "Corrected by Ada Example: relevance is space." in page
    assert "“national only”" in page
    assert 'value="Ada Example"' in page
    assert version_of(sessions, keys.article).relevance == version_of(sessions, keys.copy).relevance == "space"
    page = visitor.post("/corrections/1/undo", data={"by": "Bob"}, headers=HERE).text
    assert "Undone by Bob: relevance is space." in page
    assert "Undone" not in visitor.get(f"/article/{keys.article}").text
    assert "undone" in visitor.get("/corrections").text


def test_topics_stories_and_facts_are_corrected_by_forms(
    visitor: TestClient, keys: Keys, sessions: sessionmaker[Session]
) -> None:
    visitor.cookies.set("perilune_name", "Ada")
    pages = [
        visitor.post(f"/correct/{keys.article}", data={"by": "Ada", **form}, headers=HERE).text
        for form in (
            {"remove_topic": "lunar-exploration", "add_topic": "planetary-defence"},
            {"story_says": "alone", "story_key": ""},
            {"story_says": "story", "story_key": f"http://testserver/article/{keys.slides}?from=1#p1"},
            {"add_fact": "event", "quote": "met in  Vienna", "name": "A meeting", "start": "", "status": ""},
        )
    ]
    assert "topic lunar-exploration is wrong" in pages[0]
    assert [row.topic_slug for row in version_of(sessions, keys.article).topics] == ["planetary-defence"]
    assert "it belongs to the story of “Workshop slides”" in pages[2]
    assert "fact “A meeting” is added" in pages[3]
    page = visitor.get(f"/correct/{keys.article}").text
    mark = re.findall(r'name="change_fact" value="([0-9a-f]{12})"', page)[0]
    form = {"name": "Memorandum", "start": "2022-03", "end": "", "status": "signed", "parties": "cnsa", "by": "Ada"}
    for _ in range(2):  # pressed twice
        page = visitor.post(f"/correct/{keys.article}", data={**form, "change_fact": mark}, headers=HERE).text
    assert "has name Memorandum, start 2022-03, parties cnsa" in page
    for _ in range(2):
        answer = visitor.post(f"/correct/{keys.article}", data={"remove_fact": mark, "by": "Ada"}, headers=HERE)
    assert answer.status_code == 200
    assert [row.name for row in version_of(sessions, keys.article).witnesses] == ["A meeting"]
    assert correction_count(sessions) == 7
    story = visitor.get(f"/story/{keys.story}").text
    assert "Two agencies signed a memorandum." not in story


def test_two_facts_are_made_one_and_two_again_by_the_address_of_the_other(
    visitor: TestClient, keys: Keys, sessions: sessionmaker[Session]
) -> None:
    said = {"add_fact": "event", "by": "Ada", "start": "2022-03-09"}
    ours, theirs = {"quote": "met in Vienna", "name": "Vienna talks"}, {"quote": "签署", "name": "维也纳会谈"}
    for key, form in ((keys.article, ours), (keys.chinese, theirs)):
        assert visitor.post(f"/correct/{key}", data=said | form, headers=HERE).status_code == 200
    page = visitor.get(f"/correct/{keys.article}").text
    mark = re.findall(r'name="same_fact" value="([0-9a-f]{12})"', page)[-1]
    counts = []
    for saying in ("same_fact", "apart_fact"):
        with sessions() as session:
            key = session.scalars(sa.select(Fact.key).join(FactWitness).where(FactWitness.name == theirs["name"])).one()
        form = {saying: mark, "other": f"http://testserver/facts/{key}?from=calendar", "by": "Ada"}
        assert visitor.post(f"/correct/{keys.article}", data=form, headers=HERE).status_code == 200
        with sessions() as session:
            counts.append(session.scalar(sa.select(sa.func.count()).select_from(Fact)))
    assert counts == [2, 3], "the memorandum is there too"


@pytest.mark.databases("sqlite")
def test_opening_a_link_of_a_mail_changes_nothing(
    visitor: TestClient, keys: Keys, sessions: sessionmaker[Session]
) -> None:
    page = visitor.get(f"/correct/{keys.article}?issue={ISSUE_KEY}&relevance=off&by=Eve")
    assert page.status_code == 200
    assert "Seven days of cooperation" in page.text
    assert QUOTE in page.text
    visitor.head(f"/correct/{keys.article}")
    assert visitor.get("/corrections/1/undo").status_code == 405
    assert correction_count(sessions) == 0
    assert visitor.get(f"/correct/{UNKNOWN_KEY}").status_code == 404


@pytest.mark.databases("sqlite")
def test_no_page_of_another_site_corrects(visitor: TestClient, keys: Keys, sessions: sessionmaker[Session]) -> None:
    form = {"relevance": "off", "by": "Eve"}
    for headers in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert visitor.post(f"/correct/{keys.article}", data=form, headers=headers).status_code == 403
        body = {"article": keys.article, **form}
        assert visitor.post("/api/corrections", json=body, headers=headers).status_code == 403
    cookie = visitor.post(f"/correct/{keys.article}", data=form, headers=HERE, follow_redirects=False)
    assert "HttpOnly" in cookie.headers["set-cookie"]
    assert "SameSite=lax" in cookie.headers["set-cookie"]
    assert correction_count(sessions) == 1


@pytest.mark.databases("sqlite")
def test_what_cannot_be_is_told_in_one_sentence(visitor: TestClient, keys: Keys) -> None:
    for form, sentence in (
        ({"relevance": "off"}, "Say who you are"),
        ({"by": "Ada"}, "Nothing to correct"),
        ({"by": "Ada", "add_topic": "lunch"}, "There is no topic &#39;lunch&#39;"),
        ({"by": "Ada", "story_says": "story", "story_key": "nonsense"}, "There is no article &#39;nonsense&#39;"),
        ({"by": "Ada", "story_says": "relevance", "story_key": "x"}, "Relevance is one of"),
    ):
        answer = visitor.post(f"/correct/{keys.article}", data=form, headers=HERE)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert visitor.get("/corrections/7").status_code == 404


def test_programs_correct_list_and_undo(visitor: TestClient, keys: Keys) -> None:
    body = {"article": keys.article, "by": "ada", "change_fact": "1", "start": "2022-03-08"}
    made = visitor.post("/api/corrections", json=body)
    assert made.status_code == 201
    number = made.json()["corrections"][0]["id"]
    assert visitor.post("/api/corrections", json=body).json()["words"] == "That is how it stands already."
    article = visitor.get(f"/api/articles/{keys.article}").json()
    assert (article["facts"][0]["start_on"], article["facts"][0]["by_human"]) == ("2022-03-08", True)
    assert article["corrected"] == ["fact"]
    listed = visitor.get("/api/corrections", params={"article": keys.copy}).json()
    assert (listed["total"], listed["corrections"][0]["made_by"]) == (1, "ada")
    wrong = visitor.post("/api/corrections", json={**body, "start": "soon"})
    assert (wrong.status_code, wrong.json()["detail"][:15]) == (422, "Start is a date")
    assert visitor.post("/api/corrections", json={**body, "relevanse": "off"}).status_code == 422
    assert visitor.delete(f"/api/corrections/{number}", params={"by": "bob"}).json()["words"].startswith("Undone")
    assert visitor.get("/api/corrections").json()["corrections"][0]["undone_by"] == "bob"
    assert visitor.delete("/api/corrections/99", params={"by": "bob"}).status_code == 422


def test_what_no_database_can_hold_is_refused(visitor: TestClient, keys: Keys) -> None:
    said = {"relevance": "off", "by": "Ada"}
    for form in ({"by": "A\x00da"}, {"note": "a\x00b"}, {"change_fact": "1", "place": "\x00x"}, {"story": "\x00"}):
        assert visitor.post(f"/correct/{keys.article}", data=said | form, headers=HERE).status_code == 422
        body = {"article": keys.article, **said, **form}
        assert visitor.post("/api/corrections", json=body).status_code == 422
    assert visitor.post("/api/corrections", json={"article": "a\x00b", **said}).status_code == 422
    for method in ("GET", "POST"):
        assert visitor.request(method, "/correct/a%00b", data=said, headers=HERE).status_code == 404
    far = 10**20
    assert visitor.post(f"/corrections/{far}/undo", data=said, headers=HERE).status_code == 422
    assert visitor.delete(f"/api/corrections/{far}", params={"by": "Ada"}).status_code == 422
    assert visitor.get(f"/corrections/{far}").status_code == 404


@pytest.mark.databases("sqlite")
def test_the_address_of_a_story_means_the_story_and_that_of_an_article_the_article(
    visitor: TestClient, keys: Keys, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:  # the story of slides that its founder has left
        left = Story(key=keys.slides, headline="A workshop")
        session.add(left)
        session.flush()
        member = an_article(session, ArticleDraft(title="Another workshop", story=left)).key
    for address, other in (
        (f"http://testserver/story/{keys.slides}?lang=en#a{keys.changed}", member),
        (f"story/{keys.slides}", member),
        (f"/article/{keys.slides}/v1#p1", keys.slides),
        (f"/correct/{keys.slides}?issue={ISSUE_KEY}", keys.slides),
    ):
        form = {"story_says": "story", "story_key": address, "by": "Ada"}
        assert visitor.post(f"/correct/{keys.article}", data=form, headers=HERE).status_code == 200
        with sessions() as session:
            said = session.scalars(sa.select(Correction).order_by(Correction.id.desc())).first()
            assert said is not None
            assert said.value["article"] == other


@pytest.mark.databases("sqlite")
def test_the_stories_offered_are_those_nearest_to_the_day(sessions: sessionmaker[Session]) -> None:
    day = dt.date(2022, 3, 10)
    with sessions.begin() as session:
        for days in (*range(20, 45), 0, -1):
            on = day + dt.timedelta(days=days)
            a_story(session, f"{days} days away", first_on=on, last_on=on)
        offered = [headline for _, headline in choices_near(session, None, day).stories]
    assert (len(offered), offered[0]) == (STORIES_OFFERED, "37 days away")
    assert offered[-2:] == ["0 days away", "-1 days away"]


@pytest.mark.databases("sqlite")
def test_an_archive_that_only_reads_refuses_and_shows_no_form(
    sessions: sessionmaker[Session], page_store: PageStore, keys: Keys
) -> None:
    reader = TestClient(create_app(sessions, pages=page_store, render_issue=mail_of), raise_server_exceptions=False)
    assert "Wrong topic?" not in reader.get(f"/article/{keys.article}").text
    for answer in (
        reader.get(f"/correct/{keys.article}"),
        reader.post(f"/correct/{keys.article}", data={"relevance": "off", "by": "Ada"}, headers=HERE),
        reader.post("/api/corrections", json={"article": keys.article, "relevance": "off", "by": "Ada"}),
    ):
        assert answer.status_code == 501
        assert "perilune articles correct" in answer.text
    assert reader.get("/corrections").status_code == 200


@pytest.mark.databases("sqlite")
def test_a_setting_makes_the_served_archive_only_read(keys: Keys, database_url: str, tmp_path: Path) -> None:
    settings = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url, "PERILUNE_READ_ONLY": "true"}
    with TestClient(app_for(settings_from(settings)), raise_server_exceptions=False) as reader:
        assert reader.get(f"/correct/{keys.article}").status_code == 501
        assert reader.get("/sources/new?url=x").status_code == 501
