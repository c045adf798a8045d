"""A story as plain values for page and API: its summary with evidence, timeline, articles, history and topics."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from models.article import Article, Version
from models.fact import Fact, FactWitness
from models.source import Source
from models.story import Story, find_story
from models.vocabulary import Relevance
from perilune.dates import PartialDate
from web.article_view import CopyLine, copy_line
from web.facts_view import fact_lines
from web.links import article_link
from web.names import Named, topic_names
from web.problems import checked_key, missing
from web.story_history import ChangeLine, history_of
from web.summary_view import EvidenceView, SentenceView, summary_of
from web.timeline import Development, DevelopmentKind, Month, Report, months_of, timeline_of
from web.translations import TranslationView, translations_into

Member = tuple[Article, Version, Source]


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
    renamed_by: str | None
    pinned_by: str | None
    first_published: PartialDate | None
    last_published: PartialDate | None
    sentences: tuple[SentenceView, ...]
    evidence: tuple[EvidenceView, ...]
    articles: tuple[MemberView, ...]
    topics: tuple[Named, ...]
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    timeline: tuple[Development, ...]
    history: tuple[ChangeLine, ...]
    translation: TranslationView | None = None
    """Of the headline."""

    @property
    def summaries(self) -> Sequence[tuple[str | None, tuple[SentenceView, ...]]]:
        """The sentences by language, in their order."""
        grouped = itertools.groupby(self.sentences, key=lambda sentence: sentence.language)
        return [(language, tuple(sentences)) for language, sentences in grouped]

    @property
    def months(self) -> tuple[Month, ...]:
        """The timeline, cut into months where it is long; none where it says no more than the articles in time."""
        has_facts = any(entry.kind is not DevelopmentKind.REPORT for entry in self.timeline)
        return months_of(self.timeline) if has_facts else ()

    @property
    def copy_count(self) -> int:
        """Count the copies folded under the articles."""
        return sum(len(member.copies) for member in self.articles)


def story_view(session: Session, key: str, *, today: dt.date, reader_language: str = "en") -> StoryView:
    """Read a story, its summary in the reader's language first; NotInArchive where there is none."""
    story = find_story(session, checked_key(key, "story"))
    if story is None:
        raise missing("story", key)
    members = _members(session, story.id)
    copies = _copies(session, [article.id for article, _, _ in members])
    sentences, evidence = summary_of(story, reader_language)
    versions = [version for _, version, _ in members]
    first, last = period_of(version.published for version in versions)
    names = topic_names(session)
    view = StoryView(
        key=story.key,
        headline=story.headline,
        language=story.headline_language,
        renamed_by=story.renamed_by,
        pinned_by=story.pinned_by,
        first_published=first,
        last_published=last,
        sentences=sentences,
        evidence=evidence,
        articles=tuple(_member(member, copies) for member in members),
        topics=tuple(
            Named(slug, names[slug])
            for slug in _by_frequency(row.topic_slug for version in versions for row in version.topics)
        ),
        countries=_by_frequency(row.country for version in versions for row in version.countries),
        languages=_by_frequency(version.language for version in versions if version.language),
        timeline=_timeline(session, story.id, members, _Reading(today, reader_language)),
        history=history_of(session, story.key),
    )
    return _with_translations(session, view, reader_language)


def _with_translations(session: Session, view: StoryView, language: str) -> StoryView:
    """Put translations beside the headline, the sentences and the timeline's quotations, where a model made them."""
    shown = [(view.headline, view.language), *((each.text, each.language) for each in view.sentences)]
    shown += [(each.quote, each.witness.language) for each in view.timeline if each.witness]
    found = translations_into(session, language, shown)
    if not found:
        return view
    return replace(
        view,
        translation=found.get(view.headline),
        sentences=tuple(replace(each, translation=found.get(each.text)) for each in view.sentences),
        timeline=tuple(replace(each, translation=found.get(each.quote)) for each in view.timeline),
    )


def story_timeline(
    session: Session, story: Story, *, today: dt.date, reader_language: str = "en"
) -> tuple[Development, ...]:
    """Read the timeline of a story alone."""
    return _timeline(session, story.id, _members(session, story.id), _Reading(today, reader_language))


@dataclass(frozen=True)
class _Reading:
    """When a story is read, and in which language."""

    today: dt.date
    language: str


def _timeline(session: Session, story_id: int, members: Sequence[Member], reading: _Reading) -> tuple[Development, ...]:
    stated = (
        sa.select(FactWitness.fact_id)
        .join(Article, Article.current_version_id == FactWitness.version_id)
        .where(Article.story_id == story_id, FactWitness.fact_id.is_not(None))
    )
    facts = session.scalars(sa.select(Fact).where(Fact.id.in_(stated)).order_by(Fact.key)).all()
    reports = [_report(member) for member in members]
    lines = fact_lines(session, facts)
    return timeline_of(lines, reports, today=reading.today, reader_language=reading.language)


def _report(member: Member) -> Report:
    article, version, source = member
    return Report(
        key=article.key,
        title=version.title,
        source=Named(source.slug, source.name),
        language=version.language,
        day=version.published or PartialDate.of(article.first_seen_at.date()),
        is_dated=version.published is not None,
        link=article_link(article.key),
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
    return [row for row in rows if row[0].repeats_id not in ids]


def _copies(session: Session, article_ids: Sequence[int]) -> Mapping[int, list[CopyLine]]:
    copies: dict[int, list[CopyLine]] = {}
    for article, version, source in _rows(session, Article.repeats_id.in_(article_ids)):
        copies.setdefault(article.repeats_id or 0, []).append(copy_line(article, version, source))
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
