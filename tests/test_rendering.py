"""Pages that a program in the browser fills: real sites on loopback, a real Chromium, the crawl as users run it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from playwright.async_api import async_playwright
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crawler.browser import settled
from crawler.rendering import chromium_arguments
from models.page_store import PageStore
from models.source import CrawlRun, Page, Source
from perilune.config import settings_from
from perilune.serving import app_for
from tests.conftest import CHROMIUM
from tests.crawl_bench import PAGE, TEXT, Crawl, a_feed

pytestmark = pytest.mark.databases("sqlite")  # what is tested does not depend on it

FRAME = "<!DOCTYPE html><html><head><title>{title}</title></head><body><div id='root'></div>{script}</body></html>"
LIST = """<script>fetch("{api}").then(answer => answer.json()).then(items => {{
  document.getElementById("root").innerHTML = "<ul>" + items.map(
    item => `<li><a href="${{item.path}}">${{item.title}}</a> <time>${{item.day}}</time></li>`).join("") + "</ul>";
}});</script>"""
ARTICLE = """<script src="/article.js"></script><img src="/picture.png">"""
FILL = """document.getElementById("root").innerHTML =
  `<article><h1>Story of ${{location.pathname}}</h1><p>{text}</p><p>${{navigator.userAgent}}</p></article>`;"""
TITLES = (
    "Agencies sign a memorandum on lunar exploration",
    "Crew of four returns from the station after six months",
    "Ministers discuss the rules of orbital debris in Vienna",
    "Second satellite of the climate mission reaches its orbit",
    "Observatory opens its archive to partners in Africa",
    "Joint committee agrees on data from weather satellites",
    "Lander sends first pictures from the southern highlands",
    "Young engineers win the prize for small propulsion",
)
ITEMS = [{"path": f"/news/{n}", "title": title, "day": f"2022-03-{20 - n}"} for n, title in enumerate(TITLES, start=1)]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NO_BROWSER = "/nowhere/chromium"
HIDDEN = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "scrapy_playwright" else real(name, *more)
"""


@pytest.fixture(scope="module", autouse=True)
def chromium() -> None:
    """The system's Chromium."""
    if not CHROMIUM.exists():
        pytest.fail(f"these tests need {CHROMIUM}: run `make test-tools`, or apt-get install chromium")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough here."""
    return f"sqlite:///{tmp_path}/perilune.db"


@pytest.fixture
def crawl(crawl: Crawl, site: HTTPServer) -> Crawl:
    """A crawl that gives a browser on a busy machine its time."""
    crawl.allow(site.url_for(""))
    crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"] = "20"
    return crawl


@pytest.fixture
def site() -> Iterator[HTTPServer]:
    """A site whose list and articles are empty until a program has run."""
    with HTTPServer(threaded=True) as server:
        server.no_handler_status_code = 404
        server.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /closed/\n")
        server.expect_request("/api/news").respond_with_json(ITEMS)
        server.expect_request("/closed/api").respond_with_json(ITEMS)
        server.expect_request("/article.js").respond_with_data(FILL.format(text=TEXT), content_type="text/javascript")
        server.expect_request("/picture.png").respond_with_data(b"", content_type="image/png")
        for path, script in {"/list": LIST.format(api="/api/news"), "/shut": LIST.format(api="/closed/api")}.items():
            page = FRAME.format(title="News", script=script)
            server.expect_request(path).respond_with_data(page, content_type="text/html")
        for item in ITEMS:
            page = FRAME.format(title=item["title"], script=ARTICLE)
            server.expect_request(item["path"]).respond_with_data(page, content_type="text/html")
        yield server


def a_list(crawl: Crawl, site: HTTPServer, path: str = "/list", slug: str = "aa_list", **keys: str) -> None:
    """Watch a list of the site."""
    crawl.add(slug, name="A", home=site.url_for(path), kind="listing", links="/(news|files)/", **keys)


def asked(site: HTTPServer, path: str) -> list[Request]:
    """Give what the site was asked at a path."""
    return [request for request, _ in site.log if request.path == path]


def bodies(crawl: Crawl) -> dict[str, str]:
    """The pages as they are kept, by their addresses."""
    store = PageStore(str(crawl.pages))
    with crawl.sessions() as session:
        return {page.url: store.read(page.content_hash).decode() for page in session.scalars(sa.select(Page))}


def outcomes(crawl: Crawl) -> dict[str, str | None]:
    """How each source's last run ended."""
    with crawl.sessions() as session:
        rows = session.execute(sa.select(Source.slug, CrawlRun.outcome).join(CrawlRun, CrawlRun.source_id == Source.id))
        return {row.slug: row.outcome for row in rows}


