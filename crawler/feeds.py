"""Reading feeds: RSS, Atom, RDF and CDF by feedparser, JSON Feed by hand, into items, and these into found links.

What feedparser leaves to its caller is here: which body is a feed at all, plain titles, honest dates, each item once.
FeedProblem is the one error.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import feedparser

from crawler.feed_dates import feed_date
from crawler.found import FoundLink, address_of, joined
from crawler.index_body import IndexProblem, unpacked
from crawler.pace import NO_HINTS, Hints
from perilune.dates import PartialDate, WitnessKind
from perilune.encodings import decode
from perilune.urls import is_web_address

MAX_FEED_BYTES = 20_000_000
MAX_MARKS = 200_000  # feedparser takes up to 60 microseconds for each
MAX_ITEMS = 5000
MAX_SUMMARY_CHARS = 600
MAX_TITLE_CHARS = 1000
HEAD_CHARS = 8192
FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
ROOT = re.compile(r"\s*(?>(?><!--.*?-->|<[?!](?!--)[^>]*>)\s*)*<([\w:.-]{1,40})", re.DOTALL)
HTML_ROOTS = {"html", "head", "body", "title", "meta"}
REFERENCE = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#?\w{1,31};)?", re.DOTALL)
PAGE_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
UNSEEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff]")
TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
REST = re.compile(r"<(?:hour|day)>\s*(\w{1,9})\s*<", re.IGNORECASE)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SOME_MINUTES = re.compile(r"0*[1-9][0-9]{0,6}", re.ASCII)
MINUTES = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
BROKEN_FEED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError)

Words = Mapping[str, object]


class FeedProblem(IndexProblem):
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
    try:
        text = decode(unpacked(body, MAX_FEED_BYTES)).text.lstrip("\ufeff \t\r\n")
    except IndexProblem as problem:
        raise FeedProblem(f"this is no feed: {problem}", is_too_large=problem.is_too_large) from problem
    if not text:
        raise FeedProblem("the feed is empty")
    head, entries = _json_feed(text) if text.startswith("{") else _xml_feed(text)
    items = [_item_of(entry, url, now) for entry in entries[:MAX_ITEMS]]
    language = (_word(head, "language") or "").strip().replace("_", "-")
    title = text_of_html(_word(head, "title"), MAX_TITLE_CHARS)
    return Feed(title, language or None, tuple(_each_once(items)), _hints(head, text))


def _xml_feed(text: str) -> tuple[Words, Sequence[Words]]:
    head = text[:HEAD_CHARS]
    root = ROOT.match(head)
    is_named = bool(FEED_ROOT.search(head))
    if root and root[1].lower() in HTML_ROOTS and not is_named:
        title = PAGE_TITLE.search(text)
        raise FeedProblem(f"this is no feed but an HTML page{f': {text_of_html(title[1], 80)!r}' if title else ''}")
    if text.count("<") > MAX_MARKS:
        raise FeedProblem(f"the feed is too large: {text.count('<')} marks", is_too_large=True)
    parsed = _parsed(REFERENCE.sub(_escaped, text).encode("utf-8", "replace"))
    if not (parsed.version or parsed.entries or is_named):
        what = f" but <{root[1]}>" if root else f"; it starts with {text[:60].strip()!r}"
        raise FeedProblem(f"this is no feed{what}")
    return parsed.feed, [_entry_of(dict(entry), parsed.version) for entry in parsed.entries[:MAX_ITEMS]]


def _parsed(body: bytes) -> feedparser.FeedParserDict:
    # A stream, since feedparser opens whatever file or address a string may name. Without the feed's address, since it
    # would resolve guids as well.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except BROKEN_FEED as error:
        raise FeedProblem(f"the feed is too broken to be read: {type(error).__name__}: {error}") from error


def _escaped(reference: re.Match[str]) -> str:
    """Write HTML's entities as characters, and a stray `&` as XML has it: feedparser reads `R&D` as `R&D;`."""
    written = reference[0]
    meant = written if written.startswith("<") else html.unescape(written)
    return written if meant == written != "&" else html.escape(meant)


