"""Tables that analysts edit: topics, actors and corrections; seeded from TOML files, then the rows run."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Topic(Base):
    """A tag of the taxonomy, with the patterns that speak for it."""

    __tablename__ = "topic"

    slug: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    patterns: Mapped[dict[str, object]] = mapped_column(default=dict)
    is_active: Mapped[bool] = mapped_column(default=True)


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


class Correction(Base):
    """A human decision about an article that overrides a derived one; undone ones stay on record."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_key: Mapped[str] = mapped_column(sa.String(12), index=True)
    """The article's public key, so that a correction outlives any rebuild."""
    field: Mapped[str] = mapped_column(sa.String(20))
    """`relevance`, `topics` or `doc_type`."""
    value: Mapped[dict[str, object]]
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime]
    undone_at: Mapped[dt.datetime | None]
