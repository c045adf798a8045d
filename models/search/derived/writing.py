"""Keeping a derived index: building it, following the tables, and comparing the two.

Every change is applied by reading the article anew, so it does not matter how often that is done. A commit comes
first and the position after it: whatever a kill interrupts is done again.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
import tantivy
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger

from models.article import Article
from models.index_change import changes_kept, changes_since, forget_changes, has_all_since, newest_change
from models.search.derived.folder import IndexFolder
from models.search.derived.schema import documents_of, panics
from models.takedown import withdrawn_keys

CHANGES_AT_ONCE = 2_000
ARTICLES_AT_ONCE = 500
FOLLOWING_HEAP, BUILDING_HEAP = 64_000_000, 512_000_000
BUILDING_THREADS = 2
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_AFTER_TROUBLE = 30.0
Progress = Callable[[int, int], None]
log = get_logger()


@dataclass
class Follower:
    """Applies the changes of the tables to the index in use; its caller holds `folder.following()`."""

    sessions: sessionmaker[Session]
    folder: IndexFolder
    _built: Path | None = None
    _writer: tantivy.IndexWriter | None = None

    def apply(self) -> int:
        """Apply what changed since the last time, and return how many changes that were."""
        built = self.folder.current()
        if built is None or self.folder.is_damaged(built):
            self.close()
            return 0
        if self._writer is None or built != self._built:
            self.close()
            self._built, self._writer = built, self.folder.open(built).writer(FOLLOWING_HEAP, num_threads=1)
        position = self.folder.position(built)
        with self.sessions() as session:
            if not has_all_since(changes_kept(session), position):
                raise ValueError("changes that the index has not seen were forgotten; it must be built anew")
            changes = changes_since(session, position, limit=CHANGES_AT_ONCE)
            if not changes:
                return 0
            _replace(session, self._writer, list(dict.fromkeys(article_id for _, article_id in changes)))
        self._writer.commit()
        self.folder.store_position(built, changes[-1][0])
        return len(changes)

    def close(self) -> None:
        """Let go of the index; what was not committed is applied again by whoever follows next."""
        if self._writer is not None:
            with contextlib.suppress(ValueError):  # a writer that met damage
                self._writer.wait_merging_threads()
        self._writer, self._built = None, None


def follow_once(sessions: sessionmaker[Session], folder: IndexFolder) -> int | None:
    """Apply everything that changed until now; None where another process follows."""
    with folder.following() as is_ours:
        if not is_ours:
            return None
        follower, total = Follower(sessions, folder), 0
        while applied := follower.apply():
            total += applied
        follower.close()
        return total


def follow(sessions: sessionmaker[Session], folder: IndexFolder, stop: threading.Event) -> None:
    """Follow the tables until told to stop; wait while another process does, and after trouble."""
    while not stop.is_set():
        with folder.following() as is_ours:
            if is_ours:
                _follow_while_well(Follower(sessions, folder), stop)
        stop.wait(SECONDS_AFTER_TROUBLE)


def _follow_while_well(follower: Follower, stop: threading.Event) -> None:
    """Follow until stopped or in trouble; the lock is let go of then, so that nobody trusts the index."""
    try:
        while not stop.is_set():
            if follower.apply():
                _forget_applied(follower)
            else:
                stop.wait(SECONDS_BETWEEN_LOOKS)
    except panics(ValueError, OSError, sa.exc.DBAPIError) as error:
        log.warning("the derived index is not followed for a while", reason=str(error)[:300])
    finally:
        follower.close()


def _forget_applied(follower: Follower) -> None:
    built = follower.folder.current()
    if built is not None:
        with follower.sessions.begin() as session:
            forget_changes(session, follower.folder.position(built))


def _replace(session: Session, writer: tantivy.IndexWriter, article_ids: list[int]) -> None:
    for start in range(0, len(article_ids), ARTICLES_AT_ONCE):
        some = article_ids[start : start + ARTICLES_AT_ONCE]
        for article_id in some:
            writer.delete_documents_by_term("article_id", article_id)
        for _, document in documents_of(session, some):
            writer.add_document(document)


def build(
    sessions: sessionmaker[Session], folder: IndexFolder, *, progress: Progress = lambda _done, _all: None
) -> int | None:
    """Build the index anew beside the one in use, and use it then; None where another process builds it.

    What changes meanwhile is applied by whoever follows; where nobody does, at once.
    """
    with folder.building() as is_ours:
        if not is_ours:
            return None
        built = folder.make()
        with sessions() as session:
            position = newest_change(session)
            count = _write_all(session, folder.open(built), progress)
        folder.store_position(built, position)
        folder.use(built)
    follow_once(sessions, folder)
    return count


def _write_all(session: Session, index: tantivy.Index, progress: Progress) -> int:
    writer = index.writer(BUILDING_HEAP, num_threads=BUILDING_THREADS)
    count, total = 0, session.scalar(sa.select(sa.func.count()).select_from(_indexed().subquery())) or 0
    for some in _batches(session):
        for _, document in documents_of(session, some):
            writer.add_document(document)
            count += 1
        progress(count, total)
    writer.commit()
    writer.wait_merging_threads()
    return count


def _indexed() -> sa.Select[int]:
    """Select what an index holds."""
    return sa.select(Article.id).where(Article.current_version_id.is_not(None), Article.key.not_in(withdrawn_keys()))


def _batches(session: Session) -> Iterator[list[int]]:
    last = 0
    while some := list(
        session.scalars(_indexed().where(Article.id > last).order_by(Article.id).limit(ARTICLES_AT_ONCE))
    ):
        yield some
        last = some[-1]
