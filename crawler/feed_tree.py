"""Reads the tree of an XML feed, RSS of every version, RDF, Atom and CDF, into what it says, word for word.

By benchmarks/feeds.py, fastfeedparser turns all dates into UTC, which is often another day, and loses titles with
markup or HTML entities and half the items after a stray closing tag; feedparser loses little but takes three to
fourteen times as long, and stands behind this in `feeds.py`.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from crawler.found import joined
from crawler.pace import NO_HINTS, Hints

MAX_ITEMS = 5000
MAX_HEAD_CHARS = 8192
ENTITY = re.compile(r"&(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
SECTION_START = re.compile(r"<!\[CDATA\[|<!--")
BARE_LESS_THAN = re.compile(r"<(?![A-Za-z_/!?])")
DECLARATION = re.compile(r"\s*(?:<\?xml\b[^>]*>\s*)+", re.IGNORECASE)
DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]{0,1000}(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
SIMPLE_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]{1,40})\s+(?:\"([^\"<&%]{0,200})\"|'([^'<&%]{0,200})')\s*>")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}

XML = "{http://www.w3.org/XML/1998/namespace}"
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
VOCABULARIES = {
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}
OWN = re.compile(
    r"netscape\.com/rdf|rdf-syntax-ns|purl\.org/(?:net/)?rss(?!.*/modules/)|userland\.com/rss|/tech/rss|rssboard"
)
ATOM = re.compile(r"atom|/n?echo|purl\.org/pie|uri/of/echo")
FIELDS = {
    "title": ("title", "atom:title", "dc:title", "media:title"),
    "guid": ("guid", "id", "atom:id", "dc:identifier"),
    "published": (
        *("pubdate", "published", "issued", "atom:published", "atom:issued", "dc:date", "dcterms:issued", "created"),
        *("dcterms:created", "atom:created", "date"),
    ),
    "updated": (
        *("updated", "modified", "atom:updated", "atom:modified", "dcterms:modified", "lastbuilddate", "lastmod"),
    ),
    "summary": (
        *("description", "summary", "abstract", "atom:summary", "dc:description", "content:encoded", "content"),
        *("atom:content", "xhtml:body", "body", "fullitem", "media:description", "itunes:summary"),
    ),
    "language": ("language", "dc:language"),
}
ROOTS = {"rss", "rdf", "feed", "channel", "json"}
ALTERNATE = {"", "alternate"}
HTML_TYPE = "text/html"
LITERAL = {"", "text", "text/plain", "plain"}

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SOME_MINUTES = re.compile(r"0*[1-9][0-9]{0,6}", re.ASCII)
MINUTES = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}


@dataclass(frozen=True)
class RawItem:
    """One item as the feed words it: its title and summary are HTML, its address is resolved."""

    title: str | None = None
    link: str | None = None
    guid: str | None = None
    published: str | None = None
    updated: str | None = None
    summary: str | None = None


@dataclass(frozen=True)
class RawFeed:
    """A feed as it words itself; `root` names its outermost element."""

    root: str
    title: str | None = None
    language: str | None = None
    items: tuple[RawItem, ...] = ()
    hints: Hints = NO_HINTS

    @property
    def is_feed(self) -> bool:
        """Whether it is one at all, though it may be empty."""
        return self.root in ROOTS


def raw_feed_of(text: str, url: str) -> RawFeed:
    """Read an XML feed; what is none gives its root's name and no items."""
    tree = _tree_of(_mended(text))
    return RawFeed("") if tree is None else _feed_from(tree, url)


def _tree_of(text: str) -> etree._Element | None:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, encoding="utf-8")
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None


def _feed_from(root: etree._Element, url: str) -> RawFeed:
    name = _vocabulary_and_name(root)[1]
    channels = [child for child in root.iterchildren("*") if _local_name(child) == "channel"]
    if name not in ROOTS:
        return RawFeed(name)
    channel = channels[0] if channels else root
    fields = Fields(channel)
    return RawFeed(
        name,
        fields.text("title") or channel.get("title"),
        fields.text("language") or channel.get(f"{XML}lang") or root.get(f"{XML}lang"),
        tuple(_item_from(item, url) for item in _items_of(root, channels)[:MAX_ITEMS]),
        _hints(fields),
    )


