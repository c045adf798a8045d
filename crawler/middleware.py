"""What stands between our spiders and the network: the proxy that a user may have set."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured


class ProxyFromSettings:
    """Send every request, robots.txt included, through the proxy of `PERILUNE_PROXY`."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it, or leave it out where no proxy is set."""
        proxy = crawler.settings.get("PERILUNE_PROXY")
        if not proxy:
            raise NotConfigured
        return cls(proxy)

    def process_request(self, request: Request) -> None:
        """Name the proxy to Scrapy's own proxy support."""
        request.meta.setdefault("proxy", self._proxy)
