"""The child process of a crawl: all due sources in one Scrapy engine, so that each host has one queue for all of them.

Run as `python -m crawler.batch`; it prints one line of JSON with what each source gave.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Self, TextIO

import scrapy
import sqlalchemy as sa
from scrapy import Request, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from structlog import get_logger
from twisted.python.failure import Failure

from crawler.frontier import Clock, Frontier
from crawler.health.observations import ProblemCode
from crawler.loader import spider_for
from crawler.orders import Orders
from crawler.policy import scrapy_settings
from crawler.pressure import crawlable_count, watched
from crawler.rendering import RenderingProblem, require_browser
from crawler.source_file import SHIPPED, SourceProblem
from crawler.spiders.source import SourceSpider
from models.beating import beating
from models.database import DatabaseProblem, open_database
from models.fate import Claim, await_stage, claim_due, release_claims_of_the_dead
from models.page_store import PageStore
from models.source import CrawlRun, Source
from models.vocabulary import Stage
from perilune.config import Settings, settings_from
from perilune.lineage import die_with_parent
from perilune.logs import configure_logging
from perilune.problems import Problem

SOURCES_AT_ONCE = 400
LOOK_SECONDS = 1.0
DATABASE_LOST = "database lost"
log = get_logger()


class BatchSpider(scrapy.Spider):
    """Runs the spiders of several sources in one engine; what comes due meanwhile joins, so that nobody waits long."""

    name = "batch"

    def __init__(self, claim: Callable[[], list[type[SourceSpider]]], go_on: Callable[[list[str]], bool]) -> None:
        super().__init__()
        self._claim = claim
        self._go_on = go_on
        self._spiders: list[SourceSpider] = []
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: object) -> Self:
        """Make the spider, which hears of what goes wrong in the callbacks of its sources."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.callback_failed, signals.spider_error)
        return spider

    def callback_failed(self, failure: Failure) -> None:
        """End the crawl where the database is lost: what we have claimed is free for others only without us."""
        if isinstance(failure.value, sa.exc.OperationalError):
            self._end(failure.value)

    def _end(self, error: sa.exc.OperationalError) -> None:
        log.warning("database lost", reason=str(error.orig))
        if self._ending is None and self.crawler.engine is not None:
            closing = self.crawler.engine.close_spider_async(reason=DATABASE_LOST)
            self._ending = asyncio.get_running_loop().create_task(closing)

    async def start(self) -> AsyncIterator[Request]:
        """Start every source in turn, then look for further ones while `go_on`, told which still run, says so."""
        try:
            async for request in self._requests():
                yield request
        except sa.exc.OperationalError as error:
            self._end(error)

    async def _requests(self) -> AsyncIterator[Request]:
        while True:
            for spider_class in self._claim():
                spider = spider_class.from_crawler(self.crawler)
                self._spiders.append(spider)
                try:
                    async for request in spider.start():
                        yield request
                except sa.exc.OperationalError:
                    raise
                except Exception:  # what ails one source never stops the others
                    log.exception("source not begun", source=spider.name)
                    spider.closed("error")
            self._spiders = [spider for spider in self._spiders if spider.is_running]
            if not self._go_on([spider.source.slug for spider in self._spiders]):
                return
            await asyncio.sleep(LOOK_SECONDS)

    def closed(self, reason: str) -> None:
        """Close every source's run; where the database is lost, they are left as by a kill, and taken up again."""
        for spider in self._spiders if reason != DATABASE_LOST else ():
            spider.closed(reason)


def claim_sources(
    frontier: Frontier, slugs: list[str], *, forced: bool = False, backlog: int | None = None
) -> list[Source]:
    """Claim the due sources, of those named where any are; `forced` takes the named ones whether due or not.

    With a `backlog`, the fewer are taken the nearer the pages that wait to be read come to it.
    """
    wanted = watched()
    if slugs:
        wanted = wanted.where(Source.slug.in_(slugs))
    now = frontier.clock()
    with frontier.sessions.begin() as session:
        if forced:
            await_stage(session, Stage.CRAWL, list(session.scalars(wanted)), due_at=now)
        limit = SOURCES_AT_ONCE
        if backlog is not None:
            limit = crawlable_count(session, backlog, at_most=SOURCES_AT_ONCE, now=now)
        ids = claim_due(session, Stage.CRAWL, Claim(frontier.claimant, now, limit), among=wanted)
        return list(session.scalars(sa.select(Source).where(Source.id.in_(ids)).order_by(Source.slug)))


def crawl(settings: Settings, clock: Clock, slugs: list[str], *, forced: bool) -> dict[str, dict[str, object]]:
    """Crawl what is due and return the counts of each source."""
    sessions = open_database(settings.database_url)
    with sessions.begin() as session:
        release_claims_of_the_dead(session)
    with beating(sessions, "crawl", silence=settings.silence) as claimant:
        frontier = Frontier(sessions, _pages_of(settings), clock, claimant)
        return _crawl_due(frontier, settings, slugs, forced=forced)


def _pages_of(settings: Settings) -> PageStore:
    """Open the page store, rid of what killed crawls were writing."""
    pages = PageStore(settings.pages_url)
    pages.forget_unfinished(now=dt.datetime.now(dt.UTC))
    return pages


