"""What is due, as the tables say: asked at every tick, for commands of one machine or for jobs of many."""

from __future__ import annotations

import datetime as dt
import sys
import time
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from structlog import get_logger

from crawler.pressure import crawlable_count
from models.ahead import bring_back, is_right, was_ahead
from models.claimant import Watch
from models.fate import due_count, release_claims_of_the_dead
from models.search import index_is_outdated
from models.vocabulary import Stage
from models.webhooks import calls_due
from perilune.archive import Archive
from perilune.learning import learning_is_due
from perilune.searching import forget_old_changes, index_is_due

PROCESSED = tuple(stage for stage in Stage if stage not in {Stage.CRAWL, Stage.FETCH})
LEARN_AGAIN = dt.timedelta(hours=1)
BRING_BACK_SECONDS = 600.0
log = get_logger()


@dataclass
class Due:
    """Looks which work is due in an archive."""

    archive: Archive
    learned_at: dt.datetime | None = None
    watch: Watch = field(default_factory=Watch)
    brings_back_at: float = 0.0

    def free_claims(self) -> int:
        """Free what the dead had claimed; returns how many items."""
        with self.archive.sessions.begin() as session:
            self._bring_back(session)
            return release_claims_of_the_dead(session, self.watch.silent(session))

    def _bring_back(self, session: Session) -> None:
        """Make due what a clock that was ahead had put off; all fates are read, so that it is not done at each tick."""
        now = _now()
        if time.monotonic() < self.brings_back_at or not was_ahead(session, now=now) or not is_right(session, now=now):
            return
        self.brings_back_at = time.monotonic() + BRING_BACK_SECONDS
        if count := bring_back(session, now=now):
            log.warning("the clock was ahead; what waited for a time to come is due now", items=count)

    def crawl(self) -> bool:
        """Whether a source is due, and the pipeline does not lag too far behind."""
        with self.archive.sessions() as session:
            return self.crawlable(session, at_most=1) > 0

    def crawlable(self, session: Session, *, at_most: int) -> int:
        """How many of the due sources may be crawled now."""
        return crawlable_count(session, self.archive.settings.backlog, at_most=at_most, now=_now())

    def lag(self) -> int:
        """How many pages wait to be read, where so many do that due sources are left waiting; else 0."""
        with self.archive.sessions() as session:
            is_held_up = crawlable_count(session, sys.maxsize, at_most=1, now=_now()) and not self.crawlable(
                session, at_most=1
            )
            return due_count(session, Stage.EXTRACT, now=_now()) if is_held_up else 0

    def process(self) -> int:
        """How many items wait in the pipeline; where none does, 1 if the search index is of older rules."""
        with self.archive.sessions() as session:
            waiting = sum(due_count(session, stage, now=_now()) for stage in PROCESSED)
            return waiting or int(index_is_outdated(session))

    def learn(self) -> bool:
        """Whether to train the classifier: once a night if there are corrections, and after an hour if it failed."""
        now = _now()
        if self.learned_at is not None and now - self.learned_at < LEARN_AGAIN:
            return False
        with self.archive.sessions() as session:
            is_due = learning_is_due(session, now=now)
        if is_due:
            self.learned_at = now
        return is_due

    def index(self) -> bool:
        """Whether the derived search index is wanted and none can be used; whoever serves follows the tables."""
        forget_old_changes(self.archive)
        return index_is_due(self.archive)

    def call(self) -> bool:
        """Whether calls of webhooks wait."""
        with self.archive.sessions() as session:
            return calls_due(session, now=_now())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
