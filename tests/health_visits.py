"""Histories of visits with boring defaults, for the tests of health."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from crawler.health.observations import (
    ArticlesSeen,
    IndexSeen,
    PagesSeen,
    ProblemCode,
    Reread,
    SecondLook,
    SourceHistory,
    Visit,
)
from crawler.health.verdict import Health, health_of
from models.vocabulary import SourceKind

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
START = dt.datetime(2024, 1, 1, 6, tzinfo=dt.UTC)
FAULT_AT = dt.datetime(2024, 3, 2, 6, tzinfo=dt.UTC)
FEED_URL = "https://agency.example/feed.xml"
CALM = IndexSeen(FEED_URL, 200, entry_count=12, chosen_count=12, dated_count=12)


def is_plain(sentence: str) -> bool:
    """One sentence with a figure or a day in it, without a final stop, and nothing of the program's own names."""
    return any(sign.isdigit() for sign in sentence) and not sentence.endswith(".") and "_" not in sentence


def history_of(
    visits: Sequence[Visit], kind: SourceKind = SourceKind.FEED, earlier: tuple[dt.date, ...] = ()
) -> SourceHistory:
    """A history with boring defaults."""
    return SourceHistory(kind, tuple(visits), "US", earlier)


def visits_from(
    start: dt.datetime, count: int, seen: IndexSeen = CALM, every: dt.timedelta = 6 * HOUR, **values: object
) -> list[Visit]:
    """Visits that all show the same."""
    return [Visit(start + number * every, (seen,), **values) for number in range(count)]  # type: ignore[arg-type]


def good_visits(days: int = 61, news: Callable[[int], bool] = lambda _: True, seen: IndexSeen = CALM) -> list[Visit]:
    """Four visits a day from the start; where a day has news, the second visit finds one new item."""
    visits = []
    for day in range(days):
        for number in range(4):
            new_count = int(number == 1 and news(day))
            articles = ArticlesSeen(1, 0, 3000, 1) if new_count else None
            pages = PagesSeen(kept_count=1) if new_count else None
            at = START + day * DAY + number * 6 * HOUR
            visits.append(Visit(at, (replace(seen, new_count=new_count),), pages, articles))
    return visits


def told(visits: Sequence[Visit], kind: SourceKind = SourceKind.FEED) -> Health:
    """What is told right after the last visit."""
    return health_of(history_of(visits, kind), visits[-1].at)


def failing(problem: ProblemCode, **values: object) -> IndexSeen:
    """An index that shows a problem."""
    return IndexSeen(FEED_URL, problem=problem, **values)  # type: ignore[arg-type]


def looked_at(visits: Sequence[Visit], unknown_count: int, every: int = 8) -> list[Visit]:
    """The same visits, of which every eighth looked at the home page, too."""
    look = SecondLook("https://agency.example/", None, unknown_count)
    return [replace(visit, second_look=look) if number % every == 3 else visit for number, visit in enumerate(visits)]


def read_again(at: dt.datetime, number: int, **seen: object) -> Visit:
    """A visit without news that read one of the known pages again."""
    again = Reread(f"https://agency.example/news/{number}", **({"kept_share": 1.0} | seen))  # type: ignore[arg-type]
    return Visit(at, (CALM,), reread=again)


def with_rereads(days: int = 14) -> list[Visit]:
    """Good visits, whose last days read a known page again once a day, and found it as it was."""
    start = FAULT_AT - days * DAY
    return [
        read_again(visit.at, number) if visit.at >= start and number % 4 == 0 else visit
        for number, visit in enumerate(good_visits())
    ]
