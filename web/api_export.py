"""The JSON API's way to the same files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.api_accounts import REFUSED
from web.api_problems import NOT_UNDERSTOOD, UNKNOWN, WRONG_PARAMETER, problem_answer
from web.pages_export import Asked, export_page
from web.rights import VisitorHere, needs

FILE: dict[str, object] = {"description": "The file.", "content": {"application/octet-stream": {}}}
WITHDRAWN = problem_answer("What was asked for is withdrawn.")

export_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER, **REFUSED}, dependencies=[needs(Role.READER)])


@export_api.get(
    "/export",
    response_class=Response,
    responses={200: FILE, 400: NOT_UNDERSTOOD, 404: UNKNOWN, 410: WITHDRAWN},
)
def api_export(
    request: Request,
    session: SessionHere,
    access: AccessHere,
    visitor: VisitorHere,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Send a search, a collection, a story, one's stars or some articles as a file."""
    return export_page(request, session, access, visitor, asked)
