"""Every route names what it needs of whoever asks, and serves nobody else; buttons are shown to those who may press."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.knowledge import Correction
from models.page_store import PageStore
from models.vocabulary import Role
from tests.people import a_token, a_visitor, an_archive, one_of_each, signed_in
from tests.web_archive import Keys, fill_archive
from web.app import create_app
from web.rights import Needs, Right, rights_of

ONLY_ON_SQLITE = pytest.mark.databases("sqlite")
GUEST = "guest"
NO_SUCH_ROLE = "This needs the role of"


def routes() -> list[Right]:
    """Read the rights of the whole app."""
    return rights_of(
        create_app(sessionmaker(sa.create_engine("sqlite://")), pages=PageStore("memory://"), render_issue=json.dumps)
    )


def test_every_route_says_exactly_once_what_it_needs() -> None:
    found = routes()
    assert [f"{right.method} {right.path}" for right in found if len(right.needs) != 1] == []
    assert len(found) > 100


def expected(needs: Needs, asker: Role | str | None) -> bool:
    """Say whether somebody is to be served."""
    if needs.role is None or (asker == GUEST and needs.lets_guests):
        return True
    return isinstance(asker, Role) and list(Role).index(asker) >= list(Role).index(needs.role)


def around(needs: Needs) -> list[Role | str | None]:
    """Name those at a route's door: the last who is refused there, the first who is served, and who is unknown."""
    if needs.role is None:
        return [None]
    rank = list(Role).index(needs.role)
    return [None, GUEST, *list(Role)[max(0, rank - 1) : rank + 1]]


def is_served(client: TestClient, right: Right) -> bool:
    """Ask a route with values that name nothing, and tell whether it went past its door."""
    path = re.sub(r"\{[^}]+\}", "ffffffffffff", right.path)
    answer = client.request(right.method, path)
    assert answer.status_code != 500, f"{right.method} {path}: {answer.text}"
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
        return path == "/sign-in"
    if answer.status_code == 401:
        assert path == "/sign-in" or answer.headers["content-type"] == "application/problem+json"
        return path == "/sign-in"
    return not (answer.status_code == 403 and NO_SUCH_ROLE in answer.text)


@ONLY_ON_SQLITE
def test_each_role_is_served_what_is_its_own_and_nothing_else(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    archive = an_archive(tmp_path, sessions)
    one_of_each(archive)
    with contextlib.ExitStack() as stack:
        reading = a_visitor(an_archive(tmp_path, sessions, visitors="read"))
        askers: dict[Role | str | None, TestClient] = {
            None: stack.enter_context(a_visitor(archive)),
            GUEST: stack.enter_context(reading),
        }
        for role in Role:
            bearer = {"Authorization": f"Bearer {a_token(archive, str(role), role)}"}
            askers[role] = stack.enter_context(a_visitor(archive, headers=bearer))
        wrong = [
            f"{right.method} {right.path} as {asker}"
            for right in routes()
            for asker in around(right.needs[0])
            if is_served(askers[asker], right) != expected(right.needs[0], asker)
        ]
    assert wrong == []


@pytest.fixture
def keys(sessions: sessionmaker[Session], page_store: PageStore) -> Keys:
    """A filled archive."""
    with sessions.begin() as session:
        return fill_archive(session, page_store)


@ONLY_ON_SQLITE
def test_a_page_shows_the_buttons_that_its_visitor_may_press(
    sessions: sessionmaker[Session], tmp_path: Path, keys: Keys
) -> None:
    archive = an_archive(tmp_path, sessions)
    one_of_each(archive)
    buttons = {
        f"/article/{keys.article}": ("Wrong topic?", Role.ANALYST),
        "/sources": ('href="/sources/new"', Role.ANALYST),
        "/sources/un_unoosa": ("Do it", Role.ANALYST),
        "/sources/wire": ("Retire", Role.ANALYST),
        "/topics": ("Add a topic", Role.ANALYST),
        "/editions": ("Make an edition", Role.EDITOR),
        "/issues": ('href="/readers"', Role.EDITOR),
        "/status": ('href="/accounts"', Role.ADMINISTRATOR),
    }
    for asker in Role:
        visitor = signed_in(archive, str(asker))
        for path, (button, role) in buttons.items():
            is_shown = button in visitor.get(path).text
            assert is_shown == expected(Needs(role), asker), f"{button} to {asker}"


@ONLY_ON_SQLITE
def test_whoever_is_signed_in_corrects_under_their_own_name(
    sessions: sessionmaker[Session], tmp_path: Path, keys: Keys
) -> None:
    archive = an_archive(tmp_path, sessions)
    one_of_each(archive)
    visitor = signed_in(archive, "analyst")
    assert "Your name" not in visitor.get(f"/article/{keys.article}").text
    said = {"relevance": "space", "by": "Somebody Else"}
    assert visitor.post(f"/correct/{keys.article}", data=said).status_code == 303
    answer = visitor.post("/api/corrections", json={"article": keys.article, "relevance": "off"})
    assert answer.status_code == 201
    assert visitor.delete("/api/corrections/1").status_code == 200
    with sessions() as session:
        rows = session.scalars(sa.select(Correction).order_by(Correction.id)).all()
    assert [row.made_by for row in rows] == ["Analyst", "Analyst"]
    assert rows[0].undone_by == "Analyst"


@ONLY_ON_SQLITE
def test_no_page_of_another_site_acts_by_a_visitors_cookie(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    archive = an_archive(tmp_path, sessions)
    one_of_each(archive)
    visitor = signed_in(archive, "administrator")
    elsewhere = (
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://["},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"},
    )
    unsafe = [right for right in routes() if right.method not in {"GET", "any"} and right.needs[0].role is not None]
    for headers in elsewhere:
        for right in unsafe if headers is elsewhere[0] else unsafe[:1]:
            path = re.sub(r"\{[^}]+\}", "ffffffffffff", right.path)
            answer = visitor.request(right.method, path, headers=headers)
            assert (answer.status_code, "own pages only" in answer.text) == (403, True), f"{right.method} {path}"
        assert visitor.post("/sign-in", data={"login": "reader"}, headers=headers).status_code == 403
    same = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert visitor.post("/account/details", data={"name": "Ada"}, headers=same).status_code == 303
