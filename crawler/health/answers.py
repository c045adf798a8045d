"""From an answer to what it showed: reads an index by its way, and names what is wrong with an answer; pure.

Spiders use it to find links and to fill `crawler/health/observations.py` in one go.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from crawler.discovery.addresses import is_document, pattern_of, shape_of
from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import ListPattern, read_list
from crawler.feeds import FeedProblem, feed_of
from crawler.found import FoundLink, wanted
from crawler.health.characters import GARBLED_SHARE, garbled_share, has_garbled_text, visible_text
from crawler.health.observations import HTTP_ERROR, NOT_MODIFIED, IndexSeen, ProblemCode, Reread, SecondLook
from crawler.index_body import IndexProblem
from crawler.kept import Fetched
from crawler.pace import NO_HINTS, Hints
from crawler.sitemaps import SitemapProblem, content_of_sitemap
from models.vocabulary import SourceKind
from models.way import Way
from perilune.dates import PartialDate
from perilune.encodings import decode
from perilune.urls import canonical_url
from perilune.verdicts import verdict_on_page

UNAVAILABLE = 503
STATUSES = {
    401: ProblemCode.FORBIDDEN,
    403: ProblemCode.FORBIDDEN,
    404: ProblemCode.GONE,
    410: ProblemCode.GONE,
    429: ProblemCode.RATE_LIMITED,
}
VERDICTS = {
    "challenge page": ProblemCode.CHALLENGE,
    "captcha": ProblemCode.CAPTCHA,
    "login wall": ProblemCode.LOGIN_WALL,
    "consent wall": ProblemCode.CONSENT_WALL,
}
FAILURES = {
    "CannotResolveHostError": ProblemCode.DNS,
    "DownloadConnectionRefusedError": ProblemCode.REFUSED,
    "NotSupported": ProblemCode.UNASKED,
    "DownloadCancelledError": ProblemCode.TOO_LARGE,
    "ResponseDataLossError": ProblemCode.BROKEN_OFF,
    "BadGzipFile": ProblemCode.DECODE,
    "EOFError": ProblemCode.DECODE,
    "error": ProblemCode.DECODE,  # of zlib and brotli
    "ZstdError": ProblemCode.DECODE,
}
FAILURE_WORDS = {
    "Forbidden by robots.txt": ProblemCode.ROBOTS,
    "could not render": ProblemCode.UNRENDERED,
    "max redirections": ProblemCode.REDIRECT_LOOP,
    "DOWNLOAD_MAXSIZE": ProblemCode.TOO_LARGE,
    "SSL": ProblemCode.TLS,
    "certificate": ProblemCode.TLS,
}
PERMANENT = {301, 308}
XML = {SourceKind.FEED, SourceKind.SITEMAP}
NOTHING = {ProblemCode.NOT_A_FEED, ProblemCode.EMPTY}
ENTRY = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
XML_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|!DOCTYPE\s+\w+\s*\[|rss|feed|rdf:RDF|urlset|sitemapindex)\b")
MIN_SHAPE_SHARE = 0.1
MAX_SHAPES = 100
SHINGLE_CHARS = 12
MIN_OWN_SHINGLES = 150
STATED_DATE = re.compile(rb"<time\b|datePublished|published_time|DC\.date|pubdate", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came when an address was asked: the answer after redirects, and the statuses of these, in order."""

    asked: str
    fetched: Fetched
    seconds: float = 0.0
    redirects: tuple[int, ...] = ()


@dataclass(frozen=True)
class IndexRead:
    """An index as read: either what is wrong with it, or its links and the further indexes that it names.

    `entry_count` counts a feed's entries before those of one address are taken as one; elsewhere the links it shows.
    """

    problem: ProblemCode | None = None
    chosen: tuple[FoundLink, ...] = ()
    entry_count: int = 0
    further: tuple[str, ...] = ()
    detail: str | None = None
    """What a reader said of an index that it could not read."""
    hints: Hints = NO_HINTS
    is_bare: bool = False
    """Whether it is sound, and has merely nothing for us now; a list page is never that."""
    is_malformed: bool = False


