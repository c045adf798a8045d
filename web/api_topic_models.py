"""What the JSON API answers on the taxonomy, as pydantic models over the plain values of its pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from web.api_models import Answer, NamedAnswer, PageAnswer


class WordEntryAnswer(Answer):
    """Words that speak for a topic, or a regular expression, with their weight."""

    text: str
    weight: float
    is_pattern: bool


class TaxonomyLineAnswer(NamedAnswer):
    """A topic of the taxonomy."""

    description: str
    is_active: bool
    merged_into: str | None = Field(description="The topic that stands for it since they were merged.")
    article_count: int
    example_count: int
    word_counts: Mapping[str, int] = Field(description="How many entries it has, by language.")


class TopicsAnswer(PageAnswer):
    """One page of the topics."""

    topics: tuple[TaxonomyLineAnswer, ...]


class TaxonomyTopicAnswer(Answer):
    """A topic with what speaks for it."""

    line: TaxonomyLineAnswer
    examples: tuple[str, ...] = Field(description="Short texts that are about it.")
    words: Mapping[str, tuple[WordEntryAnswer, ...]]
    edited_at: dt.datetime | None = Field(description="When a person last changed it here.")
