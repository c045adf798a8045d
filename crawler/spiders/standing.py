"""Standing pages: the address itself is the article, fetched at every visit; a change makes a new version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrapy import Request
from scrapy.http import Response

from crawler.found import FoundLink
from crawler.spiders.source import SourceSpider


class StandingSpider(SourceSpider):
    """Fetches each address again at every run."""

    def first_requests(self) -> Iterator[Request]:
        """Ask for the pages themselves."""
        self.frontier.await_standing_pages(self.source, self.way.addresses)
        yield from self.waiting_requests()

    def links_in_index(self, response: Response) -> Iterable[FoundLink]:
        """Find none: a standing page has no index."""
        del response
        return ()
