"""Health: what owners read is plain, and nothing ordinary is a fault."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from crawler.health.case import Case, Cause
from crawler.health.observations import ArticlesSeen, IndexSeen, PagesSeen, ProblemCode, SecondLook, Visit
from crawler.health.verdict import health_of, wants_reread, wants_second_look
from crawler.health.volumes import volume_of
from models.vocabulary import HealthState as State
from models.vocabulary import Repair, SourceKind
from tests.health_visits import (
    CALM,
    DAY,
    FAULT_AT,
    HOUR,
    START,
    failing,
    good_visits,
    history_of,
    is_plain,
    looked_at,
    read_again,
    told,
    visits_from,
    with_rereads,
)


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
    better = visits_from(FAULT_AT + 2 * DAY, 2, replace(CALM, new_count=1))
    assert told(broken).state == State.BROKEN
    assert told([*broken, better[0]]).sentence.endswith("; the last visit could read it")
    assert told([*broken, *better]).state == State.HEALTHY


def test_a_source_that_fails_now_and_then_is_a_partial_outage_not_a_broken_one() -> None:
    seen = [CALM, failing(ProblemCode.STATUS, status=502)] * 8
    visits = [Visit(FAULT_AT + number * 3 * HOUR, (each,)) for number, each in enumerate(seen)]
    health = told([*good_visits(), *visits])
    assert (health.state, health.cause) == (State.DEGRADED, Cause.PARTIAL_OUTAGE)


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


@pytest.mark.parametrize(
    ("seen", "cause", "sentence"),
    [
        (
            {"kept_share": 0.04},
            Cause.BOILERPLATE,
            "article pages lost their text about 2 March: 3 pages that were read again have it no more",
        ),
        (
            {"problem": ProblemCode.FORBIDDEN},
            Cause.FORBIDDEN,
            "feed can be read, but 3 pages that were read again since 2 March could not be (forbidden)",
        ),
        (
            {"is_garbled": True},
            Cause.GARBLED,
            "characters are wrong since 2 March: 3 pages that were read again came wrongly encoded",
        ),
        (
            {"is_undated": True},
            Cause.UNDATED,
            "dates disappeared about 2 March: 3 pages that were read again state none any more",
        ),
    ],
)
def test_what_ails_all_pages_shows_on_known_ones_before_a_new_one_comes(
    seen: dict[str, object], cause: Cause, sentence: str
) -> None:
    visits = [*with_rereads(), *(read_again(FAULT_AT + number * 4 * HOUR, number, **seen) for number in range(3))]
    health = told(visits)
    assert (health.state, health.cause, health.sentence) == (State.DEGRADED, cause, sentence)


def test_a_page_that_was_taken_down_is_no_fault_of_all() -> None:
    gone = [read_again(FAULT_AT + number * 4 * HOUR, 1, problem=ProblemCode.GONE) for number in range(4)]
    assert told([*with_rereads(), *gone]).state == State.HEALTHY


def test_a_closed_new_page_is_no_fault_while_known_ones_open() -> None:
    closed = PagesSeen(failures={ProblemCode.LOGIN_WALL: 1})
    again = PagesSeen(failures_again={ProblemCode.LOGIN_WALL: 1})
    visits = [Visit(FAULT_AT + n * 8 * HOUR, (CALM,), pages=again if n else closed) for n in range(5)]
    assert told([*good_visits(), *visits]).cause == Cause.LOGIN_WALL
    assert told([*good_visits(), *visits, read_again(FAULT_AT + 34 * HOUR, 1)]).cause != Cause.LOGIN_WALL


def test_a_page_is_read_again_once_a_day_and_soon_after_an_odd_one() -> None:
    visits = with_rereads()
    later = visits[-1].at + 4 * HOUR
    assert not wants_reread(history_of(visits), later)
    assert wants_reread(history_of(visits), later + 1 * DAY)
    odd = [read_again(visits[-1].at - number * HOUR, number, kept_share=0.0) for number in range(5)][::-1]
    assert wants_reread(history_of([*visits, odd[-1]]), later)
    assert not wants_reread(history_of([*visits, *odd]), later)


def test_a_page_that_tells_nothing_is_not_asked_for_at_every_visit() -> None:
    visits = [*good_visits(), read_again(FAULT_AT, 1, kept_share=None)]
    assert not wants_reread(history_of(visits), FAULT_AT + 6 * HOUR)


def test_the_silence_of_a_regular_publisher_is_unusual_sooner() -> None:
    regular = good_visits(60, lambda day: day % 2 == 0)
    irregular = good_visits(60, lambda day: day % 8 < 4)
    silences = [
        Case(history_of(visits), max(visit.at for visit in visits if visit.new_count) + 8 * DAY).rhythm.silence
        for visits in (regular, irregular)
    ]
    assert silences[0] < silences[1] / 10


def test_the_volume_is_summed_up() -> None:
    volume = volume_of(history_of(good_visits()), FAULT_AT)
    assert volume.seen_count == 28
    assert volume.expected_count == pytest.approx(28, abs=2)
    assert volume.success_rate == 1.0
    assert volume.last_new_at == FAULT_AT - 18 * HOUR
    assert volume.weeks[-2:] == (7, 7)
    assert len(volume.weeks) == 26
    unvisited = volume_of(history_of([]), FAULT_AT)
    assert (unvisited.expected_count, unvisited.seen_count, unvisited.success_rate) == (None, 0, None)
