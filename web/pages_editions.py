"""The editions in the browser: their list, and one as a form that counts what its search would have found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models.search import QueryProblem
from models.vocabulary import Role
from perilune.problems import Problem
from web.access import AccessHere, SessionHere
from web.clock import Now
from web.edition_view import (
    CHOICES,
    USUAL,
    counts_of,
    edition_at,
    edition_lines,
    line_of,
    moment_in,
    timezones,
    values_of_form,
)
from web.forms import form_of, given
from web.headers import SCRIPTED
from web.rendering import rendered
from web.rights import needs, reads
from web.search_form import fault_of

BY_COMMAND = "change editions with `perilune editions`"
MAX_DONE_CHARS = 500
NEW = "new"
UNUSABLE = 422

pages = APIRouter(include_in_schema=False)
Said = Mapping[str, str]


@pages.get("/editions", dependencies=[reads()])
def editions_page(session: SessionHere, access: AccessHere, now: Now) -> HTMLResponse:
    """List the editions with when they are due next."""
    lines, editions = edition_lines(session), access.powers.editions
    due = {
        line.slug: moment_in(editions.next_due(line.slug), edition_at(session, line.slug).timezone, now)
        for line in lines
        if editions is not None and line.is_active
    }
    return rendered("editions.html", editions=lines, due=due, may_change=editions is not None)


@dataclass(frozen=True)
class Form:
    """What a form says, and why it cannot be used."""

    slug: str
    said: Said
    problem: Problem | None = None
    done: str = ""
    due: str = ""


@pages.get("/editions/new", dependencies=[needs(Role.EDITOR)])
def new_edition_page(session: SessionHere, access: AccessHere, now: Now) -> HTMLResponse:
    """Ask what a new edition is to be."""
    given(access.powers.editions, BY_COMMAND)
    return _form_page(session, Form(NEW, USUAL), now)


@pages.get("/editions/{slug}", dependencies=[needs(Role.EDITOR)])
def edition_page(
    session: SessionHere,
    access: AccessHere,
    now: Now,
    slug: str,
    done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = "",
) -> HTMLResponse:
    """Show an edition as a form; `done` says what was saved just now."""
    editions, edition = given(access.powers.editions, BY_COMMAND), edition_at(session, slug)
    due = moment_in(editions.next_due(slug), edition.timezone, now) if edition.is_active else ""
    return _form_page(session, Form(slug, values_of_form(edition), done=done, due=due), now)


def _form_page(session: Session, form: Form, now: dt.datetime) -> HTMLResponse:
    counts, fault = _counted(session, form.said.get("query", ""), now)
    page = rendered(
        "edition.html",
        status=UNUSABLE if form.problem else 200,
        slug=form.slug,
        line=line_of(session, form.slug) if form.slug != NEW else None,
        said=USUAL | dict(form.said),
        problem=None if isinstance(form.problem, QueryProblem) else form.problem,
        fault=fault,
        counts=counts,
        done=form.done,
        due=form.due,
        choices=CHOICES,
        timezones=timezones(),
    )
    page.headers.update(SCRIPTED)
    return page


def _counted(session: Session, query: str, now: dt.datetime) -> tuple[Mapping[int, int] | None, object]:
    try:
        return counts_of(session, query, now), None
    except QueryProblem as problem:
        return None, fault_of(query, problem)


@pages.post("/editions/{slug}/count", dependencies=[needs(Role.EDITOR)])
async def count_articles(request: Request, session: SessionHere, now: Now, slug: str) -> HTMLResponse:
    """Say how many articles a typed search finds: as a piece of the page for a script, else as the page."""
    form = form_of(await request.body(), with_empty=True)
    if request.headers.get("hx-request") == "true":
        counts, fault = await run_in_threadpool(_counted, session, form.get("query", ""), now)
        return rendered("edition_counts.html", counts=counts, fault=fault)
    return await run_in_threadpool(_form_page, session, Form(slug, form), now)


@pages.post("/editions/{slug}", response_model=None, dependencies=[needs(Role.EDITOR)])
async def save_edition(
    request: Request, session: SessionHere, access: AccessHere, now: Now, slug: str
) -> HTMLResponse | RedirectResponse:
    """Make or change an edition as a form says it; what cannot be used is shown beside what was typed."""
    editions = given(access.powers.editions, BY_COMMAND)
    form = form_of(await request.body(), with_empty=True)
    said = {name: text for name, text in form.items() if name != "slug"}
    made = form.get("slug", "") if slug == NEW else slug
    save = editions.make if slug == NEW else editions.change
    try:
        done = await run_in_threadpool(save, made, said)
    except Problem as problem:
        return await run_in_threadpool(_form_page, session, Form(slug, form, problem), now)
    return RedirectResponse(f"/editions/{made}?{urlencode({'done': done[:MAX_DONE_CHARS]})}", status_code=303)
