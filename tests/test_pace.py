"""When a source is visited again, and how far its server's validators are believed."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pace import (
    RULES,
    Hints,
    NextVisit,
    Pace,
    PaceRules,
    VisitFailure,
    VisitYield,
    max_age_minutes,
    next_try_after,
    next_visit_after,
    pace_from,
    pace_primed_by,
    retry_after,
)
from crawler.validators import (
    Reply,
    Trust,
    Use,
    reply_from,
    trust_after,
    trust_from,
    trusts_validators,
    validators_to_send,
)

MONDAY = dt.datetime(2022, 3, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def watched(new_count_at: Callable[[dt.datetime], int], *, days: int, start_minutes: float = 360) -> list[dt.datetime]:
    """Visit a source for some days and return the moments of the visits."""
    first = next_visit_after(Pace(start_minutes=start_minutes), VisitYield(MONDAY, is_first=True), jitter=0.5)
    visits, following, published = [MONDAY], first, MONDAY
    while following.due_at < MONDAY + days * 24 * HOUR:
        visits.append(following.due_at)
        new_count = 0
        while published + HOUR <= following.due_at:
            published += HOUR
            new_count += new_count_at(published)
        following = next_visit_after(following.pace, VisitYield(following.due_at, new_count), jitter=0.5)
    return visits


def last_waits(visits: list[dt.datetime]) -> dt.timedelta:
    """The mean of the last ten waits."""
    return (visits[-1] - visits[-11]) / 10


def test_the_first_wait_is_the_source_file_s() -> None:
    following = next_visit_after(Pace(start_minutes=360), VisitYield(MONDAY, 20, 20, is_first=True), jitter=0.5)
    assert following.due_at - MONDAY == pytest.approx(360 * MINUTE, abs=MINUTE)
    assert following.pace.items_per_week == 0


def test_a_source_without_news_is_visited_ever_more_seldom_and_a_busy_one_more_often() -> None:
    quiet, busy = watched(lambda _: 0, days=90), watched(lambda _: 1, days=30)
    assert last_waits(quiet) > 15 * HOUR
    assert last_waits(busy) < 45 * MINUTE
    assert last_waits(quiet) > 2 * (quiet[2] - quiet[1])


def test_no_wait_leaves_the_bounds() -> None:
    for visits in (watched(lambda _: 0, days=200), watched(lambda _: 50, days=20)):
        waits = [later - earlier for earlier, later in pairwise(visits)]
        assert RULES.shortest <= min(waits)
        assert max(waits) <= RULES.longest


def test_visits_gather_in_the_hours_in_which_a_source_publishes() -> None:
    visits = watched(lambda moment: moment.hour in {9, 10, 11} and moment.weekday() < 5, days=42)[-150:]
    hours, weekdays = Counter(visit.hour for visit in visits), Counter(visit.weekday() for visit in visits)
    assert sum(hours[hour] for hour in (9, 10, 11, 12)) > 3 * sum(hours[hour] for hour in (21, 22, 23, 0))
    assert weekdays[1] + weekdays[2] > 2 * (weekdays[5] + weekdays[6])


def test_a_source_that_wakes_up_is_noticed() -> None:
    def new_count_at(moment: dt.datetime) -> int:
        return int(moment > MONDAY + 60 * 24 * HOUR)

    assert last_waits(watched(new_count_at, days=67)) < last_waits(watched(new_count_at, days=60)) / 5


def test_an_index_that_is_mostly_new_is_visited_twice_as_soon() -> None:
    pace = Pace(start_minutes=1440, visited_at=MONDAY)
    at = MONDAY + 10 * HOUR
    soon = next_visit_after(pace, VisitYield(at, 15, 20), jitter=0.5)
    assert soon.due_at <= at + 5 * HOUR


def test_jitter_spreads_visits_and_nothing_else_does() -> None:
    pace, seen = Pace(start_minutes=360, visited_at=MONDAY), VisitYield(MONDAY + 6 * HOUR)
    dues = [next_visit_after(pace, seen, jitter=jitter).due_at for jitter in (0.0, 0.5, 1.0, 1.0)]
    assert dues[0] < dues[1] < dues[2] == dues[3]
    assert dues[2] - dues[0] > 30 * MINUTE


def test_a_pace_survives_its_row() -> None:
    following = next_visit_after(Pace(start_minutes=60, visited_at=MONDAY), VisitYield(MONDAY + HOUR, 2), jitter=0.3)
    written = json.dumps(following.pace.model_dump(mode="json"))
    assert pace_from(json.loads(written), 60) == following.pace
    assert len(written) < 1000


@pytest.mark.parametrize("kept", [None, {}, {"by_hour": [1]}, {"watched_minutes": "nan"}, {"by_hour": 5}, {"x": 1}])
def test_what_cannot_be_read_begins_anew(kept: dict[str, object] | None) -> None:
    assert pace_from(kept, 90) == Pace(start_minutes=90)


def test_the_dates_of_an_index_tell_at_once_how_often_it_publishes() -> None:
    days = [(MONDAY - number * 24 * HOUR).date() for number in range(20)]
    daily, unknown = (pace_primed_by(dates, start_minutes=360, now=MONDAY) for dates in (days, days[:2]))
    assert 5 < daily.items_per_week < 9
    assert unknown == Pace(start_minutes=360)
    seldom = pace_primed_by(
        [MONDAY.date() - dt.timedelta(weeks=7 * n) for n in range(9)], start_minutes=360, now=MONDAY
    )
    dues = [
        next_visit_after(pace, VisitYield(MONDAY, 20, 20, is_first=True), jitter=0.5).due_at for pace in (daily, seldom)
    ]
    assert dues[0] < dues[1]


def test_dates_with_an_hour_teach_the_hour() -> None:
    moments = [MONDAY - number * 24 * HOUR + 9 * HOUR for number in range(1, 20)]
    pace = pace_primed_by(moments, start_minutes=360, now=MONDAY)
    assert pace.by_hour[9] == pytest.approx(sum(pace.by_hour))


def test_a_time_to_live_is_obeyed_within_reason() -> None:
    pace = Pace(start_minutes=15, visited_at=MONDAY)
    at = MONDAY + 15 * MINUTE

    def wait(hints: Hints) -> dt.timedelta:
        return next_visit_after(pace, VisitYield(at, 5, 50, hints=hints), jitter=0.5).due_at - at

    assert wait(Hints()) < 60 * MINUTE
    assert wait(Hints(ttl_minutes=180)) == 3 * HOUR
    assert wait(Hints(max_age_minutes=120)) == 2 * HOUR
    assert wait(Hints(ttl_minutes=10**6)) == 6 * HOUR


def test_an_update_period_lengthens_only_the_first_wait() -> None:
    hints = Hints(update_minutes=1200)
    first = next_visit_after(Pace(start_minutes=60), VisitYield(MONDAY, 9, 9, hints, is_first=True), jitter=0.5)
    assert first.due_at == MONDAY + 20 * HOUR
    second = next_visit_after(first.pace, VisitYield(first.due_at, 1, 9, hints), jitter=0.5)
    assert second.due_at < first.due_at + 10 * HOUR


def test_hours_and_days_of_rest_are_left_alone() -> None:
    pace = Pace(start_minutes=60, visited_at=MONDAY)
    at = MONDAY + HOUR
    night = Hints(skip_hours=frozenset(range(9)), skip_days=frozenset({0}))
    due_at = next_visit_after(pace, VisitYield(at, hints=night), jitter=0.5).due_at
    assert (due_at.weekday(), due_at.hour) == (1, 9)
    never = Hints(skip_hours=frozenset(range(24)))
    assert next_visit_after(pace, VisitYield(at, hints=never), jitter=0.5).due_at < at + 3 * HOUR


def failed_times(count: int, *, pace: Pace, throttled: bool = False) -> list[NextVisit]:
    """Let a source fail some times in a row, each at the time it was due."""
    tries, at = [], MONDAY
    for _ in range(count):
        tries.append(next_try_after(pace, VisitFailure(at, is_throttled=throttled), jitter=0.0))
        pace, at = tries[-1].pace, tries[-1].due_at
    return tries


def test_retries_wait_twice_as_long_each_time_up_to_a_bound() -> None:
    tries = failed_times(12, pace=Pace(start_minutes=60, visited_at=MONDAY))
    waits = [later.due_at - earlier.due_at for earlier, later in pairwise(tries)]
    assert tries[0].due_at - MONDAY == 10 * MINUTE
    assert waits[:4] == [20 * MINUTE, 40 * MINUTE, 80 * MINUTE, 160 * MINUTE]
    assert waits[-1] == RULES.longest
    healed = next_visit_after(tries[-1].pace, VisitYield(tries[-1].due_at), jitter=0.5)
    assert healed.pace.failure_count == 0


def test_a_source_that_fails_now_and_then_spends_its_quick_retries() -> None:
    pace, waits, at = Pace(start_minutes=600, visited_at=MONDAY), [], MONDAY
    for _ in range(12):
        retry = next_try_after(pace, VisitFailure(at), jitter=0.0)
        waits.append(retry.due_at - at)
        visit = next_visit_after(retry.pace, VisitYield(retry.due_at), jitter=0.5)
        pace, at = visit.pace, visit.due_at
    assert waits[0] == 10 * MINUTE
    assert waits[-1] > 5 * HOUR


def test_retry_after_is_obeyed() -> None:
    pace = Pace(start_minutes=60, visited_at=MONDAY)
    for asked, waited in ((2 * HOUR, 2 * HOUR), (90 * 24 * HOUR, 7 * 24 * HOUR)):
        assert next_try_after(pace, VisitFailure(MONDAY, asked), jitter=0.0).due_at - MONDAY == waited


def test_a_server_that_says_too_often_is_visited_less_and_slowly_trusted_again() -> None:
    pace = Pace(start_minutes=15, visited_at=MONDAY)
    throttled = failed_times(3, pace=pace, throttled=True)[-1]
    assert throttled.pace.floor_minutes == 120
    at = throttled.due_at
    slower = next_visit_after(throttled.pace, VisitYield(at, 5), jitter=0.5)
    assert slower.due_at - at >= 110 * MINUTE
    for _ in range(120):
        slower = next_visit_after(slower.pace, VisitYield(slower.due_at, 5), jitter=0.5)
    assert slower.pace.floor_minutes == 0


def test_a_clock_that_goes_back_harms_nothing() -> None:
    pace = Pace(start_minutes=60, visited_at=MONDAY + 9 * HOUR)
    following = next_visit_after(pace, VisitYield(MONDAY, 3), jitter=0.5)
    assert following.due_at > MONDAY
    assert following.pace.visited_at == MONDAY


@given(
    gap=st.integers(0, 60_000),
    new_count=st.integers(0, 10_000),
    jitter=st.floats(0, 1),
    start=st.floats(1, 100_000),
    ttl=st.none() | st.floats(0, 1e6),
)
def test_the_next_visit_is_always_between_the_bounds(
    gap: int, new_count: int, jitter: float, start: float, ttl: float | None
) -> None:
    pace, at = Pace(start_minutes=start, visited_at=MONDAY), MONDAY + gap * MINUTE
    for _ in range(3):
        seen = VisitYield(at, new_count, new_count, Hints(ttl_minutes=ttl))
        following = next_visit_after(pace, seen, jitter=jitter, rules=PaceRules())
        assert RULES.shortest <= following.due_at - at <= RULES.longest
        pace, at = following.pace, following.due_at


HEADERS = {
    "max-age=600": 10,
    "public, max-age=7200, s-maxage=5": 120,
    'max-age="60"': 1,
    "no-cache, max-age=600": None,
    "max-age=soon": None,
    "": None,
}


@pytest.mark.parametrize("value", HEADERS)
def test_max_age_is_read(value: str) -> None:
    assert max_age_minutes({"cache-control": value}) == HEADERS[value]


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 2 * MINUTE),
        ("Mon, 14 Mar 2022 01:00:00 GMT", HOUR),
        ("Sun, 13 Mar 2022 01:00:00 GMT", 0 * HOUR),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read(value: str, wait: dt.timedelta | None) -> None:
    assert retry_after({"retry-after": value}, now=MONDAY) == wait


STORED = {"etag": '"a"', "last-modified": "Mon, 14 Mar 2022 00:00:00 GMT"}
UNMODIFIED = Reply(was_conditional=True, is_not_modified=True)
NEWS = Reply(was_conditional=True, is_not_modified=False, has_new_content=True, has_new_validators=True)
CHURN = Reply(was_conditional=True, is_not_modified=False, has_new_content=False, has_new_validators=True)
WHOLE_NEWS = Reply(was_conditional=False, is_not_modified=False, has_new_content=True, has_new_validators=True)
WHOLE_SAME = Reply(was_conditional=False, is_not_modified=False)
LIE = Reply(was_conditional=False, is_not_modified=False, has_new_content=True, has_new_validators=False)


def after(*replies: Reply, trust: Trust | None = None) -> Trust:
    """The trust after these replies."""
    trust = trust or Trust()
    for reply in replies:
        trust = trust_after(trust, reply)
    return trust


def test_validators_are_sent_until_a_check_is_due() -> None:
    headers = {"If-None-Match": '"a"', "If-Modified-Since": "Mon, 14 Mar 2022 00:00:00 GMT"}
    assert validators_to_send(Trust(), STORED) == headers
    assert validators_to_send(after(UNMODIFIED, UNMODIFIED, UNMODIFIED), STORED) == headers
    assert validators_to_send(after(*[UNMODIFIED] * 4), STORED) == {}
    assert validators_to_send(after(*[UNMODIFIED] * 4, WHOLE_SAME), STORED) == headers
    assert validators_to_send(Trust(), {"etag": None}) == {}


def test_news_in_answer_to_a_conditional_request_make_checks_rarer() -> None:
    proven = after(NEWS, NEWS, NEWS)
    assert trusts_validators(after(*[UNMODIFIED] * 31, trust=proven))
    assert not trusts_validators(after(*[UNMODIFIED] * 32, trust=proven))
    assert after(*[NEWS] * 50).check_after == 64


def test_content_that_changes_under_the_same_validators_ends_trust_for_a_while() -> None:
    liar = after(*[UNMODIFIED] * 4, LIE)
    assert not trusts_validators(liar)
    assert not trusts_validators(after(*[WHOLE_NEWS] * 47, trust=liar))
    again = after(*[WHOLE_NEWS] * 48, trust=liar)
    assert trusts_validators(again)
    assert after(*[UNMODIFIED] * 4, LIE, trust=again).probation_left == 96


def test_a_server_that_calls_everything_unmodified_is_found_out() -> None:
    hidden = [*[UNMODIFIED] * 4, WHOLE_NEWS]
    assert trusts_validators(after(*hidden * 2))
    assert trusts_validators(after(*hidden * 2, NEWS, *hidden * 2))
    assert not trusts_validators(after(*hidden * 3))
    assert not trusts_validators(after(*hidden, *[*[UNMODIFIED] * 4, WHOLE_SAME] * 9, *hidden * 2))


def test_an_etag_that_changes_at_each_fetch_is_left_out_and_the_date_stays() -> None:
    churned = after(CHURN, CHURN, CHURN)
    assert churned.use is Use.DATE
    assert validators_to_send(churned, STORED) == {"If-Modified-Since": STORED["last-modified"]}
    assert not trusts_validators(after(CHURN, CHURN, CHURN, trust=churned))
    assert after(CHURN, CHURN, UNMODIFIED, CHURN).use is Use.BOTH


def test_a_server_without_validators_is_no_liar() -> None:
    reply = reply_from({}, {}, {}, is_not_modified=False, has_new_content=True)
    assert trusts_validators(after(*[reply] * 20))


def test_replies_are_compared_with_what_was_stored() -> None:
    same = reply_from({}, STORED, STORED, is_not_modified=False, has_new_content=True)
    other = reply_from({"If-None-Match": '"a"'}, STORED, {"etag": '"b"'}, is_not_modified=False, has_new_content=True)
    assert (same.was_conditional, same.has_new_validators) == (False, False)
    assert (other.was_conditional, other.has_new_validators) == (True, True)


def test_a_trust_survives_its_row() -> None:
    trust = after(CHURN, CHURN, CHURN, UNMODIFIED)
    assert trust_from(json.loads(json.dumps(trust.model_dump(mode="json")))) == trust
    assert trust_from(None) == trust_from({"use": "none"}) == Trust()
