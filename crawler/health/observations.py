"""What one visit to a source showed: plain values that a crawl run can keep, so that health is judged without a crawl.

`crawler/health/answers.py` makes them from answers.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property

from pydantic import TypeAdapter

from models.vocabulary import SourceKind

NOT_MODIFIED = 304
HTTP_ERROR = 400


class ProblemCode(StrEnum):
    """What was wrong with one answer, or why there was none."""

    DNS = "dns"
    TLS = "tls"
    REFUSED = "refused"
    TIMEOUT = "timeout"  # nothing came
    SLOW = "slow"  # the answer began, but did not end in time
    BROKEN_OFF = "broken-off"
    TOO_LARGE = "too-large"  # as sent, or when unpacked
    REDIRECT_LOOP = "redirect-loop"
    DECODE = "decode"
    UNRENDERED = "unrendered"  # no browser there, or it could not
    ROBOTS = "robots"
    UNASKED = "unasked"  # an address of this network, or of no web
    GONE = "gone"  # 404, 410
    FORBIDDEN = "forbidden"  # 401, 403
    RATE_LIMITED = "rate-limited"  # 429, or 503 with Retry-After
    STATUS = "status"  # any other error
    CHALLENGE = "challenge"
    CAPTCHA = "captcha"
    LOGIN_WALL = "login-wall"
    CONSENT_WALL = "consent-wall"
    SOFT_404 = "soft-404"
    NOT_A_FEED = "not-a-feed"  # nor a sitemap
    MALFORMED = "malformed"
    EMPTY = "empty"
    NO_LINKS = "no-links"
    NO_MATCH = "no-match"  # links are there, none matches the source's patterns


@dataclass(frozen=True)
class IndexSeen:
    """One index address at one visit; a standing page is its own index, whose change counts as one new link.

    Counts of links are None where none were read: after a problem, or where the server said that nothing changed.
    """

    url: str
    status: int | None = None
    problem: ProblemCode | None = None
    entry_count: int | None = None
    """Links that the index shows; entries of a feed, before those of one address are taken as one."""
    chosen_count: int | None = None
    """Distinct addresses among them that the source's patterns allow."""
    new_count: int = 0
    dated_count: int = 0
    """Of the chosen, how many have a date."""
    garbled_count: int = 0
    """Of the chosen, how many have a title in wrongly decoded characters."""
    compared_count: int = 0
    """Of the chosen, how many were known before with a date and have one now."""
    redated_count: int = 0
    """Of those, how many now have another date."""
    newest: str | None = None
    redirected_to: str | None = None
    is_permanent: bool = False
    """Whether all redirects on the way were permanent (301, 308)."""
    retry_after_seconds: int | None = None
    seconds: float = 0.0
    is_unchanged: bool = False
    """The server answered 304."""
    is_malformed: bool = False
    """XML that no strict reader takes, whatever a patient one read out of it."""
    is_followed: bool = False
    """Another index led here: a further page of a list, a sitemap that an index of sitemaps names."""

    @cached_property
    def figures(self) -> tuple[object, ...]:
        """What makes two readings differ; not how long they took."""
        counts = (self.entry_count, self.chosen_count, self.dated_count, self.garbled_count, self.compared_count)
        return (*counts, self.redated_count, self.redirected_to, self.is_malformed, self.problem)


@dataclass(frozen=True)
class PagesSeen:
    """The article pages that one visit asked for; first tries apart, so that a dead page that is tried again is one."""

    kept_count: int = 0
    """Kept at the first try."""
    unchanged_count: int = 0
    recovered_count: int = 0
    """Kept now, failed before."""
    garbled_count: int = 0
    """Of the pages kept, how many have a text in wrongly decoded characters (`has_garbled_text`)."""
    failures: Mapping[ProblemCode, int] = field(default_factory=dict)
    """Failed at the first try."""
    failures_again: Mapping[ProblemCode, int] = field(default_factory=dict)

    @cached_property
    def first_try_count(self) -> int:
        """How many pages were asked for the first time."""
        return self.kept_count + self.failure_count

    @cached_property
    def failure_count(self) -> int:
        """How many of these failed."""
        return sum(self.failures.values())

    @cached_property
    def was_asked(self) -> bool:
        """Whether any page was asked for."""
        return bool(self.first_try_count or self.failures_again or self.recovered_count)


@dataclass(frozen=True)
class ArticlesSeen:
    """What the pipeline made of the pages that came in since the visit before; `article_count` it accepted."""

    article_count: int = 0
    refused_count: int = 0
    median_chars: int = 0
    dated_count: int = 0
    redated_count: int = 0
    """New versions that state another publication date than the version before."""
    repeated_count: int = 0
    """Texts that an earlier article of the source at another address has word for word."""


@dataclass(frozen=True)
class SecondLook:
    """What another page of the site (its home page) shows while the index gives nothing new.

    Only links whose addresses are formed like those of known articles count.
    """

    url: str
    problem: ProblemCode | None = None
    unknown_count: int = 0


@dataclass(frozen=True)
class Reread:
    """A known article's page, fetched again beside what was kept of it: it tells of all pages when no new ones come."""

    url: str
    problem: ProblemCode | None = None
    kept_share: float | None = None
    """How much is still there of the text that is its own, 0 to 1; None where that was too short to tell."""
    is_garbled: bool = False
    """Its text is wrongly decoded, and was not."""
    is_undated: bool = False
    """Its markup stated a date, and does not any more."""


@dataclass(frozen=True)
class Visit:
    """One visit to a source."""

    at: dt.datetime
    indexes: tuple[IndexSeen, ...] = ()
    pages: PagesSeen | None = None
    articles: ArticlesSeen | None = None
    second_look: SecondLook | None = None
    reread: Reread | None = None
    is_cut_short: bool = False
    """The index led on to more pages than a visit reads."""
    has_surveyed: bool = False
    """It was asked how else the source could be watched."""

    @cached_property
    def main_indexes(self) -> tuple[IndexSeen, ...]:
        """The source's own addresses, without those that these led on to."""
        return tuple(seen for seen in self.indexes if not seen.is_followed)

    @cached_property
    def problem(self) -> ProblemCode | None:
        """The commonest problem, where all of the source's own addresses have one."""
        codes = [seen.problem for seen in self.main_indexes]
        return None if not codes or None in codes else Counter(codes).most_common(1)[0][0]

    @cached_property
    def new_count(self) -> int:
        """How many new links all indexes gave."""
        return sum(seen.new_count for seen in self.indexes)

    def to_json(self) -> dict[str, object]:
        """Give the values that JSON can hold, without those that are as by default."""
        stored: dict[str, object] = _visits().dump_python(self, mode="json", exclude_defaults=True)
        return stored

    @staticmethod
    def from_json(stored: Mapping[str, object]) -> Visit:
        """Read a stored visit; what a later version wrote beside is left alone."""
        return _visits().validate_python(stored)


@dataclass(frozen=True)
class SourceHistory:
    """What is known of a source's visits, oldest first: 180 days at most, since its way was last chosen or accepted.

    `earlier` are publication dates of items that the first visit found, as far as stated: they tell the rhythm at once.
    """

    kind: SourceKind
    visits: tuple[Visit, ...]
    country: str | None = None
    earlier: tuple[dt.date, ...] = ()
    least_links: int | None = None
    """How many links its index gives at least, by a person's word."""
    longest_silence_days: int | None = None
    """How long nothing new may come, by a person's word."""


@cache
def _visits() -> TypeAdapter[Visit]:
    return TypeAdapter(Visit)
