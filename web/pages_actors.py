"""The actors in the browser: a list to search, one actor with its names and articles, and names that are proposed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from web.access import SessionHere
from web.actor_view import ActorFilter, actor_lines, actor_view, kinds_and_countries, proposal_lines
from web.labels import country_name
from web.rendering import rendered

MAX_SHOWN = 250
MAX_WORDS_CHARS = 200
Text = Annotated[str, Query(max_length=MAX_WORDS_CHARS)]

pages = APIRouter(include_in_schema=False)


@pages.get("/actors")
def actors_page(session: SessionHere, q: Text = "", kind: Text = "", country: Text = "") -> HTMLResponse:
    """List the actors that a search, a kind and a country leave, with the names that are proposed."""
    wanted = ActorFilter(q, kind, country)
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
    )


@pages.get("/actors/{slug}")
def actor_page(session: SessionHere, slug: str) -> HTMLResponse:
    """Show an actor: its names in every language, where they come from, its newest articles, whom it works with."""
    return rendered("actor.html", actor=actor_view(session, slug))
