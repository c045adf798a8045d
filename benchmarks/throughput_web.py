"""A web of many hosts on loopback that answers at once; its own process, so that it takes no time from a crawler.

Run as `python -m benchmarks.throughput_web HOSTS PAGES`; it prints its port, then answers until it is ended. Every host
has a sitemap of so many pages, each of some 30 kB of words of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
HEAD = (
    "HTTP/1.1 200 OK\r\nServer: loopback\r\nDate: Thu, 10 Mar 2022 08:00:00 GMT\r\nContent-Type: {kind}\r\n"
    'Last-Modified: Thu, 10 Mar 2022 08:00:00 GMT\r\nETag: "{tag}"\r\nContent-Length: {size}\r\n\r\n'
)
PAGE_START = "<!doctype html><html><head><title>Story {number}</title></head><body><article><h1>Story {number}</h1>"
PAGE_BYTES = 30_000
CLIENT_SECONDS = 3.0


def host(number: int) -> str:
    """Name a host; each is an address of its own, so that no bound per host binds."""
    return f"127.0.1.{number + 1}"


def _text() -> bytes:
    """Make two megabytes of paragraphs; pages are cut out of it at different places, so that none is like another."""
    chance = random.Random(7)
    words = ["".join(chance.choices("aeinorstlmcdu", k=chance.randint(2, 11))) for _ in range(8000)]
    commonness = [1 / (rank + 3) for rank in range(len(words))]
    text = "".join(f"<p>{' '.join(chance.choices(words, commonness, k=60))}.</p>\n" for _ in range(5500))
    return text.encode()


class Host(asyncio.Protocol):
    """One connection to the web: answers each request at once, several in a row where a client sends them so."""

    text = _text()
    page_count = 0
    pages_per_host = 0
    _transport: asyncio.Transport
    _received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            first, _, headers = request.partition(b"\r\n")
            self._transport.write(self._answer(first.split(b" ")[1].decode(), headers))

    def _answer(self, path: str, headers: bytes) -> bytes:
        if path.startswith("/page/"):
            Host.page_count += 1
            body, kind = self._page(path), "text/html; charset=utf-8"
        elif path == "/sitemap.xml":
            body, kind = self._sitemap(headers), "application/xml"
        else:
            body, kind = (
                str(Host.page_count).encode() if path == "/count" else b"User-agent: *\nAllow: /\n",
                "text/plain",
            )
        return HEAD.format(kind=kind, tag=path.replace("/", "-"), size=len(body)).encode() + body

    def _page(self, path: str) -> bytes:
        number = int(path.rpartition("/")[2])
        start = number * 1009 % (len(self.text) - PAGE_BYTES)
        return PAGE_START.format(number=number).encode() + self.text[start : start + PAGE_BYTES] + b"</article></body>"

    def _sitemap(self, headers: bytes) -> bytes:
        name = next(line[6:] for line in headers.decode().split("\r\n") if line.lower().startswith("host: "))
        first = (int(name.partition(":")[0].rpartition(".")[2]) - 1) * self.pages_per_host
        numbers = range(first, first + self.pages_per_host)
        return SITEMAP.format(
            entries="".join(f"<url><loc>http://{name}/page/{n}</loc></url>" for n in numbers)
        ).encode()


@dataclass(frozen=True)
class Web:
    """A web that is being served."""

    host_count: int
    pages_per_host: int
    port: int

    @property
    def sitemaps(self) -> list[str]:
        """The address of every host's sitemap."""
        return [f"http://{host(number)}:{self.port}/sitemap.xml" for number in range(self.host_count)]

    @property
    def page_count(self) -> int:
        """How many pages it has served so far."""
        with urllib.request.urlopen(f"http://{host(0)}:{self.port}/count") as answer:
            return int(answer.read())


@contextlib.contextmanager
def web_of(host_count: int, pages_per_host: int) -> Iterator[Web]:
    """Serve a web in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.throughput_web", str(host_count), str(pages_per_host)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield Web(host_count, pages_per_host, int(server.stdout.readline()))
        finally:
            server.terminate()


async def pages_a_second(web: Web) -> float:
    """Measure what the web can answer: a client that only counts bytes asks for pages over 32 connections."""
    loop = asyncio.get_running_loop()
    until = loop.time() + CLIENT_SECONDS

    async def ask(number: int) -> int:
        reader, writer = await asyncio.open_connection(host(number % web.host_count), web.port)
        count = 0
        while loop.time() < until:
            writer.write(f"GET /page/{count} HTTP/1.1\r\nHost: {host(0)}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.rpartition(b"Content-Length: ")[2]))
            count += 1
        writer.close()
        return count

    return sum(await asyncio.gather(*(ask(number) for number in range(32)))) / CLIENT_SECONDS


async def serve(host_count: int, pages_per_host: int) -> None:
    """Answer on every host at one port until the process is ended."""
    Host.pages_per_host = pages_per_host
    loop = asyncio.get_running_loop()
    first = await loop.create_server(Host, host(0), 0)
    port = first.sockets[0].getsockname()[1]
    others = await loop.create_server(Host, [host(number) for number in range(1, host_count)], port)
    print(port, flush=True)
    async with first, others:
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
