"""The browser that runs the programs in pages: Chromium by scrapy-playwright, an extra that only this module imports.

The page itself was fetched by Scrapy before, with all our manners and bounds; the browser asks only for what it loads.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from urllib.parse import urlsplit

from playwright.async_api import Error, Page, Route
from playwright.async_api import Request as PageRequest
from playwright.async_api import TimeoutError as NotInTime
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse
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
        self._chromium = ScrapyPlaywrightDownloadHandler(crawler)
        self._chromium.abort_request = self._is_unwanted
        self._gateway = Gateway(resolver_of_this_process(), crawler.settings.get("PERILUNE_PROXY"))
        self._starting: asyncio.Future[None] | None = None

    async def rendered(self, response: HtmlResponse) -> HtmlResponse:
        """Run the programs in a page, and give it as it then is; IgnoreRequest where the browser cannot."""
        async with self._turns:
            request = self._request(response)
            await self._start()
            try:
                async with asyncio.timeout(self._seconds):
                    await self._chromium.download_request(request)
                    shown = await _settled(request.meta["playwright_page"])
            except (Error, TimeoutError) as error:
                raise IgnoreRequest(f"the browser could not render it ({type(error).__name__})") from error
            finally:
                await _close(request.meta.get("playwright_page"))
        headers = response.headers.copy()
        headers["Content-Type"] = UTF_8
        return response.replace(body=shown.encode(), headers=headers, encoding="utf-8")

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
            "playwright_include_page": True,  # ours then, to wait with and to close whatever happens
            "playwright_context_kwargs": {
                "user_agent": self._user_agent,
                "accept_downloads": False,
                "service_workers": "block",  # what they ask for would escape us
            },
            "playwright_page_init_callback": partial(_hand_over, response),
            "playwright_page_goto_kwargs": {"wait_until": "commit"},
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


async def _hand_over(response: HtmlResponse, page: Page, request: Request) -> None:
    """Answer a page's first request with what was fetched."""
    del request
    declared = (response.headers.get("Content-Type") or b"").decode("latin-1")
    body = decode(response.body, declared).text

    async def answer(route: Route) -> None:
        await route.fulfill(status=response.status, content_type=UTF_8, body=body)

    await page.route("**", answer, times=1)


async def _settled(page: Page) -> str:
    """Wait until a page has loaded and asks for nothing more, and give what it holds; what hangs is not waited for."""
    page.set_default_timeout(SETTLE_SECONDS * 1000)
    with contextlib.suppress(NotInTime):
        await page.wait_for_load_state("load")
        await page.wait_for_load_state("networkidle")
    return await page.content()


async def _close(page: Page | None) -> None:
    with contextlib.suppress(Error, TimeoutError):
        if page is not None:
            await asyncio.wait_for(page.close(), CLOSE_SECONDS)
