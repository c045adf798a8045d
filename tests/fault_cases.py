"""The faults that crawls are tested with, each with what a crawl is to make of it; a table of its own to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.health.case import Cause
from models.vocabulary import SourceKind
from tests.faults import Fault, Scope

DONE, FAILED = "done", "failed"
LISTED = {"links": "/news/[0-9]+[.]html|trap"}


@dataclass(frozen=True)
class Case:
    """A fault of a source, and what its crawls are to make of it.

    `cause` is what the source's health will be put down to; None where it stays healthy.
    """

    fault: Fault
    cause: Cause | None
    words: str = ""
    """What the run, or the fate of a page where the pages are at fault, says of it."""
    scope: Scope = Scope.INDEX
    outcome: str = FAILED
    kind: SourceKind = SourceKind.FEED
    language: str = "en"
    arrives: bool = False
    """Whether new items come in all the same, while the fault lasts."""
    most_requests: int = 13
    """How many requests one visit may take."""
    is_from_start: bool = False
    """Whether the site has the fault from the first visit on."""
    heals: bool = True
    keeps_rubbish: bool = False
    """Whether pages are kept that only the pipeline can tell to be no articles."""
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """What its test, its host and its source are called."""
        parts = (self.fault, self.scope, *(() if self.kind is SourceKind.FEED else (self.kind,)))
        return "-".join(parts if self.language == "en" else (*parts, self.language))

    @property
    def slug(self) -> str:
        """Its source."""
        return self.name.replace("-", "_")


def in_index(fault: Fault, cause: Cause, words: str, **more: object) -> Case:
    """Make a case of a source whose index cannot be read."""
    return Case(fault, cause, words, **more)  # type: ignore[arg-type]


def in_pages(fault: Fault, cause: Cause | None, words: str, **more: object) -> Case:
    """Make a case of a source whose index is well while its articles' pages are not."""
    return Case(fault, cause, words, Scope.PAGES, DONE, **more)  # type: ignore[arg-type]


def harmless(fault: Fault, cause: Cause | None, scope: Scope = Scope.ALL, **more: object) -> Case:
    """Make a case of a source whose new items come in all the same."""
    return Case(fault, cause, "", scope, DONE, arrives=True, **more)  # type: ignore[arg-type]


