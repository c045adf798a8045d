"""How failures are told: a page for people, problem+json (RFC 9457) for programs, by the address they asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from models.page_store import PageStoreProblem
from models.search import QueryProblem
from perilune.problems import Conflict, Faults, Problem
from web.access import whole_access_of
from web.api_http import is_for_programs
from web.api_models import FaultAnswer
from web.api_models import Problem as ProblemAnswer
from web.api_problems import PROBLEM_TYPE
from web.headers import SHARED_PATHS, headers_for
from web.observing import id_headers
from web.people import visitor_here
from web.problems import NotInArchive, Withdrawn, as_sentence
from web.rendering import rendered
from web.shared import Shared

CONFLICT = 409
TOO_LARGE = 413
UNUSABLE = 422


def tell_failures(app: FastAPI) -> None:
    """Register a teller for each kind of failure."""
    app.add_exception_handler(NotInArchive, _tell_missing)
    app.add_exception_handler(QueryProblem, _tell_query_problem)
    app.add_exception_handler(PageStoreProblem, _tell_unreadable)
    app.add_exception_handler(Problem, _tell_problem)
    app.add_exception_handler(DataError, _tell_unstorable)
    app.add_exception_handler(RequestValidationError, _tell_wrong_parameter)
    app.add_exception_handler(HTTPException, _tell_http_failure)
    app.add_exception_handler(Exception, _tell_fault)


@dataclass(frozen=True)
class _More:
    """What some problems tell beside a sentence."""

    position: int | None = None
    faults: Sequence[FaultAnswer] = ()
    heading: str | None = None


def _told(request: Request, status: int, detail: str, more: _More = _More()) -> Response:
    title = HTTPStatus(status).phrase
    if is_for_programs(request.url.path):
        problem = ProblemAnswer(
            title=title, status=status, detail=detail, position=more.position, errors=tuple(more.faults) or None
        )
        return JSONResponse(problem.model_dump(exclude_none=True), status, media_type=PROBLEM_TYPE)
    shared = Shared() if request.url.path.startswith(SHARED_PATHS) else None
    # A signed address is asked for no account, and what broke may be what knows who asks.
    known = None if shared or status >= HTTPStatus.INTERNAL_SERVER_ERROR else visitor_here()
    values = {
        "code": status,
        "title": title,
        "heading": more.heading,
        "detail": detail,
        "shared": shared,
        "visitor": known,
    }
    return rendered("problem.html", status=status, **values)


def _tell_missing(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotInArchive)
    return _told(
        request, error.status, str(error), _More(heading="Withdrawn" if isinstance(error, Withdrawn) else None)
    )


def _tell_query_problem(request: Request, error: Exception) -> Response:
    return _told(request, 400, str(error), _More(position=getattr(error, "position", None)))


def _tell_problem(request: Request, error: Exception) -> Response:
    status = CONFLICT if isinstance(error, Conflict) else UNUSABLE
    by_field = error.by_field if isinstance(error, Faults) else {}
    faults = [FaultAnswer(pointer=f"/{field}", detail=detail) for field, detail in by_field.items()]
    return _told(request, status, as_sentence(error), _More(faults=faults))


def _tell_unstorable(request: Request, error: Exception) -> Response:
    """Tell of a value that the database cannot take at all, such as text with U+0000 in PostgreSQL."""
    del error
    return _told(request, UNUSABLE, "Something that was sent has a sign or a number that no archive can hold.")


def _tell_unreadable(request: Request, error: Exception) -> Response:
    return _told(request, 503, f"The archived bytes cannot be shown: {error}.")


def _tell_wrong_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [_fault(each) for each in error.errors()]
    said = "; ".join(f"{fault.pointer or fault.parameter}: {fault.detail}" for fault in faults)
    what = "What was sent" if any(fault.pointer is not None for fault in faults) else "This address"
    return _told(request, UNUSABLE, f"{what} has an impossible value: {said}.", _More(faults=faults))


def _fault(error: Mapping[str, object]) -> FaultAnswer:
    place, detail = error["loc"], str(error["msg"])
    assert isinstance(place, tuple)
    if place[0] == "body":
        return FaultAnswer(pointer="".join(f"/{part}" for part in place[1:]) or "/", detail=detail)
    return FaultAnswer(parameter=str(place[-1]), detail=detail)


def tell_too_large(request: Request, most: int) -> Response:
    """Tell that what was sent is larger than is taken, before anything has read it."""
    limit = f"{most:,} bytes that this archive takes at once"
    instead = "send less at a time, or ask whoever runs it to raise PERILUNE_MAX_BODY_BYTES"
    response = _told(request, TOO_LARGE, f"What was sent is larger than the {limit}; {instead}.")
    response.headers["Connection"] = "close"
    return response


def _tell_http_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.UNAUTHORIZED and (door := _door(request)):
        return door
    detail = "There is no page at this address." if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    response = _told(request, error.status_code, detail)
    response.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(sorted(set(_methods_at(request))))
    return response


def _methods_at(request: Request) -> Iterator[str]:
    """Yield what an address may be asked by, over all its routes (RFC 9110, section 10.2.1); HEAD is GET's."""
    for each in iter_route_contexts(request.app.routes):
        if each.methods and each.path_regex.match(request.url.path):
            yield from each.methods
            if "GET" in each.methods:
                yield "HEAD"


def _door(request: Request) -> Response | None:
    """Send whoever must sign in to where they can, and back here afterwards; a script's request sends its page."""
    people = whole_access_of(request).powers.people
    if is_for_programs(request.url.path) or people is None or not people.by_password:
        return None
    here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in", "WWW-Authenticate": "Bearer"})
    back = {"next": here} if request.method == "GET" else {}
    return RedirectResponse(f"/sign-in?{urlencode(back)}" if back else "/sign-in", status_code=303)


def _tell_fault(request: Request, _error: Exception) -> Response:
    """Tell of a fault of ours; it is raised again for the server's log, outside of all middleware."""
    response = _told(request, 500, "Something went wrong here; the fault has been written to the server's log.")
    response.headers.update(headers_for(request.url.path) | id_headers())
    return response
