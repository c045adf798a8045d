"""What a reader's pages show: their editions, their lists with names, what a story lets them choose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, find_article
from models.edition import Edition, Reader
from models.readers import (
    editions_of,
    names_of_tokens,
)
from models.story import Story, find_story
from models.vocabulary import Frequency
from web.article_view import refuse_withdrawn
from web.labels import language_name
from web.names import active_topic_names
from web.problems import checked_key, missing

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = ("story", "topic", "actor", "country", "source")
MAX_OF_A_KIND = 8
ALL_OF = "+"


@dataclass(frozen=True)
class EditionLine:
    """An edition as readers see it; `state` is `on`, `pending` or `off` for one reader."""

    slug: str
    name: str
    language: str
    rhythm: str
    state: str = "off"


def edition_lines(session: Session, states: Mapping[str, str] | None = None) -> tuple[EditionLine, ...]:
    """Read the editions that may be had, with those that a reader has."""
    known = states or {}
    rows = session.scalars(sa.select(Edition).order_by(Edition.name, Edition.slug))
    return tuple(
        EditionLine(each.slug, each.name, each.language, _rhythm(each), known.get(each.slug, "off"))
        for each in rows
        if each.is_active or each.slug in known
    )


def _rhythm(edition: Edition) -> str:
    """Say when an edition comes: `every Monday at 7:00 (Europe/Vienna), in French`."""
    days = {
        Frequency.DAILY: "every day",
        Frequency.WEEKLY: f"every {WEEKDAYS[edition.weekday]}",
        Frequency.MONTHLY: f"every month on day {edition.month_day}",
    }
    where = edition.timezone.replace("_", " ")
    return f"{days[edition.frequency]} at {edition.hour}:00 ({where}), in {language_name(edition.language)}"


@dataclass(frozen=True)
class Choice:
    """Something that may be followed, muted or put first: what forms send, its name, and what it is."""

    value: str
    name: str
    kind: str
    is_chosen: bool = False


@dataclass(frozen=True)
class ReaderView:
    """A reader's settings."""

    editions: tuple[EditionLine, ...]
    topics: tuple[Choice, ...]
    countries: tuple[Choice, ...]
    follows: tuple[Choice, ...]
    mutes: tuple[Choice, ...]
    other_topics: Mapping[str, str]
    suggestions: Mapping[str, str]
    """All that may be followed or muted, by its token."""


def reader_view(session: Session, reader: Reader) -> ReaderView:
    """Read a reader's settings with all names."""
    names = names_of_tokens(session)
    states = {edition.slug: "on" if row.confirmed_at else "pending" for edition, row in editions_of(session, reader)}
    topics = active_topic_names(session)
    return ReaderView(
        editions=edition_lines(session, states),
        topics=tuple(Choice(slug, names.get(f"topic:{slug}", slug), "topic") for slug in reader.topics),
        countries=tuple(Choice(code, names.get(f"country:{code}", code), "country") for code in reader.countries),
        follows=_named(session, reader.follows, names),
        mutes=_named(session, reader.mutes, names),
        other_topics={slug: name for slug, name in topics.items() if slug not in reader.topics},
        suggestions=names,
    )


def _named(
    session: Session, tokens: Iterable[str], names: Mapping[str, str], chosen: Collection[str] = ()
) -> tuple[Choice, ...]:
    return tuple(
        Choice(token, _name(session, token, names), token.partition(":")[0], token in chosen) for token in tokens
    )


def _name(session: Session, token: str, names: Mapping[str, str]) -> str:
    kind, _, value = token.partition(":")
    if kind == "story":
        story = find_story(session, value)
        return story.headline if story else value
    return f" {ALL_OF} ".join(names.get(f"{kind}:{part}", part) for part in value.split(ALL_OF))


@dataclass(frozen=True)
class Subject:
    """The story or article that a link of the mail asks about."""

    title: str
    language: str | None
    link: str
    articles: tuple[Article, ...]
    story: Story | None


def subject_of(session: Session, what: str, key: str) -> Subject:
    """Find the story or article of a link; NotInArchive without one."""
    if what == "story":
        story = find_story(session, checked_key(key, "story"))
        if story is None:
            raise missing("story", key)
        leading = [each for each in story.articles if each.repeats_id is None and each.current_version]
        return Subject(story.headline, story.headline_language, f"/story/{story.key}", tuple(leading), story)
    article = find_article(session, checked_key(key, "article")) if what == "article" else None
    if article is None or article.current_version is None:
        refuse_withdrawn(session, key if article is None else article.key)
        raise missing("article", key)
    version = article.current_version
    story = session.get(Story, article.story_id) if article.story_id else None
    return Subject(version.title or "Untitled", version.language, f"/article/{article.key}", (article,), story)


def topics_of(session: Session, subject: Subject) -> Mapping[str, str]:
    """Name the topics of the articles, by slug, the most frequent first."""
    names = active_topic_names(session)
    versions = [article.current_version for article in subject.articles]
    slugs = (row.topic_slug for version in versions if version for row in version.topics)
    return {slug: names[slug] for slug in _most_frequent(slugs) if slug in names}


def choices_of(session: Session, subject: Subject, chosen: Collection[str]) -> tuple[Choice, ...]:
    """Name what of a story or article may be followed or muted: itself, its topics, actors, countries, sources."""
    versions = [version for article in subject.articles if (version := article.current_version)]
    found: dict[str, Iterable[str]] = {
        "story": [subject.story.key] if subject.story else [],
        "topic": (row.topic_slug for version in versions for row in version.topics),
        "actor": (row.actor_slug for version in versions for row in version.actors),
        "country": (row.country for version in versions for row in version.countries),
        "source": (article.source.slug for article in subject.articles),
    }
    tokens = chain.from_iterable(
        (f"{kind}:{value}" for value in _most_frequent(found[kind])[:MAX_OF_A_KIND]) for kind in KINDS
    )
    return _named(session, tokens, names_of_tokens(session), chosen)


def _most_frequent(values: Iterable[str]) -> list[str]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return sorted(counts, key=lambda value: -counts[value])
