"""Which ways of watching a source an address offers: feeds, sitemaps, its list, its documents, the page itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from crawler.discovery.addresses import is_document
from crawler.discovery.index_page import IndexPage, text_of
from crawler.discovery.lists import LearnedList
from crawler.discovery.values import Offer, Seen
from crawler.feeds import FeedProblem, links_in_feed
from crawler.found import FoundLink, address_of
from crawler.sitemaps import SitemapProblem, content_of_sitemap
from models.vocabulary import SourceKind
from perilune.urls import canonical_url, site_of

FEED_TYPE = re.compile(
    r"application/(?:rss|atom|feed|rdf)\+(?:xml|json)|application/json|text/(?:xml|rss)|application/xml", re.IGNORECASE
)
FEED_ADDRESS = re.compile(
    r"(?:^|[/._?=&-])(?:rss\d*|atom|feeds?|rdf)(?:$|[/._?=&-])|\.(?:rss|rdf|atom)$|feed\.(?:xml|json)$", re.IGNORECASE
)
COMMENTS = re.compile(r"comment|/oembed|podcast", re.IGNORECASE)
FEED_PLACES = ("feed/", "rss.xml")
ROOT_FEED_PLACES = ("/feed/", "/rss.xml", "/feed", "/rss", "/atom.xml", "/feed.xml")
SITEMAP_PLACES = ("/news-sitemap.xml", "/sitemap.xml")
MAX_FEEDS = 8
MAX_FRAMES = 4
MAX_PLACES = 6
COVERS = 0.5
STANDING_CHARS = 600
DOCUMENT_SHARE = 0.6
ROBOTS_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
SCRIPT_ROOT = re.compile(
    rb"<div[^>]+id=[\"']?(?:root|app|__next|__nuxt|app-root)[\"']?[^>]*>\s*</div>|<app-root", re.IGNORECASE
)


def stated_feeds(page: IndexPage) -> list[str]:
    """Find the feeds that a page names: by its head's links, then by links whose address looks like a feed's."""
    found: dict[str, None] = {}
    for element in page.tree.iter("link"):
        relations = (element.get("rel") or "").lower().split()
        if "alternate" in relations and FEED_TYPE.search(element.get("type") or "") and not element.get("hreflang"):
            _note(found, page.resolved(element.get("href") or ""))
    for anchor in page.anchors:
        if FEED_ADDRESS.search(urlsplit(anchor.url).path) or FEED_ADDRESS.search(urlsplit(anchor.url).query):
            _note(found, anchor.url)
    return list(found)[:MAX_FEEDS]


def _note(found: dict[str, None], address: str | None) -> None:
    if address and not COMMENTS.search(address):
        found.setdefault(address)


def frames_of(page: IndexPage) -> list[str]:
    """Name the pages of the same site that a page puts into frames."""
    sources = (page.resolved(frame.get("src") or "") for frame in page.tree.iter("frame", "iframe"))
    return list(dict.fromkeys(each for each in sources if each and site_of(each) == site_of(page.url)))[:MAX_FRAMES]


def usual_feeds(url: str) -> list[str]:
    """Name the places where a feed usually is when nothing names it: below the page, then below the site's root."""
    below = url if url.endswith("/") else f"{url}/"
    has_file = bool(re.search(r"\.\w{2,5}$", urlsplit(url).path))
    near = [] if has_file else [urljoin(below, place) for place in FEED_PLACES]
    root = [urljoin(url, place) for place in ROOT_FEED_PLACES[: MAX_PLACES - len(near)]]
    return list(dict.fromkeys(canonical_url(address) for address in (*near, *root)))


def stated_sitemaps(robots: Seen | None, url: str) -> list[str]:
    """Name the sitemaps of robots.txt, those of news first; the usual places where it names none."""
    text = robots.body.decode("utf-8", "replace") if robots is not None and robots.is_ok else ""
    stated = [address for address in ROBOTS_SITEMAP.findall(text) if site_of(address) == site_of(url)]
    stated.sort(key=lambda address: "news" not in address.lower())
    return stated[:3] or [urljoin(url, place) for place in SITEMAP_PLACES]


