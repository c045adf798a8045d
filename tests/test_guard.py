"""Server-side request forgery: whatever an analyst, a page, a feed or a name says, nothing of this network is asked.

One real crawl of a hostile site tries all addresses at once; a canary on loopback sees who comes.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer

from models.database import open_database
from models.fate import Fate
from models.source import Link
from models.vocabulary import Stage
from perilune.addresses import is_near, is_public, literal_of, networks_here, networks_of, refusal
from tests.canary import Canary
from tests.changing_names import PUBLIC_AND_NOBODY_S, crawled_with_names
from tests.crawl_bench import FEED, ITEM, PAGE, TEXT, Crawl
from web.archive_view import status_of

NAMES = {
    "private.test-names.org": [["127.0.0.1"]],
    "hidden.test-names.org": [["::ffff:127.0.0.1"]],
    "six.test-names.org": [["::1"]],
    "two-faces.test-names.org": [[PUBLIC_AND_NOBODY_S, "127.0.0.1"]],
    "changing.test-names.org": [[PUBLIC_AND_NOBODY_S], ["127.0.0.1"]],
    "public.test-names.org": [[PUBLIC_AND_NOBODY_S]],
    "metadata.google.internal": [["169.254.169.254"]],
    "intranet.localhost": [["127.0.0.1"]],
}
SPELLINGS = {
    "a name of loopback": "localhost",
    "in capitals": "LOCALHOST",
    "a name below it": "intranet.localhost",
    "the address": "127.0.0.1",
    "another of the network": "127.127.127.127",
    "with the dot of an address": "127.0.0.1.",
    "two parts": "127.1",
    "three parts": "127.0.1",
    "hexadecimal parts": "0x7f.0.0.0x1",
    "octal parts": "0177.0.0.01",
    "many zeros": "127.00000.00000.00001",
    "hexadecimal and octal": "0x7f.0.01",
    "nowhere": "0.0.0.0",
    "digits in circles": "①②⑦.⓪.⓪.①",
    "wide digits": "１２７.０.０.１",
    "percent signs": "%31%32%37.0.0.1",
    "version 6": "[::1]",
    "version 6 in full": "[0:0:0:0:0:0:0:1]",
    "version 6, nowhere": "[::]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped, hexadecimal": "[::ffff:7f00:1]",
    "compatible": "[::127.0.0.1]",
    "translated": "[::ffff:0:127.0.0.1]",
    "NAT64": "[64:ff9b::7f00:1]",
    "NAT64 of a network": "[64:ff9b:1::7f00:1]",
    "6to4": "[2002:7f00:1::]",
    "Teredo": "[2001:0:7f00:1::1]",
    "unique local": "[fc00::1]",
    "site local": "[fec0::1]",
    "link local": "[fe80::1]",
    "multicast of version 6": "[ff02::1]",
    "documentation of version 6": "[2001:db8::1]",
    "private A": "10.0.0.1",
    "private B": "172.16.0.1",
    "private C": "192.168.0.1",
    "carrier-grade NAT": "100.64.0.1",
    "link local of version 4": "169.254.1.1",
    "metadata": "169.254.169.254",
    "metadata of Azure": "168.63.129.16",
    "metadata of Alibaba": "100.100.100.200",
    "metadata of Oracle": "192.0.0.192",
    "metadata of Amazon, version 6": "[fd00:ec2::254]",
    "metadata, mapped": "[::ffff:a9fe:a9fe]",
    "metadata by name": "metadata.google.internal",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "documentation": "192.0.2.1",
    "benchmarks": "198.18.0.1",
    "a name that means loopback": "private.test-names.org",
    "a name that means it, mapped": "hidden.test-names.org",
    "a name that means it in version 6": "six.test-names.org",
    "a name of two faces": "two-faces.test-names.org",
    "a name that changes its meaning": "changing.test-names.org",
}
NEVER_LINKS = (
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/x",
    "gopher://127.0.0.1:{port}/_GET",
    "dict://127.0.0.1:{port}/x",
    "data:text/html,<h1>x</h1>",
    "javascript:fetch('http://127.0.0.1:{port}/')",
    "http://2130706433:{port}/decimal",
    "http://0x7f000001:{port}/hexadecimal",
    "http://017700000001:{port}/octal",
    "http://0:{port}/zero",
    "http://localhost.:{port}/dot",
    "http://127。0。0。1:{port}/dots",
)
OTHER_PORTS = (22, 25, 110, 6667)
EXPECTED = "its address is not one of the public internet"


@dataclass(frozen=True)
class Forgery:
    """What a hostile site's crawl left behind."""

    crawl: Crawl
    site: HTTPServer
    canary: Canary
    log: str
    fates: dict[str, tuple[str, str | None]]
    """State and reason of the fetch of each link."""

    def reason_at(self, path: str) -> str:
        """Why the link with this path was not fetched."""
        ((state, reason),) = [fate for url, fate in self.fates.items() if url.endswith(path)]
        assert state == "failed"
        return reason or ""


