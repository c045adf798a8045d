"""Tables of what pages are understood to be: article, version, passage and what is derived from them."""

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, PortableJson, Strings
from models.fact import FactWitness, NamedDocument
from models.source import Page, Source
from models.takedown import withdrawn_keys
from models.vocabulary import DocType, HistoryKind, PassageKind, Relevance
from perilune.dates import PartialDate


def _where_set(column: str) -> sa.Index:
    """Index what few articles have; one over all rows would seem the best way to the many that have none."""
    is_set = sa.text(f"{column} IS NOT NULL")
    return sa.Index(f"ix_article_{column}", column, sqlite_where=is_set, postgresql_where=is_set)


class Article(Base):
    """What a page is understood to be; its text, title and date are those of its current version."""

    __tablename__ = "article"
    __table_args__ = (_where_set("copy_of_id"), _where_set("translation_of_id"), _where_set("moved_to_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """Public name, made from the address, the same on every run."""
    url: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("source.id"), index=True)
    first_seen_at: Mapped[dt.datetime] = mapped_column(index=True)
    is_backfill: Mapped[bool] = mapped_column(default=False)
    is_standing: Mapped[bool] = mapped_column(default=False)
    current_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("version.id", use_alter=True), index=True)
    copy_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    """The article that this one repeats; it leads, this one is folded under it."""
    translation_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    """The article of its story that it is in another language, sentence by sentence; it leads, this one is folded."""
    story_id: Mapped[int | None] = mapped_column(sa.ForeignKey("story.id"), index=True)
    story_reason: Mapped[str | None]
    placed_by: Mapped[str | None] = mapped_column(sa.String(80))
    """The version of the grouping that put it into its story; another version places it anew."""
    moved_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"))
    """The article that has all its versions now, because its address turned out to be another's."""

    @hybrid_property
    def repeats_id(self) -> int | None:
        """Name the article whose text it has, in the same words or in another language."""
        return self.copy_of_id or self.translation_of_id

    @repeats_id.inplace.expression
    @classmethod
    def _repeats_id(cls) -> sa.ColumnElement[int | None]:
        return sa.func.coalesce(cls.copy_of_id, cls.translation_of_id)

    source: Mapped[Source] = relationship()
    current_version: Mapped["Version | None"] = relationship(foreign_keys=[current_version_id])
    versions: Mapped[list["Version"]] = relationship(
        back_populates="article", foreign_keys="Version.article_id", order_by="Version.number"
    )


def find_article(session: Session, key: str) -> Article | None:
    """Find the article that a key names, through those that moved; one without a current version was withdrawn."""
    article = session.scalar(sa.select(Article).where(Article.key == key))
    while article is not None and article.moved_to_id is not None:
        article = session.get_one(Article, article.moved_to_id)
    return article


def other_copies_of(session: Session, article: Article) -> list[Article]:
    """Read the articles that are folded with this one: its lead and that one's other copies."""
    head = article.copy_of_id or article.id
    is_member = (Article.id == head) | (Article.copy_of_id == head)
    return list(session.scalars(sa.select(Article).where(is_member, Article.id != article.id).order_by(Article.id)))


class Version(Base):
    """An article as one page shows it, with all that was understood of it."""

    __tablename__ = "version"
    __table_args__ = (sa.Index("ix_version_article_id_number", "article_id", "number", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id"), index=True)
    number: Mapped[int]
    """Its place among the article's versions, from 1; links and stored issues name it, so it never changes."""
    withdrawn: Mapped[str | None]
    """Why its page is no article any more by the present rules; it is then never the current version."""
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("page.id"), unique=True)
    fetched_at: Mapped[dt.datetime]
    title: Mapped[str]
    text: Mapped[str]
    text_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    language: Mapped[str | None] = mapped_column(sa.String(8), index=True)
    authors: Mapped[Strings] = mapped_column(default=list)
    site_name: Mapped[str | None]
    issuer: Mapped[str | None]
    section: Mapped[str | None]
    keywords: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    image_url: Mapped[str | None]
    stated_update: Mapped[str | None] = mapped_column(sa.String(60))
    """When its page says that it was updated, in the page's own words."""
    changes: Mapped[list[dict[str, object]]] = mapped_column(default=list, server_default="[]")
    """What its text says otherwise than the version before, as `perilune.changes.Rewording` writes it."""
    published: Mapped[PartialDate | None]
    published_first_on: Mapped[dt.date | None] = mapped_column(index=True)
    """The earliest day that `published` may be, for filters and order."""
    published_last_on: Mapped[dt.date | None]
    published_by: Mapped[str | None] = mapped_column(sa.String(20))
    published_confidence: Mapped[float] = mapped_column(default=0.0)
    date_witnesses: Mapped[list[dict[str, object]]] = mapped_column(default=list)
    stated_doc_type: Mapped[DocType | None] = mapped_column(sa.String(20))
    doc_type: Mapped[DocType | None] = mapped_column(sa.String(20), index=True)
    relevance: Mapped[Relevance | None] = mapped_column(sa.String(8), index=True)
    relevance_score: Mapped[float | None]
    relevance_because: Mapped[Strings] = mapped_column(default=list)
    reads_like: Mapped[list[dict[str, object]]] = mapped_column(default=list, server_default="[]")
    """The labelled texts nearest to it that have its relevance, as `pipeline.values.Likeness` writes them."""
    doc_type_because: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    corrected: Mapped[Strings] = mapped_column(default=list, server_default="[]")
    """What of it a person has decided, as `CorrectionField` names it."""

    article: Mapped[Article] = relationship(back_populates="versions", foreign_keys=[article_id])
    page: Mapped[Page] = relationship()
    passages: Mapped[list["Passage"]] = relationship(
        order_by="Passage.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )
    topics: Mapped[list["TopicAssignment"]] = relationship(
        order_by="TopicAssignment.score.desc()", cascade="all, delete-orphan", passive_deletes=True
    )
    countries: Mapped[list["VersionCountry"]] = relationship(
        order_by="VersionCountry.rank", cascade="all, delete-orphan", passive_deletes=True
    )
    actors: Mapped[list["VersionActor"]] = relationship(
        order_by="VersionActor.mention_count.desc()", cascade="all, delete-orphan", passive_deletes=True
    )
    witnesses: Mapped[list["FactWitness"]] = relationship(
        order_by="FactWitness.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )
    named_documents: Mapped[list["NamedDocument"]] = relationship(
        order_by="NamedDocument.ordinal", cascade="all, delete-orphan", passive_deletes=True
    )


class Passage(Base):
    """A paragraph, or a slide's or PDF page's paragraph, with its place in the version's text (code points)."""

    __tablename__ = "passage"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PassageKind] = mapped_column(sa.String(12))
    start: Mapped[int]
    end: Mapped[int]
    page_number: Mapped[int | None]
    page_label: Mapped[str | None] = mapped_column(sa.String(20))
    """What the document prints on that page, where it is not its number: `iv`."""
    language: Mapped[str | None] = mapped_column(sa.String(8))
    """Set where it is not the version's."""
    text: Mapped[str]


class ArticleEvent(Base):
    """Something that happened to an article after it was first seen; what it said before is kept as a version."""

    __tablename__ = "article_event"
    __table_args__ = (sa.UniqueConstraint("article_id", "kind", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), index=True)
    kind: Mapped[HistoryKind] = mapped_column(sa.String(20))
    at: Mapped[dt.datetime]
    version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), index=True)
    """The version that the change made."""


class TopicAssignment(Base):
    """A topic given to a version, by the pipeline or by a correction."""

    __tablename__ = "topic_assignment"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    topic_slug: Mapped[str] = mapped_column(sa.ForeignKey("topic.slug"), primary_key=True, index=True)
    score: Mapped[float]
    because: Mapped[Strings] = mapped_column(default=list)
    reads_like: Mapped[list[dict[str, object]]] = mapped_column(default=list, server_default="[]")
    """The labelled texts nearest to it that have this topic, as `pipeline.values.Likeness` writes them."""
    by_human: Mapped[bool] = mapped_column(default=False)


class VersionCountry(Base):
    """A country (ISO 3166 alpha-2, `EU-ESA` or `UN`) that takes part in what a version reports."""

    __tablename__ = "version_country"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(sa.String(8), primary_key=True, index=True)
    rank: Mapped[int]
    start: Mapped[int | None]
    """Where the text says so, in code points; None where only the title or a person does."""
    end: Mapped[int | None]


class VersionActor(Base):
    """An actor that a version names."""

    __tablename__ = "version_actor"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    actor_slug: Mapped[str] = mapped_column(sa.ForeignKey("actor.slug"), primary_key=True, index=True)
    mention_count: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]


class Vector(Base):
    """A version's embedding: little-endian float16, of the model that made it."""

    __tablename__ = "vector"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str | None] = mapped_column(sa.String(8))
    embedding: Mapped[bytes]


