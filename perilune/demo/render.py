"""From pages and indexes to the text of HTML pages and feeds, through the templates; deterministic, knows no HTTP."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import dataclass
from email.utils import format_datetime as rfc822_from
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from perilune.dates import PartialDate, Precision
from perilune.demo.blocks import Block, blocks_of
from perilune.demo.content import CONTENT, Index, Page, Site

LISTING_KINDS = frozenset({"plain", "table", "cards", "dated", "documents"})
FEED_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "jsonfeed": "application/feed+json",
}
TEASER_CHARS = 140
MORNING = dt.time(9, 20)


@dataclass(frozen=True)
class Row:
    """One line of an index: where it leads and what it says of the date."""

    title: str
    address: str
    href: str
    teaser: str
    date: PartialDate | None
    shown_date: str = ""
    month: str = ""

    @property
    def day(self) -> str:
        """Give the ISO day when the date is known to the day, else nothing."""
        return str(self.date) if self.date and self.date.precision is Precision.DAY else ""

    @property
    def rfc822(self) -> str:
        """Give the day as RSS writes it, else nothing."""
        if not self.day or not self.date:
            return ""
        return rfc822_from(dt.datetime.combine(self.date.first, dt.time(), dt.UTC), usegmt=True)


@dataclass(frozen=True)
class View:
    """All that a look may show."""

    site: Site
    title: str
    address: str
    language: str
    words: dict[str, str]
    related: tuple[Row, ...] = ()
    feeds: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    listing: Markup | None = None
    date: PartialDate | None = None
    shown_date: str = ""

    @property
    def file(self) -> str:
        """Name the last part of the address's path."""
        return urlsplit(self.address).path.rpartition("/")[2]


@cache
def environment() -> Environment:
    """Open the templates; every value is escaped and an unknown name is an error."""
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)


@cache
def words_of(language: str) -> dict[str, str]:
    """Give the furniture's words in a language, English where we have none."""
    tables: dict[str, dict[str, str]] = tomllib.loads((CONTENT / "words.toml").read_text("utf-8"))
    return tables.get(language, tables["en"])


def article_html(page: Page, site: Site, related: tuple[Row, ...], feeds: tuple[tuple[str, str], ...]) -> str:
    """Write one page in its site's look."""
    view = View(
        site=site,
        title=page.title,
        address=page.address,
        language=page.language,
        words=words_of(page.language),
        related=related,
        feeds=feeds,
        blocks=blocks_of(page.text),
        date=page.published,
        shown_date=shown_date(page.published, site, page.language) if "visible" in site.dates else "",
    )
    return environment().get_template(f"looks/{page.look or site.look}.html").render(view=view)


def listing_html(index: Index, site: Site, rows: tuple[Row, ...], feeds: tuple[tuple[str, str], ...]) -> str:
    """Write a listing in its site's look."""
    listing = environment().get_template(f"lists/{index.kind}.html").render(rows=rows)
    view = View(
        site=site,
        title=index.title or site.name,
        address=index.address,
        language=site.language,
        words=words_of(site.language),
        feeds=feeds,
        listing=Markup(listing),  # noqa: S704 # rendered with autoescape two lines above
    )
    return environment().get_template(f"looks/{site.look}.html").render(view=view)


def feed_text(index: Index, rows: tuple[Row, ...], changed: dt.datetime) -> str:
    """Write a feed or a sitemap."""
    home = f"http://{index.host}/"
    if index.kind == "jsonfeed":
        return _json_feed(index, rows, home)
    return (
        environment()
        .get_template(f"feeds/{index.kind}.xml")
        .render(
            title=index.title,
            address=index.address,
            home=home,
            charset=index.charset,
            rows=rows,
            changed=f"{changed:%Y-%m-%dT%H:%M:%SZ}",
        )
    )


def _json_feed(index: Index, rows: tuple[Row, ...], home: str) -> str:
    items = [
        {"id": row.address, "url": row.address, "title": row.title, "summary": row.teaser}
        | ({"date_published": f"{row.day}T00:00:00Z"} if row.day else {})
        for row in rows
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": index.title,
        "home_page_url": home,
        "feed_url": index.address,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def row_of(page: Page, site: Site, *, dated: bool = True) -> Row:
    """Describe a page as a listing on `site` does; a page of the same host is linked by its path."""
    parts = urlsplit(page.address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    known = page.published if dated else None
    return Row(
        title=page.title,
        address=page.address,
        href=path if parts.hostname == site.host else page.address,
        teaser=_teaser(page.text),
        date=known,
        shown_date=shown_date(known, site, site.language),
        month=str(known)[:7] if known else "",
    )


def link_row(text: str, address: str) -> Row:
    """Describe a link that leads to no page of ours."""
    return Row(title=text, address=address, href=address, teaser="", date=None)


def shown_date(date: PartialDate | None, site: Site, language: str) -> str:
    """Write a date in the way of the site, no more exactly than it is known."""
    if date is None:
        return ""
    moment = dt.datetime.combine(date.first, MORNING, dt.UTC)
    if date.precision is Precision.YEAR:
        return str(date.year)
    if date.precision is Precision.MONTH:
        return format_datetime(moment, "y年M月" if language == "zh" else "LLLL y", locale=language)
    return format_datetime(moment, site.pattern, locale=language)


def _teaser(text: str) -> str:
    first = next((block for block in blocks_of(text) if block.kind == "p"), None)
    words = " ".join(first.lines) if first else ""
    return words if len(words) <= TEASER_CHARS else words[:TEASER_CHARS].rstrip() + "..."
