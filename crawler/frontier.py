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

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from crawler.found import FoundLink
from crawler.pace import (
    MAX_PRIMING,
    NO_HINTS,
    Hints,
    Pace,
    VisitFailure,
    VisitYield,
    next_try_after,
    next_visit_after,
    pace_from,
    pace_primed_by,
)
from crawler.validators import reply_from, trust_after, trust_from, validators_to_send
from models.fate import Claim, Claimed, Outcome, attempts_at, await_stage, claim_due, failure, finish, finish_all
from models.page_store import PageStore
from models.source import CrawlRun, Link, Page, Source
from models.vocabulary import FateState, Stage
from models.way import History, Way, first_of_archive, history_of
from perilune.dates import PartialDate, Precision

Clock = Callable[[], dt.datetime]
LINKS_AT_ONCE = 2000
PAGES_AT_ONCE = 100
STORE_AFTER_SECONDS = 1.0
ATTEMPTS_BEFORE_ANEW = 2
IDLE_PAGES = 3  # more would be a list that goes round in circles
A_MONTH = dt.timedelta(days=31)


@dataclass(frozen=True)
class Fetched:
    """A response as it is kept: where it came from, its HTTP facts and its bytes."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str | None:
        """The declared type, parameters included."""
        return self.headers.get("content-type")


@dataclass(frozen=True)
class KeptPage:
    """A page whose bytes are kept, and whose rows are still to be written."""

    fetched: Fetched
    """Without its body."""
    byte_count: int
    content_hash: str
    source_id: int
    run_id: int
    fetched_at: dt.datetime


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: whole or not, whether it was a survey, and whether an index answered but could not be read."""

    is_whole: bool
    is_survey: bool = False
    is_unreadable: bool = False
    hints: Hints = NO_HINTS
    retry_after: dt.timedelta | None = None


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
            pace = _pace_of(session, source, now)
            if end.is_whole:
                following = next_visit_after(pace, _yield_of(source, counts, end, now), jitter=self.jitter())
                source.first_crawled_at = source.first_crawled_at or (None if end.is_survey else now)
                outcome = Outcome(FateState.DONE, None, following.due_at)
            else:
                failed = VisitFailure(now, end.retry_after, is_throttled=end.retry_after is not None)
                following = next_try_after(pace, failed, jitter=self.jitter())
                outcome = Outcome(FateState.FAILED, _reason_in(counts), following.due_at)
                if end.is_unreadable and attempts_at(session, claimed) >= ATTEMPTS_BEFORE_ANEW:
                    source.chosen = source.chosen_at = None
            source.pace = following.pace.model_dump(mode="json")
            finish(session, claimed, outcome, now=now)
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
        self, source: Source, found: Iterable[FoundLink], *, index: Link, validators: Mapping[str, str]
    ) -> int:
        """Store the links of an index that are new, and its validators, in one transaction; returns how many."""
        now = self.clock()
        with self.sessions.begin() as session:
            is_first = session.scalar(sa.select(Source.first_crawled_at).where(Source.id == source.id)) is None
            new_count = _store_new_links(session, source, found, now=now, is_backfill=is_first)
            _answered(session.get_one(Link, index.id), validators, is_news=new_count > 0, now=now)
        self.count(source.id, "new links", new_count)
        return new_count

    def index_not_modified(self, index: Link) -> None:
        """Record that the server says an index has not changed."""
        with self.sessions.begin() as session:
            _not_modified(session.get_one(Link, index.id), now=self.clock())
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
            new_count = _store_new_links(session, source, found, now=self.clock(), is_backfill=True)
            idle_count = 0 if new_count else history.idle_count + 1
            queue = () if idle_count >= IDLE_PAGES else history.queue
            reached = history.model_copy(update={"idle_count": idle_count, "queue": queue})
            session.get_one(Source, source.id).history = reached.model_dump(mode="json")
        self.count(source.id, "links of the past", new_count)

    def choose(self, source: Source, way: Way) -> None:
        """Store how discovery chose to watch a source, and make it due at once."""
        now = self.clock()
        with self.sessions.begin() as session:
            row = session.get_one(Source, source.id)
            row.chosen, row.chosen_at = way.model_dump(mode="json"), now
            await_stage(session, Stage.CRAWL, [source.id], due_at=now)

    def claim_links(self, source: Source) -> list[Link]:
        """Claim the links of a source that are due to be fetched."""
        of_source = sa.select(Link.id).where(Link.source_id == source.id)
        with self.sessions.begin() as session:
            claim = Claim(self.claimant, self.clock(), LINKS_AT_ONCE)
            ids = claim_due(session, Stage.FETCH, claim, among=of_source)
            return list(session.scalars(sa.select(Link).where(Link.id.in_(ids)).order_by(Link.id)))

    def keep_page(self, link: Link, fetched: Fetched, run_id: int) -> None:
        """Keep a fetched page's bytes at once; its rows are written with those of others, within a second."""
        if link.id in self.kept or len(self.kept) >= PAGES_AT_ONCE:
            self.store_kept()
        content_hash = self.pages.keep(fetched.body)
        if not self.kept:
            self.soon(self.store_kept)
        self.kept[link.id] = KeptPage(
            replace(fetched, body=b""), len(fetched.body), content_hash, link.source_id, run_id, self.clock()
        )

    def store_kept(self) -> None:
        """Write the rows of kept pages in one transaction; the bytes of a link's last page again are no page.

        A page that goes back to earlier bytes is a new page, since that is what it shows from then on. What a kill
        keeps from being written stays claimed by the dead, and is fetched again.
        """
        if not self.kept:
            return
        with self.sessions.begin() as session:
            shown = _last_hashes(session, self.kept)
            news = {link_id for link_id, page in self.kept.items() if page.content_hash != shown.get(link_id)}
            _store_pages(session, {link_id: self.kept[link_id] for link_id in sorted(news)})
            for link in session.scalars(sa.select(Link).where(Link.id.in_(self.kept))):
                page = self.kept[link.id]
                _answered(link, page.fetched.headers, is_news=link.id in news, now=page.fetched_at)
            for link_ids, reason in ((news, None), (self.kept.keys() - news, "unchanged")):
                claimed = [Claimed(Stage.FETCH, link_id, self.claimant) for link_id in sorted(link_ids)]
                finish_all(session, claimed, Outcome(FateState.DONE, reason), now=self.clock())
        for link_id, page in self.kept.items():
            self.count(page.source_id, "new pages" if link_id in news else "unchanged pages")
        self.kept.clear()

    def unchanged(self, link: Link) -> None:
        """Record that the server says the page has not changed."""
        now = self.clock()
        with self.sessions.begin() as session:
            _not_modified(session.get_one(Link, link.id), now=now)
            finish(session, self._claimed(link), Outcome(FateState.DONE, "unchanged"), now=now)
        self.count(link.source_id, "unchanged pages")

    def skip_link(self, link: Link, reason: str) -> None:
        """Record that a link will not be fetched again, and why."""
        with self.sessions.begin() as session:
            finish(session, self._claimed(link), Outcome(FateState.SKIPPED, reason), now=self.clock())
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


