"""Sources on their way between installations: rows as source files, and lists of feeds as OPML in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import listparser
import tomli_w
from lxml import etree

from models.source import Source
from models.vocabulary import SourceKind
from models.way import way_of
from perilune.urls import is_web_address

DEFAULTS: dict[str, object] = {
    "authority": 5,
    "interval_minutes": 360,
    "backfill_months": 0,
    "expects": "mixed",
    "render": False,
}
KEPT = (
    "render",
    "language",
    "country",
    "authority",
    "interval_minutes",
    "backfill_months",
    "expects",
    "least_links",
    "longest_silence_days",
    "owner",
    "note",
)


def toml_of(source: Source) -> str:
    """Write a source as a file that any installation accepts; what discovery chose is written out."""
    way = way_of(source)
    keys: dict[str, object] = {"name": source.name, "home": source.home}
    if way is not None:
        keys["kind"] = str(way.kind)
        if way.addresses != (source.home,):
            keys["address"] = list(way.addresses)
        keys |= {"select": way.select, "row": way.row, "links": way.links, "skip": source.skip}
    keys |= source.selectors | {name: getattr(source, name) for name in KEPT}
    written = {key: value for key, value in keys.items() if value is not None and DEFAULTS.get(key) != value}
    origin = f"found out by Perilune on {source.chosen_at:%Y-%m-%d}" if source.chosen_at else "added by hand"
    return f"# Exported from an archive; {origin}.\n{tomli_w.dumps(written)}"


@dataclass(frozen=True)
class ListedFeed:
    """A feed that an OPML file lists."""

    address: str
    name: str

    @property
    def home(self) -> str:
        """The front page of the feed's site: OPML files seldom say more."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}/"


def feeds_in_opml(body: bytes) -> list[ListedFeed]:
    """Read the feeds of an OPML file, each address once; ValueError when it is none."""
    parsed = listparser.parse(body)
    if not parsed.feeds and b"<opml" not in body[:2000].lower():
        raise ValueError("this is no OPML file")
    feeds = (ListedFeed(feed.url, feed.title or feed.url) for feed in parsed.feeds)
    return list({feed.address: feed for feed in feeds if is_web_address(feed.address)}.values())


def opml_of(sources: Iterable[Source]) -> bytes:
    """Write the sources that are feeds as OPML 2.0, for feed readers."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Perilune's feeds"
    body = etree.SubElement(root, "body")
    for source, address in _feeds(sources):
        etree.SubElement(body, "outline", type="rss", text=source.name, xmlUrl=address, htmlUrl=source.home)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _feeds(sources: Iterable[Source]) -> Iterator[tuple[Source, str]]:
    for source in sources:
        way = way_of(source)
        if way is not None and way.kind == SourceKind.FEED:
            yield from ((source, address) for address in way.addresses)
