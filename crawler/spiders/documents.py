"""Document libraries: pages that link to PDF and office files."""

from __future__ import annotations

from scrapy.http import Response

from crawler.discovery.addresses import is_document
from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import ListPattern, read_list
from crawler.fetched import html_of
from crawler.found import FoundLink
from crawler.spiders.source import IndexProblem, SourceSpider


class DocumentsSpider(SourceSpider):
    """Reads each address as a page that links to documents."""

    def links_in_index(self, response: Response) -> list[FoundLink]:
        """Find the documents where the source's pattern says, or all of the page; without any it is a failure."""
        pattern = ListPattern(self.way.select, self.way.row, self.way.links)
        found = read_list(IndexPage(html_of(response), response.url), pattern)
        # A learned list may hold addresses that only serve documents; a page as a whole also links to other pages.
        found = found if pattern.select else [link for link in found if is_document(link.url)]
        if not found:
            raise IndexProblem("the page links to no documents where the source looks for them")
        return found
