"""The editor's desk: a held issue is read, changed and approved; its mail as a reader gets it; the record of it all.

All of it works without a script; with one, what a sentence's passages do not say shows while it is typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models.search import QueryProblem
from models.vocabulary import Role
from perilune.problems import Problem
from web.access import AccessHere, Desk, SessionHere
from web.desk_view import desk_view, found_for, issue_at, readers_of
from web.forms import NAME_COOKIE, CorrectorHere, form_of, given, remember_name
from web.headers import MAIL_POLICY, SCRIPTED
from web.pages_issues import FRAMED_HEAD
from web.problems import as_sentence
from web.rendering import rendered
from web.rights import needs

BY_COMMAND = "review issues with `perilune digest approve`, `hold`, `drop`"
MAX_DONE_CHARS = 1000
MAX_LINE_CHARS = 500
CONFLICT = 409
MAX_DIGITS = 6
ACTIONS = frozenset(
    ("drop", "drop-fact", "add", "move", "reword", "retitle", "introduce", "subject", "restore", "hold", "approve")
)

pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Shown:
    """What a page shows besides the issue: what was done, or why not; what was typed, and what is unsaid of it."""

    done: str = ""
    problem: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    unsaid: tuple[str, ...] | None = None
    find: str = ""


@dataclass(frozen=True)
class Editing:
    """Who edits, as far as their browser remembers, and with what."""

    session: Session
    desk: Desk
    name: str
    is_known: bool
    """Whether the name is that of their account."""


def editing_of(session: SessionHere, corrector: CorrectorHere, access: AccessHere) -> Editing:
    """Give what an editor works with; where the archive only reads, say how else it is done."""
    return Editing(session, given(access.powers.desk, BY_COMMAND), corrector.name, corrector.is_known)


EditingHere = Annotated[Editing, Depends(editing_of)]


@pages.get("/desk/{key}", dependencies=[needs(Role.EDITOR)])
def desk_page(
    editing: EditingHere,
    key: str,
    done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = "",
    find: Annotated[str, Query(max_length=MAX_LINE_CHARS)] = "",
) -> HTMLResponse:
    """Show an issue to its editor; `find` looks for what may be added."""
    return _desk(editing, key, Shown(done=done, find=find))


def _desk(editing: Editing, key: str, shown: Shown, *, status: int = 200) -> HTMLResponse:
    session, found, fault = editing.session, None, ""
    if shown.find.strip():
        try:
            found = found_for(session, issue_at(session, key), shown.find)
        except QueryProblem as problem:
            fault = str(problem)
    values = {"desk": desk_view(session, key), "editor": editing, "shown": shown, "found": found, "fault": fault}
    page = rendered("desk.html", status=status, **values)
    page.headers.update(SCRIPTED)
    return page


@pages.post("/desk/{key}/name", dependencies=[needs(Role.EDITOR)])
async def name_editor(request: Request, key: str) -> RedirectResponse:
    """Remember who edits in this browser."""
    form = form_of(await request.body())
    response = RedirectResponse(f"/desk/{key}", status_code=303)
    if form.get("by"):
        remember_name(response, form["by"])
    else:
        response.delete_cookie(NAME_COOKIE)
    return response


@pages.post("/desk/{key}/check", dependencies=[needs(Role.EDITOR)])
async def check_sentence(request: Request, editing: EditingHere, key: str) -> HTMLResponse:
    """Say what of a typed sentence its passages do not say: as a piece of the page for a script, else as the page."""
    form = form_of(await request.body(), with_empty=True)
    is_piece = request.headers.get("hx-request") == "true"
    try:
        unsaid = tuple(await run_in_threadpool(editing.desk.check, key, form))
    except Problem as problem:
        if is_piece:
            return rendered("desk_state.html", unsaid=None, problem=as_sentence(str(problem)), text="")
        shown = Shown(problem=as_sentence(str(problem)), typed=form | {"action": "reword"})
        return await run_in_threadpool(_desk, editing, key, shown, status=CONFLICT)
    if is_piece:
        return rendered("desk_state.html", unsaid=unsaid, problem="", text=form.get("text", ""))
    shown = Shown(typed=form | {"action": "reword"}, unsaid=unsaid)
    return await run_in_threadpool(_desk, editing, key, shown)


@pages.post("/desk/{key}/{action}", response_model=None, dependencies=[needs(Role.EDITOR)])
async def change_issue(
    request: Request, editing: EditingHere, key: str, action: str
) -> HTMLResponse | RedirectResponse:
    """Do one thing to a held issue; where it cannot be done, say why and keep what was typed."""
    if action not in ACTIONS:
        raise HTTPException(404, "There is no such button.")
    form = form_of(await request.body(), with_empty=True)
    try:
        revision = _revision(form)
        done = await run_in_threadpool(
            lambda: editing.desk.change(key, action, form, by=editing.name, revision=revision)
        )
    except Problem as problem:
        shown = Shown(problem=as_sentence(str(problem)), typed=form | {"action": action})
        return await run_in_threadpool(_desk, editing, key, shown, status=CONFLICT)
    anchor = f"#{form['anchor']}" if form.get("anchor", "").replace("-", "").isalnum() else ""
    return RedirectResponse(f"/desk/{key}?{urlencode({'done': done[:MAX_DONE_CHARS]})}{anchor}", status_code=303)


def _revision(form: Mapping[str, str]) -> int:
    text = form.get("revision", "")
    if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS:
        raise Problem("this form names no revision; open the desk again.")
    return int(text)


@pages.get("/desk/{key}/preview", dependencies=[needs(Role.EDITOR)])
def preview_page(editing: EditingHere, key: str, reader: Annotated[str, Query(max_length=40)] = "") -> HTMLResponse:
    """Show the mail of an issue in a frame, as everybody or as one reader gets it."""
    view, readers = desk_view(editing.session, key), readers_of(editing.session, issue_at(editing.session, key))
    return rendered("desk_preview.html", desk=view, readers=readers, chosen=reader)


@pages.get("/desk/{key}/mail", dependencies=[needs(Role.EDITOR)])
def mail_page(editing: EditingHere, key: str, reader: Annotated[str, Query(max_length=40)] = "") -> HTMLResponse:
    """Show the mail itself; its links leave the frame that it stands in."""
    html = editing.desk.mail(issue_at(editing.session, key).key, reader).replace("<head>", FRAMED_HEAD, 1)
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


@pages.get("/desk/{key}/record", dependencies=[needs(Role.EDITOR)])
def record_page(editing: EditingHere, key: str) -> HTMLResponse:
    """Show what editors changed, and the machine's issue beside theirs."""
    view = desk_view(editing.session, key)
    return rendered("desk_record.html", desk=view, record=editing.desk.record(view.key))