def problem_of_failure(kind: str, words: str, *, has_begun: bool) -> ProblemCode:
    """Name why there was no answer, by the class name and the words of Scrapy's exception.

    `has_begun`: whether headers had come (Scrapy then notes `download_latency` in the request's meta).
    """
    if kind == "DownloadTimeoutError":
        return ProblemCode.SLOW if has_begun else ProblemCode.TIMEOUT
    if kind in FAILURES:
        return FAILURES[kind]
    return next((code for word, code in FAILURE_WORDS.items() if word in words), ProblemCode.BROKEN_OFF)


def problem_of_answer(fetched: Fetched) -> ProblemCode | None:
    """Name what is wrong with an answer, whether of an index or of an article's page; None when it looks fine."""
    verdict = verdict_on_page(fetched.status, fetched.content_type, fetched.body)
    if verdict in VERDICTS:
        return VERDICTS[verdict]
    if fetched.status >= HTTP_ERROR:
        is_busy = fetched.status == UNAVAILABLE and "retry-after" in fetched.headers
        return ProblemCode.RATE_LIMITED if is_busy else STATUSES.get(fetched.status, ProblemCode.STATUS)
    if verdict is None:
        return None
    return ProblemCode.EMPTY if verdict == "empty page" else ProblemCode.SOFT_404


def read_index(fetched: Fetched, way: Way) -> IndexRead:
    """Read an index by its way; costs what parsing it costs."""
    problem = problem_of_answer(fetched)
    if problem is not None or way.kind == SourceKind.STANDING:
        return IndexRead(problem)
    return _read_xml(fetched, way) if way.kind in XML else _read_list(fetched, way)


def read_of(links: Iterable[FoundLink], way: Way) -> IndexRead:
    """Make a reading of links that somebody found in an index."""
    offered = tuple(links)
    chosen = tuple(wanted(offered, way))
    return IndexRead(None if chosen else ProblemCode.NO_MATCH, chosen, len(offered))


def _read_list(fetched: Fetched, way: Way) -> IndexRead:
    page = IndexPage(decode(fetched.body, fetched.content_type).text, fetched.url)
    if not page.anchors:
        return IndexRead(ProblemCode.NO_LINKS)
    found = read_list(page, ListPattern(way.select, way.row, way.links))
    if way.kind == SourceKind.DOCUMENTS and not way.select:
        found = [link for link in found if is_document(link.url)]
    return read_of(found, way)


def _read_xml(fetched: Fetched, way: Way) -> IndexRead:
    read = _read_feed(fetched, way) if way.kind == SourceKind.FEED else _read_sitemap(fetched, way)
    if not _is_malformed(fetched.body):
        return read
    if read.problem not in NOTHING:
        return replace(read, is_malformed=True)
    return replace(read, is_malformed=True, problem=ProblemCode.MALFORMED, is_bare=False)


def _read_feed(fetched: Fetched, way: Way) -> IndexRead:
    try:
        feed = feed_of(fetched.body, fetched.url)
    except FeedProblem as problem:
        return _unread(problem)
    if not feed.links:
        return IndexRead(ProblemCode.EMPTY, hints=feed.hints, is_bare=True)
    read, entries = read_of(feed.links, way), len(ENTRY.findall(fetched.body))
    return replace(read, entry_count=max(entries, read.entry_count), hints=feed.hints, is_bare=not read.chosen)


def _read_sitemap(fetched: Fetched, way: Way) -> IndexRead:
    try:
        content = content_of_sitemap(fetched.body, fetched.url)
    except SitemapProblem as problem:
        return _unread(problem)
    if content.sitemaps:
        return replace(read_of(content.links, way), problem=None, further=content.sitemaps)
    read = read_of(content.links, way) if content.links else IndexRead(ProblemCode.EMPTY)
    return replace(read, is_bare=not read.chosen)


def _unread(problem: IndexProblem) -> IndexRead:
    return IndexRead(ProblemCode.TOO_LARGE if problem.is_too_large else ProblemCode.NOT_A_FEED, detail=str(problem))


def _is_malformed(body: bytes) -> bool:
    """Tell XML that no strict reader takes; entities are not followed, so that a bomb of them is harmless."""
    if not XML_START.match(body[:200]):
        return False
    try:
        etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return True
    return False


