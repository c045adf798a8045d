"""Tables of the digest: edition, reader, subscription, issue, its edits, ledger row, delivery, bounce; all primary."""

import calendar
import datetime as dt
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.article import Article
from models.base import Base, PortableJson, Strings
from models.outbox import OutboxRow
from models.vocabulary import BounceKind, Frequency, IssueState, LedgerFate, Length


class Edition(Base):
    """A digest that recurs: what it takes, when it goes out, and in which language its frame is."""

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str]
    query: Mapped[str] = mapped_column(default="relevance:core")
    """The archive search that chooses articles, in the words of the search line."""
    frequency: Mapped[Frequency] = mapped_column(
        sa.String(8), default=Frequency.WEEKLY, server_default=Frequency.WEEKLY.value
    )
    weekday: Mapped[int] = mapped_column(default=0)
    """Of a weekly edition; 0 is Monday."""
    month_day: Mapped[int] = mapped_column(default=1, server_default="1")
    """Of a monthly edition, from 1; the last day of a month that has not so many."""
    hour: Mapped[int] = mapped_column(default=7)
    timezone: Mapped[str] = mapped_column(default="UTC")
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    length: Mapped[Length] = mapped_column(sa.String(8), default=Length.MEDIUM, server_default=Length.MEDIUM.value)
    hold_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    """How long an issue waits for an editor before it goes out by itself; 0 sends at once."""
    topic_weights: Mapped[dict[str, float]] = mapped_column(PortableJson, default=dict, server_default="{}")
    """What the edition's readers care for: topics by slug; 1 is usual, 2 lifts a story, 0 lets it sink."""
    note: Mapped[str | None]
    """A line printed in every issue, such as the clock that the demo runs on."""
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    scheduled_at: Mapped[dt.datetime | None]
    """Since when the present schedule holds; None while it is the first. No issue is made for a moment before."""

    @property
    def rhythm(self) -> str:
        """When it goes out, in words: `every Monday at 07:00, Europe/Vienna time`."""
        days = {
            Frequency.DAILY: "every day",
            Frequency.WEEKLY: f"every {calendar.day_name[self.weekday]}",
            Frequency.MONTHLY: f"on day {self.month_day} of each month",
        }
        return f"{days[Frequency(self.frequency)]} at {self.hour:02d}:00, {self.timezone} time"


def languages_of_editions(session: Session) -> tuple[str, ...]:
    """Name the languages of active editions, English first; English alone while there are none."""
    rows = session.scalars(sa.select(Edition.language).where(Edition.is_active).distinct())
    return tuple(sorted(set(rows), key=lambda code: (code != "en", code))) or ("en",)


def new_reader_key() -> str:
    """Draw the key of a new reader: 24 hexadecimal characters."""
    return secrets.token_hex(12)


class Reader(Base):
    """A person who gets mail."""

    __tablename__ = "reader"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_reader_key)
    """What links in this reader's mail call them by: drawn by lot, so that no address leads to it."""
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    topics: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    """Topics by slug in the order in which this reader wants them; what has none of them comes after."""
    countries: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    """Countries that this reader cares for, likewise."""
    follows: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    """What this reader follows, in the words of the search line: `topic:launch`, `actor:cnsa`, `country:CN`."""
    mutes: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    """What this reader does not want to see, in the same words and `source:un_unoosa`."""
    is_active: Mapped[bool] = mapped_column(default=True)
    stopped_because: Mapped[str | None]
    """Why they get no mail any more, in words; None while they do."""
    created_at: Mapped[dt.datetime]


class Subscription(Base):
    """A reader's place among the readers of an edition; mail goes to those that are confirmed."""

    __tablename__ = "subscription"

    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), primary_key=True)
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey("reader.id"), primary_key=True)
    asked_at: Mapped[dt.datetime | None]
    """When somebody entered the address on the page; None where an administrator added the reader."""
    confirmed_at: Mapped[dt.datetime | None]
    """When the reader confirmed from their mailbox, or was added by an administrator."""


class Issue(Base):
    """One instance of an edition, frozen when composed: its content is stored whole and never derived again.

    Until it is released, an editor may change its content; each change is an `IssueEdit`.
    """

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
    composed_content: Mapped[dict[str, object] | None] = mapped_column(PortableJson)
    """What the machine composed; None while no editor changed it."""
    state: Mapped[IssueState] = mapped_column(
        sa.String(8), default=IssueState.RELEASED, server_default=IssueState.RELEASED.value, index=True
    )
    release_at: Mapped[dt.datetime | None]
    """When it goes out by itself; None for issues of before there was a desk."""
    released_at: Mapped[dt.datetime | None]
    released_by: Mapped[str | None]
    """Who approved it; None where it went out by itself."""
    access_number: Mapped[int] = mapped_column(default=1, server_default="1")
    """Which series of read-only keys opens its evidence; raised to revoke those that were mailed."""

    edition: Mapped[Edition] = relationship()


class IssueEdit(Base):
    """One thing that an editor changed in an issue before it was released: the record of machine against editor."""

    __tablename__ = "issue_edit"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("issue.id"), index=True)
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str]
    action: Mapped[str] = mapped_column(sa.String(20))
    """Such as `drop`, `add`, `move`, `reword`, `introduce`, `approve`."""
    target: Mapped[str]
    """What was changed, in words that a person finds it by, such as the headline of a story."""
    before: Mapped[str | None]
    after: Mapped[str | None]
    ledger_before: Mapped[list[dict[str, object]]] = mapped_column(PortableJson, default=list, server_default="[]")
    """The ledger rows that it changed as they were, by version; one that there was not has no fate."""


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


class Bounce(Base):
    """A mail server's report that a mail did not arrive; one row each, however often it is read."""

    __tablename__ = "bounce"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    """SHA-256 of the report, so that reading a mailbox twice counts nothing twice."""
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey("reader.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delivery.id"), index=True)
    kind: Mapped[BounceKind] = mapped_column(sa.String(8))
    status: Mapped[str | None] = mapped_column(sa.String(16))
    """The enhanced status code (RFC 3463), such as 5.1.1."""
    reason: Mapped[str]
    read_at: Mapped[dt.datetime]
