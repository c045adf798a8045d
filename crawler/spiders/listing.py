"""Listing pages: HTML that links to articles."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.http import Response

from crawler.found import FoundLink
from crawler.listings import links_in_listing
from crawler.spiders.source import IndexProblem, SourceSpider, html_of


class ListingSpider(SourceSpider):
    """Reads each address as a page of links."""

    def links_in_index(self, response: Response) -> list[FoundLink]:
        """Find the links to articles; a page without any is a recorded failure, never silence."""
        found = links_in_listing(html_of(response), response.url, has_pattern=self.source.links is not None)
        if not found:
            raise IndexProblem("the list page has no links to articles")
        return found

    def check_choice(self, offered: Sequence[FoundLink], chosen: Sequence[FoundLink]) -> None:
        """Refuse a page none of whose links match: it was redesigned, or the pattern is wrong."""
        if not chosen:
            raise IndexProblem(f"none of the {len(offered)} links of the list page match the source's patterns")
