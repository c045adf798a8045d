"""Nothing that others wrote runs in the archive's pages: not with their policy taken away, and not with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Dialog, Request
from pytest_httpserver import HTTPServer

from models.database import open_database
from models.tables import Article
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.issues import signed_address
from perilune.serving import app_for
from pipeline.encoding.encoder import Encoder
from tests.browsing import a_visit, served
from tests.crawl_bench import Crawl
from tests.hostile_archive import Hostile, fill_with_attacks, read_hostile_files
from tests.walking import ADDRESSES, walk

UNWANTED = """base => {
    const found = [];
    const ours = new URL(base).origin;
    for (const each of document.querySelectorAll('*')) {
        const name = each.localName;
        if (['object', 'embed', 'base', 'style', 'math', 'img'].includes(name)) found.push(name);
        if (name === 'script' && !(each.src.startsWith(ours + '/static/') && !each.textContent)) found.push('script');
        if (name === 'meta' && each.httpEquiv) found.push('meta ' + each.httpEquiv);
        for (const { name: key, value } of each.attributes) {
            if (key.startsWith('on') || key === 'style' || key === 'srcdoc') found.push(`${name} ${key}=${value}`);
            if (['href', 'src', 'action', 'formaction', 'xlink:href', 'data'].includes(key)) {
                const address = new URL(value, ours);
                if (!['http:', 'https:'].includes(address.protocol)) found.push(`${name} ${key}=${value}`);
                if (name !== 'a' && address.origin !== ours) found.push(`${name} ${key}=${value}`);
            }
        }
    }
    if (document.documentElement.textContent.includes('QQ49QQ')) found.push('a template');
    if (window.ran) found.push('a script ran');
    return found;
}"""


@dataclass(frozen=True)
class Site:
    """A served archive whose every text is an attempt."""

    base: str
    app: FastAPI
    hostile: Hostile
    whole_issue: str

    def path(self, pattern: str) -> str:
        """Put the keys of what the archive holds into an address."""
        hostile = self.hostile
        keys = vars(hostile.keys) | {"issue": hostile.held.issue, "held": hostile.held.issue}
        return pattern.format(**keys, long_story=hostile.long_story, reader=hostile.reader)

    def read(self, pattern: str) -> list[str]:
        """Make an address of each article that the pipeline read of a hostile file."""
        return [pattern.format(key) for key in self.hostile.read]


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, make_httpserver: HTTPServer, encoder: Callable[[], Encoder]
) -> Iterator[Site]:
    """A hostile archive on loopback, as the product serves it."""
    folder = tmp_path_factory.mktemp("hostile")
    url = f"sqlite:///{folder}/perilune.db"
    sessions = open_database(url)
    settings = settings_from({"PERILUNE_HOME": str(folder), "PERILUNE_EXTRACT_WORKERS": "1"})
    archive = Archive(settings, sessions)
    read_hostile_files(Crawl(folder, url, sessions), archive, make_httpserver, encoder)
    with sessions.begin() as session:
        read = session.scalars(sa.select(Article.key).order_by(Article.id)).all()
    with sessions.begin() as session:
        hostile = fill_with_attacks(session, archive.pages, read)
    app = app_for(settings)
    with served(app) as base:
        whole = urlsplit(signed_address(archive, hostile.held.issue)).path
        yield Site(base, app, hostile, whole)


def test_the_pipeline_read_the_hostile_files(site: Site) -> None:
    client = TestClient(site.app)
    shown = [client.get(path).text for path in site.read("/article/{}")]
    assert len(shown) == 2, "the page and the document"
    for text in shown:
        assert "&lt;script&gt;" in text
        assert "memorandum on a lunar research station" in text


def test_every_page_shows_attempts_as_text_even_without_its_policy(browser: Browser, site: Site) -> None:
    addresses = chain(map(site.path, ADDRESSES), site.read("/article/{}"), site.read("/correct/{}"), ["/?q=onerror"])
    found = {}
    attempts = 0
    with a_visit(browser, site.base, bypass_csp=True) as visit:
        for address, page in walk(visit, addresses):
            attempts += "QQ{{7*7}}QQ" in str(page.evaluate("document.documentElement.textContent"))
            if unwanted := page.evaluate(UNWANTED, site.base):
                found[address] = unwanted
    assert found == {}
    assert attempts > 20, "attempts are what these pages show"


@pytest.mark.parametrize(
    "path",
    ["/issue/{issue}/mail", "/desk/{held}/mail", "{whole}", "/issue/{issue}.html", "/article/{article}/v1/page"],
)
def test_what_is_shown_apart_runs_and_fetches_nothing(browser: Browser, site: Site, path: str) -> None:
    page = browser.new_page()
    happened: list[str] = []
    page.on("dialog", lambda dialog: _note_and_refuse(dialog, happened))
    page.on("response", lambda answer: happened.append(f"fetched {answer.url}"))
    page.on("requestfailed", lambda request: _note_unless_forbidden(request, happened))
    address = site.whole_issue if path == "{whole}" else site.path(path)
    page.goto(site.base + address)
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    assert "memorandum" in page.locator("body").inner_text()
    page.close()
    assert happened == [f"fetched {site.base}{address}"]


def _note_and_refuse(dialog: Dialog, happened: list[str]) -> None:
    happened.append(f"asked {dialog.message}")
    dialog.dismiss()


def _note_unless_forbidden(request: Request, happened: list[str]) -> None:
    if request.failure != "csp":
        happened.append(f"asked for {request.url}: {request.failure}")


def test_every_answer_bears_a_policy_that_forbids_what_is_not_named(site: Site) -> None:
    client = TestClient(site.app, raise_server_exceptions=False)
    apart = (
        "/issue/{issue}/mail",
        "/issue/{issue}.html",
        "/article/{article}/v1/page",
        "/matrix.svg",
        site.whole_issue,
    )
    others = ("/api/search", "/api/nothing", "/nowhere", "/static/style.css", "/calendar.csv", "/article/x/v1/page")
    for path in map(site.path, (*ADDRESSES, *apart, *others, site.whole_issue)):
        policy = client.get(path).headers["Content-Security-Policy"]
        rules = {name: rest for name, _, rest in (rule.strip().partition(" ") for rule in policy.split(";"))}
        assert rules["default-src"] == "'none'", path
        assert rules.get("script-src", "'none'") in {"'none'", "'self'"}, path
        assert rules["base-uri"] == "'none'", path
        assert rules["form-action"] in {"'none'", "'self'"}, path
        assert rules["frame-ancestors"] in {"'none'", "'self'"}, path
