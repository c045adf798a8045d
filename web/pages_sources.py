"""The sources in the browser: how they fare, what to do about it, and adding one by pasting an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from web.access import AccessHere, SessionHere
from web.rendering import rendered
from web.source_view import source_lines, source_view

MAX_ADDRESS_CHARS = 2000
MAX_FORM_BYTES = 10_000
MONTHS = (0, 1, 3, 6, 12, 24)
BY_COMMAND = "add sources with `perilune sources new`"
Part = TypeVar("Part")

pages = APIRouter(include_in_schema=False)


@pages.get("/sources")
def sources_page(session: SessionHere, added: Annotated[str, Query(max_length=80)] = "") -> HTMLResponse:
    """List the sources with how they fare; `added` is the one that was added just now."""
    return rendered("sources.html", sources=source_lines(session), added=added)


@pages.get("/sources/new")
def new_source_page(
    access: AccessHere, url: Annotated[str, Query(max_length=MAX_ADDRESS_CHARS)] = "", *, render: bool = False
) -> HTMLResponse:
    """Ask for an address, and show what it offers, with `render` as a browser shows it."""
    found = _given(access.onboarding, BY_COMMAND).find(url, render=render) if url.strip() else None
    return rendered("new_source.html", url=url, render=render, found=found, months=MONTHS)


@pages.post("/sources")
async def add_source(request: Request, access: AccessHere) -> RedirectResponse:
    """Add the source that was found, and go to its line in the list."""
    _refuse_other_sites(request)
    form = _form_of(await request.body())
    onboarding = _given(access.onboarding, BY_COMMAND)
    slug = await run_in_threadpool(onboarding.add, form.pop("url", ""), form)
    return RedirectResponse(f"/sources?added={slug}#{slug}", status_code=303)


@pages.get("/sources/{slug}")
def source_page(
    session: SessionHere, slug: str, done: Annotated[str, Query(max_length=2 * MAX_ADDRESS_CHARS)] = ""
) -> HTMLResponse:
    """Show how a source is watched and how it fares; `done` says what a button did just now."""
    return rendered("source.html", source=source_view(session, slug), done=done)


@pages.post("/sources/{slug}/{action}")
async def change_source(request: Request, access: AccessHere, slug: str, action: str) -> RedirectResponse:
    """Accept what is proposed for a source, retire it, or watch it again."""
    _refuse_other_sites(request)
    upkeep = _given(access.upkeep, "change sources with `perilune sources`")
    actions = {"repair": upkeep.repair, "retire": upkeep.retire, "resume": upkeep.resume}
    if action not in actions:
        raise HTTPException(404, "There is no such button.")
    words = await run_in_threadpool(actions[action], slug)
    return RedirectResponse(f"/sources/{slug}?{urlencode({'done': words})}", status_code=303)


def _given(part: Part | None, instead: str) -> Part:
    if part is None:
        raise HTTPException(501, f"This server only reads the archive; {instead}.")
    return part


def _refuse_other_sites(request: Request) -> None:
    """Let no page of another site press our button: a browser names the site that a form came from."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "Sources are changed from this archive's own pages only.")


def _form_of(body: bytes) -> dict[str, str]:
    if len(body) > MAX_FORM_BYTES:
        raise HTTPException(413, "The form is larger than any that this page sends.")
    fields: Mapping[str, list[str]] = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0].strip() for name, values in fields.items() if values[0].strip()}
