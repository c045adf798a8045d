"""Pages of lists with their neighbours, and answers that are sent again only when they changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from tests.web_archive import Keys, fill_archive, mail_of
from web import api_http
from web.app import create_app

LISTS = ("search", "stories", "sources", "topics", "issues", "actors", "names", "corrections", "editions", "calendar")


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> Keys:
    """A filled archive."""
    with sessions.begin() as session:
        return fill_archive(session, page_store)


@pytest.fixture
def client(sessions: sessionmaker[Session], page_store: PageStore, keys: Keys) -> Iterator[TestClient]:
    """A program that asks."""
    with TestClient(create_app(sessions, pages=page_store, render_issue=mail_of)) as program:
        yield program


def test_following_next_gives_everything_once(client: TestClient) -> None:
    address, found = "/api/search?q=relevance:core&limit=1", []
    while address:
        answer = client.get(address)
        page = answer.json()
        assert (f'<{page["next"]}>; rel="next"' in answer.headers.get("Link", "")) == bool(page["next"])
        found += [hit["key"] for hit in page["hits"]]
        address = page["next"]
    assert len(found) == len(set(found)) == page["total"] == 4
    assert page["previous"] == "/api/search?q=relevance%3Acore&limit=1&offset=2"


@pytest.mark.databases("sqlite")
def test_every_list_is_paged_alike(client: TestClient) -> None:
    for name in LISTS:
        page = client.get(f"/api/{name}", params={"limit": 1}).json()
        assert {"total", "limit", "offset", "next", "previous"} < page.keys(), name
        assert page["limit"] == 1
        assert page["previous"] is None
        beyond = client.get(f"/api/{name}", params={"limit": 1, "offset": 900}).json()
        assert (beyond["next"], beyond["total"]) == (None, page["total"])


@pytest.mark.databases("sqlite")
def test_what_a_program_has_is_not_sent_again(client: TestClient, keys: Keys) -> None:
    path = f"/api/articles/{keys.article}"
    first = client.get(path)
    assert first.headers["ETag"].startswith('W/"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(path, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert "Content-Type" not in again.headers
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(path, headers={"If-None-Match": 'W/"other"'}).content == first.content
    assert client.head(path).headers["ETag"] == first.headers["ETag"]
    assert "ETag" not in client.get("/api/articles/none").headers
    assert "ETag" not in client.get("/about").headers


@pytest.mark.databases("sqlite")
def test_long_answers_come_whole_and_without_a_mark(
    client: TestClient, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get(f"/api/articles/{keys.article}")
    monkeypatch.setattr(api_http, "MAX_MARKED_BYTES", 100)
    answer = client.get(f"/api/articles/{keys.article}")
    assert answer.content == whole.content
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.databases("sqlite")
def test_facets_are_counted_when_asked_for(client: TestClient) -> None:
    assert client.get("/api/search").json()["facets"] is None
    facets = client.get("/api/search", params={"facets": "true"}).json()["facets"]
    assert {"value": "2022", "label": "2022", "count": 3}.keys() == facets["year"][0].keys()
