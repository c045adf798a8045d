"""Standing pages: the address itself is the article, fetched at every visit; a change makes a new version."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from crawler.fetched import answer_from
from crawler.frontier import Waiting
from crawler.health.answers import index_unanswered
from crawler.health.observations import ProblemCode
from crawler.health.words import PROBLEM_WORDS
from crawler.spiders.source import SourceSpider


class StandingSpider(SourceSpider):
    """Fetches each address again at every run."""

    def first_requests(self) -> Iterator[Request]:
        """Ask for the pages themselves."""
        self.frontier.await_standing_pages(self.source, self.way.addresses)
        yield from self.looks()
        yield from self.waiting_requests()

    def page_kept(self, response: Response, waiting: Waiting, *, is_new: bool) -> None:
        """Note that a page changed or did not; it is its own index."""
        self.notes.standing_page(answer_from(response, waiting.link.url), is_changed=is_new)

    def page_failed(self, waiting: Waiting, problem: ProblemCode) -> None:
        """Note that a page could not be had."""
        self.notes.indexes.append(index_unanswered(waiting.link.url, problem))
        self.index_problem(waiting.link.url, f"the page gives {PROBLEM_WORDS[problem]}")
