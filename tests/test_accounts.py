"""Accounts by command and by rule: roles, locks and closing, passwords and tokens, attempts that fail."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.account import Account, ApiToken, FailedSignIn, SignIn, account_with
from models.sign_ins import FREE_BY_LOGIN, FREE_BY_ORIGIN, IDLE, LASTS, REMEMBERED, SignInProblem, find_sign_in
from models.vocabulary import LOCAL, Role
from perilune.accounts import Draft, add_account, change_role, close, lock, set_password, unlock
from perilune.archive import Archive
from perilune.cli import app
from perilune.passwords import COMMONEST, Passwords, checked_password
from perilune.problems import Problem
from perilune.sign_ins import Attempt, network_of, sign_in
from tests.people import CHEAP, NOW, PASSWORD, a_token, an_account, an_archive

A_SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def archive(sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An archive without accounts."""
    return an_archive(tmp_path, sessions)


def enter(archive: Archive, login: str, password: str = PASSWORD, *, origin: str = "192.0.2.1", after: int = 0) -> str:
    """Sign in, some seconds later."""
    return sign_in(archive, CHEAP, Attempt(login, password, origin), now=NOW + after * A_SECOND)


def count(archive: Archive, table: type[Account | ApiToken | FailedSignIn | SignIn]) -> int:
    """Count the rows of a table."""
    with archive.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_the_first_account_is_an_administrators_and_takes_over_what_was_made_alone(archive: Archive) -> None:
    with pytest.raises(Problem, match="first account is an administrator's"):
        an_account(archive, "bob", Role.READER)
    with archive.sessions.begin() as session:
        alone = account_with(session, LOCAL, now=NOW)
    assert an_account(archive, "ada").id == alone.id
    an_account(archive, "bob", Role.READER)
    for login in ("ADA", "local", "", "a b", "ＡＤＡ"):
        with pytest.raises(Problem):
            an_account(archive, login)
    assert count(archive, Account) == 2


def test_the_last_administrator_who_can_act_stays_one(archive: Archive) -> None:
    an_account(archive, "ada")
    for change in (lock, close):
        with pytest.raises(Problem, match="last administrator"):
            change(archive, "ada")
    with pytest.raises(Problem, match="last administrator"):
        change_role(archive, "ada", Role.EDITOR)
    an_account(archive, "bob")
    lock(archive, "bob")
    with pytest.raises(Problem, match="last administrator"):
        lock(archive, "ada")
    unlock(archive, "bob")
    change_role(archive, "ada", Role.READER)


def test_a_lock_and_a_new_password_end_what_was_open_and_closing_forgets(archive: Archive) -> None:
    an_account(archive, "ada")
    an_account(archive, "bob", Role.ANALYST)
    enter(archive, "bob")
    set_password(archive, CHEAP, "bob", "another long password")
    assert count(archive, SignIn) == 0
    with pytest.raises(SignInProblem):
        enter(archive, "bob")
    enter(archive, "bob", "another long password")
    a_token(archive, "bob", Role.READER)
    lock(archive, "bob")
    assert count(archive, SignIn) == 0
    with pytest.raises(SignInProblem, match="do not belong together"):
        enter(archive, "bob", "another long password")
    close(archive, "bob")
    with archive.sessions() as session:
        bob = session.scalars(sa.select(Account).where(Account.login == "bob")).one()
    assert (bob.name, bob.address, bob.password_hash, bob.is_active) == ("Bob", None, None, False)
    assert count(archive, ApiToken) == 0
    with pytest.raises(Problem, match="at most that of its account"):
        a_token(archive, "bob", Role.EDITOR)


def test_a_login_is_known_however_a_keyboard_composes_it(archive: Archive) -> None:
    an_account(archive, "Zoé")
    for typed in ("zoé", "ZOE\u0301", " zoe\u0301 ", "ＺＯÉ"):
        assert enter(archive, typed)


