"""From an address to articles in the archive, on a real web of replicas: find, new, first crawl, history, repair."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker
from werkzeug import Response

from benchmarks.onboarding.replicas import FOLDER, Replica, load_replica
from benchmarks.onboarding.web import ReplicaWeb
from models.source import Link, Page, Source
from perilune.config import settings_from
from perilune.serving import app_for
from tests.crawl_bench import PAGE, TEXT, Crawl

pytestmark = pytest.mark.databases("sqlite")  # what is tested does not depend on it

WITH_FEED, WITHOUT = "wordpress_agency_fr", "bitrix_institute_ru"


@pytest.fixture(scope="module")
def replicas() -> dict[str, Replica]:
    """The two replicas that these tests use."""
    return {name: load_replica(FOLDER / "tuning" / name) for name in (WITH_FEED, WITHOUT)}


@pytest.fixture
def web(replicas: dict[str, Replica]) -> Iterator[ReplicaWeb]:
    """Both of them on loopback."""
    with ReplicaWeb(replicas.values()) as open_web:
        yield open_web


@pytest.fixture
def settings(web: ReplicaWeb, tmp_path: Path, database_url: str) -> dict[str, str]:
    """The settings of an archive that crawls the replicas."""
    return {
        "PERILUNE_HOME": str(tmp_path),
        "PERILUNE_DATABASE": database_url,
        "PERILUNE_PROXY": web.address,
        "PERILUNE_ALLOW_NETWORKS": web.places,
        "PERILUNE_DOWNLOAD_DELAY": "0",
    }


def perilune(settings: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "perilune.cli", *command],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_find_says_what_would_be_taken_and_how_its_items_would_look(
    settings: dict[str, str], replicas: dict[str, Replica]
) -> None:
    replica = replicas[WITHOUT]
    answer = perilune(settings, "sources", "find", replica.home, "--json")
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    first = replica.site.index[0]
    items = {replica.address(item): item for item in replica.items[first.first : first.last]}
    assert (found["chosen"]["kind"], found["language"]) == ("listing", "ru")
    assert {link["url"] for link in found["links"]} == set(items)
    assert {item["url"]: item["title"] for item in found["items"]} == {url: item.title for url, item in items.items()}
    assert all(item["relevance"] and item["text"] for item in found["items"])


def test_find_says_in_one_sentence_why_nothing_can_be_watched(settings: dict[str, str]) -> None:
    answer = perilune(settings, "sources", "find", "http://nowhere.example/news", "--json")
    assert answer.returncode == 1
    assert "answers with a status 404" in json.loads(answer.stdout)["problem"]
    assert perilune(settings, "sources", "find", "not an address").stderr.startswith("perilune: 'not an address' is no")


@pytest.mark.databases("postgresql")
def test_a_source_that_was_added_brings_in_its_history(
    settings: dict[str, str], replicas: dict[str, Replica], sessions: sessionmaker[Session]
) -> None:
    for name, slug in ((WITH_FEED, "fr_morvane"), (WITHOUT, "ru_institute")):
        home = replicas[name].home
        answer = perilune(settings, "sources", "new", home, "--slug", slug, "--months", "240", "--json")
        assert json.loads(answer.stdout)["source"] == slug
        assert "watches that address already" in perilune(settings, "sources", "new", home).stderr
        crawled = perilune(settings, "crawl", slug)
        assert crawled.returncode == 0, crawled.stderr
        with sessions() as session:
            of_source = sa.select(Page.url).join(Link).join(Source).where(Source.slug == slug)
            pages = set(session.scalars(of_source))
            assert pages >= {replicas[name].address(item) for item in replicas[name].listed}
            marks = sa.select(Link.is_backfill).join(Source).where(Source.slug == slug, ~Link.is_index)
            assert set(session.scalars(marks)) == {True}


def test_the_archive_s_page_finds_and_adds_a_source(
    settings: dict[str, str], replicas: dict[str, Replica], sessions: sessionmaker[Session]
) -> None:
    home = replicas[WITHOUT].home
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        client = TestClient(app_for(settings_from(os.environ)), follow_redirects=False)
        page = client.get("/sources/new", params={"url": home}).text
        assert replicas[WITHOUT].items[0].title in page
        form = {"url": home, "name": "Institute", "slug": "ru_institute", "backfill_months": "3"}
        strange = client.post("/sources", data=form, headers={"Origin": "http://elsewhere.example"})
        assert strange.status_code == 403
        added = client.post("/sources", data=form, headers={"Origin": "http://testserver"})
        assert (added.status_code, added.headers["location"]) == (303, "/sources?added=ru_institute#ru_institute")
        assert "That cannot be done" in client.post("/sources", data=form).text
    with sessions() as session:
        source = session.scalars(sa.select(Source).where(Source.slug == "ru_institute")).one()
        assert (source.name, source.backfill_months, source.language) == ("Institute", 3, "ru")


def a_list_page(css: str, *paths: str) -> str:
    rows = "".join(
        f'<li><a href="{path}">A report of the agency, number {path[-1]}</a> 1 March 2026</li>' for path in paths
    )
    return f'<html><body><ul class="{css}">{rows}</ul></body></html>'


def test_a_source_that_gives_only_its_home_is_found_out_and_found_out_anew_when_that_breaks(
    site: HTTPServer, crawl: Crawl
) -> None:
    for number in (4, 5):
        site.expect_request(f"/neu/{number}").respond_with_data(
            PAGE.format(n=number, text=TEXT), content_type="text/html"
        )
    shown = {"body": a_list_page("news", "/news/1", "/news/2", "/news/3")}
    site.expect_request("/list").respond_with_handler(
        lambda _request: Response(shown["body"], content_type="text/html")
    )
    crawl.add("aa_home", name="A", home=site.url_for("/list"))
    now = dt.datetime.now(dt.UTC)
    crawl.run()
    assert crawl.page_urls() == [site.url_for(f"/news/{number}") for number in (1, 2, 3)]
    shown["body"] = a_list_page("redesigned", "/neu/4", "/neu/5")
    for day in (1, 2, 3):
        crawl.run(at=now + dt.timedelta(days=day))
    assert {site.url_for("/neu/4"), site.url_for("/neu/5")} <= set(crawl.page_urls())


def test_of_a_document_library_only_what_was_learned_comes_in(site: HTTPServer, crawl: Crawl) -> None:
    rows = "".join(
        f'<div class="doc"><h3>Report of the committee on subject {n}</h3><a href="/r{n}.pdf">Download the report</a> '
        f'<a href="/r{n}-annex.pdf">Download the annex</a></div>'
        for n in (1, 2, 3)
    )
    site.expect_request("/documents").respond_with_data(f"<html><body>{rows}</body></html>", content_type="text/html")
    for n in (1, 2, 3):
        site.expect_request(f"/r{n}.pdf").respond_with_data(b"%PDF-1.4 ...", content_type="application/pdf")
    crawl.add("aa_library", name="A", home=site.url_for("/documents"))
    crawl.run()
    assert crawl.page_urls() == [site.url_for(f"/r{n}.pdf") for n in (1, 2, 3)]
