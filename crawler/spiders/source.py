"""What all spiders of sources share: poll the index addresses, store new links, fetch what waits, keep pages."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import ClassVar

import scrapy
from scrapy import Request
from scrapy.exceptions import CloseSpider, DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from structlog import get_logger
from twisted.python.failure import Failure

from crawler.found import FoundLink, wanted
from crawler.frontier import Fetched, Frontier
from models.page_store import PageStoreProblem
from models.source import Link, Source
from perilune.encodings import decode
from perilune.verdicts import verdict_on_page

GONE = {404, 410}
NOT_MODIFIED = 304
OK = range(200, 300)
Answered = Callable[[Response, Link], Iterator[Request] | None]
log = get_logger()


class IndexProblem(Exception):
    """An index that answered but cannot be read; the message says why."""


class SourceSpider(scrapy.Spider):
    """Crawls one source; a kind of source says how its index is read.

    A run ends with the answer to its last request, whatever else its process still crawls.
    """

    source: ClassVar[Source]
    frontier: ClassVar[Frontier]
    run_id: int | None = None
    index_failures = 0
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
        for address in self.source.addresses or [self.source.home]:
            yield self.index_request(address)
        yield from self.waiting_requests()

    def index_request(self, url: str) -> Request:
        """Ask for an index page, conditionally where it gave validators."""
        link = self.frontier.index_link(self.source, url)
        return self._awaited(_request(link), self.read_index, partial(self.index_failed, link)).replace(priority=10)

    def waiting_requests(self) -> Iterator[Request]:
        """Claim the source's waiting links and ask for them."""
        for link in self.frontier.claim_links(self.source):
            yield self._awaited(_request(link), self.keep, partial(self.failed, link))

    def _awaited(self, request: Request, answered: Answered, failed: Callable[[Failure], None]) -> Request:
        """Count a request as under way until its callback or its errback has done its work."""
        self._awaited_count += 1

        def on_answer(response: Response, link: Link) -> Iterator[Request]:
            with self._settling():
                yield from answered(response, link) or ()

        def on_failure(failure: Failure) -> None:
            with self._settling():
                failed(failure)

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
            self.frontier.count(self.source.id, "index not modified")
            return
        if response.status not in OK:
            self._index_problem(link.url, f"the index answered {response.status}")
            return
        try:
            further = self._store_index(response, link)
        except IndexProblem as problem:
            self._index_problem(link.url, str(problem))
            return
        except Exception as error:  # whatever a site sends, it never stops the other sources
            log.exception("index not read", source=self.source.slug, url=link.url)
            self._index_problem(link.url, f"it could not be read ({type(error).__name__})")
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
        found = list(wanted(offered, self.source))
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
        if _is_forbidden(failure):
            self.frontier.skip_link(link, "robots.txt forbids it")
        elif isinstance(failure.value, DownloadCancelledError):
            self.frontier.skip_link(link, "page too large")
        else:
            self.frontier.fail_link(link, _reason(failure))

    def index_failed(self, link: Link, failure: Failure) -> None:
        """Record why an index could not be fetched; the run is not whole then."""
        self._index_problem(link.url, "robots.txt forbids it" if _is_forbidden(failure) else _reason(failure))

    def closed(self, reason: str) -> None:
        """Close the run; one that was stopped from outside leaves the source due, any other trouble makes it wait."""
        if reason != "shutdown":
            self._finish(reason)

    @property
    def is_running(self) -> bool:
        """Tell whether its run has begun and not ended."""
        return self.run_id is not None

    def _finish(self, reason: str) -> None:
        if self.run_id is not None:
            is_whole = reason == "finished" and self.index_failures == 0
            self.frontier.finish_run(self.source.id, self.run_id, is_whole=is_whole)
            self.run_id = None

    def _index_problem(self, url: str, reason: str) -> None:
        self.index_failures += 1
        self.frontier.count(self.source.id, f"index failed: {reason}")
        log.warning("index failed", source=self.source.slug, url=url, reason=reason)

    def _is_too_large(self, response: Response) -> bool:
        is_document = response.body.startswith((b"%PDF", b"PK\x03\x04"))
        return not is_document and len(response.body) > self.settings.getint("PERILUNE_MAX_PAGE_BYTES")


def _request(link: Link) -> Request:
    headers = {"If-None-Match": link.etag, "If-Modified-Since": link.last_modified}
    return Request(
        link.url,
        headers={name: value for name, value in headers.items() if value},
        dont_filter=True,
        cb_kwargs={"link": link},
    )


def html_of(response: Response) -> str:
    """Decode a page of links."""
    return decode(response.body, fetched_from(response).content_type).text


def fetched_from(response: Response) -> Fetched:
    """Take from a response what we keep."""
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1").replace("\x00", "")
        for name, values in response.headers.items()
    }
    return Fetched(response.url, response.status, headers, response.body)


def _is_forbidden(failure: Failure) -> bool:
    return isinstance(failure.value, IgnoreRequest) and "robots.txt" in str(failure.value)


def _reason(failure: Failure) -> str:
    if isinstance(failure.value, IgnoreRequest):
        return str(failure.value) or "the request was not made"
    names = {
        "CannotResolveHostError": "the host name is not known",
        "DownloadTimeoutError": "no answer in time",
        "DownloadConnectionRefusedError": "the host refuses connections",
        "ResponseDataLossError": "the answer broke off",
    }
    kind = type(failure.value).__name__
    return names.get(kind, f"the download failed ({kind})")