def conditional_headers(link: Link) -> dict[str, str]:
    """Give the headers that ask a server for a page only if it has changed, as far as it is believed."""
    return validators_to_send(trust_from(link.trust), _validators_of(link))


def _validators_of(link: Link) -> dict[str, str | None]:
    return {"etag": link.etag, "last-modified": link.last_modified}


def _answered(link: Link, validators: Mapping[str, str], *, is_news: bool, now: dt.datetime) -> None:
    """Note a full answer: its validators, and what it says of how far they are to be believed."""
    sent, stored = conditional_headers(link), _validators_of(link)
    reply = reply_from(sent, stored, validators, is_not_modified=False, has_new_content=is_news)
    link.trust = trust_after(trust_from(link.trust), reply).model_dump(mode="json", exclude_defaults=True)
    link.checked_at = now
    link.etag, link.last_modified = validators.get("etag"), validators.get("last-modified")


def _not_modified(link: Link, *, now: dt.datetime) -> None:
    sent, stored = conditional_headers(link), _validators_of(link)
    reply = reply_from(sent, stored, {}, is_not_modified=True, has_new_content=False)
    link.trust = trust_after(trust_from(link.trust), reply).model_dump(mode="json", exclude_defaults=True)
    link.checked_at = now


def _last_hashes(session: Session, link_ids: Iterable[int]) -> dict[int, str]:
    """Give the hash of each link's last page, where it has one."""
    pages = sa.select(Page.link_id, Page.content_hash).where(Page.link_id.in_(link_ids)).order_by(Page.id)
    return dict(session.execute(pages).all())


