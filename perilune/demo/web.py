"""The demo web's server: an HTTP forward proxy on loopback that answers for known hosts and never connects anywhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from perilune.demo.build import Resource, Snapshot, address_key, build_web
from perilune.demo.clock import FIRST_MOMENT

SECONDS_OF_PATIENCE = 120
"""How long an idle connection is kept, and what a host that is out of service asks for."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def requested_address(target: str, host: str) -> str:
    """Give the address that a request means, from its absolute form or from the Host header (RFC 9112, 3.2)."""
    if "://" in target:
        return target
    return f"http://{host.removesuffix(':80')}{target}"


def answer_of(snapshot: Snapshot, address: str, conditions: Mapping[str, str], count: int) -> Answer:
    """Decide the answer to a GET; `count` is how often the address has been asked for."""
    host = (urlsplit(address).hostname or "").lower()
    if not snapshot.has_host(host):
        return _plain(HTTPStatus.BAD_GATEWAY, f"The demo web does not hold the host {host}.")
    resource = snapshot.find(address)
    status = resource.status if resource else snapshot.sites[host].status
    if status != HTTPStatus.OK:
        return _out_of_service(status)
    if resource is None:
        return _missing(snapshot, address)
    headers = _headers(resource)
    if is_unchanged(resource, conditions):
        return Answer(HTTPStatus.NOT_MODIFIED, headers)
    return Answer(HTTPStatus.OK, headers, _filled(resource, f"{address_key(address)}#{count}"))


def is_unchanged(resource: Resource, conditions: Mapping[str, str]) -> bool:
    """Tell whether a conditional request is answered by 304 (RFC 9110, 13.2.2: the entity tag decides first)."""
    if wanted := conditions.get("if-none-match"):
        tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        return bool(resource.etag) and (resource.etag in tags or "*" in tags)
    if not (since := conditions.get("if-modified-since")) or resource.last_modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return resource.last_modified <= (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))


def _missing(snapshot: Snapshot, address: str) -> Answer:
    parts = urlsplit(address)
    path = parts.path.removesuffix("/") if parts.path.endswith("/") else f"{parts.path}/"
    other = parts._replace(path=path).geturl()
    if snapshot.find(other) is not None:
        return Answer(HTTPStatus.MOVED_PERMANENTLY, {"Location": other})
    return _plain(HTTPStatus.NOT_FOUND, "404 Not Found: there is no such page.")


def _out_of_service(status: int) -> Answer:
    headers = {"Content-Type": "text/html", "Retry-After": str(SECONDS_OF_PATIENCE)}
    return Answer(status, headers, b"<html><body><h1>Service Unavailable</h1></body></html>")


def _plain(status: HTTPStatus, text: str) -> Answer:
    body = f"<html><head><title>{status.phrase}</title></head><body><p>{text}</p></body></html>"
    return Answer(status, {"Content-Type": "text/html"}, body.encode())


def _headers(resource: Resource) -> dict[str, str]:
    headers = {"Content-Type": resource.content_type}
    if resource.etag:
        headers["ETag"] = resource.etag
    if resource.last_modified:
        headers["Last-Modified"] = format_datetime(resource.last_modified, usegmt=True)
    if resource.volatile:
        headers["Cache-Control"] = "private, no-store"
    return headers


def _filled(resource: Resource, seed: str) -> bytes:
    if not resource.volatile:
        return resource.body
    token = hashlib.sha256(seed.encode()).hexdigest().upper()
    visitors = str(int(token[:6], 16))
    return resource.body.replace(b"@@REQUEST_TOKEN@@", token.encode()).replace(b"@@VISITORS@@", visitors.encode())


class DemoWeb:
    """The small web of the demonstration, served on loopback while the context is open."""

    def __init__(self, *, port: int = 0) -> None:
        self.request_counts: Counter[str] = Counter()
        self.address_counts: Counter[str] = Counter()
        self.snapshot = build_web(FIRST_MOMENT)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, name="demo-web", daemon=True)

    @property
    def address(self) -> str:
        """Give the address that clients set as their HTTP proxy."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def at(self, moment: dt.datetime) -> None:
        """Move the web to another point in time."""
        self.snapshot = build_web(moment)

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Count a request and answer it; header names are in lower case."""
        address = requested_address(target, headers.get("host", ""))
        with self._lock:
            self.request_counts[(urlsplit(address).hostname or "").lower()] += 1
            self.address_counts[address_key(address)] += 1
            count = self.address_counts[address_key(address)]
        return answer_of(self.snapshot, address, headers, count)

    def times_requested(self, address: str) -> int:
        """Tell how often an address was asked for, in whatever spelling."""
        return self.address_counts[address_key(address)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Knows the web that it serves."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], web: DemoWeb) -> None:
        super().__init__(address, _Handler)
        self.web = web


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 for the demo web; CONNECT and everything but GET and HEAD are not implemented."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoWeb"
    sys_version = ""
    timeout = SECONDS_OF_PATIENCE

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def _send(self, *, with_body: bool) -> None:
        web = cast("_Server", self.server).web
        answer = web.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name that http.server gives it
        """Say nothing: the web counts its requests instead."""
