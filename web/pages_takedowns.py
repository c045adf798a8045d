"""The administrator's pages of articles that are withdrawn: their list, taking one down, putting one back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from models.takedown import takedowns_of
from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.forms import BodyHere, form_of, given
from web.problems import checked_key
from web.rendering import rendered
from web.rights import VisitorHere, needs

INSTEAD = "withdraw with `perilune articles withdraw`"
MAX_DONE_CHARS = 1000

pages = APIRouter(include_in_schema=False, dependencies=[needs(Role.ADMINISTRATOR)])


@pages.get("/takedowns")
def takedowns_page(session: SessionHere, done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = "") -> HTMLResponse:
    """List the articles that are withdrawn, and those that were put back."""
    return rendered("takedowns.html", takedowns=takedowns_of(session, with_lifted=True), done=done)


@pages.post("/article/{key}/withdraw")
def withdraw_article(access: AccessHere, visitor: VisitorHere, body: BodyHere, key: str) -> RedirectResponse:
    """Take an article down."""
    reason = form_of(body).get("reason", "")
    takedowns = given(access.powers.takedowns, INSTEAD)
    return _done(takedowns.withdraw(checked_key(key, "article"), reason, by=visitor.login))


@pages.post("/takedowns/{key}/restore")
def restore_article(access: AccessHere, visitor: VisitorHere, key: str) -> RedirectResponse:
    """Put an article back."""
    takedowns = given(access.powers.takedowns, INSTEAD)
    return _done(takedowns.restore(checked_key(key, "article"), by=visitor.login))


def _done(words: str) -> RedirectResponse:
    return RedirectResponse(f"/takedowns?{urlencode({'done': words[:MAX_DONE_CHARS]})}", status_code=303)
