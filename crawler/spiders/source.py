"""What all spiders of sources share: poll the index addresses, store new links, fetch what waits, keep pages."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

import scrapy
import sqlalchemy as sa
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from structlog import get_logger
from twisted.python.failure import Failure

from crawler.asking import Answered, request_for
from crawler.discovery.choice import way_from
from crawler.discovery.lists import ListPattern
from crawler.discovery.survey import survey
from crawler.discovery.values import Discovery
from crawler.fetched import answer_from, fetched_from, problem_of, reason_of, reason_to_keep
from crawler.found import wanted
from crawler.frontier import LINKS_AT_ONCE, Frontier, RunEnd, Waiting
from crawler.health.answers import (
    VERDICTS,
    Answer,
    IndexRead,
    index_seen,
    index_unanswered,
    problem_of_answer,
    read_index,
    reread,
    second_look,
)
from crawler.health.observations import HTTP_ERROR, NOT_MODIFIED, ProblemCode, Reread, SecondLook
from crawler.health.words import refusal_words
from crawler.history import Archived, history_step
from crawler.kept import Fetched
from crawler.mending import takes_another_way
from crawler.pace import NO_HINTS, retry_after
from crawler.rendering import marked
from crawler.surveying import Rounds
from crawler.visiting import Notes
from models.health import last_health_of
from models.page_store import PageStoreProblem
from models.source import Link, Source
from models.way import Way
from perilune.verdicts import verdict_on_page

NOT_FOUND = 404
OK = range(200, 300)
MAX_INDEXES = 200
NO_WAIT = dt.timedelta(0)
LONGEST_VISIT_SECONDS = 3600.0  # what is left then waits for the next visit, so that slow hosts hold up nobody
FEW_UNDER_WAY = 10
# What answers, but not as it did when its way was chosen.
OTHER_THAN_CHOSEN = {
    ProblemCode.EMPTY,
    ProblemCode.NO_MATCH,
    ProblemCode.GONE,
    ProblemCode.SOFT_404,
    ProblemCode.NOT_A_FEED,
    ProblemCode.MALFORMED,
    ProblemCode.NO_LINKS,
}
log = get_logger()


class SourceSpider(scrapy.Spider):
    """Crawls one source by its way.

    A run ends with the answer to its last request, whatever else its process still crawls.
    """

    source: ClassVar[Source]
    way: ClassVar[Way]
    frontier: ClassVar[Frontier]
    run_id: int | None = None
    index_failures = 0
    is_survey = False
    can_be_surveyed = True
    is_unreadable = False
    hints = NO_HINTS
    retry_after: dt.timedelta | None = None
    _awaited_count = 0
    _begun_at = 0.0
    _more_wait = False

    def read(self, fetched: Fetched) -> IndexRead:
        """Read an index: what is wrong with it, or its links."""
        return read_index(fetched, self.way)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the index pages, and for what still waits from earlier runs."""
        self.run_id = self.frontier.begin_run(self.source)
        self.notes = Notes()
        self._begun_at = time.monotonic()
        self._followed = set(self.way.addresses) if self.way else set()
        with self._awaiting():
            for request in self.first_requests():
                yield request

    def first_requests(self) -> Iterator[Request]:
        """Make the requests a run starts with."""
        for address in self.way.addresses:
            yield self.index_request(address)
        yield from self.looks()
        yield from self.history_requests()
        yield from self.waiting_requests()

    def looks(self) -> Iterator[Request]:
        """Look beyond the index where the source's health asks for it.

        At its home page, at a page that is known, and at how else the source could be watched.
        """
        health = last_health_of(self.source)
        if health is None:
            return
        if health.wants_look and self.source.home not in self.way.addresses:
            yield self._look(self.source.home, self._look_at_home, self._home_failed)
        if health.wants_reread and len(kept := self.frontier.kept_pages(self.source, 2)) > 1:
            (url, page), (_, other) = kept
            yield self._look(url, partial(self._compare, url, page, other), partial(self._page_lost, url))
        if health.wants_survey and self.can_be_surveyed:
            yield from Rounds(survey(self.source.home), self._propose, wrap=self.awaited).begin()

    def _look(self, url: str, seen: Answered, lost: Callable[[Failure], None]) -> Request:
        return self.awaited(Request(url, seen, errback=lost, dont_filter=True))

    def _look_at_home(self, response: Response) -> None:
        known = self.frontier.known_addresses(self.source)
        self.notes.second_look = second_look(answer_from(response, self.source.home), known, self.way)

    def _home_failed(self, failure: Failure) -> None:
        self.notes.second_look = SecondLook(self.source.home, problem_of(failure))

    def _compare(self, url: str, kept: Fetched, other: Fetched, response: Response) -> None:
        self.notes.reread = reread(answer_from(response, url), kept, other)

    def _page_lost(self, url: str, failure: Failure) -> None:
        self.notes.reread = Reread(url, problem_of(failure))

    def _propose(self, discovery: Discovery) -> None:
        self.notes.has_surveyed = True
        way = way_from(discovery)
        if way is not None and takes_another_way(self.source, way):
            self.frontier.propose(self.source, way)

    def history_requests(self) -> Iterator[Request]:
        """Ask for the next page of the source's past, where it wants one and has not come to its end."""
        history = None if self._is_long else self.frontier.history_due(self.source, self.way)
        if history is not None and history.queue:
            link = self.frontier.index_link(self.source, history.queue[0])
            request = Request(link.url, self.read_history, errback=partial(self.index_failed, link), dont_filter=True)
            yield self.awaited(request.replace(cb_kwargs={"link": link}))

    def read_history(self, response: Response, link: Link) -> Iterator[Request]:
        """Store the links of a page of the past, and go on to the next one."""
        history = self.frontier.history_due(self.source, self.way)
        if history is None or response.status not in OK:
            self.frontier.count(self.source.id, f"history stopped: {link.url} answered {response.status}")
            return
        step = history_step(
            Archived(response.body, fetched_from(response).content_type, response.url), self.way, history
        )
        self.frontier.add_history(self.source, wanted(step.links, self.way.archive or self.way), step.history)
        yield from self.waiting_requests()
        yield from self.history_requests()

    def index_request(self, url: str, *, is_followed: bool = False) -> Request:
        """Ask for an index page, conditionally where it gave validators."""
        link = self.frontier.index_link(self.source, url)
        request = request_for(link, self.read_index, partial(self.index_failed, link), is_followed=is_followed)
        return self.awaited(request.replace(priority=10))

    @property
    def _is_long(self) -> bool:
        return time.monotonic() - self._begun_at > LONGEST_VISIT_SECONDS

    def waiting_requests(self) -> Iterator[Request]:
        """Claim some of the source's waiting links and ask for them, unless the visit has taken long already."""
        claimed = [] if self._is_long else self.frontier.claim_links(self.source)
        self._more_wait = len(claimed) == LINKS_AT_ONCE
        for waiting in claimed:
            yield self.awaited(
                request_for(
                    waiting.link,
                    self.keep,
                    partial(self.failed, waiting),
                    is_again=waiting.is_again,
                    is_check=waiting.is_check,
                )
            )

    def awaited(self, request: Request) -> Request:
        """Count a request as under way until its callback or its errback has done its work."""
        self._awaited_count += 1
        answered, failed = request.callback, request.errback
        assert answered is not None
        assert failed is not None

        def on_answer(response: Response, **given: Link | bool) -> Iterator[Request]:
            with self._settling():
                yield from answered(response, **given) or ()
                yield from self._further_pages()

        def on_failure(failure: Failure) -> Iterator[Request]:
            with self._settling():
                yield from failed(failure) or ()
                yield from self._further_pages()

        return marked(request, render=self.source.render).replace(callback=on_answer, errback=on_failure)

    def _further_pages(self) -> Iterator[Request]:
        if self._more_wait and self._awaited_count <= FEW_UNDER_WAY:
            yield from self.waiting_requests()

    @contextlib.contextmanager
    def _awaiting(self) -> Iterator[None]:
        self._awaited_count += 1
        with self._settling():
            yield

    @contextlib.contextmanager
    def _settling(self) -> Iterator[None]:
        try:
            yield
        except Exception:
            self.index_failures += 1  # whatever it was, the run is not whole
            raise
        finally:
            self._awaited_count -= 1
            if self._awaited_count == 0:
                self._finish("finished")

    def read_index(self, response: Response, link: Link, *, is_followed: bool) -> Iterator[Request]:
        """Store the links of an index page, then ask for those that are new."""
        answer = answer_from(response, link.url)
        try:
            read, known = self._read_and_store(answer, link)
        except sa.exc.OperationalError:
            raise  # a database that is gone is no source's fault
        except Exception as error:  # whatever a site sends, it never stops the other sources
            log.exception("index not read", source=self.source.slug, run=self.run_id, url=link.url)
            self.notes.indexes.append(index_unanswered(link.url, ProblemCode.MALFORMED))
            self.index_problem(link.url, f"it could not be read ({type(error).__name__})")
            return
        self.notes.indexes.append(replace(index_seen(answer, read, known), is_followed=is_followed))
        for url in self._further(read):
            yield self.index_request(url, is_followed=True)
        yield from self.waiting_requests()

    def _read_and_store(self, answer: Answer, link: Link) -> tuple[IndexRead, Mapping[str, str | None]]:
        """Read an index and store what it gives; returns the reading, and the source's links known before."""
        if answer.fetched.status == NOT_MODIFIED:
            self.frontier.index_not_modified(link)
            return IndexRead(), {}
        read = self.read(answer.fetched)
        if read.problem is not None and not read.is_bare:
            self._refuse_index(link.url, answer.fetched, read.problem, read.detail)
            return read, {}
        self.hints = read.hints
        self.frontier.count(self.source.id, "links", len(read.chosen))
        # An index of indexes may stay the same while those below it change; one that has nothing is to be seen again.
        validators = {} if read.further or read.problem else answer.fetched.headers
        known = self.frontier.add_links(
            self.source, read.chosen, index=link, answered_at=answer.fetched.url, headers=validators
        )
        return read, known

    def _refuse_index(self, url: str, fetched: Fetched, problem: ProblemCode, detail: str | None) -> None:
        self._note_throttling(fetched, problem)
        self.is_unreadable |= problem in OTHER_THAN_CHOSEN
        self.index_problem(url, detail or refusal_words(problem, fetched.status, self.looks_for))

    def _note_throttling(self, fetched: Fetched, problem: ProblemCode) -> None:
        if problem is ProblemCode.RATE_LIMITED:
            asked = retry_after(fetched.headers, now=self.frontier.clock())
            self.retry_after = max(asked or NO_WAIT, self.retry_after or NO_WAIT)

    @property
    def looks_for(self) -> str:
        """Say which links of an index are the source's."""
        return ListPattern(self.way.select, self.way.row, self.way.links).in_words

    def _further(self, read: IndexRead) -> Sequence[str]:
        """Choose the indexes to follow, up to a bound for the whole visit."""
        new = [url for url in dict.fromkeys(read.further) if url not in self._followed]
        further = new[: MAX_INDEXES - len(self._followed)]
        self._followed.update(further)
        self.notes.is_cut_short |= len(further) < len(new)
        return further

    def keep(self, response: Response, link: Link, *, is_again: bool, is_check: bool) -> None:
        """Keep a fetched page, or record why it is none."""
        try:
            self._keep_or_refuse(response, Waiting(link, is_again, is_check))
        except PageStoreProblem as problem:
            self.frontier.fail_link(link, "the page store cannot be written")
            log.warning("crawl stopped", source=self.source.slug, run=self.run_id, reason=str(problem))
            raise CloseSpider("page store") from problem

    def _keep_or_refuse(self, response: Response, waiting: Waiting) -> None:
        link, fetched = waiting.link, fetched_from(response)
        problem = problem_of_answer(fetched)
        if response.status == NOT_MODIFIED:
            self.frontier.unchanged(link, is_check=waiting.is_check)
            self.page_kept(response, waiting, is_new=False)
        elif problem is not None:
            self._refuse_page(link, fetched, problem)
            self.page_failed(waiting, problem)
        elif self._is_too_large(response):
            self.frontier.skip_link(link, "page too large", may_change=True)
            self.page_failed(waiting, ProblemCode.TOO_LARGE)
        else:
            assert self.run_id is not None
            is_new = self.frontier.keep_page(link, fetched, self.run_id, is_check=waiting.is_check)
            self.page_kept(response, waiting, is_new=is_new)

    def _refuse_page(self, link: Link, fetched: Fetched, problem: ProblemCode) -> None:
        self._note_throttling(fetched, problem)
        is_early = fetched.status == NOT_FOUND and not link.is_backfill  # feeds name pages before they are there
        if problem is ProblemCode.GONE and link.checked_at is not None:
            self.frontier.gone_link(link, f"not found ({fetched.status})")
        elif problem is ProblemCode.GONE and is_early:
            self.frontier.fail_link(link, f"not found ({fetched.status})")
        elif problem is ProblemCode.GONE:
            self.frontier.skip_link(link, f"not found ({fetched.status})")
        elif fetched.status >= HTTP_ERROR and problem not in VERDICTS.values():
            self.frontier.fail_link(link, f"the server answered {fetched.status}")
        else:
            self.frontier.fail_link(link, verdict_on_page(fetched.status, fetched.content_type, fetched.body) or "")

    def failed(self, waiting: Waiting, failure: Failure) -> None:
        """Record why a page could not be fetched."""
        problem = problem_of(failure)
        if problem is ProblemCode.ROBOTS:
            self.frontier.skip_link(waiting.link, "robots.txt forbids it")
        elif problem is ProblemCode.TOO_LARGE:
            self.frontier.skip_link(waiting.link, "page too large", may_change=True)
        else:
            self.frontier.fail_link(waiting.link, reason_to_keep(failure))
        self.page_failed(waiting, problem)

    def page_kept(self, response: Response, waiting: Waiting, *, is_new: bool) -> None:
        """Note a page that was kept, or that is as it was; how an old one fares says nothing of the source's news."""
        if waiting.is_check:
            return
        if is_new:
            self.notes.page_kept(fetched_from(response), is_again=waiting.is_again)
        else:
            self.notes.page_unchanged()

    def page_failed(self, waiting: Waiting, problem: ProblemCode) -> None:
        """Note a page that could not be had."""
        if not waiting.is_check:
            self.notes.page_failed(problem, is_again=waiting.is_again)

    def index_failed(self, link: Link, failure: Failure) -> None:
        """Record why an index could not be fetched; the run is not whole then."""
        self.notes.indexes.append(index_unanswered(link.url, problem_of(failure)))
        self.index_problem(link.url, reason_of(failure))

    def closed(self, reason: str) -> None:
        """Close the run; one that was stopped from outside leaves the source due, any other trouble makes it wait."""
        self.frontier.store_kept()
        if reason != "shutdown":
            self._finish(reason)

    @property
    def is_running(self) -> bool:
        """Tell whether its run has begun and not ended."""
        return self.run_id is not None

    def _finish(self, reason: str) -> None:
        if self.run_id is not None:
            # Over whatever happens below: a batch waits for every run, and a claim that stays is free when we are gone.
            run_id, self.run_id = self.run_id, None
            is_whole = reason == "finished" and self.index_failures == 0
            visit = self.notes.visit(self.frontier.clock())
            end = RunEnd(is_whole, visit, self.is_survey, self.is_unreadable, self.hints, self.retry_after)
            self.frontier.finish_run(self.source.id, run_id, end)

    def index_problem(self, url: str, reason: str) -> None:
        """Record that an index cannot be read; the run is not whole then."""
        self.index_failures += 1
        self.frontier.count(self.source.id, f"index failed: {reason}")
        log.warning("index failed", source=self.source.slug, run=self.run_id, url=url, reason=reason)

    def _is_too_large(self, response: Response) -> bool:
        is_document = response.body.startswith((b"%PDF", b"PK\x03\x04"))
        return not is_document and len(response.body) > self.settings.getint("PERILUNE_MAX_PAGE_BYTES")
