"""What a newcomer does on the first day, in a real browser: from adding a source to exporting a brief."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from digest.issue import compose_issue
from models.edition import Edition
from models.saved_search import SavedSearch
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


def test_a_newcomer_s_first_day(
    browser: Browser,
    agency: HTTPServer,
    tmp_path: Path,
    encoder: Callable[[], Encoder],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = f"{agency.host}:{agency.port}"
    said = {"HOME": str(tmp_path), "DOWNLOAD_DELAY": "0", "EXTRACT_WORKERS": "1", "ALLOW_NETWORKS": place}
    for name, value in said.items():
        monkeypatch.setenv(f"PERILUNE_{name}", value)
    settings = settings_from(os.environ)
    archive = open_archive(settings)
    seed(archive, now=datetime.now(UTC))
    with served(app_for(settings)) as base, a_visit(browser, base, viewport={"width": 1280, "height": 900}) as visit:
        page = visit.page
        page.goto(f"{base}/sources")
        adds_a_source(page, agency.url_for("/"))
        crawl_in_child(["aa_agency"], forced=True, environment=os.environ)
        process_due(archive, now=datetime.now(UTC), encoder=encoder)
        saves_an_alert(page, "memorandum")
        finds_an_article_and_corrects_its_topic(page)
        makes_an_edition(page)
        with archive.sessions.begin() as session:
            now = datetime.now(UTC)
            assert compose_issue(session, session.scalars(sa.select(Edition)).one(), now, now) is not None
        edits_the_digest(page)
        brief = exports_a_brief(page, "memorandum")
    check_brief(brief, address=agency.url_for("/1"), base=base)
    with archive.sessions() as session:
        saved = session.scalars(sa.select(SavedSearch)).one()
        assert (saved.query, saved.pace) == ("memorandum", "instant")


def adds_a_source(page: Page, address: str) -> None:
    """Paste an address, look at what it offers, and add it."""
    page.get_by_role("link", name="Add a source").first.click()
    page.get_by_label("Address").fill(address)
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="The newest 2 items")).to_be_visible()
    page.get_by_label("Name that readers see").fill("The agency")
    page.get_by_label("Short name").fill("aa_agency")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("is watched from the next crawl on")).to_be_visible()


def searches(page: Page, line: str) -> None:
    """Search from wherever one is."""
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Search line").fill(line)
    page.get_by_role("button", name="Search", exact=True).click()


def saves_an_alert(page: Page, line: str) -> None:
    """Have the finds of a search mailed at once."""
    searches(page, line)
    page.get_by_text("Keep this search").click()
    page.get_by_label("Your mail address").fill("ada@example.org")
    page.get_by_role("button", name="at once").click()
    expect(page.get_by_role("heading", name="Alert by mail")).to_be_visible()
    expect(page.get_by_label("How often")).to_have_value("instant")


def finds_an_article_and_corrects_its_topic(page: Page) -> None:
    """Open the article that a search found, and say what it is not about."""
    searches(page, "memorandum")
    page.get_by_role("link", name=TITLES["/1"], exact=True).click()
    topics = page.locator("section", has=page.get_by_role("heading", name="Topics", exact=True))
    expect(topics.locator(".topics")).to_contain_text("Lunar exploration")
    topics.get_by_text("Wrong topic?").click()
    topics.get_by_label("It is not about").select_option("Lunar exploration")
    topics.get_by_label("Your name").fill("Ada")
    topics.get_by_role("button", name="Correct").click()
    expect(page.get_by_text("topic lunar-exploration is wrong").first).to_be_visible()
    expect(topics.locator(".topics")).not_to_contain_text("Lunar exploration")
    page.wait_for_load_state()
    page.get_by_role("button", name="Reference").click()
    page.get_by_role("link", name="Corrections").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text(TITLES["/1"])


def makes_an_edition(page: Page) -> None:
    """Make a digest that waits a day at the desk."""
    page.get_by_role("button", name="Manage").click()
    page.get_by_role("link", name="Editions", exact=True).click()
    page.get_by_role("link", name="Make an edition").first.click()
    page.get_by_label("Name that readers see").fill("The week")
    page.get_by_label("Short name").fill("week")
    page.get_by_label("Hours for review").fill("24")
    page.get_by_role("button", name="Make the edition").click()
    expect(page.get_by_role("heading", name="The week")).to_be_visible()


def edits_the_digest(page: Page) -> None:
    """Write an introduction at the desk."""
    page.get_by_role("link", name="Digests").first.click()
    page.get_by_role("link", name="Desk", exact=True).first.click()
    page.get_by_text("Write the introduction").click()
    page.get_by_label("A few words at the head of the issue").fill("A station is agreed.")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("A station is agreed.").first).to_be_visible()


def exports_a_brief(page: Page, line: str) -> bytes:
    """Take along what a search finds as a Word brief."""
    searches(page, line)
    page.get_by_text("Export all").click()
    export = page.get_by_role("button", name="Export", exact=True)
    page.locator("form", has=export).get_by_label("Form").select_option("docx")
    with page.expect_download() as download:
        export.click()
    return download.value.path().read_bytes()


def check_brief(file: bytes, *, address: str, base: str) -> None:
    """See that it opens as a Word file whose footnote names the article, its page on the web, the day and the copy."""
    body = docx.Document(io.BytesIO(file))
    assert TITLES["/1"] in [paragraph.text for paragraph in body.paragraphs]
    (part,) = (rel.target_part for rel in body.part.rels.values() if rel.reltype.endswith("/footnotes"))
    note = "".join(ET.fromstring(part.blob).itertext())
    for said in (f"“{TITLES['/1']}”", "The agency", "2022-03-10", address, f"archived copy {base}/article/"):
        assert said in note
