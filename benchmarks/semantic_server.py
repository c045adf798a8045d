"""How fast PostgreSQL finds the nearest by pgvector, and how many of them: with and without filters.

    python -m benchmarks.semantic_server [COUNT]

The vectors are drawn as those of `benchmarks/semantic.py`.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psycopg
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.search import SERVER
from models.database import open_database
from models.search import Query
from models.search.centring import ANY
from models.search.columns import SEARCH_ARTICLE
from models.search.matches import Matches
from models.search.matrix import Floats, Ids
from models.search.server_schema import make_server_vectors
from models.search.server_vectors import server_vectors
from perilune.config import settings_from
from pipeline.encoding.encoder import load_encoder
from pipeline.runners.classifier import steady_means
from pipeline.runners.embed import text_to_encode
from pipeline.understanding.labelled import load_training_texts
from tests.postgres import private_cluster, programs_with_pgvector

MODEL, SEED, ASKED, BLOCK, BEST = "drawn", 20, 200, 20_000, 20
SHARES = {"without a filter": 1, "a tenth": 10, "a hundredth": 100}
_ARTICLES = """
INSERT INTO article (id, key, url, source_id, first_seen_at, is_backfill, is_standing, current_version_id)
SELECT id, lpad(to_hex(id), 12, '0'), 'https://archive.example/' || id, id %% 100, now(), false, false, id
FROM generate_series(%s::integer, %s::integer) AS id
"""
_ROWS = """
INSERT INTO search_article (article_id, key, source_id, is_copy, topics, countries, actors)
SELECT id, key, source_id, false, '{}', '{}', '{}' FROM article WHERE id BETWEEN %s AND %s
"""


@dataclass(frozen=True)
class OfSources(Matches):
    """What each so manieth source has, without a filter that would need its names."""

    share: int

    def statement(self) -> sa.Select[int]:
        """Write the statement that selects their ids."""
        of_source = SEARCH_ARTICLE.c.source_id.in_(range(0, 100, self.share))
        return sa.select(SEARCH_ARTICLE.c.article_id.label("id")).where(of_source)


def factor_of_texts() -> Floats:
    """Measure how the encoder's vectors of the labelled texts lie, each centred on its language."""
    settings = settings_from({})
    encoder = load_encoder(settings.encoder, settings.cache, threads=1)
    documents = [text.document for text in load_training_texts()]
    vectors = encoder.encode([text_to_encode(each.title, each.text) for each in documents])
    means = steady_means(encoder.model)
    spread = np.stack([means.centred(one, each.language) for one, each in zip(vectors, documents, strict=True)])
    return np.linalg.cholesky(np.cov(spread.T) + 1e-7 * np.eye(spread.shape[1])).astype(np.float32)


def blocks_of(factor: Floats, count: int) -> Iterator[tuple[Ids, Floats]]:
    """Draw the vectors of articles by their ids, block by block."""
    draw = np.random.default_rng(SEED)
    for start in range(1, count + 1, BLOCK):
        ids = np.arange(start, min(start + BLOCK, count + 1))
        rows = draw.standard_normal((len(ids), len(factor)), dtype=np.float32) @ factor.T
        yield ids, np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def fill(url: str, factor: Floats, count: int, queries: Floats) -> dict[int, NDArray[np.int64]]:
    """Store articles with vectors and nothing else; returns the exact nearest of each share."""
    best = {share: (np.zeros((ASKED, 0), np.float32), np.zeros((ASKED, 0), np.int64)) for share in SHARES.values()}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        for ids, vectors in blocks_of(factor, count):
            connection.execute(_ARTICLES, [int(ids[0]), int(ids[-1])])
            connection.execute(_ROWS, [int(ids[0]), int(ids[-1])])
            with connection.cursor().copy("COPY vector (version_id, model, language, embedding) FROM STDIN") as copy:
                for number, vector in zip(ids.tolist(), vectors.astype("<f2"), strict=True):
                    copy.write_row((number, MODEL, "en", vector.tobytes()))
            for share, known in best.items():
                wanted = ids % share == 0
                best[share] = _best(known, queries @ vectors[wanted].T, ids[wanted])
        for table in ("article", "search_article", "vector"):
            connection.execute(f"VACUUM ANALYZE {table}")
    return {share: ids for share, (_, ids) in best.items()}


def _best(known: tuple[Floats, NDArray[np.int64]], cosines: Floats, ids: Ids) -> tuple[Floats, NDArray[np.int64]]:
    every = np.concatenate([known[0], cosines], axis=1)
    numbers = np.concatenate([known[1], np.broadcast_to(ids, cosines.shape)], axis=1)
    order = np.argsort(-every, axis=1)[:, :BEST]
    return np.take_along_axis(every, order, axis=1), np.take_along_axis(numbers, order, axis=1)


def measure(
    sessions: sessionmaker[Session], queries: Floats, exact: dict[int, NDArray[np.int64]], means: dict[str, Floats]
) -> None:
    """Print recall and times of each share."""
    for name, share in SHARES.items():
        spent, recalls = [], []
        for query, wanted in zip(queries, exact[share], strict=True):
            with sessions() as session:
                begun = time.perf_counter()
                vectors = server_vectors(session, MODEL, means)
                assert vectors is not None
                ids, _ = vectors.best_matching(session, OfSources(session, Query(), share), query)
                spent.append((time.perf_counter() - begun) * 1000)
            recalls.append(len(set(ids[:BEST].tolist()) & set(wanted.tolist())) / BEST)
        p95 = statistics.quantiles(spent, n=20)[-1]
        print(f"{name}: p50 {statistics.median(spent):.0f} ms, p95 {p95:.0f} ms, recall@20 {np.mean(recalls):.3f}")


def main() -> None:
    """Make the archive of vectors, let the server index them, and ask."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    factor = factor_of_texts()
    means = {ANY: np.zeros(len(factor), np.float32)}
    queries = _asked(factor)
    with private_cluster(settings=SERVER, programs=programs_with_pgvector()) as url:
        sessions = open_database(url)
        plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        exact = fill(plain, factor, count, queries)
        begun = time.monotonic()
        make_server_vectors(sessions, MODEL, means)
        print(f"{count:,} vectors: made in {time.monotonic() - begun:.0f} s", flush=True)
        with sessions() as session:
            size = session.scalar(sa.text("SELECT pg_total_relation_size('perilune_vectors.article_vector')"))
        print(f"table and index: {int(size or 0) / 1e6:,.0f} MB")
        measure(sessions, queries, exact, means)
        sessions.kw["bind"].dispose()


def _asked(factor: Floats) -> Floats:
    rows = np.random.default_rng(SEED + 1).standard_normal((ASKED, len(factor)), dtype=np.float32) @ factor.T
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


if __name__ == "__main__":
    main()
