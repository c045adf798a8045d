"""Feeds: RSS, Atom, RDF, JSON Feed."""

from __future__ import annotations

from scrapy.http import Response

from crawler.feeds import FeedProblem, links_in_feed
from crawler.found import FoundLink
from crawler.spiders.source import IndexProblem, SourceSpider


class FeedSpider(SourceSpider):
    """Reads each address as a feed."""

    def links_in_index(self, response: Response) -> list[FoundLink]:
        """Read the feed's entries."""
        try:
            return links_in_feed(response.body, response.url)
        except FeedProblem as problem:
            raise IndexProblem(str(problem)) from problem