def _mended(text: str) -> str:
    """Make markup that a parser can follow: HTML's entities become characters, stray `&` and `<` text.

    Declarations go, so that no entity but plain ones is ever expanded, and none inside another.
    """
    head = text[:MAX_HEAD_CHARS]
    doctype = DOCTYPE.search(head)
    own = {name: one or other for name, one, other in SIMPLE_ENTITY.findall(doctype[0])} if doctype else {}
    bare = DECLARATION.sub("", DOCTYPE.sub("", head, count=1), count=1) + text[MAX_HEAD_CHARS:]
    pieces = _markup_and_sections(NOT_XML.sub("", bare))
    return "".join(piece if is_section else _with_characters(piece, own) for piece, is_section in pieces).strip()


def _markup_and_sections(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into markup and what is none, CDATA and comments; in linear time, whatever is left open."""
    position = 0
    while start := SECTION_START.search(text, position):
        end = text.find("]]>" if start[0] != "<!--" else "-->", start.end())
        if end < 0:
            break
        yield text[position : start.start()], False
        position = end + 3
        yield text[start.start() : position], True
    yield text[position:], False


def _with_characters(text: str, own: Mapping[str, str]) -> str:
    def character(match: re.Match[str]) -> str:
        number, name = match.groups()
        if number:
            code = int(number[1:], 16) if number[0] in "xX" else int(number)
            return html.escape(NOT_XML.sub("", chr(code))) if code < sys.maxunicode else ""
        if name in XML_ENTITIES:
            return match[0]
        known = own.get(name) or html5.get(f"{name};") if name else None
        return html.escape(known) if known else f"&amp;{match[0][1:]}"

    return BARE_LESS_THAN.sub("&lt;", ENTITY.sub(character, text))


def _items_of(root: etree._Element, channels: list[etree._Element]) -> list[etree._Element]:
    """Find the items: inside the channel (RSS 2.0), beside it (RSS 1.0), or wherever a broken feed has them."""
    parents = (*channels, root)
    items = [child for parent in parents for child in parent.iterchildren("*") if _is_item(child)]
    if items:
        return items
    return [each for each in root.iter("*") if _is_item(each) and not any(map(_is_item, each.iterancestors()))]


def _is_item(element: etree._Element) -> bool:
    return _local_name(element) in {"item", "entry"}


def _local_name(element: etree._Element) -> str:
    """Name an element of the feed's own vocabulary in lower case; empty for a foreign one."""
    vocabulary, local = _vocabulary_and_name(element)
    parent = element.getparent()
    is_own = parent is not None and "" != _namespace_of(parent) == _namespace_of(element)
    return local if is_own or vocabulary in {"", "atom"} else ""


def _vocabulary_and_name(element: etree._Element) -> tuple[str, str]:
    """Split a tag; the vocabulary is empty for that of RSS, `atom`, a usual prefix, or `foreign`."""
    namespace, _, local = str(element.tag).lower().rpartition("}")
    prefix, _, rest = local.rpartition(":")  # one that the feed forgot to declare
    if prefix:
        return ("" if prefix in {"rss", "rdf"} else prefix), rest
    namespace = namespace.removeprefix("{").strip()
    if namespace in VOCABULARIES or not namespace:
        return VOCABULARIES.get(namespace, ""), local
    return "" if OWN.search(namespace) else "atom" if ATOM.search(namespace) else "foreign", local


def _namespace_of(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[0]


class Fields:
    """The children of a channel or an item by name: bare in the feed's own vocabulary, else with the usual prefix."""

    def __init__(self, parent: etree._Element) -> None:
        self._children: dict[str, list[etree._Element]] = defaultdict(list)
        home = _namespace_of(parent)
        for child in parent.iterchildren("*"):
            vocabulary, local = _vocabulary_and_name(child)
            is_own = not vocabulary or (bool(home) and _namespace_of(child) == home)
            self._children[local if is_own else f"{vocabulary}:{local}"].append(child)

    def all(self, *names: str) -> list[etree._Element]:
        """List the children of these names."""
        return [child for name in names for child in self._children.get(name, ())]

    def text(self, field: str) -> str | None:
        """Give the first value that is stated for a field, as HTML."""
        return next((value for child in self.all(*FIELDS[field]) if (value := _html_of(child))), None)


def _html_of(element: etree._Element) -> str:
    kind, mode = (element.get("type") or "").lower(), element.get("mode")
    if len(element):
        inner = [html.escape(element.text or "", quote=False)]
        inner += [etree.tostring(child, encoding="unicode") for child in element.iterchildren("*")]
        return "".join(inner).strip()
    text = (element.text or "").strip()
    if mode == "base64" or kind == "application/octet-stream":
        return _from_base64(text)
    is_atom = _vocabulary_and_name(element)[0] == "atom"
    return html.escape(text, quote=False) if is_atom and kind in LITERAL and mode != "escaped" else text


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace").strip()
    except binascii.Error:
        return text


def _item_from(item: etree._Element, url: str) -> RawItem:
    fields = Fields(item)
    places = _places(item, fields)
    return RawItem(
        fields.text("title"),
        next((joined(_base_of(element, url), address) for element, address in places if address), None),
        next((text for child in fields.all(*FIELDS["guid"]) if (text := _text_of(child))), item.get(RDF_ABOUT)),
        fields.text("published"),
        fields.text("updated") or item.get("lastmod") or item.get("LASTMOD"),
        fields.text("summary"),
    )


def _places(item: etree._Element, fields: Fields) -> Iterator[tuple[etree._Element, str]]:
    """Name where an item's address may stand, the best first; where RSS has several links, the last one counts."""
    own = [child for child in fields.all("link") if (child.get("rel") or "").lower() in ALTERNATE]
    others = [child for child in fields.all("atom:link") if (child.get("rel") or "").lower() in ALTERNATE]
    is_atom = _vocabulary_and_name(item)[0] == "atom"
    links = [*(own if is_atom else reversed(own)), *others]
    links.sort(key=lambda child: (child.get("type") or HTML_TYPE).lower() != HTML_TYPE)
    yield from ((child, _text_of(child) or child.get("href") or "") for child in links)
    permanent = [child for child in fields.all("guid") if (child.get("isPermaLink") or "").lower() != "false"]
    yield from ((child, text) for child in permanent if (text := _text_of(child)).startswith("http"))
    yield item, item.get(RDF_ABOUT) or item.get("href") or item.get("HREF") or ""
    yield from ((child, text) for child in fields.all("id", "atom:id") if (text := _text_of(child)).startswith("http"))


def _text_of(element: etree._Element) -> str:
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False)).strip()


