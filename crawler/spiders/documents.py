"""Document libraries: pages that link to PDF and office files."""

from __future__ import annotations

from scrapy.http import Response

from crawler.fetched import html_of
from crawler.found import FoundLink
from crawler.listings import links_to_documents
from crawler.spiders.source import IndexProblem, SourceSpider


class DocumentsSpider(SourceSpider):
    """Reads each address as a page that links to documents."""

    def links_in_index(self, response: Response) -> list[FoundLink]:
        """Find the links to documents; a library without any is a recorded failure."""
        found = links_to_documents(html_of(response), response.url)
        if not found:
            raise IndexProblem("the page links to no documents")
        return found
