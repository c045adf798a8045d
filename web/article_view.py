"""An article's version as plain values for page and API: what stands in its rows, with names and links."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Passage, Version, find_article
from models.corrections import mark_of_fact
from models.documents import held_documents
from models.fact import FactWitness
from models.history import PRESENCE, events_of
from models.source import Source
from models.story import Story
from models.takedown import takedown_of
from models.vocabulary import DocType, FactKind, HistoryKind, Relevance
from perilune.dates import PartialDate
from web.brief_view import BriefSection, sections_in_brief
from web.corrections_view import CorrectionLine, corrections_of, standing_by_field
from web.labels import date_in_words
from web.links import article_link, changes_link, evidence_link
from web.names import Named, actor_names, party_name
from web.passages import passage_at
from web.problems import NotInArchive, Withdrawn, checked_key, missing
from web.reasons import CountryView, LikenessView, TopicView, countries_of, likenesses, topics_of
from web.translations import TranslationView, translations_into


@dataclass(frozen=True)
class FactView:
    """A fact with the words that say so; `link` opens them in the text, `mark` names it in forms."""

    number: int
    mark: str
    by_human: bool
    kind: FactKind
    name: str
    status: str
    subkind: str | None
    start_on: PartialDate | None
    end_on: PartialDate | None
    place: str | None
    parties: tuple[Named, ...]
    countries: tuple[str, ...]
    quote: str
    passage_ordinal: int
    link: str
    key: str | None
    """The key of the fact that it is a witness of."""


@dataclass(frozen=True)
class DocumentView:
    """A document that a version reports on; `held` opens it, where the archive holds it."""

    title: str
    doc_type: DocType
    issuer: str | None
    url: str | None
    link: str
    held: str | None


@dataclass(frozen=True)
class VersionLine:
    """One version in the list of an article's versions; numbers count from 1 in the order of fetching."""

    number: int
    fetched_at: dt.datetime
    title: str
    link: str
    is_current: bool


@dataclass(frozen=True)
class EventLine:
    """Something that happened to an article; `link` opens the change that it was."""

    kind: HistoryKind
    at: dt.datetime
    link: str | None


@dataclass(frozen=True)
class CopyLine:
    """Another address at which the article stands."""

    key: str
    title: str
    url: str
    source: Named
    published: PartialDate | None
    language: str | None
    link: str


@dataclass(frozen=True)
class WitnessLine:
    """One place that states the publication date."""

    kind: str
    date: str
    quote: str


@dataclass(frozen=True)
class StoryLine:
    """The story that an article belongs to, and why."""

    key: str
    headline: str
    reason: str | None


@dataclass(frozen=True)
class ArticleView:
    """One version of an article, with everything derived from it."""

    key: str
    url: str
    number: int
    title: str
    language: str | None
    source: Named
    site_name: str | None
    issuer: str | None
    section: str | None
    keywords: tuple[str, ...]
    image_url: str | None
    authors: tuple[str, ...]
    published: PartialDate | None
    published_by: str | None
    published_confidence: float
    witnesses: tuple[WitnessLine, ...]
    first_seen_at: dt.datetime
    fetched_at: dt.datetime
    is_current: bool
    withdrawn: str | None
    is_standing: bool
    is_backfill: bool
    relevance: Relevance | None
    relevance_because: tuple[str, ...]
    relevance_score: float | None
    reads_like: tuple[LikenessView, ...]
    doc_type_because: tuple[str, ...]
    participants: tuple[CountryView, ...]
    doc_type: DocType | None
    topics: tuple[TopicView, ...]
    countries: tuple[str, ...]
    actors: tuple[Named, ...]
    text: str
    passages: tuple[Passage, ...]
    brief: tuple[BriefSection, ...]
    facts: tuple[FactView, ...]
    documents: tuple[DocumentView, ...]
    versions: tuple[VersionLine, ...]
    history: tuple[EventLine, ...]
    vanished_at: dt.datetime | None
    copy_of: CopyLine | None
    copies: tuple[CopyLine, ...]
    story: StoryLine | None
    content_type: str | None
    sheet_word: str
    """What a numbered part of it is called."""
    byte_count: int
    corrected: tuple[str, ...]
    corrections: tuple[CorrectionLine, ...]
    """What people said of it, the newest first."""
    translation: TranslationView | None = None
    """Of the title."""

    @property
    def corrected_by(self) -> Mapping[str, tuple[CorrectionLine, ...]]:
        """The corrections that hold, by what they are about."""
        return standing_by_field(self.corrections)


