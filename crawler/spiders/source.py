"""What all spiders of sources share: poll the index addresses, store new links, fetch what waits, keep pages."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import ClassVar

import scrapy
from scrapy import Request
from scrapy.exceptions import CloseSpider, DownloadCancelledError
from scrapy.http import Response
from structlog import get_logger
from twisted.python.failure import Failure

from crawler.fetched import fetched_from, is_forbidden, reason_of
from crawler.found import FoundLink, wanted
from crawler.frontier import Frontier, RunEnd, conditional_headers
from crawler.history import Archived, history_step
from crawler.pace import NO_HINTS, retry_after
from models.page_store import PageStoreProblem
from models.source import Link, Source
from models.way import Way
from perilune.verdicts import verdict_on_page

GONE = {404, 410}
NOT_MODIFIED = 304
OK = range(200, 300)
THROTTLED = {429, 503}
NO_WAIT = dt.timedelta(0)
Answered = Callable[[Response, Link], Iterator[Request] | None]
log = get_logger()


class IndexProblem(Exception):
    """An index that answered but cannot be read; the message says why."""


class SourceSpider(scrapy.Spider):
    """Crawls one source; a kind of source says how its index is read.

    A run ends with the answer to its last request, whatever else its process still crawls.
    """

    source: ClassVar[Source]
    way: ClassVar[Way]
    frontier: ClassVar[Frontier]
    run_id: int | None = None
    index_failures = 0
    is_survey = False
    is_unreadable = False
    hints = NO_HINTS
    retry_after: dt.timedelta | None = None
    _awaited_count = 0

    def links_in_index(self, response: Response) -> Iterable[FoundLink]:
        """Read the links to articles out of an index page; IndexProblem when it is none."""
        raise NotImplementedError

    def check_choice(self, offered: Sequence[FoundLink], chosen: Sequence[FoundLink]) -> None:
        """Raise IndexProblem where choosing by the source's patterns left nothing and should not have."""

    def further_indexes(self, response: Response) -> Iterable[str]:
        """Name index addresses that this index leads on to."""
        del response
        return ()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the index pages, and for what still waits from earlier runs."""
        self.run_id = self.frontier.begin_run(self.source)
        with self._awaiting():
            for request in self.first_requests():
                yield request

    def first_requests(self) -> Iterator[Request]:
        """Make the requests a run starts with."""
        for address in self.way.addresses:
            yield self.index_request(address)
        yield from self.history_requests()
        yield from self.waiting_requests()

    def history_requests(self) -> Iterator[Request]:
        """Ask for the next page of the source's past, where it wants one and has not come to its end."""
        history = self.frontier.history_due(self.source, self.way)
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

    def index_request(self, url: str) -> Request:
        """Ask for an index page, conditionally where it gave validators."""
        link = self.frontier.index_link(self.source, url)
        request = _request(link, self.read_index, partial(self.index_failed, link))
        return self.awaited(request.replace(priority=10))

    def waiting_requests(self) -> Iterator[Request]:
        """Claim the source's waiting links and ask for them."""
        for link in self.frontier.claim_links(self.source):
            yield self.awaited(_request(link, self.keep, partial(self.failed, link)))

    def awaited(self, request: Request) -> Request:
        """Count a request as under way until its callback or its errback has done its work."""
        self._awaited_count += 1
        answered, failed = request.callback, request.errback
        assert answered is not None
        assert failed is not None

        def on_answer(response: Response, **given: Link) -> Iterator[Request]:
            with self._settling():
                yield from answered(response, **given) or ()

        def on_failure(failure: Failure) -> Iterator[Request]:
            with self._settling():
                yield from failed(failure) or ()

        return request.replace(callback=on_answer, errback=on_failure)

    @contextlib.contextmanager
    def _awaiting(self) -> Iterator[None]:
        self._awaited_count += 1
        with self._settling():
            yield

    @contextlib.contextmanager
    def _settling(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._awaited_count -= 1
            if self._awaited_count == 0:
                self._finish("finished")

    def read_index(self, response: Response, link: Link) -> Iterator[Request]:
        """Store the links of an index page, then ask for those that are new."""
        if response.status == NOT_MODIFIED:
            self.frontier.index_not_modified(link)
            return
        if response.status not in OK:
            if response.status in THROTTLED:
                asked = retry_after(fetched_from(response).headers, now=self.frontier.clock())
                self.retry_after = max(asked or NO_WAIT, self.retry_after or NO_WAIT)
            self.index_problem(link.url, f"the index answered {response.status}")
            return
        try:
            further = self._store_index(response, link)
        except IndexProblem as problem:
            self.is_unreadable = True
            self.index_problem(link.url, str(problem))
            return
        except Exception as error:  # whatever a site sends, it never stops the other sources
            log.exception("index not read", source=self.source.slug, url=link.url)
            self.index_problem(link.url, f"it could not be read ({type(error).__name__})")
            return
        for url in further:
            yield self.index_request(url)
        yield from self.waiting_requests()

    def _store_index(self, response: Response, link: Link) -> list[str]:
        """Store what an index gives; returns the indexes that it leads on to."""
        fetched = fetched_from(response)
        verdict = verdict_on_page(response.status, fetched.content_type, response.body)
        if verdict is not None:
            raise IndexProblem(f"the index is a {verdict}")
        offered = list(self.links_in_index(response))
        found = list(wanted(offered, self.way))
        self.check_choice(offered, found)
        further = list(self.further_indexes(response))
        self.frontier.count(self.source.id, "links", len(found))
        # An index of indexes keeps no validators: it may stay the same while those below it change.
        self.frontier.add_links(self.source, found, index=link, validators={} if further else fetched.headers)
        return further

    def keep(self, response: Response, link: Link) -> None:
        """Keep a fetched page, or record why it is none."""
        try:
            self._keep_or_refuse(response, link)
        except PageStoreProblem as problem:
            self.frontier.fail_link(link, "the page store cannot be written")
            log.warning("crawl stopped", reason=str(problem))
            raise CloseSpider("page store") from problem

    def _keep_or_refuse(self, response: Response, link: Link) -> None:
        fetched = fetched_from(response)
        if response.status == NOT_MODIFIED:
            self.frontier.unchanged(link)
        elif response.status in GONE:
            self.frontier.skip_link(link, f"not found ({response.status})")
        elif response.status not in OK:
            self.frontier.fail_link(link, f"the server answered {response.status}")
        elif verdict := verdict_on_page(response.status, fetched.content_type, response.body):
            self.frontier.fail_link(link, verdict)
        elif self._is_too_large(response):
            self.frontier.skip_link(link, "page too large")
        else:
            assert self.run_id is not None
            self.frontier.keep_page(link, fetched, self.run_id)

    def failed(self, link: Link, failure: Failure) -> None:
        """Record why a page could not be fetched."""
        if is_forbidden(failure):
            self.frontier.skip_link(link, "robots.txt forbids it")
        elif isinstance(failure.value, DownloadCancelledError):
            self.frontier.skip_link(link, "page too large")
        else:
            self.frontier.fail_link(link, reason_of(failure))

    def index_failed(self, link: Link, failure: Failure) -> None:
        """Record why an index could not be fetched; the run is not whole then."""
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
            is_whole = reason == "finished" and self.index_failures == 0
            end = RunEnd(is_whole, self.is_survey, self.is_unreadable, self.hints, self.retry_after)
            self.frontier.finish_run(self.source.id, self.run_id, end)
            self.run_id = None

    def index_problem(self, url: str, reason: str) -> None:
        """Record that an index cannot be read; the run is not whole then."""
        self.index_failures += 1
        self.frontier.count(self.source.id, f"index failed: {reason}")
        log.warning("index failed", source=self.source.slug, url=url, reason=reason)

    def _is_too_large(self, response: Response) -> bool:
        is_document = response.body.startswith((b"%PDF", b"PK\x03\x04"))
        return not is_document and len(response.body) > self.settings.getint("PERILUNE_MAX_PAGE_BYTES")


def _request(link: Link, answered: Answered, failed: Callable[[Failure], None]) -> Request:
    return Request(
        link.url,
        headers=conditional_headers(link),
        callback=answered,
        errback=failed,
        dont_filter=True,
        cb_kwargs={"link": link},
    )
