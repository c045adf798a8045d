"""What ails a source whose index cannot be read, wholly, in part or now and then, or that moved or never ends."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, takewhile
from urllib.parse import urlsplit

from crawler.health.case import DAY, HOUR, Case, Cause, Finding
from crawler.health.observations import IndexSeen, ProblemCode, Visit
from crawler.health.shifts import binomial_tail
from crawler.health.words import PROBLEM_WORDS, counted_words

HEALING_VISITS = 2
PASSING = {
    ProblemCode.DNS,
    ProblemCode.TLS,
    ProblemCode.REFUSED,
    ProblemCode.TIMEOUT,
    ProblemCode.SLOW,
    ProblemCode.BROKEN_OFF,
    ProblemCode.DECODE,
    ProblemCode.STATUS,
    ProblemCode.RATE_LIMITED,
}
UNREACHED = PASSING - {ProblemCode.STATUS, ProblemCode.RATE_LIMITED} | {
    ProblemCode.TOO_LARGE,
    ProblemCode.REDIRECT_LOOP,
    ProblemCode.UNRENDERED,
    ProblemCode.ROBOTS,
    ProblemCode.UNASKED,
}
WITH_STATUS = {ProblemCode.GONE, ProblemCode.FORBIDDEN, ProblemCode.RATE_LIMITED, ProblemCode.STATUS}
CHANGED_LIST = {ProblemCode.NO_LINKS, ProblemCode.NO_MATCH}
ELSEWHERE = CHANGED_LIST | {
    ProblemCode.EMPTY,
    ProblemCode.GONE,
    ProblemCode.SOFT_404,
    ProblemCode.NOT_A_FEED,
    ProblemCode.MALFORMED,
}
FICKLE_WINDOW = 24
FICKLE_SHARE = 0.25
FICKLE_RUNS = 3
USUAL_FAILURES = 0.03
CERTAIN = 1e-4


def index_findings(case: Case) -> Iterator[Finding]:
    """Find a lasting problem of the whole index; it is over after two good visits."""
    run = _open_run(case.visits)
    code = Counter(visit.problem for visit in run if visit.problem).most_common(1)[0][0] if run else None
    if code is None or not _is_a_run(case, run, code) or _is_usual(case, run, code):
        return
    if _failed_run_count(case, run[0].at) >= FICKLE_RUNS - 1:
        yield _fickle_finding(case)
    else:
        finding = _finding_of_run(case, run, code)
        healing = "" if case.visits[-1].problem else "; the last visit could read it"
        yield replace(finding, sentence=finding.sentence + healing)


def _finding_of_run(case: Case, run: Sequence[Visit], code: ProblemCode) -> Finding:
    since = run[0].at
    seen = next(seen for visit in reversed(run) for seen in visit.main_indexes if seen.problem == code)
    target, usual = seen.redirected_to, _usual_count(case, since)
    if target and code in ELSEWHERE and not _was_redirected(case, since):
        words = f"{case.index} moved on {case.day(since)} to {target}, which cannot be read as one"
        return Finding(Cause.MOVED, since, words, is_broken=True)
    if code in CHANGED_LIST and usual:
        words = f"{case.index} changed: 0 of the usual {usual} {case.entries} since {case.day(since)}"
        return Finding(Cause.LIST_CHANGED, since, words, is_broken=True)
    cause = Cause.LIST_CHANGED if code in CHANGED_LIST else Cause(code)
    return Finding(cause, since, _problem_sentence(case, seen, run), is_broken=True)


def _open_run(visits: Sequence[Visit]) -> list[Visit]:
    """Give the last run of visits with a problem, unless enough good ones have followed."""
    end = len(visits)
    while end and visits[end - 1].problem is None:
        end -= 1
    if len(visits) - end >= HEALING_VISITS:
        return []
    start = end
    while start and visits[start - 1].problem is not None:
        start -= 1
    return list(visits[start:end])


def _is_a_run(case: Case, run: Sequence[Visit], code: ProblemCode) -> bool:
    if code in PASSING:
        return case.is_lasting(run, least=6 * HOUR, visit_count=3)
    return case.is_lasting(run, least=4 * HOUR)


def _is_usual(case: Case, run: Sequence[Visit], code: ProblemCode) -> bool:
    """Tell an index that is empty now and then, such as a news sitemap of two days: earlier times were as long."""
    if code not in CHANGED_LIST | {ProblemCode.EMPTY}:
        return False
    spans = []
    for problem, group in groupby(case.visits, key=lambda visit: visit.problem):
        visits = list(group)
        if problem == code and visits[-1].at < run[0].at:
            spans.append(visits[-1].at - visits[0].at)
    return len(spans) > 1 and run[-1].at - run[0].at <= 1.5 * max(spans)


def _was_redirected(case: Case, before: dt.datetime) -> bool:
    readings = (reading for reads in case.reads.values() for reading in reads)
    return any(reading.seen.redirected_to for reading in readings if reading.at < before)


def _usual_count(case: Case, before: dt.datetime) -> int:
    readings = (reading for reads in case.reads.values() for reading in reads if reading.at < before)
    counts = sorted(reading.seen.chosen_count or 0 for reading in readings)
    return counts[len(counts) // 2] if counts else 0


def _problem_sentence(case: Case, seen: IndexSeen, run: Sequence[Visit]) -> str:
    assert seen.problem is not None
    words = problem_words(seen)
    visits = f"{counted_words(len(run), 'visit')} since {case.day(run[0].at)}"
    if seen.problem == ProblemCode.EMPTY:
        usual = _usual_count(case, run[0].at)
        before = f", where {usual} {case.entries} are usual" if usual else ""
        return f"{case.index} has nothing in it{before} ({visits})"
    if seen.problem in UNREACHED:
        return f"{case.index} cannot be read: {words} ({visits})"
    was_read = any(reads[0].at < run[0].at for reads in case.reads.values())
    never = "" if was_read else ", and never was read"
    return f"{case.index} now answers with {words} ({visits}{never})"


def problem_words(seen: IndexSeen) -> str:
    """Say what was wrong with an answer, with its status where that says it."""
    assert seen.problem is not None
    words = PROBLEM_WORDS[seen.problem]
    if seen.problem not in WITH_STATUS:
        return words
    wait = f"; it asks to wait {counted_words(seen.retry_after_seconds, 'second')}" if seen.retry_after_seconds else ""
    return f"status {seen.status} ({words}{wait})"


def part_findings(case: Case) -> Iterator[Finding]:
    """Find a lasting problem of some of the source's addresses while others can be read."""
    last = case.visits[-1]
    if last.problem is not None:
        return
    for broken in last.main_indexes:
        visits = _visits_with_problem(case.visits, broken.url) if broken.problem else []
        if broken.problem and case.is_lasting(visits, least=6 * HOUR, visit_count=3):
            count = sum(seen.problem is not None for seen in last.main_indexes)
            words = (
                f"{count} of {len(last.main_indexes)} addresses cannot be read since {case.day(visits[0].at)}: "
                f"{broken.url} ({problem_words(broken)})"
            )
            yield Finding(Cause.PARTIAL_OUTAGE, visits[0].at, words)


