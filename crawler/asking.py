"""Requests for the links of a source, with what to do when they are answered or fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scrapy import Request
from twisted.python.failure import Failure

from crawler.links import conditional_headers
from models.source import Link

Answered = Callable[..., Iterator[Request] | None]


def request_for(link: Link, answered: Answered, failed: Callable[[Failure], None], **given: bool) -> Request:
    """Ask for a link, conditionally where it gave validators; it is handed to `answered`, with what is `given`."""
    return Request(
        link.url,
        headers=conditional_headers(link),
        callback=answered,
        errback=failed,
        dont_filter=True,
        cb_kwargs={"link": link} | given,
    )
