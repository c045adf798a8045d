"""The pages that list what the archive holds: stories, issues, and where the work stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from web.access import AccessHere, SessionHere
from web.api_reference import operations_of
from web.archive_view import issue_cards, issue_of, status_of, story_cards
from web.choices import choices_near
from web.forms import CorrectorHere
from web.headers import MAIL_POLICY
from web.rendering import rendered
from web.scans_view import scans_of
from web.search_form import MAX_PAGE
from web.search_view import paging_of
from web.story_view import story_view

PAGE_SIZE = 20
FRAMED_HEAD = '<head><base target="_top">'

pages = APIRouter(include_in_schema=False)


@pages.get("/stories")
def stories_page(
    session: SessionHere, number: Annotated[int, Query(alias="page", ge=1, le=MAX_PAGE)] = 1
) -> HTMLResponse:
    """List the stories."""
    total, cards = story_cards(session, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    links = (f"/stories?page={number - 1}", f"/stories?page={number + 1}")
    return rendered("stories.html", stories=cards, paging=paging_of(total, page=number, size=PAGE_SIZE, links=links))


@pages.get("/story/{key}")
def story_page(session: SessionHere, corrector: CorrectorHere, key: str) -> HTMLResponse:
    """Show a story."""
    story = story_view(session, key)
    day = story.last_published.first if story.last_published else None
    choices = choices_near(session, story.key, day) if corrector.may_correct else None
    return rendered("story.html", story=story, corrector=corrector, choices=choices)


@pages.get("/issues")
def issues_page(session: SessionHere) -> HTMLResponse:
    """List the issues of all digests."""
    return rendered("issues.html", issues=issue_cards(session))


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
    return rendered("status.html", work=status_of(session), scans=scans_of(session))


@pages.get("/api")
def api_page(request: Request) -> HTMLResponse:
    """Describe the JSON API from its own OpenAPI document."""
    return rendered("api.html", operations=operations_of(request.app.openapi()))