LIST, MAP = SourceKind.LISTING, SourceKind.SITEMAP
CASES = (
    in_index(Fault.FORBIDDEN, Cause.FORBIDDEN, "answered 403", scope=Scope.ALL),
    in_pages(Fault.FORBIDDEN, Cause.FORBIDDEN, "the server answered 403"),
    in_index(Fault.NOT_FOUND, Cause.GONE, "answered 404", scope=Scope.ALL),
    in_pages(Fault.NOT_FOUND, Cause.GONE, "not found (404)"),
    in_index(Fault.THROTTLED, Cause.RATE_LIMITED, "cannot be read (429)", scope=Scope.ALL),
    in_index(Fault.THROTTLED, Cause.RATE_LIMITED, "answered 429"),
    in_pages(Fault.THROTTLED, Cause.RATE_LIMITED, "the server answered 429"),
    in_index(Fault.CAPTCHA, Cause.CAPTCHA, "captcha", scope=Scope.ALL),
    in_index(Fault.CAPTCHA, Cause.CAPTCHA, "captcha", scope=Scope.ALL, kind=LIST),
    in_pages(Fault.CAPTCHA, Cause.CAPTCHA, "captcha"),
    in_index(Fault.CHALLENGE, Cause.CHALLENGE, "challenge page", scope=Scope.ALL),
    in_pages(Fault.CHALLENGE, Cause.CHALLENGE, "challenge page"),
    in_index(Fault.COOKIE_SCRIPT, Cause.CHALLENGE, "521", scope=Scope.ALL),
    in_pages(Fault.COOKIE_SCRIPT, Cause.CHALLENGE, "challenge page"),
    in_index(Fault.DNS, Cause.DNS, "the host name is not known", scope=Scope.ALL),
    harmless(Fault.TLS_SELF_SIGNED, None),
    harmless(Fault.TLS_EXPIRED, None),
    in_index(Fault.TLS_WRONG_PROTOCOL, Cause.TLS, "no secure connection could be made", scope=Scope.ALL),
    in_index(Fault.TIMEOUT, Cause.TIMEOUT, "no answer in time", scope=Scope.ALL),
    in_index(Fault.TIMEOUT, Cause.TIMEOUT, "no answer in time"),
    in_pages(Fault.TIMEOUT, Cause.TIMEOUT, "no answer in time"),
    in_index(Fault.SLOW_DRIP, Cause.SLOW, "no answer in time", scope=Scope.ALL),
    in_pages(Fault.SLOW_DRIP, Cause.SLOW, "no answer in time"),
    Case(Fault.EMPTY_INDEX, Cause.EMPTY, outcome=DONE),
    in_index(Fault.EMPTY_INDEX, Cause.LIST_CHANGED, "none of its links", kind=LIST),
    Case(Fault.EMPTY_INDEX, Cause.EMPTY, outcome=DONE, kind=MAP),
    Case(Fault.STALE_INDEX, Cause.STALE, outcome=DONE),
    in_index(Fault.REDESIGN, Cause.NOT_A_FEED, "this is no feed but an HTML page: 'Our new site'"),
    in_index(Fault.REDESIGN, Cause.LIST_CHANGED, "none of its links", kind=LIST),
    in_index(Fault.REDESIGN, Cause.NOT_A_FEED, "this is no sitemap", kind=MAP),
    harmless(Fault.MOVED, Cause.MOVED, Scope.INDEX),
    harmless(Fault.MOVED_HOST, Cause.MOVED, heals=False),
    in_index(Fault.LOGIN_WALL, Cause.LOGIN_WALL, "a login page", scope=Scope.ALL),
    in_index(Fault.LOGIN_WALL, Cause.LOGIN_WALL, "a login page", scope=Scope.ALL, kind=LIST),
    in_pages(Fault.LOGIN_WALL, Cause.LOGIN_WALL, "login wall"),
    in_index(Fault.COOKIE_WALL, Cause.CONSENT_WALL, "a page that asks for consent", scope=Scope.ALL),
    in_index(Fault.COOKIE_WALL, Cause.CONSENT_WALL, "a page that asks for consent", scope=Scope.ALL, kind=LIST),
    in_pages(Fault.COOKIE_WALL, Cause.CONSENT_WALL, "consent wall"),
    harmless(Fault.WRONG_ENCODING, None, language="ru"),
    harmless(Fault.WRONG_ENCODING, None, language="zh"),
    harmless(Fault.WRONG_ENCODING, None, language="zh", kind=LIST),
    harmless(Fault.NO_ENCODING, None, language="ru"),
    harmless(Fault.NO_ENCODING, None, language="zh"),
    harmless(Fault.UNDATED, Cause.UNDATED),
    harmless(Fault.REDATED, Cause.REDATED),
    harmless(Fault.REDATED, Cause.REDATED, kind=LIST),
    harmless(Fault.DUPLICATE_GUIDS, None, Scope.INDEX),
    in_index(Fault.SOFT_404, Cause.SOFT_404, "a page that says not found", scope=Scope.ALL),
    in_index(Fault.SOFT_404, Cause.SOFT_404, "a page that says not found", scope=Scope.ALL, kind=LIST),
    in_pages(Fault.SOFT_404, Cause.SOFT_404, "not found page sent with status 200"),
    in_pages(Fault.BOILERPLATE, Cause.BOILERPLATE, "", keeps_rubbish=True),
    in_pages(Fault.PARTIAL_OUTAGE, Cause.PARTIAL_OUTAGE, "the server answered 500"),
    in_index(Fault.ENDLESS_REDIRECTS, Cause.REDIRECT_LOOP, "max redirections reached", scope=Scope.ALL),
    in_pages(Fault.ENDLESS_REDIRECTS, Cause.REDIRECT_LOOP, "max redirections reached", most_requests=40),
    harmless(
        *(Fault.ENDLESS_PAGINATION, None, Scope.INDEX),
        kind=LIST,
        keys={"backfill_months": "6"},
        is_from_start=True,
        most_requests=650,
    ),
    Case(Fault.ENDLESS_PAGINATION, Cause.ENDLESS, outcome=DONE, kind=MAP, most_requests=210),
    in_index(Fault.GZIP_BOMB, Cause.TOO_LARGE, "too large", scope=Scope.ALL),
    in_pages(Fault.GZIP_BOMB, Cause.TOO_LARGE, "page too large"),
    in_index(Fault.BROTLI_BOMB, Cause.TOO_LARGE, "too large", scope=Scope.ALL),
    in_pages(Fault.BROTLI_BOMB, Cause.TOO_LARGE, "too large"),
    in_index(Fault.ZIPPED_INDEX_BOMB, Cause.TOO_LARGE, "unpacks to more"),
    in_index(Fault.ZIPPED_INDEX_BOMB, Cause.TOO_LARGE, "unpacks to more", kind=MAP),
    harmless(Fault.MALFORMED_XML, None, Scope.INDEX),
    harmless(Fault.BILLION_LAUGHS, None, Scope.INDEX),
    harmless(Fault.QUADRATIC_BLOWUP, None, Scope.INDEX),
    harmless(Fault.EXTERNAL_ENTITY, None, Scope.INDEX),
    in_index(Fault.ENDLESS_BODY, Cause.TOO_LARGE, "too large", scope=Scope.INDEX),
    in_pages(Fault.ENDLESS_BODY, Cause.TOO_LARGE, "too large"),
    in_index(Fault.HUGE_HEADER, Cause.BROKEN_OFF, "the download failed", scope=Scope.ALL),
    in_pages(Fault.HUGE_HEADER, Cause.BROKEN_OFF, "the download failed"),
    in_pages(Fault.ENDLESS_HEADERS, Cause.TIMEOUT, "no answer in time"),
    in_index(Fault.SHORT_BODY, Cause.BROKEN_OFF, "the answer broke off", scope=Scope.ALL),
    in_pages(Fault.SHORT_BODY, Cause.BROKEN_OFF, "the answer broke off"),
)
