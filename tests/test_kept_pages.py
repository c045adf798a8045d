"""Pages whose rows are written together: what a kill before that costs, and that each still meets a fate of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from crawler.frontier import Frontier
from crawler.kept import Fetched
from models.claimant import this_process
from models.fate import Fate, await_stage, release_claims_of_the_dead
from models.page_store import PageStore
from models.source import CrawlRun, Link, Page, Source
from models.vocabulary import Stage
from tests.builders import a_source

DEAD = f"{this_process().split('/')[0]}/999999999/0.00"
PAGES_OF_A_LONG_RUN = 250
Frontiers = Callable[[str], Frontier]


@pytest.fixture
def frontiers(sessions: sessionmaker[Session], page_store: PageStore, now: dt.datetime) -> Frontiers:
    """Frontiers of several processes on one archive, whose second never passes."""
    return lambda claimant: Frontier(sessions, page_store, lambda: now, claimant, soon=lambda _work: None)


def a_source_with_links(sessions: sessionmaker[Session], now: dt.datetime, count: int) -> Source:
    """Make a source with so many links that wait to be fetched, and its first run."""
    with sessions.begin() as session:
        source = a_source(session)
        links = [Link(source_id=source.id, url=f"https://a.example/{n}", found_at=now) for n in range(count)]
        session.add_all([*links, CrawlRun(id=1, source_id=source.id, started_at=now)])
        session.flush()
        await_stage(session, Stage.FETCH, [link.id for link in links], due_at=now)
        return source


def shows(link: Link, text: str) -> Fetched:
    """A link's answer with this body."""
    return Fetched(link.url, 200, {"content-type": "text/html"}, f"<p>{text}</p>".encode())


def fetch_all(frontier: Frontier, source: Source, text_of: Mapping[str, str] | None = None) -> list[Link]:
    """Claim the source's due links and keep what each shows: the text given for its address, or the address."""
    links = [waiting.link for waiting in frontier.claim_links(source)]
    for link in links:
        frontier.keep_page(link, shows(link, (text_of or {}).get(link.url, link.url)), 1)
    return links


def page_count(sessions: sessionmaker[Session]) -> int:
    """How many pages there are."""
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Page)) or 0


def test_a_page_that_a_kill_kept_from_being_written_is_fetched_again_and_is_one_page(
    sessions: sessionmaker[Session], frontiers: Frontiers, now: dt.datetime
) -> None:
    source = a_source_with_links(sessions, now, 3)
    fetch_all(frontiers(DEAD), source)
    assert page_count(sessions) == 0
    with sessions.begin() as session:
        release_claims_of_the_dead(session)
    survivor = frontiers(this_process())
    assert len(fetch_all(survivor, source)) == 3
    survivor.store_kept()
    survivor.store_kept()
    assert page_count(sessions) == 3
    assert survivor.claim_links(source) == []


def test_what_is_kept_is_written_before_it_becomes_many(
    sessions: sessionmaker[Session], frontiers: Frontiers, now: dt.datetime
) -> None:
    source = a_source_with_links(sessions, now, PAGES_OF_A_LONG_RUN)
    frontier = frontiers(this_process())
    while fetch_all(frontier, source):
        pass
    assert page_count(sessions) == 200
    assert len(frontier.kept) == 50


def test_new_pages_unchanged_ones_and_ones_that_go_back_are_told_apart_when_written_together(
    sessions: sessionmaker[Session], frontiers: Frontiers, now: dt.datetime
) -> None:
    source = a_source_with_links(sessions, now, 3)
    frontier = frontiers(this_process())
    for texts in (("a", "b", "c"), ("a", "B", "C"), ("a", "b", "d")):
        shown = {f"https://a.example/{number}": text for number, text in enumerate(texts)}
        links = fetch_all(frontier, source, shown)
        frontier.store_kept()
        with sessions.begin() as session:
            await_stage(session, Stage.FETCH, [link.id for link in links], due_at=now)
    assert frontier.counts[source.id] == {"new pages": 7, "unchanged pages": 2}
    with sessions() as session:
        waiting = session.scalars(sa.select(Fate.item_id).where(Fate.stage == Stage.EXTRACT)).all()
        assert sorted(waiting) == sorted(session.scalars(sa.select(Page.id)))
        of_second = sa.select(Page.content_hash).join(Link).where(Link.url == "https://a.example/1").order_by(Page.id)
        first, second, third = session.scalars(of_second)
    assert first == third != second


def test_each_of_the_pages_written_together_has_a_fate_and_one_that_waits_again_stays_waiting(
    sessions: sessionmaker[Session], frontiers: Frontiers, now: dt.datetime
) -> None:
    source = a_source_with_links(sessions, now, 2)
    frontier = frontiers(this_process())
    _, second = fetch_all(frontier, source)
    with sessions.begin() as session:
        await_stage(session, Stage.FETCH, [second.id], due_at=now)
    frontier.store_kept()
    with sessions() as session:
        fates = sa.select(Fate.state).where(Fate.stage == Stage.FETCH).order_by(Fate.item_id)
        assert list(session.scalars(fates)) == ["done", "waiting"]
    assert [waiting.link.id for waiting in frontier.claim_links(source)] == [second.id]
