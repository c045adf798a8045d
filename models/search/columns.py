"""What filters, facets and orders ask of an article, as columns: of the tables, or on PostgreSQL of one narrow row.

There triggers keep such a row for every article that has a version (migration 0016), in the transaction that changes
what it says: joining thousands of matches with wide tables takes ten times as long as looking at that row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.article import Article, TopicAssignment, Version, VersionActor, VersionCountry
from models.takedown import is_withdrawn, withdrawn_keys

Condition = sa.ColumnElement[bool]
SEARCH_ARTICLE = sa.table(
    "search_article",
    *(sa.column(name, sa.Integer) for name in ("article_id", "source_id", "story_id")),
    *(sa.column(name, sa.String) for name in ("key", "language", "doc_type", "relevance")),
    sa.column("is_copy", sa.Boolean),
    sa.column("day", sa.Date),
    *(sa.column(name, ARRAY(sa.Text)) for name in ("topics", "countries", "actors")),
)
SINGLES: Mapping[str, InstrumentedAttribute[Any]] = {
    "relevance": Version.relevance,
    "lang": Version.language,
    "type": Version.doc_type,
}
SEVERAL_BY_TABLE: Mapping[str, tuple[InstrumentedAttribute[int], InstrumentedAttribute[str]]] = {
    "topic": (TopicAssignment.version_id, TopicAssignment.topic_slug),
    "country": (VersionCountry.version_id, VersionCountry.country),
    "actor": (VersionActor.version_id, VersionActor.actor_slug),
}
SEVERAL_BY_ROW: Mapping[str, sa.ColumnElement[Any]] = {
    "topic": SEARCH_ARTICLE.c.topics,
    "country": SEARCH_ARTICLE.c.countries,
    "actor": SEARCH_ARTICLE.c.actors,
}


@dataclass(frozen=True)
class Columns:
    """The columns that a statement of `every` may be restricted by, counted by and ordered by."""

    every: sa.Select[int]
    """Selects the ids of all articles that may be found, as `id`."""
    article_id: sa.ColumnElement[int]
    source_id: sa.ColumnElement[int]
    story_id: sa.ColumnElement[int | None]
    is_copy: Condition
    day: sa.ColumnElement[Any]
    singles: Mapping[str, sa.ColumnElement[Any]]
    """What an article has at most one of, by the filter's name."""

    has_all: Callable[[str, Sequence[str]], Condition]
    """Makes the condition that an article has all of some topics, countries or actors."""

    @property
    def newest_first(self) -> tuple[sa.ColumnElement[Any], ...]:
        """Order by day, the newest first and the undated last, then by id, falling."""
        return self.day.desc().nulls_last(), self.article_id.desc()


def _has_rows(name: str, values: Sequence[str]) -> Condition:
    version_id, column = SEVERAL_BY_TABLE[name]
    return sa.and_(*(Version.id.in_(sa.select(version_id).where(column == value)) for value in values))


def _holds(name: str, values: Sequence[str]) -> Condition:
    return SEVERAL_BY_ROW[name].contains(sa.cast(list(values), ARRAY(sa.Text)))


TABLES = Columns(
    sa.select(Article.id)
    .join(Version, Version.id == Article.current_version_id)
    .where(Article.key.not_in(withdrawn_keys())),
    Article.id.expression,
    Article.source_id.expression,
    Article.story_id.expression,
    Article.copy_of_id.is_not(None),
    Version.published_first_on.expression,
    {
        "relevance": Version.relevance.expression,
        "lang": Version.language.expression,
        "type": Version.doc_type.expression,
    },
    _has_rows,
)
ROW = Columns(
    # As a join, since the planner takes NOT IN for what leaves half.
    sa.select(SEARCH_ARTICLE.c.article_id.label("id")).where(~is_withdrawn(SEARCH_ARTICLE.c.key)),
    SEARCH_ARTICLE.c.article_id,
    SEARCH_ARTICLE.c.source_id,
    SEARCH_ARTICLE.c.story_id,
    SEARCH_ARTICLE.c.is_copy,
    SEARCH_ARTICLE.c.day,
    {"relevance": SEARCH_ARTICLE.c.relevance, "lang": SEARCH_ARTICLE.c.language, "type": SEARCH_ARTICLE.c.doc_type},
    _holds,
)


def columns_of(session: Session) -> Columns:
    """Choose what this database answers from."""
    return ROW if session.get_bind().dialect.name == "postgresql" else TABLES
