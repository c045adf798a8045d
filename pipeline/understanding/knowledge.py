"""What the understanding stage knows: topics and actors as rows, seeded from the shipped TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import knowledge as rows
from models.taxonomy import merged_topics
from models.word_list import word_lists_of
from pipeline.understanding.gazetteer import Gazetteer, load_actors
from pipeline.understanding.taxonomy import TopicFile, load_topic_files
from pipeline.understanding.understand import Knowledge
from pipeline.values import Actor, Topic


def seed_knowledge(session: Session) -> None:
    """Bring the rows of shipped topics and actors up to their files; rows that analysts added stay."""
    edited = set(session.scalars(sa.select(rows.Topic.slug).where(rows.Topic.edited_at.is_not(None))))
    for file in load_topic_files():
        if file.slug not in edited:
            session.merge(rows.Topic(slug=file.slug, **columns_of_topic(file)))
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


def columns_of_topic(file: TopicFile) -> dict[str, object]:
    """Write what a topic's file says as the columns of its row."""
    return {
        "name": file.name,
        "description": file.description,
        "examples": list(file.examples),
        "patterns": {language: [entry.row for entry in entries] for language, entries in file.words.items()},
    }


def topic_file_of(row: rows.Topic) -> TopicFile:
    """Read a row as the file that it would be."""
    return TopicFile(row.slug, row.name, row.description, tuple(row.examples), word_lists_of(row.patterns))


def topics_from_rows(session: Session) -> tuple[Topic, ...]:
    """Read the topics that are switched on, their words compiled."""
    active = sa.select(rows.Topic).where(rows.Topic.is_active).order_by(rows.Topic.slug)
    return tuple(topic_file_of(row).topic for row in session.scalars(active))


def merges_from_rows(session: Session) -> dict[str, str]:
    """Map each topic that was merged to the one that stands for it now."""
    return merged_topics(session)


def knowledge_from_rows(session: Session) -> Knowledge:
    """Read the taxonomy and the gazetteer that run."""
    actors = session.scalars(sa.select(rows.Actor).order_by(rows.Actor.slug))
    return Knowledge(topics=topics_from_rows(session), gazetteer=Gazetteer(_actor(row) for row in actors))


def _actor(row: rows.Actor) -> Actor:
    names = cast("Mapping[str, list[str]]", row.names)
    ambiguous = cast("Mapping[str, list[str]]", row.ambiguous)
    return Actor(row.slug, row.name, row.kind, row.country, names, ambiguous, row.wikidata)