def _store_pages(session: Session, pages: Mapping[int, KeptPage]) -> None:
    """Store the rows of pages by their links, and make each wait for extraction."""
    rows = [
        {
            "link_id": link_id,
            "crawl_run_id": page.run_id,
            "url": page.fetched.url,
            "status": page.fetched.status,
            "content_type": page.fetched.content_type,
            "headers": page.fetched.headers,
            "content_hash": page.content_hash,
            "byte_count": page.byte_count,
            "fetched_at": page.fetched_at,
        }
        for link_id, page in pages.items()
    ]
    if rows:
        ids = session.scalars(sa.insert(Page).returning(Page.id), rows)
        await_stage(session, Stage.EXTRACT, ids, due_at=max(page.fetched_at for page in pages.values()))


def _pace_of(session: Session, source: Source, now: dt.datetime) -> Pace:
    """Give what the source's visits showed so far; before any, what the dates of its newest items tell."""
    if source.pace is not None:
        return pace_from(source.pace, source.interval_minutes)
    dated = sa.select(Link.published).where(Link.source_id == source.id, Link.published.is_not(None))
    newest = session.scalars(dated.order_by(Link.published.desc()).limit(MAX_PRIMING))
    days = [date.first for date in map(PartialDate.parse, filter(None, newest)) if date.precision is Precision.DAY]
    return pace_primed_by(days, start_minutes=source.interval_minutes, now=now)


def _yield_of(source: Source, counts: Mapping[str, object], end: RunEnd, now: dt.datetime) -> VisitYield:
    """Say what a visit found that was new: links, or for standing pages the pages themselves."""
    found, offered = (int(str(counts.get(name, 0))) for name in ("new links", "links"))
    changed, same = (int(str(counts.get(name, 0))) for name in ("new pages", "unchanged pages"))
    if not offered:
        found, offered = changed, changed + same
    return VisitYield(now, found, offered, end.hints, is_first=source.first_crawled_at is None)


def _reason_in(counts: Mapping[str, object]) -> str:
    reasons = [what.removeprefix("index failed: ") for what in counts if what.startswith("index failed: ")]
    return "; ".join(reasons) or "the crawl was cut short"


def _store_new_links(
    session: Session, source: Source, found: Iterable[FoundLink], *, now: dt.datetime, is_backfill: bool
) -> int:
    """Store the links that the source has not given before, and make them wait to be fetched.

    A known link without a date takes the one that is stated now, and its pages are read once more with it.
    """
    found = list({item.url: item for item in found}.values())
    known = set(session.scalars(sa.select(Link.url).where(Link.source_id == source.id)))
    _date_known_links(session, source, {item.url: item for item in found if item.published}, now=now)
    new_links = [
        Link(
            source_id=source.id,
            url=item.url,
            title=item.title,
            published=str(item.published) if item.published else None,
            witness=item.witness,
            found_at=now,
            is_backfill=is_backfill,
        )
        for item in found
        if item.url not in known
    ]
    session.add_all(new_links)
    session.flush()
    await_stage(session, Stage.FETCH, [link.id for link in new_links], due_at=now)
    return len(new_links)


def _date_known_links(session: Session, source: Source, dated: Mapping[str, FoundLink], *, now: dt.datetime) -> None:
    undated = sa.select(Link).where(Link.source_id == source.id, Link.published.is_(None), ~Link.is_index)
    links = [link for link in session.scalars(undated) if link.url in dated]
    for link in links:
        link.published, link.witness = str(dated[link.url].published), dated[link.url].witness
    pages = sa.select(Page.id).where(Page.link_id.in_([link.id for link in links]))
    await_stage(session, Stage.EXTRACT, session.scalars(pages).all(), due_at=now)