def _entry_of(entry: dict[str, object], version: str) -> Words:
    """Mend an entry of feedparser's: the plain titles of Atom are no HTML, and a guid's name may be Dublin Core's."""
    detail = entry.get("title_detail")
    if version == "atom10" and isinstance(detail, dict) and detail.get("type") == "text/plain":
        entry["title"] = html.escape(str(entry["title"]), quote=False)
    return {"id": entry.get("dc_identifier"), "summary": entry.get("dc_description"), **entry}


def _json_feed(text: str) -> tuple[Words, Sequence[Words]]:
    """Read a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FeedProblem(f"this is no feed: broken JSON ({type(error).__name__})") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise FeedProblem("this is no feed: JSON without a list of items")
    return feed, [_json_entry(item) for item in items if isinstance(item, dict)]


def _json_entry(item: Words) -> Words:
    plain = {name: html.escape(_word(item, name) or "", quote=False) for name in ("title", "summary", "content_text")}
    return {
        "title": plain["title"],
        "link": _word(item, "url") or _word(item, "external_url"),
        "id": _word(item, "id"),
        "published": _word(item, "date_published"),
        "updated": _word(item, "date_modified"),
        "summary": plain["summary"] or plain["content_text"] or _word(item, "content_html"),
    }


def _word(values: Words, name: str) -> str | None:
    value = values.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _item_of(entry: Words, url: str, now: dt.datetime | None) -> FeedItem:
    stated = (feed_date(_word(entry, name), now=now) for name in ("published", "created", "updated"))
    date = next((date for date in stated if date), None)
    return FeedItem(
        _link_of(entry, url),
        text_of_html(_word(entry, "title"), MAX_TITLE_CHARS),
        date.day if date else None,
        date.moment if date else None,
        (_word(entry, "id") or "").strip() or None,
        text_of_html(_word(entry, "summary"), MAX_SUMMARY_CHARS),
    )


def _link_of(entry: Words, url: str) -> str | None:
    """Give an item's address: its link, else its guid where this is a web address and not said to be none."""
    link, guid = _word(entry, "link"), _word(entry, "id") or ""
    if not link or (link == guid and entry.get("guidislink")):  # feedparser takes any guid for a link
        link = guid if is_web_address(guid) and entry.get("guidislink") is not False else None
    return joined(url, link) if link else None


def text_of_html(value: str | None, limit: int) -> str | None:
    """Give the words of a piece of HTML on one line, cut at `limit` characters; None where it has none."""
    if not value:
        return None
    words = NOT_TEXT.sub("", html.unescape(TAG.sub("", UNSEEN.sub("", value[: 20 * limit]))))
    return " ".join(words.split())[:limit].strip() or None


def _each_once(items: list[FeedItem]) -> Iterator[FeedItem]:
    """Leave out items whose guid or address came before; a guid that most items share says nothing."""
    shared = Counter(item.guid for item in items if item.guid)
    seen: set[tuple[str, str]] = set()
    for item in items:
        keys = {("address", address_of(FoundLink(item.url)) or item.url)} if item.url else set()
        if item.guid and shared[item.guid] <= max(2, len(items) // 2):
            keys.add(("guid", item.guid))
        if not keys & seen:
            yield item
        seen |= keys


def _hints(head: Words, text: str) -> Hints:
    """Read how often the publisher wants to be visited; hours are UTC, days count from Monday."""
    period, frequency = (_word(head, "sy_updateperiod") or "").lower(), _number(head, "sy_updatefrequency")
    rests = [rest.lower() for rest in REST.findall(text[:HEAD_CHARS])]
    return Hints(
        _number(head, "ttl"),
        MINUTES[period] / (frequency or 1) if period in MINUTES else None,
        frozenset(int(rest) % 24 for rest in rests if rest.isdecimal()),
        frozenset(DAYS.index(rest) for rest in rests if rest in DAYS),
    )


def _number(head: Words, name: str) -> float | None:
    text = (_word(head, name) or "").strip()
    return float(text) if SOME_MINUTES.fullmatch(text) else None
