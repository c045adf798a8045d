"""The browser's only way to the network: a proxy on loopback that asks for what our own downloads may ask for.

A browser resolves names by itself, again at each connection; here a name is resolved, checked and connected to once.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import sys
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from scrapy.exceptions import IgnoreRequest

from crawler.fetched import AddressRefused
from crawler.guard import CheckingResolver, proxy_place
from perilune.addresses import AddressProblem, Place, checked_url

LOOPBACK = "127.0.0.1"
HEAD_BYTES = 128 * 1024
PIECE_BYTES = 64 * 1024
SENT_BYTES = 4_000_000
"""What a page's program may send at once."""
CONNECT_SECONDS = 30
HEAD_END = b"\r\n\r\n"
BETWEEN_PROXY_AND_BROWSER = {b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization"}


class TooMuchSent(ValueError):
    """A page's program sends more than we pass on."""


TROUBLE = (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError, IgnoreRequest, AddressProblem)
STATUSES = {AddressRefused: b"403 Forbidden", AddressProblem: b"403 Forbidden", TooMuchSent: b"413 Content Too Large"}
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Gateway:
    """A forward proxy for one browser; what is refused is answered with status 403 and the reason."""

    def __init__(self, resolver: CheckingResolver, proxy: str | None) -> None:
        self._resolver = resolver
        self._proxy = urlsplit(proxy) if proxy else None
        self._server: asyncio.Server | None = None
        self._under_way: set[asyncio.StreamWriter] = set()

    async def open(self) -> str:
        """Listen at a free port, and give the address of that."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0, limit=HEAD_BYTES)
        return f"http://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Listen no more, and break off what is under way."""
        if self._server is not None:
            self._server.close()
        for writer in self._under_way:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._under_way.add(writer)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                head = (await reader.readuntil(HEAD_END)).split(b"\r\n")[:-2]
                method, target, _ = head[0].decode("ascii").split(" ")
                is_tunnel = method == "CONNECT"
                place = checked_url(f"https://{target}/" if is_tunnel else target)
                upstream = await self._connected(place)
            with contextlib.closing(upstream[1]):
                await (self._tunnel if is_tunnel else self._ask)(head, (reader, writer), upstream)
        except TROUBLE as trouble:
            _refuse(writer, trouble)
        finally:
            self._under_way.discard(writer)
            writer.close()

    async def _connected(self, place: Place) -> Streams:
        """Connect to a place, or to the proxy that is to ask there; what was checked is what is connected to."""
        self._resolver.check_target(place)
        if self._proxy is not None:
            self._resolver.proxies.add(proxy_place(self._proxy.geturl()))
            await self._resolver.check_proxied(place)
            return await asyncio.open_connection(
                *proxy_place(self._proxy.geturl()), limit=HEAD_BYTES, ssl=self._proxy.scheme == "https" or None
            )
        trouble: OSError = OSError("the host name is not known")
        for address in await self._resolver.addresses_of(place):
            try:
                return await asyncio.open_connection(address, place[1], limit=HEAD_BYTES)
            except OSError as error:
                trouble = error
        raise trouble

    async def _tunnel(self, head: Sequence[bytes], browser: Streams, upstream: Streams) -> None:
        if self._proxy is None:
            browser[1].write(b"HTTP/1.1 200 Connected" + HEAD_END)
        else:
            upstream[1].write(_written([head[0], *_kept(head), *self._credentials()]))
        done, pending = await asyncio.wait(
            [
                asyncio.ensure_future(_pour(browser[0], upstream[1])),
                asyncio.ensure_future(_pour(upstream[0], browser[1])),
            ],
            return_when=asyncio.FIRST_COMPLETED,
        )
        for each in (*done, *pending):
            each.cancel()

    async def _ask(self, head: Sequence[bytes], browser: Streams, upstream: Streams) -> None:
        """Ask once and close: on one connection a browser would go on to other hosts, which are to be checked."""
        method, target, version = head[0].split(b" ")
        if self._proxy is None:
            parts = urlsplit(target)
            target = (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
        fields = _kept(head)
        if _length(fields) > SENT_BYTES:
            raise TooMuchSent("the page sends more than is taken")
        upstream[1].write(_written([b" ".join((method, target, version)), *fields, *self._credentials(), CLOSE]))
        await _pour(browser[0], upstream[1], limit=_length(fields))
        answer = (await upstream[0].readuntil(HEAD_END)).split(b"\r\n")[:-2]
        browser[1].write(_written([answer[0], *_kept(answer), CLOSE]))
        await _pour(upstream[0], browser[1])

    def _credentials(self) -> list[bytes]:
        return credentials_of(self._proxy)


CLOSE = b"Connection: close"


def credentials_of(proxy: SplitResult | None) -> list[bytes]:
    """Write name and password of a proxy's address as the header that it wants."""
    if proxy is None or proxy.username is None:
        return []
    said = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return [b"Proxy-Authorization: Basic " + base64.b64encode(said)]


def _kept(head: Sequence[bytes]) -> list[bytes]:
    return [line for line in head[1:] if _field(line)[0] not in BETWEEN_PROXY_AND_BROWSER]


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value.strip()


def _written(lines: Iterable[bytes]) -> bytes:
    return b"\r\n".join(lines) + HEAD_END


def _length(fields: Iterable[bytes]) -> int:
    return int(next((value for name, value in map(_field, fields) if name == b"content-length"), 0))


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter, limit: int = sys.maxsize) -> None:
    with contextlib.suppress(OSError):
        while limit > 0 and (piece := await source.read(min(PIECE_BYTES, limit))):
            into.write(piece)
            await into.drain()
            limit -= len(piece)


def _refuse(writer: asyncio.StreamWriter, trouble: Exception) -> None:
    """Say why nothing comes; where an answer has begun, the browser finds it cut off."""
    status = next((status for kind, status in STATUSES.items() if isinstance(trouble, kind)), b"502 Bad Gateway")
    body = str(trouble).encode()
    fields = [b"Content-Type: text/plain; charset=utf-8", b"Content-Length: %d" % len(body), CLOSE]
    with contextlib.suppress(OSError):
        writer.write(_written([b"HTTP/1.1 " + status, *fields]) + body)
