"""Accounts as administrators keep them: making, changing, locking, closing; with rules that no interface may break."""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account import Account, ApiToken, SignIn, login_as_kept
from models.sign_ins import end_sign_ins, has_accounts, hold_accounts, other_administrators
from models.vocabulary import LOCAL, Role
from perilune.archive import Archive
from perilune.mail_addresses import typed_address
from perilune.passwords import Passwords, checked_password
from perilune.problems import Problem

MAX_LOGIN_CHARS = 120
MAX_NAME_CHARS = 80
LAST = "{login} is the last administrator who can act; make another one first."


@dataclass(frozen=True)
class Draft:
    """An account that is to be made; without a password where a proxy vouches for people."""

    login: str
    role: Role = Role.READER
    name: str = ""
    address: str = ""
    password: str | None = None


def checked_login(text: str) -> str:
    """Return a login as it is kept, in lower case; Problem where it cannot be one."""
    login = login_as_kept(text)
    if not login or len(login) > MAX_LOGIN_CHARS or not login.isprintable() or any(sign.isspace() for sign in login):
        raise Problem(f"a login has 1 to {MAX_LOGIN_CHARS} characters and no spaces, such as ada or ada@example.org.")
    if login == LOCAL:
        raise Problem(f"{LOCAL!r} is the login of a person alone; choose another.")
    return login


def checked_name(text: str) -> str:
    """Return a name as it stands beside what its owner does."""
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise Problem(f"a name has 1 to {MAX_NAME_CHARS} characters.")
    return name


def checked_address(text: str) -> str | None:
    """Return a mail address, None where none is given."""
    return typed_address(text) if text.strip() else None


def checked_role(text: str) -> Role:
    """Return the role of a name; Problem names the likely right one."""
    if text in list(Role):
        return Role(text)
    close = difflib.get_close_matches(text, list(Role), n=1)
    hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(Role)}."
    raise Problem(f"there is no role {text[:40]!r}; {hint}")


def account_named(session: Session, login: str) -> Account:
    """Return the account with a login; Problem where there is none."""
    account = session.scalar(sa.select(Account).where(Account.login == login_as_kept(login)))
    if account is None:
        raise Problem(f"there is no account {login[:MAX_LOGIN_CHARS]!r}; `perilune accounts list` shows all.")
    return account


def add_account(archive: Archive, passwords: Passwords, draft: Draft, *, now: dt.datetime) -> Account:
    """Make an account; the first administrator takes over what was made here by a person alone."""
    login = checked_login(draft.login)
    kept = None if draft.password is None else passwords.hashed(checked_password(draft.password, login))
    with archive.sessions.begin() as session:
        hold_accounts(session)
        if session.scalar(sa.select(sa.exists().where(Account.login == login))):
            raise Problem(f"there is an account {login!r} already.")
        is_first = not has_accounts(session)
        if is_first and draft.role != Role.ADMINISTRATOR and not archive.settings.proxy_user_header:
            raise Problem("the first account is an administrator's: from then on everybody has to sign in.")
        alone = session.scalar(sa.select(Account).where(Account.login == LOCAL)) if is_first else None
        account = alone or Account(created_at=now)
        account.login, account.role, account.password_hash = login, draft.role, kept
        account.name = checked_name(draft.name or draft.login)
        account.address = checked_address(draft.address) or account.address
        session.add(account)
    return account


def change_role(archive: Archive, login: str, role: Role) -> None:
    """Give an account another role; its tokens can do no more than it from the next request on."""
    with archive.sessions.begin() as session:
        account = _held(session, login, is_lowered=role != Role.ADMINISTRATOR)
        account.role = role


def change_account(archive: Archive, login: str, *, name: str | None = None, address: str | None = None) -> None:
    """Change an account's name and mail address, each where it is given."""
    with archive.sessions.begin() as session:
        change_details(account_named(session, login), name=name, address=address)


def change_details(account: Account, *, name: str | None, address: str | None) -> None:
    """Change a name and a mail address, each where it is given; an empty address is none."""
    if name is not None:
        account.name = checked_name(name)
    if address is not None:
        account.address = checked_address(address)


def set_password(archive: Archive, passwords: Passwords, login: str, password: str) -> None:
    """Give an account a password, and sign it out everywhere."""
    kept = passwords.hashed(checked_password(password, checked_login(login)))
    with archive.sessions.begin() as session:
        account = account_named(session, login)
        account.password_hash = kept
        end_sign_ins(session, account)


def lock(archive: Archive, login: str) -> None:
    """Let nobody act by an account, at once, until it is unlocked."""
    with archive.sessions.begin() as session:
        account = _held(session, login, is_lowered=True)
        account.is_active = False
        end_sign_ins(session, account)


def unlock(archive: Archive, login: str) -> None:
    """Let an account act again."""
    with archive.sessions.begin() as session:
        account_named(session, login).is_active = True


def close(archive: Archive, login: str) -> None:
    """End an account for good: address, password, sign-ins and tokens go; what its owner made stays, with the name."""
    with archive.sessions.begin() as session:
        account = _held(session, login, is_lowered=True)
        account.is_active, account.password_hash, account.address = False, None, None
        end_sign_ins(session, account)
        session.execute(sa.delete(ApiToken).where(ApiToken.account_id == account.id))


def sign_out(archive: Archive, login: str) -> int:
    """Sign an account out of all browsers; returns of how many."""
    with archive.sessions.begin() as session:
        return end_sign_ins(session, account_named(session, login))


def _held(session: Session, login: str, *, is_lowered: bool) -> Account:
    hold_accounts(session)
    account = account_named(session, login)
    can_act = account.role == Role.ADMINISTRATOR and account.is_active
    if is_lowered and can_act and not other_administrators(session, account):
        raise Problem(LAST.format(login=account.login))
    return account


def account_rows(archive: Archive) -> list[dict[str, object]]:
    """Read the accounts with what each has open."""
    browsers = sa.select(sa.func.count()).where(SignIn.account_id == Account.id).scalar_subquery()
    tokens = sa.select(sa.func.count()).where(ApiToken.account_id == Account.id).scalar_subquery()
    with archive.sessions() as session:
        chosen = sa.select(Account, browsers, tokens).where(Account.login != LOCAL).order_by(Account.login)
        return [
            {
                "login": account.login,
                "name": account.name,
                "role": str(account.role),
                "state": state_of(account),
                "address": account.address,
                "browsers": browser_count,
                "tokens": token_count,
                "seen": account.seen_at and account.seen_at.replace(microsecond=0),
            }
            for account, browser_count, token_count in session.execute(chosen)
        ]


def state_of(account: Account) -> str:
    """Say in a word whether an account can act."""
    return "active" if account.is_active else "locked"


def token_rows(archive: Archive, login: str) -> list[dict[str, object]]:
    """Read the tokens of an account, without their secrets, which nobody has."""
    with archive.sessions() as session:
        account = account_named(session, login)
        chosen = sa.select(ApiToken).where(ApiToken.account_id == account.id).order_by(ApiToken.id)
        return [
            {
                "key": token.key,
                "name": token.name,
                "role": str(token.role),
                "made": token.created_at.replace(microsecond=0),
                "used": token.used_at and token.used_at.replace(microsecond=0),
                "ends": token.expires_at and token.expires_at.replace(microsecond=0),
            }
            for token in session.scalars(chosen)
        ]
