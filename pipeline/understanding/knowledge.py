"""What the understanding stage knows: topics and actors as rows, seeded from the shipped TOML files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import knowledge as rows
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.classifier import Classifier
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.newcomers import Profile
from pipeline.understanding.tagging import Tagger
from pipeline.understanding.taxonomy import load_topics
from pipeline.understanding.understand import Knowledge
from pipeline.values import Actor, Topic


def seed_knowledge(session: Session) -> None:
    """Bring the rows of shipped topics and actors up to their files; what a person added or edited stays as it is."""
    edited = set(session.scalars(sa.select(rows.Topic.slug).where(rows.Topic.edited_at.is_not(None))))
    for topic in load_topics():
        if topic.slug in edited:
            continue
        patterns = {language: [list(pair) for pair in pairs] for language, pairs in topic.patterns.items()}
        session.merge(rows.Topic(slug=topic.slug, name=topic.name, description=topic.description, patterns=patterns))
    seed_actors(session, load_actors())


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


def topics_from_rows(session: Session) -> tuple[Topic, ...]:
    """Read the topics that are in use."""
    topics = session.scalars(sa.select(rows.Topic).where(rows.Topic.is_active).order_by(rows.Topic.slug))
    return tuple(_topic(row) for row in topics)


def merges_from_rows(session: Session) -> dict[str, str]:
    """Read which topic stands for each that was merged into another."""
    merged = sa.select(rows.Topic.slug, rows.Topic.merged_into).where(rows.Topic.merged_into.is_not(None))
    return {slug: standing for slug, standing in session.execute(merged) if standing is not None}


def gazetteer_from_rows(session: Session) -> Gazetteer:
    """Read the actors that are matched."""
    actors = session.scalars(sa.select(rows.Actor).where(rows.Actor.is_active).order_by(rows.Actor.slug))
    return Gazetteer(actor_of(row) for row in actors)


def knowledge_from_rows(
    session: Session, classifier: Classifier | None = None, profiles: Mapping[str, Profile] | None = None
) -> Knowledge:
    """Read the taxonomy and the gazetteer that run; `profiles` are those of topics that the classifier lacks."""
    tagger = Tagger(topics_from_rows(session), classifier, profiles or {}, merges_from_rows(session))
    return Knowledge(tagger, gazetteer_from_rows(session))


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
        tuple(row.examples),
    )


def actor_of(row: rows.Actor) -> Actor:
    """Read a row as the actor that it says."""
    names = cast("Mapping[str, list[str]]", row.names)
    ambiguous = cast("Mapping[str, list[str]]", row.ambiguous)
    return Actor(row.slug, row.name, row.kind, row.country, names, ambiguous, row.wikidata, row.cited)
