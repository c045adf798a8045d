"""How fast searches are in a large archive: ours beside plain engines on the same texts, with and without facets.

    python -m benchmarks.search --articles 100000 --home big FOLDER_OF_TEXTS... [--postgres] [--no-baselines]

Makes the archive in its home where it is not there yet (`search_archive.py`), builds the derived index, and asks 200
questions (`search_questions.py`) from one client and from eight. Ours answers with rows, snippets and totals.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import random
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg
import sqlalchemy as sa
import tantivy

from benchmarks.search_archive import make_archive
from benchmarks.search_questions import Question, questions_of
from models.article import Article
from models.knowledge import Topic
from models.search import begin_facets, facets, search
from models.search.ranked import ranked_ids
from perilune.archive import Archive, open_archive
from perilune.config import SearchEngine, Settings
from perilune.searching import folder_of, rebuild
from tests.postgres import private_cluster

CLIENTS = 8
LONGEST = 90
"""Seconds that an engine is asked; of what needs seconds for a question, fewer are asked."""
SERVER = {
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "work_mem": "64MB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
}
"""What the cluster is set to, as docs/search.md recommends it for a large archive."""
SLOW_QUESTIONS = 40
"""How many are put to engines that need seconds for one."""
PAGE = 20
Ask = Callable[[Question], object]


class Times(NamedTuple):
    """What questions took: by the clock, and of a processor (ms), at the median and the 95th percentile."""

    p50: float
    p95: float
    processor_p50: float
    processor_p95: float


def _asked(opened: Ask, questions: Sequence[Question]) -> list[tuple[float, float]]:
    """Put questions, and return what each took by the clock and of this thread's processor (ms)."""
    spent: list[tuple[float, float]] = []
    end = time.monotonic() + LONGEST
    for question in questions:
        if time.monotonic() > end and len(spent) > 1:
            break
        begun, used = time.perf_counter(), time.thread_time()
        opened(question)
        spent.append(((time.perf_counter() - begun) * 1000, (time.thread_time() - used) * 1000))
    return spent


