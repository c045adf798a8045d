"""The pages about the archive itself: where the work stands, and what its API answers."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from web.access import SessionHere
from web.api_reference import operations_of
from web.archive_view import status_of
from web.clock import Now
from web.mail_view import mail_of
from web.rendering import rendered
from web.rights import reads
from web.scans_view import scans_of

pages = APIRouter(include_in_schema=False)


@pages.get("/status", dependencies=[reads()])
def status_page(session: SessionHere, now: Now) -> HTMLResponse:
    """Show what became of everything at every stage."""
    return rendered("status.html", work=status_of(session, now=now), scans=scans_of(session), mail=mail_of(session))


@pages.get("/api", dependencies=[reads()])
def api_page(request: Request) -> HTMLResponse:
    """Describe the JSON API from its own OpenAPI document."""
    return rendered("api.html", operations=operations_of(request.app.openapi()))
