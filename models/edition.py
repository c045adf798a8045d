"""Tables of the digest: edition, reader, subscription, issue, ledger row, delivery. All of them are primary."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.article import Article
from models.base import Base, PortableJson, Strings
from models.outbox import OutboxRow
from models.vocabulary import LedgerFate


class Edition(Base):
    """A digest that recurs: what it takes, when it goes out, and in which language its frame is."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str]
    query: Mapped[str] = mapped_column(default="relevance:core")
    """The archive search that chooses articles, in the words of the search line."""
    weekday: Mapped[int] = mapped_column(default=0)
    """0 is Monday."""
    hour: Mapped[int] = mapped_column(default=7)
    timezone: Mapped[str] = mapped_column(default="UTC")
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    topic_weights: Mapped[dict[str, float]] = mapped_column(PortableJson, default=dict, server_default="{}")
    """What the edition's readers care for: topics by slug; 1 is usual, 2 lifts a story, 0 lets it sink."""
    note: Mapped[str | None]
    """A line printed in every issue, such as the clock that the demo runs on."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]

    readers: Mapped[list["Reader"]] = relationship(secondary="subscription", order_by="Reader.id")


def languages_of_editions(session: Session) -> tuple[str, ...]:
    """Name the languages of active editions, English first; English alone while there are none."""
    rows = session.scalars(sa.select(Edition.language).where(Edition.is_active).distinct())
    return tuple(sorted(set(rows), key=lambda code: (code != "en", code))) or ("en",)


class Reader(Base):
    """A person who gets mail."""

    __tablename__ = "reader"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    follows: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    """What this reader follows, in the words of the search line: `topic:launch`, `actor:cnsa`, `country:CN`."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]


class Subscription(Base):
    """A reader's place among the readers of an edition."""

    __tablename__ = "subscription"

    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), primary_key=True)
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey("reader.id"), primary_key=True)


class Issue(Base):
    """One instance of an edition, frozen when composed: its content is stored whole and never derived again."""

    __tablename__ = "issue"
    __table_args__ = (
        sa.UniqueConstraint("edition_id", "number"),
        sa.UniqueConstraint("edition_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    number: Mapped[int]
    period_start_at: Mapped[dt.datetime]
    period_end_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    """The moment of the edition's schedule that this issue answers; one issue each."""
    composed_at: Mapped[dt.datetime]
    subject: Mapped[str]
    content: Mapped[dict[str, object]]

    edition: Mapped[Edition] = relationship()


class LedgerRow(Base):
    """What became of one version of an article in an edition; one row each, for ever."""

    __tablename__ = "ledger"

    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), index=True)
    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("issue.id"), index=True)
    fate: Mapped[LedgerFate] = mapped_column(sa.String(12))
    reason: Mapped[str]

    article: Mapped[Article] = relationship()


class Delivery(OutboxRow, Base):
    """The mail of one issue to one reader: an outbox row, claimed by a conditional update."""

    __tablename__ = "delivery"
    __table_args__ = (sa.UniqueConstraint("issue_id", "reader_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("issue.id"))
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey("reader.id"), index=True)

    issue: Mapped[Issue] = relationship()
    reader: Mapped[Reader] = relationship()
