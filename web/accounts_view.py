"""Accounts as pages and API show them: somebody's own browsers and tokens, and for administrators all accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account import Account, ApiToken, SignIn, digest_of
from models.base import KEY_CHARS
from models.sign_ins import IDLE
from models.vocabulary import LOCAL, Role
from web.people import Visitor
from web.problems import checked_key, missing

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class AccountLine:
    """An account in a list."""

    key: str
    login: str
    name: str
    address: str | None
    role: Role
    is_active: bool
    has_password: bool
    created_at: dt.datetime | None = None
    seen_at: dt.datetime | None = None


@dataclass(frozen=True)
class BrowserLine:
    """A browser in which somebody is signed in."""

    key: str
    name: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime
    is_this: bool


@dataclass(frozen=True)
class TokenLine:
    """A token by which a program acts; its secret is known to nobody."""

    key: str
    name: str
    role: Role
    created_at: dt.datetime
    used_at: dt.datetime | None
    expires_at: dt.datetime | None


def account_lines(session: Session) -> Sequence[AccountLine]:
    """Read all accounts by login, those that can act first."""
    chosen = sa.select(Account).where(Account.login != LOCAL).order_by(Account.is_active.desc(), Account.login)
    return [_line(account) for account in session.scalars(chosen)]


def account_line(session: Session, key: str) -> AccountLine:
    """Read an account by its key; NotInArchive where there is none."""
    account = session.scalar(sa.select(Account).where(Account.key == checked_key(key, "account")))
    if account is None or account.login == LOCAL:
        raise missing("account", key)
    return _line(account)


def own_line(session: Session, visitor: Visitor) -> AccountLine:
    """Read a visitor's own account, as it will be where it is only made when it is needed."""
    account = session.scalar(sa.select(Account).where(Account.login == visitor.login))
    if account is not None:
        return _line(account)
    role = visitor.role or Role.READER
    return AccountLine("", visitor.login, visitor.name, None, role, is_active=True, has_password=False)


def _line(account: Account) -> AccountLine:
    return AccountLine(
        key=account.key,
        login=account.login,
        name=account.name,
        address=account.address,
        role=Role(account.role),
        is_active=account.is_active,
        has_password=account.password_hash is not None,
        created_at=account.created_at,
        seen_at=account.seen_at,
    )


def browsers_of(session: Session, login: str, secret: str, *, now: dt.datetime) -> Sequence[BrowserLine]:
    """Read where somebody is signed in, the latest visit first; `secret` is that of the browser that asks."""
    standing = (SignIn.account.has(Account.login == login), SignIn.expires_at > now, SignIn.seen_at > now - IDLE)
    here = digest_of(secret)
    return [
        BrowserLine(
            key=each.digest[:KEY_CHARS],
            name=browser_in_words(each.agent),
            created_at=each.created_at,
            seen_at=each.seen_at,
            expires_at=each.expires_at,
            is_this=each.digest == here,
        )
        for each in session.scalars(sa.select(SignIn).where(*standing).order_by(SignIn.seen_at.desc(), SignIn.id))
    ]


def browser_in_words(agent: str) -> str:
    """Name a browser and its system by what it calls itself."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " on ".join(part for part in (browser, system) if part) or agent[:60] or "a program without a name"


def tokens_of(session: Session, login: str) -> Sequence[TokenLine]:
    """Read somebody's tokens, the newest first."""
    chosen = sa.select(ApiToken).where(ApiToken.account.has(Account.login == login)).order_by(ApiToken.id.desc())
    return [
        TokenLine(each.key, each.name, Role(each.role), each.created_at, each.used_at, each.expires_at)
        for each in session.scalars(chosen)
    ]
