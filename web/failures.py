"""How failures are told: a page for people, problem+json (RFC 9457) for programs, by the address they asked."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from models.page_store import PageStoreProblem
from models.search import QueryProblem
from perilune.problems import Problem
from web.api import PROBLEM_TYPE
from web.api_models import Problem as ProblemAnswer
from web.headers import SHARED_PATHS, headers_for
from web.problems import NotInArchive
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


def _told(request: Request, status: int, detail: str, *, position: int | None = None) -> Response:
    title = HTTPStatus(status).phrase
    if request.url.path.startswith("/api/"):
        problem = ProblemAnswer(title=title, status=status, detail=detail, position=position)
        return JSONResponse(problem.model_dump(exclude_none=True), status, media_type=PROBLEM_TYPE)
    shared = Shared() if request.url.path.startswith(SHARED_PATHS) else None
    return rendered("problem.html", status=status, code=status, title=title, detail=detail, shared=shared)


def _tell_missing(request: Request, error: Exception) -> Response:
    return _told(request, 404, str(error))


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
    detail = "There is no page at this address." if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    response = _told(request, error.status_code, detail)
    response.headers.update(error.headers or {})
    return response


def _tell_fault(request: Request, _error: Exception) -> Response:
    """Tell of a fault of ours; it is raised again for the server's log, outside of all middleware."""
    response = _told(request, 500, "Something went wrong here; the fault has been written to the server's log.")
    response.headers.update(headers_for(request.url.path))
    return response
