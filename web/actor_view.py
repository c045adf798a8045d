"""Actors as plain values: the lines of their list, one with its names and articles, and the names that are proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.actors import actor_counts, actors_beside, newest_articles_naming
from models.article import Article, Version
from models.knowledge import Actor
from models.proposals import ProposedName, proposed_names
from models.source import Source
from perilune.dates import PartialDate
from web.links import article_link
from web.names import Named, actor_names
from web.problems import missing

NEWEST_SHOWN = 20
BESIDE_SHOWN = 20
PROPOSALS_SHOWN = 30
FIRST_LANGUAGES = ("en", "zh", "ru", "fr")
"""The languages whose names stand first; others follow by their codes."""
WIKIDATA = "https://www.wikidata.org/wiki/"


@dataclass(frozen=True)
class ActorLine:
    """An actor in a list, with the number of articles that name it."""

    slug: str
    name: str
    kind: str
    country: str | None
    is_active: bool
    article_count: int


@dataclass(frozen=True)
class ActorFilter:
    """What a list of actors is narrowed to; empty fields restrict nothing."""

    words: str = ""
    kind: str = ""
    country: str = ""


@dataclass(frozen=True)
class NamesIn:
    """An actor's names in one language."""

    language: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class ContextLine:
    """A name that counts only in its context: the words that speak for it, and those that speak against it."""

    name: str
    words_for: tuple[str, ...]
    words_against: tuple[str, ...]


@dataclass(frozen=True)
class NamingLine:
    """An article that names an actor."""

    key: str
    title: str
    language: str | None
    published: PartialDate | None
    source: Named
    link: str


@dataclass(frozen=True)
class BesideLine:
    """Another actor, and how many articles name both."""

    slug: str
    name: str
    article_count: int


@dataclass(frozen=True)
class ActorView:
    """An actor with all that is known of it."""

    line: ActorLine
    is_edited: bool
    names: tuple[NamesIn, ...]
    contexts: tuple[ContextLine, ...]
    wikidata: str | None
    wikidata_url: str | None
    cited: str | None
    newest: tuple[NamingLine, ...]
    beside: tuple[BesideLine, ...]


def actor_lines(session: Session, wanted: ActorFilter | None = None) -> tuple[ActorLine, ...]:
    """Read the actors that a filter lets through: those that most articles name first, then by name."""
    wanted = wanted or ActorFilter()
    counts = actor_counts(session)
    rows = session.scalars(sa.select(Actor).order_by(sa.func.lower(Actor.name), Actor.slug))
    lines = [_line(row, counts) for row in rows if _is_wanted(row, wanted)]
    return tuple(sorted(lines, key=lambda line: (-line.article_count, not line.is_active)))


def _line(row: Actor, counts: Mapping[str, int]) -> ActorLine:
    return ActorLine(row.slug, row.name, row.kind, row.country, row.is_active, counts.get(row.slug, 0))


def _is_wanted(row: Actor, wanted: ActorFilter) -> bool:
    if (wanted.kind and row.kind != wanted.kind) or (wanted.country and row.country != wanted.country):
        return False
    words = wanted.words.casefold().strip()
    return not words or any(words in name.casefold() for name in (row.slug, row.name, *_all_names(row)))


def _all_names(row: Actor) -> Iterable[str]:
    return (name for names in cast("Mapping[str, Sequence[str]]", row.names).values() for name in names)


def actor_view(session: Session, slug: str) -> ActorView:
    """Read one actor; a problem of status 404 where there is none."""
    row = session.get(Actor, slug)
    if row is None:
        raise missing("actor", slug)
    return ActorView(
        line=_line(row, actor_counts(session)),
        is_edited=row.edited_at is not None,
        names=_names(row),
        contexts=_contexts(row),
        wikidata=row.wikidata,
        wikidata_url=WIKIDATA + row.wikidata if row.wikidata else None,
        cited=row.cited,
        newest=_newest(session, slug),
        beside=_beside(session, slug),
    )


def _names(row: Actor) -> tuple[NamesIn, ...]:
    names = cast("Mapping[str, Sequence[str]]", row.names)
    order = [*(each for each in FIRST_LANGUAGES if each in names), *sorted(names.keys() - set(FIRST_LANGUAGES))]
    return tuple(NamesIn(language, tuple(names[language])) for language in order)


def _contexts(row: Actor) -> tuple[ContextLine, ...]:
    contexts = sorted(cast("Mapping[str, Sequence[str]]", row.ambiguous).items())
    return tuple(
        ContextLine(
            name,
            tuple(word for word in words if not word.startswith("-")),
            tuple(word[1:] for word in words if word.startswith("-")),
        )
        for name, words in contexts
    )


def _newest(session: Session, slug: str) -> tuple[NamingLine, ...]:
    found = newest_articles_naming(session, slug, limit=NEWEST_SHOWN)
    source_ids = {article.source_id for article, _ in found}
    sources = {row.id: row for row in session.scalars(sa.select(Source).where(Source.id.in_(source_ids)))}
    return tuple(_naming(article, version, sources[article.source_id]) for article, version in found)


def _naming(article: Article, version: Version, source: Source) -> NamingLine:
    return NamingLine(
        key=article.key,
        title=version.title,
        language=version.language,
        published=version.published,
        source=Named(source.slug, source.name),
        link=article_link(article.key),
    )


def _beside(session: Session, slug: str) -> tuple[BesideLine, ...]:
    counted = actors_beside(session, slug, limit=BESIDE_SHOWN)
    names = actor_names(session, [other for other, _ in counted])
    return tuple(BesideLine(other, names[other], count) for other, count in counted)


def proposal_lines(session: Session, *, limit: int = PROPOSALS_SHOWN) -> tuple[ProposedName, ...]:
    """Read the names that are proposed as actors, the most frequent first."""
    return proposed_names(session, limit=limit)


def kinds_and_countries(session: Session) -> tuple[list[str], list[str]]:
    """List the kinds and the countries that actors have, to choose from."""
    kinds = session.scalars(sa.select(Actor.kind).distinct().order_by(Actor.kind))
    countries = session.scalars(sa.select(Actor.country).where(Actor.country.is_not(None)).distinct())
    return list(kinds), [country for country in countries if country]
