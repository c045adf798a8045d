"""What Scrapy gives, in our words: a response as it is kept, and why a request failed."""

from __future__ import annotations

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.health.answers import Answer, problem_of_failure
from crawler.health.observations import ProblemCode
from crawler.health.words import PROBLEM_WORDS
from crawler.kept import Fetched

FAILURES = {
    "CannotResolveHostError": "the host name is not known",
    "DownloadTimeoutError": "no answer in time",
    "DownloadConnectionRefusedError": "the host refuses connections",
    "ResponseDataLossError": "the answer broke off",
    "NotSupported": "only http and https are asked",
}


class RulesProblem(IgnoreRequest):
    """A request that was not made because its host's rules could not be had; `code` says what became of these."""

    def __init__(self, words: str, code: ProblemCode) -> None:
        super().__init__(words)
        self.code = code


class AddressRefused(IgnoreRequest):
    """A request that was not made because its address is none that is asked; the message says why."""

    code = ProblemCode.UNASKED


class NameUnknown(IgnoreRequest):
    """A request that was not made because it is not known in time what its host's name means."""

    code = ProblemCode.DNS


def fetched_from(response: Response) -> Fetched:
    """Take from a response what we keep."""
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1").replace("\x00", "")
        for name, values in response.headers.items()
    }
    return Fetched(response.url, response.status, headers, response.body)


def answer_from(response: Response, asked: str) -> Answer:
    """Take from a response what we keep, and how it came."""
    meta = response.meta
    redirects = tuple(reason for reason in meta.get("redirect_reasons", ()) if isinstance(reason, int))
    return Answer(asked, fetched_from(response), float(meta.get("download_latency", 0.0)), redirects)


def problem_of(failure: Failure) -> ProblemCode:
    """Name why there was no answer."""
    if isinstance(failure.value, RulesProblem | AddressRefused | NameUnknown):
        return failure.value.code
    request: Request | None = getattr(failure, "request", None)
    has_begun = request is not None and "download_latency" in request.meta
    return problem_of_failure(type(failure.value).__name__, str(failure.value), has_begun=has_begun)


def reason_to_keep(failure: Failure) -> str:
    """Say the same of all addresses that are not asked, of which a page may name as many as it likes; the log tells."""
    return PROBLEM_WORDS[ProblemCode.UNASKED] if isinstance(failure.value, AddressRefused) else reason_of(failure)


def reason_of(failure: Failure) -> str:
    """Say in a few words why a request failed."""
    problem = problem_of(failure)
    if problem is ProblemCode.ROBOTS:
        return "robots.txt forbids it"
    if problem is ProblemCode.TOO_LARGE:
        return "it is too large"
    if isinstance(failure.value, IgnoreRequest):
        return str(failure.value) or "the request was not made"
    if problem is ProblemCode.TLS:
        return "no secure connection could be made"
    kind = type(failure.value).__name__
    return FAILURES.get(kind, f"the download failed ({kind})")
