"""Targets that read bodies from the network: feeds, sitemaps, robots.txt, pages, PDFs, mail that came back."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from pathlib import Path

from reportlab.lib.pagesizes import A4
from scrapy.robotstxt import ProtegoRobotParser

from crawler.feeds import MAX_ITEMS, MAX_SUMMARY_CHARS, MAX_TITLE_CHARS, FeedProblem, feed_of
from crawler.found import address_of
from crawler.sitemaps import SitemapProblem, content_of_sitemap
from digest.bounces import MAX_REASON_CHARS, report_of
from perilune.urls import canonical_url
from pipeline.extraction.extract import ExtractionProblem, FetchedPage, extract
from pipeline.extraction.pdf import article_of_pdf
from pipeline.values import Extracted
from tests.fuzz.target import PIECES, Target
from tests.returned_letters import ABSENCE, COMPLAINT, OLD_SERVER, a_report
from tests.test_feeds import FLAVOURS
from tests.test_pdf import drawn, long_document, print_lines, prose

FROZEN = Path(__file__).parents[1] / "extraction"
NOW = dt.datetime(2022, 3, 14, 7, tzinfo=dt.UTC)
URL = "https://agency.example/feed.xml"


def check_feed(content: bytes) -> None:
    """A feed or sitemap gives bounded, printable items with believable dates, or is refused for a reason."""
    with contextlib.suppress(FeedProblem):
        feed = feed_of(content, URL, now=NOW)
        assert feed == feed_of(content, URL, now=NOW)
        assert len(feed.items) <= MAX_ITEMS
        for item in feed.items:
            assert len(item.title or "") <= MAX_TITLE_CHARS
            assert len(item.summary or "") <= MAX_SUMMARY_CHARS
            assert "\0" not in (item.title or "") + (item.summary or "")
            assert item.published_at is None or item.published_at <= NOW + dt.timedelta(days=2)
        for link in feed.links:
            address = address_of(link)
            assert address is None or canonical_url(address) == address
        periods = [feed.hints.ttl_minutes, feed.hints.update_minutes]
        assert all(period is None or (period > 0 and math.isfinite(period)) for period in periods)
    with contextlib.suppress(SitemapProblem):
        content_of_sitemap(content, URL)


SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://agency.example/1</loc><n:news>
 <n:publication_date>2022-03-10</n:publication_date><n:title>Moon</n:title></n:news></url></urlset>"""
FEEDS = Target(
    check_feed,
    lambda: [*FLAVOURS.values(), SITEMAP],
    PIECES["feeds"],
)


def check_robots(content: bytes) -> None:
    """Any robots.txt gives rules: allowed or not, and a delay that can be waited for."""
    rules = ProtegoRobotParser(content, None)
    for path in ("/", "/news/1?a=b", "/%E6%9C%88", "/*$"):
        assert rules.allowed(f"https://agency.example{path}", "Perilune") in {True, False}
    delay = rules.crawl_delay("Perilune")
    assert delay is None or delay >= 0, delay


ROBOTS = Target(
    check_robots,
    lambda: [b"User-agent: *\nDisallow: /closed/\nAllow: /closed/*.html$\nCrawl-delay: 10\nSitemap: /sitemap.xml\n"],
    PIECES["robots"],
    max_bytes=1_000,
)


def check_page(content: bytes) -> None:
    """A page becomes an article whose parts stand where they say and whose date has come, or is refused."""
    page = FetchedPage(content, "https://agency.example/news/2022/03/10/moon", "text/html", fetched_on=NOW.date())
    try:
        found = extract(page)
    except ExtractionProblem:
        return
    if not isinstance(found, Extracted):
        assert found.reason
        return
    assert all(found.text[each.start : each.end] == each.text for each in found.passages)
    assert all(each.text for each in found.passages)
    assert "\0" not in found.text + found.title
    found.text.encode()
    found.title.encode()
    date = found.published.date
    assert date is None or date.first <= NOW.date() + dt.timedelta(days=1)


PAGES = Target(
    check_page,
    lambda: [path.read_bytes() for path in sorted(FROZEN.glob("*/page.html"))],
    PIECES["pages"],
    max_bytes=20_000,
    max_seconds=5.0,
)


def check_pdf(content: bytes) -> None:
    """A PDF gives blocks with text and a page that it has, or is refused."""
    try:
        article = article_of_pdf(content)
    except ExtractionProblem:
        return
    assert all(block.text and 0 < (block.page or 0) <= article.page_count for block in article.blocks)


def _pdfs() -> list[bytes]:
    plain = drawn(lambda canvas: print_lines(canvas, [prose(1, 8)]), A4)
    return [plain, drawn(lambda canvas: long_document(canvas, 1))]


PDFS = Target(
    check_pdf,
    _pdfs,
    PIECES["pdfs"],
    max_bytes=8_000,
    max_seconds=14.0,
)


def check_letter(content: bytes) -> None:
    """Any letter gives a report with a bounded reason on one line, the same however its lines end."""
    report = report_of(content)
    assert len(report.reason) <= MAX_REASON_CHARS
    assert "\n" not in report.reason
    report.reason.encode()
    assert report == report_of(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def _letters() -> list[bytes]:
    to = f"bounces+{'a' * 12}.{'b' * 12}.{'c' * 20}@perilune.example"
    old = OLD_SERVER.format(to=to, words="550 5.1.1 No such user here")
    return [a_report(to), COMPLAINT.format(to=to, kind="abuse").encode(), old.encode(), ABSENCE.format(to=to).encode()]


LETTERS = Target(
    check_letter,
    _letters,
    PIECES["letters"],
    max_bytes=3_000,
)
