"""Tables of facts: what versions state as dated events and agreements, what is one fact, which documents are named.

Apart from the articles because a fact outlives any one of them: it is what several of them are witnesses of.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from models.base import Base, Strings
from models.vocabulary import DocType, FactKind
from perilune.dates import PartialDate

LEFT_FACTS = "facts that lost a witness"


class Fact(Base):
    """A dated event or an agreement; its values are those that most of its witnesses state."""

    __tablename__ = "fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """Public name, made from what its founding witness says."""
    kind: Mapped[FactKind] = mapped_column(sa.String(12), index=True)
    name: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(12))
    subkind: Mapped[str | None]
    start_on: Mapped[PartialDate | None]
    end_on: Mapped[PartialDate | None]
    first_on: Mapped[dt.date | None] = mapped_column(index=True)
    """The earliest day that it may have begun, for filters and order."""
    last_on: Mapped[dt.date | None] = mapped_column(index=True)
    """The latest day that it may have ended."""
    place: Mapped[str | None]
    parties: Mapped[Strings] = mapped_column(default=list)
    countries: Mapped[Strings] = mapped_column(default=list)
    disputed: Mapped[Strings] = mapped_column(default=list)
    """The fields in which its witnesses contradict each other, such as `start_on`; both are shown."""

    witnesses: Mapped[list["FactWitness"]] = relationship(back_populates="fact")


class FactParty(Base):
    """An actor or a country (ISO 3166 alpha-2, `EU-ESA` or `UN`) that a fact's displayed values name, for queries.

    An actor's country is listed beside it.
    """

    __tablename__ = "fact_party"
    __table_args__ = (sa.Index("ix_fact_party_party", "party", "fact_id"),)

    fact_id: Mapped[int] = mapped_column(sa.ForeignKey("fact.id", ondelete="CASCADE"), primary_key=True)
    party: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    is_country: Mapped[bool]


class FactMark(Base):
    """A mark of what a fact's witnesses state, by which statements that may be of the same fact are found."""

    __tablename__ = "fact_mark"
    __table_args__ = (sa.Index("ix_fact_mark_mark", "mark", "fact_id"),)

    fact_id: Mapped[int] = mapped_column(sa.ForeignKey("fact.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str] = mapped_column(sa.String(80), primary_key=True)


class FactWitness(Base):
    """What one version states of a fact, with the characters of its text that say so."""

    __tablename__ = "fact_witness"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    fact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fact.id", ondelete="SET NULL"), index=True)
    """None for versions that are not current, and for articles that are off."""
    kind: Mapped[FactKind] = mapped_column(sa.String(12))
    name: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(12))
    subkind: Mapped[str | None]
    start_on: Mapped[PartialDate | None]
    end_on: Mapped[PartialDate | None]
    place: Mapped[str | None]
    parties: Mapped[Strings] = mapped_column(default=list)
    """Actor slugs or country codes: hosts of an event, parties of an agreement."""
    countries: Mapped[Strings] = mapped_column(default=list)
    start: Mapped[int]
    end: Mapped[int]
    by_human: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    fact: Mapped[Fact | None] = relationship(back_populates="witnesses")


@sa.event.listens_for(FactWitness, "before_delete")
def _note_fact_left(_mapper: object, _connection: object, witness: FactWitness) -> None:
    session = object_session(witness)
    if session is not None and witness.fact_id is not None:
        session.info.setdefault(LEFT_FACTS, set()).add(witness.fact_id)


def left_facts_of(session: Session) -> set[int]:
    """Return, and forget, the facts that lost a witness in this session and were not settled since."""
    left: set[int] = session.info.pop(LEFT_FACTS, set())
    return left


class NamedDocument(Base):
    """A document that a version reports on, such as a white paper, with the characters that name it."""

    __tablename__ = "named_document"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    doc_type: Mapped[DocType] = mapped_column(sa.String(20))
    issuer: Mapped[str | None]
    url: Mapped[str | None]
    """Where the page links it, if it does."""
    start: Mapped[int]
    end: Mapped[int]
