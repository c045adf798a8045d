"""From an answer to what it showed: reads an index by its way, and names what is wrong with an answer; pure.

Spiders use it to find links and to fill `crawler/observations.py` in one go.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from crawler.discovery.addresses import shape_of
from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import ListPattern, read_list
from crawler.feeds import FeedProblem, links_in_feed
from crawler.found import FoundLink, wanted
from crawler.frontier import Fetched
from crawler.listings import links_to_documents
from crawler.observations import IndexSeen, ProblemCode, SecondLook
from crawler.sitemaps import SitemapProblem, content_of_sitemap
from models.vocabulary import SourceKind
from models.way import Way
from perilune.dates import PartialDate
from perilune.encodings import decode
from perilune.urls import canonical_url
from perilune.verdicts import verdict_on_page

HTTP_ERROR = 400
NOT_MODIFIED = 304
UNAVAILABLE = 503
STATUSES = {
    401: ProblemCode.FORBIDDEN,
    403: ProblemCode.FORBIDDEN,
    404: ProblemCode.GONE,
    410: ProblemCode.GONE,
    429: ProblemCode.RATE_LIMITED,
}
GATES = {
    "challenge page": ProblemCode.CHALLENGE,
    "captcha": ProblemCode.CAPTCHA,
    "login wall": ProblemCode.LOGIN_WALL,
}
FAILURES = {
    "CannotResolveHostError": ProblemCode.DNS,
    "DownloadConnectionRefusedError": ProblemCode.REFUSED,
    "DownloadCancelledError": ProblemCode.TOO_LARGE,
    "ResponseDataLossError": ProblemCode.BROKEN_OFF,
    "BadGzipFile": ProblemCode.DECODE,
    "EOFError": ProblemCode.DECODE,
    "error": ProblemCode.DECODE,  # of zlib and brotli
    "ZstdError": ProblemCode.DECODE,
}
FAILURE_WORDS = {
    "robots.txt": ProblemCode.ROBOTS,
    "max redirections": ProblemCode.REDIRECT_LOOP,
    "DOWNLOAD_MAXSIZE": ProblemCode.TOO_LARGE,
    "SSL": ProblemCode.TLS,
    "certificate": ProblemCode.TLS,
}
PERMANENT = {301, 308}
ENTRY = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
XML_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|!DOCTYPE\s+\w+\s*\[|rss|feed|rdf:RDF|urlset|sitemapindex)\b")
MIN_SHAPE_SHARE = 0.1
MAX_SHAPES = 100
GARBLED_SHARE = 0.2
MAX_JUDGED_CHARS = 5_000
MAX_PAGE_BYTES = 300_000
MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
MIN_QUESTION_MARKS = 4
QUESTION_MARK_SHARE = 0.2
NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")
UNDECODED = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")
UNDECODED_WEIGHT = 3  # what could not be decoded took its neighbours along
LATIN_SALAD = re.compile("[¢-ªµ-ºÀ-ÿ]{4,}")
MISREADINGS = ("cp1251", "gb18030", "koi8-r")


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

    `entry_count` counts a feed's entries before those of one address are taken as one; elsewhere the links offered.
    """

    problem: ProblemCode | None = None
    offered: tuple[FoundLink, ...] = ()
    chosen: tuple[FoundLink, ...] = ()
    entry_count: int = 0
    further: tuple[str, ...] = ()
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
    if verdict in GATES:
        return GATES[verdict]
    if fetched.status >= HTTP_ERROR:
        is_busy = fetched.status == UNAVAILABLE and "retry-after" in fetched.headers
        return ProblemCode.RATE_LIMITED if is_busy else STATUSES.get(fetched.status, ProblemCode.STATUS)
    if verdict is None:
        return None
    return ProblemCode.EMPTY if verdict == "empty page" else ProblemCode.SOFT_404


def read_index(fetched: Fetched, way: Way) -> IndexRead:
    """Read an index by its way; costs what parsing it costs."""
    problem = problem_of_answer(fetched)
    if problem is not None:
        return IndexRead(problem)
    if way.kind == SourceKind.STANDING:
        return IndexRead()
    offered, further, problem = _links_of(fetched, way)
    is_xml = way.kind in {SourceKind.FEED, SourceKind.SITEMAP}
    is_malformed = is_xml and _is_malformed(fetched.body)
    if problem is None and not offered and not further:
        problem = ProblemCode.EMPTY if is_xml else ProblemCode.NO_LINKS
    if problem is not None:
        return IndexRead(ProblemCode.MALFORMED if is_malformed else problem, is_malformed=is_malformed)
    chosen = tuple(wanted(offered, way))
    if not chosen and not further:
        problem = ProblemCode.NO_MATCH
    entries = len(ENTRY.findall(fetched.body)) if way.kind == SourceKind.FEED else 0
    return IndexRead(problem, offered, chosen, max(entries, len(offered)), further, is_malformed)


