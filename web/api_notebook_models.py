"""What the JSON API answers on stars, notes and collections, and what it is told of them, as pydantic models."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from web.api_bodies import Body
from web.api_models import Answer

YesOrNo = Literal["yes", "no"]


class KeptArticle(Answer):
    """An article by its key and title; the title says so where it cannot be seen any more."""

    key: str
    title: str


class NoteAnswer(Answer):
    """A note; with `quote`, a highlight of these words of a version."""

    key: str
    article_key: str
    text: str
    quote: str | None
    version_number: int | None
    author: str
    is_own: bool
    is_shared: bool
    made_at: dt.datetime
    changed_at: dt.datetime | None


class NoteSaid(Body):
    """A note that is to be written."""

    text: str = Field(default="", max_length=10_000)
    quote: str = Field(default="", max_length=5_000, description="Words of the article's text, to highlight them.")
    shared: YesOrNo = Field(default="no", description="Whether everybody who signs in sees it.")


class NoteChange(Body):
    """What is to be changed of a note."""

    text: str | None = Field(default=None, max_length=10_000)
    shared: YesOrNo | None = None


class CollectionCardAnswer(Answer):
    """A collection in a list."""

    key: str
    name: str
    description: str
    owner: str
    is_own: bool
    is_shared: bool
    item_count: int


class ItemAnswer(Answer):
    """An article of a collection."""

    article: KeptArticle
    place: int
    remark: str


class CollectionAnswer(CollectionCardAnswer):
    """A collection with its articles in their order."""

    items: tuple[ItemAnswer, ...]


class CollectionSaid(Body):
    """What is said of a collection; anything that is left out stays as it is."""

    name: str | None = Field(default=None, max_length=200)
    description: str | None = Field(default=None, max_length=2_000)
    shared: YesOrNo | None = None


class ItemsSaid(Body):
    """Articles that are to be added to a collection."""

    articles: list[str] = Field(min_length=1, max_length=1_000, description="Their keys.")
    remark: str = Field(default="", max_length=1_000)


class ItemChange(Body):
    """One thing to do to an article of a collection."""

    action: Literal["up", "down", "remark"]
    remark: str = Field(default="", max_length=1_000)


class KeyAnswer(Answer):
    """The key of what was made, or of what was changed."""

    key: str