def test_a_browser_fills_the_list_and_the_articles_and_is_known_by_our_name_and_documents_stay_as_they_are(
    site: HTTPServer, crawl: Crawl
) -> None:
    items = [*ITEMS, {"path": "/files/9", "title": "Annual report on lunar exploration", "day": "2022-03-09"}]
    site.expect_oneshot_request("/api/news").respond_with_json(items)
    site.expect_request("/files/9").respond_with_data(PDF, content_type="application/pdf")
    a_list(crawl, site, render="true")
    crawl.run()
    assert outcomes(crawl) == {"aa_list": "done"}
    kept = bodies(crawl)
    assert kept.pop(site.url_for("/files/9")).encode() == PDF
    assert sorted(kept) == [site.url_for(item["path"]) for item in ITEMS]
    for body in kept.values():
        assert TEXT in body
        assert "Perilune/" in body
    assert {len(asked(site, path)) for path in ("/list", "/api/news", *(item["path"] for item in items))} == {1}
    assert {request.user_agent.string.split("/")[0] for request, _ in site.log} == {"Perilune"}
    assert asked(site, "/picture.png") == []


def test_robots_txt_holds_for_what_a_page_asks_for_and_leads_to_and_without_a_browser_a_list_gives_nothing(
    site: HTTPServer, crawl: Crawl
) -> None:
    site.expect_request("/moved").respond_with_data(status=302, headers={"Location": "/closed/list"})
    leave = "<script>location.href = '/closed/list'</script>"
    site.expect_request("/leaving").respond_with_data(FRAME.format(title="", script=leave), content_type="text/html")
    a_list(crawl, site)
    for slug, path in {"bb_shut": "/shut", "cc_moved": "/moved", "dd_leaving": "/leaving"}.items():
        a_list(crawl, site, path, slug=slug, render="true")
    crawl.run()
    assert outcomes(crawl) == dict.fromkeys(("aa_list", "bb_shut", "cc_moved", "dd_leaving"), "failed")
    assert asked(site, "/api/news") == [], "no browser runs the program of a source that is not to be rendered"
    assert (len(asked(site, "/shut")), len(asked(site, "/leaving"))) == (1, 1)
    assert asked(site, "/closed/api") == asked(site, "/closed/list") == []


@pytest.mark.long
def test_programs_that_never_rest_never_come_or_never_end_hold_nobody_up(site: HTTPServer, crawl: Crawl) -> None:
    is_over = threading.Event()
    site.expect_request("/tick").respond_with_data("")
    site.expect_request("/never.js").respond_with_handler(lambda _: Response("" if is_over.wait(60) else None))
    scripts = {
        "/news/restless": ARTICLE + "<script>setInterval(() => fetch('/tick'), 100)</script>",
        "/news/hanging": ARTICLE + "<script src='/never.js'></script>",
        **{f"/news/endless{n}": "<script>setTimeout(() => { while (true) {} }, 50)</script>" for n in (1, 2)},
    }
    for path, script in scripts.items():
        page = FRAME.format(title="News", script=script)
        site.expect_request(path).respond_with_data(page, content_type="text/html")
    paths = [*scripts, "/news/1"]
    items = [{"path": path, "title": f"Agencies sign a memorandum at {path}", "day": "2022-03-01"} for path in paths]
    site.expect_oneshot_request("/api/news").respond_with_json(items)
    crawl.settings["PERILUNE_DOWNLOAD_TIMEOUT"] = "6"
    a_list(crawl, site, render="true")
    crawl.run()
    is_over.set()
    kept = bodies(crawl)
    assert set(kept) == {site.url_for(path) for path in ("/news/restless", "/news/hanging", "/news/1")}
    assert all(TEXT in body for body in kept.values())
    assert crawl.fate_of(site.url_for("/news/endless1")) == ("failed", "the browser could not render it (TimeoutError)")


