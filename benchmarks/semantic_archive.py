"""How long a whole search by meaning takes in a large archive, with filters too, beside comparing every vector.

    OMP_NUM_THREADS=1 python -m benchmarks.semantic_archive HOME

HOME is one that `benchmarks/search.py` made: its vectors are drawn, its words and filters are real. The index by words
and the rows are read as in use, so that the times are those that a reader waits.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from benchmarks.semantic_queries import QUERIES
from models.article import Article, Vector
from models.search import parse_query, search_by
from models.search.article_vectors import ArticleVectors
from models.search.matches import Matches
from models.search.meaning import Meaning
from perilune.archive import Archive, open_archive
from perilune.config import SearchEngine, Settings
from perilune.logs import configure_logging
from perilune.serving_meaning import encoding_with
from pipeline.encoding.encoder import load_encoder

FILTERS = (
    "",
    "lang:fr",
    "topic:lunar-exploration",
    "country:CN after:2021",
    "country:US+CN",
    "type:report",
    "actor:esa",
)
BEST, READ_AT_ONCE, EXACT_ASKED = 20, 20_000, 20
Floats = NDArray[np.float32]


def lines() -> list[str]:
    """Write the questions: every phrase with a filter, each filter as often as the others."""
    phrases = [words for queries in QUERIES.values() for words in queries.values()]
    return [f"{words} {FILTERS[place % len(FILTERS)]}".strip() for place, words in enumerate(phrases)]


def timed(what: str, ask: Callable[[str], object], asked: Sequence[str]) -> float:
    """Ask everything twice, print the second round's times (ms), and return the 95th percentile."""
    for line in asked:
        ask(line)
    spent = []
    for line in asked:
        begun = time.perf_counter()
        ask(line)
        spent.append((time.perf_counter() - begun) * 1000)
    p95 = statistics.quantiles(spent, n=20)[-1]
    print(f"{what:<48} {len(spent)} asked  p50 {statistics.median(spent):6.1f} ms  p95 {p95:6.1f} ms", flush=True)
    return p95


def every_vector(session: Session, vectors: ArticleVectors) -> tuple[NDArray[np.int64], Floats]:
    """Read all vectors of current versions, centred as the search centres them."""
    select = sa.select(Article.id, Vector.language, Vector.embedding).join(
        Vector, (Vector.version_id == Article.current_version_id) & (Vector.model == vectors.model)
    )
    ids: list[int] = []
    blocks: list[Floats] = []
    for rows in session.execute(select.execution_options(yield_per=READ_AT_ONCE)).partitions():
        raw = np.frombuffer(b"".join(row.embedding for row in rows), "<f2").reshape(len(rows), -1)
        languages = np.array([row.language for row in rows])
        blocks.append(vectors.centring.centred(raw.astype(np.float32), languages))
        ids += [row.id for row in rows]
    return np.array(ids), np.concatenate(blocks)


def compare_with_exact(archive: Archive, vectors: ArticleVectors, asked: Sequence[str]) -> float:
    """Compare the nearest of what filters leave with the exact ones; returns the 95th percentile of comparing all (ms).

    What is near to is the vector of an article drawn by lot.
    """
    with archive.sessions() as session:
        ids, matrix = every_vector(session, vectors)
        lot = np.random.default_rng(7)
        recalls, theirs, ours = [], [], []
        for line in asked:
            query = matrix[lot.integers(len(matrix))]
            filters = " ".join(part for part in line.split() if ":" in part)
            matches = Matches(session, parse_query(filters))
            begun = time.perf_counter()
            mine, _ = vectors.best_matching(session, matches, query)
            ours.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            cosines = matrix @ query
            wanted = np.isin(ids, matches.every())
            cosines[~wanted] = -2
            best = ids[np.argpartition(-cosines, BEST)[:BEST]]
            theirs.append((time.perf_counter() - begun) * 1000)
            recalls.append(len(set(mine[:BEST].tolist()) & set(best.tolist())) / BEST)
    p95 = statistics.quantiles(theirs, n=20)[-1]
    own = statistics.quantiles(ours, n=20)[-1]
    print(f"nearest of what matches: p50 {statistics.median(ours):.1f} ms, p95 {own:.1f} ms")
    print(f"recall@{BEST} against exact {np.mean(recalls):.3f}, the least {min(recalls):.2f}")
    print(f"every vector compared: p50 {statistics.median(theirs):.1f} ms, p95 {p95:.1f} ms", flush=True)
    return p95


def main() -> None:
    """Measure it and print it."""
    configure_logging("warning")
    settings = Settings.model_validate({"home": Path(sys.argv[1]), "search": SearchEngine.TANTIVY})
    archive = open_archive(settings)
    encoder = load_encoder(settings.encoder, settings.cache, threads=1)
    encoding = encoding_with(encoder)
    meaning = Meaning(encoding)
    begun = time.monotonic()
    vectors = ArticleVectors(encoding.model, encoding.means)
    with archive.sessions() as session:
        print(f"{meaning.load(session):,} vectors read in {time.monotonic() - begun:.0f} s", flush=True)
        vectors.follow(session)

    def ask(line: str) -> object:
        with archive.sessions() as session:
            return search_by(session, parse_query(line), meaning, limit=BEST)

    p95s = {
        by: timed(f"a whole search by {by}", ask, [f"{line} by:{by}" for line in lines()]) for by in ("both", "meaning")
    }
    exact = compare_with_exact(archive, vectors, lines()[:EXACT_ASKED])
    for by, p95 in p95s.items():
        print(f"a whole search by {by}, p95: {p95 / exact:.2f} of comparing every vector")


if __name__ == "__main__":
    main()
