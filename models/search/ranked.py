"""Which articles a query finds, in its order: asked of the derived index where it may be used, else of the tables."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.search.columns import columns_of
from models.search.derived.reading import Ranked, derived_index_of
from models.search.filters import Sort
from models.search.matching import matching_ids
from models.search.newest import is_large, newest_first
from models.search.patterns import clauses_of
from models.search.query import Query
from models.search.ranking import scores


def ranked_ids(session: Session, query: Query, *, limit: int, offset: int = 0) -> Ranked:
    """Find a page of ids, best or newest first; equals by date (newest first, undated last), then by id, falling."""
    derived = derived_index_of(session)
    found = derived.ranked(session, query, limit=limit, offset=offset) if derived else None
    if found is None and is_large(session):
        newest = newest_first(session, query, limit=limit, offset=offset)
        found = Ranked(newest.total, newest.ids[offset : offset + limit], is_approximate=newest.estimate is not None)
    return found or ranked_by_tables(session, query, limit=limit, offset=offset)


def ranked_by_tables(session: Session, query: Query, *, limit: int, offset: int = 0) -> Ranked:
    """Find a page of ids by the index that the database keeps itself, in the session's transaction."""
    matching = matching_ids(session, query)
    total = session.scalar(sa.select(sa.func.count()).select_from(matching.subquery())) or 0
    if offset >= total:
        return Ranked(total, [])
    clauses = clauses_of(query.expression)
    columns = columns_of(session)
    if clauses and query.sort == Sort.RELEVANCE:
        scored = scores(session, clauses, matching).subquery()
        matching = matching.outerjoin(scored, scored.c.article_id == columns.article_id)
        matching = matching.order_by(sa.func.coalesce(scored.c.score, 0).desc())
    return Ranked(total, list(session.scalars(matching.order_by(*columns.newest_first).limit(limit).offset(offset))))
