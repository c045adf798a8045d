"""Editions: when they are due, for any day and zone, and what a person may say of them."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from digest.issue import compose_due_issues
from digest.schedule import due_moment, first_period_start, next_due_moment, schedule_start
from models.edition import Edition, Issue
from models.search import QueryProblem
from models.vocabulary import Frequency
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import settings_from
from perilune.edition_settings import change_edition, edition_value, new_edition
from perilune.problems import Problem
from tests.builders import an_article, an_edition

ZONES = (
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "America/St_Johns",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Africa/Cairo",
    "America/Santiago",
)
EDITIONS = st.builds(
    Edition,
    slug=st.just("any"),
    frequency=st.sampled_from(list(Frequency)),
    weekday=st.integers(0, 6),
    month_day=st.integers(1, 31),
    hour=st.integers(0, 23),
    timezone=st.sampled_from(ZONES),
)
MOMENTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2032, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
LONGEST = {Frequency.DAILY: 1, Frequency.WEEKLY: 7, Frequency.MONTHLY: 31}


@given(EDITIONS, MOMENTS)
def test_due_moments_follow_each_other_without_gap_or_repetition(edition: Edition, now: dt.datetime) -> None:
    last, following = due_moment(edition, now), next_due_moment(edition, now)
    assert last <= now < following
    assert due_moment(edition, following) == following
    assert due_moment(edition, following - dt.timedelta.resolution) == last
    assert following - last <= dt.timedelta(days=LONGEST[edition.frequency], hours=2)


@given(EDITIONS, MOMENTS)
def test_a_due_moment_is_at_its_hour_or_where_the_clocks_skip_it(edition: Edition, now: dt.datetime) -> None:
    moment = next_due_moment(edition, now)
    zone = zoneinfo.ZoneInfo(edition.timezone)
    local = moment.astimezone(zone)
    before = (moment - dt.timedelta.resolution).astimezone(zone)
    assert (local.hour, local.minute) == (edition.hour, 0) or local.utcoffset() != before.utcoffset()
    assert local.fold == 0 or local.hour != edition.hour
    if edition.frequency == Frequency.WEEKLY:
        assert local.weekday() == edition.weekday
    elif edition.frequency == Frequency.MONTHLY:
        tomorrow = local.date() + dt.timedelta(days=1)
        assert local.day == edition.month_day or (tomorrow.day == 1 and local.day < edition.month_day)


@given(EDITIONS, MOMENTS, MOMENTS)
def test_a_schedule_that_is_set_now_is_due_neither_before_nor_twice_a_day(
    edition: Edition, now: dt.datetime, last: dt.datetime
) -> None:
    last = min(last, now)
    edition.scheduled_at = schedule_start(edition, last, now)
    following = next_due_moment(edition, now)
    zone = zoneinfo.ZoneInfo(edition.timezone)
    assert following > now
    assert following.astimezone(zone).date() > last.astimezone(zone).date()


@pytest.mark.parametrize(
    ("frequency", "due", "start"),
    [
        ("daily", "2022-03-28T05:00", "2022-03-27T05:00"),
        ("weekly", "2022-03-28T05:00", "2022-03-21T06:00"),
        ("monthly", "2022-03-31T05:00", "2022-02-28T06:00"),
    ],
)
def test_a_first_issue_has_a_period_of_its_frequency(frequency: str, due: str, start: str) -> None:
    edition = Edition(slug="any", frequency=Frequency(frequency), timezone="Europe/Vienna")
    begins = first_period_start(edition, dt.datetime.fromisoformat(f"{due}+00:00"))
    assert begins == dt.datetime.fromisoformat(f"{start}+00:00")


@pytest.fixture
def archive(sessions: sessionmaker[Session], tmp_path: Path) -> Archive:
    """An archive with one edition and one article."""
    with sessions.begin() as session:
        an_edition(session)
        an_article(session)
    return Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions)


def due_dates(archive: Archive) -> list[dt.datetime]:
    """Read the due moments of all issues."""
    with archive.sessions() as session:
        return list(session.scalars(sa.select(Issue.due_at).order_by(Issue.due_at)))


def test_a_changed_schedule_makes_no_issue_twice_nor_for_a_moment_before(archive: Archive, now: dt.datetime) -> None:
    compose_due_issues(archive.sessions, now)
    an_hour, a_day = dt.timedelta(hours=1), dt.timedelta(days=1)
    assert "next issue is due on Monday 21 March 2022" in change_edition(
        archive, "weekly", {"hour": "9"}, now=now + an_hour
    )
    assert compose_due_issues(archive.sessions, now + 3 * an_hour) == []
    change_edition(archive, "weekly", {"frequency": "daily", "hour": "6"}, now=now + a_day)
    assert compose_due_issues(archive.sessions, now + a_day) == []
    assert len(compose_due_issues(archive.sessions, now + 2 * a_day)) == 1
    change_edition(archive, "weekly", {"is_active": "off"}, now=now + 2 * a_day)
    assert compose_due_issues(archive.sessions, now + 9 * a_day) == []
    change_edition(archive, "weekly", {"is_active": "on", "name": "Anew"}, now=now + 9 * a_day)
    assert compose_due_issues(archive.sessions, now + 9 * a_day) == []
    assert len(compose_due_issues(archive.sessions, now + 12 * a_day)) == 1
    assert due_dates(archive) == [now, now + 2 * a_day - an_hour, now + 12 * a_day - an_hour]


@pytest.mark.databases("sqlite")
def test_a_change_that_is_not_of_the_schedule_leaves_it(archive: Archive, now: dt.datetime) -> None:
    change_edition(archive, "weekly", {"name": "Anew", "month_day": "5", "hold_hours": "3"}, now=now)
    with archive.sessions() as session:
        edition = session.scalars(sa.select(Edition)).one()
        assert (edition.name, edition.hold_hours, edition.scheduled_at) == ("Anew", 3, None)
    assert len(compose_due_issues(archive.sessions, now + dt.timedelta(hours=1))) == 1


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"query": "topic:lunar-exploraton"}, "did you mean lunar-exploration? (at character 1)"),
        ({"query": "moon relevence:core"}, "(at character 6)"),
        ({"frequency": "hourly"}, "the frequency is one of daily, weekly, monthly, not 'hourly'"),
        ({"weekday": "Mittwoch"}, "the weekday is a number from 0 to 6, not 'Mittwoch'"),
        ({"hour": "24"}, "the hour is a number from 0 to 23"),
        ({"month_day": "0"}, "the day of the month is a number from 1 to 31"),
        ({"timezone": "Europe/Wien"}, "'Europe/Wien' is no time zone"),
        ({"language": "de"}, "the frame of a digest is in one of en, fr, ru, zh, not in 'de'"),
        ({"length": "epic"}, "the length is one of short, medium, long"),
        ({"hold_hours": "-1"}, "the time for review in hours is a number from 0 to 168"),
        ({"topic_weights": "lunar-exploration=11"}, "give a number from 0 to 10"),
        ({"name": " "}, "a name has 1 to 120 characters"),
        ({"note": "x" * 501}, "a note has at most 500 characters"),
        ({"is_active": "maybe"}, "an edition is on or off"),
        ({"wekday": "1"}, "'wekday' is nothing that an edition has; did you mean weekday?"),
    ],
)
def test_what_an_edition_cannot_be_is_refused(
    archive: Archive, now: dt.datetime, said: dict[str, str], sentence: str
) -> None:
    before = edition_value(archive, "weekly", now=now)
    with pytest.raises(Problem) as refusal:
        change_edition(archive, "weekly", said, now=now)
    assert sentence in str(refusal.value)
    assert isinstance(refusal.value, QueryProblem) == ("query" in said)
    assert edition_value(archive, "weekly", now=now) == before


@pytest.mark.databases("sqlite")
def test_a_new_edition_needs_a_name_and_a_short_name_of_its_own(archive: Archive, now: dt.datetime) -> None:
    for slug, said, sentence in (
        ("weekly", {"name": "Again"}, "there is an edition 'weekly' already"),
        ("Über uns", {"name": "No"}, "is no short name"),
        ("nameless", {}, "an edition needs a name"),
    ):
        with pytest.raises(Problem, match=sentence):
            new_edition(archive, slug, said, now=now)


def test_an_edition_is_made_and_changed_by_command(tmp_path: Path) -> None:
    runner, environment = CliRunner(), {"PERILUNE_HOME": str(tmp_path)}
    new = ["editions", "new", "lunar", "--name", "Lunar monthly", "--frequency", "monthly", "--month-day", "31"]
    options = ["--timezone", "Asia/Shanghai", "--language", "zh", "--length", "long", "--hold-hours", "12", "--json"]
    made = json.loads(runner.invoke(app, [*new, *options], env=environment).stdout)
    assert (made["goes_out"], made["length"]) == ("on day 31 of each month at 07:00, Asia/Shanghai time", "long")
    done = runner.invoke(app, ["editions", "change", "lunar", "--off"], env=environment)
    assert done.stdout == "Lunar monthly is off: no issue is made.\n"
    runner.invoke(
        app, ["editions", "change", "lunar", "--on", "--weekday", "friday", "--frequency", "weekly"], env=environment
    )
    (row,) = json.loads(runner.invoke(app, ["editions", "list", "--json"], env=environment).stdout)
    assert row["goes_out"] == "every Friday at 07:00, Asia/Shanghai time"
    assert "Lunar monthly" in runner.invoke(app, ["editions", "show", "lunar"], env=environment).stdout