def moves_of(canary: Canary) -> dict[str, tuple[int, str]]:
    """Give the redirects of the hostile site."""
    return {
        "/moves/loopback": (302, f"http://127.0.0.1:{canary.port}/moved"),
        "/moves/for-good": (308, f"http://[::1]:{canary.port}/moved"),
        "/moves/without-scheme": (301, f"//localhost:{canary.port}/moved"),
        "/moves/by-name": (307, f"http://private.test-names.org:{canary.port}/moved"),
        "/moves/decimal": (302, f"http://2130706433:{canary.port}/moved"),
        "/moves/chain": (302, "/moves/chain/2"),
        "/moves/chain/2": (303, "/moves/loopback"),
        "/moves/file": (302, "file:///etc/passwd"),
        "/moves/ftp": (302, f"ftp://127.0.0.1:{canary.port}/moved"),
    }


def a_hostile_site(site: HTTPServer, canary: Canary) -> list[str]:
    """Serve redirects and pages that send on, and give the links of a feed that leads to all tricks."""
    site.expect_request("/robots.txt").respond_with_data("User-agent: *\nAllow: /\n")
    for path, (status, location) in moves_of(canary).items():
        site.expect_request(path).respond_with_data("", status=status, headers={"Location": location})
    refresh = f"<meta http-equiv=refresh content='0; url=http://127.0.0.1:{canary.port}/refreshed'>"
    site.expect_request("/refresh").respond_with_data(f"<html><head>{refresh}</head></html>", content_type="text/html")
    site.expect_request("/news/1").respond_with_data(PAGE.format(n=1, text=TEXT), content_type="text/html")
    spelt = [f"http://{host}:{canary.port}/trick/{number}" for number, host in enumerate(SPELLINGS.values())]
    return [
        *spelt,
        *(link.format(port=canary.port) for link in NEVER_LINKS),
        *(f"http://public.test-names.org:{port}/port/{port}" for port in OTHER_PORTS),
        f"http://public.test-names.org@127.0.0.1:{canary.port}/user",
        f"http://127.0.0.1:{canary.port}\\@public.test-names.org/backslash",
        f"http://127.0.0.1:{canary.port}#@public.test-names.org/fragment",
        *(site.url_for(path) for path in (*moves_of(canary), "/refresh", "/news/1")),
    ]


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """A server on loopback that nobody may ask."""
    with Canary() as opened:
        yield opened


