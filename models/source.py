"""Tables of what is watched and fetched: source, crawl run, link, page."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Strings
from models.vocabulary import SourceKind

FIRST_LOOK = dt.timedelta(days=1)
LOOKS_END = dt.timedelta(days=40)
EDITABLE = (
    "name",
    "home",
    "language",
    "country",
    "authority",
    "interval_minutes",
    "expects",
    "least_links",
    "longest_silence_days",
    "owner",
    "note",
)
"""Columns of a source that people may change, named as source files name them; the addresses polled are its way's."""
LONGEST_INTERVAL_MINUTES = 60 * 24 * 30
CHECKS_AFTER = (dt.timedelta(days=1), dt.timedelta(days=7), dt.timedelta(days=30))


class Source(Base):
    """A publisher's section that we watch. The row is what runs; a source file seeds it."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str]
    home: Mapped[str]
    kind: Mapped[SourceKind | None] = mapped_column(sa.String(20))
    """None leaves the choice to discovery."""
    addresses: Mapped[Strings] = mapped_column(default=list)
    select: Mapped[str | None]
    row: Mapped[str | None]
    links: Mapped[str | None]
    skip: Mapped[str | None]
    selectors: Mapped[dict[str, object]] = mapped_column(default=dict, server_default="{}")
    """CSS selectors of `body`, `drop`, `date` and `title` on its article pages, where a person gave them."""
    render: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    """Whether its pages are read as a browser shows them, after the programs in them have run."""
    language: Mapped[str | None] = mapped_column(sa.String(8))
    country: Mapped[str | None] = mapped_column(sa.String(8))
    authority: Mapped[int] = mapped_column(default=5)
    interval_minutes: Mapped[int] = mapped_column(default=360)
    """How long to wait before its visits have shown how often it publishes."""
    pace: Mapped[dict[str, object] | None]
    """What its visits showed of that, as `crawler.pace.Pace` writes it."""
    backfill_months: Mapped[int] = mapped_column(default=0, server_default="0")
    chosen: Mapped[dict[str, object] | None]
    """What discovery chose, as `models.way.Way` writes it."""
    chosen_at: Mapped[dt.datetime | None]
    accepted_at: Mapped[dt.datetime | None]
    """When a person took `chosen` over what the source's file says; its history of visits counts from then."""
    proposed: Mapped[dict[str, object] | None]
    """What discovery would choose now that the source is not well, in the same form."""
    history: Mapped[dict[str, object] | None]
    """How far fetching its history has come: the archive page that is next, and the day to stop at."""
    health: Mapped[dict[str, object] | None]
    """How it fares, as `models.health.SourceHealth` writes it."""
    least_links: Mapped[int | None]
    """How many links its index gives at least, by a person's word; fewer are an incident."""
    longest_silence_days: Mapped[int | None]
    """How many days may bring nothing new, by a person's word."""
    owner: Mapped[str | None]
    """The address of whoever is told when it is not well."""
    expects: Mapped[str] = mapped_column(sa.String(20), default="mixed")
    note: Mapped[str | None]
    from_file: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    retired_at: Mapped[dt.datetime | None]
    """When a person retired it; no file brings it back."""
    created_at: Mapped[dt.datetime]
    first_crawled_at: Mapped[dt.datetime | None]
    """When the first crawl ended; what was found before is backfill."""


class CrawlRun(Base):
    """One visit to a source, with what it counted."""

    __tablename__ = "crawl_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("source.id"), index=True)
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]
    counts: Mapped[dict[str, object]] = mapped_column(default=dict)
    visit: Mapped[dict[str, object] | None]
    """What it showed, as `crawler.health.observations.Visit` writes it."""

    source: Mapped[Source] = relationship()


class Link(Base):
    """An address that a source gave us to fetch, with what the index said of it and how it last answered."""

    __tablename__ = "link"
    __table_args__ = (sa.UniqueConstraint("source_id", "url"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("source.id"))
    url: Mapped[str] = mapped_column(index=True)
    is_index: Mapped[bool] = mapped_column(default=False)
    is_standing: Mapped[bool] = mapped_column(default=False)
    is_backfill: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str | None]
    published: Mapped[str | None] = mapped_column(sa.String(40))
    witness: Mapped[str | None] = mapped_column(sa.String(20))
    """The kind of witness that `published` is: feed or listing."""
    found_at: Mapped[dt.datetime]
    checked_at: Mapped[dt.datetime | None]
    gone_at: Mapped[dt.datetime | None]
    """When it first answered that there is no such page, if that is how it answers since."""
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    trust: Mapped[dict[str, object] | None]
    """How far the server's validators are believed, as `crawler.validators.Trust` writes it."""

    source: Mapped[Source] = relationship()


class Page(Base):
    """Bytes as fetched, immutable, with their HTTP facts; the bytes lie in the page store under their hash."""

    __tablename__ = "page"
    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(sa.ForeignKey("link.id"), index=True)
    crawl_run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("crawl_run.id"), index=True)
    url: Mapped[str]
    """The address that answered, after redirects."""
    status: Mapped[int]
    content_type: Mapped[str | None]
    headers: Mapped[dict[str, object]] = mapped_column(default=dict)
    content_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    byte_count: Mapped[int]
    fetched_at: Mapped[dt.datetime]

    link: Mapped[Link] = relationship()


def next_look_at(link: Link, *, now: dt.datetime) -> dt.datetime | None:
    """Say when to fetch again a page that shows no article; None for one that never will, or has a rhythm of its own.

    Each wait is twice as long as the link is known: an outage costs few requests, and is noticed soon after its end.
    """
    due_at = now + max(FIRST_LOOK, 2 * (now - link.found_at))
    return None if link.is_standing or due_at > link.found_at + LOOKS_END else due_at


def next_check_at(link: Link, *, now: dt.datetime) -> dt.datetime | None:
    """Say when to see whether an article still stands as it was: a day, a week and a month after it was found.

    None after that, and for what was there before its source was watched; a standing page has a rhythm of its own.
    """
    if link.is_standing or link.is_backfill:
        return None
    return next((due for wait in CHECKS_AFTER if (due := link.found_at + wait) > now), None)