@pytest.mark.long
def test_the_browser_goes_through_the_proxy_too(site: HTTPServer, crawl: Crawl) -> None:
    crawl.settings["PERILUNE_PROXY"] = site.url_for("")
    crawl.add("aa_far", name="A", home="http://agency.example/list", kind="listing", links="/news/", render="true")
    crawl.run()
    assert crawl.page_urls() == [f"http://agency.example{item['path']}" for item in ITEMS]


FLOOD = """<script>
Object.defineProperty(Element.prototype, "outerHTML", {get: () => "little"});
document.getElementById("root").textContent = "flood ".repeat(500000);
</script>"""
WINDOWS = (
    ARTICLE
    + """<script>
for (const path of ["/closed/popup", "/open/popup"]) {
  const opened = window.open(path);
  opened.document.write("<script>fetch('" + path + "/asked')</" + "script>");
}
</script>"""
)


def test_what_a_page_grows_to_and_the_windows_that_it_opens_end_with_it(site: HTTPServer, crawl: Crawl) -> None:
    for path, script in {"/news/flood": FLOOD, "/news/windows": WINDOWS}.items():
        page = FRAME.format(title="News", script=script)
        site.expect_request(path).respond_with_data(page, content_type="text/html")
    a_feed(site, "/news/flood", "/news/windows")
    address = f'["{site.url_for("/feed")}"]'
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=address, render="true")
    crawl.settings["PERILUNE_MAX_PAGE_BYTES"] = "1000000"
    crawl.run()
    assert crawl.fate_of(site.url_for("/news/flood")) == ("skipped", "page too large")
    assert TEXT in bodies(crawl)[site.url_for("/news/windows")]
    assert [request.path for request, _ in site.log if "popup" in request.path] == []


def test_a_page_that_grew_too_large_stays_in_the_browser() -> None:
    async def ask() -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=chromium_arguments())
            page = await browser.new_page()
            await page.set_content(FRAME.format(title="News", script=FLOOD))
            assert await settled(page, 1_000_000) is None
            await page.set_content("<!DOCTYPE html><p>月球")
            assert await settled(page, 100) == "<!DOCTYPE html><html><head></head><body><p>月球</p></body></html>"
            await browser.close()

    asyncio.run(ask())


def test_a_page_that_is_not_modified_needs_no_browser(site: HTTPServer, crawl: Crawl) -> None:
    def answer(request: Request) -> Response:
        is_known = request.headers.get("If-None-Match") == '"one"'
        page = FRAME.format(title="News", script=LIST.format(api="/api/news"))
        return Response(status=304) if is_known else Response(page, content_type="text/html", headers={"ETag": '"one"'})

    site.expect_request("/tagged").respond_with_handler(answer)
    a_list(crawl, site, "/tagged", render="true")
    crawl.run("aa_list")
    crawl.run("aa_list")
    assert len(asked(site, "/tagged")) == 2
    assert len(asked(site, "/api/news")) == 1


