"""What is asked of accounts at every request and sign-in: whose a secret is, and how often signing in failed."""

from __future__ import annotations

import datetime as dt
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from models.account import Account, ApiToken, FailedSignIn, SignIn, digest_of
from models.vocabulary import LOCAL, Role
from perilune.problems import Problem

LASTS = dt.timedelta(days=30)
"""After this a browser signs in anew, however busy it was."""
IDLE = dt.timedelta(days=7)
"""After this without a visit it signs in anew too."""
SEEN_AGAIN = dt.timedelta(minutes=5)
USED_AGAIN = dt.timedelta(minutes=1)
"""How exactly the last visit, and a token's last use, are kept: a request that only reads seldom writes."""
REMEMBERED = dt.timedelta(hours=24)
"""How long a sign-in that failed counts."""
FREE_BY_LOGIN, FREE_BY_ORIGIN = 5, 20
"""Failures until the next attempt has to wait."""
LONGEST_WAIT_SECONDS = 900
MAX_AGENT_CHARS = 200
TOKEN_START = "plt_"  # noqa: S105 - what every token begins with, so that it is known where it leaks
SECRET_BYTES = 32
ACCOUNTS_LOCK = 7_365_707_843


class SignInProblem(Problem):
    """Somebody could not sign in; `wait_seconds` is how long they have to wait, if that is why."""

    def __init__(self, sentence: str, *, wait_seconds: int = 0) -> None:
        super().__init__(sentence)
        self.wait_seconds = wait_seconds


def hold_accounts(session: Session) -> None:
    """Let nobody else change accounts or sign in until this transaction ends: what is counted must still hold then."""
    if session.get_bind().dialect.name == "sqlite":
        # SQLite has one lock for everything, which the first write takes, be it one that changes no row.
        session.execute(sa.update(Account).where(Account.id == -1).values(login=Account.login))
    else:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(ACCOUNTS_LOCK)))


def has_accounts(session: Session) -> bool:
    """Tell whether anybody but a person alone has an account."""
    return bool(session.scalar(sa.select(sa.exists().where(Account.login != LOCAL))))


def other_administrators(session: Session, account: Account) -> int:
    """Count the administrators beside an account who can still act."""
    acting = (Account.role == Role.ADMINISTRATOR, Account.is_active, Account.login != LOCAL, Account.id != account.id)
    return session.scalar(sa.select(sa.func.count()).select_from(Account).where(*acting)) or 0


def find_sign_in(session: Session, secret: str, *, now: dt.datetime) -> SignIn | None:
    """Find the browser that a cookie's secret was given to, while it may still act."""
    standing = (SignIn.expires_at > now, SignIn.seen_at > now - IDLE, SignIn.account.has(Account.is_active))
    chosen = sa.select(SignIn).where(SignIn.digest == digest_of(secret), *standing)
    return session.scalar(chosen.options(joinedload(SignIn.account)))


def find_token(session: Session, secret: str, *, now: dt.datetime) -> ApiToken | None:
    """Find the token that a program shows, while it may still act."""
    standing = (
        sa.or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
        ApiToken.account.has(Account.is_active),
    )
    chosen = sa.select(ApiToken).where(ApiToken.digest == digest_of(secret), *standing)
    return session.scalar(chosen.options(joinedload(ApiToken.account)))


def begin_sign_in(session: Session, account: Account, *, agent: str, now: dt.datetime) -> str:
    """Sign a browser in, and return the secret that its cookie is to say; sign-ins that are over are forgotten."""
    over = sa.or_(SignIn.expires_at <= now, SignIn.seen_at <= now - IDLE)
    session.execute(sa.delete(SignIn).where(over))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    account.seen_at = now
    session.add(
        SignIn(
            account_id=account.id,
            digest=digest_of(secret),
            agent=agent[:MAX_AGENT_CHARS],
            created_at=now,
            seen_at=now,
            expires_at=now + LASTS,
        )
    )
    return secret


def end_sign_ins(session: Session, account: Account) -> int:
    """Sign an account out everywhere; returns of how many browsers."""
    ended = sa.delete(SignIn).where(SignIn.account_id == account.id).returning(SignIn.id)
    return len(session.scalars(ended).all())


def begin_attempt(session: Session, login: str, origin: str, *, now: dt.datetime) -> int:
    """Count an attempt to sign in as failed, before it is looked at; returns seconds to wait, counting none, if any.

    Counted first, so that a hundred attempts at once are a hundred failures; `forget_failures` follows success.
    """
    hold_accounts(session)
    session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at <= now - REMEMBERED))
    waits = (
        _seconds_left(session, FailedSignIn.login == login, FREE_BY_LOGIN, now),
        _seconds_left(session, FailedSignIn.origin == origin, FREE_BY_ORIGIN, now),
    )
    if not any(waits):
        session.add(FailedSignIn(login=login, origin=origin, at=now))
    return max(waits)


def _seconds_left(session: Session, which: sa.ColumnElement[bool], free: int, now: dt.datetime) -> int:
    counted = sa.select(sa.func.count(), sa.func.max(FailedSignIn.at)).where(which)
    count, last = session.execute(counted).one()
    if count < free:
        return 0
    wait: int = min(LONGEST_WAIT_SECONDS, 2 ** min(count - free + 1, 10))
    return max(0, wait - int((now - last).total_seconds()))


def forget_failures(session: Session, login: str) -> None:
    """Forget the failures of a login whose owner signed in."""
    session.execute(sa.delete(FailedSignIn).where(FailedSignIn.login == login))
