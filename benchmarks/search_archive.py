"""Makes an archive of as many articles as wanted, in minutes: real sentences shuffled, with all that an archive holds.

    python -m benchmarks.search_archive --articles 100000 --home big FOLDER_OF_TEXTS...
    python -m benchmarks.search_archive --articles 100000 --database postgresql+psycopg://... FOLDER_OF_TEXTS...

Each article has about 500 words, topics, countries, actors, a source, a date, often a story, a vector that is spread
as the encoder's are. The rows are made in two processes and stored in bulk; PostgreSQL's index is built at the end.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import itertools
import json
import math
import multiprocessing
import multiprocessing.pool
import random
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import numpy as np
import psycopg
import sqlalchemy as sa
from numpy.typing import NDArray

from benchmarks.search_texts import SHARES, Sentence, rare_name, sentences_of
from models.base import key_of
from models.knowledge import Actor, Topic
from models.search.index import fts5_texts, tsvectors_of
from models.search.terms import tokens_of
from models.source import Source
from models.vocabulary import DocType
from perilune.archive import Archive, open_archive
from perilune.config import Settings
from perilune.seeding import seed
from perilune.understanding import EncoderOnDemand
from pipeline.encoding.encoder import Encoder

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
CHUNK, CHUNKS_A_COMMIT, PROCESSES = 500, 20, 2
CHUNKS_AHEAD = 8
ROWS_AT_ONCE = 20_000
SECONDS_BETWEEN_REPORTS = 10
WORDS, SENTENCES_A_PASSAGE = 500, 6
STORY_SIZE, IN_STORIES, COPIES, UNDATED = 4, 0.4, 0.05, 0.03
YEARS = range(1998, 2026)
COUNTRIES = ("US", "CN", "RU", "EU-ESA", "IN", "JP", "FR", "DE", "GB", "IT", "UN", "AE", "KR", "CA", "BR", "ZA", "AU")
RELEVANCE = {"core": 0.5, "space": 0.4, "off": 0.1}
SENTENCES_ENCODED = 60
Row = tuple[object, ...]
COLUMNS: Mapping[str, str] = {
    "link": "id source_id url is_index is_standing is_backfill found_at",
    "page": "id link_id url status headers content_hash byte_count fetched_at",
    "version": "id article_id number page_id fetched_at title text text_hash authors language published"
    " published_first_on published_last_on published_confidence date_witnesses doc_type relevance relevance_score"
    " relevance_because",
    "passage": "version_id ordinal kind start end text",
    "topic_assignment": "version_id topic_slug score because by_human",
    "version_country": "version_id country rank",
    "version_actor": "version_id actor_slug mention_count start end",
    "vector": "version_id model language embedding",
    "story": "id key headline headline_language first_on last_on",
    "article": "id key url source_id first_seen_at is_backfill is_standing current_version_id copy_of_id story_id",
    "search_text": "rowid title body forms",
    "search_document": "article_id part terms",
}
_WORLDS: list[World] = []
OF_SQLITE, OF_POSTGRESQL = "search_text", "search_document"


@dataclass(frozen=True)
class Spread:
    """How the encoder's vectors of real sentences lie: each language's mean, and how the rest varies."""

    means: Mapping[str, NDArray[np.float32]]
    factor: NDArray[np.float32]


@dataclass(frozen=True)
class World:
    """What articles are made of."""

    sentences: Mapping[str, Sequence[Sentence]]
    spread: Spread | None
    model: str
    topics: Sequence[str]
    actors: Sequence[str]
    sources: Sequence[int]
    is_sqlite: bool


def measured_spread(encoder: Encoder, sentences: Mapping[str, Sequence[Sentence]]) -> Spread:
    """Measure the spread on some sentences of each language."""
    vectors = {
        language: encoder.encode([each.text for each in random.Random(1).sample(list(known), SENTENCES_ENCODED)])
        for language, known in sentences.items()
    }
    means = {language: each.mean(axis=0) for language, each in vectors.items()}
    rest = np.vstack([each - means[language] for language, each in vectors.items()])
    values, directions = np.linalg.eigh(np.cov(rest.T))
    factor = directions * np.sqrt(np.clip(values, 0, None))
    return Spread(means, factor.astype(np.float32))


def rows_of(world: World, chunk: int, last: int) -> dict[str, list[Row]]:
    """Make the rows of one chunk of articles, the same on every run."""
    lot = random.Random(chunk)
    draw = np.random.default_rng(chunk)
    rows: dict[str, list[Row]] = defaultdict(list)
    for article_id in range(chunk * CHUNK + 1, min((chunk + 1) * CHUNK, last) + 1):
        language = lot.choices(list(SHARES), list(SHARES.values()))[0]
        _add_article(rows, world, lot, (article_id, language))
        if world.spread is not None:
            embedding = _vector(world.spread, draw, language)
            rows["vector"].append((article_id, world.model, language, embedding))
    return rows


def _vector(spread: Spread, draw: np.random.Generator, language: str) -> bytes:
    vector = spread.means[language] + spread.factor @ draw.standard_normal(len(spread.factor), dtype=np.float32)
    return bytes((vector / np.linalg.norm(vector)).astype("<f2").tobytes())


def _add_article(rows: dict[str, list[Row]], world: World, lot: random.Random, about: tuple[int, str]) -> None:
    article_id, language = about
    url = f"https://archive.example/{article_id}"
    source_id = _often_first(lot, world.sources)
    seen, day = str(NOW.replace(tzinfo=None)), _day(lot)
    title, passages = _text(world.sentences[language], lot, language)
    text = "\n\n".join(" ".join(each.text for each in passage) for passage in passages)
    in_hash = hashlib.sha256(text.encode()).hexdigest()
    story_id = (article_id + STORY_SIZE - 1) // STORY_SIZE if lot.random() < IN_STORIES else None
    copy_of = article_id - 1 if article_id % CHUNK > 1 and lot.random() < COPIES else None
    rows["link"].append((article_id, source_id, url, 0, 0, 0, seen))
    rows["page"].append((article_id, article_id, url, 200, "{}", in_hash, len(text), seen))
    doc_type = lot.choices(list(DocType), [20 if each == DocType.NEWS else 1 for each in DocType])[0]
    relevance = lot.choices(list(RELEVANCE), list(RELEVANCE.values()))[0]
    rows["version"].append(
        (
            *(article_id, article_id, 1, article_id, seen, title.text, text, in_hash, "[]", language),
            *(day, day, day, 0.9 if day else 0.0, "[]", str(doc_type), relevance, 0.9, "[]"),
        )
    )
    rows["article"].append(
        (article_id, key_of(url), url, source_id, seen, 0, 0, article_id, copy_of, story_id),
    )
    if article_id % STORY_SIZE == 1:
        rows["story"].append(((article_id // STORY_SIZE) + 1, key_of(f"s{url}"), title.text, language, day, day))
    _add_passages(rows, article_id, passages)
    _add_understood(rows, world, lot, article_id)
    table = OF_SQLITE if world.is_sqlite else OF_POSTGRESQL
    rows[table] += _index_rows(table, article_id, (title, list(itertools.chain(*passages))), day)


def _day(lot: random.Random) -> str | None:
    """Draw a day, of the last years more often than of the first; some articles have none."""
    if lot.random() < UNDATED:
        return None
    year = lot.choices(YEARS, [1.12**place for place in range(len(YEARS))])[0]
    return str(dt.date(year, 1, 1) + dt.timedelta(days=lot.randrange(365)))


def _often_first(lot: random.Random, values: Sequence[int]) -> int:
    return values[min(int(lot.paretovariate(0.8)) - 1, len(values) - 1)]


def _text(sentences: Sequence[Sentence], lot: random.Random, language: str) -> tuple[Sentence, list[list[Sentence]]]:
    """Draw a title and passages of about 500 words, Chinese ones of a character and a half each; some name a rarity."""
    wanted = WORDS * math.exp(lot.gauss(-0.08, 0.4)) * (1.5 if language == "zh" else 1)
    chosen: list[Sentence] = []
    count = 0
    while count < wanted:
        chosen.append(lot.choice(sentences))
        count += len(chosen[-1].tokens)
    rarity = f"{rare_name(lot)} {lot.randint(1, 99_999)}."
    chosen.insert(lot.randrange(len(chosen)), Sentence(rarity, tuple(tokens_of(rarity, language))))
    passages = [chosen[start : start + SENTENCES_A_PASSAGE] for start in range(0, len(chosen), SENTENCES_A_PASSAGE)]
    return min((lot.choice(sentences) for _ in range(3)), key=lambda each: len(each.text)), passages


def _add_passages(rows: dict[str, list[Row]], version_id: int, passages: Sequence[Sequence[Sentence]]) -> None:
    start = 0
    for ordinal, passage in enumerate(passages):
        text = " ".join(each.text for each in passage)
        rows["passage"].append((version_id, ordinal, "paragraph", start, start + len(text), text))
        start += len(text) + 2


def _add_understood(rows: dict[str, list[Row]], world: World, lot: random.Random, version_id: int) -> None:
    topics = {_often_first(lot, range(len(world.topics))) for _ in range(lot.randint(1, 3))}
    countries = {_often_first(lot, range(len(COUNTRIES))) for _ in range(lot.randint(0, 4))}
    actors = {_often_first(lot, range(len(world.actors))) for _ in range(lot.randint(0, 4))}
    rows["topic_assignment"] += [(version_id, world.topics[each], 0.8, "[]", 0) for each in topics]
    rows["version_country"] += [(version_id, COUNTRIES[each], rank) for rank, each in enumerate(countries)]
    rows["version_actor"] += [(version_id, world.actors[each], 1, 0, 1) for each in actors]


def _index_rows(table: str, article_id: int, text: tuple[Sentence, Sequence[Sentence]], day: str | None) -> list[Row]:
    title = list(text[0].tokens)
    body = [token for each in text[1] for token in each.tokens]
    if table == OF_SQLITE:
        return [(article_id, *fts5_texts(title, body))]
    tsvectors = tsvectors_of(title, body, dt.date.fromisoformat(day) if day else None)
    return [(article_id, part, terms) for part, terms in enumerate(tsvectors)]


def _rows_in_fork(chunk_and_last: tuple[int, int]) -> dict[str, list[Row]]:
    return rows_of(_WORLDS[0], *chunk_and_last)


def fill_sqlite(archive: Archive, world: World, count: int) -> None:
    """Store the articles: one process writes, others make the rows."""
    engine = archive.sessions.kw["bind"]
    connection = engine.raw_connection()
    cursor = connection.cursor()
    # Articles come last, so that the triggers that follow changes have nothing to look up.
    for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -400000"):
        cursor.execute(f"PRAGMA {pragma}")
    # The processes are forks, which have the world already: handing it over with each task takes far longer than that.
    with multiprocessing.get_context("fork").Pool(PROCESSES, _WORLDS.append, (world,)) as pool:
        # Making rows is quicker than writing them: without a bound the archive would pile up in memory.
        free = threading.BoundedSemaphore(CHUNKS_AHEAD)
        chunks = ((chunk, count) for chunk in range(math.ceil(count / CHUNK)) if free.acquire())
        for number, rows in enumerate(pool.imap(_rows_in_fork, chunks), start=1):
            free.release()
            for table, columns in COLUMNS.items():
                if found := rows.get(table):
                    names = ", ".join(f'"{name}"' for name in columns.split())
                    marks = ", ".join("?" * len(columns.split()))
                    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", found)
            if number % CHUNKS_A_COMMIT == 0:
                connection.commit()
    connection.commit()
    connection.close()
    engine.dispose()


def _copy_chunks(world: World, url: str, count: int, taken: Synchronized[int]) -> None:
    """Store chunk after chunk, each that no other process has taken."""
    with psycopg.connect(url, autocommit=True) as connection:
        # References between tables are those of our own numbers; checking each would double the time.
        connection.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET timezone = 'UTC'")
        while True:
            with taken.get_lock():
                chunk = taken.value
                taken.value += 1
            if chunk >= math.ceil(count / CHUNK):
                return
            for table, rows in rows_of(world, chunk, count).items():
                names = ", ".join(f'"{name}"' for name in COLUMNS[table].split())
                with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)


def _indexes_of(connection: psycopg.Connection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Name the indexes that hold no constraint, with how each is made, the longest work first."""
    select = (
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE indrelid::regclass::text = ANY(%s) AND NOT indisunique"
    )
    found = connection.execute(select, [list(COLUMNS)]).fetchall()
    return sorted(found, key=lambda each: " USING gin " not in each[1])


