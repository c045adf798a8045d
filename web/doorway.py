"""What a server notes of a connection before anything rewrites it: who is connected, and by which name they came.

A page elsewhere can have its own name lead to 127.0.0.1 and then ask us in its visitor's browser (DNS rebinding); and a
web server before us brings the whole world to our door. Both come by other names than this machine's own.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.people import PEER, STRANGER

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def is_this_machine(name: str | None) -> bool:
    """Tell whether a host name or address means this machine to whoever asks."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name or "").is_loopback
    except ValueError:
        return False


class Doorway:
    """ASGI application around all others of a server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note what a request shows, and pass it on."""
        if scope["type"] == "http":
            client, headers = scope.get("client") or ("", 0), Headers(scope=scope)
            scope[PEER] = client[0]
            scope[STRANGER] = (
                not is_this_machine(client[0])
                or not is_this_machine(_host_in(headers))
                or any(name in headers for name in FORWARDED)
            )
        await self._app(scope, receive, send)


def _host_in(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None
