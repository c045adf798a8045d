"""What an index page, feed or sitemap gives: links, each with what was said of it. Plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from models.way import Way
from perilune.dates import PartialDate, WitnessKind
from perilune.urls import canonical_url, is_web_address

MAX_ADDRESS_CHARS = 2000  # more than PostgreSQL can index comes from traps, not from publishers


@dataclass(frozen=True)
class FoundLink:
    """A link to an article, with the title and date that the index gives for it."""

    url: str
    title: str | None = None
    published: PartialDate | None = None
    witness: WitnessKind | None = None


def wanted(found: Iterable[FoundLink], way: Way) -> Iterator[FoundLink]:
    """Keep the links that the source's patterns allow, canonical, each address once; what is no web address goes."""
    seen = set()
    for link in found:
        url = address_of(link)
        if url is None or url in seen or (way.links and not re.search(way.links, url)):
            continue
        if way.skip and re.search(way.skip, url):
            continue
        seen.add(url)
        yield FoundLink(url, link.title, link.published, link.witness)


def address_of(link: FoundLink) -> str | None:
    """Give a link's canonical address, or None where it has none that can be fetched and stored."""
    if not is_web_address(link.url) or len(link.url) > MAX_ADDRESS_CHARS:
        return None
    try:
        return canonical_url(link.url)
    except ValueError:
        return None


def joined(base: str, address: str) -> str:
    """Resolve an address against its page; one that is malformed stays as it is, and is no web address."""
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address


@dataclass(frozen=True)
class Move:
    """An index that was asked for at one address and answered at another, after redirects."""

    asked: str
    answered: str

    def former(self, url: str) -> str:
        """Give the address that a page had before its site moved to another host or to HTTPS; mostly its own."""
        if _origin(url) != _origin(self.answered):
            return url
        scheme, netloc = _origin(self.asked)
        return canonical_url(urlsplit(url)._replace(scheme=scheme, netloc=netloc).geturl())


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
