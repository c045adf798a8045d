"""Checks of the database: SQLite's file and its log, PostgreSQL's server, and the search index that goes with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.article import Article
from models.database import GO_ON_WITH_COPY, IN_COPY, DatabaseProblem, file_of, newest_revision, revision_of
from models.fate import Fate
from models.search import index_is_outdated
from models.search.derived.reading import words_on_search
from models.vocabulary import FateState, Stage
from models.work import article_count
from perilune.doctor.findings import Finding, Installation, ok, problem, sentence_of, skipped, warning
from perilune.output import bytes_in_words
from perilune.searching import compare, folder_of

RESTORE = "Stop Perilune, keep the damaged file, and restore the last backup."
ANSWER = "Check that the database answers and lets us read it; where it is damaged, restore the last backup."
MIGRATE = (
    "Back it up first, with the version that was here before or by copying the stopped file; then any command, such as"
    " `perilune status`, migrates it."
)
MOST_LOG_BYTES = 500_000_000
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "glusterfs", "fuse.sshfs", "fuse.s3fs")
OLDEST_SERVER = 140_000
NEARLY_ALL = 0.8
CLOCK_WARNING, CLOCK_PROBLEM = dt.timedelta(seconds=5), dt.timedelta(minutes=2)
QUICKLY_READ_BYTES = 4_000_000_000
"""Size up to which SQLite's file is read unasked; a disk reads it in less than a minute."""
QUICKLY_COMPARED = 50_000
"""Articles up to which the index is compared with the tables unasked; it takes some seconds."""


def schema(engine: sa.Engine) -> Finding:
    """Check which migration the tables are of."""
    try:
        found, newest = revision_of(engine), newest_revision()
    except DatabaseProblem as trouble:
        return problem("tables", sentence_of(trouble), RESTORE if engine.dialect.name == "sqlite" else ANSWER)
    if found == newest:
        return ok("tables", f"The tables are of the newest migration, {newest}.")
    if found is None:
        return warning("tables", "The database is empty.", "`perilune crawl` or `perilune run` makes its tables.")
    if found == IN_COPY:
        go_on = f"{GO_ON_WITH_COPY[0].upper()}{GO_ON_WITH_COPY[1:]}."
        return problem("tables", "The database is a copy that is not finished.", go_on)
    if found > newest:
        sentence = f"The tables are of migration {found}, made by a newer Perilune; this one knows {newest}."
        return problem("tables", sentence, "Install that version, or restore a backup from before the upgrade.")
    sentence = f"The tables are of migration {found}; the newest is {newest}."
    return warning("tables", sentence, MIGRATE)


