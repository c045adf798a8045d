"""The order of results by relevance; apart from matching, since each database scores in its own way.

Both scores are sums over the query's clauses of a saturating term weight times the inverse document frequency of the
whole clause, as in BM25 (Robertson and Zaragoza, 2009), the title counting more. The frequency is the clause's, not
each alternative's: the stem of another language is rare and would otherwise lift articles of that language.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.search.matching import SEARCH_DOCUMENT, SEARCH_TEXT, fts5_of, matches_fts5, matches_tsquery, tsquery_of
from models.search.patterns import Alternatives, Nearby, Pattern, is_form

FTS5_WEIGHTS = (5.0, 1.0, 0.5)
"""Of title, body and forms."""
TSVECTOR_WEIGHTS = (0.2, 0.2, 0.2, 1.0)
"""Of the weights D (body and forms), C, B and A (title)."""
BY_LOGARITHM_OF_LENGTH = 1
FTS5_LEAST_IDF = 1e-6

Scores = sa.Select[int, float]


def scores(session: Session, clauses: Sequence[Alternatives], matching: sa.Select[int] | list[int]) -> Scores:
    """Select `article_id` and `score` (higher is better) for a query's clauses; articles without any hit may miss.

    Where the articles are given as a list, the archive is large, and frequencies are those that the planner estimates.
    """
    if session.get_bind().dialect.name == "sqlite":
        return _bm25_scores(session, clauses)
    return _ts_rank_scores(session, clauses, matching)


def _idf(row_count: int, hit_count: int) -> float:
    return math.log(1 + (row_count - hit_count + 0.5) / (hit_count + 0.5))


def _fts5_idf(row_count: int, hit_count: int) -> float:
    """Compute the inverse document frequency as FTS5's bm25 does, in order to divide by it."""
    return max(math.log((row_count - hit_count + 0.5) / (hit_count + 0.5)), FTS5_LEAST_IDF)


def _bm25_scores(session: Session, clauses: Sequence[Alternatives]) -> Scores:
    row_count = session.scalar(sa.text("SELECT count(*) FROM search_text_docsize")) or 0
    parts: list[sa.Select[int, float]] = []
    for clause in clauses:
        clause_idf = _idf(row_count, _fts5_count(session, clause))
        for pattern in clause:
            factor = clause_idf / _fts5_idf(row_count, _fts5_count(session, (pattern,)))
            bm25 = sa.func.bm25(sa.literal_column("search_text"), *FTS5_WEIGHTS, type_=sa.Float)
            score = (bm25 * -factor).label("score")
            columns = sa.select(SEARCH_TEXT.c.rowid.label("article_id"), score)
            parts.append(columns.where(matches_fts5(_scored_match(pattern, clause))))
    # Materialised, or else SQLite may merge it into a query where bm25 has no match to look at.
    each = sa.union_all(*parts).cte("hit").prefix_with("MATERIALIZED")
    return sa.select(each.c.article_id, sa.func.sum(each.c.score).label("score")).group_by(each.c.article_id)


def _scored_match(pattern: Pattern | Nearby, clause: Alternatives) -> str:
    """Score a form only where no stem was found: it mostly stands beside its stem and would double the work."""
    match = fts5_of((pattern,))
    stems = tuple(each for each in clause if isinstance(each, Nearby) or not is_form(each))
    if not stems or pattern in stems:
        return match
    return f"({match}) NOT ({fts5_of(stems)})"


def _fts5_count(session: Session, alternatives: Alternatives) -> int:
    count = sa.select(sa.func.count()).select_from(SEARCH_TEXT).where(matches_fts5(fts5_of(alternatives)))
    return session.scalar(count) or 0


def _ts_rank_scores(session: Session, clauses: Sequence[Alternatives], matching: sa.Select[int] | list[int]) -> Scores:
    terms, article_id = SEARCH_DOCUMENT.c.terms, SEARCH_DOCUMENT.c.article_id
    # With a single clause the frequency changes no order.
    idfs = _tsvector_idfs(session, clauses, is_estimated=isinstance(matching, list)) if len(clauses) > 1 else [1.0]
    score: sa.ColumnElement[float] = sa.literal(0.0, sa.Float)
    for clause, idf in zip(clauses, idfs, strict=True):
        weights = sa.cast(list(TSVECTOR_WEIGHTS), sa.ARRAY(sa.REAL))
        rank = sa.func.ts_rank(weights, terms, tsquery_of(clause, to_rank=True), BY_LOGARITHM_OF_LENGTH, type_=sa.Float)
        score += sa.func.max(rank) * idf
    return (
        sa.select(article_id.label("article_id"), score.label("score"))
        .where(
            article_id == sa.any_(sa.cast(matching, sa.ARRAY(sa.Integer)))
            if isinstance(matching, list)
            else article_id.in_(matching)
        )
        .group_by(article_id)
    )


def _tsvector_idfs(session: Session, clauses: Sequence[Alternatives], *, is_estimated: bool) -> list[float]:
    every = sa.select(SEARCH_DOCUMENT.c.article_id)
    found = [every.where(matches_tsquery(clause)) for clause in clauses]
    if is_estimated:
        row_count, *counts = (estimated_count(session, each) for each in (every, *found))
    else:
        row_count, *counts = (
            session.scalar(sa.select(sa.func.count(each.subquery().c.article_id.distinct()))) or 0
            for each in (every, *found)
        )
    return [_idf(row_count, count) for count in counts]


def estimated_count(session: Session, select: sa.Select[int]) -> int:
    """Ask PostgreSQL's planner how many rows a statement would give."""
    compiled = select.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    explained = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", dict(compiled.params))
    plan: int = explained.scalar_one()[0]["Plan"]["Plan Rows"]
    return plan
