"""Tables of how sources fare: the incident, which is opened once and heals, and the notice that tells of it."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.outbox import OutboxRow
from models.source import Source
from models.vocabulary import HealthState

IS_OPEN = sa.text("healed_at IS NULL")


class Incident(Base):
    """A time in which a source is not well; each source has one open at the most, whose cause may change."""

    __tablename__ = "incident"
    __table_args__ = (
        sa.Index("uq_incident_open", "source_id", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("source.id"), index=True)
    state: Mapped[HealthState] = mapped_column(sa.String(12))
    cause: Mapped[str | None] = mapped_column(sa.String(20))
    sentence: Mapped[str]
    proposal: Mapped[str]
    """What to do about it, in words."""
    opened_at: Mapped[dt.datetime]
    healed_at: Mapped[dt.datetime | None]
    told_at: Mapped[dt.datetime | None]
    """When the notice to the owner was written, once in an incident's life; None while there is nobody to tell."""
    told_healed_at: Mapped[dt.datetime | None]

    source: Mapped[Source] = relationship()


class Notice(OutboxRow, Base):
    """A mail that is no issue, written once and kept until it is delivered: about sources, or to confirm an address."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    written_at: Mapped[dt.datetime]
    list_slug: Mapped[str] = mapped_column(sa.String(80), default="sources", server_default="sources")
    """What the mail's `List-Id` is made of, with its name."""
    list_name: Mapped[str] = mapped_column(default="Perilune's sources", server_default="Perilune's sources")
    reader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("reader.id"), index=True)
    """The reader whom it is to, if it is to one."""
    unsubscribe_url: Mapped[str | None]
    """The signed address at which one POST ends such mail (RFC 8058), if it comes more than once."""
