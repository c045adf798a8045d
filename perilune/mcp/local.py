"""A client of the archive on this machine: requests go to the web app in this process, and no port is opened."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.types import ASGIApp

from perilune.client import Perilune
from perilune.config import Settings


class InProcess(httpx.BaseTransport):
    """Carries requests to an app, which runs in a thread of its own."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._carrier = httpx.ASGITransport(app)
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Have a request answered."""
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        response = await self._carrier.handle_async_request(asked)
        return httpx.Response(response.status_code, headers=response.headers, content=await response.aread())


@contextlib.contextmanager
def local_client(settings: Settings) -> Iterator[Perilune]:
    """Open a client that reads the archive of the settings; whoever holds its database needs no token."""
    from perilune.serving import app_to_read

    with start_blocking_portal() as portal:
        carrier = InProcess(app_to_read(settings), portal)
        with Perilune(settings.archive_url, carrier=carrier) as client:
            yield client
