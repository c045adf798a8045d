"""What the JSON API answers at the desk, as pydantic models over the plain values of its pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from web.api_models import Answer, DoneAnswer, IsoDate
from web.desk_draft import Draft


class QuoteAnswer(Answer):
    """A cited passage."""

    article_key: str
    version: int
    passage: int
    text: str


class ListedAnswer(Answer):
    """A story or an article that could be added or brought back, by the key that the desk takes."""

    key: str
    title: str
    language: str | None
    source: str
    published: IsoDate
    fate: str | None = Field(description="What the edition's ledger says of it.")
    article_count: int
    is_present: bool = Field(description="Whether the issue has it already.")


class DeskAnswer(Answer):
    """An issue at the desk."""

    key: str
    edition_slug: str
    edition_name: str
    number: int
    language: str
    subject: str
    timezone: str
    is_held: bool
    is_changed: bool = Field(description="Whether an editor changed it.")
    composed_at: dt.datetime
    release_at: dt.datetime | None = Field(description="When it goes out by itself.")
    released_at: dt.datetime | None
    released_by: str | None
    reader_count: int
    revision: int = Field(description="How many edits it has; each edit names the one that it was made on.")
    draft: Draft
    quotes: tuple[QuoteAnswer, ...] = Field(description="The passages that the draft cites.")
    left_out: tuple[ListedAnswer, ...]
    left_out_count: int
    changed_keys: tuple[str, ...]
    dropped: tuple[ListedAnswer, ...] = Field(description="What was composed and the draft has no more.")


class EditedAnswer(DoneAnswer):
    """What was done to an issue, and the revision that it is now."""

    revision: int


class UnsaidAnswer(Answer):
    """What of a sentence its passages do not say; nothing where they support it."""

    unsaid: tuple[str, ...]


class MailedAnswer(Answer):
    """The mail of an issue as one reader, or everybody, gets it."""

    html: str


class IssueReaderAnswer(Answer):
    """Somebody who gets the issue."""

    key: str
    address: str
    name: str | None


class EditAnswer(Answer):
    """One edit of an issue."""

    made_at: dt.datetime
    made_by: str
    action: str
    target: str
    before: str | None
    after: str | None


class RecordAnswer(Answer):
    """What editors changed, and the machine's issue beside theirs, line by line."""

    issue: str
    subject: str
    state: str
    released_by: str | None
    edits: tuple[EditAnswer, ...]
    beside: tuple[Mapping[str, object], ...]
