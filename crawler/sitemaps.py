"""Reading sitemaps: plain, gzipped, news sitemaps and indexes of sitemaps (sitemaps.org protocol 0.9)."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree
from scrapy.utils.sitemap import Sitemap

from crawler.found import FoundLink, joined
from crawler.index_body import IndexProblem, unpacked
from perilune.dates import PartialDate, WitnessKind

MAX_UNPACKED_BYTES = 60_000_000


class SitemapProblem(IndexProblem):
    """A body that is no sitemap."""


@dataclass(frozen=True)
class SitemapContent:
    """What one sitemap gives: links to articles, or further sitemaps."""

    links: tuple[FoundLink, ...]
    sitemaps: tuple[str, ...]


def content_of_sitemap(body: bytes, url: str) -> SitemapContent:
    """Read a sitemap or a sitemap index; `lastmod` is no publication date and is left alone."""
    try:
        body = unpacked(body, MAX_UNPACKED_BYTES)
        sitemap = Sitemap(body)
    except IndexProblem as problem:
        raise SitemapProblem(f"this is no sitemap: {problem}", is_too_large=problem.is_too_large) from problem
    except (etree.LxmlError, ValueError, TypeError, AttributeError, StopIteration) as error:
        raise SitemapProblem(f"this is no sitemap: {str(error) or 'it has no elements'}") from error
    entries = [entry for entry in sitemap if entry.get("loc")]
    if sitemap.type == "sitemapindex":
        return SitemapContent((), tuple(joined(url, str(entry["loc"])) for entry in entries))
    if sitemap.type != "urlset":
        raise SitemapProblem(f"this is no sitemap but <{sitemap.type}>")
    news = _news_of(body)
    return SitemapContent(tuple(_link(str(entry["loc"]), url, news) for entry in entries), ())


NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def _news_of(body: bytes) -> dict[str, tuple[str | None, PartialDate | None]]:
    """Read what a news sitemap says of each address: its title and its publication date."""
    if b"sitemap-news" not in body:
        return {}
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    found = {}
    for url in etree.fromstring(body, parser).iter("{*}url"):
        loc, news = url.findtext("{*}loc"), url.find(f"{NEWS}news")
        if loc and news is not None:
            found[loc.strip()] = (news.findtext(f"{NEWS}title"), _date(news.findtext(f"{NEWS}publication_date")))
    return found


def _link(address: str, base: str, news: dict[str, tuple[str | None, PartialDate | None]]) -> FoundLink:
    title, published = news.get(address.strip(), (None, None))
    return FoundLink(joined(base, address), title, published, WitnessKind.FEED if published else None)


def _date(value: str | None) -> PartialDate | None:
    try:
        return PartialDate.parse(value) if value else None
    except ValueError:
        return None
