"""A hostile web on loopback: an HTTP proxy that answers for hosts whose rules are easily broken, and logs who asks."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urlsplit

from benchmarks.proxy import ProxyWeb, Reply

NEWS = "<html><title>{0}</title><article><h1>{0}</h1><p>{1}</p></article></html>"
TEXT = "The agencies signed a memorandum on lunar exploration in Vienna on Thursday. " * 5
ITEM = "<item><title>Item {0}</title><link>{1}</link><pubDate>Thu, 10 Mar 2022 08:00:00 GMT</pubDate></item>"


@dataclass(frozen=True)
class Host:
    """One host: its robots.txt, the pages that its feed names, and by our own hand which of them are forbidden.

    A page that maps to an address redirects there; one that maps to `refresh` and an address does so in HTML.
    """

    robots: str
    pages: dict[str, str]
    forbidden: str = "$^"
    robots_status: int = 200
    robots_headers: Mapping[str, str] = field(default_factory=dict)
    crawl_delay: float = 0.0


OPEN = {f"/news/{number}": "" for number in range(6)}
HOSTS = {
    "slow.example": Host("User-agent: *\nCrawl-delay: 1.5\nDisallow: /closed/\n", OPEN, "^/closed/", crawl_delay=1.5),
    "ours.example": Host(
        "User-agent: *\nDisallow:\n\nUser-agent: perilune\nCrawl-delay: 1\nDisallow: /news/1\nAllow: /news/15\n",
        {**OPEN, "/news/15": ""},
        "^/news/1$",
        crawl_delay=1.0,
    ),
    "wild.example": Host(
        "\ufeffUser-agent: *\r\nDisallow: /*.php$\r\nDisallow: /*?print=\r\n"
        "Disallow: /%E6%9C%88/\r\nAllow: /a/open.php\r\n",
        {
            **OPEN,
            "/a.php": "",
            "/a/open.php": "",
            "/a.php?id=1": "",
            "/news/1?print=1": "",
            "/%e6%9c%88/1": "",
            "/月/2": "",
        },
        r"^/a\.php$|print=|^/%[eE]6%9[cC]%88/",
    ),
    "turns.example": Host(
        "User-agent: *\nDisallow: /closed/\n",
        {
            **OPEN,
            "/turn/1": "/closed/1",
            "/turn/2": "http://shut.example/news/1",
            "/turn/3": "/turn/4",
            "/turn/4": "http://slow.example/closed/2",
            "/turn/5": "refresh /closed/3",
            "/turn/6": "//wild.example/a.php",
            "/turn/7": "/turn/../closed/7",
            "/closed/8": "/news/1",
        },
        "^/closed/",
    ),
    "shut.example": Host("User-agent: *\nDisallow: /\n", OPEN, "^/"),
    "ill.example": Host("<h1>Service unavailable</h1>", OPEN, "^/", robots_status=503),
    "busy.example": Host("<h1>Too many requests</h1>", OPEN, robots_status=429),
    "bare.example": Host("User-agent: *\nDisallow: /\n", OPEN, robots_status=404),
    "soft.example": Host("<html><p>User-agent: we found no such page. Disallow: it is gone.</p></html>", OPEN),
    "moved.example": Host("", OPEN, "^/news/2", 301, {"Location": "http://shut.example/robots-of-moved.txt"}),
}
OF_MOVED = "User-agent: *\nDisallow: /news/2\n"


@dataclass
class Log:
    """Who asked for what, and when, in seconds of one clock."""

    requests: list[tuple[float, str, str]] = field(default_factory=list)

    def forbidden(self) -> list[str]:
        """List the requests that a robots.txt forbids, by what the hosts' authors wrote down."""
        return [
            f"http://{host}{path}"
            for _, host, path in self.requests
            if host in HOSTS and "robots" not in path and re.search(HOSTS[host].forbidden, path)
        ]

    def smallest_gaps(self) -> dict[str, float]:
        """Give the smallest gap between two requests to each host, in seconds."""
        moments: dict[str, list[float]] = defaultdict(list)
        for moment, host, _ in sorted(self.requests):
            moments[host].append(moment)
        return {
            host: min(later - earlier for earlier, later in pairwise(times))
            for host, times in moments.items()
            if len(times) > 1
        }


def reply_to(host: str, path: str) -> tuple[int, dict[str, str], str]:
    """Decide what a host answers: status, headers and text."""
    site = HOSTS[host]
    if path == "/robots-of-moved.txt":
        return 200, {"Content-Type": "text/plain"}, OF_MOVED
    if path == "/robots.txt":
        return site.robots_status, {"Content-Type": "text/plain", **site.robots_headers}, site.robots
    if path == "/feed":
        items = "".join(ITEM.format(number, page.replace("&", "&amp;")) for number, page in enumerate(site.pages))
        feed = f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'
        return 200, {"Content-Type": "application/rss+xml"}, feed
    return _page(host, path, site.pages.get(path, ""))


def _page(host: str, path: str, target: str) -> tuple[int, dict[str, str], str]:
    if target and not target.startswith("refresh "):
        return 302, {"Location": target}, ""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if target:
        page = f'<meta http-equiv="refresh" content="0; url={target.removeprefix("refresh ")}">'
        return 200, headers, page
    return 200, headers, NEWS.format(f"{host} {path}", TEXT)


class HostileWeb(ProxyWeb):
    """The hosts on loopback, with a log of what they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()

    def reply_to(self, url: str) -> Reply:
        """Answer a GET, and log it."""
        moment, parts = time.monotonic(), urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        host = parts.hostname or ""
        self.log.requests.append((moment, host, path))
        status, headers, text = reply_to(host, path) if host in HOSTS else (404, {}, "")
        return Reply(status, headers, text.encode())
