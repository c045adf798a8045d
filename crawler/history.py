"""A source's past, page by page: what one page of an archive list or sitemap gives, and where to go on. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.discovery.index_page import IndexPage
from crawler.discovery.lists import ListPattern, read_list
from crawler.discovery.paging import further_pages_of
from crawler.discovery.row_dates import date_in_address
from crawler.found import FoundLink
from crawler.sitemaps import SitemapProblem, content_of_sitemap
from models.vocabulary import SourceKind
from models.way import History, Way
from perilune.encodings import decode

MAX_PAGES = 300


@dataclass(frozen=True)
class Archived:
    """A page of the archive as it was fetched."""

    body: bytes
    content_type: str | None
    url: str


@dataclass(frozen=True)
class Step:
    """The links that a page of the past gives, and how far the history has come with it."""

    links: tuple[FoundLink, ...]
    history: History


def history_step(page: Archived, way: Way, history: History) -> Step:
    """Read a page of the past: its links that are not older than wanted, and what comes after it.

    A list ends where all of a page's dated links are too old, where no page follows, or after 300 pages.
    """
    archive = way.archive or way
    found, following = _of_sitemap(page) if archive.kind == SourceKind.SITEMAP else _of_list(page, archive)
    recent = tuple(link for link in found if not _is_too_old(link, history.until))
    is_past = bool(found) and not recent
    visited = (*history.visited, history.queue[0])
    waiting = history.queue[1:]
    new = [address for address in following if address not in {*visited, *waiting}]
    queue = waiting if is_past else (*waiting, *new)
    is_over = len(visited) >= MAX_PAGES
    return Step(recent, history.model_copy(update={"queue": () if is_over else queue, "visited": visited}))


def _of_list(page: Archived, archive: Way) -> tuple[Sequence[FoundLink], Sequence[str]]:
    html = decode(page.body, page.content_type).text
    index = IndexPage(html, page.url)
    found = read_list(index, ListPattern(archive.select, archive.row, archive.links))
    return found, further_pages_of(index, html) if found else ()


def _of_sitemap(page: Archived) -> tuple[Sequence[FoundLink], Sequence[str]]:
    try:
        content = content_of_sitemap(page.body, page.url)
    except SitemapProblem:
        return (), ()
    return content.links, content.sitemaps


def _is_too_old(link: FoundLink, until: dt.date) -> bool:
    date = link.published or date_in_address(link.url)
    return date is not None and date.last < until
