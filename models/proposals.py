"""Names that look like organisations' and are no actor's yet: those that many articles bear are proposed to people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.knowledge import NameDecision, UnknownName
from models.vocabulary import Relevance

LEAST_ARTICLES = 3
EXAMPLES_SHOWN = 3


@dataclass(frozen=True)
class ProposedName:
    """A name that may be an actor's: how many articles bear it, in which spellings, and some of them."""

    key: str
    name: str
    """Its most frequent spelling."""
    spellings: tuple[str, ...]
    article_count: int
    article_keys: tuple[str, ...]


def proposed_names(session: Session, *, limit: int = 100) -> tuple[ProposedName, ...]:
    """List undecided names by the number of articles that bear them: copies and articles off the subject apart."""
    article_count = sa.func.count(sa.distinct(Article.id))
    frequent = (
        sa.select(UnknownName.name_key, article_count)
        .join(Version, Version.id == UnknownName.version_id)
        .join(Article, Article.current_version_id == Version.id)
        .where(*_COUNTED, UnknownName.name_key.not_in(sa.select(NameDecision.name_key)))
        .group_by(UnknownName.name_key)
        .having(article_count >= LEAST_ARTICLES)
        .order_by(article_count.desc(), UnknownName.name_key)
        .limit(limit)
    )
    counts = dict(session.execute(frequent).all())
    spellings, articles = _details(session, list(counts))
    return tuple(
        ProposedName(key, spellings[key][0], tuple(spellings[key]), count, tuple(articles[key][:EXAMPLES_SHOWN]))
        for key, count in counts.items()
    )


def versions_with_name(session: Session, name_key: str) -> list[int]:
    """Name the current versions that bear a name, copies included."""
    bears = sa.select(UnknownName.version_id).where(UnknownName.name_key == name_key)
    found = session.scalars(sa.select(Article.current_version_id).where(Article.current_version_id.in_(bears)))
    return [each for each in found if each is not None]


_COUNTED = (Article.copy_of_id.is_(None), Version.relevance != Relevance.OFF)


def _details(session: Session, keys: Sequence[str]) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """Read the spellings of each name, the most frequent first, and the keys of its articles, the newest first."""
    rows = session.execute(
        sa.select(UnknownName.name_key, UnknownName.name, Article.key)
        .join(Version, Version.id == UnknownName.version_id)
        .join(Article, Article.current_version_id == Version.id)
        .where(*_COUNTED, UnknownName.name_key.in_(keys))
        .order_by(Article.first_seen_at.desc(), Article.key)
    )
    spellings: dict[str, Counter[str]] = {}
    articles: dict[str, dict[str, None]] = {}
    for key, name, article in rows:
        spellings.setdefault(key, Counter())[name] += 1
        articles.setdefault(key, {})[article] = None
    return (
        {key: _most_frequent_first(found.items()) for key, found in spellings.items()},
        {key: list(found) for key, found in articles.items()},
    )


def _most_frequent_first(counted: Iterable[tuple[str, int]]) -> list[str]:
    return [name for name, _ in sorted(counted, key=lambda item: (-item[1], item[0]))]
