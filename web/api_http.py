"""Marks on the JSON API's answers, by which a program asks only for what changed (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.headers import PEOPLE_PATHS, PROGRAM_PATHS

MAX_MARKED_BYTES = 2_000_000
"""Longer answers, such as archived documents, are sent as they come and without a mark."""
CACHED = "private, no-cache"
STREAMED_PATHS = ("/api/export",)
"""Files that are sent while they are made, each anew."""


def is_api(path: str) -> bool:
    """Tell whether a path belongs to the API; its description for people does not."""
    return path.startswith("/api/")


def is_for_programs(path: str) -> bool:
    """Tell whether only programs ask for a path, which are not sent to a page to sign in."""
    return is_api(path) or path in PROGRAM_PATHS


class ConditionalAnswers:
    """ASGI middleware that marks answers of the API with a weak ETag of their bytes; 304 for who has them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an answer to a GET is held until it is whole or too long to be marked."""
        is_marked = scope["type"] == "http" and scope["method"] == "GET" and is_api(scope["path"])
        if not is_marked or scope["path"].startswith(STREAMED_PATHS):
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        is_kept = not scope["path"].startswith(PEOPLE_PATHS)
        await self._app(scope, receive, _Marked(send, known, is_kept=is_kept).take)


class _Marked:
    """Holds one answer back, and sends it with its mark."""

    def __init__(self, send: Send, known: str, *, is_kept: bool) -> None:
        self._send = send
        self._is_kept = is_kept
        self._known = {mark.strip().removeprefix("W/") for mark in known.split(",")}
        self._start: Message | None = None
        self._body = bytearray()

    async def take(self, message: Message) -> None:
        """Take a message of the answer, and send what may be sent."""
        if message["type"] == "http.response.start" and message["status"] == 200:  # noqa: PLR2004 - OK
            self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if len(self._body) > MAX_MARKED_BYTES or not message.get("more_body", False):
            start, self._start = self._start, None
            await self._answer(start, is_whole=not message.get("more_body", False))

    async def _answer(self, start: Message, *, is_whole: bool) -> None:
        headers = MutableHeaders(scope=start)
        if self._is_kept:
            headers["Cache-Control"] = CACHED
        headers.add_vary_header("Accept-Language")
        body = bytes(self._body)
        self._body.clear()
        if is_whole and len(body) <= MAX_MARKED_BYTES:
            mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers["ETag"] = f"W/{mark}"
            if mark in self._known or "*" in self._known:
                start, body = {**start, "status": 304}, b""
                for name in ("Content-Length", "Content-Type"):
                    del MutableHeaders(scope=start)[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": not is_whole})
