"""Making the vectors of articles that PostgreSQL compares itself, by its extension pgvector; derived, and no migration.

A server without the extension could not make a column of its type, so all stands in a schema of its own, which is made
on demand and may be dropped at any time. Triggers keep it equal to the tables, in the transaction that changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from pgvector.sqlalchemy import HALFVEC, VECTOR
from sqlalchemy.orm import Session, sessionmaker

from models.article import Article, Vector
from models.search.centring import ANY, Centring, means_of_archive
from models.search.matrix import Floats
from perilune.problems import Problem

SCHEMA = "perilune_vectors"
EXTENSION_SCHEMA = "pgvector"
"""Not beside our tables, one of which is named `vector` as the extension's type is."""
OLDEST_VERSION = (0, 8)
"""The first that goes on looking where filters leave too few of what it found."""
LAYOUT = 1
"""What the tables below are like; another number makes what was made before unused."""
ARTICLES_AT_ONCE = 2_000
BYTES_OF_NEIGHBOURS, LEAST_ROOM, MOST_ROOM = 2_000, 64, 4_000
"""What a vector and its neighbours take while the index is made; and the room for all, at least and at most (MB)."""
VECTORS_LOCK = 7_365_707_844
"""Held by whoever makes them: any number that is ours alone."""
ARTICLE_VECTOR = sa.table(
    "article_vector", sa.column("article_id", sa.Integer), sa.column("vector", HALFVEC), schema=SCHEMA
)
MEAN = sa.table("mean", sa.column("language", sa.String), sa.column("mean", VECTOR), schema=SCHEMA)
MADE = sa.table(
    "made",
    sa.column("layout", sa.Integer),
    sa.column("model", sa.String),
    sa.column("means", sa.String),
    schema=SCHEMA,
)
_TABLES = """
CREATE SCHEMA perilune_vectors;
CREATE TABLE perilune_vectors.made (layout integer, model text, means text);
CREATE TABLE perilune_vectors.mean (language text PRIMARY KEY, mean {extension}.vector({dimensions}) NOT NULL);
CREATE TABLE perilune_vectors.article_vector (
    article_id integer PRIMARY KEY REFERENCES article ON DELETE CASCADE,
    vector {extension}.halfvec({dimensions}) NOT NULL
);
CREATE FUNCTION perilune_vectors.decoded(bytea) RETURNS {extension}.vector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(
        CASE WHEN half >= 32768 THEN -1.0 ELSE 1.0 END * CASE (half >> 10) & 31
            WHEN 0 THEN (half & 1023) * power(2.0::float8, -24)
            ELSE (1024 + (half & 1023)) * power(2.0::float8, ((half >> 10) & 31) - 25) END ORDER BY place
    )::{extension}.vector
    FROM (
        SELECT place, get_byte($1, 2 * place) + 256 * get_byte($1, 2 * place + 1) AS half
        FROM generate_series(0, octet_length($1) / 2 - 1) AS place
    ) AS halves
$$;
CREATE FUNCTION perilune_vectors.centred(bytea, text) RETURNS {extension}.halfvec LANGUAGE sql STABLE AS $$
    SELECT {extension}.l2_normalize(coalesce(
        perilune_vectors.decoded($1) OPERATOR({extension}.-)
        (SELECT mean FROM perilune_vectors.mean WHERE language IN ($2, 'any') ORDER BY language = 'any' LIMIT 1),
        perilune_vectors.decoded($1)
    ))::{extension}.halfvec
$$;
CREATE FUNCTION perilune_vectors.renew(article integer[]) RETURNS void LANGUAGE sql
SET search_path FROM CURRENT AS $$
    DELETE FROM perilune_vectors.article_vector WHERE article_id = ANY(article);
    INSERT INTO perilune_vectors.article_vector
    SELECT article.id, perilune_vectors.centred(embedding, vector.language)
    FROM article JOIN vector ON vector.version_id = article.current_version_id
    WHERE article.id = ANY($1) AND model = {model} AND octet_length(embedding) = 2 * {dimensions}
    ON CONFLICT (article_id) DO UPDATE SET vector = excluded.vector;
$$;
CREATE FUNCTION perilune_vectors.follow_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM perilune_vectors.renew(ARRAY[NEW.id]); RETURN NULL; END
$$;
CREATE FUNCTION perilune_vectors.follow_vector() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM perilune_vectors.renew(array_agg(id)) FROM article
    WHERE current_version_id = coalesce(NEW.version_id, OLD.version_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_version AFTER INSERT OR UPDATE OF current_version_id ON article
FOR EACH ROW EXECUTE FUNCTION perilune_vectors.follow_article();
CREATE TRIGGER follow_vector AFTER INSERT OR UPDATE OR DELETE ON vector
FOR EACH ROW EXECUTE FUNCTION perilune_vectors.follow_vector();
"""
_FILL = """
INSERT INTO perilune_vectors.article_vector
SELECT article.id, perilune_vectors.centred(embedding, vector.language)
FROM article JOIN vector ON vector.version_id = article.current_version_id
WHERE article.id > :after AND article.id <= :until AND model = :model AND octet_length(embedding) = 2 * :dimensions
FOR SHARE OF article
ON CONFLICT DO NOTHING
"""
_INDEX = "CREATE INDEX CONCURRENTLY ON perilune_vectors.article_vector USING hnsw (vector {}.halfvec_ip_ops)"


