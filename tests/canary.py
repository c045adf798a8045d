"""A server on loopback, by IPv4 and IPv6, that notes who comes, and that nobody is to ask."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast


class Canary:
    """Open while its context is; `visits` are the paths it was asked for, empty words those who only connected."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        first = _Server(("127.0.0.1", 0), self)
        self.port: int = first.server_address[1]
        self._servers = [first]
        if socket.has_ipv6:
            self._servers.append(_ServerOfVersion6(("::1", self.port), self))

    def address(self, path: str) -> str:
        """Give an address that is its own."""
        return f"http://localhost:{self.port}{path}"

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], canary: Canary) -> None:
        super().__init__(address, _Handler)
        self.canary = canary


class _ServerOfVersion6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    def handle_one_request(self) -> None:
        visits = cast("_Server", self.server).canary.visits
        visits.append("")
        super().handle_one_request()
        visits[-1] = getattr(self, "path", "")

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><title>Secret</title><body>Secret</body></html>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Write nothing."""
