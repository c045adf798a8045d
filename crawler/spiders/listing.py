"""Listing pages: HTML that links to articles."""

from __future__ import annotations

from collections.abc import Sequence

from scrapy.http import Response

from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import ListPattern, read_list
from crawler.fetched import html_of
from crawler.found import FoundLink
from crawler.spiders.source import IndexProblem, SourceSpider


class ListingSpider(SourceSpider):
    """Reads each address as a page of links."""

    def links_in_index(self, response: Response) -> list[FoundLink]:
        """Find the links to articles; a page without any is a recorded failure, never silence."""
        page = IndexPage(html_of(response), response.url)
        if not page.anchors:
            raise IndexProblem("the list page has no links at all")
        pattern = ListPattern(self.way.select, self.way.row, self.way.links)
        if not (found := read_list(page, pattern)):
            raise IndexProblem(f"none of the {len(page.anchors)} links of the list page is among {pattern.in_words}")
        return found

    def check_choice(self, offered: Sequence[FoundLink], chosen: Sequence[FoundLink]) -> None:
        """Refuse a page all of whose links are to be left alone."""
        if not chosen:
            raise IndexProblem(f"the source's skip leaves out all {len(offered)} links of the list page")
