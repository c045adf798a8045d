"""An HTTP forward proxy on loopback that answers by itself and never connects anywhere."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast


@dataclass(frozen=True)
class Reply:
    """What is answered to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ProxyWeb(ABC):
    """A web of several hosts, open while its context is."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @abstractmethod
    def reply_to(self, url: str) -> Reply:
        """Answer a GET for an address."""

    @property
    def address(self) -> str:
        """The address that clients set as their HTTP proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], web: ProxyWeb) -> None:
        super().__init__(address, _Handler)
        self.web = web


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        reply = cast("_Server", self.server).web.reply_to(self.path)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Write nothing."""
