"""Visits replayed: a small crawler without a network, which reads real bytes with the product's own functions.

It keeps what the product keeps (known links with their dates, failed pages due again, validators) and polls as the
product does: an interval, and after failures again in ten minutes, two hours and a day.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from scrapy.utils.gz import gunzip

from benchmarks.health_faults import ERROR_PAGE, LOGIN_PAGE, Fault, Lost, Moment, Reply, answered
from benchmarks.health_web import Item, Site
from crawler.discovery.index_page import IndexPage
from crawler.discovery.paging import next_page_of
from crawler.health.answers import (
    Answer,
    IndexRead,
    index_seen,
    index_unanswered,
    problem_of_answer,
    problem_of_failure,
    read_index,
    reread,
    second_look,
)
from crawler.health.characters import has_garbled_text
from crawler.health.observations import (
    ArticlesSeen,
    IndexSeen,
    PagesSeen,
    ProblemCode,
    Reread,
    SecondLook,
    SourceHistory,
    Visit,
)
from crawler.health.verdict import wants_reread, wants_second_look
from crawler.kept import Fetched
from models.fate import RETRY_AFTER
from models.vocabulary import SourceKind
from models.way import Way
from perilune.dates import PartialDate
from pipeline.extraction.extract import FetchedPage, extract
from pipeline.values import Rejected

MAX_BYTES = 20_000_000
MAX_LIST_PAGES = 6
MAX_PAGES = 25
KEPT_PAGES, NEWEST_PAGES, MIN_OLDER_PAGES = 15, 3, 2
HOUR = dt.timedelta(hours=1)
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
INTERVALS = (2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)


def polling_interval(site: Site) -> dt.timedelta:
    """Poll at least four times a publishing interval where that is possible within usual bounds."""
    fitting = [interval for interval in INTERVALS if interval <= site.series.interval / 4]
    return max(fitting, default=INTERVALS[0])


@dataclass(frozen=True)
class Weather:
    """The everyday trouble of a healthy site: short outages, single failures, dead or closed pages."""

    seed: int
    site: Site

    def index(self, answer: Answer, now: dt.datetime) -> Reply:
        """Give an index's answer as the day has it."""
        outage = self._outage_at(now)
        if outage is not None:
            return outage(answer)
        rng = random.Random(f"{self.seed}{self.site.host}{answer.asked}{now}")
        return self._failure(rng)(answer) if rng.random() < 0.012 else answer

    def page(self, answer: Answer, item: Item, now: dt.datetime) -> Reply:
        """Give a page's answer as the day has it."""
        outage = self._outage_at(now)
        if outage is not None:
            return outage(answer)
        fate = random.Random(f"{self.seed}{self.site.host}{item.number}").random()
        if fate < 0.006:
            return answered(404, "")(answer) if fate < 0.004 else answered(200, LOGIN_PAGE)(answer)
        rng = random.Random(f"{self.seed}{answer.asked}{now}")
        return self._failure(rng)(answer) if rng.random() < 0.01 else answer

    def _outage_at(self, now: dt.datetime) -> Callable[[Answer], Reply] | None:
        """Once in two months everything fails for some hours."""
        span = dt.timedelta(days=60)
        number = (now - self.site.series.start) // span
        rng = random.Random(f"{self.seed}{self.site.host}outage{number}")
        start = self.site.series.start + number * span + span * rng.random() * 0.98
        length = HOUR * rng.uniform(0.5, 4)
        return self._failure(rng) if start <= now < start + length else None

    @staticmethod
    def _failure(rng: random.Random) -> Callable[[Answer], Reply]:
        return rng.choice(
            (
                answered(503, ERROR_PAGE),
                answered(500, ERROR_PAGE),
                answered(200, "<html><title>Maintenance</title><body><p>We will be back soon.</p></body></html>"),
                lambda _: Lost("DownloadTimeoutError"),
                lambda _: Lost("ResponseDataLossError"),
            )
        )


@dataclass(frozen=True)
class ReadArticle:
    """What the pipeline makes of a page."""

    is_refused: bool
    chars: int = 0
    is_dated: bool = False
    text_hash: str = ""


