"""Facets: how many matching articles bear each topic, country, source and so on; one exact statement for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.article import Article, TopicAssignment, Version, VersionCountry
from models.knowledge import Topic
from models.search.filters import country_names, language_names
from models.search.matching import matching_ids
from models.search.query import Query
from models.source import Source

FACETS = ("topic", "country", "source", "language", "type", "relevance", "year")


@dataclass(frozen=True)
class FacetValue:
    """A value as filters take it, its English label, and how many articles bear it."""

    value: str
    label: str
    count: int


def facets(session: Session, query: Query, *, limit: int = 20) -> dict[str, tuple[FacetValue, ...]]:
    """Count the matching articles by facet: the most frequent first, years newest first; unknowns are left out."""
    counted: dict[str, list[tuple[str, int]]] = {facet: [] for facet in FACETS}
    for facet, value, count in session.execute(_counts(session, query)):
        counted[facet].append((str(value), count))
    labels = _labels(session)
    return {
        facet: tuple(
            FacetValue(value, labels[facet].get(value) or value.replace("-", " ").capitalize(), count)
            for value, count in sorted(counts, key=_newest if facet == "year" else _most_frequent)[:limit]
        )
        for facet, counts in counted.items()
    }


def _most_frequent(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def _newest(item: tuple[str, int]) -> tuple[int, str]:
    return -int(item[0]), item[0]


def _counts(session: Session, query: Query) -> sa.CompoundSelect[str, str, int]:
    matching = (
        matching_ids(session, query)
        .add_columns(
            Version.id.label("version_id"),
            Article.source_id,
            Version.language,
            Version.doc_type,
            Version.relevance,
            sa.extract("year", Version.published_first_on).label("year"),
        )
        .cte("matching")
    )
    topic = TopicAssignment.topic_slug
    country = VersionCountry.country
    selects = [
        _count("topic", topic)
        .join(matching, matching.c.version_id == TopicAssignment.version_id)
        .where(topic.in_(sa.select(Topic.slug).where(Topic.is_active)))
        .group_by(topic),
        _count("country", country).join(matching, matching.c.version_id == VersionCountry.version_id).group_by(country),
        _count("source", Source.slug).join(matching, matching.c.source_id == Source.id).group_by(Source.slug),
    ]
    for facet, column in zip(
        FACETS[3:], (matching.c.language, matching.c.doc_type, matching.c.relevance, matching.c.year), strict=True
    ):
        selects.append(_count(facet, column).where(column.is_not(None)).group_by(column))
    return sa.union_all(*selects)


def _count(facet: str, column: sa.ColumnElement[str] | InstrumentedAttribute[str]) -> sa.Select[str, str, int]:
    return sa.select(sa.literal(facet, sa.String), sa.cast(column, sa.String), sa.func.count())


def _labels(session: Session) -> Mapping[str, Mapping[str, str]]:
    topics = dict(session.execute(sa.select(Topic.slug, Topic.name)).all())
    sources = dict(session.execute(sa.select(Source.slug, Source.name)).all())
    known = {"topic": topics, "source": sources}
    labels: dict[str, Mapping[str, str]] = {facet: {} for facet in FACETS}
    return labels | known | {"country": country_names(), "language": language_names()}
