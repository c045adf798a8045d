"""What the understanding stage knows: topics and actors as rows, seeded from the shipped TOML files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import knowledge as rows
from models.taxonomy import merged_topics
from models.word_list import word_lists_of
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.classifier import Classifier
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.newcomers import Profile
from pipeline.understanding.tagging import Tagger
from pipeline.understanding.taxonomy import TopicFile, load_topic_files
from pipeline.understanding.understand import Knowledge
from pipeline.values import Actor, Topic


def seed_knowledge(session: Session) -> None:
    """Bring the rows of shipped topics and actors up to their files; what a person added or edited stays as it is."""
    edited = set(session.scalars(sa.select(rows.Topic.slug).where(rows.Topic.edited_at.is_not(None))))
    for file in load_topic_files():
        if file.slug not in edited:
            session.merge(rows.Topic(slug=file.slug, **columns_of_topic(file)))
    seed_actors(session, load_actors())


def columns_of_topic(file: TopicFile) -> dict[str, object]:
    """Write what a topic's file says as the columns of its row."""
    return {
        "name": file.name,
        "description": file.description,
        "examples": list(file.examples),
        "patterns": {language: [entry.row for entry in entries] for language, entries in file.words.items()},
    }


def seed_actors(session: Session, actors: Iterable[Actor]) -> None:
    """Bring the rows of actors up to these; what a person edited stays, what no file has any more is switched off."""
    stored = {row.slug: row for row in session.scalars(sa.select(rows.Actor))}
    for actor in actors:
        row = stored.pop(actor.slug, None)
        if row is None:
            session.add(rows.Actor(slug=actor.slug, **columns_of(actor)))
        elif row.edited_at is None:
            write_actor(row, actor)
            row.is_active = True
    for row in stored.values():
        if row.edited_at is None:
            row.is_active = False


def columns_of(actor: Actor) -> dict[str, object]:
    """Give the columns of an actor's row, its slug apart."""
    return {
        "name": actor.name,
        "kind": actor.kind,
        "country": actor.country,
        "names": {language: list(names) for language, names in actor.names.items()},
        "ambiguous": {name: list(words) for name, words in actor.ambiguous.items()},
        "wikidata": actor.wikidata,
        "cited": actor.cited,
    }


def write_actor(row: rows.Actor, actor: Actor) -> None:
    """Make a row say what the actor does; columns that agree already are left alone."""
    for column, value in columns_of(actor).items():
        if getattr(row, column) != value:
            setattr(row, column, value)


def topic_file_of(row: rows.Topic) -> TopicFile:
    """Read a row as the file that it would be."""
    return TopicFile(row.slug, row.name, row.description, tuple(row.examples), word_lists_of(row.patterns))


def topics_from_rows(session: Session) -> tuple[Topic, ...]:
    """Read the topics that are switched on, their words compiled."""
    active = sa.select(rows.Topic).where(rows.Topic.is_active).order_by(rows.Topic.slug)
    return tuple(topic_file_of(row).topic for row in session.scalars(active))


def gazetteer_from_rows(session: Session) -> Gazetteer:
    """Read the actors that are matched."""
    actors = session.scalars(sa.select(rows.Actor).where(rows.Actor.is_active).order_by(rows.Actor.slug))
    return Gazetteer(actor_of(row) for row in actors)


def knowledge_from_rows(
    session: Session, classifier: Classifier | None = None, profiles: Mapping[str, Profile] | None = None
) -> Knowledge:
    """Read the taxonomy and the gazetteer that run; `profiles` are those of topics that the classifier lacks."""
    tagger = Tagger(topics_from_rows(session), classifier, profiles or {}, merged_topics(session))
    return Knowledge(tagger, gazetteer_from_rows(session))


def state_of_rows(session: Session) -> str:
    """Name the state of topics and actors: the same for as long as nobody changes any of them."""
    digest = hashlib.sha256()
    for table in (rows.Topic, rows.Actor):
        # As the driver gives them: reading the lists in them as lists takes ten times as long.
        statement = str(sa.select(table.__table__).order_by(table.slug).compile(session.get_bind()))
        for row in session.connection().exec_driver_sql(statement):
            digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def actor_of(row: rows.Actor) -> Actor:
    """Read a row as the actor that it says."""
    names = cast("Mapping[str, list[str]]", row.names)
    ambiguous = cast("Mapping[str, list[str]]", row.ambiguous)
    return Actor(row.slug, row.name, row.kind, row.country, names, ambiguous, row.wikidata, row.cited)
