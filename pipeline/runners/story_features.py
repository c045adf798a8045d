"""Reads what grouping compares of stored articles: a few columns of many at once, where whole rows cost more.

Apart from grouping, because a comparison wants the openings of dozens of articles, and nothing else of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from models.article import Article, Passage, Vector, Version, VersionActor, VersionCountry
from models.fact import FactWitness
from models.vocabulary import APART
from pipeline.runners.statements import fact_of
from pipeline.stories.features import LEAD_CHARS, StoryFeatures, features_of
from pipeline.values import ActorMention, Document, Fact, Span

Centre = Callable[[bytes, str | None], NDArray[np.float32]]
"""Reads a stored vector of a language, its mean subtracted."""


@dataclass(frozen=True)
class _Understood:
    actors: Sequence[ActorMention]
    countries: Sequence[str]
    facts: Sequence[Fact]


def read_features(session: Session, version_ids: Sequence[int], model: str, centre: Centre) -> dict[int, StoryFeatures]:
    """Read the features of those versions that have a vector of the model."""
    actors, countries = _actors_of(session, version_ids), _countries_of(session, version_ids)
    facts = _facts_of(session, version_ids)
    openings = _openings_before_notes(session, version_ids)
    rows = session.execute(
        sa.select(
            Version.id,
            Version.title,
            sa.func.substr(Version.text, 1, LEAD_CHARS),
            Version.language,
            Version.published,
            Article.key,
            Article.first_seen_at,
            Vector.embedding,
        )
        .join(Article, Article.id == Version.article_id)
        .join(Vector, (Vector.version_id == Version.id) & (Vector.model == model))
        .where(Version.id.in_(version_ids))
    )
    features = {}
    for version_id, title, text, language, published, key, seen_at, embedding in rows:
        document = Document(key, title, text[: openings.get(version_id, LEAD_CHARS)].rstrip(), language, published)
        understood = _Understood(actors[version_id], countries[version_id], facts[version_id])
        vector = centre(embedding, language)
        features[version_id] = features_of(document, understood, vector, first_seen=seen_at.date())
    return features


def _actors_of(session: Session, version_ids: Sequence[int]) -> Mapping[int, list[ActorMention]]:
    found = defaultdict[int, list[ActorMention]](list)
    for row in session.scalars(sa.select(VersionActor).where(VersionActor.version_id.in_(version_ids))):
        found[row.version_id].append(ActorMention(row.actor_slug, row.mention_count, Span(row.start, row.end)))
    return found


def _countries_of(session: Session, version_ids: Sequence[int]) -> Mapping[int, list[str]]:
    found = defaultdict[int, list[str]](list)
    rows = sa.select(VersionCountry.version_id, VersionCountry.country).where(
        VersionCountry.version_id.in_(version_ids)
    )
    for version_id, country in session.execute(rows):
        found[version_id].append(country)
    return found


def _facts_of(session: Session, version_ids: Sequence[int]) -> Mapping[int, list[Fact]]:
    found = defaultdict[int, list[Fact]](list)
    is_in_lead = FactWitness.version_id.in_(version_ids) & (FactWitness.start < LEAD_CHARS)
    columns = sa.select(*FactWitness.__table__.columns).where(is_in_lead)
    for row in session.execute(columns.order_by(FactWitness.version_id, FactWitness.ordinal)).mappings():
        found[row["version_id"]].append(fact_of(row))
    return found


def _openings_before_notes(session: Session, version_ids: Sequence[int]) -> Mapping[int, int]:
    """Read where footnotes and speakers' notes begin in short texts that have any."""
    is_note = Passage.version_id.in_(version_ids) & Passage.kind.in_(APART) & (Passage.start < LEAD_CHARS)
    starts = sa.select(Passage.version_id, sa.func.min(Passage.start)).where(is_note).group_by(Passage.version_id)
    return dict(session.execute(starts).all())
