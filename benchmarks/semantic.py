"""Search by meaning: how well it crosses languages on the labelled texts, and how fast it is among a million vectors.

    OMP_NUM_THREADS=1 python -m benchmarks.semantic [COUNT]

The vectors that make up the million are drawn with the covariance of the encoder's vectors of the labelled texts, each
centred on its language: no nearer to each other, in the mean, than real ones. Takes three minutes.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.semantic_queries import NONSENSE, QUERIES
from models.article import Vector
from models.database import open_database
from models.fate import await_stage
from models.search import By, index_article, parse_query, search_by
from models.search.matrix import LOOKED_AT, VectorMatrix
from models.search.meaning import Meaning
from models.vocabulary import Stage
from perilune.config import settings_from
from perilune.logs import configure_logging
from perilune.serving_meaning import encoding_with
from pipeline.encoding.encoder import load_encoder
from pipeline.runners.classifier import steady_means
from pipeline.runners.embed import text_to_encode
from pipeline.runners.passages import PassagesRunner
from pipeline.runners.runner import Worker, drain
from pipeline.understanding.labelled import Labelled, load_check_texts, load_training_texts
from tests.builders import ArticleDraft, an_article
from tests.conftest import NOW

Floats = NDArray[np.float32]
LANGUAGES = ("en", "fr", "ru", "zh")
SEED = 20
ASKED = 200
BLOCK = 50_000


def main() -> None:
    """Measure both and print them."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    configure_logging("warning")
    settings = settings_from({})
    encoder = load_encoder(settings.encoder, settings.cache, threads=1)
    texts = [*load_training_texts(), *load_check_texts()]
    vectors = encoder.encode([text_to_encode(text.document.title, text.document.text) for text in texts])
    means = steady_means(encoder.model)
    spread = np.stack(
        [means.centred(vector, text.document.language) for vector, text in zip(vectors, texts, strict=True)]
    )
    measure_speed(spread, count)
    meaning = Meaning(encoding_with(encoder))
    with tempfile.TemporaryDirectory() as folder:
        sessions = open_database(f"sqlite:///{folder}/perilune.db")
        topics = _fill(sessions, encoder.model, texts, vectors)
        started = time.process_time()
        drain(PassagesRunner(encoder.model, lambda: encoder), Worker(sessions, "benchmark", NOW))
        words = sum(len(text.document.text.split()) for text in texts)
        print(
            f"passages: {(time.process_time() - started) / len(texts):.3f} s an article of {words // len(texts)} words"
        )
        with sessions() as session:
            measure_quality(session, meaning, topics)


def measure_speed(spread: Floats, count: int) -> None:
    """Print time, memory and recall of the nearest among synthetic vectors."""
    random = np.random.default_rng(SEED)
    factor = np.linalg.cholesky(np.cov(spread.T) + 1e-7 * np.eye(spread.shape[1])).astype(np.float32)

    def drawn(number: int) -> Floats:
        rows = random.standard_normal((number, len(factor)), dtype=np.float32) @ factor.T
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    matrix = VectorMatrix(spread.shape[1], room=count)
    queries = drawn(ASKED)
    best: list[tuple[Floats, NDArray[np.int64]]] = []
    spent = 0.0
    for start in range(0, count, BLOCK):
        ids = np.arange(start, min(start + BLOCK, count))
        block = drawn(len(ids))
        cosines = queries @ block.T
        best.append(_top(cosines, ids))
        started = time.perf_counter()
        matrix.put(ids, block)
        spent += time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    exact = _top(
        np.concatenate([each for each, _ in best], axis=1), np.concatenate([each for _, each in best], axis=1)
    )[1]
    print(f"{count:,} vectors: put in {spent:.1f} s, {grown:,.0f} MB")
    _print_times("nearest", lambda query: matrix.nearest(query, LOOKED_AT)[0], queries, exact)
    tenth = np.arange(0, count, 10)
    _print_times(
        "nearest of a tenth, by its ids", lambda query: matrix.nearest_among(tenth, query, 20)[0], queries[:20]
    )


