"""What the JSON API answers, as pydantic models read from the same plain values as the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.health import SourceHealth
from models.vocabulary import (
    CorrectionField,
    DocType,
    FactKind,
    FateState,
    HistoryKind,
    PassageKind,
    Relevance,
    SourceKind,
    Stage,
)
from perilune.dates import PartialDate


def _iso(date: PartialDate | None) -> str | None:
    return None if date is None else str(date)


IsoDate = Annotated[
    str | None,
    BeforeValidator(_iso),
    Field(description="As exact as it is known: YYYY, YYYY-MM or YYYY-MM-DD; null where no date is stated."),
]


class Answer(BaseModel):
    """The form of all answers: read from attributes, never changed."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Problem(Answer):
    """An error in the form of RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    position: int | None = Field(default=None, description="Where in the search line the fault lies (code points).")


class NamedAnswer(Answer):
    """A slug and the name that people read."""

    slug: str
    name: str


class SnippetPartAnswer(Answer):
    """Some text of a snippet; a hit is what was searched for."""

    text: str
    is_hit: bool


class HitAnswer(Answer):
    """An article found."""

    key: str
    title: str
    url: str
    source_name: str
    source_slug: str
    language: str | None
    published: IsoDate
    relevance: Relevance | None
    doc_type: DocType | None
    topics: tuple[str, ...]
    countries: tuple[str, ...]
    story_key: str | None
    copy_count: int
    snippet: tuple[SnippetPartAnswer, ...]
    page_number: int | None = Field(description="The PDF page of the snippet.")


class SearchAnswer(Answer):
    """One page of what a search found; `query` is its canonical line."""

    query: str
    total: int
    limit: int
    offset: int
    hits: tuple[HitAnswer, ...]


class LikenessAnswer(Answer):
    """A labelled text that an article reads like; the link leads to it where the archive holds it."""

    title: str
    link: str | None


class CountryAnswer(Answer):
    """A country that takes part (ISO 3166 alpha-2, EU-ESA or UN), with the words that say so."""

    code: str
    quote: str | None
    link: str | None


class TopicAnswer(NamedAnswer):
    """A topic with its probability in 0..1, the words that speak for it, and labelled texts that it reads like."""

    score: float
    because: tuple[str, ...]
    by_human: bool
    reads_like: tuple[LikenessAnswer, ...]


class PassageAnswer(Answer):
    """A passage with its place in the text (code points, end exclusive)."""

    ordinal: int
    kind: PassageKind
    start: int
    end: int
    page_number: int | None
    page_label: str | None = Field(description="What the document prints on that page, where it is not its number.")
    language: str | None = Field(description="Set where it is not the article's.")
    text: str


class TranslationAnswer(Answer):
    """A translation by a model that somebody named, for those who cannot read the original."""

    text: str
    language: str
    model: str
    problems: tuple[str, ...] = Field(description="On what the two differ: numbers, names, negations.")


class BriefSentenceAnswer(Answer):
    """A sentence of a document's summary (code points of the version's text, end exclusive)."""

    text: str
    start: int
    end: int
    page_number: int | None
    translation: TranslationAnswer | None = Field(description="Into the reader's language, where there is one.")


class BriefSectionAnswer(Answer):
    """What a section of a document says; the overview of the whole has no heading."""

    heading: str
    first_page: int | None
    last_page: int | None
    sentences: tuple[BriefSentenceAnswer, ...]
    translation: TranslationAnswer | None = Field(description="Of the heading.")


class FactAnswer(Answer):
    """A dated event or an agreement with the words that say so."""

    number: int = Field(description="What a correction names it by, within its article.")
    by_human: bool = Field(description="Whether a person stated or changed it.")
    kind: FactKind
    name: str
    status: str
    subkind: str | None
    start_on: IsoDate
    end_on: IsoDate
    place: str | None
    parties: tuple[NamedAnswer, ...]
    countries: tuple[str, ...]
    quote: str
    passage_ordinal: int
    key: str | None = Field(description="The key of the fact that this is a witness of.")


class DocumentAnswer(Answer):
    """A document that the article reports on."""

    title: str
    doc_type: DocType
    issuer: str | None
    url: str | None = Field(description="Where the page links it, if it does.")
    held: str | None = Field(description="The page of the document itself, where the archive holds it.")


class VersionAnswer(Answer):
    """One version in the list of an article's versions."""

    number: int
    fetched_at: dt.datetime
    title: str
    is_current: bool


class EventAnswer(Answer):
    """Something that happened to an article after it was first seen, the latest first."""

    kind: HistoryKind
    at: dt.datetime


class CopyAnswer(Answer):
    """Another address at which an article stands."""

    key: str
    title: str
    url: str
    source: NamedAnswer
    published: IsoDate
    language: str | None


class WitnessAnswer(Answer):
    """One place that states the publication date."""

    kind: str
    date: str
    quote: str


class StoryLineAnswer(Answer):
    """The story that an article belongs to, and why."""

    key: str
    headline: str
    reason: str | None


class ArticleAnswer(Answer):
    """One version of an article, with everything derived from it."""

    key: str
    url: str
    number: int = Field(description="The number of this version, from 1.")
    title: str
    language: str | None
    translation: TranslationAnswer | None = Field(description="Of the title.")
    source: NamedAnswer
    site_name: str | None
    issuer: str | None = Field(description="Who a document says that it is by.")
    section: str | None
    keywords: tuple[str, ...]
    image_url: str | None
    authors: tuple[str, ...]
    published: IsoDate
    published_by: str | None
    published_confidence: float
    witnesses: tuple[WitnessAnswer, ...]
    first_seen_at: dt.datetime
    fetched_at: dt.datetime
    is_current: bool
    withdrawn: str | None = Field(description="Why this version was taken out of the archive, if it was.")
    is_standing: bool
    relevance: Relevance | None
    relevance_because: tuple[str, ...]
    relevance_score: float | None = Field(description="How likely the relevance is, in 0..1.")
    reads_like: tuple[LikenessAnswer, ...]
    doc_type_because: tuple[str, ...]
    participants: tuple[CountryAnswer, ...]
    doc_type: DocType | None
    topics: tuple[TopicAnswer, ...]
    countries: tuple[str, ...]
    actors: tuple[NamedAnswer, ...]
    passages: tuple[PassageAnswer, ...]
    brief: tuple[BriefSectionAnswer, ...]
    facts: tuple[FactAnswer, ...]
    documents: tuple[DocumentAnswer, ...]
    versions: tuple[VersionAnswer, ...]
    history: tuple[EventAnswer, ...]
    copy_of: CopyAnswer | None
    copies: tuple[CopyAnswer, ...]
    story: StoryLineAnswer | None
    corrected: tuple[CorrectionField, ...] = Field(description="What of it people have decided.")


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


class IssueAnswer(IssueCardAnswer):
    """An issue with its content as it was frozen."""

    content: Mapping[str, object]


class FateCountAnswer(Answer):
    """How many items met a fate at a stage."""

    stage: Stage
    state: FateState
    reason: str | None
    count: int


class StatusAnswer(Answer):
    """What the archive holds, and where everything stands."""

    totals: Mapping[str, int]
    newest_page_at: dt.datetime | None
    fates: tuple[FateCountAnswer, ...]
    search: str = Field(description="Which index answers searches, in a sentence.")
