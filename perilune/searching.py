"""The derived search index of an archive: whether it is wanted, building it, following the tables, comparing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from models.article import Article
from models.index_change import forget_changes, newest_change
from models.search.derived.checking import differences
from models.search.derived.folder import IndexFolder
from models.search.derived.reading import DerivedIndex, IndexState, derived_index_of
from models.search.derived.schema import panics
from models.search.derived.writing import build, follow, follow_once
from perilune.archive import Archive
from perilune.config import SearchEngine
from perilune.problems import Problem

ARTICLES_WORTH_IT = 10_000
"""From how many articles on searches gain by a derived index; docs/decisions/0020 has the figures."""
SECONDS_TO_STOP = 10.0


def folder_of(archive: Archive) -> IndexFolder:
    """Return the folder of an archive's derived index; Problem where it is to have none."""
    if archive.search_folder is None:
        raise Problem("this archive has no derived index: it is on PostgreSQL, or PERILUNE_SEARCH is fts5.")
    return IndexFolder(archive.search_folder)


def index_is_due(archive: Archive) -> bool:
    """Tell whether the derived index is to be built now: it is wanted, and there is none that can be used."""
    if archive.search_folder is None:
        return False
    with archive.sessions() as session:
        state = _derived(archive).state(session)
        if state is IndexState.ABSENT and archive.settings.search is SearchEngine.AUTO:
            return (session.scalar(sa.select(sa.func.count()).select_from(Article)) or 0) >= ARTICLES_WORTH_IT
    return state in {IndexState.ABSENT, IndexState.OUTDATED, IndexState.DAMAGED}


def forget_old_changes(archive: Archive) -> None:
    """Keep the outbox short where nobody follows it, since there is no derived index."""
    if archive.search_folder is None or IndexFolder(archive.search_folder).current() is None:
        with archive.sessions.begin() as session:
            forget_changes(session, newest_change(session))


def rebuild(archive: Archive, *, progress: Callable[[int, int], None] = lambda _done, _all: None) -> int:
    """Build the index anew while the old one answers, and return how many articles it holds.

    On PostgreSQL, which keeps the index of words itself, that is the index of vectors.
    """
    if archive.sessions.kw["bind"].dialect.name == "postgresql":
        return _rebuild_vectors(archive, progress)
    with _troubles_told(archive):
        count = build(archive.sessions, folder_of(archive), progress=progress)
    if count is None:
        raise Problem("another process builds the index already; wait until it is done.")
    return count


@contextlib.contextmanager
def _troubles_told(archive: Archive) -> Iterator[None]:
    """Say in a sentence what keeps the index from being written: a full disk, a folder that is not ours."""
    try:
        yield
    except panics(ValueError, OSError) as error:
        raise Problem(
            f"the search index in {archive.search_folder} cannot be written: {error}; make room, then run this again."
            " Searches are answered meanwhile."
        ) from error


def _rebuild_vectors(archive: Archive, progress: Callable[[int, int], None]) -> int:
    from models.search.server_schema import make_server_vectors
    from pipeline.encoding.encoder import load_encoder
    from pipeline.encoding.language_means import prior_means

    model = load_encoder(archive.settings.encoder, archive.settings.cache, threads=1).model
    return make_server_vectors(archive.sessions, model, prior_means(model), progress=progress)


def catch_up(archive: Archive) -> int:
    """Apply what changed until now; Problem where there is nothing to apply it to, or another process follows."""
    folder = folder_of(archive)
    if folder.current() is None:
        raise Problem("there is no derived index yet; `perilune search-index rebuild` makes it.")
    with _troubles_told(archive):
        count = follow_once(archive.sessions, folder)
    if count is None:
        raise Problem("another process follows the tables already, such as `perilune run`.")
    return count


def compare(archive: Archive) -> list[str]:
    """Say what the index has otherwise than the tables; nothing where both agree."""
    folder_of(archive)
    with archive.sessions() as session:
        return list(differences(session, _derived(archive)))


@contextlib.contextmanager
def following(archive: Archive) -> Iterator[None]:
    """Follow the tables in the background, wherever no other process does."""
    if archive.search_folder is None:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(archive.sessions, IndexFolder(archive.search_folder), stop))
    thread.daemon = True
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(SECONDS_TO_STOP)


def _derived(archive: Archive) -> DerivedIndex:
    with archive.sessions() as session:
        derived = derived_index_of(session)
    assert derived is not None
    return derived
