"""Carries out work that asks in rounds (`discovery.values.Asking`) with Scrapy's requests; for spiders of any kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Generic

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.discovery.values import Asking, Seen, T
from crawler.fetched import fetched_from, problem_of, reason_of


class Rounds(Generic[T]):
    """Asks round by round: the next one begins when all answers of the last are there."""

    def __init__(
        self,
        asking: Asking[T],
        finished: Callable[[T], None],
        *,
        wrap: Callable[[Request], Request] = lambda each: each,
    ) -> None:
        self._asking = asking
        self._finished = finished
        self._wrap = wrap
        self._wanted: Sequence[str] = ()
        self._answers: dict[str, Seen] = {}

    def begin(self) -> Iterator[Request]:
        """Make the requests of the first round; work that asks nothing has ended with it."""
        try:
            wanted = next(self._asking)
        except StopIteration as ended:
            self._finished(ended.value)
        else:
            yield from self._round(wanted)

    def _round(self, wanted: Sequence[str]) -> Iterator[Request]:
        self._wanted, self._answers = list(dict.fromkeys(wanted)), {}
        for address in self._wanted:
            answered, failed = partial(self._answered, address), partial(self._failed, address)
            yield self._wrap(Request(address, callback=answered, errback=failed, dont_filter=True))

    def _answered(self, address: str, response: Response) -> Iterator[Request]:
        content_type = fetched_from(response).content_type
        return self._note(address, Seen(response.url, response.status, content_type, response.body))

    def _failed(self, address: str, failure: Failure) -> Iterator[Request]:
        return self._note(address, Seen(address, problem=reason_of(failure), code=problem_of(failure)))

    def _note(self, address: str, seen: Seen) -> Iterator[Request]:
        self._answers[address] = seen
        if len(self._answers) < len(self._wanted):
            return
        try:
            wanted = self._asking.send(self._answers)
        except StopIteration as ended:
            self._finished(ended.value)
        else:
            yield from self._round(wanted)