def test_failures_wait_longer_and_longer_by_login_and_by_origin(archive: Archive) -> None:
    an_account(archive, "ada")
    sentences = set()
    for number in range(FREE_BY_LOGIN):
        with pytest.raises(SignInProblem) as failed:
            enter(archive, "ada", "wrong", origin=f"192.0.2.{number}")
        sentences.add(str(failed.value))
    with pytest.raises(SignInProblem) as failed:
        enter(archive, "nobody", "wrong")
    assert sentences == {str(failed.value)}
    with pytest.raises(SignInProblem) as waiting:
        enter(archive, "ada")
    assert waiting.value.wait_seconds == 2
    with pytest.raises(SignInProblem):
        enter(archive, "ada", "wrong", after=3)
    with pytest.raises(SignInProblem) as waiting:
        enter(archive, "ada", after=4)
    assert waiting.value.wait_seconds == 3
    enter(archive, "ada", after=10)
    assert count(archive, FailedSignIn) == 1
    for number in range(FREE_BY_ORIGIN):
        with pytest.raises(SignInProblem, match="do not belong"):
            enter(archive, f"nobody{number}", origin=f"2001:db8::{number:x}", after=10)
    with pytest.raises(SignInProblem, match="Too many attempts"):
        enter(archive, "ada", origin="2001:db8::ffff", after=10)
    enter(archive, "ada", origin="2001:db8:0:1::1", after=int(REMEMBERED.total_seconds()) + 11)
    assert count(archive, FailedSignIn) == 0


def test_a_sign_in_is_kept_as_a_digest_and_ends_by_itself(archive: Archive) -> None:
    an_account(archive, "ada")
    first = enter(archive, "ada")
    secret = sign_in(archive, CHEAP, Attempt(" Ada ", PASSWORD, "192.0.2.1", "x" * 999, former=first), now=NOW)
    with archive.sessions() as session:
        kept = session.scalars(sa.select(SignIn)).one()
        assert secret not in str(vars(kept))
        assert find_sign_in(session, first, now=NOW) is None
        assert find_sign_in(session, secret, now=NOW + IDLE - A_SECOND) is not None
        assert find_sign_in(session, secret, now=NOW + IDLE) is None
        kept.seen_at = NOW + LASTS - A_SECOND
        session.flush()
        assert find_sign_in(session, secret, now=NOW + LASTS) is None


def test_a_hash_is_made_anew_when_it_costs_more(archive: Archive) -> None:
    an_account(archive, "ada")
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    sign_in(archive, dearer, Attempt("ada", PASSWORD, ""), now=NOW)
    with archive.sessions() as session:
        kept = session.scalars(sa.select(Account.password_hash)).one()
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert not dearer.is_outdated(kept)
    assert CHEAP.fits(None, PASSWORD) is False


@pytest.mark.parametrize("password", ["short", "x" * 1001, "ada@example.org", "aaaabbbbccccaaaa", min(COMMONEST)])
def test_a_password_that_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(Problem):
        checked_password(password, "ada@example.org")
    assert checked_password(PASSWORD, "ada") == PASSWORD


def test_an_origin_is_a_network_where_one_machine_has_many_addresses() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::2") == "2001:db8::/64"
    assert (network_of("::ffff:192.0.2.1"), network_of("testclient")) == ("192.0.2.1", "testclient")


@pytest.mark.databases("sqlite")
def test_accounts_are_kept_by_command(archive: Archive, tmp_path: Path) -> None:
    def run(*arguments: str, given: str | None = None) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["accounts", *arguments], input=given, env={"PERILUNE_HOME": str(tmp_path)})
        return done.exit_code, str(done.exception) if done.exception else done.output

    assert "at least 12 characters" in run("add", "ada", "--role", "administrator", given="short\n")[1]
    assert run("add", "ada", "--role", "administrator", "--name", "Ada", given=f"{PASSWORD}\n")[0] == 0
    refused = "there is no role 'analist'; did you mean analyst?"
    assert run("add", "bob", "--role", "analist", given=f"{PASSWORD}\n") == (1, refused)
    code, token = run("token", "ada", "export", "--role", "reader", "--days", "9")
    assert (code, token.startswith("plt_")) == (0, True)
    (row,) = json.loads(run("list", "--json")[1])
    assert [row[name] for name in ("login", "name", "role", "tokens")] == ["ada", "Ada", "administrator", 1]
    (kept,) = json.loads(run("tokens", "ada", "--json")[1])
    assert token.strip() not in json.dumps(kept)
    assert run("revoke", kept["key"])[0] == 0
    assert "last administrator" in run("lock", "ada")[1]


def test_a_proxys_person_needs_no_password(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    archive = an_archive(tmp_path, sessions, proxy_user_header="Remote-User")
    account = add_account(archive, CHEAP, Draft("bob", Role.READER), now=NOW)
    assert account.password_hash is None
    with pytest.raises(SignInProblem):
        enter(archive, "bob", "")
