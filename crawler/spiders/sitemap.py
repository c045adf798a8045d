"""Sitemaps, plain or gzipped, news sitemaps, and the sitemaps that an index names."""

from __future__ import annotations

from scrapy.http import Response

from crawler.found import FoundLink
from crawler.sitemaps import SitemapContent, SitemapProblem, content_of_sitemap
from crawler.spiders.source import IndexProblem, SourceSpider

MAX_SITEMAPS = 200


class SitemapSpider(SourceSpider):
    """Reads each address as a sitemap or an index of sitemaps."""

    sitemap_count = 0

    def links_in_index(self, response: Response) -> tuple[FoundLink, ...]:
        """Read the addresses of pages."""
        return self._content(response).links

    def further_indexes(self, response: Response) -> list[str]:
        """Follow an index of sitemaps, up to a bound."""
        sitemaps = list(self._content(response).sitemaps)[: MAX_SITEMAPS - self.sitemap_count]
        self.sitemap_count += len(sitemaps)
        return sitemaps

    def _content(self, response: Response) -> SitemapContent:
        try:
            return content_of_sitemap(response.body, response.url)
        except SitemapProblem as problem:
            raise IndexProblem(str(problem)) from problem
