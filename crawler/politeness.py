"""What Scrapy leaves out of politeness: crawl-delay, an exact gap, and the rules of a host that cannot tell them.

Apart from policy.py, which names these classes to Scrapy, because they are Scrapy's own kinds of part.
"""

from __future__ import annotations

from time import monotonic
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from crawler.fetched import RulesProblem, fetched_from
from crawler.health.answers import problem_of_answer
from crawler.health.observations import ProblemCode

TOO_MANY_REQUESTS = 429
LONGEST_DELAY_SECONDS = 300  # whoever asks for more would hold up a whole crawl, and is left alone
ROBOTS_BYTES = 512_000
"""What is read of a robots.txt at least and at most (RFC 9309, 2.5): millions of rules would hold up every crawl."""
CLIENT_ERROR, SERVER_ERROR = range(400, 500), range(500, 600)


class HostGap:
    """Keeps the gap between two requests to a host: our delay, or what its robots.txt asks for where that is longer.

    The gap is counted from the answer, one request at a time, so that no server sees less of it. Runs behind
    AutoThrottle, which knows of no crawl-delay and would shorten the gap again.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._user_agent = str(crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"])
        self._asked: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for Scrapy, listening to what is parsed, sent and received."""
        extension = cls(crawler)
        crawler.signals.connect(extension.learn, signal=signals.robots_parsed)
        crawler.signals.connect(extension.hold, signal=signals.request_reached_downloader)
        crawler.signals.connect(extension.begin_gap, signal=signals.response_downloaded)
        return extension

    def learn(self, robotparser: RobotParser, request: Request) -> None:
        """Note what a robots.txt asks for; a host that answers at several ports is held to the longest."""
        host = urlsplit(request.url).hostname or ""
        self._asked[host] = max(self._asked.get(host, 0.0), robotparser.crawl_delay(self._user_agent) or 0.0)
        self._hold(host)

    def hold(self, request: Request) -> None:
        """Set the host's gap anew: its slot may be fresh, or AutoThrottle may have shortened it."""
        self._hold(_slot_name(request))

    def begin_gap(self, request: Request) -> None:
        """Count the gap from the answer that has just come."""
        slot = self._hold(_slot_name(request))
        if slot is not None:
            slot.lastseen = monotonic()

    def _hold(self, name: str) -> Slot | None:
        engine = self._crawler.engine
        slot = engine.downloader.slots.get(name) if engine is not None else None
        if slot is not None:
            slot.delay = max(slot.delay, self._asked.get(name, 0.0))
            if slot.delay > 0:
                slot.jitter, slot.concurrency = 0.0, 1
        return slot


def _slot_name(request: Request) -> str:
    return str(request.meta.get("download_slot", ""))


def _beginning(robots: bytes) -> bytes:
    """Cut rules that are longer than they are read behind a whole line: part of one would be another rule."""
    if len(robots) <= ROBOTS_BYTES:
        return robots
    return robots[: max(robots.rfind(end, 0, ROBOTS_BYTES) for end in (b"\n", b"\r")) + 1]


class UnreadRules(RobotParser):
    """The rules of a host whose robots.txt could not be had: all is forbidden for now, for the reason given."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Make them without a known cause; Scrapy's base class asks for this."""
        del crawler, robotstxt_body
        return cls(RulesProblem("the host's rules cannot be read", ProblemCode.BROKEN_OFF))

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Allow nothing."""
        del url, user_agent
        return False


class RobotsRules(RobotsTxtMiddleware):
    """Scrapy's reading of robots.txt, with RFC 9309 on errors: none (4xx) allows all, an unreachable one nothing.

    What is not fetched for that reason fails with the robots.txt's own trouble and is tried again, unlike what a
    robots.txt forbids.
    """

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Give a host's rules; Scrapy lets all who wait share one result, of which only the first gets anything."""
        rules = await super().robot_parser(request)
        settled = self._parsers.get(urlsplit(request.url).netloc)
        return rules if rules is not None or isinstance(settled, Deferred) else settled

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse what the rules forbid, and all while they could not be had."""
        if isinstance(rp, UnreadRules):
            raise rp.cause
        if rp is None:
            raise RulesProblem("the host's rules cannot be read", ProblemCode.BROKEN_OFF)
        delay = rp.crawl_delay(str(self._robotstxt_useragent)) or 0.0
        if delay > LONGEST_DELAY_SECONDS:
            words = f"the host asks for {delay:,.0f} s between two requests"
            raise RulesProblem(words, ProblemCode.RATE_LIMITED)
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status in SERVER_ERROR or response.status == TOO_MANY_REQUESTS:
            code = problem_of_answer(fetched_from(response)) or ProblemCode.STATUS
            self._settle(netloc, RulesProblem(f"the host's rules cannot be read ({response.status})", code))
        else:
            read = b"" if response.status in CLIENT_ERROR else _beginning(response.body)
            await super()._parse_robots(response.replace(body=read), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._settle(netloc, exc)

    def _settle(self, netloc: str, cause: Exception) -> None:
        waiting, rules = self._parsers[netloc], UnreadRules(cause)
        self._parsers[netloc] = rules
        assert isinstance(waiting, Deferred)
        waiting.callback(rules)
