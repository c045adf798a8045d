"""Tables of saved searches: what they found, the sections that editions make of them, and the webhooks they call."""

import datetime as dt
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account, new_key
from models.base import Base
from models.outbox import OutboxRow
from models.vocabulary import AlertPace


def new_feed_key() -> str:
    """Draw the key that opens a saved search's feed without signing in: 24 hexadecimal characters."""
    return secrets.token_hex(12)


class SavedSearch(Base):
    """A search that somebody keeps; with a pace, it is an alert."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_key)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    name: Mapped[str]
    query: Mapped[str]
    """In the words of the search line."""
    pace: Mapped[AlertPace] = mapped_column(sa.String(8), default=AlertPace.NEVER)
    """How often its mail goes out."""
    feed_key: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_feed_key)
    problem: Mapped[str | None]
    """Why it cannot be asked any more, such as a topic that is gone; None while it can."""
    asked_at: Mapped[dt.datetime]
    """Since when its query is as it is; what was in the archive before is no find."""
    created_at: Mapped[dt.datetime]
    told_at: Mapped[dt.datetime | None]
    """The moment of its schedule that its last mail answered."""

    account: Mapped[Account] = relationship()


class SearchHit(Base):
    """An article that a saved search found when it came, found once for ever."""

    __tablename__ = "saved_search_hit"
    __table_args__ = (sa.Index("ix_saved_search_hit_found_at", "saved_search_id", "found_at"),)

    saved_search_id: Mapped[int] = mapped_column(sa.ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    article_key: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    found_at: Mapped[dt.datetime]
    is_backfill: Mapped[bool] = mapped_column(default=False)
    """Whether its page came from a source's past, which is no news; no mail tells of it."""
    told_at: Mapped[dt.datetime | None]
    """When a mail with it was written; None while it waits for one."""


class EditionSection(Base):
    """A saved search whose finds are a section of their own in an edition's issues."""

    __tablename__ = "edition_section"

    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), primary_key=True)
    saved_search_id: Mapped[int] = mapped_column(sa.ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]


class Webhook(Base):
    """An address that a saved search's finds are posted to, signed."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_key)
    saved_search_id: Mapped[int] = mapped_column(sa.ForeignKey("saved_search.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    secret: Mapped[str]
    """What each call is signed with; shown to whoever made it."""
    stopped_because: Mapped[str | None]
    """Why it is not called any more, in words; None while it is."""
    created_at: Mapped[dt.datetime]


class WebhookCall(OutboxRow, Base):
    """One call of a webhook, written once and kept until it is answered; its `message_id` shows repeats."""

    __tablename__ = "webhook_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(sa.ForeignKey("webhook.id", ondelete="CASCADE"), index=True)
    body: Mapped[dict[str, object]]
    written_at: Mapped[dt.datetime]

    webhook: Mapped[Webhook] = relationship()

    @property
    def article_key(self) -> str | None:
        """The article that it tells of; None for a test."""
        found = self.body["data"]
        article = found.get("article") if isinstance(found, dict) else None
        return str(article["key"]) if article else None