def feed_offer(seen: Seen, page: IndexPage | None, learned: LearnedList | None) -> Offer | None:
    """Offer a feed, or say why not; None where the address holds none."""
    try:
        links = _usable(links_in_feed(seen.body, seen.url))
    except FeedProblem:
        return None
    problem = _problem_of_feed(seen, links, page, learned)
    return Offer(SourceKind.FEED, (seen.url,), tuple(links), f"a feed of {len(links)} items", problem=problem)


def _problem_of_feed(
    seen: Seen, links: Sequence[FoundLink], page: IndexPage | None, learned: LearnedList | None
) -> str | None:
    if not links:
        return "the feed has no items"
    if COMMENTS.search(seen.url):
        return "it carries comments or recordings"
    if page is None or learned is None:
        return None
    shown = {anchor.url for anchor in page.anchors}
    urls = {link.url for link in links}
    listed = {link.url for link in learned.links}
    covered = len(urls & shown) / len(urls)
    if covered < COVERS and len(urls & listed) < COVERS * len(listed):
        return f"only {len(urls & shown)} of its {len(urls)} items are on the page: it is another section's"
    newest, newest_listed = _newest(links), _newest(learned.links)
    if newest and newest_listed and newest < newest_listed and not urls & listed:
        return f"its newest item is of {newest}, the list's of {newest_listed}"
    return None


def _newest(links: Sequence[FoundLink]) -> str | None:
    return max((str(link.published) for link in links if link.published), default=None)


def _usable(links: Sequence[FoundLink]) -> list[FoundLink]:
    found: dict[str, FoundLink] = {}
    for link in links:
        address = address_of(link)
        if address is not None and address not in found:
            found[address] = FoundLink(address, link.title, link.published, link.witness)
    return list(found.values())


def list_offer(url: str, learned: LearnedList) -> Offer:
    """Offer the page's own list; as a document library where most of its links are documents."""
    documents = sum(1 for link in learned.links if is_document(link.url))
    is_library = documents >= DOCUMENT_SHARE * len(learned.links)
    kind = SourceKind.DOCUMENTS if is_library else SourceKind.LISTING
    what = "documents" if is_library else "articles"
    because = f"a list of {len(learned.links)} {what}: {learned.pattern.in_words}"
    return Offer(kind, (url,), learned.links, because, learned.pattern)


def sitemap_offer(seen: Seen, home: str) -> Offer | None:
    """Offer a sitemap for the part of the site that lies below the home page's folder; None where it is none."""
    try:
        content = content_of_sitemap(seen.body, seen.url)
    except SitemapProblem:
        return None
    folder = urlsplit(home).path.rsplit("/", 1)[0] + "/"
    inside = [link for link in _usable(content.links) if urlsplit(link.url).path.startswith(folder)]
    links = [link for link in inside if urlsplit(link.url).path.rstrip("/") != urlsplit(home).path.rstrip("/")]
    if not links and not content.sitemaps:
        return None
    is_news = any(link.published for link in links)
    because = f"a {'news ' * is_news}sitemap of {len(links)} addresses below {folder}"
    problem = None if is_news else "it says neither titles nor dates, and does not tell articles from other pages"
    return Offer(SourceKind.SITEMAP, (seen.url,), tuple(links), because, problem=problem)


def standing_offer(page: IndexPage) -> Offer | None:
    """Offer to watch the page itself, where it has text of its own; None where it has hardly any."""
    words = sum(len(text_of(element)) for element in page.tree.iter("p", "td", "dd"))
    if words < STANDING_CHARS:
        return None
    return Offer(SourceKind.STANDING, (page.url,), (), f"a page with {words} characters of text, to be watched itself")


def is_made_by_script(seen: Seen) -> bool:
    """Tell whether a page is an empty frame that a program in the browser fills."""
    return bool(SCRIPT_ROOT.search(seen.body))
