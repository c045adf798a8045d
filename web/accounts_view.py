"""Accounts as pages and API show them: somebody's own browsers and tokens, and for administrators all accounts."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account import Account, ApiToken, SignIn, digest_of
from models.base import KEY_CHARS
from models.sign_ins import IDLE
from models.vocabulary import LOCAL, Role
from web.api_account_models import AccountAnswer, BrowserAnswer, TokenAnswer
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


def account_lines(session: Session) -> list[AccountAnswer]:
    """Read all accounts by login, those that can act first."""
    chosen = sa.select(Account).where(Account.login != LOCAL).order_by(Account.is_active.desc(), Account.login)
    return [AccountAnswer.model_validate(account) for account in session.scalars(chosen)]


def account_line(session: Session, key: str) -> AccountAnswer:
    """Read an account by its key; NotInArchive where there is none."""
    account = session.scalar(sa.select(Account).where(Account.key == checked_key(key, "account")))
    if account is None or account.login == LOCAL:
        raise missing("account", key)
    return AccountAnswer.model_validate(account)


def own_line(session: Session, visitor: Visitor) -> AccountAnswer:
    """Read a visitor's own account, as it will be where it is only made when it is needed."""
    account = session.scalar(sa.select(Account).where(Account.login == visitor.login))
    if account is not None:
        return AccountAnswer.model_validate(account)
    role = visitor.role or Role.READER
    return AccountAnswer(key="", login=visitor.login, name=visitor.name, role=role, is_active=True, has_password=False)


def browsers_of(session: Session, login: str, secret: str, *, now: dt.datetime) -> list[BrowserAnswer]:
    """Read where somebody is signed in, the latest visit first; `secret` is that of the browser that asks."""
    standing = (SignIn.account.has(Account.login == login), SignIn.expires_at > now, SignIn.seen_at > now - IDLE)
    here = digest_of(secret)
    return [
        BrowserAnswer(
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


def tokens_of(session: Session, login: str) -> list[TokenAnswer]:
    """Read somebody's tokens, the newest first."""
    chosen = sa.select(ApiToken).where(ApiToken.account.has(Account.login == login)).order_by(ApiToken.id.desc())
    return [TokenAnswer.model_validate(each) for each in session.scalars(chosen)]
