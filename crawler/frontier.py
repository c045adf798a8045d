"""The frontier: what the spiders read from the database and write to it, each step one transaction.

A link's fate at the stage `fetch` is its only claim and retry counter. A page's bytes are kept in the page store
before its row is written, so that a row never names bytes that are not there.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger

from crawler.found import FoundLink, Move
from crawler.health.observations import IndexSeen, ProblemCode, Visit
from crawler.kept import Fetched, KeptPage, store_pages
from crawler.links import (
    answered,
    has_article,
    known_links,
    not_modified,
    outcome_of_unchanged,
    sites_of_indexes,
    store_links,
)
from crawler.pace import (
    NO_HINTS,
    Hints,
    VisitFailure,
    next_try_after,
    next_visit_after,
)
from crawler.pace_of_source import pace_of, yield_of
from models.fate import (
    Claim,
    Claimed,
    Fate,
    Outcome,
    attempts_at,
    await_stage,
    claim_due,
    failure,
    finish,
    lost_claims,
)
from models.history import leads_to_withdrawn, note_gone, note_present
from models.page_store import PageStore, PageStoreProblem
from models.source import CHECKS_AFTER, CrawlRun, Link, Page, Source, next_check_at, next_look_at
from models.vocabulary import FateState, Stage
from models.way import History, Way, first_of_archive, history_of

Clock = Callable[[], dt.datetime]
LINKS_AT_ONCE = 50  # at the slowest pace that a host may ask for, that is most of an hour
PAGES_AT_ONCE = 100
STORE_AFTER_SECONDS = 1.0
ATTEMPTS_BEFORE_ANEW = 2
IDLE_PAGES = 3  # more would be a list that goes round in circles
NEWEST_PAGES = 3
LATEST_PAGES = 20
A_MONTH = dt.timedelta(days=31)
log = get_logger()


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: whole or not, whether it was a survey, and whether an index answered but could not be read."""

    is_whole: bool
    visit: Visit
    is_survey: bool = False
    is_unreadable: bool = False
    hints: Hints = NO_HINTS
    retry_after: dt.timedelta | None = None


@dataclass(frozen=True)
class Waiting:
    """A link that is claimed; whether it was tried before in vain, or is only looked at once more for changes."""

    link: Link
    is_again: bool
    is_check: bool = False