def _crawl_due(
    frontier: Frontier, settings: Settings, slugs: list[str], *, forced: bool
) -> dict[str, dict[str, object]]:
    backlog = None if slugs or forced else settings.backlog
    batch = claim_sources(frontier, slugs, forced=forced, backlog=backlog)
    if not batch:
        return {}
    crawled = list(batch)

    def claim() -> list[type[SourceSpider]]:
        nonlocal batch
        claimed, batch = batch or claim_sources(frontier, slugs, backlog=backlog), []
        crawled.extend(source for source in claimed if source not in crawled)
        return list(_spiders_for(claimed, frontier, settings))

    _run(settings, claim, go_on=bool)
    return _counts_of(frontier, crawled)


def _run(
    settings: Settings, claim: Callable[[], list[type[SourceSpider]]], *, go_on: Callable[[list[str]], bool]
) -> None:
    """Crawl; DatabaseProblem where that ended because the database was lost."""
    process = AsyncCrawlerProcess(scrapy_settings(settings))
    crawler = process.create_crawler(BatchSpider)
    process.crawl(crawler, claim=claim, go_on=go_on)
    process.start()
    if crawler.stats is not None and crawler.stats.get_value("finish_reason") == DATABASE_LOST:
        raise DatabaseProblem("the database was lost amid a crawl; what was under way is crawled again.")


def crawl_by_order(settings: Settings, clock: Clock, orders: Orders) -> None:
    """Crawl the sources that a worker orders, each where it is due, until there are no more orders."""
    sessions = open_database(settings.database_url)
    with beating(sessions, "crawl", silence=settings.silence) as claimant:
        frontier = Frontier(sessions, _pages_of(settings), clock, claimant)

        def claim() -> list[type[SourceSpider]]:
            ordered = orders.take()
            claimed = claim_sources(frontier, ordered) if ordered else []
            return list(_spiders_for(claimed, frontier, settings))

        def go_on(running: list[str]) -> bool:
            for slug in orders.answer_others(running):
                orders.answer(slug, _counts_of_slug(frontier, slug))
            return bool(running) or orders.may_come

        orders.listen()
        _run(settings, claim, go_on=go_on)


def _spiders_for(sources: list[Source], frontier: Frontier, settings: Settings) -> Iterator[type[SourceSpider]]:
    """Make the spiders; a source whose own one, or whose browser, is not to be had fails alone, and is tried again."""
    for source in sources:
        try:
            if source.render:
                require_browser(settings)
            yield spider_for(source, frontier, settings.sources or SHIPPED)
        except SourceProblem as problem:
            log.warning("spider not loaded", source=source.slug, reason=str(problem))
            frontier.refuse(source, str(problem), ProblemCode.MALFORMED)
        except RenderingProblem as problem:
            log.warning("source not rendered", source=source.slug, reason=str(problem))
            frontier.refuse(source, str(problem), ProblemCode.UNRENDERED)


def _counts_of(frontier: Frontier, sources: list[Source]) -> dict[str, dict[str, object]]:
    return {source.slug: _counts_of_slug(frontier, source.slug) for source in sources}


def _counts_of_slug(frontier: Frontier, slug: str) -> dict[str, object]:
    newest = sa.select(CrawlRun).join(Source).where(Source.slug == slug).order_by(CrawlRun.id.desc())
    with frontier.sessions() as session:
        run = session.scalar(newest.limit(1))
        return {} if run is None else {"outcome": run.outcome, **run.counts}


def main(arguments: list[str] | None = None) -> int:
    """Crawl as the command line says, and print the counts as JSON."""
    parser = argparse.ArgumentParser(prog="python -m crawler.batch", description="Crawl due sources.")
    parser.add_argument("slugs", nargs="*", help="sources; default: all that are due")
    parser.add_argument("--force", action="store_true", help="crawl the named sources even if they are not due")
    parser.add_argument("--at", type=dt.datetime.fromisoformat, help="a fixed clock, for replays")
    parser.add_argument("--by-order", action="store_true", help="crawl what lines of standard input name")
    parser.add_argument("--parent", type=int, help="the process that must not be outlived")
    options = parser.parse_args(arguments)
    answers = sys.stdout
    if options.parent:
        die_with_parent(options.parent)
    try:
        # What a spider of somebody's own prints is no answer.
        with contextlib.redirect_stdout(sys.stderr):
            counts = _crawl_as(options, answers)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    if counts is not None:
        answers.write(json.dumps(counts, ensure_ascii=False) + "\n")
    return 0


def _crawl_as(options: argparse.Namespace, answers: TextIO) -> dict[str, dict[str, object]] | None:
    fixed: dt.datetime | None = options.at
    settings = settings_from(os.environ)
    configure_logging(settings.log_level, settings.log_format, process="crawl")
    clock: Clock = lambda: fixed or dt.datetime.now(dt.UTC)  # noqa: E731 - a value that is handed on
    if options.by_order:
        crawl_by_order(settings, clock, Orders(answers))
        return None
    return crawl(settings, clock, options.slugs, forced=options.force)


if __name__ == "__main__":
    sys.exit(main())
