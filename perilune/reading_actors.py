"""Actors as commands print them: the list with its counts, and one with all that is known of it."""

from __future__ import annotations

import sqlalchemy as sa

from models.actors import actor_counts, newest_articles_naming
from models.knowledge import Actor
from perilune.actors import required_actor
from perilune.archive import Archive

NEWEST_SHOWN = 10


def actor_rows(archive: Archive, *, kind: str | None, country: str | None) -> list[dict[str, object]]:
    """Read the actors of a kind and country, by their names."""
    wanted = sa.select(Actor).order_by(sa.func.lower(Actor.name), Actor.slug)
    if kind is not None:
        wanted = wanted.where(Actor.kind == kind)
    if country is not None:
        wanted = wanted.where(Actor.country == country)
    with archive.sessions() as session:
        counts = actor_counts(session)
        return [
            {
                "actor": row.slug,
                "name": row.name,
                "kind": row.kind,
                "country": row.country,
                "articles": counts.get(row.slug, 0),
                "state": ("edited" if row.edited_at else "") if row.is_active else "off",
            }
            for row in session.scalars(wanted)
        ]


def actor_in_full(archive: Archive, slug: str) -> dict[str, object]:
    """Read all that is known of one actor; Problem where there is none."""
    with archive.sessions() as session:
        row = required_actor(session, slug)
        return {
            "actor": row.slug,
            "name": row.name,
            "kind": row.kind,
            "country": row.country,
            "names": row.names,
            "context": row.ambiguous,
            "wikidata": row.wikidata,
            "cited": row.cited,
            "is_active": row.is_active,
            "edited": row.edited_at,
            "articles": actor_counts(session).get(slug, 0),
            "newest": [
                {"key": article.key, "title": version.title, "published": version.published}
                for article, version in newest_articles_naming(session, slug, limit=NEWEST_SHOWN)
            ],
        }
