"""A proxy on loopback that opens tunnels, to servers of the test's own alone, whatever host they are named by."""

from __future__ import annotations

import socket
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self, cast


class Tunnels(ThreadingTCPServer):
    """Open while its context is; `asked` are the places that it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.port: int = self.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        method, place, _ = self.rfile.readline().decode().split(" ")
        assert method == "CONNECT"
        while self.rfile.readline().strip():
            continue
        cast("Tunnels", self.server).asked.append(place)
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
