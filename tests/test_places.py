"""Where articles stand when pages change, rules change or people correct: versions, copies and stories stay right."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.issue import compose_issue
from models.article import find_article
from models.edition import Edition, LedgerRow
from models.search import Query, search
from models.story import changes_of, find_story
from models.tables import Article, Story
from models.vocabulary import Stage, StoryChangeKind
from perilune.correcting import correct
from pipeline.runners.group import GroupRunner
from tests.bench import LAUNCH, SIGNING, Bench, page_of
from tests.builders import an_edition
from tests.conftest import NOW

DAY = dt.timedelta(days=1)
TITLE = "CNSA and Roscosmos sign lunar station memorandum"
A, B = "http://a.example/1", "http://b.example/1"


def test_a_page_that_goes_back_to_an_earlier_text_shows_that_text(bench: Bench) -> None:
    first = page_of(TITLE, SIGNING)
    other = page_of(TITLE, (*SIGNING, "The signing was postponed to the summer."))
    for day, body in enumerate((first, other, first)):
        bench.lay(A, body, at=NOW + day * DAY)
        bench.work(NOW + day * DAY)
    with bench.archive.sessions() as session:
        article = bench.article(session, A)
        assert [version.number for version in article.versions] == [1, 2, 3]
        assert article.current_version_id == article.versions[2].id
        assert article.versions[0].text == article.versions[2].text != article.versions[1].text
        assert search(session, Query(text="postponed")).total == 0


def test_a_page_that_was_back_before_the_issue_is_no_change_to_its_readers(bench: Bench) -> None:
    first = page_of(TITLE, SIGNING)
    other = page_of(TITLE, (*SIGNING, "The signing was postponed to the summer."))
    with bench.archive.sessions.begin() as session:
        edition_id = an_edition(session).id
    fates = []
    for day, bodies in enumerate(([first], [other, first], [other])):
        for hour, body in enumerate(bodies):
            moment = NOW + day * 7 * DAY + dt.timedelta(hours=hour - 5)
            bench.lay(A, body, at=moment)
            bench.work(moment)
        with bench.archive.sessions.begin() as session:
            compose_issue(session, session.get_one(Edition, edition_id), NOW + day * 7 * DAY, NOW + day * 7 * DAY)
            rows = session.execute(sa.select(LedgerRow.fate, LedgerRow.reason).order_by(LedgerRow.version_id)).all()
            fates.append(rows[-1].reason)
    assert fates[0].startswith("in story")
    assert fates[1:] == ["a new version with the same words", "changed"]


def test_a_page_that_the_present_rules_refuse_leaves_the_archive(bench: Bench) -> None:
    bench.lay(A, page_of(TITLE, SIGNING))
    bench.work()
    with bench.archive.sessions.begin() as session:
        challenge = b"<html><title>Just a moment...</title><body>Checking your browser</body></html>"
        _show_other_bytes(bench, session, bench.article(session, A), challenge)
    bench.outdate(Stage.EXTRACT)
    bench.work(NOW + DAY)
    with bench.archive.sessions() as session:
        article = bench.article(session, A)
        assert article.current_version_id is None
        assert article.versions[0].withdrawn == "challenge page"
        assert search(session, Query(text="memorandum")).total == 0
        assert list(session.scalars(sa.select(Story))) == []


def test_copies_of_a_lead_that_is_rewritten_stand_for_themselves_again(bench: Bench) -> None:
    body = page_of(TITLE, SIGNING)
    bench.lay("http://agency.example/1", body, source="bb_agency", authority=9)
    bench.lay(A, body, source="aa_news", authority=5)
    bench.lay(B, body, source="cc_copies", authority=1)
    bench.work()
    bench.lay(
        "http://agency.example/1", page_of("ESA and JAXA to launch joint Mercury satellite", LAUNCH), at=NOW + DAY
    )
    bench.work(NOW + DAY)
    with bench.archive.sessions() as session:
        agency, news, copy = (bench.article(session, url) for url in ("http://agency.example/1", A, B))
        assert (agency.copy_of_id, news.copy_of_id, copy.copy_of_id) == (None, None, news.id)
        assert news.story_id == copy.story_id != agency.story_id


def test_a_story_whose_only_article_is_corrected_to_off_is_gone(bench: Bench) -> None:
    bench.lay(A, page_of(TITLE, SIGNING))
    bench.work()
    with bench.archive.sessions() as session:
        key = bench.article(session, A).key
    correct(bench.archive, key, {"relevance": "off"}, by="ada", now=NOW)
    bench.work(NOW + DAY)
    with bench.archive.sessions() as session:
        assert list(session.scalars(sa.select(Story))) == []
        assert bench.article(session, A).story_id is None


def test_a_correction_holds_for_the_copies_of_an_article(bench: Bench) -> None:
    body = page_of(TITLE, SIGNING)
    bench.lay(A, body, source="aa_news", authority=5)
    bench.lay(B, body, source="cc_copies", authority=1)
    bench.work()
    with bench.archive.sessions() as session:
        key = bench.article(session, A).key
    correct(bench.archive, key, {"relevance": "off"}, by="ada", now=NOW)
    bench.work(NOW + DAY)
    bench.lay("http://c.example/1", body, source="bb_agency", authority=9, at=NOW + 2 * DAY)
    bench.work(NOW + 2 * DAY)
    with bench.archive.sessions() as session:
        versions = [article.current_version for article in session.scalars(sa.select(Article))]
        assert [version and version.relevance for version in versions] == ["off"] * 3


def test_another_version_of_the_grouping_places_every_article_anew(bench: Bench) -> None:
    bench.lay(A, page_of(TITLE, SIGNING))
    bench.lay(B, page_of("China, Russia agree to build lunar research station", SIGNING[::-1], "2022-03-11"))
    bench.work()
    (story,) = bench.stories()
    with bench.archive.sessions.begin() as session:
        apart = Story(key="f" * 12, headline="placed by mistake")
        session.add(apart)
        session.flush()
        article = bench.article(session, B)
        article.story_id, article.placed_by = apart.id, "0"
        session.execute(sa.update(Article).values(placed_by="0"))
    bench.outdate(Stage.GROUP)
    bench.work(NOW + DAY)
    assert bench.stories() == {story}
    with bench.archive.sessions() as session:
        assert set(session.scalars(sa.select(Article.placed_by))) == {GroupRunner.version}


def _declaring(canonical: str) -> bytes:
    return page_of(TITLE, SIGNING).replace(b"<head>", f'<head><link rel="canonical" href="{canonical}">'.encode())


def test_an_article_whose_address_turns_out_to_be_another_s_is_found_under_both_keys(bench: Bench) -> None:
    bench.lay(A, page_of(TITLE, SIGNING))
    bench.work()
    with bench.archive.sessions.begin() as session:
        former = bench.article(session, A)
        key, story_key = former.key, session.scalars(sa.select(Story.key)).one()
        _show_other_bytes(bench, session, former, _declaring("http://a.example/news/1"))
    bench.outdate(Stage.EXTRACT)
    bench.work(NOW + DAY)
    with bench.archive.sessions() as session:
        article = find_article(session, key)
        assert article is not None
        assert article.url == "http://a.example/news/1"
        assert article.current_version_id is not None
        assert search(session, Query(text="memorandum")).total == 1
        assert bench.stories() == {frozenset({"http://a.example/news/1"})}
        found = find_story(session, story_key)
        assert found is not None
        assert found.id == article.story_id


def _show_other_bytes(bench: Bench, session: Session, article: Article, body: bytes) -> None:
    """Let the article's page hold other bytes: what other rules would read in the same ones."""
    article.versions[0].page.content_hash = bench.archive.pages.keep(body)
    session.flush()


