"""The accounts, for administrators: who may come in, as what, and who not any more."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.accounts_view import account_line, account_lines
from web.forms import BodyHere, form_of, given
from web.rendering import rendered
from web.rights import needs

INSTEAD = "manage accounts with `perilune accounts`"
MAX_DONE_CHARS = 300
ACTIONS = ("role", "details", "password", "lock", "unlock", "close", "sign-out")
Done = Annotated[str, Query(max_length=MAX_DONE_CHARS)]

pages = APIRouter(include_in_schema=False)


@pages.get("/accounts", dependencies=[needs(Role.ADMINISTRATOR)])
def accounts_page(session: SessionHere, access: AccessHere, done: Done = "") -> HTMLResponse:
    """List the accounts; `done` says what a button did just now."""
    given(access.powers.accounts, INSTEAD)
    return rendered(
        "accounts.html", accounts=account_lines(session), roles=list(Role), done=done, by_proxy=_by_proxy(access)
    )


def _by_proxy(access: AccessHere) -> bool:
    people = access.powers.people
    return people is not None and people.by_proxy


@pages.post("/accounts", dependencies=[needs(Role.ADMINISTRATOR)])
def add_account(access: AccessHere, body: BodyHere) -> RedirectResponse:
    """Make an account."""
    done = given(access.powers.accounts, INSTEAD).add(form_of(body))
    return RedirectResponse(f"/accounts?{urlencode({'done': done[:MAX_DONE_CHARS]})}", status_code=303)


@pages.get("/accounts/{key}", dependencies=[needs(Role.ADMINISTRATOR)])
def account_page(session: SessionHere, access: AccessHere, key: str, done: Done = "") -> HTMLResponse:
    """Show an account with what can be done to it."""
    given(access.powers.accounts, INSTEAD)
    line = account_line(session, key)
    return rendered("one_account.html", account=line, roles=list(Role), done=done, by_proxy=_by_proxy(access))


@pages.post("/accounts/{key}/{action}", dependencies=[needs(Role.ADMINISTRATOR)])
def change_account(session: SessionHere, access: AccessHere, key: str, action: str, body: BodyHere) -> RedirectResponse:
    """Do what a button says to an account."""
    accounts = given(access.powers.accounts, INSTEAD)
    if action not in ACTIONS:
        raise HTTPException(404, "There is no such button.")
    login = account_line(session, key).login
    session.rollback()  # what follows writes in a transaction of its own
    done = accounts.change(login, action, form_of(body, with_empty=True))
    return RedirectResponse(f"/accounts/{key}?{urlencode({'done': done[:MAX_DONE_CHARS]})}", status_code=303)
