"""The JSON API of people: who asks, their own tokens and browsers, and for administrators all accounts."""

from __future__ import annotations

from fastapi import APIRouter

from models.vocabulary import Role
from perilune.problems import Problem
from web.access import AccessHere, SessionHere
from web.accounts_view import account_line, account_lines, browsers_of, own_line, tokens_of
from web.api_account_models import (
    AccountAnswer,
    AccountChange,
    BrowserAnswer,
    Details,
    MeAnswer,
    NewAccount,
    NewToken,
    NewTokenAnswer,
    TokenAnswer,
)
from web.api_models import DoneAnswer
from web.api_problems import UNKNOWN, WRONG_PARAMETER, problem_answer
from web.clock import Now
from web.forms import given
from web.pages_account import INSTEAD, own_token, refuse_tokens
from web.people import VisitHere
from web.rights import VisitorHere, needs

BY_COMMAND = "manage accounts with `perilune accounts`"
REFUSED: dict[int | str, dict[str, object]] = {
    401: problem_answer("Nobody is signed in."),
    403: problem_answer("The role is too low, or another site's page asked for it."),
}
CHANGES: dict[int | str, dict[str, object]] = {**REFUSED, 501: problem_answer("This server only reads the archive.")}

accounts_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@accounts_api.get("/me", dependencies=[needs(None)])
def api_me(session: SessionHere, visitor: VisitorHere) -> MeAnswer:
    """Say who asks, by what they show."""
    address = own_line(session, visitor).address if visitor.role else None
    return MeAnswer(login=visitor.login, name=visitor.name, role=visitor.role, means=visitor.means, address=address)


@accounts_api.patch("/me", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_change_me(access: AccessHere, visitor: VisitorHere, details: Details) -> DoneAnswer:
    """Change one's own name and mail address."""
    refuse_tokens(visitor)
    people = given(access.powers.people, INSTEAD)
    return DoneAnswer(words=people.change_own(visitor.login, "details", details.model_dump(exclude_none=True)))


@accounts_api.get("/me/browsers", responses=REFUSED, dependencies=[needs(Role.READER)])
def api_browsers(session: SessionHere, visit: VisitHere, now: Now) -> list[BrowserAnswer]:
    """List the browsers in which one is signed in."""
    return browsers_of(session, visit.visitor.login, visit.asking.secret, now=now)


@accounts_api.delete("/me/browsers/{key}", responses=CHANGES, dependencies=[needs(Role.READER)])
def api_end_browser(access: AccessHere, visitor: VisitorHere, key: str) -> DoneAnswer:
    """Sign a browser out."""
    refuse_tokens(visitor)
    people = given(access.powers.people, INSTEAD)
    return DoneAnswer(words=people.change_own(visitor.login, "end", {"browser": key}))


@accounts_api.get("/tokens", responses=REFUSED, dependencies=[needs(Role.READER)])
def api_tokens(session: SessionHere, visitor: VisitorHere) -> list[TokenAnswer]:
    """List one's own tokens; their secrets are known to nobody."""
    return tokens_of(session, visitor.login)


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
    return account_lines(session)


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