REPORTS = {
    A: page_of(TITLE, SIGNING),
    B: page_of(
        "China, Russia agree to build research station on the Moon",
        (
            "Beijing and Moscow are to build a research station on the Moon together, their space agencies agreed.",
            "Zhang Kejian of CNSA and Dmitry Rogozin of Roscosmos put their names to a memorandum by video link.",
        ),
        "2022-03-10",
    ),
    "http://c.example/1": page_of(
        "Roscosmos, CNSA sign memorandum on lunar research station",
        (
            "Roscosmos and CNSA signed a memorandum on creating a lunar research station, Moscow said.",
            "The station will be open to all countries that are interested, it added.",
        ),
        "2022-03-10",
    ),
}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_articles_that_come_one_by_one_form_one_story_in_any_order(bench: Bench, order: tuple[int, ...]) -> None:
    urls = list(REPORTS)
    for place in order:
        bench.lay(urls[place], REPORTS[urls[place]])
        bench.work()
    assert bench.stories() == {frozenset(urls)}
    with bench.archive.sessions() as session:
        (story,) = session.scalars(sa.select(Story))
        assert story.key == min(session.scalars(sa.select(Article.key)))


def test_a_report_that_joins_two_stories_makes_them_one_and_that_is_recorded(bench: Bench) -> None:
    first, second, third = REPORTS
    bench.lay(first, REPORTS[first])
    bench.lay(second, page_of("A flight to Mercury", LAUNCH))
    bench.work()
    assert len(bench.stories()) == 2
    bench.lay(second, REPORTS[second], at=NOW + DAY)
    bench.work(NOW + DAY)
    assert len(bench.stories()) == 2, "what was settled stays where it is"
    with bench.archive.sessions() as session:
        keys = {url: session.get_one(Story, bench.article(session, url).story_id).key for url in (first, second)}
    bench.lay(third, REPORTS[third], at=NOW + 2 * DAY)
    bench.work(NOW + 2 * DAY)
    assert bench.stories() == {frozenset(REPORTS)}
    with bench.archive.sessions() as session:
        (story,) = session.scalars(sa.select(Story))
        (change,) = changes_of(session, story.key)
        assert (change.kind, {change.story_key, change.other_key}) == (StoryChangeKind.MERGED, set(keys.values()))
        assert change.made_by is None
        assert {find_story(session, key) for key in keys.values()} == {story}


def test_an_article_that_its_story_fits_no_more_leaves_it_and_that_is_recorded(bench: Bench) -> None:
    for url, body in REPORTS.items():
        bench.lay(url, body)
    bench.work()
    assert bench.stories() == {frozenset(REPORTS)}
    bench.lay(B, page_of("A flight to Mercury", LAUNCH), at=NOW + DAY)
    bench.work(NOW + DAY)
    assert bench.stories() == {frozenset({B}), frozenset(REPORTS) - {B}}
    with bench.archive.sessions() as session:
        story = session.get_one(Story, bench.article(session, B).story_id)
        assert [change.kind for change in changes_of(session, story.key)] == [StoryChangeKind.SPLIT]
