"""What the JSON API answers on stories, as pydantic models over the plain values of the pages."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from models.vocabulary import Relevance, StoryChangeKind
from web.api_fact_models import FactWitnessAnswer
from web.api_models import Answer, CopyAnswer, IsoDate, NamedAnswer, PageAnswer, TranslationAnswer
from web.timeline import DevelopmentKind


class EvidenceAnswer(Answer):
    """Where a sentence of a summary stands (code points of that version's text, end exclusive)."""

    number: int
    article_key: str
    version_number: int
    passage_ordinal: int
    page_number: int | None
    start: int
    end: int
    quote: str
    link: str


class SentenceAnswer(Answer):
    """A sentence of a summary with its evidence."""

    text: str
    language: str | None
    maker: str | None = Field(description="The model that wrote it, if its words are not copied from the evidence.")
    evidence: tuple[EvidenceAnswer, ...]
    translation: TranslationAnswer | None = Field(description="Into the reader's language, where there is one.")


class MemberAnswer(Answer):
    """An article of a story, with the copies folded under it."""

    key: str
    title: str
    url: str
    source: NamedAnswer
    language: str | None
    published: IsoDate
    first_seen_at: dt.datetime
    relevance: Relevance | None
    reason: str | None
    copies: tuple[CopyAnswer, ...]


class ReportAnswer(Answer):
    """An article that reported; its day is that of first sight where none is stated."""

    key: str
    title: str
    source: NamedAnswer
    language: str | None
    day: IsoDate
    is_dated: bool
    link: str


class DevelopmentAnswer(Answer):
    """An entry of a story's timeline."""

    kind: DevelopmentKind
    date: IsoDate
    until: IsoDate
    is_told: bool = Field(description="Whether the date is that of the report: none is stated of the thing itself.")
    is_to_come: bool
    what: str
    language: str | None
    status: str | None = Field(description="Such as announced, held; proposed, signed, in-force.")
    subkind: str | None
    place: str | None
    fact_key: str | None
    disputed: tuple[str, ...] = Field(description="In what its witnesses contradict each other.")
    witness: FactWitnessAnswer | None = Field(description="The article that says so, with its words.")
    translation: TranslationAnswer | None = Field(description="Of the witness's words.")
    also: tuple[FactWitnessAnswer, ...] = Field(description="Other articles that say the same.")
    reports: tuple[ReportAnswer, ...] = Field(description="Of a report: the articles of that day that state no fact.")
    is_first_report: bool


class TitledAnswer(Answer):
    """An article or a story by its title."""

    key: str
    title: str
    language: str | None
    link: str


class ChangeAnswer(Answer):
    """Something that became of a story."""

    kind: StoryChangeKind
    words: str = Field(description="What it was, in English.")
    articles: tuple[TitledAnswer, ...] = Field(description="The articles that moved.")
    other_key: str | None = Field(
        description="The story that became part of it, or that articles came from or went to."
    )
    reason: str
    made_by: str | None = Field(description="Who said so; null where the evidence did it.")
    at: dt.datetime


class StoryAnswer(Answer):
    """A whole story."""

    key: str
    headline: str
    language: str | None
    translation: TranslationAnswer | None = Field(description="Of the headline.")
    renamed_by: str | None = Field(
        description="Who gave it its headline; null where it is one of its articles' titles."
    )
    pinned_by: str | None
    first_published: IsoDate
    last_published: IsoDate
    sentences: tuple[SentenceAnswer, ...]
    articles: tuple[MemberAnswer, ...]
    topics: tuple[NamedAnswer, ...]
    countries: tuple[str, ...]
    timeline: tuple[DevelopmentAnswer, ...] = Field(description="What became of things, by date.")
    history: tuple[ChangeAnswer, ...] = Field(description="What became of the story itself, the newest first.")


class StoryCardAnswer(Answer):
    """A story in a list."""

    key: str
    headline: str
    language: str | None
    first_published: IsoDate
    last_published: IsoDate
    translation: TranslationAnswer | None = Field(description="Of the headline.")
    lead: str | None
    lead_translation: TranslationAnswer | None = Field(description="Of the lead.")
    article_count: int
    source_names: tuple[str, ...]
    is_core: bool
    renamed_by: str | None
    pinned_by: str | None


class StoriesAnswer(PageAnswer):
    """One page of the stories."""

    stories: tuple[StoryCardAnswer, ...]
