"""Tables of stories, what became of them, and summaries: of stories and of documents, each sentence with evidence."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.article import Article, Version, find_article
from models.base import Base, Strings
from models.vocabulary import StoryChangeKind

HASHES_AT_ONCE = 500


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


def summary_in(sentences: Sequence[SummarySentence], language: str | None) -> list[SummarySentence]:
    """Keep the sentences of a summary that are in one language; where it has none of them, those of its first."""
    known = {sentence.language for sentence in sentences}
    chosen = language if language in known else next((sentence.language for sentence in sentences), None)
    return [sentence for sentence in sentences if sentence.language == chosen]


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

    def text_in(self, version: Version) -> str:
        """Return the sentence as it is shown: on one line."""
        return " ".join(version.text[self.start : self.end].split())


def sections_of_version(session: Session, version_id: int) -> list[list[DocumentSentence]]:
    """Read the summary of a document, section by section; the overview, if there is one, is section 0."""
    rows = session.scalars(
        sa.select(DocumentSentence)
        .where(DocumentSentence.version_id == version_id)
        .order_by(DocumentSentence.section, DocumentSentence.ordinal)
    )
    return [list(sentences) for _, sentences in groupby(rows, key=lambda row: row.section)]


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


def hash_of(text: str) -> str:
    """Make the name by which a text's translations are kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def translations_of(
    session: Session, texts: Iterable[str], language: str, *, model: str | None = None
) -> dict[str, Translation]:
    """Read the newest translation into a language (by one model, if given) of each text that has one."""
    by_hash = {hash_of(text): text for text in texts}
    found: dict[str, Translation] = {}
    hashes = list(by_hash)
    for start in range(0, len(hashes), HASHES_AT_ONCE):
        among = hashes[start : start + HASHES_AT_ONCE]
        select = sa.select(Translation).where(Translation.text_hash.in_(among), Translation.language == language)
        if model is not None:
            select = select.where(Translation.model == model)
        for row in session.scalars(select.order_by(Translation.made_at, Translation.model)):
            found[by_hash[row.text_hash]] = row
    return found
