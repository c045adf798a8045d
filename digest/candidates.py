"""Plain values between selection and composition: what the rows say, without session, clock or identity map."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.content import Evidence, FactEntry, Sentence, Watch
from models.vocabulary import DocType, LedgerFate
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
    authority: int
    published: PartialDate | None
    first_seen_on: dt.date
    is_backfill: bool
    doc_type: DocType | None
    is_document: bool
    topics: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    story_key: str | None = None
    copy_of: str | None = None
    """Key of the article that this one repeats, at the end of the chain of copies."""
    facts: tuple[NotedFact, ...] = ()
    before: Told | None = None
    after: Told | None = None

    @property
    def is_changed(self) -> bool:
        """Tell whether the edition took an earlier version of this article."""
        return self.before is not None


@dataclass(frozen=True)
class ToldStory:
    """A story with its summary; `is_continued` when an earlier issue had it."""

    key: str
    headline: str
    language: str | None
    sentences: tuple[Sentence, ...]
    evidence: tuple[Evidence, ...]
    is_continued: bool


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


@dataclass(frozen=True)
class Material:
    """Everything that composition decides on; `known_copies` maps roots of copies to the article that led earlier."""

    frame: IssueFrame
    candidates: Sequence[Candidate]
    stories: Mapping[str, ToldStory]
    known_copies: Mapping[str, str]
    watch: Watch


@dataclass(frozen=True)
class LedgerDecision:
    """What becomes of one candidate, with the reason as the archive shows it."""

    article_id: int
    version_id: int
    fate: LedgerFate
    reason: str
