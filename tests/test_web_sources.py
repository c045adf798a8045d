"""The buttons of a source's page: what is proposed is done by one click, from this archive's own pages only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from models.source import Source
from models.way import way_of
from perilune.config import settings_from
from perilune.serving import app_for
from tests.builders import a_source
from tests.web_archive import CAUSE, fill_archive, mail_of
from web.app import create_app

HERE = {"Origin": "http://testserver"}
SLUG = "un_unoosa"


@pytest.fixture
def visitor(
    sessions: sessionmaker[Session], page_store: PageStore, database_url: str, tmp_path: Path
) -> Iterator[TestClient]:
    """A visitor of a filled archive that the product serves."""
    with sessions.begin() as session:
        fill_archive(session, page_store)
    settings = settings_from({"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url})
    with TestClient(app_for(settings), raise_server_exceptions=False) as client:
        yield client


def the_source(sessions: sessionmaker[Session]) -> Source:
    """Read the source that is not well."""
    with sessions() as session:
        return session.scalars(sa.select(Source).where(Source.slug == SLUG)).one()


def test_what_is_proposed_is_done_by_one_click(visitor: TestClient, sessions: sessionmaker[Session]) -> None:
    assert CAUSE in visitor.get("/sources").text
    page = visitor.post(f"/sources/{SLUG}/repair", headers=HERE).text
    assert f"{SLUG} is watched by its list page https://un-unoosa.example/new from now on." in page
    way = way_of(the_source(sessions))
    assert way is not None
    assert way.addresses == ("https://un-unoosa.example/new",)
    assert "accepted over what its file says" in page


def test_a_source_is_retired_and_watched_again(visitor: TestClient, sessions: sessionmaker[Session]) -> None:
    assert "watched no more" in visitor.post(f"/sources/{SLUG}/retire", headers=HERE).text
    assert not the_source(sessions).is_active
    assert "watched again" in visitor.post(f"/sources/{SLUG}/resume", headers=HERE).text
    assert the_source(sessions).is_active


def test_no_page_of_another_site_presses_our_buttons(visitor: TestClient, sessions: sessionmaker[Session]) -> None:
    answer = visitor.post(f"/sources/{SLUG}/retire", headers={"Origin": "http://elsewhere.example"})
    assert answer.status_code == 403
    assert the_source(sessions).is_active


def test_unknown_sources_and_buttons_are_not_found(visitor: TestClient) -> None:
    assert visitor.get("/sources/nobody").status_code == 404
    assert visitor.post(f"/sources/{SLUG}/explode", headers=HERE).status_code == 404


def test_an_archive_that_only_reads_says_how_else_sources_are_changed(
    sessions: sessionmaker[Session], page_store: PageStore
) -> None:
    with sessions.begin() as session:
        fill_archive(session, page_store)
    reader = TestClient(create_app(sessions, pages=page_store, render_issue=mail_of), raise_server_exceptions=False)
    answer = reader.post(f"/sources/{SLUG}/repair", headers=HERE)
    assert answer.status_code == 501
    assert "perilune sources" in answer.text


def test_a_form_edits_a_source_and_tells_beside_the_field_what_it_cannot_use(
    visitor: TestClient, sessions: sessionmaker[Session]
) -> None:
    visitor.post(f"/sources/{SLUG}/repair", headers=HERE)
    form = visitor.get(f"/sources/{SLUG}/edit").text
    assert "https://un-unoosa.example/new</textarea>" in form
    wrong = {"name": "", "home": "no address", "authority": "12", "interval_minutes": "often", "country": "XX"}
    wrong |= {"least_links": "9999999999", "longest_silence_days": "99999"}
    wrong |= {"addresses": "https://un-unoosa.example/\nelsewhere", "owner": "nobody", "note": "A typed note."}
    told = visitor.post(f"/sources/{SLUG}/edit", headers=HERE, data=wrong)
    assert told.status_code == 422
    for field in set(wrong) - {"note"}:
        assert f'id="{field}-fault"' in told.text
    assert 'aria-describedby="note-fault"' not in told.text
    assert "write 9 or less" in told.text
    for typed in ("no address", "often", "elsewhere", "A typed note."):
        assert typed in told.text
    assert the_source(sessions).authority == 5
    right = {"name": "The Office", "country": "UN", "language": "en", "authority": "8", "owner": "ada@example.org"}
    home = the_source(sessions).home
    with sessions.begin() as session:
        a_source(session, "another_section", home=home)
    right |= {"home": home, "note": "It moves\nin May.", "longest_silence_days": "30"}
    right |= {"addresses": "https://un-unoosa.example/a\nhttps://un-unoosa.example/b", "interval_minutes": "90"}
    done = visitor.post(f"/sources/{SLUG}/edit", headers=HERE, data=right).text
    notice = re.search(r"class=.notice.>([^<]*)<", done)
    assert notice is not None
    assert (
        notice[1] == "The Office: changed its name, language, country, authority, interval minutes,"
        " longest silence days, owner, note, addresses."
    )
    source = the_source(sessions)
    way = way_of(source)
    assert way is not None
    assert way.addresses == ("https://un-unoosa.example/a", "https://un-unoosa.example/b")
    assert (source.from_file, source.authority, source.owner) == (False, 8, "ada@example.org")
    assert source.pace is not None
    assert source.pace["start_minutes"] == 90
    assert source.note == "It moves\nin May."
    cleared = {"longest_silence_days": None, "note": ""}
    assert visitor.patch(f"/api/sources/{SLUG}", headers=HERE, json=cleared).status_code == 200
    source = the_source(sessions)
    assert (source.longest_silence_days, source.note, source.authority) == (None, None, 8)
