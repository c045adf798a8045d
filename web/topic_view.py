"""Topics as plain values: the lines of their list, and one topic with its words, examples and newest articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.knowledge import Topic
from models.search import Query, Sort, facets
from models.search.derived.reading import Ranked
from models.search.ranked import ranked_ids
from models.takedown import withdrawn_keys
from models.taxonomy import state_of_topic
from models.word_list import WordEntry, word_lists_of
from perilune.dates import PartialDate
from web.links import article_link
from web.names import Named
from web.problems import missing

NEWEST_SHOWN = 10
FIRST_LANGUAGES = ("en", "zh", "ru", "fr")


@dataclass(frozen=True)
class TitleLine:
    """An article in one line."""

    title: str
    link: str
    language: str | None
    published: PartialDate | None


@dataclass(frozen=True)
class TopicLine:
    """A topic, how it stands, what speaks for it in numbers, and its newest article."""

    slug: str
    name: str
    description: str
    state: str
    is_active: bool
    merged_into: str | None
    article_count: int
    example_count: int
    word_counts: Mapping[str, int]
    newest: TitleLine | None = None


@dataclass(frozen=True)
class TopicView:
    """A topic with all that speaks for it."""

    line: TopicLine
    examples: tuple[str, ...]
    words: Mapping[str, tuple[WordEntry, ...]]
    edited_at: dt.datetime | None
    newest: tuple[TitleLine, ...]
    others: tuple[Named, ...]
    """The topics that it could be merged into."""

    @property
    def word_lines(self) -> Mapping[str, str]:
        """The words by language, one entry a line; those of the first languages even where there are none."""
        languages = dict.fromkeys((*FIRST_LANGUAGES, *self.words))
        return {each: "\n".join(entry.line for entry in self.words.get(each, ())) for each in languages}


def topic_lines(session: Session) -> tuple[TopicLine, ...]:
    """Read all topics: those that are on first, then by name."""
    topics = session.scalars(sa.select(Topic)).all()
    counts = _counts(session, len(topics))
    newest = {topic.slug: _newest_of(session, topic, 1) for topic in topics}
    titles = _titles(session, [article_id for found in newest.values() for article_id in found.ids])
    lines = []
    for topic in topics:
        found = newest[topic.slug]
        title = next((titles[each] for each in found.ids if each in titles), None)
        lines.append(_line(topic, counts.get(topic.slug, found.total), title))
    return tuple(sorted(lines, key=lambda line: (not line.is_active, line.name.casefold())))


def topic_view(session: Session, slug: str) -> TopicView:
    """Read one topic; a problem of status 404 where there is none."""
    row = session.get(Topic, slug)
    if row is None:
        raise missing("topic", slug)
    found = _newest_of(session, row, NEWEST_SHOWN)
    titles = _titles(session, found.ids)
    newest = tuple(titles[each] for each in found.ids if each in titles)
    counts = _counts(session, session.scalar(sa.select(sa.func.count()).select_from(Topic)) or 0)
    others = sa.select(Topic.slug, Topic.name).where(Topic.is_active, Topic.slug != slug).order_by(Topic.name)
    return TopicView(
        line=_line(row, counts.get(slug, found.total), next(iter(newest), None)),
        examples=tuple(row.examples),
        words=word_lists_of(row.patterns),
        edited_at=row.edited_at,
        newest=newest,
        others=tuple(Named(*other) for other in session.execute(others)),
    )


def _line(row: Topic, article_count: int, newest: TitleLine | None) -> TopicLine:
    return TopicLine(
        slug=row.slug,
        name=row.name,
        description=row.description,
        state=state_of_topic(row),
        is_active=row.is_active,
        merged_into=row.merged_into,
        article_count=article_count,
        example_count=len(row.examples),
        word_counts={language: len(entries) for language, entries in word_lists_of(row.patterns).items()},
        newest=newest,
    )


def _counts(session: Session, most: int) -> Mapping[str, int]:
    """Count the articles of the topics that are on, as a search counts them."""
    return {each.value: each.count for each in facets(session, Query(), limit=most, is_exact=True)["topic"]}


def _newest_of(session: Session, topic: Topic, count: int) -> Ranked:
    """Find the newest articles of a topic; one that was merged has none, and a search for it finds the other's."""
    if topic.merged_into is not None:
        return Ranked(0, [])
    return ranked_ids(session, Query(topics=(topic.slug,), sort=Sort.NEWEST), limit=count)


def _titles(session: Session, article_ids: Sequence[int]) -> Mapping[int, TitleLine]:
    rows = session.execute(
        sa.select(Article.id, Article.key, Version.title, Version.language, Version.published)
        .join(Version, Version.id == Article.current_version_id)
        .where(Article.id.in_(article_ids), Article.key.not_in(withdrawn_keys()))
    )
    return {row.id: TitleLine(row.title, article_link(row.key), row.language, row.published) for row in rows}
