"""Plain values between selection and composition: what the rows say, without session, clock or identity map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from digest.content import Evidence, FactEntry, Sentence, Tag, Trend, Watch
from models.vocabulary import DocType, LedgerFate, Length
from perilune.changes import Told
from perilune.dates import PartialDate


@dataclass(frozen=True)
class NotedFact:
    """A fact of a candidate, ready to print, with its dates still comparable."""

    entry: FactEntry
    party_slugs: tuple[str, ...]
    start: PartialDate | None
    is_known: bool = False
    """Whether an earlier version of the page, or an earlier issue, stated it already."""
    key: str | None = None
    """Public name of the fact that it is a statement of; None for a version that is not current any more."""


@dataclass(frozen=True)
class Paragraph:
    """A passage of an article with its place."""

    passage: int
    text: str
    language: str | None
    page_number: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A relevant article whose current version has no row in the edition's ledger yet."""

    article_id: int
    version_id: int
    key: str
    version: int
    title: str
    language: str | None
    url: str
    source_slug: str
    source: str
    publisher: str
    """Names the publisher, whatever its addresses."""
    authority: int
    published: PartialDate | None
    first_seen_on: dt.date
    is_backfill: bool
    doc_type: DocType | None
    is_document: bool
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    story_key: str | None = None
    copy_of: str | None = None
    """Key of the article that this one repeats, at the end of the chain of copies."""
    facts: tuple[NotedFact, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    """Its text, where earlier issues had its story."""
    overview: tuple[Paragraph, ...] = ()
    """Of a document: the sentences of its summary, each with its page."""
    before: Told | None = None
    after: Told | None = None

    @property
    def is_changed(self) -> bool:
        """Tell whether the edition took an earlier version of this article."""
        return self.before is not None

    @property
    def day(self) -> dt.date:
        """The last day that it may have been published, or else the day it was first seen."""
        return self.published.last if self.published else self.first_seen_on


@dataclass(frozen=True)
class Before:
    """What the edition's issues had of a story: the number of the last, and what the articles in them state.

    `texts` are the titles and paragraphs of one article each.
    """

    issue_number: int
    is_told: bool = True
    """Whether a recent issue had it among its stories; else only its title was printed."""
    texts: tuple[tuple[Paragraph, ...], ...] = ()
    facts: tuple[NotedFact, ...] = ()

    @property
    def languages(self) -> frozenset[str | None]:
        """The languages that the story was told in."""
        return frozenset(paragraph.language for text in self.texts for paragraph in text)


@dataclass(frozen=True)
class ToldStory:
    """A story with its summary; `before` is what earlier issues had of it, if any did."""

    key: str
    headline: str
    language: str | None
    sentences: tuple[Sentence, ...]
    evidence: tuple[Evidence, ...]
    before: Before | None = None
    pinned_by: str | None = None


@dataclass(frozen=True)
class IssueFrame:
    """What an issue is apart from its articles."""

    key: str
    number: int
    edition_name: str
    language: str
    query: str
    note: str | None
    period_start_on: dt.date
    due_on: dt.date
    length: Length = Length.MEDIUM


@dataclass(frozen=True)
class SectionMaterial:
    """What a saved search found that the edition's own search has not."""

    name: str
    query: str
    candidates: Sequence[Candidate]


@dataclass(frozen=True)
class Material:
    """Everything that composition decides on; `known_copies` maps roots of copies to the article that led earlier."""

    frame: IssueFrame
    candidates: Sequence[Candidate]
    stories: Mapping[str, ToldStory]
    known_copies: Mapping[str, str]
    watch: Watch
    topic_weights: Mapping[str, float] = field(default_factory=dict)
    """What the edition's readers care for, by topic slug."""
    printed: frozenset[str] = frozenset()
    """The sentences that recent issues printed."""
    trends: tuple[Trend, ...] = ()
    sections: Sequence[SectionMaterial] = ()


@dataclass(frozen=True)
class LedgerDecision:
    """What becomes of one candidate, with the reason as the archive shows it."""

    article_id: int
    version_id: int
    fate: LedgerFate
    reason: str
