"""Reading feeds: RSS, Atom, RDF, CDF and JSON Feed into items, and these into found links.

`feed_tree.py` reads what can be mended; feedparser stands behind it for the rest. FeedProblem is the one error.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
import xml.sax
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import feedparser
from scrapy.utils.gz import gunzip

from crawler.feed_dates import FeedDate, feed_date
from crawler.feed_tree import MAX_ITEMS, RawFeed, RawItem, raw_feed_of
from crawler.found import FoundLink, joined
from crawler.pace import NO_HINTS, Hints
from perilune.dates import PartialDate, WitnessKind
from perilune.encodings import decode
from perilune.urls import canonical_url, is_web_address

MAX_FEED_BYTES = 20_000_000
MAX_PATIENT_BYTES = 1_000_000
MAX_SUMMARY_CHARS = 600
MAX_TITLE_CHARS = 1000
HEAD_CHARS = 8192
HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
FEED_START = re.compile(r"<(?:\?xml|rss|feed|rdf:RDF|\w{1,20}:feed|!DOCTYPE (?:rss|feed|rdf))\b", re.IGNORECASE)
FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
ITEM_START = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
PAGE_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
UNSEEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
BROKEN_READER = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, AssertionError)


class FeedProblem(Exception):
    """A body that is no feed; the message says what it looks like."""


@dataclass(frozen=True)
class FeedItem:
    """An item of a feed; `published_at` has the publisher's own offset, and is None where only a day is stated."""

    url: str | None
    title: str | None = None
    published: PartialDate | None = None
    published_at: dt.datetime | None = None
    guid: str | None = None
    summary: str | None = None


@dataclass(frozen=True)
class Feed:
    """What a feed says: of itself, of its items in their order, and of how often it wants to be visited."""

    title: str | None
    language: str | None
    items: tuple[FeedItem, ...]
    hints: Hints = NO_HINTS

    @property
    def links(self) -> list[FoundLink]:
        """The items that lead somewhere, in their order."""
        return [
            FoundLink(item.url, item.title, item.published, WitnessKind.FEED if item.published else None)
            for item in self.items
            if item.url is not None
        ]


def links_in_feed(body: bytes, url: str, *, now: dt.datetime | None = None) -> list[FoundLink]:
    """Read a feed's items in their order; FeedProblem when it is none."""
    return feed_of(body, url, now=now).links


