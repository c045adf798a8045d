"""What an issue says, frozen: stored as JSON in the issue's row and all that rendering ever reads.

Nothing here depends on an installation: articles and stories go by their public keys, versions by their number.
"""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict

from models.vocabulary import DocType, FactKind
from perilune.changes import Rewording


class Frozen(BaseModel):
    """The form of all parts of an issue: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Frozen):
    """Where a statement stands: a passage of one version of an article. `passage` counts from 0, `version` from 1."""

    article_key: str
    version: int
    passage: int
    source: str
    page_number: int | None = None


class Sentence(Frozen):
    """A sentence of a summary; `marks` are 1-based places in the entry's list of evidence."""

    text: str
    language: str | None
    marks: tuple[int, ...]


class Copy(Frozen):
    """Another place where an article stands word for word."""

    article_key: str
    source: str
    url: str


class Item(Frozen):
    """One article as the issue lists it; `published` is as precise as the source states it."""

    article_key: str
    version: int
    title: str
    language: str | None
    source: str
    url: str
    published: str | None
    doc_type: DocType | None = None
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()


class Entry(Frozen):
    """One story of the issue, or one article that belongs to none; `items` begin with the one that leads."""

    headline: str
    language: str | None
    story_key: str | None
    items: tuple[Item, ...]
    source_count: int
    is_continued: bool = False
    sentences: tuple[Sentence, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class FactEntry(Frozen):
    """An agreement or a coming event, with the passage that says so."""

    kind: FactKind
    name: str
    language: str | None
    status: str
    subkind: str | None
    start: str | None
    end: str | None
    place: str | None
    parties: tuple[str, ...]
    evidence: Evidence


class ChangeEntry(Frozen):
    """A page that changed since the edition last took it; `more_count` changes are not listed."""

    item: Item
    rewordings: tuple[Rewording, ...]
    more_count: int


class Watch(Frozen):
    """How the watched sources fared in the period of the issue."""

    source_count: int
    checked_count: int
    failing: tuple[str, ...]


class IssueContent(Frozen):
    """A whole issue."""

    key: str
    number: int
    edition_name: str
    language: str
    query: str
    note: str | None
    period_start_on: dt.date
    due_on: dt.date
    stories: tuple[Entry, ...] = ()
    agreements: tuple[FactEntry, ...] = ()
    events: tuple[FactEntry, ...] = ()
    documents: tuple[Item, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()
    also_noted: tuple[Entry, ...] = ()
    older: tuple[Item, ...] = ()
    copy_count: int = 0
    left_out_count: int = 0
    watch: Watch

    @property
    def is_empty(self) -> bool:
        """Tell whether the issue has nothing to report."""
        return not (self.stories or self.documents or self.changes or self.also_noted or self.older)


def stored_content(content: IssueContent) -> dict[str, object]:
    """Return the JSON form that the issue's row keeps."""
    return content.model_dump(mode="json")


def content_from(stored: dict[str, object]) -> IssueContent:
    """Read the JSON form back; pydantic.ValidationError when it is not an issue."""
    return IssueContent.model_validate(stored)