@pytest.mark.parametrize("missing", ["browser", "packages"])
def test_where_no_browser_is_a_source_that_needs_one_says_so_alone(
    site: HTTPServer, crawl: Crawl, tmp_path: Path, missing: str
) -> None:
    a_feed(site, "/plain/1")
    site.expect_request("/plain/1").respond_with_data(PAGE.format(n=1, text=TEXT), content_type="text/html")
    a_list(crawl, site, render="true")
    crawl.add("bb_feed", name="B", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.settings |= without(missing, tmp_path)
    counts = crawl.run()
    assert outcomes(crawl) == {"aa_list": "failed", "bb_feed": "done"}
    assert crawl.page_urls() == [site.url_for("/plain/1")]
    (reason,) = (words for words in counts["aa_list"] if words.startswith("index failed: "))
    assert reason == f"index failed: {SENTENCES[missing]}"
    assert asked(site, "/list") == []


SENTENCES = {
    "browser": f"render = true needs Chromium, and PERILUNE_CHROMIUM names none: {NO_BROWSER}",
    "packages": "render = true needs optional packages: pip install 'perilune[render]'",
}


def without(missing: str, folder: Path) -> dict[str, str]:
    """The environment of an installation without a browser, or without the optional packages."""
    if missing == "browser":
        return {"PERILUNE_CHROMIUM": NO_BROWSER}
    (folder / "sitecustomize.py").write_text(HIDDEN, encoding="utf-8")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{Path.cwd()}"}


@pytest.mark.long
def test_sources_without_render_start_no_browser(site: HTTPServer, crawl: Crawl, tmp_path: Path) -> None:
    started = tmp_path / "started"
    program = tmp_path / "chromium"
    program.write_text(f'#!/bin/sh\ntouch {started}\nexec {CHROMIUM} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    crawl.settings["PERILUNE_CHROMIUM"] = str(program)
    a_list(crawl, site)
    crawl.run()
    assert not started.exists()
    a_list(crawl, site, slug="bb_list", render="true")
    crawl.run()
    assert started.exists()


def perilune(crawl: Crawl, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does."""
    program = [sys.executable, "-m", "perilune.cli", *command]
    return subprocess.run(program, env=crawl.environment, capture_output=True, text=True, check=False)


def test_find_and_new_read_what_a_browser_shows(site: HTTPServer, crawl: Crawl) -> None:
    home = site.url_for("/list")
    seeing = perilune(crawl, "sources", "find", home, "--render", "--json")
    assert seeing.returncode == 0, seeing.stderr
    found = json.loads(seeing.stdout)
    assert found["chosen"]["kind"] == "listing"
    assert {link["url"] for link in found["links"]} == {site.url_for(item["path"]) for item in ITEMS}
    assert all(TEXT[:40] in item["text"] for item in found["items"])
    added = perilune(crawl, "sources", "new", home, "--render", "--slug", "aa_new", "--months", "0")
    assert added.returncode == 0, added.stderr
    crawl.run("aa_new")
    assert crawl.page_urls() == [site.url_for(item["path"]) for item in ITEMS]


@pytest.mark.long
def test_the_archive_s_page_finds_and_adds_a_source_that_is_to_be_rendered(site: HTTPServer, crawl: Crawl) -> None:
    home = site.url_for("/list")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in crawl.settings.items():
            environment.setenv(name, value)
        client = TestClient(app_for(settings_from(os.environ)), follow_redirects=False)
        assert "set render = true" in client.get("/sources/new", params={"url": home}).text
        page = client.get("/sources/new", params={"url": home, "render": "true"}).text
        assert TITLES[0] in page
        assert '<input type="hidden" name="render" value="true">' in page
        form = {"url": home, "slug": "aa_new", "render": "true"}
        assert client.post("/sources", data=form).status_code == 303
    with crawl.sessions() as session:
        assert session.scalars(sa.select(Source.render)).one()


def test_find_says_what_rendering_takes_where_it_is_not_there(site: HTTPServer, crawl: Crawl) -> None:
    crawl.settings["PERILUNE_CHROMIUM"] = NO_BROWSER
    answer = perilune(crawl, "sources", "find", site.url_for("/list"), "--render")
    assert answer.returncode == 2
    assert SENTENCES["browser"] in " ".join(answer.stderr.split())


@pytest.mark.long
def test_check_reads_a_rendered_source_as_a_visit_does(site: HTTPServer, crawl: Crawl) -> None:
    a_list(crawl, site, render="true")
    answer = perilune(crawl, "sources", "check", "aa_list", "--json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert json.loads(answer.stdout)[0]["links"] == len(ITEMS)
