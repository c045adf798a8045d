"""Somebody's own account: name and address, password, the browsers they are signed in with, and tokens for programs."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models.account import RANKS
from models.vocabulary import Role
from perilune.problems import Problem
from web.access import AccessHere, SessionHere
from web.accounts_view import browsers_of, own_line, tokens_of
from web.clock import Now
from web.forms import BodyHere, form_of, given
from web.means import Means
from web.pages_sign_in import hand_out
from web.people import People, Visit, VisitHere, Visitor
from web.rendering import rendered
from web.rights import VisitorHere, needs

INSTEAD = "change accounts with `perilune accounts`"
ACTIONS = ("details", "end", "end-all", "revoke")
MAX_DONE_CHARS = 300
BY_TOKEN = "A token changes nothing of its account; sign in for that."  # noqa: S105 - a sentence
ALONE = "there are no accounts here, so every program on this machine may do everything without a token."

pages = APIRouter(include_in_schema=False)


def refuse_tokens(visitor: Visitor) -> None:
    """Let no program that holds a token get another, or change what its owner signs in with."""
    if visitor.means is Means.TOKEN:
        raise HTTPException(403, BY_TOKEN)


def own_token(people: People, visitor: Visitor, said: dict[str, str]) -> str:
    """Make a token for whoever is signed in, and return its secret."""
    refuse_tokens(visitor)
    if visitor.is_alone:
        raise Problem(ALONE)
    return people.make_token(visitor.login, said)


@pages.get("/account", dependencies=[needs(Role.READER)])
def account_page(
    session: SessionHere,
    visit: VisitHere,
    now: Now,
    done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = "",
) -> HTMLResponse:
    """Show somebody their account; `done` says what a button did just now."""
    return _page(session, visit, now, done=done)


def _page(session: Session, visit: Visit, now: Now, *, done: str = "", secret: str = "") -> HTMLResponse:
    visitor = visit.visitor
    assert visitor.role is not None
    return rendered(
        "account.html",
        account=own_line(session, visitor),
        browsers=browsers_of(session, visitor.login, visit.asking.secret, now=now),
        tokens=tokens_of(session, visitor.login),
        roles=[role for role in Role if RANKS[role] <= RANKS[visitor.role]],
        done=done,
        secret=secret,
    )


@pages.post("/account/password", dependencies=[needs(Role.READER)])
def change_password(access: AccessHere, visit: VisitHere, body: BodyHere) -> RedirectResponse:
    """Change the password; every other browser is signed out."""
    refuse_tokens(visit.visitor)
    form = form_of(body, with_empty=True)
    if form.get("new") != form.get("again"):
        raise Problem("the new password was not typed twice alike; go back and try again.")
    people = given(access.powers.people, INSTEAD)
    secret = people.change_password(visit.visitor.login, form, visit.asking)
    response = _shown("Your password is changed; your other browsers are signed out.")
    hand_out(response, visit, secret)
    return response


@pages.post("/account/tokens", dependencies=[needs(Role.READER)])
def make_token(session: SessionHere, access: AccessHere, visit: VisitHere, now: Now, body: BodyHere) -> HTMLResponse:
    """Make a token, and show its secret this once."""
    secret = own_token(given(access.powers.people, INSTEAD), visit.visitor, form_of(body))
    return _page(session, visit, now, secret=secret)


@pages.post("/account/{action}", dependencies=[needs(Role.READER)])
def change_account(access: AccessHere, visitor: VisitorHere, action: str, body: BodyHere) -> RedirectResponse:
    """Save name and address, end a browser's sign-in or all, or revoke a token."""
    refuse_tokens(visitor)
    if action not in ACTIONS:
        raise HTTPException(404, "There is no such button.")
    people = given(access.powers.people, INSTEAD)
    return _shown(people.change_own(visitor.login, action, form_of(body, with_empty=True)))


def _shown(done: str) -> RedirectResponse:
    return RedirectResponse(f"/account?{urlencode({'done': done[:MAX_DONE_CHARS]})}", status_code=303)