@dataclass
class Due:
    """A page that failed and is due again."""

    item: Item
    attempts: int
    due_at: dt.datetime


@dataclass
class Crawl:
    """The crawler's memory of one source, and its visits so far."""

    site: Site
    weather: Weather | None = None
    fault: Fault | None = None
    onset: dt.datetime = NEVER
    visits: list[Visit] = field(default_factory=list)
    known: dict[str, str | None] = field(default_factory=dict)
    earlier: tuple[dt.date, ...] = ()
    due: list[Due] = field(default_factory=list)
    kept: list[tuple[Item, Fetched]] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    extracted: list[ReadArticle] = field(default_factory=list)
    failures: int = 0
    garbled_count: int = 0
    touched_at: dt.datetime | None = None
    """When the fault first changed an answer."""
    reads_pages: bool = True
    """Switched off where only indexes matter any more, to save time."""

    def branch(self, fault: Fault, onset: dt.datetime) -> Crawl:
        """Go on from here with a fault."""
        twin = copy.copy(self)
        for name in ("visits", "known", "due", "kept", "hashes", "extracted"):
            setattr(twin, name, copy.copy(getattr(self, name)))
        twin.due = [copy.copy(each) for each in self.due]
        twin.fault, twin.onset = fault, onset
        return twin

    @property
    def history(self) -> SourceHistory:
        """The visits as the health rules take them."""
        return SourceHistory(self.site.kind, tuple(self.visits), self.site.series.country, self.earlier)

    def visit(self, now: dt.datetime) -> dt.datetime:
        """Make one visit; returns when the next one is due."""
        wants_look, wants_page = wants_second_look(self.history, now), wants_reread(self.history, now)
        articles, self.extracted = self._articles(), []
        indexes, found, is_cut_short = self._read_indexes(now)
        if not self.visits:
            dates = (link.published for link in found if link.published)
            self.earlier = tuple(sorted(date.first for date in dates))
        pages = self._fetch_pages(now, found) if self.reads_pages else PagesSeen()
        look = self._look(now) if wants_look else None
        again = self._reread(now) if wants_page and self.reads_pages else None
        self.visits.append(Visit(now, tuple(indexes), pages, articles, look, again, is_cut_short))
        return now + self._wait(now)

    def _wait(self, now: dt.datetime) -> dt.timedelta:
        if any(seen.problem for seen in self.visits[-1].main_indexes):
            self.failures += 1
            return RETRY_AFTER[min(self.failures, len(RETRY_AFTER)) - 1]
        self.failures = 0
        return polling_interval(self.site) * random.Random(f"{self.site.host}{now}").uniform(0.9, 1.1)

    def _read_indexes(self, now: dt.datetime) -> tuple[list[IndexSeen], list[FoundItem], bool]:
        indexes: list[IndexSeen] = []
        found: list[FoundItem] = []
        is_cut_short = False
        for address in self.site.way.addresses:
            url: str | None = address
            for number in range(MAX_LIST_PAGES):
                if url is None:
                    break
                seen, links, url = self._read_index(url, now)
                indexes.append(replace(seen, is_followed=number > 0))
                found += links
                is_cut_short = is_cut_short or (number == MAX_LIST_PAGES - 1 and url is not None)
        return indexes, found, is_cut_short

    def _read_index(self, url: str, now: dt.datetime) -> tuple[IndexSeen, list[FoundItem], str | None]:
        """Read one index; returns what it showed, its new links, and its next page where that is worth a request."""
        reply = self._reply_of_index(url, now)
        if isinstance(reply, Lost):
            problem = problem_of_failure(reply.kind, reply.words, has_begun=reply.has_begun)
            return index_unanswered(url, problem), [], None
        read = _read(
            reply.fetched.url, reply.fetched.status, _frozen(reply.fetched.headers), reply.fetched.body, self.site.way
        )
        if reply.fetched.status == 304:
            read = IndexRead()
        seen = index_seen(reply, read, self.known)
        if read.problem is None and reply.fetched.body:
            self.hashes[url] = hashlib.sha256(reply.fetched.body).hexdigest()  # validators of what was read
        fresh = [] if seen.problem else [link for link in read.chosen if link.url not in self.known]
        self.known |= {link.url: str(link.published) if link.published else None for link in fresh}
        following = None
        if fresh and self.site.kind == SourceKind.LISTING:
            text = reply.fetched.body.decode(self.site.charset, "replace")
            following = next_page_of(IndexPage(text, reply.fetched.url), text)
        return seen, [FoundItem(link.url, link.published, link.title) for link in fresh], following

    def _reply_of_index(self, url: str, now: dt.datetime) -> Reply:
        answer = self.site.index(url, now)
        reply = self.weather.index(answer, now) if self.weather else answer
        if self.fault and self.fault.on_index and now >= self.onset:
            changed = self.fault.on_index(answer, Moment(self.site, self.onset, now))
            self._note(now, is_changed=changed != answer)
            reply = changed if changed != answer else reply
        if isinstance(reply, Answer):
            reply = unpacked(reply)
        if isinstance(reply, Answer) and self.site.gives_304 and reply.fetched.status == 200:
            digest = hashlib.sha256(reply.fetched.body).hexdigest()
            if self.hashes.get(url) == digest:
                return replace(reply, fetched=replace(reply.fetched, status=304, body=b""))
        return reply

    def _note(self, now: dt.datetime, *, is_changed: bool) -> None:
        if is_changed and self.touched_at is None:
            self.touched_at = now

    def _fetch_pages(self, now: dt.datetime, found: list[FoundItem]) -> PagesSeen:
        kept = recovered = self.garbled_count = 0
        failures, again = Counter[ProblemCode](), Counter[ProblemCode]()
        due = [each for each in self.due if each.due_at <= now]
        self.due = [each for each in self.due if each.due_at > now]
        for each in due:
            problem = self._fetch(each.item, now)
            recovered += problem is None
            again.update([problem] if problem else [])
            if problem and problem != ProblemCode.GONE and each.attempts < len(RETRY_AFTER):
                self.due.append(Due(each.item, each.attempts + 1, now + RETRY_AFTER[each.attempts]))
        for each_found in found[:MAX_PAGES]:
            item = self._item_of(each_found)
            problem = self._fetch(item, now)
            kept += problem is None
            failures.update([problem] if problem else [])
            if problem and problem != ProblemCode.GONE:
                self.due.append(Due(item, 1, now + RETRY_AFTER[0]))
        return PagesSeen(kept, 0, recovered, self.garbled_count, dict(failures), dict(again))

    def _item_of(self, found: FoundItem) -> Item:
        number = found.url.rpartition("-")[2].removesuffix(".html")
        place = int(number) - 1 if number.isdigit() else -1
        if 0 <= place < len(self.site.items) and self.site.items[place].url == found.url:
            item = self.site.items[place]
        else:
            item = Item(10_000 + place, self.site.series.start, found.title or "", found.url)
        return replace(item, at=item.at, title=item.title)

    def _fetch(self, item: Item, now: dt.datetime) -> ProblemCode | None:
        """Fetch a page and let the pipeline read it; returns what was wrong with the answer."""
        reply = self._reply_of_page(item, now)
        if isinstance(reply, Lost):
            return problem_of_failure(reply.kind, reply.words, has_begun=reply.has_begun)
        problem = problem_of_answer(reply.fetched)
        if problem is None:
            self.extracted.append(_article(reply.fetched, self.known.get(item.url)))
            self.garbled_count += has_garbled_text(reply.fetched)
            self.kept = [*self.kept, (item, reply.fetched)][-KEPT_PAGES:]
        return problem

    def _reply_of_page(self, item: Item, now: dt.datetime) -> Reply:
        answer = self.site.article(item) if item.number < 10_000 else self._page_without_article(item, now)
        reply = self.weather.page(answer, item, now) if self.weather else answer
        if self.fault and self.fault.on_page and now >= self.onset:
            changed = self.fault.on_page(answer, item, Moment(self.site, self.onset, now))
            self._note(now, is_changed=changed != answer)
            reply = changed if changed != answer else reply
        return reply

    def _reread(self, now: dt.datetime) -> Reread | None:
        """Read one of the pages again that were kept before the newest ones."""
        older = self.kept[:-NEWEST_PAGES]
        if len(older) < MIN_OLDER_PAGES:
            return None
        (item, kept), (_, other) = random.Random(f"{self.site.host}{now}").sample(older, 2)
        reply = self._reply_of_page(item, now)
        if isinstance(reply, Lost):
            return Reread(item.url, problem_of_failure(reply.kind, reply.words, has_begun=reply.has_begun))
        return reread(reply, kept, other)

    def _page_without_article(self, item: Item, now: dt.datetime) -> Answer:
        return self.site.answer(item.url, self.site.page("<p>Nothing happened on this day.</p>", now))

    def _articles(self) -> ArticlesSeen | None:
        """Sum up what the pipeline has read since the last visit."""
        accepted = [article for article in self.extracted if not article.is_refused]
        if not self.extracted:
            return None
        hashes = Counter(article.text_hash for article in accepted)
        lengths = sorted(article.chars for article in accepted)
        repeated = sum(self.hashes.get(f"text {digest}") is not None for digest in hashes)
        repeated += sum(count - 1 for count in hashes.values())
        self.hashes |= {f"text {digest}": "seen" for digest in hashes}
        return ArticlesSeen(
            article_count=len(accepted),
            refused_count=len(self.extracted) - len(accepted),
            median_chars=lengths[len(lengths) // 2] if lengths else 0,
            dated_count=sum(article.is_dated for article in accepted),
            repeated_count=repeated,
        )

    def _look(self, now: dt.datetime) -> SecondLook:
        home = self.site.home_page(now)
        reply = self.weather.index(home, now) if self.weather else home
        if isinstance(reply, Lost):
            return SecondLook(self.site.home, problem_of_failure(reply.kind, reply.words, has_begun=reply.has_begun))
        return second_look(reply, self.known, self.site.way)


@dataclass(frozen=True)
class FoundItem:
    """A new link of an index."""

    url: str
    published: PartialDate | None
    title: str | None


def unpacked(answer: Answer) -> Reply:
    """Unpack a body as Scrapy does, within the same bound."""
    if answer.fetched.headers.get("content-encoding") != "gzip":
        return answer
    body = _unpacked(answer.fetched.body)
    if body is None:
        return Lost("IgnoreRequest", "its body exceeded DOWNLOAD_MAXSIZE during decompression")
    return replace(answer, fetched=replace(answer.fetched, body=body))


@lru_cache(maxsize=8)
def _unpacked(body: bytes) -> bytes | None:
    try:
        return gunzip(body, max_size=MAX_BYTES)
    except ValueError:
        return None


def _frozen(headers: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(headers.items()))


@lru_cache(maxsize=256)
def _read(url: str, status: int, headers: tuple[tuple[str, str], ...], body: bytes, way: Way) -> IndexRead:
    """Read an index; the same bytes again are not read twice."""
    return read_index(Fetched(url, status, dict(headers), body), way)


def _article(fetched: Fetched, published: str | None) -> ReadArticle:
    """Let the pipeline read a page; one that states no date has that of its index."""
    read = _extracted(fetched.body, fetched.url, fetched.content_type)
    return replace(read, is_dated=read.is_dated or published is not None)


@lru_cache(maxsize=20_000)
def _extracted(body: bytes, url: str, content_type: str | None) -> ReadArticle:
    article = extract(FetchedPage(body, url, content_type))
    if isinstance(article, Rejected):
        return ReadArticle(is_refused=True)
    text = article.text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ReadArticle(False, len(text), article.published.date is not None, digest)


def replayed(crawl: Crawl, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """Visit from a moment on until another, yielding the moment of each visit after it was made."""
    now = start
    while now < end:
        following = crawl.visit(now)
        yield now
        now = following
