"""A web of small news sites on loopback, each of which can be broken in the ways that real sites break, and healed.

Crawls reach it by host names, which their process looks up in the web's own table instead of asking a name server.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from models.vocabulary import SourceKind
from tests.fault_certificates import context_with
from tests.fault_site import Reply, Site
from tests.faults import BEHAVIOURS, CERTIFICATES, Asked, Endless, Fault, Scope

ELSEWHERE = "moved."
DRIP_SECONDS = 0.1
LOOK_UPS = """
import json, os, socket

def _address_of(name, *rest):
    with open({table!r}, encoding="utf-8") as table:
        known = json.load(table)
    if name in known or name in ("127.0.0.1", "localhost"):
        return "127.0.0.1"
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

_getaddrinfo = socket.getaddrinfo
socket.gethostbyname = _address_of
socket.getaddrinfo = lambda name, *rest, **more: _getaddrinfo(_address_of(name), *rest, **more)
"""


@dataclass(frozen=True)
class Breakage:
    """The fault that a site has now, and which of its answers have it."""

    fault: Fault
    scope: Scope


class FaultWeb:
    """Sites of several host names behind one HTTP and one HTTPS port, open while its context is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sites: dict[str, Site] = {}
        self.request_counts: Counter[str] = Counter()
        self.secret = "the-secret-of-a-local-file"
        self.secret_path = folder / "secret.txt"
        self.secret_path.write_text(self.secret, encoding="utf-8")
        self._breakages: dict[str, Breakage] = {}
        self.has_closed = threading.Event()
        self._servers = [_Server(self, is_secure=False), _Server(self, is_secure=True)]
        self._write_look_ups()

    def add(
        self, name: str, kind: SourceKind = SourceKind.FEED, *, language: str = "en", is_secure: bool = False
    ) -> Site:
        """Add a healthy site; its host is `<name>.test`."""
        host, server = f"{name}.test", self._servers[is_secure]
        scheme = "https" if is_secure else "http"
        site = Site(host, f"{scheme}://{host}:{server.server_address[1]}", kind, language)
        self.sites[host] = site
        self._write_names()
        return site

    def break_with(self, site: Site, fault: Fault, scope: Scope = Scope.ALL) -> None:
        """Give a site a fault from now on."""
        self._breakages[site.host] = Breakage(fault, scope)
        self._write_names()

    def heal(self, site: Site) -> None:
        """Take a site's fault away."""
        self._breakages.pop(site.host, None)
        self._write_names()

    def moved_url(self, url: str) -> str:
        """Give the address of a page at the host that its site moves to."""
        return url.replace("//", f"//{ELSEWHERE}", 1)

    def fault_of(self, host: str) -> Breakage | None:
        """Name the fault that the site of a host has now."""
        return self._breakages.get(host.removeprefix(ELSEWHERE))

    @property
    def environment(self) -> dict[str, str]:
        """What a crawl's process needs in its environment to find the sites."""
        return {"PYTHONPATH": str(self._folder / "look-ups")}

    def reply(self, host: str, path: str) -> Reply | Endless:
        """Answer for a path of a host, as the site's fault has it."""
        site = self.sites.get(host.removeprefix(ELSEWHERE))
        if site is None:
            return Reply(status=404)
        self.request_counts[site.host] += 1
        breakage, is_elsewhere = self.fault_of(host), host.startswith(ELSEWHERE)
        asked = Asked(_at(site, host) if is_elsewhere else site, path, str(self.secret_path), is_elsewhere=is_elsewhere)
        healthy = _with_validator(asked.site.reply(path), is_index=path == site.index_path)
        behave = BEHAVIOURS.get(breakage.fault) if breakage else None
        if breakage is None or behave is None or not breakage.scope.holds(asked):
            return healthy
        return behave(asked, healthy)

    def _write_names(self) -> None:
        lost = {host for host, breakage in self._breakages.items() if breakage.fault is Fault.DNS}
        names = [name for host in self.sites if host not in lost for name in (host, ELSEWHERE + host)]
        (self._folder / "names.json").write_text(json.dumps(names), encoding="utf-8")

    def _write_look_ups(self) -> None:
        folder = self._folder / "look-ups"
        folder.mkdir()
        module = LOOK_UPS.format(table=str(self._folder / "names.json"))
        (folder / "sitecustomize.py").write_text(module, encoding="utf-8")
        self._write_names()

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.has_closed.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _at(site: Site, host: str) -> Site:
    """Give the same site at another host."""
    return replace(site, origin=site.origin.replace(f"//{site.host}", f"//{host}"))


def _with_validator(reply: Reply, *, is_index: bool) -> Reply:
    etag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
    return replace(reply, headers={**reply.headers, "ETag": etag}) if is_index else reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, web: FaultWeb, *, is_secure: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web = web
        self._is_secure = is_secure

    def finish_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        assert isinstance(request, socket.socket)
        with contextlib.suppress(OSError, ssl.SSLError):
            connection = self._secured(request) if self._is_secure else request
            if connection is not None:
                self.RequestHandlerClass(connection, client_address, self)  # type: ignore[arg-type]
                connection.close()

    def _secured(self, request: socket.socket) -> socket.socket | None:
        """Shake hands with the certificate that the site shows now, or speak HTTP where TLS is expected."""
        hello = request.recv(4096, socket.MSG_PEEK)
        host = next((host for host in self.web.sites if host.encode() in hello), "")
        breakage = self.web.fault_of(host)
        if breakage is not None and breakage.fault is Fault.TLS_WRONG_PROTOCOL:
            self.web.request_counts[host] += 1
            request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return None
        kind = CERTIFICATES.get(breakage.fault) if breakage else None
        return context_with(kind or "valid", host).wrap_socket(request, server_side=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").split(":")[0]
        reply = cast("_Server", self.server).web.reply(host, self.path)
        self.close_connection = True
        with contextlib.suppress(OSError):
            if isinstance(reply, Endless):
                self._send_all(reply)
            else:
                self._send(reply)

    def _send(self, reply: Reply) -> None:
        etag = reply.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            reply = Reply(status=304)
        self.send_response(reply.status)
        length = len(reply.body) if reply.declared_length is None else reply.declared_length
        headers = {"Content-Type": reply.content_type, "Content-Length": str(length), "Connection": "close"}
        for name, value in {**headers, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _send_all(self, reply: Endless) -> None:
        """Send pieces until the client or the web has had enough."""
        for piece in _until_closed(reply.pieces, cast("_Server", self.server).web.has_closed, reply.pause):
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name that http.server gives it
        """Say nothing."""


def _until_closed(pieces: Iterable[bytes], has_closed: threading.Event, pause: float) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        if has_closed.wait(pause):
            return
