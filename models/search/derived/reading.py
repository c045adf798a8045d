"""Asking the derived index: which articles match, in what order, and how many bear each facet.

A session knows the derived index of its archive, where there is one (`DerivedIndex.attach`). Where it cannot be
used, because it is damaged, behind and followed by nobody, or asked too much, the tables' own index answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeVar

import tantivy
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger

from models.index_change import changes_kept, has_all_since, newest_change
from models.search.derived.compiling import Compiler
from models.search.derived.folder import IndexFolder, Stamp
from models.search.derived.schema import FACET_FIELDS, article_id_of, make_schema, panics, total_of
from models.search.filters import Sort
from models.search.matching import standing
from models.search.query import Query

SESSION_KEY = "derived_index"
TIES_READ = 64
MOST_TIES_READ = 16_384
MOST_VALUES = 65_000
MOST_REMEMBERED = 500
COUNTED_BESIDE = 200_000
"""From so many articles on, facets are counted by two threads, beside the reading of rows."""
HALF_OF_THE_WORK = ("topic", "actor")
"""Of the facets that have several values an article, and so take longest, two; the third has all the others with it."""
Counts = dict[str, list[tuple[str, int]]]
T = TypeVar("T")
log = get_logger()


class IndexState(StrEnum):
    """Whether a derived index answers, or why not."""

    USED = "used"
    ABSENT = "absent"
    BEHIND = "behind"
    OUTDATED = "outdated"
    DAMAGED = "damaged"


class Ranked(NamedTuple):
    """How many articles match, and the ids of one page of them in order."""

    total: int
    ids: list[int]
    is_approximate: bool = False
    """Whether the number and the order hold for the newest matches only."""


@dataclass(frozen=True)
class _Opened:
    stamp: Stamp
    built: Path
    index: tantivy.Index
    position: int


class DerivedIndex:
    """The derived index of an archive, for any number of threads."""

    def __init__(self, folder: IndexFolder) -> None:
        self.folder = folder
        self._opened: _Opened | None = None
        self._lock = threading.Lock()
        self._said = IndexState.USED
        self._counted_at: Stamp | None = None
        self._counting: dict[tuple[str, ...], Future[Counts]] = {}

    def attach(self, sessions: sessionmaker[Session]) -> None:
        """Let every session of a factory know this index."""
        sessions.configure(info={SESSION_KEY: self})

    def state(self, session: Session) -> IndexState:
        """Tell whether searches are answered here, and why not."""
        built = self.folder.current()
        if built is None:
            return IndexState.ABSENT
        if self.folder.is_damaged(built):
            return IndexState.DAMAGED
        position = self.folder.position(built)
        kept = changes_kept(session)
        if not has_all_since(kept, position):
            return IndexState.OUTDATED
        if position < kept[1] and not self.folder.is_followed():
            return IndexState.BEHIND
        return IndexState.USED

    def ranked(self, session: Session, query: Query, *, limit: int, offset: int) -> Ranked | None:
        """Find a page of articles in the query's order; None where the tables must be asked instead."""
        return self.asked(session, query, lambda each, wanted: _ranked(each, wanted, query, limit=limit, offset=offset))

    def among(self, session: Session, query: Query, article_ids: Sequence[int]) -> list[int] | None:
        """Return those of some articles that match, in no order; None where the tables must be asked instead."""
        return self.asked(session, query, lambda searcher, compiled: _among(searcher, compiled, article_ids))

    def counts(self, session: Session, query: Query) -> Counts | None:
        """Count the matching articles by facet; None where the tables must be asked. Sources go by their ids."""
        asked = (query.line, *standing(session, query.topics))
        return self.asked(session, query, lambda *prepared: self._counts_begun(asked, *prepared).result())

    def begin_counts(self, session: Session, query: Query) -> None:
        """Begin to count, in a large archive, what will be asked for when the rows of a page have been read."""
        opened = self._opened
        if opened is not None and opened.index.searcher().num_docs >= COUNTED_BESIDE:
            asked = (query.line, *standing(session, query.topics))
            self.asked(session, query, lambda *prepared: self._counts_begun(asked, *prepared))

    def _counts_begun(
        self, asked: tuple[str, ...], searcher: tantivy.Searcher, compiled: tantivy.Query
    ) -> Future[Counts]:
        """Count once for each commit: the next page of a search, and the front page, have the same facets."""
        stamp = self._opened.stamp if self._opened else None
        with self._lock:
            if self._counted_at != stamp or len(self._counting) >= MOST_REMEMBERED:
                self._counted_at, self._counting = stamp, {}
            begun = self._counting.get(asked)
            if begun is None or (begun.done() and begun.exception()):
                begun = self._counting[asked] = _beside(lambda: _counts(searcher, compiled))
        return begun

    def searcher(self, session: Session) -> tantivy.Searcher | None:
        """Open the newest commit, where the index may be used."""
        state = self.state(session)
        self._say(state)
        built = self.folder.current()
        if state is not IndexState.USED or built is None:
            return None
        try:
            return self._open(built).searcher()
        except panics(ValueError) as error:
            self._take_failure(error)
            return None

    def asked(self, session: Session, query: Query, ask: Callable[[tantivy.Searcher, tantivy.Query], T]) -> T | None:
        """Put a question to the newest commit; None where the tables must be asked instead."""
        try:
            searcher = self.searcher(session)
            compiled = None if searcher is None else Compiler(session, searcher).compiled(query)
        except OSError as error:
            log.warning("the derived index was not there for a moment", reason=str(error)[:300])
            return None
        except panics(ValueError) as error:
            log.warning("the derived index cannot be asked this; the tables are", reason=str(error)[:300])
            return None
        if searcher is None or compiled is None:
            return None
        try:
            return ask(searcher, compiled)
        except (ValueError, OSError) as error:
            self._take_failure(error)
        except panics() as error:
            # Other questions may be answered all the same, so that the index does not count as damaged.
            log.warning("the derived index failed at this; the tables are asked", reason=str(error)[:300])
        return None

    def _open(self, built: Path) -> tantivy.Index:
        with self._lock:
            stamp = self.folder.stamp(built)
            opened = self._opened
            if opened is None or opened.stamp.name != stamp.name:
                opened = _Opened(stamp, built, self.folder.open(built), self.folder.position(built))
            elif opened.stamp != stamp:
                opened.index.reload()
                opened = _Opened(stamp, built, opened.index, self.folder.position(built))
            self._opened = opened
            return opened.index

    def _take_failure(self, error: BaseException) -> None:
        """Tell damage from a question that asks too much, such as a phrase with too short a beginning."""
        log.warning("the derived index did not answer; the tables are asked instead", reason=str(error)[:300])
        built = self.folder.current()
        if built is None or "expansion" in str(error):
            return
        with self._lock:
            self._opened = None
        self.folder.mark_damaged(built, str(error))

    def _say(self, state: IndexState) -> None:
        """Log why the index is not used, once for each reason."""
        if state is not self._said and state not in {IndexState.USED, IndexState.ABSENT}:
            log.warning("the derived index is not used; searches are slower", reason=str(state))
        self._said = state