@pytest.fixture(scope="module")
def forgery(tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Iterator[Forgery]:
    """A crawl of a feed whose links, redirects and index addresses lead to a canary in all ways we know."""
    folder = tmp_path_factory.mktemp("forgery")
    url = f"sqlite:///{folder}/perilune.db"
    with HTTPServer(threaded=True) as site:
        crawl = Crawl(folder, url, open_database(url))
        items = "".join(ITEM.format(n=n, url=_escaped(url)) for n, url in enumerate(a_hostile_site(site, canary)))
        site.expect_request("/feed").respond_with_data(FEED.format(items=items), content_type="application/rss+xml")
        crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
        sitemaps = f"<sitemapindex><sitemap><loc>http://127.0.0.1:{canary.port}/sitemap</loc></sitemap></sitemapindex>"
        site.expect_request("/sitemaps").respond_with_data(sitemaps, content_type="application/xml")
        index = f'["{site.url_for("/sitemaps")}"]'
        crawl.add("bb_map", name="B", home=site.url_for("/"), kind="sitemap", address=index)
        own = canary.address("/own-feed")
        crawl.add("cc_own", name="C", home=own, kind="feed", address=f'["{own}"]')
        crawl.settings["PERILUNE_ALLOW_NETWORKS"] = f"localhost:{site.port}"
        yield Forgery(crawl, site, canary, crawled_with_names(crawl, NAMES), fates_of_links(crawl))


def _escaped(url: str) -> str:
    return url.replace("<", "&lt;").replace("&", "&amp;") if "<" in url else url


def fates_of_links(crawl: Crawl) -> dict[str, tuple[str, str | None]]:
    """State and reason of the fetch of each link that became one."""
    with crawl.sessions() as session:
        fetches = sa.select(Link.url, Fate.state, Fate.reason).join(Fate, Fate.item_id == Link.id)
        rows = session.execute(fetches.where(Fate.stage == Stage.FETCH))
        return {url: (str(state), reason) for url, state, reason in rows}


def test_ssrf_a_canary_on_loopback_sees_nobody_while_the_site_itself_is_read(forgery: Forgery) -> None:
    assert forgery.canary.visits == []
    assert forgery.fates[forgery.site.url_for("/news/1")] == ("done", None)
    assert len([request for request, _ in forgery.site.log if request.path == "/moves/loopback"]) == 3


@pytest.mark.parametrize(("number", "spelling"), [*enumerate(SPELLINGS)], ids=SPELLINGS)
def test_ssrf_by_how_an_address_is_spelt(forgery: Forgery, number: int, spelling: str) -> None:
    assert forgery.reason_at(f"/trick/{number}") == EXPECTED, spelling


def test_the_log_alone_says_which_address_a_name_has(forgery: Forgery) -> None:
    assert "host=two-faces.test-names.org" in forgery.log
    with forgery.crawl.sessions() as session:
        told = {reason for _, reason in forgery.fates.values()} | set(session.scalars(sa.select(Fate.reason)))
        shown = str(status_of(session, now=dt.datetime(2022, 3, 14, tzinfo=dt.UTC)).fates)
    assert EXPECTED in shown
    assert "169.254" not in f"{told} {shown}"
    assert len({reason for reason in told if reason and EXPECTED in reason}) == 1


@pytest.mark.parametrize("port", OTHER_PORTS)
def test_ssrf_by_ports_of_other_protocols(forgery: Forgery, port: int) -> None:
    reason = forgery.reason_at(f"/port/{port}")
    assert reason == EXPECTED
    told = f"none of the web's; an administrator may allow it by PERILUNE_ALLOW_NETWORKS=public.test-names.org:{port}"
    assert f"port {port} of public.test-names.org is {told}" in forgery.log


@pytest.mark.parametrize("path", ["loopback", "for-good", "without-scheme", "by-name", "decimal", "chain", "chain/2"])
def test_ssrf_by_redirects(forgery: Forgery, path: str) -> None:
    assert EXPECTED in forgery.reason_at(f"/moves/{path}")


def test_ssrf_by_a_page_that_sends_on(forgery: Forgery) -> None:
    assert EXPECTED in forgery.reason_at("/refresh")


def test_ssrf_by_other_schemes(forgery: Forgery) -> None:
    assert {url.partition(":")[0] for url in forgery.fates} == {"http"}
    assert forgery.reason_at("/moves/file")
    assert forgery.reason_at("/moves/ftp")


def test_ssrf_by_a_user_or_a_backslash_in_an_address(forgery: Forgery) -> None:
    for path in ("/user", "/backslash"):
        reasons = [reason for url, (state, reason) in forgery.fates.items() if url.endswith(path) and state != "failed"]
        assert reasons == []


def test_a_refused_index_fails_its_source_and_says_what_an_administrator_may_do(forgery: Forgery) -> None:
    with forgery.crawl.sessions() as session:
        rows = session.execute(sa.select(Fate.state, Fate.reason).where(Fate.stage == Stage.CRAWL)).all()
    of_map, of_own = sorted(str(reason) for state, reason in rows if state == "failed")
    assert of_own.endswith(f"an administrator may allow it by PERILUNE_ALLOW_NETWORKS=localhost:{forgery.canary.port}")
    assert of_map.startswith("127.0.0.1 is not on the public internet; ")


def test_what_looks_like_a_number_is_one_and_what_is_public_is_let_through() -> None:
    for host in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::", "0x8.8.8.8"):
        address = literal_of(host)
        assert address is not None
        assert is_public(address), host
    assert [literal_of(host) for host in ("a.example", "1.2.3.4.5", "")] == [None] * 3


def test_public_addresses_of_this_machine_and_its_neighbours_are_none_to_be_asked() -> None:
    near = [
        *networks_of("8.8.8.8", "255.255.255.0"),
        *networks_of("9.9.9.9", "255.0.0.0"),
        *networks_of("2606:4700:1:2::1", "ffff:ffff:ffff:ffff::"),
        *networks_of("02:42:ac:11:00:02", None),
        *networks_of("fe80::1%eth0", "ffff:ffff:ffff:ffff::"),
    ]
    said = {
        "8.8.8.8": True, "8.8.8.200": True, "::ffff:8.8.8.7": True, "64:ff9b::808:808": True, "8.8.9.1": False,
        "9.9.9.9": True, "9.9.9.10": False, "2606:4700:1:2:3::4": True, "2606:4700:1:3::1": False,
    }  # fmt: skip
    assert {host: is_near(ipaddress.ip_address(host), near) for host in said} == said
    for host, is_refused in (("8.8.8.200", True), ("8.8.9.1", False)):
        reason = refusal(("a.example", 443), [ipaddress.ip_address(host)], frozenset(), near=near)
        assert (reason is not None) == is_refused
    assert all(network.is_global for network in networks_here())


@pytest.fixture
def luring(site: HTTPServer, canary: Canary) -> HTTPServer:
    """A site whose every word leads the survey of an address to the canary."""
    there = f"http://127.0.0.1:{canary.port}"
    site.clear()
    site.no_handler_status_code = 404
    site.expect_request("/robots.txt").respond_with_data(f"User-agent: *\nAllow: /\nSitemap: {there}/sitemap.xml\n")
    rows = "".join(f"<li><a href='{there}/news/{n}'>Agencies sign memorandum {n} on orbit</a></li>" for n in range(8))
    page = (
        f"<html><head><link rel=alternate type=application/rss+xml href='{there}/feed'></head><body>"
        f"<frame src='{there}/frame'><iframe src='{there}/frame'></iframe>{{}}<a rel=next href='{there}/2'>Next</a>"
    )
    site.expect_request("/").respond_with_data(page.format(f"<ul>{rows}</ul>"), content_type="text/html")
    site.expect_request("/empty").respond_with_data(page.format(""), content_type="text/html")
    return site


def run(settings: dict[str, str], *program: str) -> subprocess.CompletedProcess[str]:
    """Run a program of ours as its users do."""
    command = [sys.executable, "-m", *program]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)


def test_ssrf_by_what_a_page_offers_to_whoever_adds_it_as_a_source(
    luring: HTTPServer, canary: Canary, tmp_path: Path
) -> None:
    settings = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DOWNLOAD_DELAY": "0", "PERILUNE_DOWNLOAD_TIMEOUT": "3"}
    place = {"PERILUNE_ALLOW_NETWORKS": f"localhost:{luring.port}"}
    for path in ("/", "/empty"):
        found = run(settings | place, "crawler.find", luring.url_for(path))
        assert json.loads(found.stdout)["url"] == luring.url_for(path), found.stderr
    home = canary.address("/home")
    refused = run(settings, "perilune.cli", "sources", "new", home)
    assert refused.returncode == 2
    assert "addresses=['127.0.0.1']" in refused.stderr, "in the log"
    assert " ".join(refused.stderr.split()).endswith(
        f"perilune: {home} cannot be watched: {home} cannot be read: "
        "localhost is not on the public internet; "
        f"an administrator may allow it by PERILUNE_ALLOW_NETWORKS=localhost:{canary.port}."
    )
    assert canary.visits == []
    httpx.get(home)
    assert canary.visits.pop() == "/home", "else the canary could not sing"