def _visits_with_problem(visits: Sequence[Visit], url: str) -> list[Visit]:
    run = []
    for visit in reversed(visits):
        if not any(seen.url == url and seen.problem for seen in visit.main_indexes):
            break
        run.append(visit)
    return run[::-1]


def fickle_findings(case: Case) -> Iterator[Finding]:
    """Find an index that fails now and then, much more often than it used to."""
    recent = _recent_visits(case)
    failed = sum(visit.problem is not None for visit in recent)
    if _failed_run_count(case, case.now) < FICKLE_RUNS or failed < FICKLE_SHARE * len(recent):
        return
    before = case.visits[: -len(recent)]
    usual = (sum(visit.problem is not None for visit in before) + 0.5) / (len(before) + 1)
    if binomial_tail(failed, len(recent), max(usual, USUAL_FAILURES)) < CERTAIN:
        yield _fickle_finding(case)


def _recent_visits(case: Case) -> list[Visit]:
    since = case.now - max(3 * DAY, 2 * case.interval)
    return [visit for visit in case.visits[-FICKLE_WINDOW:] if visit.at >= since]


def _failed_run_count(case: Case, before: dt.datetime) -> int:
    """Count how often the index has failed and come back lately."""
    recent = [visit for visit in _recent_visits(case) if visit.at < before]
    return sum(is_failed for is_failed, _ in groupby(recent, key=lambda visit: visit.problem is not None))


