"""The JSON API of people: who asks, their own tokens and browsers, and for administrators all accounts."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from models.vocabulary import Role
from perilune.problems import Problem
from web.access import AccessHere, SessionHere
from web.accounts_view import account_line, account_lines, browsers_of, own_line, tokens_of
from web.api_models import Answer
from web.api_problems import UNKNOWN, WRONG_PARAMETER, problem_answer
from web.clock import Now
from web.forms import given
from web.pages_account import INSTEAD, own_token, refuse_tokens
from web.people import Means, VisitHere
from web.rights import VisitorHere, needs

BY_COMMAND = "manage accounts with `perilune accounts`"
REFUSED: dict[int | str, dict[str, object]] = {
    401: problem_answer("Nobody is signed in."),
    403: problem_answer("The role is too low, or another site's page asked for it."),
}
CHANGES: dict[int | str, dict[str, object]] = {**REFUSED, 501: problem_answer("This server only reads the archive.")}
Text = Annotated[str, Field(max_length=1000)]

accounts_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


class MeAnswer(Answer):
    """Who asks; without a role where nobody knows."""

    login: str
    name: str
    role: Role | None
    means: Means = Field(description="How they are known: by a sign-in, a token, a proxy, or because they are alone.")
    address: str | None = Field(default=None, description="Where alerts are mailed to.")


class AccountAnswer(Answer):
    """An account."""

    key: str
    login: str
    name: str
    address: str | None
    role: Role
    is_active: bool
    has_password: bool
    created_at: dt.datetime | None
    seen_at: dt.datetime | None


class BrowserAnswer(Answer):
    """A browser in which somebody is signed in."""

    key: str
    name: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime
    is_this: bool


class TokenAnswer(Answer):
    """A token by which a program acts."""

    key: str
    name: str
    role: Role
    created_at: dt.datetime
    used_at: dt.datetime | None
    expires_at: dt.datetime | None


class NewTokenAnswer(Answer):
    """A token that was made just now."""

    token: str = Field(description="What programs send as `Authorization: Bearer ...`; it is shown this once.")


class DoneAnswer(Answer):
    """What was done, in words."""

    words: str


class Asked(BaseModel):
    """What a request says; nothing else is understood."""

    model_config = ConfigDict(extra="forbid")


class NewToken(Asked):
    """A token that is wanted."""

    name: Text = Field(description="What it is for.")
    role: Role = Field(description="What it may do, at most what its account may.")
    days: int | None = Field(default=None, ge=1, le=3660, description="How long it lasts; default: for ever.")


class Details(Asked):
    """What is to be changed of an account's own details."""

    name: Text | None = None
    address: Text | None = Field(default=None, description="Where alerts are mailed to; empty for nowhere.")


class NewAccount(Asked):
    """An account that is wanted."""

    login: Text
    name: Text = ""
    role: Role = Role.READER
    address: Text = ""
    password: Text = Field(default="", description="At least 12 characters; none where a proxy says who people are.")


class AccountChange(Details):
    """What is to be changed of an account."""

    role: Role | None = None
    is_active: bool | None = Field(default=None, description="False locks it, at once and everywhere.")
    password: Text | None = Field(default=None, description="A new one; it signs the account out everywhere.")


@accounts_api.get("/me", dependencies=[needs(None)])
def api_me(session: SessionHere, visitor: VisitorHere) -> MeAnswer:
    """Say who asks, by what they show."""
    address = own_line(session, visitor).address if visitor.role else None
    return MeAnswer(
        login=visitor.login, name=visitor.name, role=visitor.role, means=Means(visitor.means), address=address
    )


