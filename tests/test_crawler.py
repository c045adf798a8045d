"""The crawler on a real HTTP server: what it stores, what it refuses, and that it never repeats or loses a link."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
import time
from html import escape
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crawler.found import Move
from models.fate import Fate
from models.page_store import PageStore
from models.source import CrawlRun, Link, Page, Source, next_look_at
from models.vocabulary import Stage
from tests.crawl_bench import CHALLENGE, FEED, ITEM, PAGE, SITEMAPS, TEXT, Crawl, a_feed

OFFICE_ENDINGS = ("pptx", "docx", "ppsx", "docm")

pytestmark = pytest.mark.databases("sqlite")  # what is tested does not depend on it


@pytest.mark.databases("sqlite", "postgresql")
def test_a_feed_s_pages_are_kept_once_with_what_the_feed_said(site: HTTPServer, crawl: Crawl) -> None:
    a_feed(site, "/news/1", "/news/2")
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    assert crawl.run()["aa_feed"]["new pages"] == 2
    assert "new pages" not in crawl.run()["aa_feed"]
    assert crawl.page_urls() == [site.url_for("/news/1"), site.url_for("/news/2")]
    with crawl.sessions() as session:
        link = session.scalars(sa.select(Link).where(Link.url == site.url_for("/news/1"))).one()
        assert (link.title, link.published, link.witness, link.is_backfill) == ("Story 1", "2022-03-10", "feed", True)
        page = session.scalars(sa.select(Page).where(Page.url == site.url_for("/news/1"))).one()
        assert TEXT.encode() in PageStore(str(crawl.pages)).read(page.content_hash)


def test_what_comes_after_the_first_crawl_is_no_backfill(site: HTTPServer, crawl: Crawl) -> None:
    a_feed(site, "/news/1")
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.run()
    site.clear_all_handlers()
    site.expect_request("/robots.txt").respond_with_data("")
    site.expect_request("/news/3").respond_with_data(PAGE.format(n=3, text=TEXT), content_type="text/html")
    a_feed(site, "/news/1", "/news/3")
    crawl.run()
    with crawl.sessions() as session:
        found = dict(session.execute(sa.select(Link.url, Link.is_backfill).where(~Link.is_index)).all())
    assert found == {site.url_for("/news/1"): True, site.url_for("/news/3"): False}


@pytest.mark.long
@pytest.mark.databases("postgresql")
def test_a_source_that_publishes_is_due_sooner_than_one_that_rests(site: HTTPServer, crawl: Crawl) -> None:
    start = dt.datetime(2022, 3, 14, 7, tzinfo=dt.UTC)
    shown = {"lively": ["/news/1"], "resting": ["/news/1"]}

    def feed(request: Request) -> Response:
        paths = shown[request.path.strip("/")]
        return Response(FEED.format(items="".join(ITEM.format(n=1, url=site.url_for(path)) for path in paths)))

    for slug in shown:
        site.expect_request(f"/{slug}").respond_with_handler(feed)
        crawl.add(slug, name=slug, home=site.url_for("/"), kind="feed", address=f'["{site.url_for(f"/{slug}")}"]')
    for day in range(6):
        shown["lively"] = [f"/closed/{day}/{number}" for number in range(4)]
        crawl.run(at=start + dt.timedelta(days=day))
    due_at = sa.select(Source.slug, Fate.due_at).join(Fate, Fate.item_id == Source.id).where(Fate.stage == Stage.CRAWL)
    with crawl.sessions() as session:
        due = {slug: moment for slug, moment in session.execute(due_at) if moment}
    assert start + dt.timedelta(days=5) < due["lively"] < due["resting"] - dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("answered", "url", "former"),
    [
        ("http://a.example/feed", "http://a.example/1", "http://a.example/1"),
        ("https://a.example/feed", "https://a.example/1", "http://a.example/1"),
        ("https://www.a.example/rss", "https://www.a.example/1?b=2", "http://a.example/1?b=2"),
        ("https://www.a.example/rss", "https://other.example/1", "https://other.example/1"),
    ],
)
def test_a_page_is_known_by_the_address_that_it_had_before_its_site_moved(answered: str, url: str, former: str) -> None:
    assert Move("http://a.example/feed", answered).former(url) == former


def test_a_page_without_text_is_looked_at_four_times_more_in_forty_days(now: dt.datetime) -> None:
    link, moment, days = Link(found_at=now, is_standing=False), now, []
    while (due_at := next_look_at(link, now=moment)) is not None:
        days.append((due_at - now).days)
        moment = due_at
    assert days == [1, 3, 9, 27]


def test_a_page_that_is_none_or_that_robots_txt_forbids_meets_a_recorded_fate(site: HTTPServer, crawl: Crawl) -> None:
    pages = {
        "/missing": (404, "gone", ("skipped", "not found (404)")),
        "/busy": (503, "busy", ("failed", "the server answered 503")),
        "/challenge": (200, CHALLENGE, ("failed", "challenge page")),
        "/large": (200, "<p>" + "x" * 3_000_000, ("skipped", "page too large")),
    }
    a_feed(site, "/closed/1", "/news/1", *pages)
    for path, (status, body, _) in pages.items():
        site.expect_request(path).respond_with_data(body, status=status, content_type="text/html")
    crawl.settings["PERILUNE_MAX_PAGE_BYTES"] = "2000000"
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.run()
    assert {path: crawl.fate_of(site.url_for(path)) for path in pages} == {path: of[2] for path, of in pages.items()}
    assert crawl.page_urls() == [site.url_for("/news/1")]
    assert crawl.fate_of(site.url_for("/closed/1")) == ("skipped", "robots.txt forbids it")
    assert not any(request.path.startswith("/closed/") for request, _ in site.log)


A_LIST = """<nav><a href="/news/3">A menu entry of some length</a></nav>
<ul><li><a href="{site}/news/1">Agencies sign an agreement</a> 2022-03-10</li>
<li><a href="{site}/news/2">Ministers meet in Vienna</a> 2022-03-09</li></ul>"""
INDEXES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a_listing": ("listing", A_LIST, ("/news/1", "/news/2")),
    "a_sitemap": (
        "sitemap",
        f'<urlset xmlns="{SITEMAPS}"><url><loc>{{site}}/news/1</loc></url></urlset>',
        ("/news/1",),
    ),
    "documents": (
        "documents",
        '<a href="/deck.pdf">The deck of the workshop</a><a href="/news/1">Not a document</a>'
        + "".join(f'<a href="/deck.{ending}?v=2">The deck as it was shown</a>' for ending in OFFICE_ENDINGS),
        (*(f"/deck.{ending}?v=2" for ending in sorted(OFFICE_ENDINGS)), "/deck.pdf"),
    ),
    "malformed_in_listing": (
        "listing",
        '<a href="http://[x]/">A broken address</a><a href="{site}/news/1">Agencies sign an agreement</a>',
        ("/news/1",),
    ),
    "malformed_in_feed": (
        "feed",
        FEED.format(items=ITEM.format(n=1, url="http://[x]/") + ITEM.format(n=2, url="{site}/news/1")),
        ("/news/1",),
    ),
    "malformed_in_sitemap": (
        "sitemap",
        f'<urlset xmlns="{SITEMAPS}"><url><loc>/news/1</loc></url><url><loc>mailto:a@b</loc></url></urlset>',
        ("/news/1",),
    ),
}
"""Sources with their kind, their index and the pages that it leads to."""


def test_every_kind_of_source_finds_its_links_and_a_malformed_address_costs_no_other(
    site: HTTPServer, crawl: Crawl
) -> None:
    for ending in OFFICE_ENDINGS:
        site.expect_request(f"/deck.{ending}").respond_with_data(
            b"PK\x03\x04 ...", content_type="application/octet-stream"
        )
    site.expect_request("/deck.pdf").respond_with_data(b"%PDF-1.4 ...", content_type="application/pdf")
    for slug, (kind, index, _) in INDEXES.items():
        body = index.replace("{site}", site.url_for("").rstrip("/"))
        site.expect_request(f"/of/{slug}").respond_with_data(body, content_type="text/html")
        pattern = {"links": "/news/"} if slug == "malformed_in_listing" else {}
        crawl.add(slug, name="A", home=site.url_for(f"/of/{slug}"), kind=kind, **pattern)
    ran = crawl.run()
    assert {slug: ran[slug]["outcome"] for slug in INDEXES} == dict.fromkeys(INDEXES, "done")
    with crawl.sessions() as session:
        pages = sa.select(Source.slug, Page.url).select_from(Page).join(Link).join(Source).order_by(Page.url)
        kept = [(slug, url) for slug, url in session.execute(pages)]
    expected = {(slug, site.url_for(path)) for slug, (_, _, paths) in INDEXES.items() for path in paths}
    assert sorted(kept) == sorted(expected)


NO_INDEXES: dict[str, tuple[str, bytes, str]] = {
    "comment": ("listing", b"<!-- only a comment -->", ""),
    "nothing": ("feed", b"", ""),
    "no_feed": ("feed", b"<html>", ""),
    "no_gzip": ("sitemap", b"\x1f\x8bbroken", ""),
    "no_links": ("listing", b"<p>We have a new look.</p>", "no list of articles"),
    "no_match": (
        "listing",
        b'<a href="/other/1">A page elsewhere</a>',
        "index failed: none of its links is among the links whose addresses match /news/",
    ),
}
"""Sources whose index cannot be read: their kind, the index, and what is remarked, where that is one thing alone."""


def test_an_index_that_cannot_be_read_is_a_recorded_failure(site: HTTPServer, crawl: Crawl) -> None:
    for slug, (kind, body, _) in NO_INDEXES.items():
        site.expect_request(f"/of/{slug}").respond_with_data(body, content_type="text/html")
        pattern = {"links": "/news/"} if slug == "no_match" else {}
        crawl.add(slug, name="A", home=site.url_for(f"/of/{slug}"), kind=kind, **pattern)
    ran = crawl.run()
    assert {slug: ran[slug]["outcome"] for slug in NO_INDEXES} == dict.fromkeys(NO_INDEXES, "failed")
    for slug, (_, _, remark) in NO_INDEXES.items():
        assert any(remark in each for each in ran[slug]), slug


def test_an_index_of_sitemaps_is_asked_for_again_though_it_stays_the_same(site: HTTPServer, crawl: Crawl) -> None:
    index = f'<sitemapindex xmlns="{SITEMAPS}"><sitemap><loc>{site.url_for("/child")}</loc></sitemap></sitemapindex>'
    site.expect_request("/index", headers={"If-None-Match": '"one"'}).respond_with_data("", status=304)
    site.expect_request("/index").respond_with_data(index, headers={"ETag": '"one"'})
    crawl.add("aa_index", name="A", home=site.url_for("/index"), kind="sitemap")
    for number in (1, 2):
        child = f'<urlset xmlns="{SITEMAPS}"><url><loc>{site.url_for(f"/news/{number}")}</loc></url></urlset>'
        site.expect_oneshot_request("/child").respond_with_data(child)
        crawl.run()
    assert crawl.page_urls() == [site.url_for("/news/1"), site.url_for("/news/2")]


def test_odd_headers_and_a_refresh_that_is_but_text_cost_no_page_a_real_one_leads_on_and_a_loop_is_called_so(
    site: HTTPServer, crawl: Crawl
) -> None:
    refresh = "<meta http-equiv='Refresh' content='{}; url=/news/1'>"
    away = refresh.format(0)
    pages = {
        "/attribute": f'<head><meta name=description content="{away}"></head>',
        "/comment": f"<head><!-- {away} --><noscript>{away}</noscript></head>",
        "/escaped": f"<head><title>{away}</title></head><p>{escape(away)}",
        "/form": f"<textarea>{away}</textarea>",
        "/later": f"<head>{refresh.format(60)}</head>",
        "/reload": "<head><meta http-equiv=refresh content='5; url=/reload'></head>",
        "/real": f"<head><base href=/elsewhere/>{away}</head>",
    }
    a_feed(site, "/loop", *pages)
    site.expect_request("/loop").respond_with_data("", status=302, headers={"Location": site.url_for("/loop")})
    headers = {"Content-Disposition": "attachment; filename=" + "月球".encode("gb18030").decode("latin-1")}
    for path, head in pages.items():
        body = head + PAGE.format(n=path, text=TEXT)
        site.expect_request(path).respond_with_data(body, headers=headers, content_type="text/html")
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.run()
    kept = [path for path in pages if path != "/real"]
    assert crawl.page_urls() == [site.url_for(path) for path in sorted([*kept, "/news/1"])]
    assert crawl.fate_of(site.url_for("/loop")) == ("failed", "max redirections reached")


def test_a_page_of_200_megabytes_is_cut_off_and_the_others_are_kept(site: HTTPServer, crawl: Crawl) -> None:
    def endless(_request: Request) -> Response:
        return Response((b"x" * 1_000_000 for _ in range(200)), content_type="text/html")

    a_feed(site, "/news/1", "/endless")
    site.expect_request("/endless").respond_with_handler(endless)
    crawl.settings["PERILUNE_MAX_DOCUMENT_BYTES"] = "5000000"
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.run()
    assert crawl.fate_of(site.url_for("/endless")) == ("skipped", "page too large")
    assert crawl.page_urls() == [site.url_for("/news/1")]


def test_a_dead_host_fails_alone(site: HTTPServer, crawl: Crawl) -> None:
    a_feed(site, "/news/1")
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.add("bb_dead", name="B", home="http://127.0.0.1:9/", kind="feed")
    counts = crawl.run()
    assert counts["aa_feed"]["outcome"] == "done"
    assert counts["bb_dead"]["outcome"] == "failed"
    with crawl.sessions() as session:
        source = session.scalars(sa.select(Source).where(Source.slug == "bb_dead")).one()
        fate = session.get_one(Fate, (Stage.CRAWL, source.id))
        assert (fate.state, fate.reason) == ("failed", "the host refuses connections")
        assert fate.due_at is not None


@pytest.mark.databases("postgresql")
def test_an_unchanged_feed_is_asked_for_conditionally(site: HTTPServer, crawl: Crawl) -> None:
    a_feed(site, "/news/1")
    site.clear_all_handlers()
    site.expect_request("/robots.txt").respond_with_data("")
    site.expect_request("/news/1").respond_with_data(PAGE.format(n=1, text=TEXT), content_type="text/html")

    def feed(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"one"':
            return Response(status=304)
        items = ITEM.format(n=1, url=site.url_for("/news/1"))
        return Response(FEED.format(items=items), content_type="application/rss+xml", headers={"ETag": '"one"'})

    site.expect_request("/feed").respond_with_handler(feed)
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.run()
    assert crawl.run()["aa_feed"]["index not modified"] == 1


@pytest.mark.databases("postgresql")
def test_a_standing_page_that_changed_is_a_second_page(site: HTTPServer, crawl: Crawl) -> None:
    url = site.url_for("/standing")
    crawl.add("aa_page", name="A", home=url, kind="standing")
    for text in ("The 12th workshop.", "The 12th workshop.", "The 13th workshop."):
        site.expect_oneshot_request("/standing").respond_with_data(f"<p>{text}</p>" + TEXT, content_type="text/html")
        crawl.run()
    assert crawl.page_urls() == [url, url]


def test_a_full_page_store_stops_the_crawl_in_one_sentence_and_loses_nothing(
    site: HTTPServer, crawl: Crawl, tmp_path: Path
) -> None:
    a_feed(site, "/news/1")
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.settings["PERILUNE_PAGES"] = "/dev/full/pages"
    command = [sys.executable, "-m", "crawler.batch", "--force"]
    result = subprocess.run(command, env=crawl.environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "the page store at /dev/full/pages cannot be written" in result.stderr
    assert "Traceback" not in result.stderr
    assert crawl.page_urls() == []
    del crawl.settings["PERILUNE_PAGES"]
    crawl.run(at=dt.datetime.now(dt.UTC) + dt.timedelta(days=2))
    assert crawl.page_urls() == [site.url_for("/news/1")]


@pytest.mark.databases("sqlite", "postgresql")
def test_a_crawl_that_was_killed_is_completed_by_the_next(site: HTTPServer, crawl: Crawl) -> None:
    may_answer = threading.Event()

    def slow(_request: Request) -> Response:
        may_answer.wait(timeout=60)
        return Response(PAGE.format(n=1, text=TEXT), content_type="text/html")

    site.expect_request("/slow").respond_with_handler(slow)
    a_feed(site, "/slow", "/news/1", "/news/2")
    crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"] = "60"
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    command = [sys.executable, "-m", "crawler.batch", "--force"]
    with subprocess.Popen(command, env=crawl.environment, stdout=subprocess.DEVNULL) as child:
        while not crawl.page_urls():
            assert child.poll() is None
            time.sleep(0.05)
        child.kill()
    may_answer.set()
    crawl.run()
    assert crawl.page_urls() == [site.url_for("/news/1"), site.url_for("/news/2"), site.url_for("/slow")]
    with crawl.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CrawlRun).where(CrawlRun.outcome == "done")) == 1


def test_scrapy_crawl_knows_each_source_by_name(site: HTTPServer, crawl: Crawl) -> None:
    a_feed(site, "/news/1")
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    command = [sys.executable, "-m", "scrapy", "crawl", "aa_feed"]
    root = Path(__file__).parent.parent
    subprocess.run(command, env=crawl.environment, check=True, capture_output=True, cwd=root)
    assert crawl.page_urls() == [site.url_for("/news/1")]
