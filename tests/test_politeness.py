"""Manners on a real HTTP server: the gap between two requests to a host, and the rules of one that cannot tell them."""

from __future__ import annotations

import datetime as dt
import time
from itertools import pairwise

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crawler.politeness import ROBOTS_BYTES
from models.fate import await_stage
from models.source import Link, Source
from models.vocabulary import Stage
from tests.crawl_bench import FEED, ITEM, PAGE, TEXT, Crawl

pytestmark = pytest.mark.databases("sqlite")  # what is tested does not depend on it


def a_site(httpserver: HTTPServer, robots: str, *, status: int = 200) -> list[float]:
    """Serve a feed of three pages under this robots.txt; returns the moments of all requests, filled as they come."""
    moments: list[float] = []
    items = "".join(ITEM.format(n=number, url=httpserver.url_for(f"/news/{number}")) for number in range(3))

    def answer(request: Request) -> Response:
        moments.append(time.monotonic())
        if request.path == "/robots.txt":
            return Response(robots, status=status, content_type="text/plain")
        if request.path == "/feed":
            return Response(FEED.format(items=items), content_type="application/rss+xml")
        return Response(PAGE.format(n=1, text=TEXT), content_type="text/html; charset=utf-8")

    for path in ("/robots.txt", "/feed", *(f"/news/{number}" for number in range(3))):
        httpserver.expect_request(path).respond_with_handler(answer)
    return moments


def crawled(crawl: Crawl, httpserver: HTTPServer, *, delay: str = "0") -> dict[str, object]:
    """Crawl the site's feed and return the counts."""
    crawl.settings["PERILUNE_DOWNLOAD_DELAY"] = delay
    crawl.add(
        "aa_feed", name="A", home=httpserver.url_for("/"), kind="feed", address=f'["{httpserver.url_for("/feed")}"]'
    )
    return crawl.run()["aa_feed"]


@pytest.mark.parametrize(
    ("robots", "delay", "gap"),
    [
        ("User-agent: *\nCrawl-delay: 0.6\n", "0.1", 0.6),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: perilune\nCrawl-delay: 0.4\n", "0", 0.4),
        ("User-agent: *\nCrawl-delay: 0.1\n", "0.4", 0.4),
        ("", "0.4", 0.4),
    ],
    ids=["longer than ours", "for us by name", "shorter than ours", "none"],
)
def test_two_requests_to_a_host_are_never_closer_than_asked(
    httpserver: HTTPServer, crawl: Crawl, robots: str, delay: str, gap: float
) -> None:
    moments = a_site(httpserver, robots)
    assert crawled(crawl, httpserver, delay=delay)["new pages"] == 3
    assert len(moments) == 5
    assert min(later - earlier for earlier, later in pairwise(moments)) >= gap


@pytest.mark.parametrize("status", [500, 503, 429])
def test_nothing_is_fetched_while_a_host_s_rules_cannot_be_read(
    httpserver: HTTPServer, crawl: Crawl, status: int
) -> None:
    a_site(httpserver, "", status=status)
    counts = crawled(crawl, httpserver)
    assert counts["outcome"] == "failed"
    assert counts[f"index failed: the host's rules cannot be read ({status})"] == 1
    assert {request.path for request, _ in httpserver.log} == {"/robots.txt"}


def test_an_error_page_in_place_of_rules_forbids_nothing(httpserver: HTTPServer, crawl: Crawl) -> None:
    a_site(httpserver, "User-agent: *\nDisallow: /\n", status=404)
    assert crawled(crawl, httpserver)["new pages"] == 3


def test_a_host_that_cannot_be_reached_is_called_so(httpserver: HTTPServer, crawl: Crawl) -> None:
    crawl.add("aa_feed", name="A", home="http://127.0.0.1:9/feed", kind="feed")
    assert "index failed: the host refuses connections" in crawl.run()["aa_feed"]


def test_links_that_wait_when_a_crawl_begins_are_held_to_the_rules_too(site: HTTPServer, crawl: Crawl) -> None:
    site.expect_request("/feed").respond_with_data("<rss><channel/></rss>")
    for number in range(8):
        site.expect_request(f"/closed/{number}").respond_with_data("a page that nobody may read " * 20)
    crawl.add("aa_feed", name="A", home=site.url_for("/feed"), kind="feed")
    with crawl.sessions.begin() as session:
        source_id, now = session.scalars(sa.select(Source.id)).one(), dt.datetime.now(dt.UTC)
        links = [Link(source_id=source_id, url=site.url_for(f"/closed/{n}"), found_at=now) for n in range(8)]
        session.add_all(links)
        session.flush()
        await_stage(session, Stage.FETCH, [link.id for link in links], due_at=now)
    crawl.run()
    assert crawl.page_urls() == []
    assert crawl.fate_of(site.url_for("/closed/7")) == ("skipped", "robots.txt forbids it")


def test_a_host_that_asks_for_an_hour_between_two_requests_is_left_alone(httpserver: HTTPServer, crawl: Crawl) -> None:
    moments = a_site(httpserver, "User-agent: *\nCrawl-delay: 3600\n")
    crawl.add("aa_feed", name="A", home=httpserver.url_for("/feed"), kind="feed")
    assert "index failed: the host asks for 3,600 s between two requests" in crawl.run()["aa_feed"]
    assert len(moments) == 1


def test_of_rules_without_end_the_beginning_holds(httpserver: HTTPServer, crawl: Crawl) -> None:
    head, cut = "User-agent: *\nDisallow: /news/1\n", "Disallow: /news/2\n"
    filler = "# to be left\n" * ((ROBOTS_BYTES - len(head) - len("Disallow: /")) // len("# to be left\n"))
    begun = head + "#" * (ROBOTS_BYTES - len(head + filler) - len("Disallow: /") - 1) + "\n" + filler
    assert len(begun + "Disallow: /") == ROBOTS_BYTES
    a_site(httpserver, begun + cut + "Disallow: /*N*x$\n" * 200_000)
    crawled(crawl, httpserver)
    assert crawl.page_urls() == [httpserver.url_for(f"/news/{number}") for number in (0, 2)]
