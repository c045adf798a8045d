"""How failures are told: a page for people, problem+json (RFC 9457) for programs, by the address they asked."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from models.page_store import PageStoreProblem
from models.search import QueryProblem
from perilune.problems import Problem
from web.access import whole_access_of
from web.api import PROBLEM_TYPE
from web.api_models import Problem as ProblemAnswer
from web.headers import SHARED_PATHS, headers_for
from web.people import visitor_here
from web.problems import NotInArchive, Withdrawn
from web.rendering import rendered
from web.shared import Shared


def tell_failures(app: FastAPI) -> None:
    """Register a teller for each kind of failure."""
    app.add_exception_handler(NotInArchive, _tell_missing)
    app.add_exception_handler(QueryProblem, _tell_query_problem)
    app.add_exception_handler(PageStoreProblem, _tell_unreadable)
    app.add_exception_handler(Problem, _tell_problem)
    app.add_exception_handler(RequestValidationError, _tell_wrong_parameter)
    app.add_exception_handler(HTTPException, _tell_http_failure)
    app.add_exception_handler(Exception, _tell_fault)


def _told(
    request: Request, status: int, detail: str, *, position: int | None = None, heading: str | None = None
) -> Response:
    title = HTTPStatus(status).phrase
    if request.url.path.startswith("/api/"):
        problem = ProblemAnswer(title=title, status=status, detail=detail, position=position)
        return JSONResponse(problem.model_dump(exclude_none=True), status, media_type=PROBLEM_TYPE)
    shared = Shared() if request.url.path.startswith(SHARED_PATHS) else None
    # A signed address is asked for no account, and what broke may be what knows who asks.
    known = None if shared or status >= HTTPStatus.INTERNAL_SERVER_ERROR else visitor_here()
    values = {"code": status, "title": title, "heading": heading, "detail": detail, "shared": shared, "visitor": known}
    return rendered("problem.html", status=status, **values)


def _tell_missing(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotInArchive)
    return _told(request, error.status, str(error), heading="Withdrawn" if isinstance(error, Withdrawn) else None)


def _tell_query_problem(request: Request, error: Exception) -> Response:
    return _told(request, 400, str(error), position=getattr(error, "position", None))


def _tell_problem(request: Request, error: Exception) -> Response:
    sentence = str(error)
    return _told(request, 422, sentence[:1].upper() + sentence[1:])


def _tell_unreadable(request: Request, error: Exception) -> Response:
    return _told(request, 503, f"The archived bytes cannot be shown: {error}.")


def _tell_wrong_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = (f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
    return _told(request, 422, f"This address has an impossible value: {'; '.join(faults)}.")


def _tell_http_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.UNAUTHORIZED and (door := _door(request)):
        return door
    detail = "There is no page at this address." if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    response = _told(request, error.status_code, detail)
    response.headers.update(error.headers or {})
    return response


def _door(request: Request) -> Response | None:
    """Send whoever must sign in to where they can, and back here afterwards; a script's request sends its page."""
    people = whole_access_of(request).powers.people
    if request.url.path.startswith("/api/") or people is None or not people.by_password:
        return None
    here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in", "WWW-Authenticate": "Bearer"})
    back = {"next": here} if request.method == "GET" else {}
    return RedirectResponse(f"/sign-in?{urlencode(back)}" if back else "/sign-in", status_code=303)


def _tell_fault(request: Request, _error: Exception) -> Response:
    """Tell of a fault of ours; it is raised again for the server's log, outside of all middleware."""
    response = _told(request, 500, "Something went wrong here; the fault has been written to the server's log.")
    response.headers.update(headers_for(request.url.path))
    return response
