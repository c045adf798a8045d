"""Signing in and out in the browser: one form, one cookie, and back to where somebody wanted to go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from models.sign_ins import LASTS, SignInProblem
from models.vocabulary import Role
from web.access import WholeAccess
from web.forms import NAME_COOKIE, BodyHere, form_of, given, refuse_other_sites
from web.people import Visit, VisitHere
from web.rendering import rendered
from web.rights import VisitorHere, needs

MAX_NEXT_CHARS = 2000
NOWHERE = "there is nothing to sign in to here"
WRONG, TOO_SOON = 401, 429

pages = APIRouter(include_in_schema=False)


def own_path(address: str) -> str:
    """Return where to go next, if it is a path of this archive; else the search page."""
    is_path = address.startswith("/") and not address.startswith("//") and address.isprintable()
    return address if is_path and "\\" not in address else "/"


@pages.get("/sign-in", response_model=None, dependencies=[needs(None)])
def sign_in_page(
    access: WholeAccess,
    visitor: VisitorHere,
    wanted: Annotated[str, Query(alias="next", max_length=MAX_NEXT_CHARS)] = "/",
) -> Response:
    """Ask who somebody is; who is known goes on at once."""
    people = access.powers.people
    if visitor.is_known:
        return RedirectResponse(own_path(wanted), status_code=303)
    by_password = people is not None and people.by_password
    return rendered("sign_in.html", next=own_path(wanted), login="", problem="", by_password=by_password)


@pages.post("/sign-in", response_model=None, dependencies=[needs(None)])
def sign_in(request: Request, access: WholeAccess, visit: VisitHere, body: BodyHere) -> Response:
    """Sign somebody in, with a secret that is new; a login that nobody has is answered like a wrong password."""
    refuse_other_sites(request)
    people = given(access.powers.people, NOWHERE)
    form = form_of(body, with_empty=True)
    login, wanted = form.get("login", ""), own_path(form.get("next", "/"))
    if not people.by_password:
        return RedirectResponse("/sign-in", status_code=303)
    try:
        secret = people.sign_in(login, form.get("password", ""), visit.asking)
    except SignInProblem as problem:
        return _asked_again(problem, login, wanted)
    response = RedirectResponse(wanted, status_code=303)
    hand_out(response, visit, secret)
    return response


def _asked_again(problem: SignInProblem, login: str, wanted: str) -> HTMLResponse:
    status = TOO_SOON if problem.wait_seconds else WRONG
    page = rendered(
        "sign_in.html", status=status, next=wanted, login=login[:120], problem=str(problem), by_password=True
    )
    if problem.wait_seconds:
        page.headers["Retry-After"] = str(problem.wait_seconds)
    return page


def hand_out(response: Response, visit: Visit, secret: str) -> None:
    """Give a browser the secret of its sign-in: no script reads it, no other site's page has it sent."""
    response.set_cookie(
        visit.cookie,
        secret,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=visit.is_secure,
        httponly=True,
        samesite="lax",
    )


@pages.post("/sign-out", dependencies=[needs(Role.READER)])
def sign_out(access: WholeAccess, visit: VisitHere) -> RedirectResponse:
    """End the sign-in of this browser, and let it forget who used it."""
    people = given(access.powers.people, NOWHERE)
    people.sign_out(visit.asking.secret)
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(visit.cookie, path="/", secure=visit.is_secure, httponly=True, samesite="lax")
    response.delete_cookie(NAME_COOKIE)
    return response