def article_of(session: Session, key: str) -> Article:
    """Return the article with this key, wherever it has moved; NotInArchive where there is none, or Withdrawn."""
    article = find_article(session, checked_key(key, "article"))
    refuse_withdrawn(session, key if article is None else article.key)
    if article is None or not article.versions:
        raise missing("article", key)
    return article


def refuse_withdrawn(session: Session, key: str) -> None:
    """Let nobody see an article that an administrator withdrew: Withdrawn says when and why."""
    takedown = takedown_of(session, key)
    if takedown is not None:
        when, reason = date_in_words(takedown.made_at.date()), takedown.reason.rstrip(".")
        raise Withdrawn(f"Article {key} ({takedown.url}) was withdrawn on {when}: {reason}.")


def version_of(article: Article, number: int | None) -> Version:
    """Return a version, the current one without a number; NotInArchive for a number that the article has not."""
    if number is None:
        if article.current_version is None:
            raise NotInArchive(f"Article {article.key} was taken out of the archive: {article.versions[-1].withdrawn}.")
        return article.current_version
    for version in article.versions:
        if version.number == number:
            return version
    raise NotInArchive(f"Article {article.key} has no version {number}; it has {len(article.versions)}.")


def article_view(session: Session, key: str, number: int | None = None, *, reader_language: str = "en") -> ArticleView:
    """Read a version of an article (the current one without a number); NotInArchive where there is none."""
    article = article_of(session, key)
    version = version_of(article, number)
    copy_of = _copies(session, Article.id == article.repeats_id)
    history = _history(session, article)
    return ArticleView(
        key=article.key,
        url=article.url,
        number=version.number,
        title=version.title,
        language=version.language,
        source=Named(article.source.slug, article.source.name),
        site_name=version.site_name,
        issuer=version.issuer,
        section=version.section,
        keywords=tuple(version.keywords),
        image_url=version.image_url,
        authors=tuple(version.authors),
        published=version.published,
        published_by=version.published_by,
        published_confidence=version.published_confidence,
        witnesses=_witnesses(version),
        first_seen_at=article.first_seen_at,
        fetched_at=version.fetched_at,
        is_current=version.id == article.current_version_id,
        withdrawn=version.withdrawn,
        is_standing=article.is_standing,
        is_backfill=article.is_backfill,
        relevance=version.relevance,
        relevance_because=tuple(version.relevance_because),
        relevance_score=version.relevance_score,
        reads_like=likenesses(session, version.reads_like),
        doc_type_because=tuple(version.doc_type_because),
        participants=countries_of(version, article.key),
        doc_type=version.doc_type or version.stated_doc_type,
        topics=topics_of(session, version),
        countries=tuple(row.country for row in version.countries),
        actors=_actors(session, version),
        text=version.text,
        passages=tuple(version.passages),
        brief=sections_in_brief(session, version, reader_language),
        facts=_facts(session, version, article.key),
        documents=_documents(session, version, article),
        versions=_version_lines(article),
        history=history,
        vanished_at=_vanished_at(history),
        copy_of=copy_of[0] if copy_of else None,
        copies=_copies(session, _is_other_copy(article)),
        story=_story(session, article),
        content_type=version.page.content_type,
        sheet_word=_sheet_word(article.url, version.page.content_type or ""),
        byte_count=version.page.byte_count,
        corrected=tuple(version.corrected),
        corrections=corrections_of(session, article),
        translation=translations_into(session, reader_language, [(version.title, version.language)]).get(version.title),
    )


def _witnesses(version: Version) -> tuple[WitnessLine, ...]:
    rows = version.date_witnesses
    return tuple(WitnessLine(*(str(row.get(name, "")) for name in ("kind", "date", "quote"))) for row in rows)


