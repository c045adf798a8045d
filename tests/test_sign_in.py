"""Signing in over HTTP: cookies, tokens, a proxy's word, nobody at all; what each opens, and what ends it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.account import Account, ApiToken, SignIn
from models.sign_ins import FREE_BY_LOGIN, IDLE
from models.vocabulary import Role
from models.watch import Notice
from perilune.accounts import change_role, lock
from perilune.archive import Archive
from tests.people import HERE, NOW, PASSWORD, a_visitor, an_account, an_archive, one_of_each, signed_in
from web.pages_sign_in import own_path
from web.people import PLAIN_COOKIE, SECURE_COOKIE

pytestmark = pytest.mark.databases("sqlite")
READER = {"login": "reader", "password": PASSWORD}


@pytest.fixture
def archive(sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An archive with an account of each role."""
    found = an_archive(tmp_path, sessions)
    one_of_each(found)
    return found


def me(visitor: TestClient) -> tuple[str, str | None]:
    """Ask the archive who it takes somebody for."""
    answer = visitor.get("/api/me").json()
    return answer["login"], answer["role"]


def test_whoever_signs_in_gets_where_they_wanted_to_go_and_out_again(archive: Archive) -> None:
    visitor = a_visitor(archive, headers=HERE)
    sent = visitor.get("/sources?added=x")
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=%2Fsources%3Fadded%3Dx")
    page = visitor.get(sent.headers["location"])
    assert 'name="next" value="/sources?added=x"' in page.text
    assert 'aria-label="Archive"' not in page.text
    answer = visitor.post("/sign-in", data=READER | {"next": "/sources?added=x"})
    assert answer.headers["location"] == "/sources?added=x"
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"):
        assert part in cookie
    assert "Secure" not in cookie
    page = visitor.get("/sources")
    assert page.headers["cache-control"] == "private, no-cache"
    assert ">Reader</a>" in page.text
    assert "Single-user" not in page.text
    for private in ("/account", "/searches", "/api/searches", "/searches/stop/x/y"):
        assert visitor.get(private).headers["cache-control"] == "no-store"
    assert visitor.get("/searches/stop/x/y").headers["referrer-policy"] == "no-referrer"
    assert visitor.get("/sign-in?next=/topics").headers["location"] == "/topics"
    secret = visitor.cookies[PLAIN_COOKIE]
    beside_others = {"Cookie": f'seen; theme={{"dark": [1]}}; path; {PLAIN_COOKIE}={secret}; expires=never'}
    assert a_visitor(archive).get("/api/me", headers=beside_others).json()["login"] == "reader"
    visitor.post("/sign-out")
    visitor.cookies.set(PLAIN_COOKIE, secret)
    assert me(visitor) == ("", None)


@pytest.mark.parametrize(
    "address",
    ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "javascript:1", "", "/\t/x", "//["],
)
def test_nobody_is_sent_to_another_site(address: str) -> None:
    assert own_path(address) == "/"
    assert own_path("/article/0123456789ab?from=1#p2") == "/article/0123456789ab?from=1#p2"


def test_a_secret_is_new_at_each_sign_in_and_goes_over_https_alone_where_there_is_https(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    archive = an_archive(tmp_path, sessions, public_url="https://archive.example.org")
    an_account(archive, "ada")
    visitor = a_visitor(archive, base_url="https://testserver", headers={"Origin": "https://testserver"})
    visitor.cookies.set(SECURE_COOKIE, "chosen by somebody else")
    visitor.cookies.set(PLAIN_COOKIE, "chosen by somebody else")
    answer = visitor.post("/sign-in", data={"login": "ada", "password": PASSWORD})
    assert re.match(rf"{SECURE_COOKIE}=[\w-]{{43}};", answer.headers["set-cookie"])
    assert "Secure" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]


def test_a_wrong_password_and_an_unknown_login_are_answered_alike_and_slowed_down(archive: Archive) -> None:
    visitor = a_visitor(archive, headers=HERE)
    known = visitor.post("/sign-in", data=READER | {"password": "wrong"})
    unknown = visitor.post("/sign-in", data=READER | {"login": "nobody"})
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("reader", "nobody") == unknown.text
    for _ in range(FREE_BY_LOGIN - 1):
        visitor.post("/sign-in", data=READER | {"password": "wrong"})
    slowed = visitor.post("/sign-in", data=READER)
    assert (slowed.status_code, slowed.headers["retry-after"]) == (429, "2")
    assert PLAIN_COOKIE not in visitor.cookies


