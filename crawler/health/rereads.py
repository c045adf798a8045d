"""Known article pages read again: what ails the pages of a source shows although nothing new comes in.

A page compared with itself leaves little to chance, so that few of them are enough.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from crawler.health.case import DAY, HOUR, Case, Cause, Finding
from crawler.health.observations import ProblemCode, Reread, Visit
from crawler.health.shifts import Counted, share_shift
from crawler.health.words import PROBLEM_WORDS, counted_words
from models.vocabulary import SourceKind

MIN_VISITS = 3
AGAIN_AFTER = 3 * HOUR
LASTS = 6 * HOUR
MIN_PAGES, ENOUGH_PAGES = 2, 5
LOST_SHARE = 0.5
GATES = {
    ProblemCode.FORBIDDEN,
    ProblemCode.RATE_LIMITED,
    ProblemCode.CHALLENGE,
    ProblemCode.CAPTCHA,
    ProblemCode.LOGIN_WALL,
    ProblemCode.CONSENT_WALL,
}
OWN_CAUSE = GATES | {
    ProblemCode.UNRENDERED,
    ProblemCode.ROBOTS,
    ProblemCode.UNASKED,
    ProblemCode.GONE,
    ProblemCode.SOFT_404,
    ProblemCode.REDIRECT_LOOP,
    ProblemCode.TOO_LARGE,
}
WORDS = {
    Cause.GARBLED: "characters are wrong since {day}: {odd} that were read again came wrongly encoded",
    Cause.BOILERPLATE: "article pages lost their text about {day}: {odd} that were read again have it no more",
    Cause.UNDATED: "dates disappeared about {day}: {odd} that were read again state none any more",
}
Dated = tuple[dt.datetime, Reread]


def wants_page(case: Case) -> bool:
    """Tell whether the next visit should read a known page again: at times, and soon while something odd is unclear."""
    if case.history.kind == SourceKind.STANDING or len(case.visits) < MIN_VISITS or case.visits[-1].problem:
        return False
    rereads = [(visit.at, visit.reread) for visit in case.visits if visit.reread]
    if not rereads:
        return True
    last = rereads[-1][0]
    odd = [_oddity_of(each) is not None for _, each in rereads[-ENOUGH_PAGES:]]
    is_suspicious = any(visit.at > last and _is_suspicious(visit) for visit in case.visits)
    is_unclear = (odd[-1] or is_suspicious) and odd.count(True) < ENOUGH_PAGES
    return case.now - last >= (AGAIN_AFTER if is_unclear else max(DAY, case.interval / 2))


def _is_suspicious(visit: Visit) -> bool:
    """Tell whether new pages failed or were no articles, which a known page may explain."""
    pages, articles = visit.pages, visit.articles
    return bool(
        (pages and (pages.failures or pages.garbled_count))
        or (articles and (articles.refused_count or articles.repeated_count))
    )


def _telling(case: Case) -> list[Dated]:
    """List the pages read again that had text enough to tell something, the oldest first."""
    found = [(visit.at, visit.reread) for visit in case.visits if visit.reread]
    return [(at, each) for at, each in found if each.problem or each.kept_share is not None]


def _oddity_of(reread: Reread) -> Cause | None:
    if reread.problem is not None:
        return Cause(reread.problem) if reread.problem in OWN_CAUSE else Cause.PARTIAL_OUTAGE
    if reread.is_garbled:
        return Cause.GARBLED
    if reread.kept_share is not None and reread.kept_share < LOST_SHARE:
        return Cause.BOILERPLATE
    return Cause.UNDATED if reread.is_undated else None


def reread_findings(case: Case) -> Iterator[Finding]:
    """Find that known pages are not what they were, several of them in a row."""
    rereads = _telling(case)
    series = [Counted(at, int(_oddity_of(each) is not None), 1) for at, each in rereads]
    shift = share_shift(series, case.alpha)
    if shift is None:
        return
    odd = [(at, each) for at, each in rereads if at >= shift.since and _oddity_of(each)]
    if len({each.url for _, each in odd}) >= MIN_PAGES and odd[-1][0] - odd[0][0] >= LASTS:
        yield _finding(case, shift.since, [each for _, each in odd])


def _finding(case: Case, since: dt.datetime, odd: Sequence[Reread]) -> Finding:
    cause = Counter(_oddity_of(each) for each in odd).most_common(1)[0][0]
    assert cause is not None
    count = counted_words(len({each.url for each in odd}), "page")
    if cause in WORDS:
        return Finding(cause, since, WORDS[cause].format(day=case.day(since), odd=count))
    problem = Counter(each.problem for each in odd if each.problem).most_common(1)[0][0]
    words = f"{count} that were read again since {case.day(since)} could not be ({PROBLEM_WORDS[problem]})"
    return Finding(cause, since, f"{case.index} can be read, but {words}")


def are_pages_fine(case: Case, since: dt.datetime) -> bool:
    """Tell whether a known page that was read again since was as it had been."""
    return any(at >= since and _oddity_of(each) is None for at, each in _telling(case))
