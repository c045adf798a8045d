"""What ails the article pages of a source whose index can be read: refused, gated, gone, or failing in part."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from crawler.health.case import DAY, HOUR, Case, Cause, Finding
from crawler.health.observations import PagesSeen, ProblemCode
from crawler.health.rereads import GATES, OWN_CAUSE, are_pages_fine
from crawler.health.shifts import binomial_tail
from crawler.health.words import PROBLEM_WORDS, counted_words

MIN_FAILED_PAGES = 2
MIN_FAILED_SHARE = 0.5
SAME_CAUSE_SHARE = 0.8
ALL_SHARE = 0.9
MIN_TRIES_OF_ONE = 3
USUAL_FAILURES = 0.02
LASTS = 6 * HOUR
MOST_VISITS = 40
LATELY = 3
CONNECTION = {
    ProblemCode.TIMEOUT,
    ProblemCode.SLOW,
    ProblemCode.BROKEN_OFF,
    ProblemCode.DNS,
    ProblemCode.TLS,
    ProblemCode.REFUSED,
    ProblemCode.DECODE,
}
Asked = tuple[dt.datetime, PagesSeen]


@dataclass(frozen=True)
class _Tail:
    """The last visits that asked for pages: how many pages, how many of them failed for good so far, and why."""

    since: dt.datetime
    page_count: int
    failed_count: int
    codes: Counter[ProblemCode]
    usual: float


def page_findings(case: Case) -> Iterator[Finding]:
    """Find that article pages fail lastingly: several of them, or a single one that stays behind a gate."""
    latest = list(
        islice((visit.pages for visit in reversed(case.visits) if visit.pages and visit.pages.was_asked), LATELY)
    )
    if not any(pages.failures or pages.failures_again for pages in latest):
        return
    asked = [(visit.at, visit.pages) for visit in case.visits if visit.pages and visit.pages.was_asked]
    tails = [_tail(asked, length) for length in range(1, min(len(asked), MOST_VISITS) + 1)]
    due = case.visits[-1].at - case.patience(LASTS)
    candidates = [tail for tail in tails if tail.since <= due and _is_unusual(tail, case.alpha)]
    if candidates:
        yield _finding(case, max(candidates, key=lambda tail: (tail.failed_count, -tail.page_count)))
    elif (gated := _gated_page(asked)) is not None and not are_pages_fine(case, gated.since):
        yield _finding(case, gated)


def _tail(asked: Sequence[Asked], length: int) -> _Tail:
    recent, before = asked[-length:], asked[:-length]
    codes = Counter[ProblemCode]()
    for _, pages in recent:
        codes.update(pages.failures)
    count = sum(pages.first_try_count for _, pages in recent)
    failed = sum(pages.failure_count - pages.recovered_count for _, pages in recent)
    tried = sum(pages.first_try_count for _, pages in before)
    usual = (sum(pages.failure_count for _, pages in before) + 0.5) / (tried + 1)
    return _Tail(recent[0][0], count, max(0, failed), codes, max(usual, USUAL_FAILURES))


def _is_unusual(tail: _Tail, alpha: float) -> bool:
    if tail.failed_count < max(MIN_FAILED_PAGES, MIN_FAILED_SHARE * tail.page_count):
        return False
    return binomial_tail(tail.failed_count, tail.page_count, tail.usual) < alpha


def _gated_page(asked: Sequence[Asked]) -> _Tail | None:
    """Find one page that stays behind a gate over a day of trying, where none came in beside it."""
    tries = 0
    for length, (at, pages) in enumerate(reversed(asked), start=1):
        if pages.kept_count or pages.recovered_count:
            return None
        tries += pages.failure_count + sum(pages.failures_again.values())
        if pages.failures:
            tail = _tail(asked, length)
            is_gate = set(tail.codes) <= GATES
            return tail if is_gate and tries >= MIN_TRIES_OF_ONE and asked[-1][0] - at >= DAY else None
    return None


def _finding(case: Case, tail: _Tail) -> Finding:
    code, count = tail.codes.most_common(1)[0]
    is_same, is_all = count >= SAME_CAUSE_SHARE * tail.codes.total(), tail.failed_count >= ALL_SHARE * tail.page_count
    tells = OWN_CAUSE | CONNECTION if is_all else OWN_CAUSE
    cause = Cause(code) if is_same and code in tells else Cause.PARTIAL_OUTAGE
    pages = counted_words(tail.page_count, "article page")
    words = (
        f"{case.index} can be read, but {tail.failed_count:,} of {pages} since {case.day(tail.since)} "
        f"could not ({PROBLEM_WORDS[code]})"
    )
    return Finding(cause, tail.since, words, is_broken=is_all)