def test_a_sign_in_ends_with_time_with_a_lock_and_with_another_password(archive: Archive) -> None:
    first, second = signed_in(archive, "reader"), signed_in(archive, "reader")
    with archive.sessions.begin() as session:
        session.execute(sa.update(SignIn).where(SignIn.id == 1).values(seen_at=NOW - IDLE))
    assert (me(first), me(second)) == (("", None), ("reader", "reader"))
    first = signed_in(archive, "reader")
    form = {"old": PASSWORD, "new": "another long password", "again": "another long password"}
    assert first.post("/account/password", data=form | {"again": "not that"}).status_code == 422
    assert "do not belong together" in first.post("/account/password", data=form | {"old": "wrong"}).text
    assert first.post("/account/password", data=form).status_code == 303
    assert (me(first), me(second)) == (("reader", "reader"), ("", None))
    lock(archive, "reader")
    assert me(first) == ("", None)
    assert first.post("/account/details", data={"name": "Ada"}).headers["location"] == "/sign-in"


def test_somebody_keeps_their_own_account_and_ends_their_other_browsers(archive: Archive) -> None:
    here, there = signed_in(archive, "reader"), signed_in(archive, "reader")
    page = here.post(
        "/account/details", data={"name": "Ada  Example", "address": "ada@example.org"}, follow_redirects=True
    )
    assert 'value="Ada Example"' in page.text
    assert "A letter is on its way to ada@example.org" in page.text
    assert here.post("/account/details", data={"name": "Ada", "address": "nowhere"}).status_code == 422
    keys = re.findall(r'name="browser" value="(\w+)"', page.text)
    assert len(keys) == 2
    other = next(key for key in keys if "this browser" not in page.text.split(key)[0].rsplit("<li>", 1)[1])
    assert signed_in(archive, "editor").post("/account/end", data={"browser": other}).status_code == 422
    assert here.post("/account/end", data={"browser": other}).status_code == 303
    assert (me(here), me(there)) == (("reader", "reader"), ("", None))
    here.post("/account/end-all")
    assert me(here) == ("", None)


def test_an_address_that_somebody_names_is_theirs_once_its_owner_says_so(archive: Archive) -> None:
    here, mailed = signed_in(archive, "reader"), a_visitor(archive, headers=HERE)
    for address in ("ada@example.org", "bob@example.org", "Reader@example.org"):
        here.post("/searches", data={"query": "lunar", "how": "daily", "address": address})
    with archive.sessions() as session:
        letters = session.scalars(sa.select(Notice).order_by(Notice.id)).all()
        assert [letter.address for letter in letters] == ["ada@example.org", "bob@example.org"]
        ours, other = (re.findall(r"https?://[^/]+(/own/address/\S+)", letter.text)[0] for letter in letters)
    assert _address(archive) == "Reader@example.org"
    assert "Yes, mail me there" in mailed.get(ours).text
    assert mailed.post(ours.replace("ada%40", "eve%40")).status_code == 403
    assert _address(archive) == "Reader@example.org"
    assert "This address is yours" in mailed.post(ours).text
    assert (_address(archive), mailed.post(ours).status_code) == ("ada@example.org", 200)
    assert mailed.post(other).status_code == 403


def _address(archive: Archive) -> str | None:
    with archive.sessions() as session:
        return session.scalar(sa.select(Account.address).where(Account.login == "reader"))


def test_a_token_acts_as_its_account_with_the_lesser_role(archive: Archive) -> None:
    browser = signed_in(archive, "editor")
    page = browser.post("/account/tokens", data={"name": "export", "role": "analyst", "days": "9"})
    (secret,) = set(re.findall(r"plt_[\w-]{43}", page.text))
    assert secret not in browser.get("/account").text
    assert browser.post("/account/tokens", data={"name": "x", "role": "administrator"}).status_code == 422
    program = a_visitor(archive, headers={"Authorization": f"Bearer {secret}"})
    assert me(program) == ("editor", "analyst")
    assert program.get("/api/accounts").json()["status"] == 403
    for refused in (
        program.post("/api/tokens", json={"name": "x", "role": "reader"}),
        program.post("/account/end-all"),
    ):
        assert refused.status_code == 403
    change_role(archive, "editor", Role.READER)
    assert me(program) == ("editor", "reader")
    with archive.sessions.begin() as session:
        token = session.scalars(sa.select(ApiToken)).one()
        assert token.used_at is not None
        token.expires_at = NOW - dt.timedelta(days=1)
    ended = program.get("/api/sources")
    assert (ended.status_code, ended.headers["www-authenticate"]) == (401, "Bearer")
    assert ended.headers["content-type"] == "application/problem+json"
    both = signed_in(archive, "administrator").get("/api/sources", headers={"Authorization": "Bearer plt_none"})
    assert both.status_code == 401


