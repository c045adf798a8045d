"""The browser that runs the programs in pages: Chromium by scrapy-playwright, an extra that only this module imports.

The page itself was fetched by Scrapy before, with all our manners and bounds; the browser asks only for what it loads.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from functools import partial
from urllib.parse import urlsplit

from playwright.async_api import Error, Page, Route
from playwright.async_api import Request as PageRequest
from playwright.async_api import TimeoutError as NotInTime
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawler.gateway import Gateway
from crawler.guard import resolver_of_this_process
from crawler.politeness import RobotsRules
from perilune.encodings import decode

PAGES_AT_ONCE = 2
SETTLE_SECONDS = 8
CLOSE_SECONDS = 10
UNREAD = {"image", "media", "font"}
UTF_8 = "text/html; charset=utf-8"
SHOWN = """(() => {
  const kind = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
  const shown = kind + (document.documentElement?.outerHTML ?? "");
  return shown.length > %d ? null : shown;
})()"""
"""What a page holds, or nothing where that is too long: it stays in the browser then."""


class Browser:
    """Chromium for one crawl; it starts at the first page.

    What it asks for is held to robots.txt and to the guard of addresses too.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._user_agent = str(crawler.settings["USER_AGENT"])
        self._robot = str(crawler.settings["ROBOTSTXT_USER_AGENT"])
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT") + 2 * SETTLE_SECONDS
        self._rules = crawler.get_downloader_middleware(RobotsRules)
        self._turns = asyncio.Semaphore(PAGES_AT_ONCE)
        self._max_bytes = crawler.settings.getint("PERILUNE_MAX_PAGE_BYTES")
        self._numbers = itertools.count(1)
        self._chromium = _Chromium(crawler)
        self._chromium.abort_request = self._is_unwanted
        self._gateway = Gateway(resolver_of_this_process(), crawler.settings.get("PERILUNE_PROXY"))
        self._starting: asyncio.Future[None] | None = None

    async def rendered(self, response: HtmlResponse) -> HtmlResponse:
        """Run the programs in a page, and give it as it then is; IgnoreRequest where the browser cannot.

        DownloadCancelledError where it has grown to more than is kept.
        """
        async with self._turns:
            request = self._request(response)
            await self._start()
            try:
                async with asyncio.timeout(self._seconds):
                    await self._chromium.download_request(request)
                    shown = await settled(request.meta["playwright_page"], self._max_bytes)
            except (Error, TimeoutError) as error:
                raise IgnoreRequest(f"the browser could not render it ({type(error).__name__})") from error
            finally:
                await self._close(request.meta["playwright_context"])
        body = b"" if shown is None else shown.encode("utf-8", "replace")
        if shown is None or len(body) > self._max_bytes:
            raise DownloadCancelledError("the rendered page is too large")
        headers = response.headers.copy()
        headers["Content-Type"] = UTF_8
        return response.replace(body=body, headers=headers, encoding="utf-8")

    async def close(self) -> None:
        """End the browser."""
        await self._chromium.close()
        self._gateway.close()

    def _start(self) -> asyncio.Future[None]:
        """Start what drives Chromium, once."""
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._started())
        return asyncio.shield(self._starting)

    async def _started(self) -> None:
        """Open the gateway, and do what scrapy-playwright does with the engine, which runs by now."""
        self._chromium.config.launch_options["proxy"] = {"server": await self._gateway.open(), "bypass": "<-loopback>"}
        provider = self._chromium.browser_provider_cls(self._chromium.config)
        self._chromium.browser_provider = provider
        await provider.start()

    def _request(self, response: HtmlResponse) -> Request:
        meta = {
            "playwright": True,
            "playwright_context": f"page {next(self._numbers)}",  # its own, which ends with all that the page opened
            "playwright_context_kwargs": {
                "user_agent": self._user_agent,
                "accept_downloads": False,
                "service_workers": "block",  # what they ask for would escape us
            },
            "playwright_page_init_callback": partial(_hand_over, response),
        }
        return Request(response.url, headers={"User-Agent": self._user_agent}, meta=meta)

    async def _is_unwanted(self, asked: PageRequest) -> bool:
        """Tell whether a page asks for what is not read, or what robots.txt forbids."""
        if asked.resource_type in UNREAD:
            return True
        if self._rules is None or urlsplit(asked.url).scheme not in {"http", "https"}:
            return False
        rules = await self._rules.robot_parser(Request(asked.url))
        return rules is not None and not rules.allowed(asked.url, self._robot)

    async def _close(self, name: str) -> None:
        """End a page with all that it opened."""
        opened = self._chromium.context_wrappers.get(name)
        with contextlib.suppress(Error, TimeoutError):
            if opened is not None:
                await asyncio.wait_for(opened.context.close(), CLOSE_SECONDS)


class _Chromium(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # the library has no types
    """scrapy-playwright without its reading of pages, which has no bound."""

    async def _download_request_with_page(self, request: Request, page: Page, spider: Spider) -> Response:
        """Go to a page, which is ours then, to wait with and to read."""
        del spider
        request.meta["playwright_page"] = page
        await page.goto(request.url, wait_until="commit")
        return Response(request.url)


async def _hand_over(response: HtmlResponse, page: Page, request: Request) -> None:
    """Answer a page's first request with what was fetched, and leave the windows that it opens empty.

    Their requests are none of the page's own, which are held to robots.txt.
    """
    del request
    declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
    body = decode(response.body, declared).text

    async def answer(route: Route) -> None:
        await route.fulfill(status=response.status, content_type=UTF_8, body=body)

    await page.route("**", answer, times=1)
    await page.context.route("**", _refuse)
    page.context.on("page", _shut)


async def _refuse(route: Route) -> None:
    with contextlib.suppress(Error):
        await route.abort()


async def _shut(page: Page) -> None:
    with contextlib.suppress(Error):
        await page.close()


async def settled(page: Page, max_chars: int) -> str | None:
    """Wait until a page has loaded and asks for nothing more, and give what it holds; what hangs is not waited for.

    None where it holds more than is read.
    """
    page.set_default_timeout(SETTLE_SECONDS * 1000)
    with contextlib.suppress(NotInTime):
        await page.wait_for_load_state("load")
        await page.wait_for_load_state("networkidle")
    return await _shown(page, max_chars)


async def _shown(page: Page, max_chars: int) -> str | None:
    """Read what a page holds, in a world apart, whose words the page's programs cannot give another meaning."""
    session = await page.context.new_cdp_session(page)
    tree = await session.send("Page.getFrameTree")
    world = await session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
    asked = {"expression": SHOWN % max_chars, "contextId": world["executionContextId"], "returnByValue": True}
    answer = await session.send("Runtime.evaluate", asked)
    if "exceptionDetails" in answer:
        raise IgnoreRequest("the browser could not render it (its page cannot be read)")
    shown = answer["result"]["value"]
    return None if shown is None else str(shown)
