"""Looking at sources without storing anything: does each give its links now, and what would a frozen copy hold.

Both are work that asks (`discovery.values.Asking`), so that nothing here knows the network.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from crawler.discovery.survey import newest_first, survey
from crawler.discovery.values import Asking, Seen
from crawler.found import FoundLink
from crawler.health.answers import IndexRead
from crawler.health.words import refusal_words
from crawler.kept import Fetched
from crawler.spiders.source import SourceSpider
from models.vocabulary import SourceKind
from models.way import Way


class Checked(BaseModel):
    """What a source gives now: links with the newest date among them, or why there are none."""

    model_config = ConfigDict(frozen=True)

    source: str
    is_good: bool
    kind: SourceKind | None = None
    link_count: int = 0
    newest: str | None = None
    words: str


class FrozenLink(BaseModel):
    """A link that an index gives."""

    model_config = ConfigDict(frozen=True)

    url: str
    title: str | None = None
    published: str | None = None
    witness: str | None = None


class Frozen(BaseModel):
    """An index and one page that it leads to, as they were fetched."""

    model_config = ConfigDict(frozen=True)

    way: Way
    index: Seen
    links: tuple[FrozenLink, ...]
    page: Seen | None
    link: FrozenLink | None


class Failure(BaseModel):
    """Why a source cannot be frozen."""

    problem: str


def checked(spider: SourceSpider) -> Asking[Checked]:
    """Ask for each index of a source, as a visit would; where its kind is open, find out what would be chosen."""
    slug = spider.source.slug
    if spider.is_survey:
        discovery = yield from survey(spider.source.home)
        offer = discovery.chosen
        words = discovery.problem or (offer.because if offer else "")
        return _checked(slug, offer.kind if offer else None, offer.links if offer else (), words, is_good=bool(offer))
    answers = yield spider.way.addresses
    reads = [_read(spider, answers[address]) for address in spider.way.addresses]
    problems = [words for _, words in reads if words]
    links = [link for read, _ in reads for link in read.chosen]
    further_count = sum(len(read.further) for read, _ in reads)
    words = "; ".join(dict.fromkeys(problems)) or (f"leads on to {further_count} sitemaps" if further_count else "")
    return _checked(slug, spider.way.kind, links, words, is_good=not problems)


def _read(spider: SourceSpider, seen: Seen) -> tuple[IndexRead, str | None]:
    """Read an index as a visit would; beside it stands what is wrong with it, in words."""
    if seen.problem is not None:
        return IndexRead(seen.code), seen.problem
    read = spider.read(_fetched(seen))
    if read.problem is None or read.is_bare:
        return read, None
    return read, read.detail or refusal_words(read.problem, seen.status, spider.looks_for)


def _fetched(seen: Seen) -> Fetched:
    return Fetched(seen.url, seen.status, {"content-type": seen.content_type or ""}, seen.body)


def _checked(slug: str, kind: SourceKind | None, links: Sequence[FoundLink], words: str, *, is_good: bool) -> Checked:
    newest = max((str(link.published) for link in links if link.published), default=None)
    return Checked(source=slug, is_good=is_good, kind=kind, link_count=len(links), newest=newest, words=words)


def frozen(spider: SourceSpider) -> Asking[Frozen | Failure]:
    """Ask for a source's first index and the page of its newest link."""
    if spider.is_survey:
        return Failure(problem="it is yet to be found out how it is watched; crawl it once first")
    address = spider.way.addresses[0]
    index = (yield [address])[address]
    read, words = _read(spider, index)
    if words is not None:
        return Failure(problem=words)
    if spider.way.kind == SourceKind.STANDING:
        return Frozen(way=spider.way, index=index, links=(), page=index, link=FrozenLink(url=address))
    newest = newest_first(read.chosen)[:1]
    pages = (yield [link.url for link in newest]) if newest else {}
    links = tuple(_frozen_link(link) for link in read.chosen)
    page, link = (pages[newest[0].url], _frozen_link(newest[0])) if newest else (None, None)
    return Frozen(way=spider.way, index=index, links=links, page=page, link=link)


def links_of(spider: SourceSpider, url: str, content_type: str | None, body: bytes) -> tuple[FrozenLink, ...]:
    """Give the links that a frozen index holds as the spider reads it now."""
    read, _ = _read(spider, Seen(url, content_type=content_type, body=body))
    return tuple(_frozen_link(link) for link in read.chosen)


def _frozen_link(link: FoundLink) -> FrozenLink:
    published = str(link.published) if link.published else None
    return FrozenLink(url=link.url, title=link.title, published=published, witness=link.witness)
