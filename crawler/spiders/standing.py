"""Standing pages: the address itself is the article, fetched at every visit; a change makes a new version."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from crawler.fetched import answer_from
from crawler.health.answers import index_unanswered
from crawler.health.observations import ProblemCode
from crawler.health.words import PROBLEM_WORDS
from crawler.spiders.source import SourceSpider
from models.source import Link


class StandingSpider(SourceSpider):
    """Fetches each address again at every run."""

    def first_requests(self) -> Iterator[Request]:
        """Ask for the pages themselves."""
        self.frontier.await_standing_pages(self.source, self.way.addresses)
        yield from self.looks()
        yield from self.waiting_requests()

    def page_kept(self, response: Response, link: Link, *, is_again: bool, is_new: bool) -> None:
        """Note that a page changed or did not; it is its own index."""
        del is_again
        self.notes.standing_page(answer_from(response, link.url), is_changed=is_new)

    def page_failed(self, link: Link, problem: ProblemCode, *, is_again: bool) -> None:
        """Note that a page could not be had."""
        del is_again
        self.notes.indexes.append(index_unanswered(link.url, problem))
        self.index_problem(link.url, f"the page gives {PROBLEM_WORDS[problem]}")
