"""Every frozen source reads as it did; one with a spider of its own is crawled like any other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from perilune.config import settings_from
from perilune.freezing import differences
from tests.crawl_bench import PAGE, TEXT, Crawl

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "docs" / "examples"
FROZEN = sorted(path.parent for path in (HERE / "sources").glob("*/index.json"))


@pytest.mark.parametrize("folder", FROZEN, ids=lambda folder: folder.name)
def test_a_frozen_source_reads_as_it_did(folder: Path) -> None:
    assert differences(settings_from({}), folder, sources=EXAMPLES) == []


def test_what_reads_otherwise_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(HERE / "sources" / "xx_moon", tmp_path / "xx_moon")
    notices = json.loads((folder / "index.txt").read_bytes())
    notices["notices"][0]["id"] = 99
    (folder / "index.txt").write_text(json.dumps(notices), encoding="utf-8")
    (difference,) = differences(settings_from({}), folder, sources=EXAMPLES)
    assert difference.startswith("xx_moon: its index gives https://moon.example/notices/99")


def test_a_source_with_its_own_spider_is_crawled(site: HTTPServer, crawl: Crawl) -> None:
    program = (EXAMPLES / "xx_moon.py").read_text(encoding="utf-8")
    (crawl.sources / "xx_moon.py").write_text(program.replace("https://moon.example/", site.url_for("/")))
    notice = {"id": 7, "title": "A crater is named", "date": "2026-03-02", "is_public": True}
    hidden = {"id": 8, "title": "A draft", "date": "2026-03-02", "is_public": False}
    site.expect_request("/api/notices").respond_with_json({"notices": [notice, hidden]})
    site.expect_request("/notices/7").respond_with_data(PAGE.format(n=7, text=TEXT), content_type="text/html")
    crawl.add("xx_moon", name="Moon Office", home=site.url_for("/api/notices"))
    crawl.run()
    assert crawl.page_urls() == [site.url_for("/notices/7")]


def test_a_spider_that_cannot_be_loaded_fails_its_source_alone(site: HTTPServer, crawl: Crawl) -> None:
    (crawl.sources / "xx_moon.py").write_text("import a_module_that_is_not_there")
    crawl.add("xx_moon", name="Moon Office", home=site.url_for("/api/notices"))
    site.expect_request("/list").respond_with_data('<a href="/news/1">A report of the agency</a>')
    crawl.add("yy_other", name="Other", home=site.url_for("/list"), kind="listing", links="/news/")
    counts = crawl.run()
    assert (counts["xx_moon"]["outcome"], counts["yy_other"]["outcome"]) == ("failed", "done")
    assert crawl.page_urls() == [site.url_for("/news/1")]
