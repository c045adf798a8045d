"""The pages that list what the archive holds: issues, and where the work stands; and the one about the API."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from web.access import AccessHere, SessionHere
from web.api_reference import operations_of
from web.archive_view import issue_cards, issue_of, status_of
from web.headers import MAIL_POLICY
from web.mail_view import mail_of
from web.rendering import rendered
from web.scans_view import scans_of

FRAMED_HEAD = '<head><base target="_top">'

pages = APIRouter(include_in_schema=False)


@pages.get("/issues")
def issues_page(session: SessionHere, access: AccessHere) -> HTMLResponse:
    """List the issues of all digests."""
    may_subscribe = access.powers.readership is not None
    return rendered("issues.html", issues=issue_cards(session), may_subscribe=may_subscribe)


@pages.get("/issue/{key}")
def issue_page(session: SessionHere, key: str) -> HTMLResponse:
    """Show an issue within the archive."""
    card, _ = issue_of(session, key)
    return rendered("issue.html", issue=card)


@pages.get("/issue/{key}/mail")
def mail_page(session: SessionHere, access: AccessHere, key: str) -> HTMLResponse:
    """Show an issue as it was mailed; its links leave the frame that it may stand in."""
    _, content = issue_of(session, key)
    html = access.render_issue(content).replace("<head>", FRAMED_HEAD, 1)
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


@pages.get("/status")
def status_page(session: SessionHere) -> HTMLResponse:
    """Show what became of everything at every stage."""
    return rendered("status.html", work=status_of(session), scans=scans_of(session), mail=mail_of(session))


@pages.get("/api")
def api_page(request: Request) -> HTMLResponse:
    """Describe the JSON API from its own OpenAPI document."""
    return rendered("api.html", operations=operations_of(request.app.openapi()))
