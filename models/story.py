"""Tables of stories and their summaries, each sentence with its evidence."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.article import Article, Version, find_article
from models.base import Base


class Story(Base):
    """Articles that report the same event."""

    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """Public name, made from the founding article's key."""
    headline: Mapped[str]
    headline_language: Mapped[str | None] = mapped_column(sa.String(8))
    first_on: Mapped[dt.date | None] = mapped_column(index=True)
    last_on: Mapped[dt.date | None] = mapped_column(index=True)

    articles: Mapped[list[Article]] = relationship(order_by=Article.key)
    sentences: Mapped[list["SummarySentence"]] = relationship(
        order_by="SummarySentence.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )


def find_story(session: Session, key: str) -> Story | None:
    """Find the story that a key names; where it is gone, the one that its founding article belongs to now."""
    story = session.scalar(sa.select(Story).where(Story.key == key))
    if story is not None:
        return story
    founder = find_article(session, key)
    return session.get(Story, founder.story_id) if founder and founder.story_id else None


class SummarySentence(Base):
    """One sentence of a story's summary."""

    __tablename__ = "summary_sentence"

    story_id: Mapped[int] = mapped_column(sa.ForeignKey("story.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    language: Mapped[str | None] = mapped_column(sa.String(8))

    evidence: Mapped[list["Evidence"]] = relationship(
        order_by="Evidence.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )


class Evidence(Base):
    """Where a summary sentence stands: code points in a version's text, and the passage around them."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["story_id", "sentence_ordinal"],
            ["summary_sentence.story_id", "summary_sentence.ordinal"],
            ondelete="CASCADE",
        ),
    )

    story_id: Mapped[int] = mapped_column(primary_key=True)
    sentence_ordinal: Mapped[int] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), index=True)
    passage_ordinal: Mapped[int]
    page_number: Mapped[int | None]
    start: Mapped[int]
    end: Mapped[int]

    version: Mapped[Version] = relationship()
