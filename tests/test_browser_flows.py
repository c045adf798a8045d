"""What a newcomer does on the first day, in a real browser: add a source, find its article, correct its topic."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer

from perilune.archive import open_archive
from perilune.config import settings_from
from perilune.crawling import crawl_in_child
from perilune.processing import process_due
from perilune.seeding import seed
from perilune.serving import app_for
from pipeline.encoding.encoder import Encoder
from tests.bench import LAUNCH, SIGNING, page_of
from tests.browsing import a_visit, served
from tests.crawl_bench import FEED, ITEM

TITLES = {"/1": "Two agencies sign a memorandum on a lunar station", "/2": "A joint satellite leaves for Mercury"}
HOME = "<html><head><title>Agency news</title>{feed}</head><body><h1>Agency news</h1>{links}</body></html>"


@pytest.fixture
def agency(httpserver: HTTPServer) -> HTTPServer:
    """The site of an agency: a home page, its feed and two articles."""
    items = "".join(ITEM.format(n=path, url=httpserver.url_for(path)) for path in TITLES)
    links = "".join(f"<p><a href='{path}'>{title}</a></p>" for path, title in TITLES.items())
    feed = "<link rel='alternate' type='application/rss+xml' href='/feed'>"
    for path, body, kind in (
        ("/robots.txt", "User-agent: *\nAllow: /\n", "text/plain"),
        ("/", HOME.format(feed=feed, links=links), "text/html"),
        ("/feed", FEED.format(items=items), "application/rss+xml"),
        ("/1", page_of(TITLES["/1"], SIGNING).decode(), "text/html"),
        ("/2", page_of(TITLES["/2"], LAUNCH).decode(), "text/html"),
    ):
        httpserver.expect_request(path).respond_with_data(body, content_type=kind)
    return httpserver


def test_a_newcomer_adds_a_source_finds_its_article_and_corrects_a_topic(
    browser: Browser,
    agency: HTTPServer,
    tmp_path: Path,
    encoder: Callable[[], Encoder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"HOME": str(tmp_path), "DOWNLOAD_DELAY": "0", "EXTRACT_WORKERS": "1"}.items():
        monkeypatch.setenv(f"PERILUNE_{name}", value)
    settings = settings_from(os.environ)
    archive = open_archive(settings)
    seed(archive, now=datetime.now(UTC))
    with served(app_for(settings)) as base, a_visit(browser, base, viewport={"width": 1280, "height": 900}) as visit:
        page = visit.page
        page.goto(f"{base}/sources")
        page.get_by_role("link", name="Add a source").click()
        page.get_by_label("Address").fill(agency.url_for("/"))
        page.get_by_role("button", name="Look").click()
        expect(page.get_by_role("heading", name="The newest 2 items")).to_be_visible()
        page.get_by_label("Name that readers see").fill("The agency")
        page.get_by_label("Short name").fill("aa_agency")
        page.get_by_role("button", name="Add").click()
        expect(page.locator(".notice")).to_contain_text("is watched from the next crawl on")
        crawl_in_child(["aa_agency"], forced=True, environment=os.environ)
        process_due(archive, now=datetime.now(UTC), encoder=encoder)
        page.get_by_role("link", name="Search", exact=True).click()
        page.get_by_label("Search line").fill("memorandum")
        page.get_by_role("button", name="Search", exact=True).click()
        page.get_by_role("link", name=TITLES["/1"], exact=True).click()
        topics = page.locator("section", has=page.get_by_role("heading", name="Topics", exact=True))
        expect(topics.locator(".topics")).to_contain_text("Lunar exploration")
        topics.get_by_text("Wrong topic?").click()
        topics.get_by_label("It is not about").select_option("Lunar exploration")
        topics.get_by_label("Your name").fill("Ada")
        topics.get_by_role("button", name="Correct").click()
        expect(page.locator(".notice").first).to_contain_text("topic lunar-exploration is wrong")
        expect(topics.locator(".topics")).not_to_contain_text("Lunar exploration")
        page.wait_for_load_state()
        page.get_by_role("button", name="Reference").click()
        page.get_by_role("link", name="Corrections").click()
        expect(page.get_by_role("row").nth(1)).to_contain_text(TITLES["/1"])
