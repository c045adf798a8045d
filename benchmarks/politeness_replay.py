"""Replays publication times against ways of polling: what each costs in requests and bytes, and how late it is."""

from __future__ import annotations

import datetime as dt
import random
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.politeness_times import Watched
from crawler.pace import Pace, PaceRules, VisitYield, next_visit_after
from crawler.validators import Trust, reply_from, trust_after, validators_to_send

INDEX_BYTES = 30_000
NOT_MODIFIED_BYTES = 300
ARTICLE_BYTES = 60_000
INDEX_ITEMS = 20
START_MINUTES = 360
MINUTE = dt.timedelta(minutes=1)

Wait = Callable[[dt.datetime, int, float], dt.timedelta]
"""From the moment of a visit, how many items were new and a random number in 0..1 to how long to wait."""
Policy = Callable[[], Wait]


def fixed(minutes: float) -> Policy:
    """Poll at equal intervals, whatever comes."""
    return lambda: lambda _at, _new_count, _chance: minutes * MINUTE


def additive_multiplicative(longest_minutes: float) -> Policy:
    """Poll as textbooks have it: halve the interval after news, lengthen it by a quarter of an hour after none."""

    def begin() -> Wait:
        minutes = min(float(START_MINUTES), longest_minutes)

        def wait(_at: dt.datetime, new_count: int, chance: float) -> dt.timedelta:
            nonlocal minutes
            minutes = min(max(minutes / 2 if new_count else minutes + 15, 15), longest_minutes)
            return minutes * (0.9 + 0.2 * chance) * MINUTE

        return wait

    return begin


def adaptive(rules: PaceRules) -> Policy:
    """Poll as the product does; the first visit finds what was there before."""

    def begin() -> Wait:
        pace, is_first = Pace(start_minutes=START_MINUTES), True

        def wait(at: dt.datetime, new_count: int, chance: float) -> dt.timedelta:
            nonlocal pace, is_first
            seen = VisitYield(at, new_count, INDEX_ITEMS, is_first=is_first)
            following = next_visit_after(pace, seen, jitter=chance, rules=rules)
            pace, is_first = following.pace, False
            return following.due_at - at

        return wait

    return begin


@dataclass
class Tally:
    """What polling some sites came to; delays in minutes."""

    request_count: int = 0
    plain_bytes: int = 0
    """Of indexes, when each is fetched whole."""
    conditional_bytes: int = 0
    """Of indexes, when validators are always sent, to servers that are honest about them."""
    checked_bytes: int = 0
    """Of indexes, when validators are sent as the product does, which checks the servers' honesty."""
    delays: list[float] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another tally's polling in."""
        self.request_count += other.request_count
        self.plain_bytes += other.plain_bytes
        self.conditional_bytes += other.conditional_bytes
        self.checked_bytes += other.checked_bytes
        self.delays += other.delays

    @property
    def median(self) -> float:
        """The median delay over all articles, in minutes."""
        return statistics.median(self.delays)

    def per_article(self, total: float) -> float:
        """Share a total out over the articles that were found."""
        return total / len(self.delays)


def visits_of(site: Watched, wait: Wait) -> Iterator[tuple[dt.datetime, list[float]]]:
    """Poll a site through its span: each visit's moment and the delays of the articles that it found, in minutes."""
    chance = random.Random(f"{site.name} {site.seed}")
    at, position = site.start + chance.random() * 60 * MINUTE, 0
    while at <= site.end:
        found = []
        while position < len(site.moments) and site.moments[position] <= at:
            found.append((at - site.moments[position]) / MINUTE)
            position += 1
        yield at, found
        at += wait(at, len(found), chance.random())


def tally_of(sites: Iterable[Watched], policy: Policy) -> Tally:
    """Poll sites through their spans and count."""
    total = Tally()
    for site in sites:
        tally, trust = Tally(), Trust()
        for _, delays in visits_of(site, policy()):
            trust, byte_count = _honest_exchange(trust, tally.request_count, has_news=bool(delays))
            tally.checked_bytes += byte_count
            tally.conditional_bytes += INDEX_BYTES if delays or not tally.request_count else NOT_MODIFIED_BYTES
            tally.request_count += 1
            tally.plain_bytes += INDEX_BYTES
            tally.delays += delays
        total.add(tally)
    return total


def _honest_exchange(trust: Trust, number: int, *, has_news: bool) -> tuple[Trust, int]:
    """Ask a server whose ETag changes exactly with its content; the product checks now and then that it is one."""
    stored = {"etag": "held"} if number else {}
    sent = validators_to_send(trust, stored)
    is_not_modified = bool(sent) and not has_news
    headers = {"etag": "new" if has_news else "held"}
    reply = reply_from(sent, stored, headers, is_not_modified=is_not_modified, has_new_content=has_news)
    return trust_after(trust, reply), NOT_MODIFIED_BYTES if is_not_modified else INDEX_BYTES


@dataclass(frozen=True)
class Dial:
    """A way of polling with one setting, which gets slower as the setting grows from `low` to `high`."""

    policy: Callable[[float], Policy]
    low: float
    high: float


def matched(sites: Sequence[Watched], dial: Dial, target: float) -> tuple[float, Tally]:
    """Find by bisection the slowest setting whose median delay is at most `target` minutes, and what it comes to."""
    low, high = dial.low, dial.high
    best = low, tally_of(sites, dial.policy(low))
    for _ in range(6):
        middle = (low * high) ** 0.5
        tally = tally_of(sites, dial.policy(middle))
        if tally.median <= target:
            low, best = middle, (middle, tally)
        else:
            high = middle
    return best
