"""Signing in and out, and the tokens of programs: what an account does for itself; changing accounts is elsewhere."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.account import RANKS, Account, ApiToken, SignIn, digest_of, login_as_kept
from models.sign_ins import (
    SECRET_BYTES,
    TOKEN_START,
    SignInProblem,
    begin_attempt,
    begin_sign_in,
    end_sign_ins,
    forget_failures,
    hold_accounts,
)
from models.vocabulary import Role
from perilune.archive import Archive
from perilune.passwords import Passwords, checked_password
from perilune.problems import Problem

WRONG = "This login and this password do not belong together."
TOO_SOON = "Too many attempts failed; try again in {wait}."
MAX_LOGIN_CHARS = 120
MAX_TOKEN_NAME_CHARS = 80
MAX_TOKEN_DAYS = 3660


@dataclass(frozen=True)
class Attempt:
    """Somebody who says who they are, and from where; `former` is the secret that their browser has until now."""

    login: str
    password: str
    origin: str
    agent: str = ""
    former: str = ""


def sign_in(archive: Archive, passwords: Passwords, attempt: Attempt, *, now: dt.datetime) -> str:
    """Return the secret of a new sign-in; SignInProblem is the same for an unknown login, a wrong password, a lock."""
    login, origin = login_as_kept(attempt.login)[:MAX_LOGIN_CHARS], network_of(attempt.origin)
    with archive.sessions.begin() as session:
        wait = begin_attempt(session, login, origin, now=now)
        account = session.scalar(sa.select(Account).where(Account.login == login)) if not wait else None
    if wait:
        words = f"{wait} seconds" if wait < 100 else f"{-(-wait // 60)} minutes"  # noqa: PLR2004 - minutes read better
        raise SignInProblem(TOO_SOON.format(wait=words), wait_seconds=wait)
    kept = account.password_hash if account is not None and account.is_active else None
    if not passwords.fits(kept, attempt.password) or account is None or kept is None:
        raise SignInProblem(WRONG)
    renewed = passwords.hashed(attempt.password) if passwords.is_outdated(kept) else kept
    with archive.sessions.begin() as session:
        hold_accounts(session)
        account = session.get_one(Account, account.id)
        if not account.is_active or account.password_hash != kept:
            raise SignInProblem(WRONG)
        account.password_hash = renewed
        forget_failures(session, login)
        end_sign_in(session, attempt.former)
        return begin_sign_in(session, account, agent=attempt.agent, now=now)


def end_sign_in(session: Session, secret: str) -> None:
    """Let a secret open nothing any more."""
    if secret:
        session.execute(sa.delete(SignIn).where(SignIn.digest == digest_of(secret)))


def change_password(archive: Archive, passwords: Passwords, attempt: Attempt, new: str, *, now: dt.datetime) -> str:
    """Change an account's own password, whose old one the attempt has; every browser is signed out, this one anew."""
    checked_password(new, attempt.login)
    sign_in(archive, passwords, attempt, now=now)
    kept = passwords.hashed(new)
    with archive.sessions.begin() as session:
        account = session.scalars(sa.select(Account).where(Account.login == attempt.login)).one()
        account.password_hash = kept
        end_sign_ins(session, account)
        return begin_sign_in(session, account, agent=attempt.agent, now=now)


@dataclass(frozen=True)
class TokenWish:
    """What a token is to be called, its role, and how many days it lasts, for ever where none are given."""

    name: str
    role: Role
    days: int | None = None


def make_token(session: Session, account: Account, wish: TokenWish, *, now: dt.datetime) -> tuple[ApiToken, str]:
    """Make a token, and return it with its secret, which nobody can read again."""
    name = " ".join(wish.name.split())
    if not name or len(name) > MAX_TOKEN_NAME_CHARS or not name.isprintable():
        raise Problem(f"say what the token is for, in at most {MAX_TOKEN_NAME_CHARS} characters.")
    if RANKS[wish.role] > RANKS[account.role]:
        raise Problem(f"a token's role is at most that of its account, which is {account.role}.")
    if wish.days is not None and not 1 <= wish.days <= MAX_TOKEN_DAYS:
        raise Problem(f"a token lasts from 1 to {MAX_TOKEN_DAYS} days.")
    secret = TOKEN_START + secrets.token_urlsafe(SECRET_BYTES)
    expires_at = now + dt.timedelta(days=wish.days) if wish.days else None
    token = ApiToken(
        account_id=account.id,
        name=name,
        role=wish.role,
        digest=digest_of(secret),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    return token, secret


def revoke_token(session: Session, key: str, *, account: Account | None = None) -> str:
    """Let a token open nothing any more, an account's own where one is given; returns its name."""
    own = [ApiToken.account_id == account.id] if account is not None else []
    name: str | None = session.scalar(sa.delete(ApiToken).where(ApiToken.key == key, *own).returning(ApiToken.name))
    if name is None:
        raise Problem(f"there is no token {key[:40]!r}.")
    return name


def network_of(origin: str) -> str:
    """Name where somebody comes from: of IPv6 the network, in which one machine has addresses without end."""
    try:
        address = ipaddress.ip_address(origin)
    except ValueError:
        return origin[:64]
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return origin
