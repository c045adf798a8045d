"""Actors in the browser and in the API: the list that is searched, one actor, and the names that are proposed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.article import Version
from models.knowledge import Actor, UnknownName
from models.page_store import PageStore
from models.search import rebuild_index
from models.tables import VersionActor
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.serving import powers_over
from pipeline.understanding.unknown_names import name_key
from tests.builders import ArticleDraft, an_article
from web.app import create_app

ZENDA = "Zenda <b>Institute</b>"


@pytest.fixture
def client(sessions: sessionmaker[Session], page_store: PageStore) -> Iterator[TestClient]:
    """A visitor of an archive with two actors and three articles, a copy among them, that name an unknown one."""
    with sessions.begin() as session:
        session.add(
            Actor(
                slug="cnsa",
                name="China National Space Administration",
                kind="agency",
                country="CN",
                names={"en": ["CNSA"], "zh": ["中国国家航天局"], "ru": ["КНКА"]},
                ambiguous={"CNSA": ["China", "-nursing"]},
                wikidata="Q320644",
                cited="https://en.wikipedia.org/wiki/China_National_Space_Administration",
            )
        )
        session.add(Actor(slug="old-mission", name="Old Mission", kind="mission", is_active=False))
        session.flush()
        articles = [an_article(session, ArticleDraft(title=f"Talks {number}")) for number in range(3)]
        copy = an_article(session, ArticleDraft(title="Talks 0", source="wire", is_copy_of=articles[0]))
        for article in (*articles, copy):
            version = session.get_one(Version, article.current_version_id)
            version.actors.append(VersionActor(actor_slug="cnsa", mention_count=1, start=0, end=4))
            session.add(
                UnknownName(version_id=version.id, ordinal=0, name=ZENDA, name_key=name_key(ZENDA), start=0, end=4)
            )
        version.actors.append(VersionActor(actor_slug="old-mission", mention_count=1, start=0, end=4))
        first = session.get_one(Version, articles[1].current_version_id)
        first.actors.append(VersionActor(actor_slug="old-mission", mention_count=1, start=0, end=4))
        rebuild_index(session)
    app = create_app(sessions, pages=page_store, render_issue=lambda _: "")
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as visitor:
        yield visitor


def test_the_list_counts_articles_and_shows_what_is_proposed(client: TestClient) -> None:
    page = client.get("/actors").text
    for words in ("2 actors", "/actors/cnsa", ">3</a>", "switched off", "Proposed: 1 name", "3 articles: "):
        assert words in page
    assert "Zenda &lt;b&gt;Institute" in page
    assert ZENDA not in page


@pytest.mark.databases("sqlite")
def test_proposed_names_are_decided_on_by_a_button(client: TestClient, sessions: sessionmaker[Session]) -> None:
    assert "perilune actors accept" in client.get("/actors").text
    form = {"proposed": ZENDA, "kind": "institute", "country": "CZ", "by": "Ada"}
    assert client.post("/actors/proposed/accept", data=form).status_code == 501
    archive = Archive(settings_from({}), sessions)
    app = create_app(sessions, pages=PageStore("unused"), render_issue=lambda _: "", powers=powers_over(archive))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as visitor:
        assert "Is it an actor?" in visitor.get("/actors").text
        assert visitor.post("/actors/proposed/accept", data=form | {"by": ""}).status_code == 422
        elsewhere = visitor.post("/actors/proposed/dismiss", data=form, headers={"Origin": "http://elsewhere.example"})
        assert elsewhere.status_code == 403
        accepted = visitor.post("/actors/proposed/accept", data=form)
        assert accepted.headers.get("location", "").startswith("/actors/zenda")
        assert "Proposed" not in visitor.get("/actors").text
        again = visitor.post("/actors/proposed/dismiss", data=form)
    assert (again.status_code, "was decided to be the actor zenda" in again.text) == (422, True)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("line", "is_there"),
    [("q=航天局", True), ("q=кнка", True), ("kind=agency", True), ("kind=mission", False), ("country=US", False)],
)
def test_the_list_is_searched_by_any_name_kind_and_country(client: TestClient, line: str, *, is_there: bool) -> None:
    page = client.get(f"/actors?{line}").text
    assert ("/actors/cnsa" in page) == is_there
    assert "Proposed" not in page
    assert [found["slug"] for found in client.get(f"/api/actors?limit=100&{line}").json()["actors"]].count(
        "cnsa"
    ) == is_there


@pytest.mark.databases("sqlite")
def test_an_actor_that_nobody_is_is_said_to_be_none(client: TestClient) -> None:
    assert "No actor is called so" in client.get("/actors?q=nobody").text
    assert client.get("/actors/nobody").status_code == 404
    assert client.get("/api/actors/nobody").json()["status"] == 404


def test_an_actor_shows_its_names_its_origin_its_articles_and_its_company(client: TestClient) -> None:
    page = client.get("/actors/cnsa").text
    for words in (
        "中国国家航天局",
        "Russian",
        "https://en.wikipedia.org/wiki/China_National_Space_Administration",
        "https://www.wikidata.org/wiki/Q320644",
        "Talks 2",
        "/actors/old-mission",
        "not beside",
        "3 articles",
    ):
        assert words in page
    answer = client.get("/api/actors/cnsa").json()
    assert answer["line"]["article_count"] == 3
    assert answer["names"][1] == {"language": "zh", "names": ["中国国家航天局"]}
    assert answer["contexts"] == [{"name": "CNSA", "words_for": ["China"], "words_against": ["nursing"]}]
    assert answer["beside"] == [{"slug": "old-mission", "name": "Old Mission", "article_count": 1}]
    assert len(answer["newest"]) == 3


@pytest.mark.databases("sqlite")
def test_an_article_leads_to_its_actors(client: TestClient) -> None:
    key = client.get("/api/actors/cnsa").json()["newest"][0]["key"]
    assert '<a href="/actors/cnsa">China National Space Administration</a>' in client.get(f"/article/{key}").text