def test_an_administrator_keeps_the_accounts_on_pages_and_by_the_api(archive: Archive) -> None:
    page = signed_in(archive, "administrator")
    form = {"login": "Eve", "name": "Eve", "role": "analyst", "password": PASSWORD}
    assert "eve has an account, as analyst." in page.post("/accounts", data=form, follow_redirects=True).text
    with archive.sessions() as session:
        key = session.scalars(sa.select(Account.key).where(Account.login == "eve")).one()
    for action, said in (("role", "editor"), ("lock", ""), ("unlock", ""), ("sign-out", ""), ("password", PASSWORD)):
        assert page.post(f"/accounts/{key}/{action}", data={action: said}).status_code == 303, action
    assert "editor" in page.get(f"/accounts/{key}").text
    changed = page.patch(
        f"/api/accounts/{key}", json={"role": "reader", "is_active": False, "address": "eve@example.org"}
    )
    assert changed.status_code == 200, changed.text
    (eve,) = [one for one in page.get("/api/accounts").json() if one["key"] == key]
    assert (eve["role"], eve["is_active"], eve["address"]) == ("reader", False, "eve@example.org")
    assert page.delete(f"/api/accounts/{key}").status_code == 200
    assert page.patch(f"/api/accounts/{key}", json={}).status_code == 422
    assert page.get("/accounts/ffffffffffff").status_code == 404


def test_a_web_server_before_the_archive_says_who_somebody_is(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    archive = an_archive(tmp_path, sessions, proxy_user_header="Remote-User", proxy_name_header="Remote-Name")
    said = {"Remote-User": "Ada@Example.org", "Remote-Name": "Zoë Ádám".encode().decode("latin-1")}
    proxied = a_visitor(
        archive, client=("127.0.0.1", 1), headers={name: text.encode("latin-1") for name, text in said.items()}
    )
    assert me(proxied) == ("ada@example.org", "reader")
    assert proxied.get("/api/me").json()["name"] == "Zoë Ádám"
    page = proxied.get("/account").text
    assert "Sign out" not in page
    assert "Present password" not in page
    stranger = a_visitor(archive, client=("192.0.2.7", 1), headers={"Remote-User": "ada@example.org"})
    assert me(stranger) == ("", None)
    refused = stranger.get("/")
    assert (refused.status_code, "did not say who you are" in refused.text) == (401, True)
    assert stranger.post("/sign-in", data=READER, headers=HERE).status_code == 303
    change_role(archive, "ada@example.org", Role.ANALYST)
    assert me(proxied)[1] == "analyst"
    lock_it = sa.update(Account).values(is_active=False)
    with archive.sessions.begin() as session:
        session.execute(lock_it)
    assert proxied.get("/").status_code == 403


def test_guests_read_where_the_archive_lets_them(
    archive: Archive, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    for settings in ({"visitors": "read"}, {"read_only": "true"}):
        guest = a_visitor(an_archive(tmp_path, sessions, **settings))
        page = guest.get("/sources")
        assert page.status_code == 200
        shown = {path for path in ("/sign-in", "/stories", "/topics", "/searches") if f'href="{path}"' in page.text}
        assert shown == {"/sign-in", "/stories", "/topics"}
        assert guest.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
    closed = a_visitor(an_archive(tmp_path, sessions, read_only="true", visitors="nothing"))
    assert closed.get("/sources").status_code == 303
    piece = a_visitor(archive).post("/desk/0123456789ab/check", headers={"HX-Request": "true"})
    assert (piece.status_code, piece.headers["hx-redirect"]) == (401, "/sign-in")
