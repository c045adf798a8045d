"""The child process that surveys one address: Scrapy asks what discovery wants to know, with our usual manners.

Run as `python -m crawler.find ADDRESS`; it prints what it found as JSON, samples included.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator
from functools import partial

import scrapy
from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess

from crawler.discovery.survey import survey
from crawler.discovery.values import DISCOVERIES, Discovery
from crawler.policy import scrapy_settings
from crawler.rendering import marked
from crawler.surveying import Rounds
from perilune.config import Settings, settings_from
from perilune.lineage import die_with_parent
from perilune.logs import configure_logging
from perilune.problems import Problem

MAX_ANSWER_BYTES = 20_000_000
SURVEY_SECONDS = 15


class AddressSpider(scrapy.Spider):
    """Asks what the survey of one address wants to know."""

    name = "survey"

    def __init__(self, url: str, results: list[Discovery], *, render: bool) -> None:
        super().__init__()
        self._rounds = Rounds(survey(url), results.append, wrap=partial(marked, render=render))

    async def start(self) -> AsyncIterator[Request]:
        """Begin the first round."""
        for request in self._rounds.begin():
            yield request


def find(settings: Settings, url: str, *, render: bool) -> Discovery:
    """Survey an address; Problem when its process was stopped before it knew anything."""
    results: list[Discovery] = []
    own = {"DOWNLOAD_MAXSIZE": MAX_ANSWER_BYTES, "DOWNLOAD_TIMEOUT": min(SURVEY_SECONDS, settings.download_timeout)}
    process = AsyncCrawlerProcess(scrapy_settings(settings) | own)
    process.crawl(AddressSpider, url=url, results=results, render=render)
    process.start()
    if not results:
        raise Problem(f"the survey of {url} was stopped before it ended; try again.")
    return results[0]


def main(arguments: list[str] | None = None) -> int:
    """Survey the address on the command line, and print what was found as JSON."""
    parser = argparse.ArgumentParser(prog="python -m crawler.find", description="Find out how a source can be watched.")
    parser.add_argument("url")
    parser.add_argument("--render", action="store_true", help="read its pages as a browser shows them")
    parser.add_argument("--parent", type=int, help="the process that must not be outlived")
    options = parser.parse_args(arguments)
    if options.parent:
        die_with_parent(options.parent)
    try:
        settings = settings_from(os.environ)
        configure_logging(settings.log_level, settings.log_format, process="sources find")
        found = find(settings, options.url, render=options.render)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.buffer.write(DISCOVERIES.dump_json(found) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
