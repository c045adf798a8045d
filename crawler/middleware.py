"""What stands between our spiders and the network: the proxy that a user may have set, and a browser for some pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response

from crawler.rendering import RENDER

if TYPE_CHECKING:
    from crawler.browser import Browser

OK = range(200, 300)


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


class Rendering:
    """Has a browser run the programs in pages of sources with `render`; documents, feeds and errors stay as they are.

    Works on what Scrapy has fetched: so each page is asked for once, robots.txt holds for redirects too, and what is
    not modified, too large or no page at all needs no browser. The first page to be rendered starts it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._browser: Browser | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for Scrapy, to end with the crawl."""
        rendering = cls(crawler)
        crawler.signals.connect(rendering.close, signal=signals.spider_closed)
        return rendering

    async def process_response(self, request: Request, response: Response) -> Response:
        """Render a page whose request asks for it."""
        if RENDER not in request.meta or response.status not in OK or not isinstance(response, HtmlResponse):
            return response
        if self._browser is None:
            from crawler.browser import Browser  # an optional extra, and slow to import

            self._browser = Browser(self._crawler)
        return await self._browser.rendered(response)

    async def close(self) -> None:
        """End the browser, where one was started."""
        if self._browser is not None:
            await self._browser.close()