def feed_of(body: bytes, url: str, *, now: dt.datetime | None = None) -> Feed:
    """Read a feed that was fetched from `url`; FeedProblem when it is none.

    Items of one guid or of one address are one item. Dates more than two days after `now` are none.
    """
    plain = _unzipped(body)
    text = decode(plain).text
    raw = _raw_json_feed(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _raw_xml_feed(text, plain, url)
    language = (raw.language or "").strip().replace("_", "-")
    once = tuple(_each_once([_item_of(item, url, now) for item in raw.items]))
    return Feed(text_of_html(raw.title, MAX_TITLE_CHARS), language or None, once, raw.hints)


def _unzipped(body: bytes) -> bytes:
    if body[:2] == b"\x1f\x8b":
        try:
            body = gunzip(body, max_size=MAX_FEED_BYTES)
        except (OSError, EOFError, ValueError) as error:
            raise FeedProblem(f"the feed cannot be unzipped: {error}") from error
    if len(body) > MAX_FEED_BYTES:
        raise FeedProblem(f"the feed is too large: {len(body)} bytes")
    if not body.strip():
        raise FeedProblem("the feed is empty: no bytes at all")
    return body


def _raw_xml_feed(text: str, body: bytes, url: str) -> RawFeed:
    head = text[:HEAD_CHARS]
    if HTML_START.match(head) and not FEED_ROOT.search(head):
        title = PAGE_TITLE.search(text)
        named = f": {text_of_html(title[1], 80)!r}" if title else ""
        raise FeedProblem(f"this is no feed but an HTML page{named}")
    start = FEED_START.search(head)
    raw = raw_feed_of(text[start.start() :] if start else text, url)
    item_count = min(len(ITEM_START.findall(text)), MAX_ITEMS)
    if len(raw.items) < item_count or (not raw.is_feed and FEED_ROOT.search(head)):
        raw = replace(max(raw, _patient_reading(body, url), key=_worth), hints=raw.hints)
    if not raw.is_feed:
        what = f" but <{raw.root}>" if raw.root else f"; it starts with {text[:60].strip()!r}"
        raise FeedProblem(f"this is no feed{what}")
    return raw


def _worth(raw: RawFeed) -> tuple[int, int, bool]:
    return len(raw.items), sum(1 for item in raw.items if item.published or item.updated), raw.is_feed


def _patient_reading(body: bytes, url: str) -> RawFeed:
    """Read what is too broken for a tree with feedparser, which takes its time."""
    if len(body) > MAX_PATIENT_BYTES:
        return RawFeed("")
    try:
        # A stream, since feedparser opens whatever file or address bare bytes may name.
        parsed = feedparser.parse(io.BytesIO(body), response_headers={"content-location": url}, sanitize_html=False)
    except (*BROKEN_READER, xml.sax.SAXException):
        return RawFeed("")
    entries: Iterable[Mapping[str, object]] = parsed.entries
    head: Mapping[str, object] = parsed.feed
    items = tuple(_raw_entry(entry) for entry in entries)
    return RawFeed("rss" if parsed.version or items else "", _word(head, "title"), _word(head, "language"), items)


def _raw_entry(entry: Mapping[str, object]) -> RawItem:
    return RawItem(
        _word(entry, "title"),
        _word(entry, "link"),
        _word(entry, "id"),
        _word(entry, "published") or _word(entry, "created"),
        _word(entry, "updated"),
        _word(entry, "summary"),
    )


def _word(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _raw_json_feed(text: str) -> RawFeed:
    """Read a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""
    try:
        feed = json.loads(text.lstrip("\ufeff \t\r\n"))
    except (ValueError, RecursionError) as error:
        raise FeedProblem(f"this is no feed: broken JSON ({type(error).__name__})") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise FeedProblem("this is no feed: JSON without a list of items")
    read = tuple(_raw_json_item(item) for item in items[:MAX_ITEMS] if isinstance(item, dict))
    return RawFeed("json", _word(feed, "title"), _word(feed, "language"), read)


def _raw_json_item(item: Mapping[str, object]) -> RawItem:
    guid = _word(item, "id")
    addresses = (_word(item, "url"), _word(item, "external_url"), guid if guid and is_web_address(guid) else None)
    title, words = _word(item, "title"), _word(item, "summary") or _word(item, "content_text")
    return RawItem(
        html.escape(title, quote=False) if title else None,
        next((address for address in addresses if address), None),
        guid,
        _word(item, "date_published"),
        _word(item, "date_modified"),
        html.escape(words, quote=False) if words else _word(item, "content_html"),
    )


def _item_of(raw: RawItem, url: str, now: dt.datetime | None) -> FeedItem:
    date: FeedDate | None = feed_date(raw.published, now=now) or feed_date(raw.updated, now=now)
    return FeedItem(
        joined(url, raw.link) if raw.link else None,
        text_of_html(raw.title, MAX_TITLE_CHARS),
        date.day if date else None,
        date.moment if date else None,
        (raw.guid or "").strip() or None,
        text_of_html(raw.summary, MAX_SUMMARY_CHARS),
    )


def text_of_html(value: str | None, limit: int) -> str | None:
    """Give the words of a piece of HTML on one line, cut at `limit` characters; None where it has none."""
    if not value:
        return None
    words = html.unescape(TAG.sub("", UNSEEN.sub("", value[: 20 * limit])))
    return " ".join(words.split())[:limit].strip() or None


def _each_once(items: list[FeedItem]) -> Iterator[FeedItem]:
    """Leave out items whose guid or address came before; a guid that most items share says nothing."""
    shared = Counter(item.guid for item in items if item.guid)
    seen: set[tuple[str, str]] = set()
    for item in items:
        keys = {("address", _address(item.url))} if item.url else set()
        if item.guid and shared[item.guid] <= max(2, len(items) // 2):
            keys.add(("guid", item.guid))
        if not keys & seen:
            yield item
        seen |= keys


def _address(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError:
        return url
