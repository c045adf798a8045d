"""What becomes of an article after it was found: edits, what rotates, vanishing; and a source's own selectors."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from models.article import Article, ArticleEvent, Version
from models.source import Link
from models.vocabulary import HistoryKind
from perilune.config import settings_from
from pipeline.runners.extract import ExtractRunner
from pipeline.runners.runner import Worker, drain
from tests.crawl_bench import Crawl, a_feed

pytestmark = pytest.mark.databases("sqlite")  # what is tested does not depend on it

FOUND = dt.datetime(2024, 3, 4, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SENTENCES = (
    "The two agencies signed a memorandum on lunar exploration in Vienna on Thursday.",
    "Twelve countries will take part in the first mission, which leaves in 2026.",
    "The instruments come from laboratories in Paris, Moscow and Shanghai.",
    "A joint working group will meet twice a year and report to both governments.",
)


class Paper:
    """An article page whose answer the test sets."""

    def __init__(self, site: HTTPServer) -> None:
        self.body = page()
        self.status = 200
        self.fetch_count = 0
        site.expect_request("/paper/1").respond_with_handler(self.answer)

    def answer(self, _request: Request) -> Response:
        """Answer as set."""
        self.fetch_count += 1
        return Response(self.body if self.status == 200 else "gone", status=self.status, content_type="text/html")


def page(*, sentences: tuple[str, ...] = SENTENCES, views: int = 17, updated: str = "") -> str:
    """Write an article page with a counter, and with the day of its last update where it states one."""
    meta = f'<meta property="article:modified_time" content="{updated}">' if updated else ""
    text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        f"<html><head><title>Moon memorandum signed</title>{meta}</head><body><article>"
        f"<h1>Moon memorandum signed</h1>{text}<p>{views} views</p></article></body></html>"
    )


@pytest.fixture
def paper(site: HTTPServer, crawl: Crawl) -> Paper:
    """An article that a watched feed lists, found on a day on which the source was known already."""
    a_feed(site)
    crawl.add("aa_feed", name="A", home=site.url_for("/"), kind="feed", address=f'["{site.url_for("/feed")}"]')
    visit(crawl, FOUND - DAY)
    site.clear()
    site.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow:\n")
    a_feed(site, "/paper/1")
    return Paper(site)


def visit(crawl: Crawl, at: dt.datetime) -> None:
    """Visit the source, and read what came."""
    crawl.run(at=at)
    settings = settings_from({**crawl.settings, "PERILUNE_EXTRACT_WORKERS": "1"})
    drain(ExtractRunner(settings), Worker(crawl.sessions, "the test", at))


def history(crawl: Crawl) -> list[HistoryKind]:
    """Give the kinds of what happened, in order."""
    with crawl.sessions() as session:
        return [HistoryKind(kind) for kind in session.scalars(sa.select(ArticleEvent.kind).order_by(ArticleEvent.at))]


def texts(crawl: Crawl) -> list[str]:
    """Give the texts of all versions, in order."""
    with crawl.sessions() as session:
        return list(session.scalars(sa.select(Version.text).order_by(Version.number)))


def test_an_article_is_looked_at_again_and_a_counter_is_no_edit(paper: Paper, crawl: Crawl) -> None:
    for count, at in enumerate((FOUND, FOUND + 1.2 * DAY, FOUND + 2 * DAY, FOUND + 8 * DAY, FOUND + 31 * DAY), 1):
        paper.body = page(views=17 + count)
        visit(crawl, at)
    assert paper.fetch_count == 4, "a day, a week and a month after it was found"
    assert len(texts(crawl)) == 1
    assert history(crawl) == []


@pytest.mark.databases("sqlite", "postgresql")
def test_a_silent_edit_is_a_version_with_its_rewording_and_an_event(paper: Paper, crawl: Crawl) -> None:
    visit(crawl, FOUND)
    paper.body = page(sentences=(SENTENCES[0], SENTENCES[1].replace("Twelve", "Thirteen"), *SENTENCES[2:]))
    visit(crawl, FOUND + 1.2 * DAY)
    assert history(crawl) == [HistoryKind.SILENTLY_EDITED]
    with crawl.sessions() as session:
        first, second = session.scalars(sa.select(Version).order_by(Version.number)).all()
        assert "Twelve countries" in first.text
        assert second.changes == [
            {"before": [SENTENCES[1]], "after": [SENTENCES[1].replace("Twelve", "Thirteen")], "passage": 1}
        ]
        assert session.scalars(sa.select(Article.current_version_id)).one() == second.id


def test_an_edit_that_the_page_owns_to_is_an_update(paper: Paper, crawl: Crawl) -> None:
    paper.body = page(updated="2024-03-04T07:00:00Z")
    visit(crawl, FOUND)
    paper.body = page(sentences=SENTENCES[:3], updated="2024-03-05T09:30:00Z")
    visit(crawl, FOUND + 1.2 * DAY)
    assert history(crawl) == [HistoryKind.UPDATED]


def test_a_page_that_is_gone_twice_a_day_apart_has_vanished_and_its_text_is_kept(paper: Paper, crawl: Crawl) -> None:
    visit(crawl, FOUND)
    paper.status = 404
    visit(crawl, FOUND + 1.2 * DAY)
    assert history(crawl) == [], "once may be a mishap"
    visit(crawl, FOUND + 2.3 * DAY)
    assert history(crawl) == [HistoryKind.VANISHED]
    assert SENTENCES[2] in texts(crawl)[0]
    paper.status = 200
    visit(crawl, FOUND + 8 * DAY)
    assert history(crawl) == [HistoryKind.VANISHED, HistoryKind.RETURNED]
    assert len(texts(crawl)) == 1


def test_a_page_that_answers_again_the_next_day_has_not_vanished(paper: Paper, crawl: Crawl) -> None:
    visit(crawl, FOUND)
    paper.status = 410
    visit(crawl, FOUND + 1.2 * DAY)
    paper.status = 200
    visit(crawl, FOUND + 2.3 * DAY)
    paper.status = 404
    visit(crawl, FOUND + 8 * DAY)
    assert history(crawl) == []
    with crawl.sessions() as session:
        gone_at = session.scalar(sa.select(Link.gone_at).where(~Link.is_index))
    assert gone_at == FOUND + 8 * DAY


def test_a_sources_selectors_read_its_pages_and_new_ones_read_them_again(
    site: HTTPServer, paper: Paper, crawl: Crawl
) -> None:
    paper.body = (
        "<html><body><div class=top>Menu</div><h1>Portal</h1><h3>Moon memorandum signed</h3><i>04.03.2024</i>"
        f"<div class=main>{' '.join(SENTENCES)}<p class=ad>Buy our book.</p></div></body></html>"
    )
    visit(crawl, FOUND)
    keys = {"name": "A", "home": site.url_for("/"), "kind": "feed", "address": f'["{site.url_for("/feed")}"]'}
    crawl.add("aa_feed", **keys, body=".main", drop=".ad", date="i", title="h3")
    visit(crawl, FOUND + DAY / 4)
    with crawl.sessions() as session:
        version = session.scalars(sa.select(Version)).one()
        assert version.title == "Moon memorandum signed"
        assert version.text == " ".join(SENTENCES)
        assert (str(version.published), version.published_by) == ("2024-03-04", "selected")
    crawl.add("aa_feed", **keys, body=".moved")
    visit(crawl, FOUND + DAY / 2)
    with crawl.sessions() as session:
        assert session.scalars(sa.select(Version)).one().title == "Moon memorandum signed"
    assert crawl.fate_of_pages() == [("failed", "its source's selector for the body matches nothing: .moved")]
