"""What stands between our spiders and the network: a user's proxy, a browser for some pages, pages that send on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from lxml import etree, html
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response

from crawler.rendering import RENDER

if TYPE_CHECKING:
    from crawler.browser import Browser

OK = range(200, 300)
REFRESH = "refresh"
HEAD_CHARS = 4096


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


class RefreshInHead(MetaRefreshMiddleware):
    """Follows a page's `<meta http-equiv=refresh>` where a browser would see it in the page's head, and to elsewhere.

    Scrapy looks for the letters alone: in an attribute, a title or a form's text they are but text, and whoever
    followed them would lose the page. A page that only reloads itself is kept as it is.
    """

    def process_response(  # type: ignore[override]  # their last argument is deprecated, and named it is passed
        self, request: Request, response: Response
    ) -> Request | Response:
        """Ask for the address that the page sends on to, or hand the page on."""
        if not isinstance(response, HtmlResponse) or REFRESH not in response.text[:HEAD_CHARS].lower():
            return response
        head = response.replace(body=_sending_on(response.text[:HEAD_CHARS]), encoding="utf-8")
        answer = super().process_response(request, head)
        return response if answer is head or answer.url == request.url else answer


def _sending_on(text: str) -> bytes:
    """Write out what of a page's head sends on, and the address that is relative to."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    page = etree.fromstring(text.encode("utf-8", "replace"), parser)
    said = [] if page is None else [*page.iterfind("head/base"), *page.iterfind("head/meta")]
    return b"".join(
        etree.tostring(each, method="html", with_tail=False)
        for each in said
        if each.get("http-equiv", REFRESH if each.tag == "base" else "").strip().lower() == REFRESH
    )
