"""The archive's API, asked over HTTP on both databases: what it gives, and how it tells its problems."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from tests.web_archive import QUOTE, UNKNOWN_KEY, Keys, fill_archive, mail_of
from web.app import create_app


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> Keys:
    """A filled archive."""
    with sessions.begin() as session:
        return fill_archive(session, page_store)


@pytest.fixture
def client(sessions: sessionmaker[Session], page_store: PageStore) -> Iterator[TestClient]:
    """A visitor of the archive."""
    app = create_app(sessions, pages=page_store, render_issue=mail_of)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as visitor:
        yield visitor


def test_the_api_finds_articles(client: TestClient, keys: Keys) -> None:
    found = client.get("/api/search", params={"q": "memorandum country:ru", "limit": 1}).json()
    assert found["query"] == "memorandum country:RU"
    assert (found["total"], found["limit"], found["offset"]) == (1, 1, 0)
    hit = found["hits"][0]
    assert (hit["key"], hit["published"], hit["copy_count"]) == (keys.article, "2022-03-10", 1)
    assert any(part["is_hit"] for part in hit["snippet"])
    assert client.get("/api/search").json()["total"] == 5
    assert client.get("/api/search?offset=4").json()["hits"][0]["title"]


def test_the_api_gives_an_article_with_its_evidence(client: TestClient, keys: Keys) -> None:
    article = client.get(f"/api/articles/{keys.article}").json()
    assert [passage["kind"] for passage in article["passages"]] == ["paragraph", "paragraph", "list-item", "list-item"]
    assert article["facts"][0]["quote"] == QUOTE
    assert article["facts"][0]["parties"][1] == {"slug": "RU", "name": "Russia"}
    assert article["copies"][0]["key"] == keys.copy
    assert article["story"]["key"] == keys.story
    assert "id" not in article
    first = client.get(f"/api/articles/{keys.changed}?version=1").json()
    assert (first["number"], first["is_current"]) == (1, False)
    assert client.get(f"/api/articles/{keys.slides}").json()["published"] == "2022-02"


def test_the_api_gives_stories(client: TestClient, keys: Keys) -> None:
    listed = client.get("/api/stories").json()
    assert (listed["total"], listed["stories"][0]["key"]) == (1, keys.story)
    story = client.get(f"/api/stories/{keys.story}").json()
    evidence = story["sentences"][0]["evidence"][0]
    assert (evidence["quote"], evidence["version_number"], evidence["number"]) == (QUOTE, 1, 1)
    assert [article["key"] for article in story["articles"]] == [keys.article]
    assert story["articles"][0]["copies"][0]["published"] is None


def test_the_api_gives_sources_issues_and_status(client: TestClient, keys: Keys) -> None:
    sources = {source["slug"]: source for source in client.get("/api/sources").json()["sources"]}
    assert sources["un_unoosa"]["last_outcome"] == "done"
    assert sources["wire"]["last_crawled_at"] is None
    assert client.get("/api/issues").json()["issues"][0]["key"] == keys.issue
    assert client.get(f"/api/issues/{keys.issue}").json()["content"] == {"headline": "A week"}
    status = client.get("/api/status").json()
    assert status["totals"]["articles"] == 6
    assert {"stage": "fetch", "state": "failed", "reason": "challenge page", "count": 1} in status["fates"]


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/api/search?q=OR+moon", 400, "OR must stand between two words"),
        ("/api/search?q=topic:none", 400, "the topic 'none' is unknown"),
        ("/api/search?limit=0", 422, "limit:"),
        ("/api/search?limit=101", 422, "limit:"),
        ("/api/search?offset=99999999999999999999", 422, "offset:"),
        ("/api/stories?offset=-1", 422, "offset:"),
        ("/api/articles/" + UNKNOWN_KEY + "?version=0", 422, "version:"),
    ],
)
def test_the_api_tells_its_problems_by_rfc_9457(client: TestClient, path: str, status: int, detail: str) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert detail in problem["detail"]


def test_a_search_problem_names_its_place(client: TestClient) -> None:
    assert client.get("/api/search?q=moon+OR").json()["position"] == 5


def test_another_method_is_refused_in_the_same_form(client: TestClient) -> None:
    for path, allowed in (("/api/search", "GET, HEAD"), ("/api/topics/tea", "GET, HEAD, PATCH")):
        response = client.delete(path)
        assert (response.status_code, response.headers["Content-Type"]) == (405, "application/problem+json")
        assert response.headers["Allow"] == allowed


def test_the_openapi_document_describes_the_api_only(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    assert all(path.startswith("/api/") for path in document["paths"])
    responses = document["paths"]["/api/search"]["get"]["responses"]
    assert set(responses) == {"200", "400", "401", "403", "422"}
    assert "application/problem+json" in responses["422"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)
