"""What the understanding stage knows: topics and actors as rows, seeded from the shipped TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import knowledge as rows
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.taxonomy import load_topics
from pipeline.understanding.understand import Knowledge
from pipeline.values import Actor, Topic


def seed_knowledge(session: Session) -> None:
    """Bring the rows of shipped topics and actors up to their files; rows that analysts added stay."""
    for topic in load_topics():
        patterns = {language: [list(pair) for pair in pairs] for language, pairs in topic.patterns.items()}
        session.merge(rows.Topic(slug=topic.slug, name=topic.name, description=topic.description, patterns=patterns))
    for actor in load_actors():
        session.merge(
            rows.Actor(
                slug=actor.slug,
                name=actor.name,
                kind=actor.kind,
                country=actor.country,
                names={language: list(names) for language, names in actor.names.items()},
                ambiguous={name: list(words) for name, words in actor.ambiguous.items()},
                wikidata=actor.wikidata,
            )
        )


def knowledge_from_rows(session: Session) -> Knowledge:
    """Read the taxonomy and the gazetteer that run."""
    topics = session.scalars(sa.select(rows.Topic).where(rows.Topic.is_active).order_by(rows.Topic.slug))
    actors = session.scalars(sa.select(rows.Actor).order_by(rows.Actor.slug))
    return Knowledge(
        topics=tuple(_topic(row) for row in topics),
        gazetteer=Gazetteer(_actor(row) for row in actors),
    )


def _topic(row: rows.Topic) -> Topic:
    patterns = cast("Mapping[str, list[list[str | float]]]", row.patterns)
    return Topic(
        row.slug,
        row.name,
        row.description,
        {
            language: tuple((str(pattern), float(weight)) for pattern, weight in pairs)
            for language, pairs in patterns.items()
        },
    )


def _actor(row: rows.Actor) -> Actor:
    names = cast("Mapping[str, list[str]]", row.names)
    ambiguous = cast("Mapping[str, list[str]]", row.ambiguous)
    return Actor(row.slug, row.name, row.kind, row.country, names, ambiguous, row.wikidata)
