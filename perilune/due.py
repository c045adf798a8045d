"""What is due, as the tables say: asked at every tick, for commands of one machine or for jobs of many."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.pressure import share_of_crawling
from models.claimant import Watch
from models.fate import due_count, release_claims_of_the_dead
from models.search import index_is_outdated
from models.source import Source
from models.vocabulary import Stage
from models.webhooks import calls_due
from perilune.archive import Archive
from perilune.learning import learning_is_due
from perilune.searching import forget_old_changes, index_is_due

PROCESSED = tuple(stage for stage in Stage if stage not in {Stage.CRAWL, Stage.FETCH})
LEARN_AGAIN = dt.timedelta(hours=1)


@dataclass
class Due:
    """Looks which work is due in an archive."""

    archive: Archive
    learned_at: dt.datetime | None = None
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.archive.settings.silence)

    def free_claims(self) -> int:
        """Free what the dead had claimed; returns how many items."""
        with self.archive.sessions.begin() as session:
            return release_claims_of_the_dead(session, self.watch.silent(session))

    def crawl(self) -> bool:
        """Whether a source is due, and the pipeline does not lag too far behind."""
        with self.archive.sessions() as session:
            return self.crawling_share(session) > 0 and self._count(session, Stage.CRAWL, among=watched()) > 0

    def crawling_share(self, session: Session) -> float:
        """Which share of the due sources may be crawled now."""
        return share_of_crawling(session, self.archive.settings.backlog, now=_now())

    def process(self) -> int:
        """How many items wait in the pipeline; where none does, 1 if the search index is of older rules."""
        with self.archive.sessions() as session:
            waiting = sum(self._count(session, stage) for stage in PROCESSED)
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

    def _count(self, session: Session, stage: Stage, among: sa.Select[int] | None = None) -> int:
        return due_count(session, stage, now=_now(), among=among)


def watched() -> sa.Select[int]:
    """Select the sources that are watched."""
    return sa.select(Source.id).where(Source.is_active)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