def _fickle_finding(case: Case) -> Finding:
    window = _recent_visits(case)
    failed = [visit for visit in window if visit.problem]
    code = Counter(visit.problem for visit in failed if visit.problem).most_common(1)[0][0]
    words = (
        f"{case.index} failed at {len(failed)} of {len(window)} visits since {case.day(failed[0].at)} "
        f"({PROBLEM_WORDS[code]})"
    )
    return Finding(Cause.PARTIAL_OUTAGE, failed[0].at, words)


def moved_findings(case: Case) -> Iterator[Finding]:
    """Find an index that now answers at another address for good, and can be read there."""
    for url in case.reads:
        latest = next(seen for visit in reversed(case.visits) for seen in visit.main_indexes if _is_answer(seen, url))
        target = latest.redirected_to
        if not target or not latest.is_permanent or _is_same_place(url, target):
            continue
        answered = [(visit.at, seen) for visit in case.visits for seen in visit.main_indexes if _is_answer(seen, url)]
        run = list(takewhile(lambda pair: pair[1].redirected_to == target, reversed(answered)))  # noqa: B023
        if len(run) == len(answered):
            continue  # the address was given so, and works
        since = run[-1][0]
        if case.is_lasting(case.confirming_visits(url, since), least=2 * HOUR):
            yield Finding(Cause.MOVED, since, f"{case.index} moved for good on {case.day(since)} to {target}")


def _is_answer(seen: IndexSeen, url: str) -> bool:
    return seen.url == url and seen.problem is None


def _is_same_place(url: str, target: str) -> bool:
    one, other = (urlsplit(address) for address in (url, target))
    places = [(parts.netloc.removeprefix("www."), parts.path.rstrip("/"), parts.query) for parts in (one, other)]
    return places[0] == places[1]


def endless_findings(case: Case) -> Iterator[Finding]:
    """Find an index that leads on to ever more pages, which it did not do before."""
    if not any(visit.is_cut_short for visit in case.visits[-FICKLE_WINDOW:]):
        return
    read = [visit for visit in case.visits[1:] if visit.new_count or visit.is_cut_short]
    run = list(takewhile(lambda visit: visit.is_cut_short, reversed(read)))
    before = read[: len(read) - len(run)]
    was_so = any(visit.is_cut_short for visit in before[-FICKLE_WINDOW:])
    if len(run) > 1 and run[0].at - run[-1].at >= 3 * HOUR and not was_so:
        since = run[-1].at
        count = len(run[0].indexes)
        words = f"{case.index} leads on without end since {case.day(since)}: {count} pages at the last visit, then cut"
        yield Finding(Cause.ENDLESS, since, words)


def unvisited_findings(case: Case) -> Iterator[Finding]:
    """Find a source that is not visited any more."""
    visits = case.visits[-FICKLE_WINDOW:]
    usual = (visits[-1].at - visits[0].at) / max(1, len(visits) - 1)
    if case.now - visits[-1].at > max(4 * usual, 2 * DAY):
        yield Finding(Cause.UNVISITED, visits[-1].at, f"not visited since {case.day(visits[-1].at)}")
