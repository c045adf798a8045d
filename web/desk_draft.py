"""The draft of a held issue as its row keeps it: what of the JSON the desk shows; all else is passed over."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from perilune.dates import PartialDate


class Part(BaseModel):
    """The form of all parts of a draft."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Place(Part):
    """Where a statement stands."""

    article_key: str
    version: int
    passage: int
    source: str
    page_number: int | None = None

    @property
    def id(self) -> tuple[str, int, int]:
        """What its passage is found by."""
        return (self.article_key, self.version, self.passage)


class DraftSentence(Part):
    """A sentence; `unsaid` is what of an editor's its passages do not say."""

    text: str
    language: str | None = None
    marks: tuple[int, ...] = ()
    maker: str | None = None
    edited_by: str | None = None
    unsaid: tuple[str, ...] = ()


class DraftItem(Part):
    """One article."""

    article_key: str
    version: int
    title: str
    language: str | None = None
    source: str
    published: str | None = None
    sentences: tuple[DraftSentence, ...] = ()
    evidence: tuple[Place, ...] = ()

    @property
    def published_on(self) -> PartialDate | None:
        """Its date, as precise as its source states it."""
        return PartialDate.parse(self.published) if self.published else None

    @property
    def key(self) -> str:
        """What it is dropped and restored by."""
        return f"article/{self.article_key}"


class DraftEntry(Part):
    """A story, or an article that belongs to none."""

    headline: str
    language: str | None = None
    story_key: str | None = None
    items: tuple[DraftItem, ...]
    sentences: tuple[DraftSentence, ...] = ()
    evidence: tuple[Place, ...] = ()
    state: str = "new"
    since_issue: int | None = None
    is_continued: bool = False
    because: tuple[str, ...] = ()
    pinned_by: str | None = None

    @property
    def key(self) -> str:
        """What the desk calls it by."""
        return self.story_key or self.items[0].article_key


class DraftChange(Part):
    """A page that changed."""

    item: DraftItem


class DraftFact(Part):
    """An agreement or an event."""

    kind: str
    name: str
    language: str | None = None
    status: str
    start: str | None = None
    evidence: Place


class DraftSection(Part):
    """What a saved search found."""

    name: str
    items: tuple[DraftItem, ...] = ()


class DraftIntroduction(Part):
    """What an editor wrote at the head."""

    text: str
    by: str


class Draft(Part):
    """A whole issue."""

    stories: tuple[DraftEntry, ...] = ()
    also_noted: tuple[DraftEntry, ...] = ()
    documents: tuple[DraftItem, ...] = ()
    changes: tuple[DraftChange, ...] = ()
    sections: tuple[DraftSection, ...] = ()
    older: tuple[DraftItem, ...] = ()
    agreements: tuple[DraftFact, ...] = ()
    events: tuple[DraftFact, ...] = ()
    introduction: DraftIntroduction | None = None

    def places(self) -> Iterator[Place]:
        """Yield all evidence that the desk shows."""
        for entry in (*self.stories, *self.also_noted):
            yield from entry.evidence
        for document in self.documents:
            yield from document.evidence

    def article_keys(self) -> frozenset[str]:
        """Name every article that the issue prints."""
        entries = (*self.stories, *self.also_noted)
        items = [item for entry in entries for item in entry.items]
        items += [item for section in self.sections for item in section.items]
        items += [*self.documents, *self.older, *(change.item for change in self.changes)]
        return frozenset(item.article_key for item in items)
