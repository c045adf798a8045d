"""Serves replicas on loopback: an HTTP forward proxy that answers for their hosts and never connects anywhere."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from benchmarks.onboarding.replicas import Answer, Replica

MISSING = Answer(404, "text/html", b"<html><title>404 Not Found</title><body><h1>Not Found</h1></body></html>")


class ReplicaWeb:
    """A web of replicas, open while its context is."""

    def __init__(self, replicas: Iterable[Replica]) -> None:
        self._answers: dict[str, Mapping[str, Answer]] = {each.site.host: each.answers() for each in replicas}
        self.request_counts: Counter[str] = Counter()
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """The address that clients set as their HTTP proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, url: str) -> Answer:
        """Answer for an address, with or without the slash at its end."""
        parts = urlsplit(url)
        self.request_counts[parts.hostname or ""] += 1
        answers = self._answers.get(parts.hostname or "", {})
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return answers.get(path) or answers.get(path.rstrip("/")) or answers.get(f"{path}/") or MISSING

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], web: ReplicaWeb) -> None:
        super().__init__(address, _Handler)
        self.web = web


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = cast("_Server", self.server).web.answer(self.path)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name that http.server gives it
        """Say nothing."""
