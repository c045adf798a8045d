"""The taxonomy in the browser: the topics with their counts, and one topic to be edited, merged or switched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from models.vocabulary import Role
from web.access import AccessHere, SessionHere, Taxonomy
from web.forms import form_of, given
from web.rendering import rendered
from web.rights import needs, reads
from web.topic_view import topic_lines, topic_view

MAX_DONE_CHARS = 2000
MAX_WORDS_BYTES = 400_000
BY_COMMAND = "change topics with `perilune topics`"
Said = Mapping[str, str]

pages = APIRouter(include_in_schema=False)


@pages.get("/topics", dependencies=[reads()])
def topics_page(session: SessionHere, access: AccessHere) -> HTMLResponse:
    """List the topics with what speaks for them."""
    return rendered("topics.html", topics=topic_lines(session), may_change=access.powers.taxonomy is not None)


@pages.post("/topics", dependencies=[needs(Role.ANALYST)])
async def add_topic(request: Request, access: AccessHere) -> RedirectResponse:
    """Add a topic, and go to its page."""
    form = form_of(await request.body())
    taxonomy = given(access.powers.taxonomy, BY_COMMAND)
    slug = form.pop("slug", "")
    return _shown(slug, await run_in_threadpool(taxonomy.add, slug, {"name": "", "description": ""} | form))


@pages.get("/topics/{slug}", dependencies=[reads()])
def topic_page(
    session: SessionHere, access: AccessHere, slug: str, done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = ""
) -> HTMLResponse:
    """Show a topic, to be read and to be edited; `done` says what a button did just now."""
    may_change = access.powers.taxonomy is not None
    return rendered("topic.html", topic=topic_view(session, slug), done=done, may_change=may_change)


@pages.post("/topics/{slug}/{action}", dependencies=[needs(Role.ANALYST)])
async def change_topic(request: Request, access: AccessHere, slug: str, action: str) -> RedirectResponse:
    """Edit a topic, merge it into another, or switch it on or off."""
    form = form_of(await request.body(), most=MAX_WORDS_BYTES, with_empty=True)
    act = _actions(given(access.powers.taxonomy, BY_COMMAND)).get(action)
    if act is None:
        raise HTTPException(404, "There is no such button.")
    return _shown(slug, await run_in_threadpool(act, slug, form))


def _actions(taxonomy: Taxonomy) -> Mapping[str, Callable[[str, Said], str]]:
    return {
        "edit": taxonomy.edit,
        "merge": lambda slug, form: taxonomy.merge(slug, form.get("into", "")),
        "off": lambda slug, _form: taxonomy.switch(slug, is_on=False),
        "on": lambda slug, _form: taxonomy.switch(slug, is_on=True),
    }


def _shown(slug: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/topics/{slug}?{urlencode({'done': done[:MAX_DONE_CHARS]})}", status_code=303)