def sqlite(installation: Installation) -> Iterator[Finding]:
    """Check SQLite's file: that it is whole, where it lies, and its log."""
    if not installation.is_sqlite:
        return
    with installation.archive.sessions() as session:
        path = file_of(installation.settings.database_url)
        size = path.stat().st_size if path is not None else 0
        if size > QUICKLY_READ_BYTES and not installation.is_thorough:
            yield skipped("database", f"SQLite's file takes {bytes_in_words(size)}; --thorough reads all of it.")
        else:
            yield _integrity(session, is_thorough=installation.is_thorough)
    if path is None:
        return
    kind = _file_system_of(path)
    if kind.startswith(NETWORK_FILE_SYSTEMS):
        sentence = f"{path} lies on a network file system ({kind}), on which SQLite's files get damaged."
        yield problem("database file", sentence, "Move it to a disk of this machine, or use PostgreSQL.")
    log = path.with_name(f"{path.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > MOST_LOG_BYTES:
        sentence = f"The log beside the database has grown to {bytes_in_words(size)}: something reads without an end."
        yield warning("database log", sentence, "Restart `perilune run` or `serve`; the last one to end empties it.")
    else:
        yield ok("database log", f"The log beside the database takes {bytes_in_words(size)}.")


def _integrity(session: Session, *, is_thorough: bool) -> Finding:
    pragma = "integrity_check" if is_thorough else "quick_check"
    said = list(session.scalars(sa.text(f"PRAGMA {pragma}(5)")))
    broken = session.execute(sa.text("PRAGMA foreign_key_check")).first() if is_thorough else None
    if said != ["ok"]:
        return problem("database", f"The database is damaged: {'; '.join(said)}.", RESTORE)
    if broken:
        return problem("database", f"A row of {broken[0]} belongs to one of {broken[2]} that is gone.", RESTORE)
    return ok("database", "SQLite finds its file whole." if is_thorough else "SQLite finds its file whole at a look.")


def _file_system_of(path: Path) -> str:
    import psutil

    mounted = {Path(each.mountpoint): each.fstype for each in psutil.disk_partitions(all=True)}
    return next((mounted[folder] for folder in path.absolute().parents if folder in mounted), "")


def postgresql(installation: Installation) -> Iterator[Finding]:
    """Check PostgreSQL's server: version, encoding, connections, clock, pgvector."""
    if installation.is_sqlite:
        return
    with installation.archive.sessions() as session:
        number = int(session.scalar(sa.text("show server_version_num")) or 0)
        version = session.scalar(sa.text("show server_version"))
        if number < OLDEST_SERVER:
            yield warning("database", f"PostgreSQL {version} is no longer looked after.", "Upgrade it to 15 or newer.")
        else:
            yield ok("database", f"PostgreSQL {version} answers.")
        encoding = session.scalar(sa.text("show server_encoding"))
        if encoding != "UTF8":
            remedy = "Make a database with `createdb --encoding UTF8 --template template0`, and move there."
            yield problem("database encoding", f"The database is in {encoding}, which not every text fits.", remedy)
        yield _connections(session)
        yield _clock(session)
        yield _vectors(session)


def _connections(session: Session) -> Finding:
    most = int(session.scalar(sa.text("show max_connections")) or 0)
    used = int(
        session.scalar(sa.text("select count(*) from pg_stat_activity where backend_type = 'client backend'")) or 0
    )
    said = f"{used} of {most} connections of the server are in use"
    if used > most * NEARLY_ALL:
        remedy = "Raise max_connections, run fewer workers, or put a pooler before it."
        return warning("connections", f"{said}.", remedy)
    return ok("connections", f"{said}.")


def _clock(session: Session) -> Finding:
    before = dt.datetime.now(dt.UTC)
    there = session.scalar(sa.select(sa.func.clock_timestamp()))
    after = dt.datetime.now(dt.UTC)
    assert isinstance(there, dt.datetime)
    apart = abs(there - (before + (after - before) / 2))
    said = f"The server's clock and this machine's are {apart.total_seconds():.1f} s apart."
    remedy = "Have both set by NTP (`timedatectl set-ntp true`): what is due goes by these clocks."
    if apart > CLOCK_PROBLEM:
        return problem("clock", said, remedy)
    return warning("clock", said, remedy) if apart > CLOCK_WARNING else ok("clock", said)


def _vectors(session: Session) -> Finding:
    found = session.execute(
        sa.text("select installed_version, default_version from pg_available_extensions where name = 'vector'")
    ).one_or_none()
    if found is None:
        return ok("pgvector", "pgvector is not there: each process that serves compares vectors itself.")
    if found[0] is None:
        return ok("pgvector", f"pgvector {found[1]} can be used: `perilune search-index rebuild` does so.")
    return ok("pgvector", f"pgvector {found[0]} is in use.")


def search_index(installation: Installation) -> Iterator[Finding]:
    """Compare the search index with the tables."""
    archive = installation.archive
    with archive.sessions() as session:
        if index_is_outdated(session):
            remedy = "`perilune process` makes it anew, and `perilune run` does so by itself."
            yield warning("search index", "The index was made by older rules; searches may miss words.", remedy)
        missing = _unindexed_count(session)
        count, words = article_count(session), words_on_search(session)
    if missing:
        sentence = f"{missing} articles that were understood are in no search."
        yield problem("search index", sentence, "`perilune rebuild` makes everything anew that pages tell.")
    if archive.search_folder is None or folder_of(archive).current() is None:
        yield ok("search index", words)
    elif count > QUICKLY_COMPARED and not installation.is_thorough:
        yield skipped("search index", f"{words} --thorough compares it with the tables.")
    elif differences := compare(archive):
        sentence = f"The derived index differs from the tables: {differences[0]}."
        yield problem("search index", sentence, "`perilune search-index rebuild` makes it anew.")
    else:
        yield ok("search index", f"{words} It says what the tables say.")


def _unindexed_count(session: Session) -> int:
    """Count the articles whose current version was understood and which the index does not have."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    indexed = sa.text("select rowid from search_text" if is_sqlite else "select article_id from search_document")
    understood = sa.select(Fate.item_id).where(Fate.stage == Stage.UNDERSTAND, Fate.state == FateState.DONE)
    missing = sa.select(sa.func.count()).select_from(Article).where(Article.current_version_id.in_(understood))
    return session.scalar(missing.where(Article.id.not_in(indexed.columns(sa.column("id", sa.Integer))))) or 0