def report(
    name: str, ask: Callable[[], Ask], questions: Sequence[Question], *, clients: int = 1, is_warm: bool = True
) -> Times:
    """Ask from so many clients at once, each with what `ask` opens for it; print and return the times.

    One client asks everything twice, and the second time counts, when what is read often lies in memory.
    """
    spent: list[tuple[float, float]] = []

    def one_client(number: int) -> None:
        mine = questions[number::clients]
        if clients == 1 and is_warm:
            _asked(ask(), mine)
        # Opened anew, so that nothing which was counted before is remembered.
        spent.extend(_asked(ask(), mine))

    threads = [threading.Thread(target=one_client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _printed(f"{name}, {clients} client(s)", spent)


def _printed(name: str, spent: Sequence[tuple[float, float]]) -> Times:
    clock, processor = ([each[place] for each in spent] for place in range(2))
    p95, processor_p95 = (statistics.quantiles(each, n=20)[-1] for each in (clock, processor))
    times = Times(statistics.median(clock), p95, statistics.median(processor), processor_p95)
    print(
        f"{name:<62} {len(spent):>3} asked  p50 {times.p50:8.1f} ms  p95 {times.p95:8.1f} ms"
        f"  of a processor {times.processor_p50:8.1f}, {times.processor_p95:8.1f} ms",
        flush=True,
    )
    return times


_FORKED: list[tuple[Callable[[], Ask], Sequence[Question]]] = []


def _asked_in_fork(number: int) -> list[tuple[float, float]]:
    ask, questions = _FORKED[-1]
    return _asked(ask(), questions[number::CLIENTS])


def report_processes(name: str, ask: Callable[[], Ask], questions: Sequence[Question]) -> Times:
    """Ask from eight clients at once that are processes, which no interpreter's lock holds up."""
    _FORKED.append((ask, questions))
    with multiprocessing.get_context("fork").Pool(CLIENTS) as pool:
        spent = [each for some in pool.map(_asked_in_fork, range(CLIENTS), chunksize=1) for each in some]
    return _printed(f"{name}, {CLIENTS} processes", spent)


def our_search(settings: Settings, *, with_facets: bool, only_ids: bool = False) -> Callable[[], Ask]:
    """Ask our own search, in a session for each question as a page has it, in an archive of each client's own."""

    def opened() -> Ask:
        archive = open_archive(settings)

        def ask(question: Question) -> object:
            with archive.sessions() as session:
                if only_ids:
                    return ranked_ids(session, question.query, limit=PAGE)
                if with_facets:
                    begin_facets(session, question.query)
                found = search(session, question.query, limit=PAGE)
                return (found, facets(session, question.query)) if with_facets else found

        return ask

    return opened


def measure_ours(name: str, settings: Settings, questions: Sequence[Question]) -> dict[str, Times]:
    """Measure our search from one client and from eight: as threads of one web process, and as processes."""
    plain, counted = (our_search(settings, with_facets=with_facets) for with_facets in (False, True))
    report(f"{name}: search, the first time", plain, questions, is_warm=False)
    figures = {
        "ids": report(f"{name}: ids alone", our_search(settings, with_facets=False, only_ids=True), questions),
        "search": report(f"{name}: search", plain, questions),
        "facets": report(f"{name}: search and facets, counted anew", counted, questions),
    }
    for what, ask in (("search", plain), ("search and facets", counted)):
        report(f"{name}: {what}", ask, questions, clients=CLIENTS)
        report_processes(f"{name}: {what}", ask, questions)
    return figures


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took."""
    begun = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - begun:.0f} s", flush=True)


def size_mb(path: Path) -> float:
    """Return what a file or folder takes on disk (MB)."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def plain_fts5(archive: Archive, home: Path) -> Callable[[], Ask]:
    """Index the same texts by SQLite's unicode61, and ask for the best twenty ids."""
    file = home / "plain.db"
    if not file.exists():
        with timed("plain FTS5 unicode61, indexing"), archive.sessions() as session:
            session.execute(sa.text("ATTACH :file AS plain"), {"file": str(file)})
            session.execute(sa.text("CREATE VIRTUAL TABLE plain.t USING fts5(title, body, content='')"))
            session.execute(sa.text("INSERT INTO plain.t (rowid, title, body) SELECT id, title, text FROM version"))
            session.commit()
    print(f"plain FTS5 unicode61, without the texts: {size_mb(file):.0f} MB")
    engine = sa.create_engine(f"sqlite:///{file}")
    select = "SELECT rowid FROM t WHERE t MATCH :words ORDER BY bm25(t) LIMIT 20"

    def ask(question: Question) -> object:
        with engine.connect() as connection:
            words = " ".join(f'"{word}"' for word in question.words)
            return connection.execute(sa.text(select), {"words": words}).all()

    return lambda: ask


def bare_tantivy(archive: Archive, home: Path) -> Callable[[], Ask]:
    """Index the same texts by tantivy's default tokenizer, and ask for the best twenty and their number."""
    folder = home / "bare"
    builder = tantivy.SchemaBuilder()
    for name in ("title", "body"):
        builder.add_text_field(name)
    builder.add_integer_field("id", fast=True)
    is_new = not folder.exists()
    folder.mkdir(exist_ok=True)
    index = tantivy.Index(builder.build(), path=str(folder))
    if is_new:
        with timed("bare tantivy, indexing"), archive.sessions() as session:
            writer = index.writer(512_000_000, num_threads=2)
            texts = session.connection().execution_options(yield_per=1000)
            for number, title, body in texts.execute(sa.text("SELECT id, title, text FROM version")):
                writer.add_document(tantivy.Document(title=title, body=body, id=number))
            writer.commit()
            writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    print(f"bare tantivy: {size_mb(folder):.0f} MB")

    def ask(question: Question) -> object:
        words = " ".join(f'+"{word}"' for word in question.words)
        return searcher.search(index.parse_query(words, ["title", "body"]), limit=PAGE)

    return lambda: ask


PLAIN_MATCHES = "FROM plain, websearch_to_tsquery('simple', %s) AS q WHERE words @@ q"
PLAIN_FACETS = f"""
WITH found AS MATERIALIZED (SELECT id {PLAIN_MATCHES})
SELECT 'topic', topic_slug, count(*) FROM found JOIN topic_assignment ON version_id = id GROUP BY 2
UNION ALL SELECT 'country', country, count(*) FROM found JOIN version_country ON version_id = id GROUP BY 2
UNION ALL SELECT 'actor', actor_slug, count(*) FROM found JOIN version_actor ON version_id = id GROUP BY 2
UNION ALL SELECT 'language', language, count(*) FROM found JOIN version USING (id) GROUP BY 2
"""


def index_plainly(archive: Archive) -> str:
    """Index the same texts by PostgreSQL's 'simple' configuration, once, and return the address for psycopg."""
    engine = archive.sessions.kw["bind"]
    url: str = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('plain')").fetchone() == (None,):
            with timed("plain PostgreSQL 'simple', indexing"):
                connection.execute("SET maintenance_work_mem = '1GB'")
                words = "to_tsvector('simple', title || ' ' || text)"
                connection.execute(f"CREATE TABLE plain AS SELECT id, {words} AS words FROM version")
                connection.execute("CREATE INDEX ON plain USING gin (words)")
                connection.execute("VACUUM ANALYZE plain")
    return url


def plain_postgresql(url: str, *, with_facets: bool) -> Callable[[], Ask]:
    """Ask for the ids of the best twenty of all that match, and for four facets of all that match."""
    select = f"SELECT id {PLAIN_MATCHES} ORDER BY ts_rank(words, q) DESC LIMIT {PAGE}"

    def opened() -> Ask:
        own = psycopg.connect(url, autocommit=True)

        def ask(question: Question) -> object:
            words = [" ".join(f'"{word}"' for word in question.words)]
            found = own.execute(select, words).fetchall()
            return found, own.execute(PLAIN_FACETS, words).fetchall() if with_facets else []

        return ask

    return opened


def questions_in(archive: Archive) -> list[Question]:
    """Make the questions of an archive."""
    with archive.sessions() as session:
        return questions_of(session, list(session.scalars(sa.select(Topic.slug).order_by(Topic.slug)))[:8])


def on_sqlite(options: argparse.Namespace) -> None:
    """Measure the embedded engine beside FTS5 and bare tantivy."""
    settings = Settings.model_validate({"home": options.home, "search": SearchEngine.TANTIVY})
    if not (options.home / "perilune.db").exists():
        seconds = make_archive(settings, options.articles, options.folders, with_vectors=not options.no_vectors)
        print(f"making the archive on SQLite: {seconds:.0f} s")
    archive = open_archive(settings)
    folder = folder_of(archive)
    print(f"database: {size_mb(options.home / 'perilune.db'):.0f} MB")
    if folder.current() is None:
        with timed("derived index, building"):
            rebuild(archive)
    print(f"derived index: {size_mb(folder.path):.0f} MB")
    questions = questions_in(archive)
    archive.sessions.kw["bind"].dispose()
    ours = measure_ours("derived index", settings, questions)
    by_tables = settings.model_copy(update={"search": SearchEngine.FTS5})
    few = random.Random(1).sample(questions, SLOW_QUESTIONS)
    fts5, counted = (
        report(f"FTS5 of our terms: {what}", our_search(by_tables, with_facets=with_facets), few, is_warm=False)
        for what, with_facets in (("search", False), ("search and facets", True))
    )
    rows = [("search, rows and snippets", "search", "FTS5 of our terms", fts5)]
    rows.append(("search and exact facets", "facets", "FTS5 of our terms", counted))
    if not options.no_baselines:
        plain, bare = plain_fts5(archive, options.home), bare_tantivy(archive, options.home)
        rows.append(
            ("best 20 ids", "ids", "FTS5 unicode61, ids", report("plain FTS5 unicode61: ids alone", plain, few))
        )
        bare_times = report("bare tantivy: ids alone", bare, questions)
        rows.append(("best 20 ids", "ids", "bare tantivy, ids", bare_times))
        report("plain FTS5 unicode61: ids alone", plain, few, clients=CLIENTS)
        report("bare tantivy: ids alone", bare, questions, clients=CLIENTS)
    print("| p95 | ours | beside | theirs | ours / theirs |\n| --- | --- | --- | --- | --- |")
    for what, figure, beside, theirs in rows:
        mine = ours[figure].p95
        print(f"| {what} | {mine:.1f} ms | {beside} | {theirs.p95:.1f} ms | {mine / theirs.p95:.2f} |", flush=True)


def compare_with_plain(archive: Archive, questions: Sequence[Question], ours: Mapping[str, Times]) -> None:
    """Put the words alone to PostgreSQL's 'simple' configuration, and print how ours compares."""
    url = index_plainly(archive)
    name = "PostgreSQL 'simple', all ranked: words and ids alone"
    for clients in (1, CLIENTS):
        few = questions if clients == 1 else questions[::2]
        plain = report(name, plain_postgresql(url, with_facets=False), few, clients=clients)
        counted = report(f"{name}, and facets", plain_postgresql(url, with_facets=True), few, clients=clients)
        if clients == 1:
            print(f"ratio of p95 to 'simple': ours (ids) {ours['ids'].p95 / plain.p95:.2f}, ", end="")
            print(f"ours (rows, snippets, facets) {ours['facets'].p95 / counted.p95:.2f}")


def on_postgresql(options: argparse.Namespace) -> None:
    """Measure PostgreSQL on a private cluster beside its 'simple' configuration."""
    with private_cluster(options.home.absolute() / "cluster", settings=SERVER) as url:
        settings = Settings.model_validate({"home": options.home, "database": url})
        archive = open_archive(settings)
        with archive.sessions() as session:
            is_new = session.scalar(sa.select(Article.id).limit(1)) is None
        if is_new:
            seconds = make_archive(settings, options.articles, options.folders, with_vectors=not options.no_vectors)
            print(f"making the archive on PostgreSQL with its indexes: {seconds:.0f} s", flush=True)
        questions = questions_in(archive)
        archive.sessions.kw["bind"].dispose()
        ours = measure_ours("PostgreSQL of our terms", settings, questions)
        with archive.sessions() as session:
            size = session.scalar(sa.text("SELECT pg_total_relation_size('search_document')"))
        print(f"search_document: {int(size or 0) / 1e6:.0f} MB")
        if not options.no_baselines:
            compare_with_plain(archive, questions, ours)
        archive.sessions.kw["bind"].dispose()


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description="Measure searches of a large archive.")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of further texts: .jsonl, .txt, .md")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--home", type=Path, default=Path("big"), help="where the archive is kept, or is already")
    parser.add_argument("--no-vectors", action="store_true")
    parser.add_argument("--no-baselines", action="store_true", help="leave the plain engines out")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead, in a private cluster")
    parser.add_argument("--fresh", action="store_true", help="make the archive anew")
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(options.home, ignore_errors=True)
    options.home.mkdir(parents=True, exist_ok=True)
    (on_postgresql if options.postgres else on_sqlite)(options)


if __name__ == "__main__":
    main()
