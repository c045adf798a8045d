"""Adding a source in the browser: paste an address, look at what would come in, press Add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from web.access import AccessHere, Onboarding
from web.rendering import rendered

MAX_ADDRESS_CHARS = 2000
MAX_FORM_BYTES = 10_000
MONTHS = (0, 1, 3, 6, 12, 24)

pages = APIRouter(include_in_schema=False)


@pages.get("/sources/new")
def new_source_page(access: AccessHere, url: Annotated[str, Query(max_length=MAX_ADDRESS_CHARS)] = "") -> HTMLResponse:
    """Ask for an address, and show what it offers."""
    found = _onboarding(access.onboarding).find(url) if url.strip() else None
    return rendered("new_source.html", url=url, found=found, months=MONTHS)


@pages.post("/sources")
async def add_source(request: Request, access: AccessHere) -> RedirectResponse:
    """Add the source that was found, and go to its line in the list."""
    _refuse_other_sites(request)
    form = _form_of(await request.body())
    onboarding = _onboarding(access.onboarding)
    slug = await run_in_threadpool(onboarding.add, form.pop("url", ""), form)
    return RedirectResponse(f"/sources?added={slug}#{slug}", status_code=303)


def _onboarding(given: Onboarding | None) -> Onboarding:
    if given is None:
        raise HTTPException(501, "This server only reads the archive; add sources with `perilune sources new`.")
    return given


def _refuse_other_sites(request: Request) -> None:
    """Let no page of another site press our button: a browser names the site that a form came from."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "Sources are added from this archive's own pages only.")


def _form_of(body: bytes) -> dict[str, str]:
    if len(body) > MAX_FORM_BYTES:
        raise HTTPException(413, "The form is larger than any that this page sends.")
    fields: Mapping[str, list[str]] = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0].strip() for name, values in fields.items() if values[0].strip()}