def index_seen(answer: Answer, read: IndexRead, known: Mapping[str, str | None]) -> IndexSeen:
    """Say what an index showed; `known` maps the source's canonical addresses to the date its index gave before.

    Leave a standing page's `new_count` to whoever knows whether its bytes changed.
    """
    fetched = answer.fetched
    is_moved = canonical_url(answer.asked) != canonical_url(fetched.url)
    is_read = read.problem is None and fetched.status != NOT_MODIFIED and bool(read.chosen)
    days = sorted(str(link.published) for link in read.chosen if link.published)
    compared = [(link.published, stored) for link in read.chosen if link.published and (stored := known.get(link.url))]
    return IndexSeen(
        url=answer.asked,
        status=fetched.status,
        problem=None if fetched.status == NOT_MODIFIED else read.problem,
        entry_count=read.entry_count if is_read else None,
        chosen_count=len(read.chosen) if is_read else None,
        new_count=sum(link.url not in known for link in read.chosen) if is_read else 0,
        dated_count=len(days),
        garbled_count=sum(garbled_share(link.title or "") >= GARBLED_SHARE for link in read.chosen),
        compared_count=len(compared),
        redated_count=sum(_is_other_day(now, before) for now, before in compared),
        newest=days[-1] if days else None,
        redirected_to=fetched.url if is_moved else None,
        is_permanent=is_moved and bool(answer.redirects) and set(answer.redirects) <= PERMANENT,
        retry_after_seconds=_seconds_in(fetched.headers.get("retry-after")),
        seconds=answer.seconds,
        is_unchanged=fetched.status == NOT_MODIFIED,
        is_malformed=read.is_malformed,
    )


def index_unanswered(url: str, problem: ProblemCode, *, seconds: float = 0.0) -> IndexSeen:
    """Say that an index gave no answer, and why."""
    return IndexSeen(url=url, problem=problem, seconds=seconds)


def _is_other_day(now: PartialDate, before: str) -> bool:
    """Tell another date from the same one in another time zone."""
    try:
        stored = PartialDate.parse(before)
    except ValueError:
        return True
    return (now.first - stored.last).days > 1 or (stored.first - now.last).days > 1


def _seconds_in(retry_after: str | None) -> int | None:
    return int(retry_after) if retry_after and retry_after.strip().isdecimal() else None


def second_look(answer: Answer, known: Collection[str], way: Way) -> SecondLook:
    """Compare a page of the site (its home page) with the articles that the index gave, `known` by their addresses.

    `known` has all of them, the newest last. Only addresses formed like known ones count, so that menus and other
    kinds of page do not.
    """
    fetched = answer.fetched
    problem = problem_of_answer(fetched)
    if problem is not None:
        return SecondLook(answer.asked, problem)
    html = decode(fetched.body, fetched.content_type).text
    found = wanted((FoundLink(anchor.url) for anchor in IndexPage(html, fetched.url).anchors), way)
    usual = list(known)[-MAX_SHAPES:]
    shapes, pattern = _usual_shapes(usual), re.compile(pattern_of(usual) or "")
    alike = [link for link in found if shape_of(link.url) in shapes and pattern.search(link.url)]
    unknown_count = sum(link.url not in known for link in alike)
    return SecondLook(answer.asked, None if alike else ProblemCode.NO_LINKS, unknown_count)


def _usual_shapes(urls: Sequence[str]) -> set[tuple[object, ...]]:
    counts = Counter(shape_of(url) for url in urls)
    return {shape for shape, count in counts.items() if count >= MIN_SHAPE_SHARE * len(urls)}


def reread(answer: Answer, kept: Fetched, other: Fetched) -> Reread:
    """Compare an article's page with what was kept of it; what `other`, another kept page, shows too is furniture."""
    fetched = answer.fetched
    problem = problem_of_answer(fetched)
    if problem is not None:
        return Reread(answer.asked, problem)
    own = _shingles(kept) - _shingles(other)
    return Reread(
        answer.asked,
        kept_share=len(own & _shingles(fetched)) / len(own) if len(own) >= MIN_OWN_SHINGLES else None,
        is_garbled=has_garbled_text(fetched) and not has_garbled_text(kept),
        is_undated=bool(STATED_DATE.search(kept.body)) and not STATED_DATE.search(fetched.body),
    )


def _shingles(page: Fetched) -> set[str]:
    text = visible_text(page)
    return {text[start : start + SHINGLE_CHARS] for start in range(len(text) - SHINGLE_CHARS + 1)}
