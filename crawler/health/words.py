"""The words of health: how problems, days and numbers are said; apart so that the rules hold no prose."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date

from crawler.health.observations import HTTP_ERROR, ProblemCode
from models.vocabulary import SourceKind

INDEX_NAMES = {
    SourceKind.FEED: "feed",
    SourceKind.SITEMAP: "sitemap",
    SourceKind.LISTING: "list page",
    SourceKind.DOCUMENTS: "list of documents",
    SourceKind.STANDING: "page",
}
ENTRY_NAMES = {
    SourceKind.FEED: "entries",
    SourceKind.SITEMAP: "addresses",
    SourceKind.LISTING: "links",
    SourceKind.DOCUMENTS: "documents",
    SourceKind.STANDING: "changes",
}
PROBLEM_WORDS = {
    ProblemCode.DNS: "its host name is not known",
    ProblemCode.TLS: "no secure connection (TLS) comes about",
    ProblemCode.REFUSED: "the host refuses connections",
    ProblemCode.TIMEOUT: "no answer comes in time",
    ProblemCode.SLOW: "the answer trickles in too slowly to be read",
    ProblemCode.BROKEN_OFF: "the connection breaks off",
    ProblemCode.TOO_LARGE: "the answer is larger than we read, or unpacks to more",
    ProblemCode.REDIRECT_LOOP: "it redirects without end",
    ProblemCode.DECODE: "the answer cannot be unpacked",
    ProblemCode.UNRENDERED: "no browser could render it",
    ProblemCode.ROBOTS: "robots.txt forbids it",
    ProblemCode.UNASKED: "its address is not one of the public internet",
    ProblemCode.GONE: "not found",
    ProblemCode.FORBIDDEN: "forbidden",
    ProblemCode.RATE_LIMITED: "too many requests",
    ProblemCode.STATUS: "an error of the server",
    ProblemCode.CHALLENGE: "a challenge page",
    ProblemCode.CAPTCHA: "a captcha",
    ProblemCode.LOGIN_WALL: "a login page",
    ProblemCode.CONSENT_WALL: "a page that asks for consent",
    ProblemCode.SOFT_404: "a page that says not found, with status 200",
    ProblemCode.NOT_A_FEED: "something else",
    ProblemCode.MALFORMED: "malformed XML",
    ProblemCode.EMPTY: "nothing in it",
    ProblemCode.NO_LINKS: "no links",
    ProblemCode.NO_MATCH: "no link that matches",
}


def refusal_words(problem: ProblemCode, status: int, looks_for: str) -> str:
    """Say in a sentence's end why an index is none; `looks_for` is what its links would be among."""
    if status >= HTTP_ERROR:
        return f"the index answered {status}"
    if problem is ProblemCode.NO_MATCH:
        return f"none of its links is among {looks_for}"
    return f"the index gives {PROBLEM_WORDS[problem]}"


def day_words(moment: dt.datetime | dt.date, now: dt.datetime) -> str:
    """Say a day, with its year when that is another: `2 March`, `28 December 2023`."""
    pattern = "d MMMM" if moment.year == now.year else "d MMMM y"
    return format_date(moment, pattern, locale="en_GB")


def number_words(number: float) -> str:
    """Write a number with separators, rounded to two significant figures from a thousand on: `3,200`."""
    whole = round(number)
    return f"{whole:,}" if whole < 1000 else f"{round(whole, 2 - len(str(whole))):,}"  # noqa: PLR2004


def counted_words(count: int, noun: str) -> str:
    """Put a regular noun into the number that a count asks for: `1 visit`, `12 visits`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def span_words(span: dt.timedelta) -> str:
    """Say a length of time in its usual unit: `5 hours`, `9 days`, `7 months`."""
    days = span / dt.timedelta(days=1)
    if days < 2:  # noqa: PLR2004
        return counted_words(max(1, round(span / dt.timedelta(hours=1))), "hour")
    if days < 90:  # noqa: PLR2004
        return counted_words(round(days), "day")
    return counted_words(round(days / 30.4), "month")
