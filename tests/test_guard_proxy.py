"""A user's proxy: what it is asked for is checked as far as this machine can, and it is reached by its own name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_httpserver import HTTPServer
from scrapy.exceptions import IgnoreRequest

from crawler.guard import NOBODY_S, CheckingResolver
from models.database import open_database
from tests.canary import Canary
from tests.changing_names import PUBLIC_AND_NOBODY_S, SILENCE, ChangingNames
from tests.crawl_bench import Crawl, a_feed
from tests.fault_web import FaultWeb
from tests.tunnels import Tunnels

NAMES = {"inner.test-names.org": [["10.0.0.5"]], "agency.test-names.org": [[PUBLIC_AND_NOBODY_S]]}


def a_resolver(*silent: str) -> CheckingResolver:
    """Make a resolver of a machine whose server of names leaves some questions unanswered."""
    reactor = SimpleNamespace(nameResolver=ChangingNames(NAMES | {name: [[SILENCE]] for name in silent}))
    resolver = CheckingResolver(reactor, 0)  # type: ignore[arg-type]
    resolver.patience = 0.1
    return resolver


async def refused(resolver: CheckingResolver, host: str) -> str:
    """Say why a proxy is not asked for a host; nothing where it is."""
    try:
        await resolver.check_proxied((host, 443))
    except IgnoreRequest as problem:
        return str(problem)
    return ""


def test_a_name_that_is_never_answered_is_refused_and_opens_the_way_to_no_other() -> None:
    async def ask() -> None:
        resolver = a_resolver("slow.test-names.org")
        assert "not known in time" in await refused(resolver, "slow.test-names.org")
        assert "not on the public internet" in await refused(resolver, "inner.test-names.org")
        assert await refused(resolver, "agency.test-names.org") == ""

    asyncio.run(ask())


def test_a_machine_whose_names_only_the_proxy_knows_leaves_them_to_it() -> None:
    async def ask() -> None:
        resolver = a_resolver(NOBODY_S[0], "agency.test-names.org", "other.test-names.org")
        for host in ("agency.test-names.org", "other.test-names.org"):
            assert await refused(resolver, host) == ""
        assert "local network" in await refused(resolver, "printer.local")

    asyncio.run(ask())


def test_a_proxy_of_the_environment_leads_no_crawl_past_the_guard(tmp_path: Path, site: HTTPServer) -> None:
    url = f"sqlite:///{tmp_path}/perilune.db"
    with Canary() as canary:
        crawl = Crawl(tmp_path, url, open_database(url))
        a_feed(site, "/news/1")
        crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
        crawl.settings |= {"http_proxy": canary.address("/"), "HTTP_PROXY": canary.address("/"), "no_proxy": ""}
        crawl.run()
        assert crawl.page_urls() == [site.url_for("/news/1")]
        assert canary.visits == []


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_an_https_site_is_read_through_a_proxy_by_name_or_number(tmp_path: Path, name: str) -> None:
    url = f"sqlite:///{tmp_path}/perilune.db"
    (tmp_path / "web").mkdir()
    with FaultWeb(tmp_path / "web") as web, Tunnels() as proxy:
        site = web.add("agency", is_secure=True)
        crawl = Crawl(tmp_path, url, open_database(url))
        crawl.settings |= {"PERILUNE_PROXY": f"http://{name}:{proxy.port}"}
        feed = site.origin + site.index_path
        crawl.add("aa_feed", name="A", home=site.origin, kind="feed", address=f'["{feed}"]')
        crawl.settings |= web.environment
        crawl.run()
        assert crawl.page_urls() != []
        assert set(proxy.asked) == {site.origin.removeprefix("https://")}
