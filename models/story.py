"""Tables of stories, what became of them, and summaries: of stories and of documents, each sentence with evidence."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.article import Article, Version, find_article
from models.base import Base, Strings
from models.vocabulary import StoryChangeKind


class Story(Base):
    """Articles that report the same event."""

    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """Public name, made from the founding article's key."""
    headline: Mapped[str]
    headline_language: Mapped[str | None] = mapped_column(sa.String(8))
    renamed_by: Mapped[str | None]
    """Who gave it its headline; None where it was chosen among its articles' titles."""
    pinned_by: Mapped[str | None]
    """Who keeps it at the head of digests."""
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
    maker: Mapped[str | None]
    """The model that wrote it, whose words the evidence supports; None where it is copied from the evidence."""

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


class StoryChange(Base):
    """That a story was merged, split, renamed or pinned, or lost an article; kept when the story is gone."""

    __tablename__ = "story_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_key: Mapped[str] = mapped_column(sa.String(12), index=True)
    kind: Mapped[StoryChangeKind] = mapped_column(sa.String(12))
    other_key: Mapped[str | None] = mapped_column(sa.String(12), index=True)
    """The story that became part of it, or that its articles left for."""
    article_keys: Mapped[Strings] = mapped_column(default=list)
    """The articles that moved."""
    reason: Mapped[str]
    made_by: Mapped[str | None]
    """The person who said so; None where evidence did it."""
    at: Mapped[dt.datetime]


def changes_of(session: Session, story_key: str) -> list[StoryChange]:
    """Read what became of a story, the oldest first."""
    is_its = (StoryChange.story_key == story_key) | (StoryChange.other_key == story_key)
    return list(session.scalars(sa.select(StoryChange).where(is_its).order_by(StoryChange.at, StoryChange.id)))


class DocumentSentence(Base):
    """A sentence of a long document's summary: of a section, or (section 0) of the overview; copied from its text."""

    __tablename__ = "document_sentence"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    section: Mapped[int] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    heading: Mapped[str]
    first_page: Mapped[int | None]
    """The PDF pages that the section spans."""
    last_page: Mapped[int | None]
    start: Mapped[int]
    """Code points in the version's text."""
    end: Mapped[int]
    page_number: Mapped[int | None]


class Translation(Base):
    """A sentence in another language, by a model that the user named; kept by its text, so that it outlives runs."""

    __tablename__ = "translation"

    text_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    """SHA-256 of the sentence."""
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    problems: Mapped[Strings] = mapped_column(default=list)
    """What the two do not agree on, such as a number or a negation."""
    made_at: Mapped[dt.datetime]
