"""Crawls of an archive in the child process that the product uses, and the small pages that the tests' sites serve."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker

from crawler.catalogue import sync_sources
from crawler.source_file import load_source_files
from models.fate import Fate
from models.source import Link, Page
from models.vocabulary import Stage
from perilune.crawling import crawl_in_child

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>"""
ITEM = "<item><title>Story {n}</title><link>{url}</link><pubDate>Thu, 10 Mar 2022 08:00:00 GMT</pubDate></item>"
PAGE = "<html><body><article><h1>Story {n}</h1><p>{text}</p></article></body></html>"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
CHALLENGE = "<html><title>Just a moment...</title><body>Checking your browser</body></html>"
TEXT = "The agencies signed a memorandum on lunar exploration in Vienna on Thursday. " * 5
LOCAL_PLACE = re.compile(r"(?<=//)(?:localhost|[\w.-]+\.test|127\.0\.0\.\d+|\[::1\]):\d+")


class Crawl:
    """Crawls the sources of one folder into one archive, in the child process that the product uses."""

    def __init__(self, folder: Path, database_url: str, sessions: sessionmaker[Session]) -> None:
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.sessions = sessions
        self.pages = folder / "pages"
        self.settings = {
            "PERILUNE_HOME": str(folder),
            "PERILUNE_DATABASE": database_url,
            "PERILUNE_SOURCES": str(self.sources),
            "PERILUNE_DOWNLOAD_DELAY": "0",
            "PERILUNE_DOWNLOAD_TIMEOUT": "3",
        }

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment with the archive's settings."""
        return {**os.environ, **self.settings}

    def allow(self, *addresses: str) -> None:
        """Let the crawl ask servers of the test's own, which are on loopback."""
        places = {place.group() for address in addresses for place in LOCAL_PLACE.finditer(address)}
        known = filter(None, self.settings.get("PERILUNE_ALLOW_NETWORKS", "").split(","))
        self.settings["PERILUNE_ALLOW_NETWORKS"] = ",".join(sorted({*known, *places}))

    def add(self, slug: str, **keys: str) -> None:
        """Write a source file and sync it; where it is watched may be asked."""
        self.allow(*keys.values())
        written = {
            key: value if value.startswith("[") or value == "true" else repr(value) for key, value in keys.items()
        }
        lines = [f"{key} = {value}" for key, value in written.items()]
        (self.sources / f"{slug}.toml").write_text("\n".join(lines), encoding="utf-8")
        files, problems = load_source_files(self.sources)
        assert problems == []
        with self.sessions.begin() as session:
            sync_sources(session, files, now=dt.datetime(2022, 1, 1, tzinfo=dt.UTC))

    def run(self, *slugs: str, at: dt.datetime | None = None) -> dict[str, dict[str, object]]:
        """Crawl now, or at a fixed moment."""
        return crawl_in_child(slugs, forced=at is None, at=at, environment=self.environment)

    def page_urls(self) -> list[str]:
        """The addresses of all pages, in order."""
        with self.sessions() as session:
            return sorted(session.scalars(sa.select(Page.url)))

    def fate_of(self, url: str, stage: Stage = Stage.FETCH) -> tuple[str, str | None]:
        """State and reason of a link."""
        with self.sessions() as session:
            row = session.execute(
                sa.select(Fate.state, Fate.reason)
                .join(Link, Link.id == Fate.item_id)
                .where(Fate.stage == stage, Link.url == url)
            ).one()
            return row.state, row.reason

    def fate_of_pages(self) -> list[tuple[str, str | None]]:
        """State and reason of all pages' extraction, in order."""
        with self.sessions() as session:
            fates = sa.select(Fate.state, Fate.reason).where(Fate.stage == Stage.EXTRACT).order_by(Fate.item_id)
            return [(str(state), reason) for state, reason in session.execute(fates)]


def a_feed(site: HTTPServer, *paths: str) -> None:
    """Serve a feed at /feed that lists these pages."""
    items = "".join(ITEM.format(n=path[-1], url=site.url_for(path)) for path in paths)
    site.expect_request("/feed").respond_with_data(FEED.format(items=items), content_type="application/rss+xml")
