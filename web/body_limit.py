"""How large what somebody sends may be, to pages and API alike, whether its length is said or not."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.failures import tell_too_large

WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
PASSED_OVER = 10
"""How many times the limit is read and forgotten, for senders who hear no answer before they are done."""


class BodyLimit:
    """ASGI middleware that reads the whole body before anybody else does; HTTP 413 for one that is too large."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the body that was read, or answer it."""
        if scope["type"] != "http" or scope["method"] in WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        try:
            body = None if self._is_announced(Headers(scope=scope)) else await _body_within(receive, self._most)
        except ClientDisconnect:
            return
        if body is None:
            await tell_too_large(Request(scope), self._most)(scope, receive, send)
        else:
            await self._app(scope, _told_again(body, receive), send)

    def _is_announced(self, headers: Headers) -> bool:
        """Tell whether a sender waits for a yes before a body that is too large."""
        said = headers.get("content-length", "")
        return headers.get("expect", "").lower() == "100-continue" and said.isdigit() and int(said) > self._most


async def _body_within(receive: Receive, most: int) -> bytes | None:
    """Read a body to its end; None for one that is longer."""
    body, length = bytearray(), 0
    async for part in _parts(receive):
        length += len(part)
        if length <= most:
            body += part
        elif length > most * PASSED_OVER:
            break
    return bytes(body) if length <= most else None


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    """Yield a body as it comes; ClientDisconnect where its sender is gone before its end."""
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        has_more = message.get("more_body", False)
        yield message.get("body", b"")


def _told_again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read, then whatever else there is to hear."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