def make_server_vectors(
    sessions: sessionmaker[Session],
    model: str,
    means: Mapping[str, Floats],
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Make them anew and return how many there are; Problem where that cannot be."""
    # Not in a transaction: an index that is made beside the work waits for all that are open.
    with sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as holder:
        if not holder.scalar(sa.select(sa.func.pg_try_advisory_lock(VECTORS_LOCK))):
            raise Problem("the vectors are being made by another process; wait until it is done.")
        try:
            return _made(sessions, model, means, progress)
        finally:
            holder.execute(sa.select(sa.func.pg_advisory_unlock(VECTORS_LOCK)))


def _made(
    sessions: sessionmaker[Session], model: str, means: Mapping[str, Floats], progress: Callable[[int, int], None]
) -> int:
    with sessions.begin() as session:
        dimensions, known = _make_tables(session, model, means)
        extension = schema_of_extension(session)
    with sessions() as session:
        last = session.scalar(sa.select(sa.func.max(Article.id))) or 0
    for after in range(0, last, ARTICLES_AT_ONCE):
        until = after + ARTICLES_AT_ONCE
        with sessions.begin() as session:
            given = {"after": after, "until": until, "model": model, "dimensions": dimensions}
            session.execute(sa.text(_FILL), given)
        progress(min(until, last), last)
    with sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Room for the whole graph: one that does not fit is written to the disk as it grows, many times slower.
        room = min(max(last * BYTES_OF_NEIGHBOURS // 1_000_000, LEAST_ROOM), MOST_ROOM)
        connection.execute(sa.text(f"SET maintenance_work_mem = '{room}MB'"))
        connection.execute(sa.text(_INDEX.format(extension)))
        connection.execute(sa.text("RESET maintenance_work_mem"))
        connection.execute(sa.text("ANALYZE perilune_vectors.article_vector"))
    with sessions.begin() as session:
        session.execute(sa.insert(MADE).values(layout=LAYOUT, model=model, means=known.mark))
        return session.scalar(sa.select(sa.func.count()).select_from(ARTICLE_VECTOR)) or 0


def drop_server_vectors(session: Session) -> None:
    """Drop all of it, triggers too; search by meaning goes on in memory."""
    session.execute(sa.text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


def _make_tables(session: Session, model: str, means: Mapping[str, Floats]) -> tuple[int, Centring]:
    """Make the tables and what follows changes, empty but for the means; returns the number of dimensions too."""
    extension = _require_extension(session)
    drop_server_vectors(session)
    sample = session.scalar(sa.select(Vector.embedding).where(Vector.model == model).limit(1))
    if sample is None:
        raise Problem(f"no article has a vector of {model} yet; `perilune process` makes them.")
    dimensions = len(sample) // 2
    known = Centring(means or means_of_archive(session, model))
    quoted = session.scalar(sa.select(sa.func.quote_literal(model)))
    tables = _TABLES.replace("{dimensions}", str(dimensions)).replace("{model}", str(quoted))
    session.connection().exec_driver_sql(tables.replace("{extension}", extension))
    if known.means:
        rows = [{"language": language, "mean": mean.tolist()} for language, mean in known.means.items()]
        session.execute(sa.insert(MEAN), rows)
    assert ANY in known.means or not known.means
    return dimensions, known


def _require_extension(session: Session) -> str:
    """Add the extension where that is to be done, and return the schema it is in; Problem says what is missing."""
    version = session.scalar(
        sa.text(
            "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
        )
    )
    if version is None or tuple(map(int, version.split(".")[:2])) < OLDEST_VERSION:
        found = f"pgvector {version}" if version else "no pgvector"
        raise Problem(
            f"the server has {found}, and needs 0.8 or later to compare vectors itself; "
            "without it search by meaning compares them in memory."
        )
    if (schema := schema_of_extension(session)) is not None:
        return schema
    try:
        session.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {EXTENSION_SCHEMA}"))
        session.execute(sa.text(f"CREATE EXTENSION vector SCHEMA {EXTENSION_SCHEMA}"))
    except sa.exc.ProgrammingError as error:
        raise Problem(
            f"pgvector cannot be added ({str(error.orig).splitlines()[0]}); have a superuser run once "
            f"`CREATE SCHEMA {EXTENSION_SCHEMA}; CREATE EXTENSION vector SCHEMA {EXTENSION_SCHEMA}` in the database."
        ) from error
    return EXTENSION_SCHEMA


def schema_of_extension(session: Session) -> str | None:
    """Name the schema that has the extension's types, quoted; None where it is not added."""
    name: str | None = session.scalar(
        sa.text("SELECT quote_ident(extnamespace::regnamespace::text) FROM pg_extension WHERE extname = 'vector'")
    )
    return name
