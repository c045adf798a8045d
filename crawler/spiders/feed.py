"""Feeds: RSS, Atom, RDF, JSON Feed."""

from __future__ import annotations

from scrapy.http import Response

from crawler.feeds import FeedProblem, feed_of
from crawler.found import FoundLink
from crawler.spiders.source import IndexProblem, SourceSpider


class FeedSpider(SourceSpider):
    """Reads each address as a feed."""

    def links_in_index(self, response: Response) -> list[FoundLink]:
        """Read the feed's entries, and what it says of how often to come."""
        try:
            feed = feed_of(response.body, response.url, now=self.frontier.clock())
        except FeedProblem as problem:
            raise IndexProblem(str(problem)) from problem
        self.hints = feed.hints
        return feed.links
