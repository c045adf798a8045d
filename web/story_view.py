"""A story as plain values for page and API: its summary with evidence, its articles in time, topics, countries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from models.article import Article, Version
from models.source import Source
from models.story import Evidence, SummarySentence, find_story, summary_in
from models.vocabulary import Relevance
from perilune.dates import PartialDate
from web.article_view import CopyLine, copy_line
from web.links import article_link, evidence_link
from web.names import Named, topic_names
from web.problems import checked_key, missing

READ_IN = "en"
"""The language of the archive's pages: of a summary in several, theirs is shown."""


@dataclass(frozen=True)
class EvidenceView:
    """Where a sentence stands; `number` is its mark in the summary, `link` opens the words in the article.

    `is_verbatim` tells that the summary uses these very words.
    """

    number: int
    article_key: str
    version_number: int
    passage_ordinal: int
    page_number: int | None
    start: int
    end: int
    quote: str
    is_verbatim: bool
    source: Named
    language: str | None
    published: PartialDate | None
    link: str


@dataclass(frozen=True)
class SentenceView:
    """A sentence of the summary with its evidence."""

    text: str
    language: str | None
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True)
class MemberView:
    """An article of the story, with the copies folded under it."""

    key: str
    title: str
    url: str
    link: str
    source: Named
    language: str | None
    published: PartialDate | None
    first_seen_at: dt.datetime
    relevance: Relevance | None
    reason: str | None
    copies: tuple[CopyLine, ...]


@dataclass(frozen=True)
class StoryView:
    """A whole story."""

    key: str
    headline: str
    language: str | None
    first_published: PartialDate | None
    last_published: PartialDate | None
    sentences: tuple[SentenceView, ...]
    evidence: tuple[EvidenceView, ...]
    articles: tuple[MemberView, ...]
    topics: tuple[Named, ...]
    countries: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def copy_count(self) -> int:
        """Count the copies folded under the articles."""
        return sum(len(member.copies) for member in self.articles)


Member = tuple[Article, Version, Source]


def story_view(session: Session, key: str) -> StoryView:
    """Read a story; NotInArchive where there is none."""
    story = find_story(session, checked_key(key, "story"))
    if story is None:
        raise missing("story", key)
    members = _members(session, story.id)
    copies = _copies(session, [article.id for article, _, _ in members])
    told = summary_in(story.sentences, READ_IN)
    evidence = _evidence(told)
    versions = [version for _, version, _ in members]
    first, last = period_of(version.published for version in versions)
    names = topic_names(session)
    return StoryView(
        key=story.key,
        headline=story.headline,
        language=story.headline_language,
        first_published=first,
        last_published=last,
        sentences=tuple(_sentence(sentence, evidence) for sentence in told),
        evidence=tuple(evidence.values()),
        articles=tuple(_member(member, copies) for member in members),
        topics=tuple(
            Named(slug, names[slug])
            for slug in _by_frequency(row.topic_slug for version in versions for row in version.topics)
        ),
        countries=_by_frequency(row.country for version in versions for row in version.countries),
        languages=_by_frequency(version.language for version in versions if version.language),
    )


def period_of(dates: Iterable[PartialDate | None]) -> tuple[PartialDate | None, PartialDate | None]:
    """Give the earliest and the latest of the dates that are stated, as exactly as they are."""
    stated = sorted((date for date in dates if date), key=lambda date: (date.first, date.last))
    return (stated[0], stated[-1]) if stated else (None, None)


def _by_frequency(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(values).most_common())


def _rows(session: Session, condition: sa.ColumnElement[bool]) -> list[Member]:
    select = (
        sa.select(Article, Version, Source)
        .join(Version, Version.id == Article.current_version_id)
        .join(Source, Source.id == Article.source_id)
        .where(condition)
        .options(selectinload(Version.topics), selectinload(Version.countries))
    )
    return sorted(session.execute(select).all(), key=_moment)


def _moment(member: Member) -> tuple[dt.date, dt.datetime, str]:
    article, version, _ = member
    return version.published_first_on or article.first_seen_at.date(), article.first_seen_at, article.key


def _members(session: Session, story_id: int) -> list[Member]:
    """Read the articles that lead in a story, in the order of their dates."""
    rows = _rows(session, Article.story_id == story_id)
    ids = {article.id for article, _, _ in rows}
    return [row for row in rows if row[0].copy_of_id not in ids]


def _copies(session: Session, article_ids: Sequence[int]) -> Mapping[int, list[CopyLine]]:
    copies: dict[int, list[CopyLine]] = {}
    for article, version, source in _rows(session, Article.copy_of_id.in_(article_ids)):
        copies.setdefault(article.copy_of_id or 0, []).append(copy_line(article, version, source))
    return copies


def _member(member: Member, copies: Mapping[int, list[CopyLine]]) -> MemberView:
    article, version, source = member
    return MemberView(
        key=article.key,
        title=version.title,
        url=article.url,
        link=article_link(article.key),
        source=Named(source.slug, source.name),
        language=version.language,
        published=version.published,
        first_seen_at=article.first_seen_at,
        relevance=version.relevance,
        reason=article.story_reason,
        copies=tuple(copies.get(article.id, ())),
    )


Place = tuple[int, int, int]


def _place(row: Evidence) -> Place:
    return row.version_id, row.start, row.end


def _sentence(sentence: SummarySentence, evidence: Mapping[Place, EvidenceView]) -> SentenceView:
    return SentenceView(sentence.text, sentence.language, tuple(evidence[_place(row)] for row in sentence.evidence))


def _evidence(told: Sequence[SummarySentence]) -> Mapping[Place, EvidenceView]:
    """Give the places that the summary rests on their marks, in the order in which they are first used."""
    rows: dict[Place, Evidence] = {}
    for row in (row for sentence in told for row in sentence.evidence):
        rows.setdefault(_place(row), row)
    said = {_words(sentence.text) for sentence in told}
    return {place: _evidence_view(row, mark, said) for mark, (place, row) in enumerate(rows.items(), start=1)}


def _words(text: str) -> str:
    return " ".join(text.split())


def _evidence_view(row: Evidence, mark: int, said: Collection[str]) -> EvidenceView:
    version = row.version
    article = version.article
    quote = version.text[row.start : row.end]
    return EvidenceView(
        number=mark,
        article_key=article.key,
        version_number=version.number,
        passage_ordinal=row.passage_ordinal,
        page_number=row.page_number,
        start=row.start,
        end=row.end,
        quote=quote,
        is_verbatim=_words(quote) in said,
        source=Named(article.source.slug, article.source.name),
        language=version.language,
        published=version.published,
        link=evidence_link(article.key, version.number, row.passage_ordinal, (row.start, row.end)),
    )
