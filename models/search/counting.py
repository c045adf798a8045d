"""The statement that counts what matches, by every facet; apart since tables and narrow rows are counted otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from models.article import TopicAssignment, Version, VersionActor, VersionCountry
from models.knowledge import Topic
from models.search.columns import ROW, SEVERAL_BY_ROW, Columns
from models.source import Source

FACETS = ("topic", "country", "actor", "source", "language", "type", "relevance", "year")
EVERY, NEWEST = "every", "newest"
"""Beside the facets, the number of articles that were counted, and on PostgreSQL the ids of the newest, as one text."""
MOST_NEWEST = 1_000
Counts = sa.Select[str, str, int]
ACTIVE_TOPICS = sa.select(Topic.slug).where(Topic.is_active)


def counts_statement(columns: Columns, matching: sa.Select[int]) -> sa.CompoundSelect[str, str, int]:
    """Write it: rows of a facet's name, a value and how many bear it, in no order; then `every` and `newest`."""
    several = SEVERAL_BY_ROW if columns is ROW else {"version_id": Version.id.expression}
    wanted = {
        **several,
        "source_id": columns.source_id,
        "language": columns.singles["lang"],
        "type": columns.singles["type"],
        "relevance": columns.singles["relevance"],
        "year": sa.extract("year", columns.day),
        "day": columns.day,
    }
    found = matching.add_columns(*(column.label(name) for name, column in wanted.items())).cte("matching")
    total = sa.select(sa.literal(EVERY, sa.String), sa.literal("", sa.String), sa.func.count()).select_from(found)
    by_source = sa.select(found.c.source_id, sa.func.count().label("count")).group_by(found.c.source_id).subquery()
    of_source = sa.select(sa.literal("source", sa.String), Source.slug, by_source.c.count).join(
        by_source, by_source.c.source_id == Source.id
    )
    singles = [
        _count(facet, found.c[facet]).where(found.c[facet].is_not(None)).group_by(found.c[facet])
        for facet in ("language", "type", "relevance", "year")
    ]
    of_several = [*_of_arrays(found), _newest(found)] if columns is ROW else _of_tables(found)
    return sa.union_all(total, *of_several, of_source, *singles)


def _of_tables(found: sa.CTE) -> list[Counts]:
    topic, country, actor = TopicAssignment.topic_slug, VersionCountry.country, VersionActor.actor_slug
    version_id = found.c.version_id
    return [
        _count("topic", topic)
        .join(found, version_id == TopicAssignment.version_id)
        .where(topic.in_(ACTIVE_TOPICS))
        .group_by(topic),
        _count("country", country).join(found, version_id == VersionCountry.version_id).group_by(country),
        _count("actor", actor).join(found, version_id == VersionActor.version_id).group_by(actor),
    ]


def _of_arrays(found: sa.CTE) -> list[Counts]:
    statements = []
    for facet in SEVERAL_BY_ROW:
        each = sa.select(sa.func.unnest(found.c[facet]).label("value")).select_from(found).subquery()
        counted = _count(facet, each.c.value).group_by(each.c.value)
        statements.append(counted.where(each.c.value.in_(ACTIVE_TOPICS)) if facet == "topic" else counted)
    return statements


def _newest(found: sa.CTE) -> Counts:
    """Name the newest in order: whoever counts has them at hand, and who shows a page need not look for them again."""
    first = sa.select(found.c.id).order_by(found.c.day.desc().nulls_last(), found.c.id.desc()).limit(MOST_NEWEST)
    ids = first.subquery()
    in_order = sa.func.string_agg(sa.cast(ids.c.id, sa.String), " ")
    return sa.select(sa.literal(NEWEST, sa.String), in_order, sa.func.count()).select_from(ids)


def _count(facet: str, column: sa.ColumnElement[str] | InstrumentedAttribute[str]) -> Counts:
    return sa.select(sa.literal(facet, sa.String), sa.cast(column, sa.String), sa.func.count())