def _make_index(url: str, definition: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute(definition)


def fill_postgresql(archive: Archive, world: World, count: int) -> None:
    """Store the articles from two processes, then build the indexes and let the planner know the tables."""
    engine = archive.sessions.kw["bind"]
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        found = _indexes_of(connection)
        for name, _ in found:
            connection.execute(f"DROP INDEX {name}")
    context = multiprocessing.get_context("fork")
    taken: Synchronized[int] = context.Value("q", 0)
    workers = [context.Process(target=_copy_chunks, args=(world, url, count, taken)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        workers[0].join(SECONDS_BETWEEN_REPORTS)
        print(f"stored: {min(taken.value * CHUNK, count)} of {count} articles", flush=True)
        for worker in workers[1:]:
            worker.join(0 if workers[0].is_alive() else SECONDS_BETWEEN_REPORTS)
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a process that stores articles has failed")
    with multiprocessing.pool.ThreadPool(PROCESSES) as pool:
        for number, _ in enumerate(pool.imap_unordered(lambda each: _make_index(url, each[1]), found), start=1):
            print(f"indexes: {number} of {len(found)}", flush=True)
    with psycopg.connect(url, autocommit=True) as connection:
        for first in range(1, count + 1, ROWS_AT_ONCE):
            ids = [first, first + ROWS_AT_ONCE - 1]
            connection.execute(
                "SELECT renew_search_article(array_agg(id)) FROM article WHERE id BETWEEN %s AND %s", ids
            )
        connection.execute("VACUUM ANALYZE")


def make_archive(settings: Settings, count: int, folders: Sequence[Path], *, with_vectors: bool) -> float:
    """Make an archive of so many articles, and return the seconds that filling it took."""
    archive = open_archive(settings)
    seed(archive, now=NOW)
    sentences = sentences_of(folders)
    encoder = EncoderOnDemand(settings)
    with archive.sessions() as session:
        world = World(
            sentences,
            measured_spread(encoder(), sentences) if with_vectors else None,
            settings.encoder,
            list(session.scalars(sa.select(Topic.slug).order_by(Topic.slug))),
            list(session.scalars(sa.select(Actor.slug).order_by(Actor.slug))),
            list(session.scalars(sa.select(Source.id))),
            is_sqlite=session.get_bind().dialect.name == "sqlite",
        )
    archive.sessions.kw["bind"].dispose()
    begun = time.monotonic()
    (fill_sqlite if world.is_sqlite else fill_postgresql)(archive, world, count)
    return time.monotonic() - begun


def main() -> None:
    """Make an archive and say how long that took."""
    parser = argparse.ArgumentParser(description="Make a large archive.")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of further texts: .jsonl, .txt, .md")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--home", type=Path, default=Path("big"))
    parser.add_argument("--database", help="an empty database for it; default: a file in its home")
    parser.add_argument("--no-vectors", action="store_true")
    options = parser.parse_args()
    settings = Settings.model_validate({"home": options.home, "database": options.database})
    seconds = make_archive(settings, options.articles, options.folders, with_vectors=not options.no_vectors)
    print(json.dumps({"articles": options.articles, "seconds": round(seconds, 1)}))


if __name__ == "__main__":
    main()
