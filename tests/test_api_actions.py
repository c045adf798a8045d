"""Every action of the web app by the JSON API, on both databases: done, refused with the reason, and stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from perilune.config import settings_from
from perilune.serving import app_for
from tests.api_archive import NAME, Filled, fill
from tests.web_archive import BODY


@pytest.fixture
def filled(sessions: sessionmaker[Session], tmp_path: Path, now: dt.datetime) -> Filled:
    """A filled archive."""
    return fill(sessions, PageStore(str(tmp_path / "pages")), now)


@pytest.fixture
def program(filled: Filled, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A program that may do everything."""
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})
    with TestClient(app_for(settings)) as client:
        yield client


def test_sources_are_read_retired_and_watched_again(program: TestClient) -> None:
    source = program.get("/api/sources/un_unoosa").json()
    assert (source["line"]["state"], source["visits"][0]["counts"]) == ("broken", [["new pages", "3"]])
    assert program.post("/api/sources/un_unoosa/retire").json() == {"words": "un_unoosa is watched no more."}
    assert program.get("/api/sources/un_unoosa").json()["line"]["state"] == "retired"
    assert program.post("/api/sources/un_unoosa/resume").status_code == 200
    assert "list" in program.post("/api/sources/un_unoosa/repair").json()["words"]
    nothing = program.post("/api/sources/wire/repair")
    assert (nothing.status_code, nothing.json()["title"]) == (422, "Unprocessable Entity")
    assert program.post("/api/sources/nobody/retire").json()["status"] == 404
    said = {"name": "The Office", "owner": "ada@example.org", "addresses": ["https://un-unoosa.example/b"]}
    words = "The Office: changed its name, owner, addresses."
    assert program.patch("/api/sources/un_unoosa", json=said).json() == {"words": words}
    assert program.patch("/api/sources/un_unoosa", json={"owner": ""}).json()["words"].endswith("changed its owner.")
    source = program.get("/api/sources/un_unoosa").json()
    assert (source["line"]["name"], source["owner"], source["is_by_file"]) == ("The Office", None, False)
    assert source["way"]["addresses"] == ["https://un-unoosa.example/b"]
    refused = program.patch("/api/sources/un_unoosa", json={"country": "XX", "home": "nowhere"})
    assert refused.status_code == 422
    assert {each["pointer"] for each in refused.json()["errors"]} == {"/country", "/home"}


def test_topics_are_added_edited_merged_and_switched(program: TestClient) -> None:
    new = {"slug": "ice", "name": "Ice", "description": "Water on the Moon.", "examples": ["Ice was found."]}
    words = {"en": [{"text": "lunar ice*", "weight": 2.0}, {"text": "ice (at|on)", "is_pattern": True}]}
    made = program.post("/api/topics", json=new | {"words": words})
    assert (made.status_code, made.json()["slug"]) == (201, "ice")
    topic = program.get("/api/topics/ice").json()
    assert [entry["weight"] for entry in topic["words"]["en"]] == [2.0, 1.0]
    assert program.patch("/api/topics/ice", json={"name": "Lunar ice"}).status_code == 200
    changed = program.get("/api/topics/ice").json()
    assert (changed["line"]["name"], changed["examples"]) == ("Lunar ice", ["Ice was found."])
    assert program.post("/api/topics/ice/switch", json={"is_on": False}).status_code == 200
    assert program.get("/api/topics/ice").json()["line"]["is_active"] is False
    assert program.post("/api/topics/ice/merge", json={"into": "tea"}).status_code == 200
    assert program.get("/api/topics/ice").json()["line"]["merged_into"] == "tea"
    assert program.patch("/api/topics/nothing", json={}).status_code == 404
    fault = program.post("/api/topics", json=new | {"colour": "blue"}).json()
    assert fault["errors"] == [{"pointer": "/colour", "detail": "Extra inputs are not permitted"}]


def test_proposed_names_become_actors_or_do_not(program: TestClient) -> None:
    names = program.get("/api/names").json()
    assert (names["total"], names["names"][0]["name"], names["names"][0]["article_count"]) == (1, NAME, 4)
    assert "say who you are" in program.post("/api/names/dismiss", json={"name": NAME}).json()["detail"].lower()
    said = {"name": NAME, "kind": "agency", "country": "FR", "by": "Ada"}
    assert program.post("/api/names/accept", json=said).json()["slug"] == "office-of-lunar-affairs"
    assert program.get("/api/actors/office-of-lunar-affairs").json()["line"]["country"] == "FR"
    assert program.get("/api/names").json()["total"] == 0


def test_editions_are_made_and_changed(program: TestClient) -> None:
    new = {"slug": "lunar", "name": "Lunar", "query": "topic:tea", "frequency": "monthly", "month_day": 31}
    made = program.post("/api/editions", json=new | {"topic_weights": {"tea": 2.0}})
    assert (made.status_code, made.json()["slug"]) == (201, "lunar")
    edition = program.get("/api/editions/lunar").json()
    assert (edition["month_day"], edition["topic_weights"], edition["is_active"]) == (31, {"tea": 2.0}, True)
    assert dt.datetime.fromisoformat(edition["due_at"])
    assert program.patch("/api/editions/lunar", json={"is_active": False, "note": "Rests."}).status_code == 200
    rests = program.get("/api/editions/lunar").json()
    assert (rests["note"], rests["due_at"], rests["query"]) == ("Rests.", None, "topic:tea")
    wrong = program.patch("/api/editions/lunar", json={"query": "topic:coffee"})
    assert (wrong.status_code, wrong.json()["position"]) == (400, 0)
    assert [each["slug"] for each in program.get("/api/editions").json()["editions"]] == ["lunar", "reviewed", "weekly"]
    recent = program.get("/api/search/recent", params={"q": "relevance:core"}).json()
    assert set(recent) == {"query", "last_7_days", "last_30_days"}


