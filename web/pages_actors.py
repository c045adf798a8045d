"""The actors in the browser: a list to search, one actor with its names and articles, and names that are proposed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.actor_view import ActorFilter, actor_lines, actor_view, kinds_and_countries, proposal_lines
from web.forms import CorrectorHere, form_of, given, remember_name
from web.labels import country_name
from web.rendering import rendered
from web.rights import VisitorHere, needs, reads

MAX_SHOWN = 250
MAX_WORDS_CHARS = 200
BY_COMMAND = "decide with `perilune actors`"
Text = Annotated[str, Query(max_length=MAX_WORDS_CHARS)]

pages = APIRouter(include_in_schema=False)


def _wanted(q: Text = "", kind: Text = "", country: Text = "") -> ActorFilter:
    return ActorFilter(q, kind, country)


WantedHere = Annotated[ActorFilter, Depends(_wanted)]


@pages.get("/actors", dependencies=[reads()])
def actors_page(session: SessionHere, corrector: CorrectorHere, wanted: WantedHere, done: Text = "") -> HTMLResponse:
    """List the actors that a search, a kind and a country leave, with proposed names; `done` says what a button did."""
    lines = actor_lines(session, wanted)
    kinds, countries = kinds_and_countries(session)
    is_whole = wanted == ActorFilter()
    return rendered(
        "actors.html",
        wanted=wanted,
        actors=lines[:MAX_SHOWN],
        total=len(lines),
        kinds=kinds,
        countries=sorted(((code, country_name(code)) for code in countries), key=lambda each: each[1]),
        proposals=proposal_lines(session) if is_whole else (),
        is_whole=is_whole,
        corrector=corrector,
        done=done,
    )


@pages.post("/actors/proposed/{verdict}", dependencies=[needs(Role.ANALYST)])
async def decide_on_name(request: Request, access: AccessHere, visitor: VisitorHere, verdict: str) -> RedirectResponse:
    """Make an actor of a proposed name, and go to its page; or say that it is none."""
    form = form_of(await request.body())
    naming = given(access.powers.naming, BY_COMMAND)
    name, by = form.pop("proposed", ""), visitor.named(form.pop("by", ""))
    if verdict == "accept":
        where = f"/actors/{await run_in_threadpool(naming.accept, name, form, by=by)}"
    elif verdict == "dismiss":
        done = await run_in_threadpool(naming.dismiss, name, by=by)
        where = f"/actors?{urlencode({'done': done[:MAX_WORDS_CHARS]})}"
    else:
        raise HTTPException(404, "There is no such button.")
    response = RedirectResponse(where, status_code=303)
    remember_name(response, by)
    return response


@pages.get("/actors/{slug}", dependencies=[reads()])
def actor_page(session: SessionHere, slug: str) -> HTMLResponse:
    """Show an actor: its names in every language, where they come from, its newest articles, whom it works with."""
    return rendered("actor.html", actor=actor_view(session, slug))
