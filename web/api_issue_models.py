"""What the JSON API answers on issues, editions and who gets them, as pydantic models over their plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from models.vocabulary import Frequency, Length
from web.api_models import Answer, PageAnswer


class IssueCardAnswer(Answer):
    """An issue in a list."""

    key: str
    edition_slug: str
    edition_name: str
    number: int
    subject: str
    language: str
    period_start_at: dt.datetime
    period_end_at: dt.datetime
    composed_at: dt.datetime
    link: str = Field(description="The address of its page on this server.")
    held_until: dt.datetime | None = Field(description="When it goes out by itself, while it is held for review.")


class IssueAnswer(IssueCardAnswer):
    """An issue with its content as it was frozen."""

    content: Mapping[str, object]


class IssuesAnswer(PageAnswer):
    """One page of the issues."""

    issues: tuple[IssueCardAnswer, ...]


class LastIssueAnswer(Answer):
    """The last issue of an edition that went out."""

    number: int
    subject: str
    composed_at: dt.datetime
    link: str


class EditionLineAnswer(Answer):
    """An edition in a list."""

    slug: str
    name: str
    query: str = Field(description="The search line that it takes its articles by.")
    rhythm: str = Field(description="When it comes, in words.")
    is_active: bool
    hold_hours: int = Field(description="How long its issues wait at the desk.")
    reader_count: int
    last_issue: LastIssueAnswer | None
    due_at: dt.datetime | None = Field(description="When the next issue is due; null where none is, or none is told.")


class EditionsAnswer(PageAnswer):
    """One page of the editions."""

    editions: tuple[EditionLineAnswer, ...]


class EditionAnswer(EditionLineAnswer):
    """An edition with all that may be said of it."""

    frequency: Frequency
    weekday: int = Field(description="0 is Monday.")
    month_day: int
    hour: int
    timezone: str
    language: str
    length: Length
    note: str | None
    topic_weights: Mapping[str, float]


class ReaderAnswer(Answer):
    """A reader of an edition, and how their mail fares."""

    edition: str
    address: str
    name: str | None
    state: str
    is_good: bool
    since: dt.datetime | None
    last_sent_at: dt.datetime | None
    bounce_count: int


class ReadersAnswer(PageAnswer):
    """One page of the readers, by edition and address."""

    readers: tuple[ReaderAnswer, ...]
