"""What a search gives back besides the articles found: hits, snippets, folded copies, pages and facets."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from models.page_store import PageStore
from models.search import (
    Query,
    begin_facets,
    facets,
    index_article,
    matching_ids,
    parse_query,
    rebuild_index,
    search,
)
from models.search.newest import BOUNDS, Bounds, is_large, newest_first
from models.tables import Actor, VersionActor
from tests.builders import ArticleDraft, a_source, a_story, an_article
from web.app import create_app

Sessions = sessionmaker[Session]


def test_copies_are_folded_under_their_original(sessions: Sessions) -> None:
    with sessions.begin() as session:
        original = an_article(session)
        copy = an_article(session, ArticleDraft(is_copy_of=original, source="wire"))
        assert rebuild_index(session) == 2
    with sessions() as session:
        results = search(session, parse_query("memorandum"))
        assert [(hit.article_id, hit.copy_count) for hit in results.hits] == [(original.id, 1)]
        assert search(session, parse_query("memorandum copies:yes")).total == 2
        assert {copy.id, original.id} == set(session.scalars(matching_ids(session, Query(with_copies=True))))


def test_a_hit_says_what_a_list_shows(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_source(session, "un_unoosa", name="UNOOSA")
        story = a_story(session)
        text = "Cover of the deck.\n\nA memorandum on lunar exploration was signed.\n\nThe end."
        article = an_article(session, ArticleDraft(text=text, page_numbers=(1, 2, 3), story=story, published="2022-02"))
        index_article(session, article.id)
    with sessions() as session:
        (hit,) = search(session, parse_query("explorations memorandum signed")).hits
    assert (hit.article_id, hit.key, hit.url, hit.title) == (
        article.id,
        article.key,
        article.url,
        "Agencies sign a memorandum on lunar exploration",
    )
    assert (hit.source_name, hit.source_slug, hit.language, str(hit.published)) == (
        "UNOOSA",
        "un_unoosa",
        "en",
        "2022-02",
    )
    assert (hit.relevance, hit.doc_type, hit.topics, hit.countries) == (
        "core",
        "news",
        ("lunar-exploration",),
        ("CN", "RU"),
    )
    assert (hit.story_key, hit.copy_count, hit.page_number) == (story.key, 0, 2)
    assert "".join(part.text for part in hit.snippet) == "A memorandum on lunar exploration was signed."
    assert [part.text for part in hit.snippet if part.is_hit] == ["memorandum", "exploration", "signed"]


@pytest.mark.parametrize("filler", ["Nothing of interest stands in these words. ", "这里没有什么有趣的内容。"])
def test_a_snippet_of_a_long_passage_is_cut_around_its_hits(sessions: Sessions, filler: str) -> None:
    with sessions.begin() as session:
        article = an_article(session, ArticleDraft(text=f"{filler * 400}The gateway 月球 orbits. {filler * 400}"))
        index_article(session, article.id)
    with sessions() as session:
        (hit,) = search(session, parse_query("gateway 月球")).hits
    assert [part.text for part in hit.snippet if part.is_hit] == ["gateway", "月球"]
    assert hit.snippet[0].text == hit.snippet[-1].text == "…"
    assert len("".join(part.text for part in hit.snippet)) <= 300


def test_pages_are_stable_and_complete(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(25):
            published = None if number % 5 == 0 else f"2021-0{number % 4 + 1}-01"
            index_article(session, an_article(session, ArticleDraft(published=published)).id)
    with sessions() as session:
        for line in ("memorandum", "memorandum sort:newest", ""):
            query = parse_query(line)
            pages = [search(session, query, limit=7, offset=offset) for offset in range(0, 28, 7)]
            ids = [hit.article_id for page in pages for hit in page.hits]
            assert len(set(ids)) == 25
            assert {page.total for page in pages} == {25}
            assert ids == [hit.article_id for hit in search(session, query, limit=100).hits]
            assert search(session, query, offset=25).hits == ()


def test_facets_count_exactly_what_matches(sessions: Sessions) -> None:
    with sessions.begin() as session:
        draft = ArticleDraft(countries=("CN", "UN"), topics=("launch",), published="2021-05")
        original = an_article(session, draft)
        an_article(session, replace(draft, is_copy_of=original))
        an_article(session, replace(draft, language="zh", source="cn_cnsa", topics=(), published=None))
        an_article(
            session, replace(draft, text="Something else.", title="Else", topics=("security",), published="2022")
        )
        session.add(Actor(slug="cnsa", name="China National Space Administration", kind="agency"))
        session.flush()
        session.add(
            VersionActor(version_id=original.current_version_id, actor_slug="cnsa", mention_count=1, start=0, end=1)
        )
        rebuild_index(session)
    with sessions() as session:
        every = facets(session, Query())
        found = facets(session, parse_query("memorandum"), limit=1)
    assert {facet: [(v.value, v.label, v.count) for v in values] for facet, values in every.items()} == {
        "topic": [("launch", "Launch", 1), ("security", "Security", 1)],
        "country": [("CN", "China", 3), ("UN", "United Nations", 3)],
        "actor": [("cnsa", "China National Space Administration", 1)],
        "source": [("un_unoosa", "Un Unoosa", 2), ("cn_cnsa", "Cn Cnsa", 1)],
        "language": [("en", "English", 2), ("zh", "Chinese", 1)],
        "type": [("news", "News", 3)],
        "relevance": [("core", "Core", 3)],
        "year": [("2022", "2022", 1), ("2021", "2021", 1)],
    }
    assert [(v.value, v.count) for v in found["country"]] == [("CN", 2)]


BOUNDS_OF_LARGE = Bounds(small=20, counted=10, ranked=5, read=20, few=3)


@pytest.fixture
def large(postgres_sessions: Sessions) -> Sessions:
    """Two hundred articles, which count as many by the bounds above."""
    with postgres_sessions.begin() as session:
        for number in range(200):
            published = f"20{number % 20:02}-{number % 12 + 1:02}-{number % 28 + 1:02}" if number % 7 else None
            title = "Memorandum" if number % 3 else "Another memorandum, a memorandum"
            text = "A rare zenith, it signed: they." if number in {7, 33, 64} else "They signed it."
            article = an_article(session, ArticleDraft(title=title, text=text, published=published))
            index_article(session, article.id)
    with postgres_sessions.begin() as session:
        session.execute(sa.text("ANALYZE"))
    return postgres_sessions


def test_a_common_word_of_a_large_archive_is_answered_by_its_newest_matches(
    large: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = BOUNDS_OF_LARGE
    with large.begin() as session:
        assert is_large(session, bounds)
        assert not is_large(session, BOUNDS)
        newest = [hit.article_id for hit in search(session, parse_query("memorandum sort:newest"), limit=200).hits]
        for line in ("memorandum", "memorandum sort:newest", "sort:newest", "memorandum -nothing lang:en"):
            query = parse_query(line)
            found = newest_first(session, query, limit=10, offset=0, bounds=bounds)
            assert newest_first(session, query, limit=1, offset=0, bounds=bounds).ids[:1] == found.ids[:1]
            assert sorted(found.ids) == sorted(newest[:10])
            assert found.ids[5:] == newest[5:10]
            assert found.estimate is not None
            assert found.total > 20
            counted = facets(session, query, bounds=bounds)
            assert counted.is_approximate
            assert counted["language"][0].count == 10
            assert facets(session, query, is_exact=True, bounds=bounds)["language"][0].count == 200
            assert newest_first(session, query, limit=50, offset=100, bounds=bounds).ids[100:150] == newest[100:150]
        earlier = parse_query("memorandum before:2012 sort:newest")
        every = [hit.article_id for hit in search(session, earlier, limit=200).hits]
        found = newest_first(session, earlier, limit=10, offset=0, bounds=bounds)
        assert (found.ids, found.estimate is not None) == (every[:10], True)
        phrase = newest_first(session, parse_query('"signed it"'), limit=10, offset=0, bounds=bounds)
        assert phrase.ids[3:] == [each for each in newest if each in phrase.ids[3:]]
        assert set(newest[:5]) < set(phrase.ids)
        assert phrase.estimate is not None
        # Its words are as common, but it is not: then all texts are read.
        seldom = newest_first(session, parse_query('"it signed"'), limit=5, offset=0, bounds=bounds)
        assert (seldom.total, seldom.estimate) == (3, None)
        rare = newest_first(session, parse_query("zenith"), limit=5, offset=0, bounds=bounds)
        assert (rare.total, rare.estimate) == (3, None)
        assert not facets(session, parse_query("zenith"), bounds=bounds).is_approximate
    monkeypatch.setitem(facets.__globals__, "BOUNDS", bounds)
    with TestClient(create_app(large, pages=PageStore("memory://"), render_issue=str)) as program:
        for exact, count in (("false", 10), ("true", 200)):
            asked = {"q": "memorandum", "facets": "true", "exact": exact}
            told = program.get("/api/search", params=asked).json()
            assert told["facets"]["language"][0]["count"] == count
            assert told["facets_are_approximate"] == (exact == "false")


def test_what_is_counted_first_shows_the_same_page(large: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(facets.__globals__, "BOUNDS", BOUNDS_OF_LARGE)
    monkeypatch.setitem(facets.__globals__, "is_large", lambda *_: True)
    for line in (
        "memorandum",
        "sort:newest",
        "memorandum before:2012",
        '"signed it"',
        '"it signed"',
        "zenith",
        "absent",
    ):
        query = parse_query(line)
        for limit, offset in ((4, 0), (4, 4), (30, 60)):
            with large() as session, large() as afresh:
                begin_facets(session, query)
                found, expected = (
                    newest_first(each, query, limit=limit, offset=offset, bounds=BOUNDS_OF_LARGE)
                    for each in (session, afresh)
                )
                page = slice(offset, offset + limit)
                assert found.ids[page] == expected.ids[page], line
                assert (found.estimate is None) == (expected.estimate is None)
                assert facets(session, query, bounds=BOUNDS_OF_LARGE) == facets(
                    afresh, query, bounds=BOUNDS_OF_LARGE
                ), line
