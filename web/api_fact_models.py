"""What the JSON API answers on facts and the matrix, as pydantic models over the plain values of the pages."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from models.vocabulary import FactKind
from web.api_models import Answer, IsoDate, NamedAnswer, PageAnswer


class StatusAtAnswer(Answer):
    """A status and since when."""

    status: str
    since: IsoDate


class FactWitnessAnswer(Answer):
    """What one article states of a fact."""

    article_key: str
    article_title: str
    article_url: str = Field(description="Where it was published.")
    version_number: int
    passage_ordinal: int
    source: NamedAnswer
    published: IsoDate
    language: str | None
    name: str
    status: str
    subkind: str | None
    start_on: IsoDate
    end_on: IsoDate
    place: str | None
    parties: tuple[NamedAnswer, ...]
    quote: str = Field(description="The words of the article that say so.")
    page_number: int | None
    by_human: bool = Field(description="Whether a person corrected it; its values are then the ones shown.")
    is_copy: bool = Field(description="Whether its article repeats another; copies are one voice.")
    link: str


class ReadingAnswer(Answer):
    """One of several values that contradict each other."""

    value: str
    witnesses: tuple[FactWitnessAnswer, ...]


class ContradictionAnswer(Answer):
    """A field in which witnesses contradict each other."""

    field: str
    readings: tuple[ReadingAnswer, ...]


class FactLineAnswer(Answer):
    """One fact: what most of its witnesses state, and all that they state."""

    key: str
    kind: FactKind
    name: str
    language: str | None
    status: str
    subkind: str | None
    start_on: IsoDate
    end_on: IsoDate
    place: str | None
    parties: tuple[NamedAnswer, ...]
    countries: tuple[NamedAnswer, ...]
    disputed: tuple[str, ...]
    article_count: int
    voice_count: int = Field(description="How many of the articles are no copy of another.")
    changed_at: dt.datetime | None
    history: tuple[StatusAtAnswer, ...]
    witnesses: tuple[FactWitnessAnswer, ...]
    link: str


class WholeFactAnswer(FactLineAnswer):
    """One fact with its contradictions laid side by side."""

    contradictions: tuple[ContradictionAnswer, ...]


class FactsAnswer(PageAnswer):
    """One page of facts."""

    facts: tuple[FactLineAnswer, ...]


class CellAnswer(Answer):
    """What a pair does together."""

    one: NamedAnswer
    other: NamedAnswer
    stories: int
    agreements: int
    events: int
    total: int
    link: str


class MatrixMemberAnswer(Answer):
    """A country or an actor of the matrix, with its total over all partners."""

    member: NamedAnswer
    total: int


class MatrixAnswer(Answer):
    """The cooperation matrix: its members, most first, and its pairs that are not empty, most first."""

    title: str
    description: str
    rows: tuple[MatrixMemberAnswer, ...]
    pairs: tuple[CellAnswer, ...]


class MentionAnswer(Answer):
    """Where a text names a member of the pair."""

    member: NamedAnswer
    before: str
    words: str
    after: str
    link: str


class CellArticleAnswer(Answer):
    """An article that a cell counts."""

    key: str
    title: str
    language: str | None
    source: NamedAnswer
    published: IsoDate
    mentions: tuple[MentionAnswer, ...]


class CellStoryAnswer(Answer):
    """What a cell counts once: a story, or an article of none."""

    key: str | None
    headline: str | None
    articles: tuple[CellArticleAnswer, ...]


class CellContentsAnswer(PageAnswer):
    """What a cell counts: how much of each, and one page of it, the newest first; `total` is the longest list's."""

    one: NamedAnswer
    other: NamedAnswer
    description: str
    story_count: int
    agreement_count: int
    event_count: int
    stories: tuple[CellStoryAnswer, ...]
    agreements: tuple[FactLineAnswer, ...]
    events: tuple[FactLineAnswer, ...]