def _base_of(element: etree._Element, url: str) -> str:
    """Resolve `xml:base` from the outermost element inwards (XML Base, W3C)."""
    stated = [each.get(f"{XML}base") for each in (element, *element.iterancestors())]
    for base in reversed([base for base in stated if base]):
        url = joined(url, base)
    return url


def _hints(fields: Fields) -> Hints:
    """Read how often the publisher wants to be visited; hours are UTC, days count from Monday."""
    ttl = _number(_first(fields, "ttl"))
    period, frequency = _first(fields, "sy:updateperiod").lower(), _number(_first(fields, "sy:updatefrequency"))
    hours = {int(hour or 0) % 24 for hour in map(_number, _listed(fields, "skiphours"))}
    days = {DAYS.index(day.lower()) for day in _listed(fields, "skipdays") if day.lower() in DAYS}
    update_minutes = MINUTES[period] / (frequency or 1) if period in MINUTES else None
    return Hints(ttl, update_minutes, frozenset(hours), frozenset(days))


def _first(fields: Fields, name: str) -> str:
    return next(((child.text or "").strip() for child in fields.all(name)), "")


def _listed(fields: Fields, name: str) -> list[str]:
    return [(child.text or "").strip() for parent in fields.all(name) for child in parent.iterchildren("*")]


def _number(text: str) -> float | None:
    return float(text) if SOME_MINUTES.fullmatch(text) else None
