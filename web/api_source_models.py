"""What the JSON API answers on sources, as pydantic models over the plain values of their pages."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from models.health import SourceHealth
from models.vocabulary import SourceKind
from models.way import Way
from web.api_models import Answer, PageAnswer


class SourceAnswer(Answer):
    """A source and how it fares."""

    slug: str
    name: str
    home: str
    kind: SourceKind | None = Field(description="None while it is yet to be found out.")
    language: str | None
    country: str | None
    is_active: bool
    interval_minutes: int
    article_count: int
    state: str = Field(description="new, healthy, quiet, degraded, broken or retired.")
    health: SourceHealth | None = Field(description="None before it was first judged.")
    last_crawled_at: dt.datetime | None
    last_outcome: str | None
    due_at: dt.datetime | None


class SourcesAnswer(PageAnswer):
    """One page of the sources."""

    sources: tuple[SourceAnswer, ...]


class VisitAnswer(Answer):
    """One visit: when, how it ended, and what it counted, by name."""

    started_at: dt.datetime
    outcome: str
    counts: tuple[tuple[str, str], ...]


class IncidentAnswer(Answer):
    """One incident: from when to when, and its cause."""

    opened_at: dt.datetime
    healed_at: dt.datetime | None
    sentence: str


class ScanAnswer(Answer):
    """A scanned document that is not wholly read; `reason` says why."""

    title: str | None
    url: str
    source_slug: str
    source_name: str
    fetched_at: dt.datetime
    reason: str


class ScansAnswer(Answer):
    """How many scanned documents are not wholly read, and the newest of them."""

    count: int
    newest: tuple[ScanAnswer, ...]
    is_ocr_missing: bool = Field(description="Whether some were met while no OCR was at hand.")


class WholeSourceAnswer(Answer):
    """A source with all that is known of how it is watched and how it fares."""

    line: SourceAnswer
    way: Way | None = Field(description="How it is watched; null while it is yet to be found out.")
    note: str | None
    owner: str | None = Field(description="Who is told when it is not well.")
    authority: int = Field(description="9 issues the act itself, 1 copies others.")
    expects: str = Field(description="How much of it is about our subject: core, mixed or mostly-off.")
    least_links: int | None = Field(description="Links that its index gives at least; fewer are an incident.")
    longest_silence_days: int | None = Field(description="Days that may bring nothing new; more are an incident.")
    is_by_file: bool = Field(description="Whether its file is read at every start; a change here ends that.")
    is_accepted: bool = Field(description="Whether a person took this way over what the source's file says.")
    visits: tuple[VisitAnswer, ...]
    incidents: tuple[IncidentAnswer, ...]
    scans: ScansAnswer


class OfferAnswer(Answer):
    """A way in which an address offers its news."""

    kind: SourceKind
    addresses: tuple[str, ...]
    select: str | None
    row: str | None
    links: str | None
    because: str
    problem: str | None
    items: int


class PreviewAnswer(Answer):
    """An item as the archive would store it; `reason` says why it would not be."""

    url: str
    title: str | None
    published: str | None
    language: str | None
    relevance: str | None
    text: str
    reason: str | None


class FoundLinkAnswer(Answer):
    """A link of the way that would be taken."""

    url: str
    title: str | None
    published: str | None


class FoundSourceAnswer(Answer):
    """What an address offers, what would be taken of it, and how its newest items would look."""

    url: str
    title: str | None
    language: str | None
    robots: str | None
    render: bool
    problem: str | None
    chosen: OfferAnswer | None
    archive: OfferAnswer | None
    offers: tuple[OfferAnswer, ...]
    per_month: float | None
    items: tuple[PreviewAnswer, ...]
    links: tuple[FoundLinkAnswer, ...]


class CheckedAnswer(Answer):
    """What a source gives now: links with the newest date among them, or why there are none."""

    source: str
    is_good: bool
    kind: SourceKind | None
    link_count: int
    newest: str | None
    words: str
