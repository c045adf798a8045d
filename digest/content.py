"""What an issue says, frozen: stored as JSON in the issue's row and all that rendering ever reads.

Nothing here depends on an installation: articles and stories go by their public keys, versions by their number.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError

from models.vocabulary import DocType, FactKind, Length
from perilune.changes import Rewording
from perilune.problems import Problem


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


class StoryState(StrEnum):
    """How a story stands to the edition's earlier issues."""

    NEW = "new"
    MOVED_ON = "moved-on"
    STILL_OPEN = "still-open"
    """Reported again, with nothing that earlier articles did not say."""


class NewsKind(StrEnum):
    """What is new of a fact since the last issue that had its story."""

    FIRST = "first"
    """No earlier article stated it."""
    STATUS = "status"
    DATE = "date"
    BACKGROUND = "background"
    """No earlier article stated it, but it is no news."""


class Translated(Frozen):
    """Words in the edition's language, by a machine; `problems` are what the two do not agree on."""

    text: str
    model: str
    problems: tuple[str, ...] = ()


class Sentence(Frozen):
    """A sentence of an entry; `marks` are 1-based places in the entry's list of evidence.

    `maker` is the model that wrote it, if one did; `edited_by` the editor who changed it, whose words stand then, with
    `unsaid` naming what of it its evidence does not say.
    """

    text: str
    language: str | None
    marks: tuple[int, ...]
    maker: str | None = None
    translation: Translated | None = None
    edited_by: str | None = None
    unsaid: tuple[str, ...] = ()


class Copy(Frozen):
    """Another place where an article stands word for word, or nearly so."""

    article_key: str
    source: str
    url: str
    language: str | None = None


class Tag(Frozen):
    """What an article can be followed by: a token of the search line, such as `topic:launch`, and its name."""

    token: str
    name: str


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
    actors: tuple[str, ...] = ()
    copies: tuple[Copy, ...] = ()
    tags: tuple[Tag, ...] = ()
    translation: Translated | None = None
    """Its title in the edition's language."""
    is_late: bool = False
    """Whether it was published before the issue's period, and found in it."""


class Document(Item):
    """A white paper or another document, with sentences of its summary, each with its page."""

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
    key: str | None = None
    """Public name of the fact that it is a statement of; None where that is not known."""


class FactNews(Frozen):
    """A fact that is new, or what of it moved on; `before` are the statuses or dates that were stated."""

    kind: NewsKind
    fact: FactEntry
    before: tuple[str, ...] = ()


class Entry(Frozen):
    """One story of the issue, or one article that belongs to none; `items` begin with the one that leads.

    Of a story that moved on since the issue `since_issue`, `news` and `sentences` are what is new; `more_new_count`
    sentences more are. `because` says why the entry stands where it does.
    """

    headline: str
    language: str | None
    story_key: str | None
    items: tuple[Item, ...]
    source_count: int
    language_count: int = 1
    is_continued: bool = False
    sentences: tuple[Sentence, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    state: StoryState = StoryState.NEW
    since_issue: int | None = None
    news: tuple[FactNews, ...] = ()
    more_new_count: int = 0
    because: tuple[str, ...] = ()
    pinned_by: str | None = None
    translation: Translated | None = None
    """Its headline in the edition's language."""


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
    quiet: tuple[str, ...] = ()
    """Sources that published nothing for longer than they do."""
    unvisited: tuple[str, ...] = ()
    """Sources that nobody looked at in the period."""


class Trend(Frozen):
    """How many articles a topic had in each of the last twelve weeks, the oldest first."""

    topic: Tag
    counts: tuple[int, ...]


class Section(Frozen):
    """What a saved search found, under its name."""

    name: str
    query: str
    items: tuple[Item, ...]


class Introduction(Frozen):
    """What an editor writes at the head of an issue."""

    text: str
    by: str


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
    documents: tuple[Document, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()
    also_noted: tuple[Entry, ...] = ()
    sections: tuple[Section, ...] = ()
    older: tuple[Item, ...] = ()
    copy_count: int = 0
    left_out_count: int = 0
    watch: Watch
    length: Length = Length.MEDIUM
    introduction: Introduction | None = None
    trends: tuple[Trend, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether the issue has nothing to report."""
        entries = self.stories or self.documents or self.changes or self.also_noted or self.older
        return not (entries or any(section.items for section in self.sections))


def stored_content(content: IssueContent) -> dict[str, object]:
    """Return the JSON form that the issue's row keeps."""
    return content.model_dump(mode="json")


def content_from(stored: dict[str, object]) -> IssueContent:
    """Read the JSON form back; Problem when it is not an issue as this version knows them."""
    try:
        return IssueContent.model_validate(stored)
    except ValidationError as error:
        raise Problem("this issue was stored by another version of Perilune and cannot be read here.") from error
