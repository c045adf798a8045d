"""What ails a source that can be read: its lists, dates, addresses, characters or texts are not what they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crawler.health.case import HOUR, Case, Cause, Finding, Reading
from crawler.health.observations import ArticlesSeen, IndexSeen
from crawler.health.shifts import Counted, Level, Shift, level_shift, share_shift, text_shift
from crawler.health.words import number_words

MIN_ENTRIES = 3
MIN_USUAL_ENTRIES = 4
LASTS = 3 * HOUR
ARTICLES_LAST = 6 * HOUR
LATELY = 60


@dataclass(frozen=True)
class _Feature:
    """A figure of an index at each reading, and when it is odd beside its usual value."""

    cause: Cause
    value: Callable[[IndexSeen], float | None]
    is_odd: Callable[[float, float], bool]


def _share(part: int, whole: int | None, least: int = MIN_ENTRIES) -> float | None:
    return part / whole if whole is not None and whole >= least else None


FEATURES = (
    _Feature(
        Cause.DUPLICATES,
        lambda seen: _share(seen.chosen_count or 0, seen.entry_count, MIN_USUAL_ENTRIES),
        lambda value, usual: value < 0.4 * usual,
    ),
    _Feature(
        Cause.LIST_CHANGED,
        lambda seen: seen.chosen_count,
        lambda value, usual: usual >= MIN_USUAL_ENTRIES and value < 0.4 * usual,
    ),
    _Feature(
        Cause.GARBLED,
        lambda seen: _share(seen.garbled_count, seen.chosen_count),
        lambda value, _: value > 0.3,  # noqa: PLR2004 - of titles; many have no letter that could be wrong
    ),
    _Feature(
        Cause.REDATED,
        lambda seen: _share((seen.chosen_count or 0) - seen.redated_count, seen.chosen_count),
        lambda value, usual: value < 0.5 * usual,
    ),
    _Feature(
        Cause.UNDATED,
        lambda seen: _share(seen.dated_count, seen.chosen_count),
        lambda value, usual: usual >= 0.5 and value < 0.3 * usual,  # noqa: PLR2004
    ),
)


def index_content_findings(case: Case) -> Iterator[Finding]:
    """Find lasting changes in what the source's own addresses list."""
    for feature in FEATURES:
        for url, reads in case.reads.items():
            last = feature.value(reads[-1].seen)
            if last is None or not feature.is_odd(last, max(feature.value(reading.seen) or 0.0 for reading in reads)):
                continue
            values = [(reading, feature.value(reading.seen)) for reading in reads]
            series = [Level(reading.at, value, reading.visit_count) for reading, value in values if value is not None]
            shift = level_shift(series, feature.is_odd)
            if shift and case.is_lasting(case.confirming_visits(url, shift.since), least=LASTS):
                cause = Cause.MALFORMED if _has_become_malformed(reads, shift) else feature.cause
                yield _index_finding(case, cause, shift, reads[-1].seen)


def _has_become_malformed(reads: Sequence[Reading], shift: Shift) -> bool:
    before = [reading.seen.is_malformed for reading in reads if reading.at < shift.since]
    return reads[-1].seen.is_malformed and not any(before)


def _index_finding(case: Case, cause: Cause, shift: Shift, seen: IndexSeen) -> Finding:
    day, count = case.day(shift.since), seen.chosen_count or 0
    entries = case.entries
    if cause is Cause.LIST_CHANGED and seen.is_malformed:
        words = (
            f"{case.index} is malformed XML since {day}: {count} of the usual {shift.before:.0f} {entries} are legible"
        )
        return Finding(Cause.MALFORMED, shift.since, words)
    addresses = "1 address" if count == 1 else f"{count} addresses"
    sentences = {
        Cause.MALFORMED: f"{case.index} is malformed XML since {day}: {count} {entries} could be read, not all of each",
        Cause.DUPLICATES: f"all {seen.entry_count} {entries} lead to {addresses} since {day}",
        Cause.LIST_CHANGED: f"{case.index} changed: {count} of the usual {shift.before:.0f} {entries} since {day}",
        Cause.GARBLED: f"characters are wrong since {day}: {seen.garbled_count} of {count} titles came wrongly encoded",
        Cause.REDATED: (
            f"dates were set anew on {day}: {seen.redated_count} of {seen.compared_count} known {entries} have others"
        ),
        Cause.UNDATED: (
            f"dates stopped parsing on {day}: {seen.dated_count} of {count} {entries} have one, "
            f"where {shift.before:.0%} had"
        ),
    }
    return Finding(cause, shift.since, sentences[cause])


