"""Looking at sources as a user does at the command line: check, freeze and expect, on a real HTTP server."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer

from crawler.health.observations import IndexSeen, Visit
from models.source import CrawlRun, Page, Source
from perilune.config import settings_from
from perilune.freezing import differences
from tests.crawl_bench import CHALLENGE, Crawl, a_feed

ODD_SPIDER = """
from crawler.spiders.own import OwnSpider

pytestmark = pytest.mark.databases("sqlite")  # what is tested does not depend on it

class Odd(OwnSpider):
    def links_in_index(self, fetched):
        return fetched.nothing
"""
LIST = '<ul><li><a href="/news/1">Agencies sign an agreement</a> 2026-03-10</li></ul>'


@pytest.fixture
def sources(site: HTTPServer, crawl: Crawl) -> Crawl:
    """A feed, a list of which nothing is found out yet, a challenge page, and a spider that fails."""
    a_feed(site, "/news/1", "/news/2")
    site.expect_request("/list").respond_with_data(f"<html><body>{LIST}</body></html>", content_type="text/html")
    site.expect_request("/guarded").respond_with_data(CHALLENGE, content_type="text/html")
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    crawl.add("bb_list", name="B", home=site.url_for("/list"), kind="listing", links="/news/")
    crawl.add("cc_guarded", name="C", home=site.url_for("/guarded"), kind="feed")
    program = (
        "from crawler.spiders.own import OwnSpider\nclass Odd(OwnSpider):\n    def links_in_index(self, fetched):\n"
    )
    (crawl.sources / "dd_odd.py").write_text(f"{program}        return fetched.nothing\n")
    crawl.add("dd_odd", name="D", home=site.url_for("/list"))
    return crawl


def perilune(crawl: Crawl, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user does."""
    line = [sys.executable, "-m", "perilune.cli", *command]
    return subprocess.run(line, env=crawl.environment, capture_output=True, text=True, check=False)


@pytest.mark.databases("postgresql")
def test_check_says_of_every_source_what_it_gives_now_and_stores_nothing(sources: Crawl) -> None:
    answer = perilune(sources, "sources", "check", "--all", "--json")
    assert answer.returncode == 1
    rows = {row["source"]: row for row in json.loads(answer.stdout)}
    assert {slug: (row["verdict"], row["links"], row["newest"]) for slug, row in rows.items()} == {
        "aa_feed": ("good", 2, "2022-03-10"),
        "bb_list": ("good", 1, "2026-03-10"),
        "cc_guarded": ("bad", 0, None),
        "dd_odd": ("bad", 0, None),
    }
    assert rows["cc_guarded"]["what"] == "the index gives a challenge page"
    assert rows["dd_odd"]["what"].startswith("its own spider cannot read it (AttributeError")
    assert sources.page_urls() == []
    assert perilune(sources, "sources", "check", "aa_feed").returncode == 0
    assert "name the sources to check, or say --all" in perilune(sources, "sources", "check").stderr


def test_freeze_writes_a_source_that_reads_as_it_did(sources: Crawl, tmp_path: Path) -> None:
    folder = tmp_path / "frozen"
    answer = perilune(sources, "sources", "freeze", "aa_feed", "--into", str(folder))
    assert answer.returncode == 0, answer.stderr
    names = {path.name for path in (folder / "aa_feed").iterdir()}
    assert names == {"index.xml", "index.json", "page.html", "page.json"}
    assert differences(settings_from({}), folder / "aa_feed", sources=sources.sources) == []
    refused = perilune(sources, "sources", "freeze", "cc_guarded", "--into", str(folder))
    assert "cc_guarded cannot be frozen: the index gives a challenge page" in refused.stderr
    assert not (folder / "cc_guarded").exists()
    sources.add("ee_open", name="E", home="http://127.0.0.1:9/")
    unknown = perilune(sources, "sources", "freeze", "ee_open", "--into", str(folder))
    assert "it is yet to be found out how it is watched" in unknown.stderr
    with sources.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Page)) == 0


def test_expect_proposes_bounds_from_what_visits_saw(sources: Crawl) -> None:
    perilune(sources, "sources", "list")
    assert "too seldom to tell" in perilune(sources, "sources", "expect", "bb_list").stdout
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=40)
    with sources.sessions.begin() as session:
        source_id = session.scalars(sa.select(Source.id).where(Source.slug == "bb_list")).one()
        for day in range(0, 40, 2):
            at = start + dt.timedelta(days=day)
            seen = IndexSeen("http://a.example/list", 200, entry_count=12, chosen_count=12, new_count=1)
            visit = Visit(at, (seen,)).to_json()
            session.add(CrawlRun(source_id=source_id, started_at=at, finished_at=at, outcome="done", visit=visit))
    lines = perilune(sources, "sources", "expect", "bb_list").stdout.splitlines()
    assert "least_links = 6" in lines
    assert any(line.startswith("longest_silence_days = ") for line in lines)
    assert "comes from a file" in perilune(sources, "sources", "expect", "bb_list", "--accept").stderr
