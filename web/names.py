"""Names for the slugs that rows bear: topics, actors, parties of facts; read once per page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.knowledge import Actor, Topic
from web.labels import country_name, words_of


@dataclass(frozen=True)
class Named:
    """A slug and the name that people read."""

    slug: str
    name: str


def topic_names(session: Session) -> Mapping[str, str]:
    """Read the names of all topics by slug."""
    return dict(session.execute(sa.select(Topic.slug, Topic.name).order_by(Topic.name)).all())


def active_topic_names(session: Session) -> Mapping[str, str]:
    """Read the names of the topics that may be given, by slug."""
    active = sa.select(Topic.slug, Topic.name).where(Topic.is_active, Topic.merged_into.is_(None))
    return dict(session.execute(active.order_by(Topic.name)).all())


def actor_names(session: Session, slugs: Collection[str]) -> Mapping[str, str]:
    """Read the names of these actors by slug."""
    select = sa.select(Actor.slug, Actor.name).where(Actor.slug.in_(slugs))
    return dict(session.execute(select).all()) if slugs else {}


def party_name(party: str, actors: Mapping[str, str]) -> str:
    """Name a party of a fact, which is an actor's slug or a country's code."""
    return actors.get(party) or (country_name(party) if party.isupper() else words_of(party))
