"""Crawls the hostile web with the product's crawler, and beside it with plain Scrapy under the same delay."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.politeness_web import HOSTS, HostileWeb, Log
from models.database import open_database
from tests.crawl_bench import Crawl

DELAY_SECONDS = 0.5
NOTED_LATE_SECONDS = 0.02  # a busy machine starts the thread that notes a request somewhat after it came
PLAIN_SPIDER = """
import sys, scrapy
from scrapy.crawler import AsyncCrawlerProcess
class Plain(scrapy.Spider):
    name = "plain"
    custom_settings = {"DOWNLOAD_DELAY": float(sys.argv[1]), "LOG_ENABLED": False, "ROBOTSTXT_OBEY": True,
                       "USER_AGENT": "Perilune/0.1", "CONCURRENT_REQUESTS_PER_DOMAIN": 2}
    async def start(self):
        for host in sys.argv[2:]:
            yield scrapy.Request(f"http://{host}/feed", self.parse)
    def parse(self, response):
        for link in response.xpath("//item/link/text()").getall():
            yield response.follow(link, self.keep)
    def keep(self, response):
        pass
process = AsyncCrawlerProcess()
process.crawl(Plain)
process.start()
"""


@dataclass(frozen=True)
class Manners:
    """How a crawl behaved: requests in all, forbidden ones, and hosts that were hurried with their smallest gaps."""

    request_count: int
    forbidden: list[str]
    hurried: dict[str, tuple[float, float]]


def manners_of(log: Log) -> Manners:
    """Judge a log; a host is hurried when two requests came closer than its robots.txt and our delay allow."""
    gaps = {host: gap for host, gap in log.smallest_gaps().items() if host in HOSTS}
    asked = {host: max(DELAY_SECONDS, HOSTS[host].crawl_delay) for host in gaps}
    hurried = {host: (gap, asked[host]) for host, gap in gaps.items() if gap < asked[host] - NOTED_LATE_SECONDS}
    return Manners(len(log.requests), log.forbidden(), hurried)


def crawl_with_the_product() -> Log:
    """Crawl every host's feed with the product, in the child process that it uses."""
    with tempfile.TemporaryDirectory() as name, HostileWeb() as web:
        folder = Path(name)
        database = f"sqlite:///{folder}/perilune.db"
        crawl = Crawl(folder, database, open_database(database))
        crawl.settings |= {"PERILUNE_PROXY": web.address, "PERILUNE_DOWNLOAD_DELAY": str(DELAY_SECONDS)}
        crawl.settings["PERILUNE_ALLOW_NETWORKS"] = ",".join(f"{host}:80" for host in HOSTS)  # never asked of the DNS
        for host in HOSTS:
            home = f"http://{host}/feed"
            crawl.add(host.removesuffix(".example") + "_host", name=host, home=home, kind="feed")
        crawl.run()
        return web.log


def crawl_with_plain_scrapy() -> Log:
    """Crawl the same feeds with plain Scrapy, which obeys robots.txt as it understands it."""
    with tempfile.TemporaryDirectory() as folder, HostileWeb() as web:
        script = Path(folder) / "plain.py"  # Scrapy wants to look at its callbacks' source
        script.write_text(PLAIN_SPIDER, encoding="utf-8")
        command = [sys.executable, str(script), str(DELAY_SECONDS), *HOSTS]
        environment = {**os.environ, "http_proxy": web.address, "no_proxy": ""}
        subprocess.run(command, check=True, timeout=300, env=environment, capture_output=True)
        return web.log
