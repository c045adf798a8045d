"""Accounts for tests: hashes that cost nothing, an account of each role, and apps that know them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.account import Account
from models.vocabulary import Role
from perilune.accounts import Draft, add_account
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.passwords import Passwords
from perilune.serving import app_for
from perilune.sign_ins import TokenWish, make_token

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PASSWORD = "a lander on the far side"
NOW = dt.datetime.now(dt.UTC)
HERE = {"Origin": "http://testserver"}


def an_archive(folder: Path, sessions: sessionmaker[Session], **settings: str) -> Archive:
    """Make an archive with settings on a test's database."""
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    named = {f"PERILUNE_{name.upper()}": value for name, value in settings.items()}
    return Archive(settings_from({"PERILUNE_HOME": str(folder), "PERILUNE_DATABASE": url} | named), sessions)


def an_account(archive: Archive, login: str, role: Role = Role.ADMINISTRATOR, *, password: str = PASSWORD) -> Account:
    """Make an account."""
    draft = Draft(login, role, login.title(), f"{login}@example.org", password)
    return add_account(archive, CHEAP, draft, now=NOW)


def one_of_each(archive: Archive) -> None:
    """Make an account of each role, called after it; the administrator's first."""
    for role in reversed(Role):
        an_account(archive, str(role), role)


def a_token(archive: Archive, login: str, role: Role) -> str:
    """Make a token of an account."""
    with archive.sessions.begin() as session:
        account = session.query(Account).filter_by(login=login).one()
        return make_token(session, account, TokenWish("test", role), now=NOW)[1]


def a_visitor(archive: Archive, **how: object) -> TestClient:
    """Open the archive as the product serves it; redirects are not followed."""
    app = app_for(archive.settings, passwords=CHEAP)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False, **how)  # type: ignore[arg-type]


def signed_in(archive: Archive, login: str) -> TestClient:
    """Open the archive in a browser in which somebody is signed in."""
    visitor = a_visitor(archive, headers=HERE)
    answer = visitor.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return visitor