def _links_of(fetched: Fetched, way: Way) -> tuple[tuple[FoundLink, ...], tuple[str, ...], ProblemCode | None]:
    if way.kind == SourceKind.FEED:
        try:
            return tuple(links_in_feed(fetched.body, fetched.url)), (), None
        except FeedProblem:
            return (), (), ProblemCode.NOT_A_FEED
    if way.kind == SourceKind.SITEMAP:
        try:
            content = content_of_sitemap(fetched.body, fetched.url)
        except SitemapProblem as problem:
            return (), (), ProblemCode.TOO_LARGE if "exceeded" in str(problem) else ProblemCode.NOT_A_FEED
        return content.links, content.sitemaps, None
    html = decode(fetched.body, fetched.content_type).text
    if way.kind == SourceKind.DOCUMENTS:
        return tuple(links_to_documents(html, fetched.url)), (), None
    return *_links_of_list(html, fetched.url, way), None


def _links_of_list(html: str, url: str, way: Way) -> tuple[tuple[FoundLink, ...], tuple[str, ...]]:
    """Read a list by its pattern; where nothing matches, offer all links, so that it shows that there are some."""
    page = IndexPage(html, url)
    found = read_list(page, ListPattern(way.select, way.row, way.links))
    if not found and page.anchors:
        return tuple(FoundLink(anchor.url) for anchor in page.anchors), ()
    return tuple(found), ()


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
        offered_count=len(read.offered) if is_read else None,
        entry_count=read.entry_count if is_read else None,
        chosen_count=len(read.chosen) if is_read else None,
        new_count=sum(link.url not in known for link in read.chosen) if is_read else 0,
        dated_count=len(days),
        garbled_count=sum(garbled_share(link.title or "") >= GARBLED_SHARE for link in read.chosen),
        compared_count=len(compared),
        redated_count=sum(_is_other_day(now, before) for now, before in compared),
        newest=days[-1] if days else None,
        oldest=days[0] if days else None,
        redirected_to=fetched.url if is_moved else None,
        is_permanent=is_moved and bool(answer.redirects) and set(answer.redirects) <= PERMANENT,
        retry_after_seconds=_seconds_in(fetched.headers.get("retry-after")),
        byte_count=len(fetched.body),
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
    return int(retry_after) if retry_after and retry_after.strip().isdigit() else None


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
    shapes = _usual_shapes(list(known)[-MAX_SHAPES:])
    alike = [link for link in found if shape_of(link.url) in shapes]
    unknown_count = sum(link.url not in known for link in alike)
    return SecondLook(answer.asked, None if alike else ProblemCode.NO_LINKS, len(alike), unknown_count)


def _usual_shapes(urls: Sequence[str]) -> set[tuple[object, ...]]:
    counts = Counter(shape_of(url) for url in urls)
    return {shape for shape, count in counts.items() if count >= MIN_SHAPE_SHARE * len(urls)}


def has_garbled_text(fetched: Fetched) -> bool:
    """Tell whether the visible text of an HTML page was decoded wrongly before it came to us."""
    text = decode(fetched.body[:MAX_PAGE_BYTES], fetched.content_type).text
    return "<" in text and garbled_share(" ".join(MARKUP.sub(" ", text).split())) >= GARBLED_SHARE


def garbled_share(text: str) -> float:
    """Give the share, 0 to 1, of the letters beyond ASCII that were decoded wrongly somewhere before us.

    Such letters are marks of failed decoding, runs that are UTF-8 read as another charset, or question marks in
    place of letters.
    """
    sample = text[:MAX_JUDGED_CHARS]
    signs = len("".join(sample.split()))
    if sample.count("?") >= MIN_QUESTION_MARKS and sample.count("?") >= QUESTION_MARK_SHARE * signs:
        return 1.0
    runs = NON_ASCII_RUN.findall(sample)
    misread_runs = [run for run in runs if _is_misread(run)]
    misread = sum(map(len, misread_runs))
    undecoded = sum(len(UNDECODED.findall(run)) for run in runs if run not in misread_runs)
    if not misread and undecoded <= 1:  # a single one is a slip of the writer's keyboard
        return 0.0
    return min(1.0, (misread + UNDECODED_WEIGHT * undecoded) / sum(map(len, runs)))


@lru_cache(maxsize=4096)
def _is_misread(run: str) -> bool:
    """Tell UTF-8 that was read as another charset, since written in that one it is UTF-8 again; or any, as Latin."""
    if LATIN_SALAD.search(run):
        return True
    return len(run) > 1 and any(
        _is_utf_8(written) for written in (_western(run), *(_in(run, charset) for charset in MISREADINGS))
    )


def _western(run: str) -> bytes | None:
    """Write Latin-1 and Windows-1252 at once, as browsers do."""
    try:
        return b"".join(bytes([ord(sign)]) if ord(sign) < 256 else sign.encode("cp1252") for sign in run)  # noqa: PLR2004
    except UnicodeEncodeError:
        return None


def _in(run: str, charset: str) -> bytes | None:
    try:
        return run.encode(charset)
    except UnicodeEncodeError:
        return None


def _is_utf_8(written: bytes | None) -> bool:
    try:
        return written is not None and bool(written.decode())
    except UnicodeDecodeError:
        return False