def words_on_search(session: Session) -> str:
    """Say in a sentence which index answers the searches of an archive, and why."""
    derived = derived_index_of(session)
    state = derived.state(session) if derived else IndexState.ABSENT
    built = derived.folder.current() if derived else None
    if derived is None or built is None or state is IndexState.ABSENT:
        return "Searches are answered by the database's own index."
    if state is not IndexState.USED:
        return f"Searches are answered by the database's own index, since the derived one is {state}; they are slower."
    behind = newest_change(session) - derived.folder.position(built)
    return f"Searches are answered by the derived index, which {behind} changes have still to reach."


def derived_index_of(session: Session) -> DerivedIndex | None:
    """Return the derived index of a session's archive."""
    found = session.info.get(SESSION_KEY)
    assert found is None or isinstance(found, DerivedIndex)
    return found


def _ranked(searcher: tantivy.Searcher, compiled: tantivy.Query, query: Query, *, limit: int, offset: int) -> Ranked:
    """Ask for no more than there is: tantivy makes room for all that it is asked for, or ends the process."""
    end = max(1, min(offset + limit, searcher.num_docs))
    if query.sort == Sort.RELEVANCE and query.expression.clauses:
        total, ids = _by_relevance(searcher, compiled, end)
    else:
        result = searcher.search(compiled, limit=end, order_by_field="rank")
        total, ids = total_of(result), [article_id_of(rank) for rank, _ in result.hits]
    return Ranked(total, ids[offset : offset + limit])


def _among(searcher: tantivy.Searcher, compiled: tantivy.Query, article_ids: Sequence[int]) -> list[int]:
    if not article_ids:
        return []
    one_of_them = tantivy.Query.term_set_query(make_schema(), "article_id", list(article_ids))
    both = tantivy.Query.boolean_query([(tantivy.Occur.Must, compiled), (tantivy.Occur.Must, one_of_them)])
    result = searcher.search(both, limit=len(article_ids), count=False, order_by_field="rank")
    return [article_id_of(rank) for rank, _ in result.hits]


def _by_relevance(searcher: tantivy.Searcher, compiled: tantivy.Query, end: int) -> tuple[int, list[int]]:
    """Take the best; whatever has the score of the last one is read too, so that the order among equals is ours."""
    read = end + TIES_READ
    while True:
        result = searcher.search(compiled, limit=read, weight_by_field="fresh")
        scores = [score for score, _ in result.hits]
        if len(scores) < read or scores[end - 1] > scores[-1] or read >= MOST_TIES_READ:
            break
        read *= 4
    ranks = searcher.fast_field_values("rank", [address for _, address in result.hits])
    ordered = sorted(zip(scores, map(int, (rank or 0 for rank in ranks)), strict=True), reverse=True)
    return total_of(result), [article_id_of(rank) for _, rank in ordered]


def _beside(count: Callable[[], Counts]) -> Future[Counts]:
    """Do something in a thread of its own: threads of a pool would be missing in a process that forked."""
    pool = ThreadPoolExecutor(max_workers=1)
    begun = pool.submit(count)
    pool.shutdown(wait=False)
    return begun


def _counts(searcher: tantivy.Searcher, compiled: tantivy.Query) -> Counts:
    """Count by every facet; in a large archive by two threads, for tantivy lets go of the interpreter meanwhile."""
    if searcher.num_docs < COUNTED_BESIDE:
        return _counts_by(searcher, compiled, tuple(FACET_FIELDS))
    rest = tuple(facet for facet in FACET_FIELDS if facet not in HALF_OF_THE_WORK)
    others = _beside(lambda: _counts_by(searcher, compiled, rest))
    return {**_counts_by(searcher, compiled, HALF_OF_THE_WORK), **others.result()}


def _counts_by(searcher: tantivy.Searcher, compiled: tantivy.Query, facets: Sequence[str]) -> Counts:
    wanted = {
        facet: {"terms": {"field": FACET_FIELDS[facet], "size": MOST_VALUES, "segment_size": MOST_VALUES}}
        for facet in facets
    }
    found = searcher.aggregate(compiled, wanted)
    return {
        facet: [(_written(bucket["key"]), int(bucket["doc_count"])) for bucket in found[facet]["buckets"]]
        for facet in facets
    }


def _written(key: object) -> str:
    return str(int(key)) if isinstance(key, int | float) else str(key)
