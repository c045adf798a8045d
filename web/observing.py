"""What is written down of each request: an id, an event in the log, a count; around everything else of the app."""

from __future__ import annotations

import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger
from structlog.contextvars import bind_contextvars, get_contextvars

from web.metrics import Answered, Metrics

ID_HEADER = "X-Request-ID"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Ids that a web server before us may give; any other is replaced."""
REQUEST = "request"
NO_ROUTE = "(none)"
STATIC = "/static"
OFTEN = (STATIC, "/health/live", "/health/ready", "/metrics")
"""What browsers and monitoring ask for all the time; told only at the level debug."""
FAULT = 500
log = get_logger()


class Observing:
    """ASGI middleware that gives each request an id, and tells of it when it is answered.

    Told are method, route and status; never the address, which may hold a key, and never who asked.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, begun, status = _id_of(scope), time.perf_counter(), FAULT
        # Each request is a task of its own, so nothing is to be set back; whatever tells of a fault knows the id.
        bind_contextvars(**{REQUEST: request_id})

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[ID_HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._tell(Answered(scope["method"], route_of(scope), status, time.perf_counter() - begun))

    def _tell(self, answered: Answered) -> None:
        self._metrics.count(answered)
        tell = log.debug if answered.route in OFTEN else log.info
        milliseconds = round(answered.seconds * 1000, 1)
        tell("answered", method=answered.method, route=answered.route, status=answered.status, ms=milliseconds)


def _id_of(scope: Scope) -> str:
    said = Headers(scope=scope).get(ID_HEADER, "")
    return said if SANE_ID.fullmatch(said) else uuid.uuid4().hex


def route_of(scope: Scope) -> str:
    """Name the route that a request went to, by its template; the files that we ship are one, and none is one too."""
    if found := getattr(scope.get("route"), "path", None):
        return str(found)
    return STATIC if str(scope.get("path", "")).startswith(f"{STATIC}/") else NO_ROUTE


def id_headers() -> dict[str, str]:
    """Give the header with the id of the request at hand, for answers that are made outside of all middleware."""
    request_id = get_contextvars().get(REQUEST)
    return {ID_HEADER: str(request_id)} if request_id else {}
