"""Several sources in one crawl on a real HTTP server: none waits for another, and what changes back is seen."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from models.source import CrawlRun, Page, Source
from tests.crawl_bench import FEED, ITEM, PAGE, TEXT, Crawl


def a_feed_at(site: HTTPServer, path: str, *pages: str) -> str:
    """Serve a feed that lists these pages, and write its address as a source file does."""
    items = "".join(ITEM.format(n=page[-1], url=site.url_for(page)) for page in pages)
    site.expect_request(path).respond_with_data(FEED.format(items=items), content_type="application/rss+xml")
    return f'["{site.url_for(path)}"]'


class SlowPage:
    """A page that answers only when told to."""

    def __init__(self, site: HTTPServer, path: str) -> None:
        self.may_answer = threading.Event()
        self.is_asked = threading.Event()
        site.expect_request(path).respond_with_handler(self._answer)

    def _answer(self, _request: Request) -> Response:
        self.is_asked.set()
        self.may_answer.wait(timeout=60)
        return Response(PAGE.format(n=9, text=TEXT), content_type="text/html")


def finished_sources(crawl: Crawl) -> set[str]:
    """Name the sources whose run has ended."""
    with crawl.sessions() as session:
        ended = sa.select(Source.slug).join(CrawlRun, CrawlRun.source_id == Source.id)
        return set(session.scalars(ended.where(CrawlRun.finished_at.is_not(None))))


@pytest.fixture
def threaded_site() -> Iterator[HTTPServer]:
    """A site that answers several requests at once."""
    with HTTPServer(threaded=True) as server:
        server.expect_request("/robots.txt").respond_with_data("")
        for number in (1, 2):
            body = PAGE.format(n=number, text=TEXT)
            server.expect_request(f"/news/{number}").respond_with_data(body, content_type="text/html")
        yield server


def test_a_source_ends_its_run_without_waiting_for_a_slow_one_and_one_that_comes_due_joins(
    threaded_site: HTTPServer, crawl: Crawl
) -> None:
    site = threaded_site
    crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"] = "60"
    slow = SlowPage(site, "/slow")
    crawl.add("aa_slow", name="A", home=site.url_for("/"), kind="feed", address=a_feed_at(site, "/a", "/slow"))
    crawl.add("bb_quick", name="B", home=site.url_for("/"), kind="feed", address=a_feed_at(site, "/b", "/news/1"))
    with subprocess.Popen(
        [sys.executable, "-m", "crawler.batch"], env=crawl.environment, stdout=subprocess.PIPE, text=True
    ) as child:
        assert slow.is_asked.wait(timeout=60)
        while "bb_quick" not in finished_sources(crawl):
            assert child.poll() is None
        crawl.add("cc_late", name="C", home=site.url_for("/"), kind="feed", address=a_feed_at(site, "/c", "/news/2"))
        while "cc_late" not in finished_sources(crawl):
            assert child.poll() is None
        assert "aa_slow" not in finished_sources(crawl)
        slow.may_answer.set()
        output, _ = child.communicate(timeout=60)
    assert {slug for slug in ("aa_slow", "bb_quick", "cc_late") if f'"{slug}"' in output} == finished_sources(crawl)
    with crawl.sessions() as session:
        by_end = sa.select(Source.slug).join(CrawlRun).order_by(CrawlRun.finished_at)
        assert list(session.scalars(by_end))[-1] == "aa_slow"


def test_a_standing_page_that_goes_back_to_earlier_bytes_is_a_page_again(site: HTTPServer, crawl: Crawl) -> None:
    shown = {"text": "first"}
    site.expect_request("/standing").respond_with_handler(
        lambda _request: Response(PAGE.format(n=1, text=TEXT + shown["text"]), content_type="text/html")
    )
    crawl.add("aa_standing", name="A", home=site.url_for("/standing"), kind="standing")
    for day, text in enumerate(("first", "second", "second", "first")):
        shown["text"] = text
        crawl.run(at=dt.datetime.now(dt.UTC) + dt.timedelta(days=day))
    with crawl.sessions() as session:
        hashes = list(session.scalars(sa.select(Page.content_hash).order_by(Page.id)))
    assert len(hashes) == 3
    assert hashes[0] == hashes[2] != hashes[1]