def _actors(session: Session, version: Version) -> tuple[Named, ...]:
    names = actor_names(session, [row.actor_slug for row in version.actors])
    return tuple(Named(row.actor_slug, names[row.actor_slug]) for row in version.actors)


def _facts(session: Session, version: Version, key: str) -> tuple[FactView, ...]:
    facts = version.witnesses
    names = actor_names(session, {party for fact in facts for party in fact.parties})
    return tuple(_fact(fact, version, names, (key, version.number)) for fact in facts)


def _fact(fact: FactWitness, version: Version, names: Mapping[str, str], address: tuple[str, int]) -> FactView:
    ordinal = passage_at(version.passages, fact.start)
    quote = version.text[fact.start : fact.end]
    return FactView(
        number=fact.ordinal + 1,
        mark=mark_of_fact(fact.kind, quote, fact.name),
        by_human=fact.by_human,
        kind=fact.kind,
        name=fact.name,
        status=fact.status,
        subkind=fact.subkind,
        start_on=fact.start_on,
        end_on=fact.end_on,
        place=fact.place,
        parties=tuple(Named(party, party_name(party, names)) for party in fact.parties),
        countries=tuple(fact.countries),
        quote=quote,
        passage_ordinal=ordinal,
        link=evidence_link(*address, ordinal, (fact.start, fact.end)),
        key=fact.fact.key if fact.fact else None,
    )


def _documents(session: Session, version: Version, article: Article) -> tuple[DocumentView, ...]:
    named = version.named_documents
    held = held_documents(session, named, besides=article)
    return tuple(
        DocumentView(
            title=each.title,
            doc_type=each.doc_type,
            issuer=each.issuer,
            url=each.url,
            link=evidence_link(
                article.key, version.number, passage_at(version.passages, each.start), (each.start, each.end)
            ),
            held=article_link(held[each.ordinal].key) if each.ordinal in held else None,
        )
        for each in named
    )


def _version_lines(article: Article) -> tuple[VersionLine, ...]:
    return tuple(
        VersionLine(
            version.number,
            version.fetched_at,
            version.title,
            article_link(article.key, version.number),
            version.id == article.current_version_id,
        )
        for version in article.versions
    )


def _history(session: Session, article: Article) -> tuple[EventLine, ...]:
    numbers = {version.id: version.number for version in article.versions}
    return tuple(
        EventLine(event.kind, event.at, changes_link(article.key, numbers.get(event.version_id or 0)))
        for event in events_of(session, article)
    )


def _sheet_word(url: str, content_type: str) -> str:
    kind = f"{content_type} {urlsplit(url).path}".lower()
    if re.search(r"presentation|\.pp[st][xm]?\b|\.pot[xm]\b", kind):
        return "Slide"
    return "Page" if re.search(r"wordprocessing|\.do[ct][xm]\b", kind) else "PDF page"


def _vanished_at(history: Sequence[EventLine]) -> dt.datetime | None:
    """Tell since when the article's address has answered no more; `history` begins with the latest."""
    last = next((event for event in history if event.kind in PRESENCE), None)
    return last.at if last is not None and last.kind == HistoryKind.VANISHED else None


def _is_other_copy(article: Article) -> sa.ColumnElement[bool]:
    head = article.repeats_id or article.id
    return (Article.repeats_id == head) & (Article.id != article.id)


def _copies(session: Session, condition: sa.ColumnElement[bool]) -> tuple[CopyLine, ...]:
    rows = session.execute(
        sa.select(Article, Version, Source)
        .join(Version, Version.id == Article.current_version_id)
        .join(Source, Source.id == Article.source_id)
        .where(condition)
        .order_by(Version.published_first_on.asc().nulls_last(), Article.key)
    )
    return tuple(copy_line(*row) for row in rows)


def copy_line(article: Article, version: Version, source: Source) -> CopyLine:
    """Make the line of a copy."""
    return CopyLine(
        key=article.key,
        title=version.title,
        url=article.url,
        source=Named(source.slug, source.name),
        published=version.published,
        language=version.language,
        link=article_link(article.key),
    )


def _story(session: Session, article: Article) -> StoryLine | None:
    story = session.get(Story, article.story_id) if article.story_id else None
    return StoryLine(story.key, story.headline, article.story_reason) if story else None
