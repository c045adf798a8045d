"""The JSON API of the forms that an issue can be had in: as a file, its events as a calendar."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from perilune.icalendar import MEDIA_TYPE
from web.access import AccessHere
from web.api_articles import BYTES
from web.api_problems import UNKNOWN, WRONG_PARAMETER, problem_answer
from web.issue_forms import calendar_answer, forms_given
from web.pages_issues import IssueHere
from web.problems import NotInArchive
from web.rights import reads

Ending = Annotated[str, Path(max_length=20, description="html, txt, pdf, md, json or eml.")]
NO_FORMS = problem_answer("This server does not write issues.")
CALENDAR: dict[str, object] = {"description": "iCalendar.", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}

issues_api = APIRouter(
    prefix="/api/issues/{key}",
    responses={404: UNKNOWN, 422: WRONG_PARAMETER, 501: NO_FORMS},
    dependencies=[reads()],
)


@issues_api.get("/files/{ending}", response_class=Response, responses={200: BYTES})
def api_issue_file(issue: IssueHere, access: AccessHere, ending: Ending) -> Response:
    """Send an issue as a file."""
    file = forms_given(access.issues).file(issue[0].key, ending)
    if file is None:
        raise NotInArchive(f"An issue has no form {ending[:20]!r}.")
    headers = {"Content-Type": file.media_type, "Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.write(), headers=headers)


@issues_api.get("/events", response_class=Response, responses={200: CALENDAR})
def api_issue_events(issue: IssueHere, access: AccessHere) -> Response:
    """Send an issue's events as one calendar."""
    return calendar_answer(forms_given(access.issues), issue[1])