def _within_a_second(work: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(STORE_AFTER_SECONDS, work)


@dataclass
class Frontier:
    """Reads and writes for the spiders of one process."""

    sessions: sessionmaker[Session]
    pages: PageStore
    clock: Clock
    claimant: str
    jitter: Callable[[], float] = random.random
    counts: dict[int, Counter[str]] = field(default_factory=dict)
    kept: dict[int, KeptPage] = field(default_factory=dict)
    soon: Callable[[Callable[[], None]], object] = _within_a_second

    def begin_run(self, source: Source) -> int:
        """Open a crawl run for a source."""
        self.counts[source.id] = Counter()
        with self.sessions.begin() as session:
            run = CrawlRun(source_id=source.id, started_at=self.clock())
            session.add(run)
            session.flush()
            return run.id

    def refuse(self, source: Source, reason: str, problem: ProblemCode) -> None:
        """Close a visit that cannot begin."""
        run_id = self.begin_run(source)
        self.count(source.id, f"index failed: {reason}")
        seen = IndexSeen(source.home, problem=problem)
        self.finish_run(source.id, run_id, RunEnd(is_whole=False, visit=Visit(self.clock(), (seen,))))

    def finish_run(self, source_id: int, run_id: int, end: RunEnd) -> dict[str, object]:
        """Close a crawl run with its counts, and make the source due again at its own pace.

        What discovery chose is forgotten, so that it chooses anew, when its index was unreadable at a second visit too.
        """
        self.store_kept()
        now = self.clock()
        counts: dict[str, object] = dict(self.counts.pop(source_id, Counter()))
        claimed = Claimed(Stage.CRAWL, source_id, self.claimant)
        with self.sessions.begin() as session:
            run = session.get_one(CrawlRun, run_id)
            source = session.get_one(Source, source_id)
            run.finished_at = now
            run.outcome = "done" if end.is_whole else "failed"
            run.counts = counts
            run.visit = end.visit.to_json()
            pace = pace_of(session, source, now)
            if end.is_whole:
                following = next_visit_after(pace, yield_of(source, counts, end.hints, now), jitter=self.jitter())
                source.first_crawled_at = source.first_crawled_at or (None if end.is_survey else now)
                outcome = Outcome(FateState.DONE, None, following.due_at)
            else:
                failed = VisitFailure(now, end.retry_after, is_throttled=end.retry_after is not None)
                following = next_try_after(pace, failed, jitter=self.jitter())
                outcome = Outcome(FateState.FAILED, _reason_in(counts), following.due_at)
                is_lasting = end.is_unreadable and attempts_at(session, claimed) >= ATTEMPTS_BEFORE_ANEW
                if is_lasting and source.accepted_at is None:
                    source.chosen = source.chosen_at = None
            source.pace = following.pace.model_dump(mode="json")
            finish(session, claimed, outcome, now=now)
            await_stage(session, Stage.JUDGE, [source_id], due_at=now)
        return counts

    def index_link(self, source: Source, url: str) -> Link:
        """Return the row of an index address of a source, made on first use; it carries the HTTP validators."""
        with self.sessions.begin() as session:
            link = session.scalar(sa.select(Link).where(Link.source_id == source.id, Link.url == url))
            if link is None:
                link = Link(source_id=source.id, url=url, is_index=True, found_at=self.clock())
                session.add(link)
            return link

    def await_standing_pages(self, source: Source, addresses: Iterable[str]) -> None:
        """Make a standing source's pages wait to be fetched again."""
        now = self.clock()
        with self.sessions.begin() as session:
            for url in addresses:
                link = session.scalar(sa.select(Link).where(Link.source_id == source.id, Link.url == url))
                if link is None:
                    link = Link(source_id=source.id, url=url, is_standing=True, found_at=now, is_backfill=True)
                    session.add(link)
                    session.flush()
                await_stage(session, Stage.FETCH, [link.id], due_at=now)

    def add_links(
        self, source: Source, found: Iterable[FoundLink], *, index: Link, answered_at: str, headers: Mapping[str, str]
    ) -> Mapping[str, str | None]:
        """Store the links of an index that are new, and its validators, in one transaction.

        `answered_at` is the address that the index came from in the end: what is known at its former host is not new.
        Returns the addresses that the source had given before, with the dates stated then.
        """
        now = self.clock()
        with self.sessions.begin() as session:
            is_first = session.scalar(sa.select(Source.first_crawled_at).where(Source.id == source.id)) is None
            found = list(found)
            moves = [Move(former, answered_at) for former in sites_of_indexes(session, source)]
            formers = {link.url: {move.former(link.url) for move in moves} for link in found}
            known = known_links(session, source, {*formers, *chain.from_iterable(formers.values())})
            unmoved = [link for link in found if link.url in known or not formers[link.url] & known.keys()]
            new_links = store_links(session, source, unmoved, known, now=now)
            for link in new_links:
                link.is_backfill = is_first
            answered(session.get_one(Link, index.id), headers, is_news=bool(new_links), now=now)
        self.count(source.id, "new links", len(new_links))
        return known

    def index_not_modified(self, index: Link) -> None:
        """Record that the server says an index has not changed."""
        with self.sessions.begin() as session:
            not_modified(session.get_one(Link, index.id), now=self.clock())
        self.count(index.source_id, "index not modified")

    def history_due(self, source: Source, way: Way) -> History | None:
        """Give how far the source's history has come, begun on first use; None where it wants none or has no list."""
        with self.sessions.begin() as session:
            row = session.get_one(Source, source.id)
            history = history_of(row)
            first = first_of_archive(way)
            if history is None and row.backfill_months and first is not None:
                until = self.clock().date() - row.backfill_months * A_MONTH
                history = History(queue=(first,), until=until)
                row.history = history.model_dump(mode="json")
            return history

    def add_history(self, source: Source, found: Iterable[FoundLink], history: History) -> None:
        """Store links of a source's past, and how far its history has come, in one transaction."""
        with self.sessions.begin() as session:
            found = list(found)
            known = known_links(session, source, {link.url for link in found})
            new_links = store_links(session, source, found, known, now=self.clock())
            for link in new_links:
                link.is_backfill = True
            idle_count = 0 if new_links else history.idle_count + 1
            queue = () if idle_count >= IDLE_PAGES else history.queue
            reached = history.model_copy(update={"idle_count": idle_count, "queue": queue})
            session.get_one(Source, source.id).history = reached.model_dump(mode="json")
        self.count(source.id, "links of the past", len(new_links))

    def choose(self, source: Source, way: Way) -> None:
        """Store how discovery chose to watch a source, and make it due at once."""
        now = self.clock()
        with self.sessions.begin() as session:
            row = session.get_one(Source, source.id)
            row.chosen, row.chosen_at = way.model_dump(mode="json"), now
            await_stage(session, Stage.CRAWL, [source.id], due_at=now)

    def propose(self, source: Source, way: Way) -> None:
        """Store how discovery would watch a source now, for a person to accept."""
        with self.sessions.begin() as session:
            session.get_one(Source, source.id).proposed = way.model_dump(mode="json")

    def known_addresses(self, source: Source) -> list[str]:
        """Give the addresses of a source's articles, the newest last."""
        with self.sessions() as session:
            articles = sa.select(Link.url).where(Link.source_id == source.id, ~Link.is_index)
            return list(session.scalars(articles.order_by(Link.id)))

    def kept_pages(self, source: Source, count: int) -> list[tuple[str, Fetched]]:
        """Read some of the source's latest pages, by chance, with the addresses that they were asked at.

        The very newest are left out: what ails the site may ail them already.
        """
        newest = sa.select(sa.func.max(Page.id)).join(Link).where(Link.source_id == source.id, ~Link.is_standing)
        each_once = newest.group_by(Page.link_id).order_by(sa.func.max(Page.id).desc())
        with self.sessions() as session:
            ids = session.scalars(each_once.offset(NEWEST_PAGES).limit(LATEST_PAGES)).all()
            chosen = sorted(ids, key=lambda _: self.jitter())[:count]
            pages = session.scalars(sa.select(Page).where(Page.id.in_(chosen)))
            found = [(page.link.url, self._fetched(page)) for page in pages]
        return [(url, fetched) for url, fetched in found if fetched is not None]

    def _fetched(self, page: Page) -> Fetched | None:
        headers = {name: str(value) for name, value in page.headers.items()}
        try:
            return Fetched(page.url, page.status, headers, self.pages.read(page.content_hash))
        except PageStoreProblem as problem:
            log.warning("page left out", page=page.url, reason=str(problem))
            return None

    def claim_links(self, source: Source) -> list[Waiting]:
        """Claim the links of a source that are due to be fetched."""
        of_source = sa.select(Link.id).where(Link.source_id == source.id, ~leads_to_withdrawn())
        with self.sessions.begin() as session:
            claim = Claim(self.claimant, self.clock(), LINKS_AT_ONCE)
            ids = claim_due(session, Stage.FETCH, claim, among=of_source)
            claimed = sa.select(Link, Fate.reason, has_article()).join(Fate, Fate.item_id == Link.id)
            rows = session.execute(claimed.where(Fate.stage == Stage.FETCH, Link.id.in_(ids)).order_by(Link.id))
            return [
                Waiting(link, reason is not None, is_check=is_known and not link.is_standing)
                for link, reason, is_known in rows
            ]

    def keep_page(self, link: Link, fetched: Fetched, run_id: int, *, is_check: bool = False) -> bool:
        """Keep a fetched page's bytes at once; its rows are written with those of others, within a second.

        The bytes of the link's last page again are no page. One that goes back to earlier bytes is a new page, since
        that is what it shows from then on. Returns whether it is a new page.
        """
        if link.id in self.kept or len(self.kept) >= PAGES_AT_ONCE:
            self.store_kept()
        content_hash = self.pages.keep(fetched.body)
        if not self.kept:
            self.soon(self.store_kept)
        is_new = link.checked_at is None or self._last_hash(link) != content_hash
        self.kept[link.id] = KeptPage(
            fetched=replace(fetched, body=b""),
            byte_count=len(fetched.body),
            content_hash=content_hash,
            is_new=is_new,
            is_check=is_check,
            source_id=link.source_id,
            run_id=run_id,
            fetched_at=self.clock(),
        )
        return is_new

    def _last_hash(self, link: Link) -> str | None:
        last = sa.select(Page.content_hash).where(Page.link_id == link.id).order_by(Page.id.desc()).limit(1)
        with self.sessions() as session:
            return session.scalar(last)

    def store_kept(self) -> None:
        """Write the rows of kept pages in one transaction.

        What a kill keeps from being written stays claimed by the dead, and is fetched again. What was taken over while
        we hung, who took it over has fetched.
        """
        if not self.kept:
            return
        now = self.clock()
        with self.sessions.begin() as session:
            lost = lost_claims(session, [Claimed(Stage.FETCH, link_id, self.claimant) for link_id in self.kept])
            for link_id in lost:
                del self.kept[link_id]
            new = {link_id: page for link_id, page in sorted(self.kept.items()) if page.is_new}
            store_pages(session, new)
            for link in session.scalars(sa.select(Link).where(Link.id.in_(self.kept))):
                page = self.kept[link.id]
                answered(link, page.fetched.headers, is_news=page.is_new, now=page.fetched_at)
                note_present(session, link, now=page.fetched_at)
                outcome = Outcome(FateState.DONE, due_at=next_check_at(link, now=page.fetched_at))
                if not page.is_new:
                    outcome = outcome_of_unchanged(session, link, now=page.fetched_at)
                finish(session, self._claimed(link), outcome, now=now)
        for page in self.kept.values():
            self._count_page(page.source_id, is_new=page.is_new, is_check=page.is_check)
        self.kept.clear()

    def unchanged(self, link: Link, *, is_check: bool = False) -> None:
        """Record that the server says the page has not changed."""
        now = self.clock()
        with self.sessions.begin() as session:
            row = session.get_one(Link, link.id)
            not_modified(row, now=now)
            note_present(session, row, now=now)
            finish(session, self._claimed(link), outcome_of_unchanged(session, row, now=now), now=now)
        self._count_page(link.source_id, is_new=False, is_check=is_check)

    def _count_page(self, source_id: int, *, is_new: bool, is_check: bool) -> None:
        """Count a page; what is looked at again for changes says nothing of how much a source publishes."""
        what = ("changed", "unchanged") if is_check else ("new", "unchanged")
        self.count(source_id, f"{what[not is_new]} {'articles' if is_check else 'pages'}")

    def gone_link(self, link: Link, reason: str) -> None:
        """Record that an article's address answers that there is no page: asked once more in a day, then no more."""
        now = self.clock()
        with self.sessions.begin() as session:
            row = session.get_one(Link, link.id)
            has_vanished = note_gone(session, row, now=now)
            due_at = next_check_at(row, now=now) if has_vanished else now + CHECKS_AFTER[0]
            finish(session, self._claimed(link), Outcome(FateState.SKIPPED, reason, due_at), now=now)
        self.count(link.source_id, f"skipped: {reason}")

    def skip_link(self, link: Link, reason: str, *, may_change: bool = False) -> None:
        """Record that a link will not be fetched again, or only after long waits where that may change, and why."""
        now = self.clock()
        due_at = next_look_at(link, now=now) if may_change else None
        with self.sessions.begin() as session:
            finish(session, self._claimed(link), Outcome(FateState.SKIPPED, reason, due_at), now=now)
        self.count(link.source_id, f"skipped: {reason}")

    def fail_link(self, link: Link, reason: str) -> None:
        """Record a failed fetch; the fate row says when it is tried again."""
        now = self.clock()
        with self.sessions.begin() as session:
            finish(session, self._claimed(link), failure(session, self._claimed(link), reason, now=now), now=now)
        self.count(link.source_id, f"failed: {reason}")

    def _claimed(self, link: Link) -> Claimed:
        return Claimed(Stage.FETCH, link.id, self.claimant)

    def count(self, source_id: int, what: str, number: int = 1) -> None:
        """Count something for the source's current run."""
        if number:
            self.counts.setdefault(source_id, Counter())[what] += number


def _reason_in(counts: Mapping[str, object]) -> str:
    reasons = [what.removeprefix("index failed: ") for what in counts if what.startswith("index failed: ")]
    return "; ".join(reasons) or "the crawl was cut short"