def _top(cosines: Floats, ids: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Keep the twenty best of each query, the best first; `ids` are of all queries, or a row of each."""
    best = np.argpartition(-cosines, 20, axis=1)[:, :20]
    order = np.take_along_axis(best, np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1), axis=1)
    kept = ids[order] if ids.ndim == 1 else np.take_along_axis(ids, order, axis=1)
    return np.take_along_axis(cosines, order, axis=1), kept


def _print_times(
    what: str,
    find: Callable[[Floats], NDArray[np.int64]],
    queries: Floats,
    exact: NDArray[np.int64] | None = None,
) -> None:
    times, spent, recalls = [], [], []
    for place, query in enumerate(queries):
        started, worked = time.perf_counter(), time.thread_time()
        found = find(query)
        times.append((time.perf_counter() - started) * 1_000)
        spent.append((time.thread_time() - worked) * 1_000)
        if exact is not None:
            recalls.append(len(set(found[:20].tolist()) & set(exact[place].tolist())) / 20)
    recall = f", recall@20 {np.mean(recalls):.3f}" if recalls else ""
    middle, most = np.quantile(times, [0.5, 0.95])
    print(f"{what}: p50 {middle:.0f} ms, p95 {most:.0f} ms, of a processor {np.quantile(spent, 0.95):.0f} ms{recall}")


def _fill(
    sessions: sessionmaker[Session], model: str, texts: Sequence[Labelled], vectors: Floats
) -> dict[int, frozenset[str]]:
    """Store the labelled texts as articles, and return the topics of each."""
    topics = {}
    with sessions.begin() as session:
        for text, vector in zip(texts, vectors, strict=True):
            document = text.document
            language = document.language or "en"
            draft = ArticleDraft(title=document.title, text=document.text, language=language, topics=(), countries=())
            article = an_article(session, draft)
            version_id = article.current_version_id
            assert version_id is not None
            embedding = vector.astype("<f2").tobytes()
            session.add(Vector(version_id=version_id, model=model, language=language, embedding=embedding))
            index_article(session, article.id)
            await_stage(session, Stage.PASSAGES, [version_id], due_at=NOW)
            topics[article.id] = frozenset(text.topics)
    return topics


def measure_quality(session: Session, meaning: Meaning, topics: dict[int, frozenset[str]]) -> None:
    """Print nDCG@10 by the labelled topics, in the query's own language and in the others, by words and by meaning."""
    for by in By:
        same: list[float] = []
        across: list[float] = []
        everywhere: list[float] = []
        for topic, queries in QUERIES.items():
            for asked_in, words in queries.items():
                everywhere.append(_ndcg(session, meaning, f"{words} by:{by}", topic, topics))
                for language in LANGUAGES:
                    value = _ndcg(session, meaning, f"{words} by:{by} lang:{language}", topic, topics)
                    (same if language == asked_in else across).append(value)
        ratio = np.mean(across) / np.mean(same)
        print(f"nDCG@10 by {by}: all {np.mean(everywhere):.3f}, own language {np.mean(same):.3f}, ", end="")
        print(f"across {np.mean(across):.3f} ({ratio:.2f} of it)")
    found = [search_by(session, parse_query(f"{words} by:meaning"), meaning).total for words in NONSENSE]
    print(f"nothing to do with space: {found.count(0)} of {len(found)} find nothing, the median {np.median(found):.0f}")
    times = []
    for queries in QUERIES.values():
        for words in queries.values():
            started = time.perf_counter()
            search_by(session, parse_query(words), meaning)
            times.append((time.perf_counter() - started) * 1_000)
    print(f"a whole search by both among {len(topics):,} articles: p95 {np.quantile(times, 0.95):.0f} ms")


def _ndcg(session: Session, meaning: Meaning, line: str, topic: str, topics: dict[int, frozenset[str]]) -> float:
    query = parse_query(line)
    hits = search_by(session, query, meaning, limit=10).hits
    discounts = 1 / np.log2(np.arange(2, 12))
    gains = np.array([topic in topics[hit.article_id] for hit in hits])
    return float((gains * discounts[: len(gains)]).sum() / discounts.sum())


if __name__ == "__main__":
    main()
