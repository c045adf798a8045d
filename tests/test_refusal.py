"""Pages that are no articles are refused with a reason; articles that look like them are read."""

from __future__ import annotations

import json

import pytest

from benchmarks.onboarding.replicas import Replica, load_replicas
from benchmarks.refusals import HELD_OUT_SEED, TUNING_SEED, Sample, made_pages
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.values import Extracted, Rejected

ADDRESS = "https://agency.example/news/item"
PROSE = "The two agencies agreed on Tuesday to build a small satellite together and to share all of its data freely. "
REPLICAS = list(load_replicas("tuning"))[::6]
MOST_LET_THROUGH_OF_SEED = {"tuning": 0.1, "held out": 0.25}


def html_page(body: str, *, url: str = ADDRESS, head: str = "", is_standing: bool = False) -> FetchedPage:
    html = f"<html><head><title>A page</title>{head}</head>{body}</html>"
    return FetchedPage(html.encode(), url, "text/html; charset=utf-8", is_standing=is_standing)


def rows(count: int, *, said: str = "") -> str:
    items = (
        f"<li><h3><a href='/news/{place}'>Partners meet about mission number {place}</a></h3>"
        f"<span>2024-03-{place + 1:02}</span><p>{said}</p></li>"
        for place in range(count)
    )
    return f"<ul>{''.join(items)}</ul>"


def reason_of(page: FetchedPage) -> str | None:
    outcome = extract(page)
    return outcome.reason if isinstance(outcome, Rejected) else None


@pytest.mark.parametrize(
    ("name", "seed"), [("tuning", TUNING_SEED), ("held out", HELD_OUT_SEED)], ids=["tuning", "held_out"]
)
def test_made_lists_are_refused_and_no_made_article_is(name: str, seed: int) -> None:
    samples = list(made_pages(name, seed, is_held_out=name == "held out", rounds=8))
    refused = {id(sample): not isinstance(extract(sample.page), Extracted) for sample in samples}
    assert [sample.kind for sample in samples if sample.is_article and refused[id(sample)]] == []
    lists: list[Sample] = [sample for sample in samples if not sample.is_article]
    let_through = [sample.kind for sample in lists if not refused[id(sample)]]
    assert len(let_through) <= MOST_LET_THROUGH_OF_SEED[name] * len(lists), let_through


@pytest.mark.parametrize("replica", REPLICAS, ids=[replica.folder.name for replica in REPLICAS])
def test_no_article_of_a_replica_site_is_refused_for_what_it_is(replica: Replica) -> None:
    answers = replica.answers()
    for item in replica.items[:5]:
        answer = answers[item.path]
        if "html" in answer.content_type:
            page = FetchedPage(answer.body, replica.address(item), answer.content_type)
            assert reason_of(page) in (None, "no article text")


@pytest.mark.parametrize(
    ("url", "body", "reason"),
    [
        ("https://agency.example/tag/moon/", "<body class='archive tag tag-7'>", "tag page"),
        ("https://agency.example/category/press/", "<body class='archive category'>", "category page"),
        ("https://agency.example/author/jo/", "<body class='archive author author-jo'>", "author page"),
        ("https://agency.example/?s=moon", "<body class='search search-results'>", "search results"),
        ("https://agency.example/news/", "<body>", "index page"),
    ],
)
def test_a_list_is_named_for_what_it_lists(url: str, body: str, reason: str) -> None:
    page = html_page(f"{body}<h1>News</h1>{rows(6, said=PROSE)}</body>", url=url)
    assert extract(page) == Rejected(reason, may_change=True)


def test_a_standing_page_is_read_though_it_is_a_list() -> None:
    listed = f"<body><h1>Workshops</h1>{rows(8)}</body>"
    assert reason_of(html_page(listed, url="https://agency.example/news/")) == "index page"
    assert reason_of(html_page(listed, url="https://agency.example/news/", is_standing=True)) is None


@pytest.mark.parametrize(
    ("head", "body", "reason"),
    [
        ("<meta http-equiv='Refresh' content='0; url=/b'>", "You are sent on to another address now.", "redirect page"),
        ("", "<iframe src='/a.pdf'></iframe>Use this link if you cannot see the report here.", "document viewer"),
        ("", "<div id='root'>Please enable JavaScript in your browser to see this page.</div>", "page without text"),
        ("<script>window.print()</script>", "Choose the printer on which this page shall be printed.", "print dialog"),
    ],
)
def test_an_empty_page_is_refused_even_where_it_is_standing(head: str, body: str, reason: str) -> None:
    assert reason_of(html_page(f"<body>{body}</body>", head=head, is_standing=True)) == reason


def test_a_player_with_a_caption_is_a_video_page_and_one_with_a_text_is_an_article() -> None:
    player = "<iframe src='https://www.youtube.com/embed/x'></iframe>"
    assert reason_of(html_page(f"<body><h1>Launch</h1>{player}<p>{PROSE}</p></body>")) == "video page"
    assert reason_of(html_page(f"<body><h1>Launch</h1>{player}<p>{3 * PROSE}</p></body>")) is None


def test_a_page_that_says_it_is_an_article_is_read_though_it_is_short_and_beside_lists() -> None:
    stated = json.dumps({"@type": "NewsArticle", "headline": "Two agencies agree on a satellite"})
    head = f"<script type='application/ld+json'>{stated}</script>"
    body = f"<body><main><h1>Two agencies agree on a satellite</h1><p>{PROSE}</p>{rows(8)}</main></body>"
    assert reason_of(html_page(body, head=head)) is None


def test_a_list_with_an_introduction_is_read() -> None:
    assert reason_of(html_page(f"<body><h1>News</h1><p>{5 * PROSE}</p>{rows(12)}</body>")) is None


def test_releases_in_full_below_one_another_are_read() -> None:
    page = html_page(f"<body><h1>News</h1>{rows(6, said=6 * PROSE)}</body>", url="https://agency.example/news/")
    assert reason_of(page) is None
