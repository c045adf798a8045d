"""Tables of what analysts keep beside articles: stars, notes and highlights, collections; all primary.

Articles are named by their keys, which a rebuilt archive gives again.
"""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account, new_key
from models.base import Base


class Star(Base):
    """An article that somebody marked."""

    __tablename__ = "star"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    article_key: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    made_at: Mapped[dt.datetime]


class Note(Base):
    """What somebody wrote about an article; with a quotation, it is a highlight of those words."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_key)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    article_key: Mapped[str] = mapped_column(sa.String(12), index=True)
    version_number: Mapped[int | None]
    """The version that a highlight was made in, with its span of code points there."""
    start: Mapped[int | None]
    end: Mapped[int | None]
    quote: Mapped[str | None]
    text: Mapped[str]
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Whether everybody who signs in sees it, or only its author."""
    made_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship()


class Collection(Base):
    """Articles that somebody put together, in an order."""

    __tablename__ = "collection"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True, default=new_key)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]

    account: Mapped[Account] = relationship()


class CollectionItem(Base):
    """An article's place in a collection."""

    __tablename__ = "collection_item"

    collection_id: Mapped[int] = mapped_column(sa.ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True)
    article_key: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    place: Mapped[int]
    remark: Mapped[str] = mapped_column(default="", server_default="")
    added_at: Mapped[dt.datetime]