@accounts_api.patch("/me", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_change_me(access: AccessHere, visitor: VisitorHere, details: Details) -> DoneAnswer:
    """Change one's own name and mail address."""
    refuse_tokens(visitor)
    people = given(access.powers.people, INSTEAD)
    return DoneAnswer(words=people.change_own(visitor.login, "details", details.model_dump(exclude_none=True)))


@accounts_api.get("/me/browsers", responses=REFUSED, dependencies=[needs(Role.READER)])
def api_browsers(session: SessionHere, visit: VisitHere, now: Now) -> list[BrowserAnswer]:
    """List the browsers in which one is signed in."""
    lines = browsers_of(session, visit.visitor.login, visit.asking.secret, now=now)
    return [BrowserAnswer.model_validate(line) for line in lines]


@accounts_api.delete("/me/browsers/{key}", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_end_browser(access: AccessHere, visitor: VisitorHere, key: str) -> DoneAnswer:
    """Sign a browser out."""
    refuse_tokens(visitor)
    people = given(access.powers.people, INSTEAD)
    return DoneAnswer(words=people.change_own(visitor.login, "end", {"browser": key}))


@accounts_api.get("/tokens", responses=REFUSED, dependencies=[needs(Role.READER)])
def api_tokens(session: SessionHere, visitor: VisitorHere) -> list[TokenAnswer]:
    """List one's own tokens; their secrets are known to nobody."""
    return [TokenAnswer.model_validate(line) for line in tokens_of(session, visitor.login)]


@accounts_api.post("/tokens", status_code=201, responses=CHANGES, dependencies=[needs(Role.READER)])
def api_make_token(access: AccessHere, visitor: VisitorHere, wanted: NewToken) -> NewTokenAnswer:
    """Make a token; a program that holds one makes no others."""
    said = {"name": wanted.name, "role": str(wanted.role), "days": str(wanted.days or "")}
    return NewTokenAnswer(token=own_token(given(access.powers.people, INSTEAD), visitor, said))


@accounts_api.delete("/tokens/{key}", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_revoke_token(access: AccessHere, visitor: VisitorHere, key: str) -> DoneAnswer:
    """Revoke a token, at once."""
    refuse_tokens(visitor)
    return DoneAnswer(words=given(access.powers.people, INSTEAD).change_own(visitor.login, "revoke", {"key": key}))


@accounts_api.get("/accounts", responses=REFUSED, dependencies=[needs(Role.ADMINISTRATOR)])
def api_accounts(session: SessionHere) -> list[AccountAnswer]:
    """List the accounts."""
    return [AccountAnswer.model_validate(line) for line in account_lines(session)]


@accounts_api.post("/accounts", status_code=201, responses=CHANGES, dependencies=[needs(Role.ADMINISTRATOR)])
def api_add_account(access: AccessHere, wanted: NewAccount) -> DoneAnswer:
    """Make an account."""
    return DoneAnswer(words=given(access.powers.accounts, BY_COMMAND).add(wanted.model_dump(mode="json")))


@accounts_api.patch("/accounts/{key}", responses={404: UNKNOWN, **CHANGES}, dependencies=[needs(Role.ADMINISTRATOR)])
def api_change_account(session: SessionHere, access: AccessHere, key: str, change: AccountChange) -> DoneAnswer:
    """Change an account's role, details or password, lock or unlock it; one after the other, as far as it goes."""
    accounts, login = given(access.powers.accounts, BY_COMMAND), account_line(session, key).login
    session.rollback()  # what follows writes in transactions of its own
    said = change.model_dump(mode="json", exclude_none=True)
    steps: list[str] = [name for name in ("role", "password") if name in said]
    steps += ["details"] if {"name", "address"} & set(said) else []
    steps += ["unlock" if change.is_active else "lock"] if change.is_active is not None else []
    if not steps:
        raise Problem("say what is to be changed: role, name, address, password or is_active.")
    return DoneAnswer(words=" ".join(accounts.change(login, step, said) for step in steps))


@accounts_api.delete("/accounts/{key}", responses={404: UNKNOWN, **CHANGES}, dependencies=[needs(Role.ADMINISTRATOR)])
def api_close_account(session: SessionHere, access: AccessHere, key: str) -> DoneAnswer:
    """Close an account for good; what its owner made stays."""
    accounts, login = given(access.powers.accounts, BY_COMMAND), account_line(session, key).login
    session.rollback()
    return DoneAnswer(words=accounts.change(login, "close", {}))