class PassageVectors(Base):
    """A version's passages as embeddings of one model: little-endian float16, a row for each stretch of passages."""

    __tablename__ = "passage_vectors"

    version_id: Mapped[int] = mapped_column(sa.ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    text_hash: Mapped[str] = mapped_column(sa.String(64))
    """That of the text that they were made of."""
    spans: Mapped[list[list[int]]] = mapped_column(PortableJson)
    """Where each row stands in the version's text: first code point, and the one after the last."""
    embeddings: Mapped[bytes]


class CopyBand(Base):
    """One band of an article's MinHash signature: articles that share a band may be copies of each other."""

    __tablename__ = "copy_band"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    band: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, index=True)


class TermCount(Base):
    """In how many embedded versions a term occurs; the empty term counts the versions themselves."""

    __tablename__ = "term_count"

    term: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    document_count: Mapped[int]


def texts_at(session: Session, places: Collection[tuple[str, int, int]]) -> dict[tuple[str, int, int], str]:
    """Read passages by article key, version number (from 1) and place (from 0), but for what is withdrawn."""
    rows = session.execute(
        sa.select(Article.key, Version.number, Passage.ordinal, Passage.text)
        .join(Version, Version.article_id == Article.id)
        .join(Passage, Passage.version_id == Version.id)
        .where(sa.tuple_(Article.key, Version.number, Passage.ordinal).in_(list(places)))
        .where(Article.key.not_in(withdrawn_keys()))
    )
    return {(key, number, ordinal): text for key, number, ordinal, text in rows}
