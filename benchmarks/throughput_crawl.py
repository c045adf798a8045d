"""Crawls a whole web in a child process, with the product and with plain Scrapy, and watches what the child takes."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

import psutil
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.throughput_web import Web
from crawler.policy import scrapy_settings
from models.database import open_database
from models.fate import Fate
from models.source import Page
from models.vocabulary import FateState, Stage
from perilune.config import settings_from
from tests.crawl_bench import Crawl

LOOK_SECONDS = 0.1
SAME_SETTINGS = (
    "CONCURRENT_REQUESTS",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "DOWNLOAD_DELAY",
    "ROBOTSTXT_OBEY",
    "COOKIES_ENABLED",
    "TELNETCONSOLE_ENABLED",
    "LOG_LEVEL",
    "DOWNLOAD_TIMEOUT",
)
PLAIN_SPIDER = """
import hashlib, json, sys
from pathlib import Path
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.sitemap import Sitemap
settings, folder, addresses = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3:]
class Plain(scrapy.Spider):
    name = "plain"
    async def start(self):
        for address in addresses:
            yield scrapy.Request(address, self.parse)
    def parse(self, response):
        for entry in Sitemap(response.body):
            yield response.follow(entry["loc"], self.keep)
    def keep(self, response):
        if folder:
            Path(folder, hashlib.sha256(response.body).hexdigest()).write_bytes(response.body)
process = AsyncCrawlerProcess(settings)
process.crawl(Plain)
process.start()
"""


@dataclass
class Taken:
    """What a crawl took: seconds from its first page to its end, processor seconds, and bytes held by pages served."""

    page_count: int
    seconds: float
    processor_seconds: float
    held: dict[int, int] = field(default_factory=dict)


class Crawler(Protocol):
    """Crawls a whole web."""

    def __call__(self, web: Web, *, look_every: int) -> Taken:
        """Crawl, and say what it took."""


def watched(
    command: Sequence[str], web: Web, *, look_every: int, environment: Mapping[str, str] | None = None
) -> Taken:
    """Run a crawl to its end, looking at its resident memory after every so many pages."""
    before, used = web.page_count, _processor_seconds()
    held: dict[int, int] = {}
    started = None
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as child:
        while child.poll() is None:
            count = web.page_count - before
            started = started or (time.perf_counter() if count else None)
            step = count // look_every * look_every
            if step and step not in held:
                held[step] = psutil.Process(child.pid).memory_info().rss
            time.sleep(LOOK_SECONDS)
    if child.returncode or started is None:
        raise RuntimeError(f"the crawl failed: {command}")
    seconds = time.perf_counter() - started
    return Taken(web.page_count - before, seconds, _processor_seconds() - used, held)


def _processor_seconds() -> float:
    """Add up the processor time of children that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def crawl_with_the_product(web: Web, *, look_every: int) -> Taken:
    """Crawl every host as a source of its own, as production does, and check that each page was kept."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = f"sqlite:///{folder}/perilune.db"
        sessions = open_database(database)
        crawl = Crawl(folder, database, sessions)
        for number, address in enumerate(web.sitemaps):
            crawl.add(f"aa_host{number}", name=address, home=address, kind="sitemap", address=f'["{address}"]')
        del crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"]  # as in production
        command = [sys.executable, "-m", "crawler.batch"]
        taken = watched(command, web, look_every=look_every, environment=crawl.environment)
        _check_that_all_is_kept(sessions, crawl.pages, web)
        return taken


def _check_that_all_is_kept(sessions: sessionmaker[Session], pages: Path, web: Web) -> None:
    expected = web.host_count * web.pages_per_host
    with sessions() as session:
        done = sa.select(sa.func.count()).where(Fate.stage == Stage.FETCH, Fate.state == FateState.DONE)
        waiting = sa.select(sa.func.count()).where(Fate.stage == Stage.EXTRACT, Fate.state == FateState.WAITING)
        urls = sa.select(sa.func.count(sa.distinct(Page.url)))
        counts = [session.scalar(counted) for counted in (done, waiting, urls)]
    counts.append(sum(1 for _ in pages.rglob("*.zst")))
    if counts != [expected] * 4:
        raise RuntimeError(f"of {expected} pages, these were fetched, wait, have rows, have bytes: {counts}")


def crawl_with_plain_scrapy(web: Web, *, look_every: int, writes: bool = False) -> Taken:
    """Crawl the same pages with plain Scrapy, which keeps nothing or writes each body to a file."""
    ours = scrapy_settings(settings_from({"PERILUNE_DOWNLOAD_DELAY": "0"}))
    same = json.dumps({name: ours[name] for name in SAME_SETTINGS})
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "plain.py"  # Scrapy wants to look at its callbacks' source
        script.write_text(PLAIN_SPIDER, encoding="utf-8")
        bodies = Path(folder) / "bodies"
        bodies.mkdir()
        command = [sys.executable, str(script), same, str(bodies) if writes else "", *web.sitemaps]
        return watched(command, web, look_every=look_every)


CRAWLERS: dict[str, Crawler] = {
    "ours, everything stored": crawl_with_the_product,
    "plain Scrapy, nothing stored": crawl_with_plain_scrapy,
    "plain Scrapy, bodies in files": partial(crawl_with_plain_scrapy, writes=True),
}
