"""What the JSON API answers, as pydantic models read from the same plain values as the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.search import By
from models.vocabulary import (
    CorrectionField,
    DocType,
    FactKind,
    HistoryKind,
    PassageKind,
    Relevance,
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


class FaultAnswer(Answer):
    """One value that cannot be taken: where it stands (a JSON pointer into the body, or a parameter), and why."""

    pointer: str | None = None
    parameter: str | None = None
    detail: str


class Problem(Answer):
    """An error in the form of RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    position: int | None = Field(default=None, description="Where in the search line the fault lies (code points).")
    errors: tuple[FaultAnswer, ...] | None = Field(default=None, description="The values that cannot be taken.")


class PageAnswer(Answer):
    """One page of a list; `next` and `previous` are addresses of its neighbours on this server, null at the ends."""

    total: int
    limit: int
    offset: int
    next: str | None = Field(description="The address of the next page; also in the header Link (RFC 8288).")
    previous: str | None = Field(description="The address of the page before.")


class DoneAnswer(Answer):
    """What was done, in a sentence."""

    words: str


class MadeAnswer(DoneAnswer):
    """What was made, and the short name that it goes by."""

    slug: str


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


class FacetValueAnswer(Answer):
    """A value as filters of the search line take it, its English name, and how many articles bear it."""

    value: str
    label: str
    count: int


class SearchAnswer(PageAnswer):
    """One page of what a search found; `query` is its canonical line, `by` what made the results."""

    query: str
    by: By
    by_meaning_alone: int = Field(description="How many of the total have not all the words.")
    is_approximate: bool = Field(description="Whether number and order hold for the newest matches of many only.")
    hits: tuple[HitAnswer, ...]
    facets: Mapping[str, tuple[FacetValueAnswer, ...]] | None = Field(
        description="Counts of what was found by topic, country, actor, source, language, type, relevance and year;"
        " null unless they were asked for."
    )
    facets_are_approximate: bool = Field(description="Whether only the newest matches were counted; ask with `exact`.")


class RecentAnswer(Answer):
    """How many articles that match a search came in the last days."""

    query: str
    last_7_days: int
    last_30_days: int


class PieceAnswer(Answer):
    """Some text of a changed sentence; what is marked differs."""

    text: str
    is_marked: bool


class ChangedPassageAnswer(Answer):
    """Sentences that stood there before, and those in their place; `passage_ordinal` is where they stand now."""

    before: tuple[tuple[PieceAnswer, ...], ...]
    after: tuple[tuple[PieceAnswer, ...], ...]
    passage_ordinal: int | None


class ChangesAnswer(Answer):
    """What differs between a version and the one before it."""

    key: str
    number: int
    earlier_number: int
    heads: tuple[str, ...] = Field(description="What of title and date differs.")
    changes: tuple[ChangedPassageAnswer, ...]


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
