"""Tables that analysts edit: topics, actors and corrections; seeded from TOML files, then the rows run."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Strings
from models.vocabulary import CorrectionField, NameVerdict


class Topic(Base):
    """A tag of the taxonomy, with what speaks for it: patterns, its description, texts that are examples of it."""

    __tablename__ = "topic"

    slug: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    patterns: Mapped[dict[str, object]] = mapped_column(default=dict)
    examples: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    is_active: Mapped[bool] = mapped_column(default=True)
    merged_into: Mapped[str | None] = mapped_column(sa.ForeignKey("topic.slug"))
    """The topic that stands for this one since they were merged."""
    edited_at: Mapped[dt.datetime | None]
    """When a person last changed it here; from then on its file overwrites it no more."""


class Actor(Base):
    """An organisation, mission, programme or instrument of the gazetteer, with its names in every language."""

    __tablename__ = "actor"

    slug: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(sa.String(20))
    country: Mapped[str | None] = mapped_column(sa.String(8))
    names: Mapped[dict[str, object]] = mapped_column(default=dict)
    ambiguous: Mapped[dict[str, object]] = mapped_column(default=dict)
    wikidata: Mapped[str | None] = mapped_column(sa.String(20))
    cited: Mapped[str | None]
    """The address of a page that gives its names."""
    is_active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    edited_at: Mapped[dt.datetime | None]
    """When a person last changed it here; from then on its file overwrites it no more."""


class UnknownName(Base):
    """What looks like an organisation's name in a version and is no actor's; frequent ones are proposed to people."""

    __tablename__ = "unknown_name"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    name_key: Mapped[str] = mapped_column(sa.String(200), index=True)
    """The name folded, the same for all its spellings."""
    start: Mapped[int]
    end: Mapped[int]


class NameDecision(Base):
    """What a person decided on a name that was proposed: it is an actor now, or none."""

    __tablename__ = "name_decision"

    name_key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    verdict: Mapped[NameVerdict] = mapped_column(sa.String(12))
    actor_slug: Mapped[str | None] = mapped_column(sa.ForeignKey("actor.slug"))
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime]


class Correction(Base):
    """A human decision about an article that overrides a derived one; undone ones stay on record."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_key: Mapped[str] = mapped_column(sa.String(12), index=True)
    """The article's public key, so that a correction outlives any rebuild."""
    field: Mapped[CorrectionField] = mapped_column(sa.String(20))
    value: Mapped[dict[str, object]]
    note: Mapped[str | None]
    """Why, in the words of whoever made it."""
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime]
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str | None]


class TrainedModel(Base):
    """A classifier that was trained from the labelled texts and the corrections, with the report on it."""

    __tablename__ = "trained_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    encoder: Mapped[str]
    made_at: Mapped[dt.datetime]
    content: Mapped[bytes]
    report: Mapped[dict[str, object]]
    refused: Mapped[str | None]
    """Why it was not deployed; of those that were, the newest runs."""
