"""What holds for every response, be it page, API, file or failure: security headers, and HEAD answered as GET."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
SCRIPTED = {"Content-Security-Policy": PAGE_POLICY.replace("script-src 'none'", "script-src 'self'")}
"""For the few pages on which a script of ours helps; none is needed anywhere."""
ALONE = "default-src 'none'; base-uri 'none'; form-action 'none'"
SHOWN = f"{ALONE}; style-src 'unsafe-inline'; img-src data:"
ARCHIVED_POLICY = f"sandbox; {SHOWN}; frame-ancestors 'self'"
"""For bytes that others wrote: nothing runs, nothing is loaded, and the document has an origin of its own."""
DOCUMENT_POLICY = f"{SHOWN}; object-src 'self'; frame-ancestors 'self'"
"""For archived PDF files, which browsers refuse to show in a sandbox and never run as a page of ours."""
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    f"{SHOWN}; frame-ancestors 'self'"
)
SHARED_POLICY = f"{SHOWN}; frame-ancestors 'none'"
"""For an issue in full: nothing runs and nothing is loaded."""
PICTURE_POLICY = f"{ALONE}; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""For a picture that brings its own style sheet and nothing else."""
SECURITY_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "private, no-cache",
}
"""A browser may keep a page and asks whether it still holds, and the visitor still may; nobody in between may."""
STATIC_PATHS = ("/static/",)

PRIVATE_PATHS = ("/r/", "/confirm/", "/own/", "/searches/stop/")
PRIVATE_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
"""For pages whose address is a key: nobody keeps, lists or is told of them."""
PROGRAM_PATHS = ("/metrics", "/health/live", "/health/ready")
"""For what monitoring asks."""
PEOPLE_PATHS = (
    "/readers",
    "/account",
    "/sign-in",
    "/notebook",
    "/collections",
    "/searches",
    "/export",
    "/takedowns",
    "/api/readers",
    "/api/accounts",
    "/api/tokens",
    "/api/me",
    "/api/stars",
    "/api/notes",
    "/api/collections",
    "/api/searches",
    "/api/export",
    "/api/takedowns",
)
PEOPLE_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
"""For pages that show people: nobody keeps them."""
SHARED_PATHS = ("/m/",)
SHARED_HEADERS = PRIVATE_HEADERS | {"Cache-Control": "private, no-cache"}
"""For issues that open without an account: a browser may keep what it asks for again."""


def headers_for(path: str) -> dict[str, str]:
    """Return the headers of every response at a path."""
    if path.startswith(SHARED_PATHS):
        return SECURITY_HEADERS | SHARED_HEADERS
    if path.startswith(STATIC_PATHS):
        return {name: value for name, value in SECURITY_HEADERS.items() if name != "Cache-Control"}
    if path.startswith(PRIVATE_PATHS):
        return SECURITY_HEADERS | PRIVATE_HEADERS
    return SECURITY_HEADERS | (PEOPLE_HEADERS if path.startswith((*PEOPLE_PATHS, *PROGRAM_PATHS)) else {})


class SecurityHeaders:
    """ASGI middleware that adds the headers which a response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and the response back."""
        wanted = headers_for(str(scope.get("path", "")))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class HeadRequests:
    """ASGI middleware that answers HEAD with the headers of GET and no body (RFC 9110, section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as GET and hold the body back."""

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            asked = {**scope, "method": "GET"}
            try:
                await self._app(asked, receive, send_without_body)
            finally:
                scope["route"] = asked.get("route")
        else:
            await self._app(scope, receive, send)
