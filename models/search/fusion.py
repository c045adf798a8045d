"""Words and meaning together: two rankings made one by reciprocal rank fusion, and when meaning is asked at all.

An article that both find stands before one that either finds (Cormack, Clarke and Büttcher 2009). What matches by words
only beyond the first 200 follows, so that nothing which matches is ever left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article, Version
from models.search.derived.reading import Ranked
from models.search.filters import By, Sort
from models.search.matches import Matches
from models.search.query import Query
from models.search.ranked import ranked_ids
from models.search.results import Results, hits_of, search

FUSED = 200
"""So many of each ranking are fused."""
RANK_OFFSET = 60
"""The constant k of the paper."""
HAVING = 5
"""So many articles that have a query's words tell what it is about."""
_OPERATORS = re.compile(r'["*]|(?:^|(?<=\s))(?:-\S*|\w+:|OR|NEAR(?:/\d+)?)(?:$|(?=\s)|(?<=:))')


@dataclass(frozen=True)
class Near:
    """An article that is near in meaning, and the span of its text that is nearest, where that is known."""

    article_id: int
    span: tuple[int, int] | None


class FindsByMeaning(Protocol):
    """What finds articles by the meaning of words; the wiring makes it, for models load no encoder."""

    def nearest(self, session: Session, words: str, matches: Matches, having: Sequence[int] = ()) -> Sequence[Near]:
        """Return the nearest of the articles that match, at most 200, the nearest first.

        `having` are the best articles that have the words, of the whole archive: they tell what the words are about.
        """
        ...


def search_by(
    session: Session, query: Query, meaning: FindsByMeaning | None, *, limit: int = 20, offset: int = 0
) -> Results:
    """Find articles by words, by meaning or by both, as the query says or else as is best for its words.

    By words alone where there is nothing that finds by meaning. Orders by date take no part in fusing.
    """
    way = way_of(query)
    if meaning is None or way == By.WORDS:
        return search(session, query, limit=limit, offset=offset)
    # What is excluded is excluded from both.
    rest = query.with_(text=str(replace(query.expression, clauses=())))
    by_words = ranked_ids(session, query, limit=FUSED) if way == By.BOTH else None
    words_alone = Query(text=query.text)
    is_unfiltered = by_words is not None and query.with_(by=None) == words_alone
    having = (by_words if by_words and is_unfiltered else ranked_ids(session, words_alone, limit=HAVING)).ids[:HAVING]
    near = meaning.nearest(session, words_of(query), Matches(session, rest), having)
    if by_words is None:
        ids = _newest_first(session, near) if query.sort == Sort.NEWEST else [each.article_id for each in near]
        results = Results(len(ids), (), by=way, alone=tuple(ids))
        shown: Sequence[int] = ids[offset : offset + limit]
    else:
        results, shown = _fused(session, query, _Found(by_words, near), limit=limit, offset=offset)
    spans = {each.article_id: each.span for each in near if each.span is not None}
    return replace(results, hits=hits_of(session, query, shown, spans=spans))


def way_of(query: Query) -> By:
    """Say how a query is answered: as it says; else by both where it is of plain words and wants the best first."""
    if not words_of(query):
        return By.WORDS
    if query.by is not None:
        return By.WORDS if query.by == By.BOTH and query.sort == Sort.NEWEST else query.by
    is_plain = not _OPERATORS.search(query.text)
    return By.BOTH if is_plain and query.sort == Sort.RELEVANCE else By.WORDS


def words_of(query: Query) -> str:
    """Give the words that a query wants, without its operators and what it excludes."""
    return " ".join(_OPERATORS.sub(" ", str(replace(query.expression, excluded=()))).split())


class _Found(NamedTuple):
    """The best of both ways."""

    by_words: Ranked
    near: Sequence[Near]


def _fused(session: Session, query: Query, found: _Found, *, limit: int, offset: int) -> tuple[Results, Sequence[int]]:
    by_words, near_ids = found.by_words, [each.article_id for each in found.near]
    both = set(Matches(session, query).among(near_ids))
    fused = fused_ids(by_words.ids, near_ids)
    shown = fused[offset : offset + limit]
    if len(shown) < limit:
        beyond = max(0, offset - len(fused))
        fused_before = both.difference(by_words.ids)
        shown += _words_beyond(session, query, fused_before, limit=limit - len(shown), offset=beyond)
    alone = tuple(article_id for article_id in near_ids if article_id not in both)
    total = by_words.total + len(alone)
    return Results(total, (), is_approximate=by_words.is_approximate, by=By.BOTH, alone=alone), shown


def _words_beyond(session: Session, query: Query, without: Collection[int], *, limit: int, offset: int) -> list[int]:
    """Return ids of matches by words after the first 200, but for those that the fused list has already."""
    if not without:
        return list(ranked_ids(session, query, limit=limit, offset=FUSED + offset).ids)
    found = ranked_ids(session, query, limit=offset + limit + len(without), offset=FUSED).ids
    return [article_id for article_id in found if article_id not in without][offset : offset + limit]


def fused_ids(*rankings: Sequence[int]) -> list[int]:
    """Make rankings one (reciprocal rank fusion); what is equal keeps the order in which it first occurs."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, article_id in enumerate(ranking, start=1):
            scores[article_id] = scores.get(article_id, 0.0) + 1 / (RANK_OFFSET + rank)
    return sorted(scores, key=lambda article_id: -scores[article_id])


def _newest_first(session: Session, near: Sequence[Near]) -> list[int]:
    return list(
        session.scalars(
            sa.select(Article.id)
            .join(Version, Version.id == Article.current_version_id)
            .where(Article.id.in_([each.article_id for each in near]))
            .order_by(Version.published_first_on.desc().nulls_last(), Article.id.desc())
        )
    )
