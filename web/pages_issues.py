"""The pages of issues at their permanent addresses: on screen, as files, and their events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from web.access import AccessHere, SessionHere
from web.archive_view import issue_cards, issue_of
from web.headers import ARCHIVED_POLICY, DOCUMENT_POLICY, MAIL_POLICY, SHARED_POLICY
from web.issue_forms import calendar_answer, forms_given
from web.problems import NotInArchive
from web.rendering import rendered
from web.shared import shared_link

POLICIES = {"pdf": DOCUMENT_POLICY, "html": SHARED_POLICY}
FRAMED_HEAD = '<head><base target="_top">'

pages = APIRouter(include_in_schema=False)


@pages.get("/issues")
def issues_page(session: SessionHere, access: AccessHere) -> HTMLResponse:
    """List the issues of all digests."""
    may_subscribe, may_edit = access.powers.readership is not None, access.powers.desk is not None
    return rendered("issues.html", issues=issue_cards(session), may_subscribe=may_subscribe, may_edit=may_edit)


@pages.get("/issue/{key}.{ending}")
def issue_file(request: Request, session: SessionHere, access: AccessHere, key: str, ending: str) -> Response:
    """Send an issue as a file."""
    issue_of(session, key)
    file = forms_given(access.issues).file(key, ending)
    if file is None:
        raise NotInArchive(f"An issue has no form {ending[:20]!r}.")
    etag = f'"{file.etag}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Content-Disposition": f'inline; filename="{file.name}"',
        "Content-Security-Policy": POLICIES.get(ending, ARCHIVED_POLICY),
    }
    if etag in request.headers.get("if-none-match", "").replace("W/", "").split(", "):
        return Response(status_code=304, headers=headers)
    return Response(file.write(), headers=headers | {"Content-Type": file.media_type})


@pages.get("/issue/{key}")
def issue_page(session: SessionHere, access: AccessHere, key: str) -> HTMLResponse:
    """Show an issue within the archive."""
    card, _ = issue_of(session, key)
    endings = access.issues.endings if access.issues else {}
    return rendered("issue.html", issue=card, shared_link=shared_link(session, key), endings=endings)


@pages.get("/issue/{key}/events.ics")
def issue_calendar(session: SessionHere, access: AccessHere, key: str) -> Response:
    """Send an issue's events as one calendar."""
    return calendar_answer(forms_given(access.issues), issue_of(session, key)[1])


@pages.get("/issue/{key}/event/{number}.ics")
def event_file(session: SessionHere, access: AccessHere, key: str, number: str) -> Response:
    """Send one of an issue's events."""
    return calendar_answer(forms_given(access.issues), issue_of(session, key)[1], number=number)


@pages.get("/issue/{key}/mail")
def mail_page(session: SessionHere, access: AccessHere, key: str) -> HTMLResponse:
    """Show an issue as it was mailed; its links leave the frame that it may stand in."""
    _, content = issue_of(session, key)
    html = access.render_issue(content).replace("<head>", FRAMED_HEAD, 1)
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})
