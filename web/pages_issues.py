"""The pages of issues at their permanent addresses: on screen, as files, and their events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from web.access import AccessHere, SeesHeld, SessionHere
from web.api_issue_models import IssueCardAnswer
from web.archive_view import issue_cards, issue_of
from web.headers import ARCHIVED_POLICY, DOCUMENT_POLICY, MAIL_POLICY, SHARED_POLICY
from web.issue_forms import calendar_answer, forms_given
from web.problems import NotInArchive
from web.rendering import rendered
from web.rights import reads
from web.shared import shared_link

POLICIES = {"pdf": DOCUMENT_POLICY, "html": SHARED_POLICY}
ISSUE = "/issue/{key}"
FRAMED_HEAD = '<head><base target="_top">'

pages = APIRouter(include_in_schema=False)


def _issue(session: SessionHere, held: SeesHeld, key: str) -> tuple[IssueCardAnswer, Mapping[str, object]]:
    return issue_of(session, key, with_held=held)


IssueHere = Annotated[tuple[IssueCardAnswer, Mapping[str, object]], Depends(_issue)]


@pages.get("/issues", dependencies=[reads()])
def issues_page(session: SessionHere, access: AccessHere, held: SeesHeld) -> HTMLResponse:
    """List the issues of all digests."""
    issues = issue_cards(session, with_held=held)
    return rendered("issues.html", issues=issues, may_subscribe=access.powers.enrolment is not None, may_edit=held)


@pages.get(f"{ISSUE}.{{ending}}", dependencies=[reads()])
def issue_file(request: Request, issue: IssueHere, access: AccessHere, ending: str) -> Response:
    """Send an issue as a file."""
    file = forms_given(access.issues).file(issue[0].key, ending)
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


@pages.get(ISSUE, dependencies=[reads()])
def issue_page(session: SessionHere, issue: IssueHere, access: AccessHere) -> HTMLResponse:
    """Show an issue within the archive."""
    card, _ = issue
    endings = access.issues.endings if access.issues else {}
    return rendered("issue.html", issue=card, shared_link=shared_link(session, card.key), endings=endings)


@pages.get(f"{ISSUE}/events.ics", dependencies=[reads()])
def issue_calendar(issue: IssueHere, access: AccessHere) -> Response:
    """Send an issue's events as one calendar."""
    return calendar_answer(forms_given(access.issues), issue[1])


@pages.get(f"{ISSUE}/event/{{number}}.ics", dependencies=[reads()])
def event_file(issue: IssueHere, access: AccessHere, number: str) -> Response:
    """Send one of an issue's events."""
    return calendar_answer(forms_given(access.issues), issue[1], number=number)


@pages.get(f"{ISSUE}/mail", dependencies=[reads()])
def mail_page(issue: IssueHere, access: AccessHere) -> HTMLResponse:
    """Show an issue as it was mailed; its links leave the frame that it may stand in."""
    html = access.render_issue(issue[1]).replace("<head>", FRAMED_HEAD, 1)
    return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})
