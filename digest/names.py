"""How actors, countries and topics are called in an edition's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from digest.phrases import country_name, phrases_for
from models.knowledge import Actor, Topic

ENGLISH = "en"


@dataclass(frozen=True)
class Names:
    """The names of actors and topics by slug, in one language."""

    language: str
    actors: Mapping[str, str]
    topics: Mapping[str, str]

    def country(self, code: str) -> str:
        """Name a country."""
        return country_name(code, self.language)

    def party(self, slug: str) -> str:
        """Name an actor or a country that takes part in a fact."""
        return self.actors.get(slug) or self.country(slug)


def names_in(session: Session, language: str) -> Names:
    """Read the names of all actors and topics; in English where a language has none."""
    actors = {actor.slug: _actor_name(actor, language) for actor in session.scalars(sa.select(Actor))}
    topics = {topic.slug: _topic_name(topic, language) for topic in session.scalars(sa.select(Topic))}
    return Names(language, actors, topics)


def _actor_name(actor: Actor, language: str) -> str:
    names = actor.names.get(language) if language != ENGLISH else None
    return str(names[0]) if isinstance(names, list) and names else actor.name


def _topic_name(topic: Topic, language: str) -> str:
    """Name a topic: as a person named it, or else as the frame's language calls the shipped one."""
    if topic.edited_at is not None:
        return topic.name
    translated = phrases_for(language).word("topic", topic.slug)
    return topic.name if translated == topic.slug else translated
