"""The child process that looks at sources without storing anything; Scrapy asks, with our usual manners.

Run as `python -m crawler.inspect_sources check|freeze SLUG...`; it prints a line of JSON for each source as it is done.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

import scrapy
import sqlalchemy as sa
from pydantic import BaseModel
from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess

from crawler.discovery.values import Asking
from crawler.inspection import Checked, Failure, checked, frozen
from crawler.loader import frontier_from, spider_for
from crawler.policy import scrapy_settings
from crawler.rendering import RenderingProblem, marked, require_browser
from crawler.source_file import SHIPPED, SourceProblem
from crawler.spiders.source import SourceSpider
from crawler.surveying import Rounds
from models.database import open_database
from models.source import Source
from perilune.config import Settings, settings_from
from perilune.lineage import die_with_parent
from perilune.logs import configure_logging
from perilune.problems import Problem


class InspectionSpider(scrapy.Spider):
    """Asks what the inspections of several sources want to know."""

    name = "inspection"

    def __init__(self, rounds: Sequence[Rounds[BaseModel]]) -> None:
        super().__init__()
        self._rounds = rounds

    async def start(self) -> AsyncIterator[Request]:
        """Begin the first round of each."""
        for rounds in self._rounds:
            for request in rounds.begin():
                yield request


def inspect(settings: Settings, slugs: Sequence[str], work: str, tell: Callable[[BaseModel], None]) -> None:
    """Check or freeze sources; `tell` gets what each gives as soon as it is known."""
    sessions = open_database(settings.database_url)
    with sessions() as session:
        sources = session.scalars(sa.select(Source).where(Source.slug.in_(slugs)).order_by(Source.slug)).all()
    frontier = frontier_from(settings, sessions)
    rounds: list[Rounds[BaseModel]] = []
    for source in sources:
        try:
            if source.render:
                require_browser(settings)
            spider = spider_for(source, frontier, settings.sources or SHIPPED)()
        except (SourceProblem, RenderingProblem) as problem:
            tell(_refused(source, str(problem), work))
            continue
        rounds.append(_rounds_of(spider, work, tell))
    process = AsyncCrawlerProcess(scrapy_settings(settings))
    process.crawl(InspectionSpider, rounds=rounds)
    process.start()


def _rounds_of(spider: SourceSpider, work: str, tell: Callable[[BaseModel], None]) -> Rounds[BaseModel]:
    asking: Asking[BaseModel] = checked(spider) if work == "check" else frozen(spider)
    return Rounds(asking, tell, wrap=partial(marked, render=spider.source.render))


def _refused(source: Source, words: str, work: str) -> BaseModel:
    if work == "freeze":
        return Failure(problem=words)
    return Checked(source=source.slug, is_good=False, kind=source.kind, words=words)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says, and print the results as JSON Lines."""
    parser = argparse.ArgumentParser(prog="python -m crawler.inspect_sources", description="Look at sources.")
    parser.add_argument("work", choices=("check", "freeze"))
    parser.add_argument("slugs", nargs="+")
    parser.add_argument("--parent", type=int, help="the process that must not be outlived")
    options = parser.parse_args(arguments)
    if options.parent:
        die_with_parent(options.parent)

    def tell(result: BaseModel) -> None:
        sys.stdout.write(result.model_dump_json() + "\n")
        sys.stdout.flush()

    try:
        settings = settings_from(os.environ)
        configure_logging(settings.log_level, settings.log_format, process="sources check")
        inspect(settings, options.slugs, options.work, tell)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
