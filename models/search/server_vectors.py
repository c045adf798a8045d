"""The nearest articles as PostgreSQL finds them by its extension pgvector; in memory nothing is held.

Read only: `server_schema` makes and keeps what is asked here. Without filters an index of neighbours (HNSW, Malkov and
Yashunin 2018) is asked; with filters it goes on until enough match, and where these leave few, all are compared.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.orm import Session

from models.article import Article
from models.search.article_vectors import ENOUGH
from models.search.centring import Centring
from models.search.columns import SEARCH_ARTICLE
from models.search.matches import Matches
from models.search.matrix import Floats, Ids
from models.search.ranking import estimated_count
from models.search.server_schema import ARTICLE_VECTOR, LAYOUT, MADE, MEAN, schema_of_extension
from models.takedown import withdrawn_keys

NEAREST = 20
COMPARED_ALL = 20_000
"""Where filters leave at most so many, each is compared."""
SETTINGS = {
    "hnsw.ef_search": "200",
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.max_scan_tuples": "40000",
    "jit": "off",
}
"""How wide the index looks, and how far it goes on where filters leave little (`benchmarks/semantic_server.py`)."""


class ServerVectors:
    """One vector an article, centred on its language, in tables that triggers keep; good for one session."""

    def __init__(self, centring: Centring, extension: str, *, compared_all: int = COMPARED_ALL) -> None:
        """Take the schema in which the extension's operators are, too."""
        self.centring = centring
        self._extension = extension
        self._compared_all = compared_all

    def count(self, session: Session) -> int:
        """Tell of how many articles it holds the vector."""
        return session.scalar(sa.select(sa.func.count()).select_from(ARTICLE_VECTOR)) or 0

    def nearest(self, session: Session, vector: Floats, count: int = NEAREST) -> tuple[Ids, Floats]:
        """Return the nearest of all articles and their cosines, the nearest first, at most 20."""
        _set(session)
        product = self._product(vector)
        every = sa.select(ARTICLE_VECTOR.c.article_id, product.label("product")).order_by(product)
        near = every.limit(min(count, NEAREST)).subquery()
        select = sa.select(near).join(Article, Article.id == near.c.article_id)
        return _read(session, select.where(Article.key.not_in(withdrawn_keys())))

    def best_matching(self, session: Session, matches: Matches, vector: Floats) -> tuple[Ids, Floats]:
        """Find the nearest of those that match, at most 200, and how near they are."""
        matching = matches.statement()
        _set(session)
        if estimated_count(session, matching) > self._compared_all:
            product = self._product(vector)
            of_all = matching.join(ARTICLE_VECTOR, ARTICLE_VECTOR.c.article_id == SEARCH_ARTICLE.c.article_id)
            # Sorting what matches would compare all of it: the index has them in order.
            session.execute(sa.text("SET LOCAL enable_sort = off"))
            ids, scores = _read(session, of_all.add_columns(product).order_by(product).limit(ENOUGH))
            session.execute(sa.text("SET LOCAL enable_sort = on"))
            if len(ids) == ENOUGH:
                return ids, scores
        found = matching.cte("found").prefix_with("MATERIALIZED")
        product = self._product(vector)
        of_found = sa.select(ARTICLE_VECTOR.c.article_id, product).join(
            found, found.c.id == ARTICLE_VECTOR.c.article_id
        )
        # By what no index has in order.
        return _read(session, of_found.order_by((-product).desc()).limit(ENOUGH))

    def _product(self, vector: Floats) -> sa.ColumnElement[float]:
        """Write the negative inner product with a vector, by which the index is ordered."""
        given = sa.bindparam(None, vector.tolist(), type_=HALFVEC(len(vector)))
        return ARTICLE_VECTOR.c.vector.op(f"OPERATOR({self._extension}.<#>)", return_type=sa.Float)(given)

    def vectors_of(self, session: Session, ids: Ids) -> Floats:
        """Read the centred vectors of articles in the order of their ids, shape [those that have one, dimensions]."""
        wanted = sa.select(ARTICLE_VECTOR).where(ARTICLE_VECTOR.c.article_id.in_(ids.tolist()))
        by_id = {row.article_id: row.vector for row in session.execute(wanted)}
        known = [by_id[article_id] for article_id in ids.tolist() if article_id in by_id]
        return np.array(known, np.float32)


def server_vectors(session: Session, model: str, means: Mapping[str, Floats]) -> ServerVectors | None:
    """Return the vectors that the database compares itself; None where there are none of this encoder and its means."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    if session.scalar(sa.text("SELECT to_regclass('perilune_vectors.made')")) is None:
        return None
    made = session.scalar(sa.select(MADE.c.means).where(MADE.c.model == model, MADE.c.layout == LAYOUT))
    extension = schema_of_extension(session)
    if made is None or extension is None:
        return None
    known = Centring(means or _means_stored(session))
    return ServerVectors(known, extension) if made == known.mark else None


def _means_stored(session: Session) -> dict[str, Floats]:
    return {row.language: np.asarray(row.mean, np.float32) for row in session.execute(sa.select(MEAN))}


def _read(session: Session, select: sa.Select[int, float]) -> tuple[Ids, Floats]:
    rows = session.execute(select).all()
    ids = np.array([row[0] for row in rows], np.int64)
    products = -np.array([row[1] for row in rows], np.float32)
    order = np.lexsort((-ids, -products))
    return ids[order], products[order]


def _set(session: Session) -> None:
    for name, value in SETTINGS.items():
        session.execute(sa.select(sa.func.set_config(name, value, True)))
