"""The desk and the editions over HTTP, without a script: what cannot be is said, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.edition import Edition, Issue, Reader
from models.search import rebuild_index
from perilune.config import settings_from
from perilune.serving import app_for
from tests.builders import ArticleDraft, an_article
from tests.desk_issues import Held, content_of, hold_an_issue, ledger_of

HERE = {"Origin": "http://testserver"}


@pytest.fixture
def held(sessions: sessionmaker[Session], now: dt.datetime) -> Held:
    """A held issue, and an article that came after it."""
    with sessions.begin() as session:
        found = hold_an_issue(session, now)
        an_article(session, ArticleDraft(title="A docking of late", source="nasa"))
        rebuild_index(session)
    return found


@pytest.fixture
def editor(held: Held, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """An editor who gave a name."""
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})
    with TestClient(app_for(settings), headers=HERE) as client:
        client.post(f"/desk/{held.issue}/name", data={"by": "Ada"})
        yield client


def revision_in(page: str) -> str:
    """Read the revision that the forms of a page carry."""
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found
    return found[1]


def test_an_editor_reviews_an_issue_by_forms(editor: TestClient, held: Held, sessions: sessionmaker[Session]) -> None:
    assert "held for review" in editor.get("/issues").text
    page = editor.get(f"/desk/{held.issue}")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "Goes out by itself" in page.text
    said = {"revision": revision_in(page.text), "key": held.plain, "anchor": f"at-{held.plain}"}
    page = editor.post(f"/desk/{held.issue}/drop", data=said)
    assert page.url.fragment == f"at-{held.plain}"
    assert "“A launch” is dropped." in page.text
    assert "bring back" in page.text
    found = editor.get(f"/desk/{held.issue}", params={"find": "docking"}).text
    (key,) = re.findall(r'"(article/[0-9a-f]{12})">[^/]*Add to the stories: A docking of late', found)
    page = editor.post(f"/desk/{held.issue}/add", data={"revision": revision_in(found), "key": key, "where": "noted"})
    assert "“A docking of late” is added." in page.text
    assert ledger_of(sessions)[key.removeprefix("article/")][:2] == ("included", "added by Ada")
    for address in (f"https://archive.example/story/{held.told}?x=1", held.told):
        found = editor.get(f"/desk/{held.issue}", params={"find": address}).text
        assert "story of 2 articles" in found
        assert "in this issue" in found
    assert "did you mean topic?" in editor.get(f"/desk/{held.issue}", params={"find": "topik:launch"}).text
    record = editor.get(f"/desk/{held.issue}/record").text
    assert "2 changes" in record
    page = editor.post(f"/desk/{held.issue}/approve", data={"revision": "2"})
    assert "approved by Ada" in page.text
    refused = editor.post(f"/desk/{held.issue}/drop", data={"revision": "3", "key": held.told})
    assert refused.status_code == 409
    assert "This issue was released" in refused.text


def test_a_stale_form_is_refused_and_loses_nothing(
    editor: TestClient, held: Held, sessions: sessionmaker[Session]
) -> None:
    form = {"revision": "0", "key": held.told, "number": "1", "text": "They met in Geneva."}
    editor.post(f"/desk/{held.issue}/drop", data={"revision": "0", "key": held.plain})
    stale = editor.post(f"/desk/{held.issue}/reword", data=form)
    assert stale.status_code == 409
    assert "Somebody changed this issue since you opened it: Ada (drop: A launch)." in stale.text
    assert stale.text.count("They met in Geneva.") == 2
    assert revision_in(stale.text) == "1"
    saved = editor.post(f"/desk/{held.issue}/reword", data=form | {"revision": "1"})
    assert saved.status_code == 200
    assert content_of(sessions, held.issue).stories[0].sentences[0].text == "They met in Geneva."


def test_a_sentence_is_checked_as_a_page_or_as_a_piece_of_one(editor: TestClient, held: Held) -> None:
    form = {"revision": "0", "key": held.told, "number": "1", "text": "They met in Geneva."}
    page = editor.post(f"/desk/{held.issue}/check", data=form).text
    assert "<h1" in page
    assert page.count("They met in Geneva.") == 1
    assert "Not supported by what it cites" in page
    piece = editor.post(f"/desk/{held.issue}/check", data=form | {"text": "They met."}, headers={"HX-Request": "true"})
    assert piece.text.strip() == '<p class="verdict good">Supported by what it cites</p>'
    gone = editor.post(f"/desk/{held.issue}/check", data=form | {"number": "9"}, headers={"HX-Request": "true"})
    assert "There is no sentence 9" in gone.text


def test_the_mail_is_seen_as_a_reader_gets_it(editor: TestClient, held: Held, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        reader = session.scalars(sa.select(Reader)).one()
        reader.follows = ["country:CN"]
        key = reader.key
    assert key in editor.get(f"/desk/{held.issue}/preview").text
    mail = editor.get(f"/desk/{held.issue}/mail", params={"reader": key})
    assert mail.headers["content-security-policy"].startswith("sandbox")
    assert "You follow: China" in mail.text
    assert "You follow" not in editor.get(f"/desk/{held.issue}/mail").text
    assert f"/r/{key}" not in mail.text


@pytest.mark.databases("sqlite")
def test_nothing_is_changed_without_a_name_from_elsewhere_or_where_the_archive_only_reads(
    editor: TestClient, held: Held, database_url: str, tmp_path: Path
) -> None:
    form = {"revision": "0", "key": held.plain}
    foreign = editor.post(f"/desk/{held.issue}/drop", data=form, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert editor.post(f"/desk/{held.issue}/fly", data=form).status_code == 404
    assert editor.post(f"/desk/{held.issue}/drop", data={"key": held.plain}).status_code == 409
    assert editor.get("/desk/ffffffffffff").status_code == 404
    editor.cookies.clear()
    nameless = editor.get(f"/desk/{held.issue}").text
    assert "Begin" in nameless
    assert "Approve and send" not in nameless
    assert "Say who you are" in editor.post(f"/desk/{held.issue}/drop", data=form).text
    settings = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url, "PERILUNE_READ_ONLY": "true"}
    with TestClient(app_for(settings_from(settings)), headers=HERE) as visitor:
        for path in (f"/desk/{held.issue}", "/editions/new", "/editions/weekly"):
            assert visitor.get(path).status_code == 501
        assert "Every Monday at 07:00" in visitor.get("/editions").text
        for path in (f"/issue/{held.issue}", f"/issue/{held.issue}.json", f"/api/issues/{held.issue}"):
            assert (editor.get(path).status_code, visitor.get(path).status_code) == (200, 404)
        for path in ("/issues", "/editions", "/api/issues"):
            assert held.issue not in visitor.get(path).text
        assert held.issue in editor.get("/issues").text


def test_an_edition_is_made_and_changed_by_a_form(editor: TestClient, sessions: sessionmaker[Session]) -> None:
    listed = editor.get("/editions").text
    assert "24 hours at the desk" in listed
    assert re.search(r"Monday \d+ \w+ 20\d\d, 07:00 \(in \d+ (days|hours?)\)", listed)
    form = {"slug": "lunar", "name": "Lunar", "query": "relevance:core moon topic:lunar-exploraton", "hour": "6"}
    refused = editor.post("/editions/new", data=form)
    assert refused.status_code == 422
    assert "<mark>topic:lunar-exploraton</mark>" in refused.text
    assert 'value="Lunar"' in refused.text
    assert "'Moon/Tycho' is no time zone" in editor.post(
        "/editions/new", data=form | {"query": "moon", "timezone": "Moon/Tycho"}
    ).text.replace("&#39;", "'")
    made = editor.post("/editions/new", data=form | {"query": "topic:lunar-exploration"})
    assert made.url.path == "/editions/lunar"
    changed = editor.post("/editions/lunar", data={"frequency": "monthly", "month_day": "31", "is_active": "on"})
    assert "on day 31 of each month at 06:00" in changed.text
    with sessions() as session:
        edition = session.scalars(sa.select(Edition).where(Edition.slug == "lunar")).one()
        assert (edition.name, edition.hour, edition.frequency) == ("Lunar", 6, "monthly")


def test_a_search_says_how_much_it_would_have_found(editor: TestClient, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        an_article(session, ArticleDraft(title="Fresh", first_seen_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=9)))
        rebuild_index(session)
    piece = editor.post("/editions/weekly/count", data={"query": "relevance:core"}, headers={"HX-Request": "true"}).text
    assert re.sub(r"<[^>]+>", "", piece) == "0 articles in the last 7 days1 article in the last 30 days"
    page = editor.post("/editions/new/count", data={"query": "fresh", "name": "Typed"}).text
    assert 'value="Typed"' in page
    assert "<strong>1</strong> article in the last 30 days" in page
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Issue)) == 1


def test_what_no_database_takes_is_refused_and_what_breaks_a_line_is_left_out(
    editor: TestClient, held: Held, sessions: sessionmaker[Session]
) -> None:
    endless = "9" * 5000
    assert editor.post(f"/desk/{held.issue}/approve", data={"revision": endless}).status_code == 409
    assert editor.post("/editions/new", data={"slug": "daily", "name": "Daily", "hour": endless}).status_code == 422
    assert editor.get("/editions/%00").status_code == 404
    assert editor.post("/editions/weekly", data={"note": "A\0 note"}).status_code == 422
    assert editor.post("/editions/weekly", data={"note": "A note\r\nof \u202etwo lines"}).status_code == 200
    reader = {"edition": "weekly", "address": "eve@example.org", "name": "Eve\r\nBcc: ada@example.org"}
    assert "eve@example.org gets weekly" in editor.post("/readers/add", data=reader).text
    with sessions() as session:
        assert session.scalars(sa.select(Edition.note)).one() == "A note of two lines"
        kept = sa.select(Reader.name).where(Reader.address == reader["address"])
        assert session.scalars(kept).one() == "Eve Bcc: ada@example.org"