@dataclass(frozen=True)
class _Trait:
    """Something that some articles have, and how to say that most have it now."""

    cause: Cause
    odd_count: Callable[[ArticlesSeen], int]
    count: Callable[[ArticlesSeen], int]
    words: str


TRAITS = (
    _Trait(
        Cause.BOILERPLATE,
        lambda seen: seen.repeated_count,
        lambda seen: seen.article_count,
        "articles have all the same text since {day}: {odd} of {count} repeat another one's",
    ),
    _Trait(
        Cause.BOILERPLATE,
        lambda seen: seen.refused_count,
        lambda seen: seen.article_count + seen.refused_count,
        "pages have no article's text since {day}: {odd} of {count} were refused",
    ),
    _Trait(
        Cause.REDATED,
        lambda seen: seen.redated_count,
        lambda seen: seen.article_count,
        "dates were set anew on {day}: {odd} of {count} articles changed theirs",
    ),
    _Trait(
        Cause.UNDATED,
        lambda seen: seen.article_count - seen.dated_count,
        lambda seen: seen.article_count,
        "dates stopped parsing on {day}: {odd} of {count} articles have none",
    ),
)


def garbled_page_findings(case: Case) -> Iterator[Finding]:
    """Find that the characters of most pages are wrong now."""
    if not any(visit.pages and visit.pages.garbled_count for visit in case.visits[-LATELY:]):
        return
    pages = [(visit.at, visit.pages) for visit in case.visits if visit.pages]
    kept = [Counted(at, each.garbled_count, each.kept_count + each.recovered_count) for at, each in pages]
    shift = share_shift([counted for counted in kept if counted.whole_count], case.alpha)
    if shift is not None and _is_old(case, shift):
        odd = round(shift.after * shift.count)
        words = f"characters are wrong since {case.day(shift.since)}: {odd} of {shift.count} pages came wrongly encoded"
        yield Finding(Cause.GARBLED, shift.since, words)


def article_findings(case: Case) -> Iterator[Finding]:
    """Find lasting changes in what the pipeline makes of the pages."""
    seen = [(visit.at, visit.articles) for visit in case.visits if visit.articles]
    for trait in TRAITS if seen else ():
        if 2 * trait.odd_count(seen[-1][1]) < trait.count(seen[-1][1]):
            continue
        series = [Counted(at, trait.odd_count(each), trait.count(each)) for at, each in seen if trait.count(each)]
        shift = share_shift(series, case.alpha)
        if shift is not None and _is_old(case, shift):
            odd = round(shift.after * shift.count)
            words = trait.words.format(day=case.day(shift.since), odd=odd, count=shift.count)
            yield Finding(trait.cause, shift.since, words)
    yield from _text_findings(case, [(at, each.median_chars, each.article_count) for at, each in seen])


def _is_old(case: Case, shift: Shift) -> bool:
    """Give what else may be the cause of odd articles time to show itself."""
    return case.visits[-1].at - shift.since >= case.patience(ARTICLES_LAST)


def _text_findings(case: Case, texts: list[tuple[dt.datetime, int, int]]) -> Iterator[Finding]:
    shift = text_shift([entry for entry in texts if entry[2]], case.alpha)
    if shift is not None and _is_old(case, shift):
        before, after = number_words(shift.before), number_words(shift.after)
        words = f"text fell from {before} to {after} characters on {case.day(shift.since)}"
        yield Finding(Cause.BOILERPLATE, shift.since, words)
