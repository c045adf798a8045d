"""A proxy on loopback that opens tunnels, to servers of the test's own alone, whatever host they are named by."""

from __future__ import annotations

import socket
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Self, cast


class Tunnels:
    """Open while its context is; `asked` are the places that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._server = _Server(("127.0.0.1", 0), self)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], tunnels: Tunnels) -> None:
        super().__init__(address, _Handler)
        self.tunnels = tunnels


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        method, place, _ = self.rfile.readline().decode().split(" ")
        assert method == "CONNECT"
        while self.rfile.readline().strip():
            continue
        cast("_Server", self.server).tunnels.asked.append(place)
        with socket.create_connection(("127.0.0.1", int(place.rpartition(":")[2]))) as there:
            self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            threading.Thread(target=_pour, args=(self.connection, there), daemon=True).start()
            _pour(there, self.connection)


def _pour(source: socket.socket, into: socket.socket) -> None:
    try:
        while piece := source.recv(65_536):
            into.sendall(piece)
        into.shutdown(socket.SHUT_WR)
    except OSError:
        return
