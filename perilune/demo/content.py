"""What the demo web holds: pages, sites and indexes as plain values, read from `content/`; no HTML and no HTTP here."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from perilune.dates import PartialDate
from perilune.demo.clock import SECOND_MOMENT

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Page:
    """One document of the demo web, served from `since` until the day before `until`."""

    id: str
    address: str
    title: str
    text: str = ""
    language: str = "en"
    published: PartialDate | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    look: str = ""  # empty: the site's
    origin: str = "own"

    @property
    def host(self) -> str:
        """Name the host of the address."""
        return urlsplit(self.address).hostname or ""

    def is_served_on(self, day: dt.date) -> bool:
        """Tell whether the page exists on `day`: its publication, if known, is never later."""
        published = self.published.first if self.published else dt.date.min
        return max(published, self.since or dt.date.min) <= day < (self.until or dt.date.max)

    @property
    def appeared(self) -> dt.date:
        """Give the first day on which the page is served."""
        published = self.published.first if self.published else dt.date.min
        return max(published, self.since or dt.date.min)


@dataclass(frozen=True)
class Site:
    """How one host looks and what it claims about its bytes."""

    host: str
    name: str
    look: str
    language: str = "en"
    charset: str = "utf-8"
    says_header: str | None = None  # None: the truth; empty: nothing
    says_meta: str | None = None
    dates: tuple[str, ...] = ()
    pattern: str = "d MMMM y"  # CLDR
    validators: str = "both"
    volatile: bool = False
    disallow: tuple[str, ...] = ()
    crawl_delay: int = 0
    status: int = 200
    menu: tuple[str, ...] = ()

    @property
    def header_charset(self) -> str:
        """Name the charset that the HTTP header states, or nothing."""
        return self.charset if self.says_header is None else self.says_header

    @property
    def meta_charset(self) -> str:
        """Name the charset that the HTML states, or nothing."""
        return self.charset if self.says_meta is None else self.says_meta


@dataclass(frozen=True)
class Index:
    """A feed, sitemap or listing: an address that leads to pages and other links (text, address)."""

    address: str
    kind: str
    title: str = ""
    pages: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    dates: bool = False
    charset: str = "utf-8"

    @property
    def host(self) -> str:
        """Name the host of the address."""
        return urlsplit(self.address).hostname or ""


@dataclass(frozen=True)
class Library:
    """Everything that is served at some moment or other."""

    pages: tuple[Page, ...]
    sites: dict[str, Site]
    indexes: tuple[Index, ...] = field(default=())

    def pages_on(self, day: dt.date) -> tuple[Page, ...]:
        """List the pages that exist on `day`."""
        return tuple(page for page in self.pages if page.is_served_on(day))


@cache
def load_library() -> Library:
    """Read `content/`; an unknown key or a missing text raises TypeError or KeyError."""
    settings = tomllib.loads((CONTENT / "sites.toml").read_text("utf-8"))
    sites = [_site(row) for row in settings["site"]]
    indexes = tomllib.loads((CONTENT / "indexes.toml").read_text("utf-8"))["index"]
    pages = _gold_pages(frozenset(settings["held_back"])) + _written_pages()
    return Library(
        pages=tuple(pages),
        sites={site.host: site for site in sites},
        indexes=tuple(_index(row) for row in indexes),
    )


def _site(row: dict[str, object]) -> Site:
    return Site(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})  # type: ignore[arg-type] # rows are checked by the keys


def _index(row: dict[str, object]) -> Index:
    links = row.pop("links", [])
    assert isinstance(links, list)
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Index(links=tuple((text, address) for text, address in links), **values)  # type: ignore[arg-type] # likewise


def _gold_pages(held_back: frozenset[str]) -> list[Page]:
    lines = (CONTENT / "gold.jsonl").read_text("utf-8").splitlines()
    return [
        Page(
            id=row["id"],
            address=row["url"].replace("https://", "http://", 1),
            title=row["title"],
            text=row["text"],
            language=row["language"],
            published=PartialDate.parse(row["published"]) if row["published"] else None,
            since=SECOND_MOMENT.date() if row["id"] in held_back else None,
            origin="account",
        )
        for row in map(json.loads, lines)
    ]


def _written_pages() -> list[Page]:
    rows = [
        row
        for name in ("seeds.toml", "own_words.toml")
        for row in tomllib.loads((CONTENT / name).read_text("utf-8"))["page"]
    ]
    texts = {row["id"]: row["text"] for row in rows if "text" in row}
    return [_written_page(row, texts) for row in rows]


def _written_page(row: dict[str, object], texts: dict[str, str]) -> Page:
    values = dict(row)
    change = values.pop("change", None)
    if source := values.pop("text_of", None):
        values["text"] = texts[str(source)]
    page = Page(**values)  # type: ignore[arg-type] # rows are checked by the keys
    if isinstance(change, list):
        before, after = change
        if before not in page.text:
            raise ValueError(f"{page.id}: the text to change is not there: {before}")
        page = replace(page, text=page.text.replace(before, after))
    published = row.get("published")
    return replace(page, published=PartialDate.parse(str(published)) if published else None)
