"""Health: every fault of the suite is found with its cause, nothing ordinary is one, and what owners read is plain."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from benchmarks.health_faults import FAULTS, Fault
from benchmarks.health_replay import Crawl, replayed
from benchmarks.health_times import Series
from benchmarks.health_web import Flavour, Site
from crawler.health.answers import problem_of_failure
from crawler.health.case import Cause
from crawler.health.characters import GARBLED_SHARE, garbled_share
from crawler.health.observations import (
    ArticlesSeen,
    IndexSeen,
    PagesSeen,
    ProblemCode,
    SecondLook,
    SourceHistory,
    Visit,
)
from crawler.health.verdict import Health, Repair, State, health_of, wants_second_look
from crawler.health.volumes import volume_of
from models.vocabulary import SourceKind

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
START = dt.datetime(2024, 1, 1, 6, tzinfo=dt.UTC)
FAULT_AT = dt.datetime(2024, 3, 2, 6, tzinfo=dt.UTC)
FEED_URL = "https://agency.example/feed.xml"
CALM = IndexSeen(FEED_URL, 200, entry_count=12, chosen_count=12, dated_count=12)


def a_site(flavour: Flavour, country: str, **features: bool) -> Site:
    """A site that publishes every day at ten and twice on Thursdays, for ninety days."""
    times = [START + day * DAY + hours * HOUR for day in range(90) for hours in ((4, 7) if day % 7 == 3 else (4,))]
    series = Series(f"{flavour} {country}", "invented", START, tuple(times), country)
    given = {
        "is_dated": True,
        "gives_304": False,
        "has_useful_home": True,
        "has_two_indexes": False,
        "has_pages": False,
    }
    return Site(series, flavour, f"{flavour}.{country.lower()}.example", 12, **(given | features))


SITES = (
    a_site(Flavour.RSS, "US", gives_304=True),
    a_site(Flavour.CARDS, "RU", gives_304=True),
    a_site(Flavour.TABLE, "CN", is_dated=False, has_pages=True),
    a_site(Flavour.ATOM, "FR", has_two_indexes=True),
    a_site(Flavour.NEWS_SITEMAP, "US"),
)


@cache
def crawled(site: Site) -> Crawl:
    """The site as it has been visited until the day of the fault, without any trouble."""
    crawl = Crawl(site)
    for _ in replayed(crawl, START, FAULT_AT - 1 * HOUR):
        pass
    return crawl


def first_alarm(site: Site, fault: Fault, days: int = 8) -> Health | None:
    """What the owner is told first, if anything, within some days of a fault."""
    crawl = crawled(site).branch(fault, FAULT_AT)
    for now in replayed(crawl, FAULT_AT, FAULT_AT + days * DAY):
        health = health_of(crawl.history, now)
        if health.state in {State.DEGRADED, State.BROKEN}:
            return health
    return None


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.name}, {fault.variant}")
def test_every_fault_is_found_with_its_cause(fault: Fault) -> None:
    site = next(site for site in SITES if site.kind in fault.kinds and fault.fits(site))
    health = first_alarm(site, fault)
    assert health is not None
    assert health.cause == fault.cause, health.sentence
    assert health.since is not None
    assert health.repair is not Repair.NOTHING
    assert is_plain(health.sentence)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.series.name)
def test_nothing_is_found_where_nothing_is_wrong(site: Site) -> None:
    health = health_of(crawled(site).history, FAULT_AT)
    assert health.state == State.HEALTHY
    assert health.sentence.endswith("expected")


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


@pytest.mark.parametrize(
    ("kind", "seen", "sentence"),
    [
        (
            SourceKind.LISTING,
            failing(ProblemCode.NO_MATCH, status=200),
            "list page changed: 0 of the usual 12 links since 2 March",
        ),
        (
            SourceKind.FEED,
            failing(ProblemCode.CHALLENGE, status=200),
            "feed now answers with a challenge page (8 visits since 2 March)",
        ),
        (
            SourceKind.FEED,
            failing(ProblemCode.FORBIDDEN, status=403),
            "feed now answers with status 403 (forbidden) (8 visits since 2 March)",
        ),
        (
            SourceKind.SITEMAP,
            failing(ProblemCode.RATE_LIMITED, status=429, retry_after_seconds=3600),
            (
                "sitemap now answers with status 429 (too many requests; it asks to wait 3,600 seconds) "
                "(8 visits since 2 March)"
            ),
        ),
        (
            SourceKind.FEED,
            failing(ProblemCode.DNS),
            "feed cannot be read: its host name is not known (8 visits since 2 March)",
        ),
        (
            SourceKind.FEED,
            failing(ProblemCode.EMPTY, status=200),
            "feed has nothing in it, where 12 entries are usual (8 visits since 2 March)",
        ),
        (
            SourceKind.FEED,
            failing(ProblemCode.NOT_A_FEED, status=200, redirected_to="https://new.example/"),
            "feed moved on 2 March to https://new.example/, which cannot be read as one",
        ),
        (
            SourceKind.FEED,
            replace(CALM, redirected_to="https://new.example/feed.xml", is_permanent=True),
            "feed moved for good on 2 March to https://new.example/feed.xml",
        ),
        (
            SourceKind.FEED,
            replace(CALM, dated_count=0),
            "dates stopped parsing on 2 March: 0 of 12 entries have one, where 100% had",
        ),
        (
            SourceKind.LISTING,
            replace(CALM, chosen_count=2, dated_count=2, entry_count=2),
            "list page changed: 2 of the usual 12 links since 2 March",
        ),
        (SourceKind.FEED, replace(CALM, chosen_count=1), "all 12 entries lead to 1 address since 2 March"),
        (
            SourceKind.FEED,
            replace(CALM, compared_count=12, redated_count=11),
            "dates were set anew on 2 March: 11 of 12 known entries have others",
        ),
        (
            SourceKind.LISTING,
            replace(CALM, garbled_count=12),
            "characters are wrong since 2 March: 12 of 12 titles came wrongly encoded",
        ),
    ],
)
def test_the_cause_is_one_plain_sentence_with_figures_and_days(
    kind: SourceKind, seen: IndexSeen, sentence: str
) -> None:
    health = told([*good_visits(), *visits_from(FAULT_AT, 8, seen)], kind)
    assert health.sentence == sentence
    assert is_plain(health.sentence)


def with_articles(articles: ArticlesSeen, pages: PagesSeen | None = None, count: int = 5) -> list[Visit]:
    """Daily visits, each with a new item."""
    seen = replace(CALM, new_count=1)
    return visits_from(FAULT_AT, count, seen, DAY, pages=pages or PagesSeen(kept_count=1), articles=articles)


def test_texts_that_fall_are_told_with_both_lengths() -> None:
    health = told([*good_visits(), *with_articles(ArticlesSeen(1, 0, 203, 1))])
    assert (health.state, health.cause) == (State.DEGRADED, Cause.BOILERPLATE)
    assert health.sentence == "text fell from 3,000 to 203 characters on 2 March"


def test_pages_behind_a_login_are_told_apart_from_the_index() -> None:
    pages = PagesSeen(failures={ProblemCode.LOGIN_WALL: 1})
    health = told([*good_visits(), *visits_from(FAULT_AT, 5, replace(CALM, new_count=1), DAY, pages=pages)])
    assert (health.state, health.cause) == (State.BROKEN, Cause.LOGIN_WALL)
    assert health.sentence == ("feed can be read, but 5 of 5 article pages since 2 March could not (a login page)")


def test_one_of_two_addresses_that_fails_is_a_partial_outage() -> None:
    other = "https://agency.example/second.xml"
    both = [Visit(FAULT_AT + number * 6 * HOUR, (CALM, IndexSeen(other, 404, ProblemCode.GONE))) for number in range(5)]
    health = told([*good_visits(), *both])
    assert (health.state, health.cause) == (State.DEGRADED, Cause.PARTIAL_OUTAGE)
    assert health.sentence == f"1 of 2 addresses cannot be read since 2 March: {other} (status 404 (not found))"


@pytest.mark.parametrize("problem", [ProblemCode.TIMEOUT, ProblemCode.GONE, ProblemCode.NO_MATCH])
def test_a_failed_visit_whose_retry_succeeds_is_nothing(problem: ProblemCode) -> None:
    visits = [*good_visits(), Visit(FAULT_AT, (failing(problem),)), Visit(FAULT_AT + HOUR / 6, (CALM,))]
    assert told(visits[:-1]).state == State.HEALTHY
    assert told(visits).state == State.HEALTHY


def test_an_outage_of_two_hours_is_nothing() -> None:
    bad = [Visit(FAULT_AT + minutes * HOUR / 60, (failing(ProblemCode.TIMEOUT),)) for minutes in (0, 10, 130)]
    assert told([*good_visits(), *bad]).state == State.HEALTHY


def test_a_source_heals_after_two_good_visits() -> None:
    broken = [*good_visits(), *visits_from(FAULT_AT, 8, failing(ProblemCode.GONE, status=404))]
    better = visits_from(FAULT_AT + 2 * DAY, 2)
    assert told(broken).state == State.BROKEN
    assert told([*broken, better[0]]).sentence.endswith("; the last visit could read it")
    assert told([*broken, *better]).state == State.HEALTHY


def test_a_source_that_fails_now_and_then_is_a_partial_outage_not_a_broken_one() -> None:
    seen = [CALM, failing(ProblemCode.STATUS, status=502)] * 8
    visits = [Visit(FAULT_AT + number * 3 * HOUR, (each,)) for number, each in enumerate(seen)]
    health = told([*good_visits(), *visits])
    assert (health.state, health.cause) == (State.DEGRADED, Cause.PARTIAL_OUTAGE)


def looked_at(visits: Sequence[Visit], unknown_count: int, every: int = 8) -> list[Visit]:
    """The same visits, of which every eighth looked at the home page, too."""
    look = SecondLook("https://agency.example/", None, unknown_count)
    return [replace(visit, second_look=look) if number % every == 3 else visit for number, visit in enumerate(visits)]


def test_a_holiday_is_a_pause_where_the_home_page_shows_nothing_newer_either() -> None:
    visits = looked_at([*good_visits(61), *visits_from(FAULT_AT, 4 * 21)], 2)
    health = told(visits)
    assert (health.state, health.cause, health.repair) == (State.QUIET, Cause.PAUSE, Repair.WAIT)
    assert health.sentence == (
        "nothing new since 1 March, where something was new every 24 hours and the longest pause took 24 hours, "
        "and the home page shows nothing newer"
    )


def test_a_feed_that_stands_still_is_told_from_a_holiday_by_the_home_page() -> None:
    silent = visits_from(FAULT_AT, 4 * 4)
    visits = [*looked_at(good_visits(61), 2), *looked_at(silent, 5)]
    health = told(visits)
    assert (health.state, health.cause) == (State.BROKEN, Cause.STALE)
    assert health.sentence == (
        "feed stands still: nothing new since 1 March, while the home page shows 5 articles that it lacks"
    )


def test_a_silence_that_nobody_can_explain_is_told_at_last() -> None:
    health = told([*good_visits(61), *visits_from(FAULT_AT, 4 * 40)])
    assert (health.state, health.cause) == (State.DEGRADED, Cause.SILENT)
    assert health.sentence.endswith("too long for a pause")


def test_a_burst_is_no_fault() -> None:
    burst = visits_from(
        FAULT_AT, 4, replace(CALM, new_count=12), pages=PagesSeen(12), articles=ArticlesSeen(12, 0, 2500, 12)
    )
    assert told([*good_visits(), *burst]).state == State.HEALTHY


def test_a_yearly_publisher_may_be_silent_for_most_of_a_year() -> None:
    earlier = tuple(dt.date(year, 3, 20) for year in range(2018, 2024))
    visits = visits_from(START, 175, every=DAY)
    health = health_of(history_of(visits, SourceKind.LISTING, earlier), visits[-1].at)
    assert health.state in {State.HEALTHY, State.QUIET}


def test_a_weekly_publisher_is_not_silent_on_the_tenth_day() -> None:
    assert told([*good_visits(84, lambda day: day % 7 == 0), *visits_from(START + 84 * DAY, 12)]).state == State.HEALTHY


def test_an_index_that_is_empty_now_and_then_is_not_broken() -> None:
    empty = failing(ProblemCode.EMPTY, status=200)
    visits = []
    for week in range(10):
        visits += [visit for visit in good_visits(5) if visit.at < START + 5 * DAY]
        visits[-20:] = [replace(visit, at=visit.at + 7 * week * DAY) for visit in visits[-20:]]
        visits += visits_from(START + (7 * week + 5) * DAY, 8, empty)
    assert told(visits, SourceKind.SITEMAP).state == State.HEALTHY


def test_an_address_that_was_always_redirected_has_not_moved() -> None:
    seen = replace(CALM, redirected_to="https://other.example/feed.xml", is_permanent=True)
    assert told(good_visits(seen=seen)).state == State.HEALTHY


def test_two_short_notices_are_no_fall_of_the_text_where_short_ones_are_usual() -> None:
    visits = [
        replace(visit, articles=ArticlesSeen(1, 0, 200 if number % 44 == 1 else 3000, 1)) if visit.articles else visit
        for number, visit in enumerate(good_visits())
    ]
    assert told([*visits, *with_articles(ArticlesSeen(1, 0, 200, 1), count=2)]).state == State.HEALTHY


def test_a_single_dead_page_is_no_fault_however_often_it_is_tried() -> None:
    first = Visit(FAULT_AT, (replace(CALM, new_count=1),), PagesSeen(failures={ProblemCode.SOFT_404: 1}))
    again = visits_from(FAULT_AT + 6 * HOUR, 6, pages=PagesSeen(failures_again={ProblemCode.SOFT_404: 1}))
    assert told([*good_visits(), first, *again]).state == State.HEALTHY


def test_a_source_is_new_while_little_is_known_of_it() -> None:
    assert health_of(history_of([]), START).state == State.NEW
    health = told(visits_from(START, 5))
    assert (health.state, health.sentence) == (State.NEW, "watched since 1 January: too little is known of it yet")


def test_a_source_that_never_could_be_read_is_broken_although_it_is_new() -> None:
    health = told(visits_from(START, 5, failing(ProblemCode.NO_LINKS, status=200)), SourceKind.LISTING)
    assert (health.state, health.cause) == (State.BROKEN, Cause.LIST_CHANGED)
    assert health.sentence == "list page now answers with no links (5 visits since 1 January, and never was read)"


def test_a_source_that_nobody_visits_is_told() -> None:
    visits = good_visits()
    health = health_of(history_of(visits), visits[-1].at + 3 * DAY)
    assert (health.state, health.cause, health.repair) == (State.DEGRADED, Cause.UNVISITED, Repair.TELL_HUMAN)
    assert health.sentence == "not visited since 2 March"


def test_a_standing_page_is_healthy_however_seldom_it_changes() -> None:
    page = IndexSeen("https://agency.example/workshops", 200)
    visits = visits_from(START, 150, page, DAY)
    visits[40] = replace(visits[40], indexes=(replace(page, new_count=1),))
    visits[42] = replace(visits[42], indexes=(replace(page, new_count=1),))
    assert told(visits, SourceKind.STANDING).state == State.HEALTHY
    gone = visits_from(START + 150 * DAY, 3, replace(page, status=404, problem=ProblemCode.GONE), DAY)
    health = told([*visits, *gone], SourceKind.STANDING)
    assert health.sentence == "page now answers with status 404 (not found) (3 visits since 30 May, and never was read)"


def test_the_repair_of_a_passing_problem_changes_with_its_age() -> None:
    repairs = []
    for days in (2, 20, 70):
        visits = [*good_visits(), *visits_from(FAULT_AT, days + 1, failing(ProblemCode.DNS), DAY)]
        repairs.append(told(visits).repair)
    assert repairs == [Repair.WAIT, Repair.TELL_HUMAN, Repair.RETIRE]


def test_a_second_look_is_taken_once_in_good_times_and_then_when_silence_is_unusual() -> None:
    visits = good_visits(20)
    assert wants_second_look(history_of(visits), visits[-1].at + 6 * HOUR)
    visits[10] = replace(visits[10], second_look=SecondLook("https://agency.example/", None, 0))
    assert not wants_second_look(history_of(visits), visits[-1].at + 6 * HOUR)
    silent = [*visits, *visits_from(visits[-1].at + 6 * HOUR, 8)]
    assert wants_second_look(history_of(silent), silent[-1].at + 6 * HOUR)


def test_the_volume_is_summed_up() -> None:
    volume = volume_of(history_of(good_visits()), FAULT_AT)
    assert volume.seen_count == 28
    assert volume.expected_count == pytest.approx(28, abs=2)
    assert volume.success_rate == 1.0
    assert volume.last_new_at == FAULT_AT - 18 * HOUR
    assert volume.weeks[-2:] == (7, 7)
    assert len(volume.weeks) == 26


def test_a_visit_is_stored_as_json_and_read_again() -> None:
    visit = Visit(
        START,
        (CALM, failing(ProblemCode.DNS)),
        PagesSeen(1, failures={ProblemCode.CAPTCHA: 2}),
        ArticlesSeen(3, 1, 900, 2),
        SecondLook("https://agency.example/", None, 1),
        is_cut_short=True,
    )
    stored = json.loads(json.dumps(visit.to_json()))
    assert Visit.from_json(stored) == visit
    assert Visit.from_json({**stored, "written_by_a_later_version": 1}) == visit
    assert visit.to_json()["pages"] == {"kept_count": 1, "failures": {"captcha": 2}}


@pytest.mark.parametrize(
    ("kind", "words", "has_begun", "code"),
    [
        ("CannotResolveHostError", "DNS lookup failed: no results for hostname lookup", False, ProblemCode.DNS),
        ("DownloadFailedError", "[<Failure OpenSSL.SSL.Error: [('SSL routines', '', '')]>]", False, ProblemCode.TLS),
        ("DownloadFailedError", "Connection was closed cleanly.", False, ProblemCode.BROKEN_OFF),
        ("DownloadTimeoutError", "took longer than 3.0 seconds.", False, ProblemCode.TIMEOUT),
        ("DownloadTimeoutError", "took longer than 3.0 seconds.", True, ProblemCode.SLOW),
        ("DownloadConnectionRefusedError", "Connection refused.", False, ProblemCode.REFUSED),
        ("ResponseDataLossError", "", True, ProblemCode.BROKEN_OFF),
        ("DownloadCancelledError", "", True, ProblemCode.TOO_LARGE),
        ("IgnoreRequest", "exceeded DOWNLOAD_MAXSIZE (1 B) during decompression.", True, ProblemCode.TOO_LARGE),
        ("IgnoreRequest", "max redirections reached", True, ProblemCode.REDIRECT_LOOP),
        ("IgnoreRequest", "Forbidden by robots.txt", False, ProblemCode.ROBOTS),
        ("BadGzipFile", "Not a gzipped file (b'no')", True, ProblemCode.DECODE),
    ],
)
def test_what_scrapy_raises_has_a_name(kind: str, words: str, has_begun: bool, code: ProblemCode) -> None:  # noqa: FBT001
    assert problem_of_failure(kind, words, has_begun=has_begun) == code


@pytest.mark.parametrize(
    "text",
    ["L’agence a réussi — « créée » à l’été", "Роскосмос и КНКА подписали", "中国国家航天局联通月球", "Why? Why now?"],
)
def test_wrongly_decoded_text_is_told_from_written_language(text: str) -> None:
    assert garbled_share(text) == 0.0
    for charset in ("cp1252", "cp1251", "gb18030"):
        misread = text.encode().decode(charset, "replace")
        assert misread == text or garbled_share(misread) >= GARBLED_SHARE
