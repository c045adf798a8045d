"""The readers in the browser, for whoever runs the archive: who gets which edition, adding, asking and removing."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.forms import BodyHere, form_of, given
from web.readers_view import editions_with_readers
from web.rendering import rendered
from web.rights import needs

BY_COMMAND = "manage readers with `perilune readers`"

pages = APIRouter(include_in_schema=False)


@pages.get("/readers", dependencies=[needs(Role.EDITOR)])
def readers_page(
    session: SessionHere, access: AccessHere, done: Annotated[str, Query(max_length=600)] = ""
) -> HTMLResponse:
    """List the readers of each edition; `done` says what a button did just now."""
    given(access.powers.enrolment, BY_COMMAND)
    return rendered("readers.html", editions=editions_with_readers(session), done=done)


@pages.post("/readers/{action}", dependencies=[needs(Role.EDITOR)])
def change_readers(access: AccessHere, action: str, body: BodyHere) -> RedirectResponse:
    """Add a reader, ask one by mail, or take one off an edition."""
    readership = given(access.powers.enrolment, BY_COMMAND)
    form = form_of(body)
    edition, address = form.get("edition", ""), form.get("address", "")
    if action in {"add", "invite"}:
        words = readership.enrol(edition, address, form.get("name", ""), is_asked=action == "invite")
    elif action == "remove":
        words = readership.remove(edition, address)
    else:
        raise HTTPException(404, "There is no such button.")
    return RedirectResponse(f"/readers?{urlencode({'done': words})}", status_code=303)