def test_readers_are_added_and_removed_and_nobody_keeps_their_list(program: TestClient) -> None:
    reader = {"edition": "weekly", "address": "eve@example.org", "name": "Eve"}
    assert program.post("/api/readers", json=reader).status_code == 201
    listed = program.get("/api/readers", params={"edition": "weekly"})
    assert listed.headers["Cache-Control"] == "no-store"
    assert "ETag" in listed.headers
    assert [(each["address"], each["state"]) for each in listed.json()["readers"]] == [("eve@example.org", "gets mail")]
    assert (
        program.post("/api/readers/remove", json={"edition": "weekly", "address": "eve@example.org"}).status_code == 200
    )
    assert program.get("/api/readers").json()["total"] == 1
    assert program.post("/api/readers/remove", json={"edition": "weekly", "address": "nobody"}).status_code == 422
    asked = program.post("/api/subscriptions", json={"editions": ["weekly"], "address": "no address"})
    assert (asked.status_code, "is not a mail address" in asked.json()["detail"]) == (422, True)


def test_an_issue_is_edited_on_the_revision_that_was_read(program: TestClient, filled: Filled) -> None:
    held = filled.held
    desk = program.get(f"/api/desk/{held.issue}").json()
    assert (desk["is_held"], desk["revision"]) == (True, 0)
    assert all(quote["text"] for quote in desk["quotes"])
    drop = {"action": "drop", "revision": 0, "key": held.plain, "by": "Ada"}
    edited = program.post(f"/api/desk/{held.issue}/edits", json=drop)
    assert (edited.status_code, edited.json()) == (201, {"words": "“A launch” is dropped.", "revision": 1})
    stale = program.post(f"/api/desk/{held.issue}/edits", json=drop | {"key": held.told})
    assert stale.status_code == 409
    assert "Somebody changed this issue since you opened it: Ada" in stale.json()["detail"]
    unknown = program.post(f"/api/desk/{held.issue}/edits", json=drop | {"revision": 1, "key": "none"})
    assert unknown.status_code == 422
    said = {"key": held.told, "number": 1, "text": "They met in Geneva."}
    assert program.post(f"/api/desk/{held.issue}/check", json=said).json()["unsaid"]
    assert program.get(f"/api/desk/{held.issue}/found", params={"q": held.told}).json()[0]["is_present"]
    (reader,) = program.get(f"/api/desk/{held.issue}/readers").json()
    assert "<html" in program.get(f"/api/desk/{held.issue}/mail", params={"reader": reader["key"]}).json()["html"]
    approve = {"action": "approve", "revision": 1, "by": "Ada"}
    assert program.post(f"/api/desk/{held.issue}/edits", json=approve).status_code == 201
    assert program.post(f"/api/desk/{held.issue}/edits", json=approve | {"revision": 2}).status_code == 409
    record = program.get(f"/api/desk/{held.issue}/record").json()
    assert [edit["action"] for edit in record["edits"]] == ["drop", "approve"]
    wrong = program.post(f"/api/desk/{held.issue}/edits", json={"action": "fly", "revision": 1})
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (422, "application/problem+json")


def test_versions_copies_and_files_are_had(program: TestClient, filled: Filled) -> None:
    changed, article = filled.keys.changed, filled.keys.article
    found = program.get(f"/api/articles/{changed}/versions/2/changes").json()
    marked = [piece["text"] for piece in found["changes"][0]["before"][0] if piece["is_marked"]]
    assert (found["earlier_number"], marked) == (1, ["Oxford"])
    assert program.get(f"/api/articles/{changed}/versions/1/changes").status_code == 404
    page = program.get(f"/api/articles/{article}/versions/1/page")
    assert page.content == BODY
    assert "sandbox" in page.headers["Content-Security-Policy"]
    text = program.get(f"/api/issues/{filled.held.issue}/files/txt")
    assert "They met" in text.text
    assert program.get(f"/api/issues/{filled.held.issue}/files/exe").json()["status"] == 404
    assert "BEGIN:VCALENDAR" in program.get(f"/api/issues/{filled.held.issue}/events").text
    status = program.get("/api/status").json()
    assert (status["mail"]["line_count"], status["scans"]["count"]) == (0, 0)


@pytest.mark.databases("sqlite")
def test_an_archive_that_only_reads_says_how_else_it_is_done(filled: Filled, database_url: str, tmp_path: Path) -> None:
    settings = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url, "PERILUNE_READ_ONLY": "true"}
    with TestClient(app_for(settings_from(settings))) as visitor:
        for path in ("/api/sources/wire/retire", "/api/sources/wire/check", "/api/sources/wire/resume"):
            answer = visitor.post(path)
            assert (answer.status_code, answer.headers["Content-Type"]) == (501, "application/problem+json")
        assert visitor.get(f"/api/desk/{filled.held.issue}").status_code == 501
        assert visitor.get("/api/readers").status_code == 501
        foreign = visitor.post(
            "/api/topics/tea/switch", json={"is_on": False}, headers={"Origin": "https://evil.example"}
        )
        assert foreign.status_code == 403
