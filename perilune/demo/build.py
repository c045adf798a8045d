"""Builds the demo web as it stands at a moment: every address with its bytes and HTTP facts; pure, without a server."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from perilune.demo.clock import FIRST_MOMENT
from perilune.demo.content import Index, Library, Page, Site, load_library
from perilune.demo.render import (
    FEED_TYPES,
    LISTING_KINDS,
    article_html,
    feed_text,
    link_row,
    listing_html,
    row_of,
)
from perilune.demo.slides import deck_pdf

TOKENS = (b"@@REQUEST_TOKEN@@", b"@@VISITORS@@")
LONG_AGO = dt.datetime(2022, 3, 1, tzinfo=dt.UTC)
"""When everything that was there before the first moment was last touched on its server."""
RELATED_COUNT = 4
# Parameters that advertisers add and servers ignore.
_IGNORED_PARAMETERS = ("fbclid", "gclid", "utm_")


@dataclass(frozen=True)
class Resource:
    """What an address answers with; `volatile` bodies hold tokens that are filled in at each request."""

    body: bytes
    content_type: str
    status: int = 200
    etag: str = ""
    last_modified: dt.datetime | None = None

    @property
    def volatile(self) -> bool:
        """Tell whether the body changes at each request."""
        return any(token in self.body for token in TOKENS)


@dataclass(frozen=True)
class Snapshot:
    """The whole demo web at one moment."""

    moment: dt.datetime
    resources: Mapping[str, Resource]
    sites: Mapping[str, Site]

    def find(self, address: str) -> Resource | None:
        """Look an address up, whatever its percent-encoding and its tracking parameters; None when it is not held."""
        return self.resources.get(address_key(address))

    def has_host(self, host: str) -> bool:
        """Tell whether the web holds a host."""
        return host in self.sites


def address_key(address: str) -> str:
    """Bring an address to the form under which the web keeps it."""
    parts = urlsplit(address)
    query = sorted(
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(_IGNORED_PARAMETERS)
    )
    return f"{(parts.hostname or '').lower()}{unquote(parts.path) or '/'}?{urlencode(query)}"


def demo_web_hosts() -> tuple[str, ...]:
    """List every host that the demo web stands in for."""
    return tuple(sorted(load_library().sites))


def demo_web_places() -> str:
    """Name them as `PERILUNE_ALLOW_NETWORKS` does: whatever a name means elsewhere, here it is of this web."""
    return ",".join(f"{host}:80" for host in demo_web_hosts())


def build_web(moment: dt.datetime) -> Snapshot:
    """Build everything that is served at `moment` (aware UTC)."""
    library = load_library()
    pages = library.pages_on(moment.date())
    indexes = library.indexes + tuple(_missing_homes(library))
    builder = _Builder(library.sites, {page.id: page for page in pages}, indexes)
    resources = dict(builder.resources())
    return Snapshot(moment=moment, resources=resources, sites=library.sites)


def _missing_homes(library: Library) -> Iterator[Index]:
    known = {address_key(index.address) for index in library.indexes}
    for host, site in library.sites.items():
        address = f"http://{host}/"
        if address_key(address) in known:
            continue
        own = [page.id for page in library.pages if page.host == host and not page.look]
        listed = [name for index in library.indexes if index.host == host for name in index.pages]
        yield Index(address, "plain", site.name, tuple(dict.fromkeys([*listed, *own])))


class _Builder:
    """Holds one moment's pages while their resources are made."""

    def __init__(self, sites: Mapping[str, Site], pages: Mapping[str, Page], indexes: Iterable[Index]) -> None:
        self.sites = sites
        self.pages = pages
        self.indexes = tuple(indexes)

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """Yield every address of the web with what it answers."""
        for page in self.pages.values():
            yield address_key(page.address), self._page(page)
        for index in self.indexes:
            yield address_key(index.address), self._index(index)
        for site in self.sites.values():
            yield address_key(f"http://{site.host}/robots.txt"), self._robots(site)

    def _page(self, page: Page) -> Resource:
        site = self.sites[page.host]
        if page.look == "slides":
            return _resource(deck_pdf(page.title, page.text), "application/pdf", site, [page])
        others = [other for other in self.pages.values() if other.host == page.host and not other.look]
        related = [other for other in others if other.id != page.id][:RELATED_COUNT]
        rows = tuple(row_of(other, site, dated=False) for other in related)
        text = article_html(page, site, rows, self._feeds(site))
        return _resource(_encoded(text, site.charset), _html_type(site), site, [page, *related])

    def _index(self, index: Index) -> Resource:
        site = self.sites[index.host]
        pages = [self.pages[name] for name in index.pages if name in self.pages]
        is_listing = index.kind in LISTING_KINDS
        rows = tuple(row_of(page, site, dated=index.dates or not is_listing) for page in pages)
        rows += tuple(link_row(text, address) for text, address in index.links)
        if is_listing:
            text = listing_html(index, site, rows, self._feeds(site))
            return _resource(_encoded(text, site.charset), _html_type(site), site, pages)
        body = _encoded(feed_text(index, rows, _changed(pages)), index.charset)
        if index.address.endswith(".gz"):
            return _resource(gzip.compress(body, mtime=0), "application/gzip", site, pages)
        return _resource(body, FEED_TYPES.get(index.kind, "application/xml"), site, pages)

    def _feeds(self, site: Site) -> tuple[tuple[str, str], ...]:
        return tuple(
            (index.address, FEED_TYPES[index.kind])
            for index in self.indexes
            if index.host == site.host and index.kind in FEED_TYPES
        )

    def _robots(self, site: Site) -> Resource:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in site.disallow or ("",))]
        if site.crawl_delay:
            lines.append(f"Crawl-delay: {site.crawl_delay}")
        nested = {address for index in self.indexes if index.kind == "sitemapindex" for _, address in index.links}
        lines += [
            f"Sitemap: {index.address}"
            for index in self.indexes
            if index.host == site.host and "sitemap" in index.kind and index.address not in nested
        ]
        body = ("\n".join(lines) + "\n").encode("ascii")
        return Resource(body=body, content_type="text/plain", etag=_etag(body))


def _resource(body: bytes, content_type: str, site: Site, pages: list[Page]) -> Resource:
    volatile = any(token in body for token in TOKENS)
    return Resource(
        body=body,
        content_type=content_type,
        status=site.status,
        etag=_etag(body) if site.validators in {"both", "etag"} and not volatile else "",
        last_modified=_changed(pages) if site.validators in {"both", "modified"} and not volatile else None,
    )


def _changed(pages: list[Page]) -> dt.datetime:
    newest = max((page.appeared for page in pages), default=dt.date.min)
    if newest <= FIRST_MOMENT.date():
        return LONG_AGO
    return dt.datetime.combine(newest, dt.time(5, 0), dt.UTC)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:20]}"'


def _encoded(text: str, charset: str) -> bytes:
    return text.encode(charset, errors="xmlcharrefreplace")


def _html_type(site: Site) -> str:
    return f"text/html; charset={site.header_charset}" if site.header_charset else "text/html"
