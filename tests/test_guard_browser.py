"""Server-side request forgery by programs in pages: a real Chromium and its gateway, and a canary on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from crawler.fetched import AddressRefused
from crawler.gateway import SENT_BYTES, Gateway
from crawler.guard import CheckingResolver
from models.database import open_database
from models.page_store import PageStore
from models.source import Page
from perilune.addresses import networks_allowed
from tests.canary import Canary
from tests.changing_names import PUBLIC_AND_NOBODY_S, ChangingNames, crawled_with_names
from tests.crawl_bench import FEED, ITEM, TEXT, Crawl

NAMES = {
    "named.test-names.org": [["127.0.0.1"]],
    "private.test-names.org": [["127.0.0.1"]],
    "localhost": [["127.0.0.1"]],
    "changing.test-names.org": [[PUBLIC_AND_NOBODY_S], ["127.0.0.1"]],
}
PROGRAM = """
<html><head><title>Story</title><link rel=stylesheet href="http://127.0.0.1:{port}/style"></head><body><article>
<p>{text}</p></article><script>
const note = words => document.querySelector("article").append(words + "; ");
for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "private.test-names.org",
                    "changing.test-names.org"]) {{
  const there = "//" + host + ":{port}";
  for (const scheme of ["http:", "https:"])
    fetch(scheme + there + "/fetch", {{mode: "no-cors"}}).then(() => note("reached"), () => note("refused"));
  new WebSocket("ws:" + there + "/socket").onerror = () => note("no socket");
  new EventSource("http:" + there + "/events");
  navigator.sendBeacon("http:" + there + "/beacon", "x");
  for (const kind of ["script", "iframe", "img"])
    document.body.append(Object.assign(document.createElement(kind), {{src: "http:" + there + "/" + kind}}));
}}
fetch("/moves").catch(() => note("refused"));
new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:{port}/worker'); importScripts('http://127.0.0.1:{port}/w')"])));
const call = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{udp}"}}]}});
call.createDataChannel("x");
call.createOffer().then(offer => call.setLocalDescription(offer));
</script></body></html>
"""


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A server on loopback that nobody may ask."""
    with Canary() as opened:
        yield opened


def test_ssrf_by_programs_in_a_page_that_a_browser_renders(canary: Canary, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/perilune.db"
    with HTTPServer(threaded=True) as site, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        site.expect_request("/robots.txt").respond_with_data("")
        there = {"Location": f"http://127.0.0.1:{canary.port}/moved"}
        site.expect_request("/moves").respond_with_data("", status=302, headers=there)
        page = PROGRAM.format(port=canary.port, text=TEXT, udp=udp.getsockname()[1])
        site.expect_request("/1").respond_with_data(page, content_type="text/html")
        feed = FEED.format(items=ITEM.format(n=1, url=site.url_for("/1")))
        site.expect_request("/feed").respond_with_data(feed, content_type="application/rss+xml")
        crawl = Crawl(tmp_path, url, open_database(url))
        crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"] = "20"
        address = f'["{site.url_for("/feed")}"]'
        crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=address, render="true")
        crawled_with_names(crawl, NAMES)
        with crawl.sessions() as session:
            (kept,) = session.query(Page).all()
            body = PageStore(str(crawl.pages)).read(kept.content_hash).decode()
        assert body.count("refused;") == 13
        assert body.count("no socket;") >= 5, "one name changes its meaning only when it is asked for again"
        assert "reached;" not in body
        assert canary.visits == []
        with pytest.raises(BlockingIOError):
            udp.recvfrom(1)


def a_resolver(allowed: str) -> CheckingResolver:
    """Make a resolver of a machine with names of ours."""
    reactor = SimpleNamespace(nameResolver=ChangingNames({name: [*answers] for name, answers in NAMES.items()}))
    resolver = CheckingResolver(reactor, 0)  # type: ignore[arg-type]
    resolver.allowed = networks_allowed(allowed)
    return resolver


@asynccontextmanager
async def a_gateway(allowed: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open a gateway, and a client that goes through it."""
    gateway = Gateway(a_resolver(allowed), None)
    try:
        async with httpx.AsyncClient(proxy=await gateway.open(), trust_env=False, timeout=10) as client:
            yield client
    finally:
        gateway.close()


def test_the_gateway_connects_to_what_it_checked_and_asks_for_what_is_allowed_alone(canary: Canary) -> None:
    async def ask() -> None:
        async with a_gateway(f"named.test-names.org:{canary.port}") as client:
            for path in ("/one", "/two?x=1"):
                answer = await client.get(f"http://named.test-names.org:{canary.port}{path}")
                assert (answer.status_code, answer.headers["connection"]) == (200, "close")
            for host in ("127.0.0.1", "localhost", "2130706433", "private.test-names.org"):
                answer = await client.get(f"http://{host}:{canary.port}/no")
                assert (answer.status_code, "PERILUNE_ALLOW_NETWORKS" in answer.text) == (403, True)
                with pytest.raises(httpx.ProxyError, match="403"):
                    await client.get(f"https://{host}:{canary.port}/no")
            assert (await client.get(f"http://unknown.test-names.org:{canary.port}/no")).status_code == 502

    asyncio.run(ask())
    assert canary.visits == ["/one", "/two?x=1"]


def test_what_a_page_sends_is_passed_on_up_to_a_bound(site: HTTPServer) -> None:
    site.expect_request("/take", method="POST").respond_with_handler(lambda asked: Response(str(len(asked.data))))

    async def sent(gateway: str, body: bytes, length: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.rpartition(":")[2]))
        head = f"POST http://named.test-names.org:{site.port}/take HTTP/1.1\r\nContent-Length: {length}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return answer

    async def ask() -> None:
        gateway = Gateway(a_resolver(f"named.test-names.org:{site.port}"), None)
        there = await gateway.open()
        assert (await sent(there, b"x" * SENT_BYTES, SENT_BYTES)).endswith(str(SENT_BYTES).encode())
        assert (await sent(there, b"", SENT_BYTES + 1)).startswith(b"HTTP/1.1 413 ")
        assert (await sent(there, b"x", -1)).endswith(b"0"), "no end of it is waited for"
        gateway.close()

    asyncio.run(ask())


def test_ssrf_by_names_that_a_proxy_would_resolve() -> None:
    resolver = a_resolver("files.intranet:80")
    resolver.proxies.add(("proxy.example.org", 3128))

    async def refused(host: str, port: int = 80) -> str:
        try:
            resolver.check_target((host, port))
            await resolver.check_proxied((host, port))
        except AddressRefused as problem:
            return str(problem)
        return ""

    async def ask() -> None:
        for host in ("127.0.0.1", "2130706433", "127。0。0。1", "::ffff:a9fe:a9fe", "private.test-names.org"):
            assert "not on the public internet" in await refused(host), host
        for host in ("localhost", "intranet", "printer.local", "metadata.google.internal", "files.corp"):
            assert "local network" in await refused(host), host
        assert "none of the web's" in await refused("agency.example", 25)
        assert "is the proxy" in await refused("proxy.example.org", 3128)
        assert [await refused(host) for host in ("agency.example", "files.intranet", "8.8.8.8")] == [""] * 3

    asyncio.run(ask())
