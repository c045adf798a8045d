"""Servers that are honest about their validators and servers that lie, replayed against three kinds of client."""

from __future__ import annotations

import datetime as dt
import random
import statistics
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.politeness_replay import INDEX_BYTES, INDEX_ITEMS, MINUTE, NOT_MODIFIED_BYTES, START_MINUTES
from benchmarks.politeness_times import Watched
from crawler.pace import Pace, VisitYield, next_visit_after
from crawler.validators import Trust, reply_from, trust_after, validators_to_send

Headers = Mapping[str, str]
Server = Callable[[int, Headers, float], tuple[Headers, bool]]
"""From how much was published, the request's headers and a random number to the reply's, and whether it is a 304."""


def _honest(published: int, sent: Headers, _chance: float) -> tuple[Headers, bool]:
    headers = {"etag": f"{published}", "last-modified": f"{published}"}
    return headers, _matches(sent, headers)


def _without(_published: int, _sent: Headers, _chance: float) -> tuple[Headers, bool]:
    return {}, False


def _lazy(published: int, sent: Headers, _chance: float) -> tuple[Headers, bool]:
    return {"etag": f"{published}"}, bool(sent)


def _frozen(_published: int, sent: Headers, _chance: float) -> tuple[Headers, bool]:
    return {"etag": "1"}, _matches(sent, {"etag": "1"})


def _churning(published: int, sent: Headers, chance: float) -> tuple[Headers, bool]:
    headers = {"etag": f"{chance}", "last-modified": f"{published}"}
    return headers, _matches(sent, headers)


def _matches(sent: Headers, headers: Headers) -> bool:
    # RFC 9110: where If-None-Match is sent, If-Modified-Since does not count.
    if "If-None-Match" in sent:
        return sent["If-None-Match"] == headers.get("etag")
    return sent.get("If-Modified-Since", "") == headers.get("last-modified")


SERVERS: dict[str, Server] = {
    "honest": _honest,
    "no validators": _without,
    "304 to whatever has validators": _lazy,
    "one ETag for ever": _frozen,
    "another ETag at each fetch": _churning,
}


class Believer:
    """Sends whatever validators it holds."""

    def headers(self, stored: Headers) -> Headers:
        """Choose what to send."""
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return {names[name]: value for name, value in stored.items()}

    def learn(self, sent: Headers, stored: Headers, headers: Headers, outcome: tuple[bool, bool]) -> None:
        """Learn nothing."""


class Sceptic(Believer):
    """Never sends validators."""

    def headers(self, stored: Headers) -> Headers:
        """Send none."""
        del stored
        return {}


class Product(Believer):
    """Believes as far as crawler/validators.py does."""

    def __init__(self) -> None:
        self._trust = Trust()

    def headers(self, stored: Headers) -> Headers:
        """Send what the product would."""
        return validators_to_send(self._trust, stored)

    def learn(self, sent: Headers, stored: Headers, headers: Headers, outcome: tuple[bool, bool]) -> None:
        """Learn from a reply: (was it a 304, was there anything new)."""
        reply = reply_from(sent, stored, headers, is_not_modified=outcome[0], has_new_content=outcome[1])
        self._trust = trust_after(self._trust, reply)


CLIENTS: dict[str, Callable[[], Believer]] = {"always": Believer, "as we do": Product, "never": Sceptic}


@dataclass
class Exchange:
    """What visits to one server came to: delays of the articles found, in minutes, and bytes of indexes."""

    delays: list[float] = field(default_factory=list)
    byte_count: int = 0

    @property
    def median(self) -> float:
        """The median delay of what was found, in minutes; infinite when nothing was."""
        return statistics.median(self.delays) if self.delays else float("inf")


def exchange(site: Watched, server: Server, client: Believer) -> Exchange:
    """Visit a site through its span at the product's pace; what the index no longer lists is lost."""
    chance = random.Random(f"{site.name} {site.seed}")
    result, pace = Exchange(), Pace(start_minutes=START_MINUTES)
    stored: Headers = {}
    at, known = site.start, 0
    while at <= site.end:
        published = bisect_right(site.moments, at)
        sent = client.headers(stored)
        headers, is_not_modified = server(published, sent, chance.random())
        new = [] if is_not_modified else _listed(site, known, published)
        client.learn(sent, stored, headers, (is_not_modified, published > known and not is_not_modified))
        result.byte_count += NOT_MODIFIED_BYTES if is_not_modified else INDEX_BYTES
        result.delays += [(at - moment) / MINUTE for moment in new]
        if not is_not_modified:
            stored, known = headers, published
        seen = VisitYield(at, len(new), INDEX_ITEMS, is_first=at == site.start)
        following = next_visit_after(pace, seen, jitter=chance.random())
        pace, at = following.pace, following.due_at
    return result


def _listed(site: Watched, known: int, published: int) -> list[dt.datetime]:
    return list(site.moments[max(known, published - INDEX_ITEMS) : published])
