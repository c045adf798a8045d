"""Topics as plain values: the lines of their list, and one topic with its words, examples and newest articles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, TopicAssignment, Version
from models.knowledge import Topic
from models.taxonomy import article_counts, state_of_topic
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
    counts = article_counts(session)
    newest = _newest(session, 1)
    lines = [
        _line(row, counts.get(row.slug, 0), next(iter(newest.get(row.slug, ())), None))
        for row in session.scalars(sa.select(Topic))
    ]
    return tuple(sorted(lines, key=lambda line: (not line.is_active, line.name.casefold())))


def topic_view(session: Session, slug: str) -> TopicView:
    """Read one topic; a problem of status 404 where there is none."""
    row = session.get(Topic, slug)
    if row is None:
        raise missing("topic", slug)
    newest = _newest(session, NEWEST_SHOWN, slug).get(slug, ())
    others = sa.select(Topic.slug, Topic.name).where(Topic.is_active, Topic.slug != slug).order_by(Topic.name)
    return TopicView(
        line=_line(row, article_counts(session).get(slug, 0), next(iter(newest), None)),
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


def _newest(session: Session, count: int, slug: str | None = None) -> dict[str, tuple[TitleLine, ...]]:
    """Read the newest articles of every topic, or of one, copies left out."""
    place = sa.func.row_number().over(
        partition_by=TopicAssignment.topic_slug,
        order_by=(Version.published_first_on.desc().nulls_last(), Article.id.desc()),
    )
    ranked = (
        sa.select(TopicAssignment.topic_slug, Article.key, Version.title, Version.language, Version.published)
        .add_columns(place.label("place"))
        .join(Version, Version.id == TopicAssignment.version_id)
        .join(Article, Article.current_version_id == Version.id)
        .where(Article.copy_of_id.is_(None), *([TopicAssignment.topic_slug == slug] if slug else []))
        .subquery()
    )
    found = session.execute(sa.select(ranked).where(ranked.c.place <= count).order_by(ranked.c.place))
    return _by_topic(
        (row.topic_slug, TitleLine(row.title, article_link(row.key), row.language, row.published)) for row in found
    )


def _by_topic(pairs: Iterable[tuple[str, TitleLine]]) -> dict[str, tuple[TitleLine, ...]]:
    lines: dict[str, list[TitleLine]] = {}
    for slug, line in pairs:
        lines.setdefault(slug, []).append(line)
    return {slug: tuple(found) for slug, found in lines.items()}
