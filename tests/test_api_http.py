"""Pages of lists with their neighbours, and answers that are sent again only when they changed."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from models.search import index_article
from perilune.serving import app_for
from tests.api_archive import fill, place_of, served
from tests.builders import ArticleDraft, an_article
from tests.people import an_archive
from tests.web_archive import Keys, fill_archive, mail_of
from web import api_http
from web.access import Powers
from web.api_document import operations_in
from web.app import create_app
from web.headers import PEOPLE_PATHS
from web.rights import rights_of

UNMARKED = ("export", "status")
"""What is made anew each time, or tells of the moment."""
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
    found = client.get("/api/search", params={"facets": "true"}).json()
    assert {"value": "2022", "label": "2022", "count": 3}.keys() == found["facets"]["year"][0].keys()
    assert (found["is_approximate"], found["facets_are_approximate"]) == (False, False)


@pytest.mark.databases("sqlite")
def test_an_article_that_comes_between_two_pages_hides_none(
    client: TestClient, sessions: sessionmaker[Session]
) -> None:
    before = {hit["key"] for hit in client.get("/api/search?q=sort:newest").json()["hits"]}
    page = client.get("/api/search?q=sort:newest&limit=2").json()
    with sessions.begin() as session:
        index_article(session, an_article(session, ArticleDraft(title="The newest", published="2022-03-14")).id)
    found = {hit["key"] for hit in page["hits"]}
    while page["next"]:
        page = client.get(page["next"]).json()
        found |= {hit["key"] for hit in page["hits"]}
    assert found == before


@pytest.mark.databases("sqlite")
def test_every_answer_of_the_api_is_sent_once(
    sessions: sessionmaker[Session], tmp_path: Path, now: dt.datetime
) -> None:
    filled = fill(sessions, PageStore(str(tmp_path / "pages")), now)
    app = app_for(an_archive(tmp_path, sessions).settings)
    sent = {}
    with TestClient(app) as program:
        for path, method, operation in operations_in(app.openapi()):
            if method != "get" or operation["operationId"] in UNMARKED:
                continue
            address = path.format_map(place_of(filled, path))
            first = program.get(address, params={"one": "RU", "other": "CN"} if path.endswith("/cell") else {})
            if first.status_code == 200:
                again = program.get(str(first.url), headers={"If-None-Match": first.headers["ETag"]})
                sent[path] = (again.status_code, len(again.content))
                is_people = address.startswith(PEOPLE_PATHS)
                assert again.headers["Cache-Control"] == ("no-store" if is_people else "private, no-cache"), path
    assert set(sent.values()) == {(304, 0)}
    assert len(sent) > 35


@pytest.mark.databases("sqlite")
def test_more_than_is_taken_is_refused_everywhere(sessions: sessionmaker[Session], page_store: PageStore) -> None:
    app = create_app(sessions, pages=page_store, render_issue=mail_of, powers=Powers(max_body_bytes=1000))
    changing = [right for right in rights_of(app) if right.method not in {"GET", "HEAD"}]
    with served(app) as url, httpx.Client(base_url=url) as program:
        for right in changing:
            for body in (b"x" * 1001, iter([b"x" * 600] * 40)):
                answer = program.request(right.method, right.path, content=body)
                assert answer.status_code == 413, right
                assert "larger than the 1,000 bytes that this archive takes" in answer.text
                is_problem = answer.headers["Content-Type"] == "application/problem+json"
                assert is_problem == right.path.startswith("/api/")
        assert program.post("/api/corrections", content=iter([b"{", b"}"])).status_code == 422
        with socket.create_connection((program.base_url.host, program.base_url.port or 0), timeout=20) as patient:
            head = b"POST /collect HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 9000000\r\n\r\n"
            patient.sendall(head)
            assert patient.recv(100).startswith(b"HTTP/1.1 413")
    assert len(changing) > 80
