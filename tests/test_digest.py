"""When the digest's issues are due and composed: each once, and nothing falls between two of them."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from digest.issue import compose_due_issues, preview_issue
from digest.schedule import ScheduleProblem, due_moment, next_due_moment
from models.article import Article
from models.edition import Delivery, Edition, Issue
from models.vocabulary import Relevance
from perilune.dates import PartialDate
from tests.builders import ArticleDraft, a_reader, an_article, an_edition
from tests.digest_issues import A_WEEK, everything, frozen, ledger


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2022-03-21T05:59", "2022-03-14T06:00"),
        ("2022-03-21T06:00", "2022-03-21T06:00"),
        ("2022-03-27T23:00", "2022-03-21T06:00"),
        ("2022-03-28T05:00", "2022-03-28T05:00"),
        ("2022-10-31T05:30", "2022-10-24T05:00"),
        ("2022-10-31T06:00", "2022-10-31T06:00"),
    ],
)
def test_seven_in_the_morning_is_seven_in_the_morning_in_summer_and_winter(now: str, due: str) -> None:
    edition = Edition(slug="weekly", weekday=0, hour=7, timezone="Europe/Vienna")
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    assert due_moment(edition, moment) == dt.datetime.fromisoformat(due).replace(tzinfo=dt.UTC)
    assert due_moment(edition, next_due_moment(edition, moment)) > moment


def test_an_hour_that_the_clocks_skip_is_due_once() -> None:
    edition = Edition(slug="weekly", weekday=6, hour=2, timezone="Europe/Vienna")
    assert due_moment(edition, dt.datetime(2022, 3, 27, 12, tzinfo=dt.UTC)) == dt.datetime(
        2022, 3, 27, 1, tzinfo=dt.UTC
    )


def test_an_unknown_time_zone_is_named_with_its_edition() -> None:
    with pytest.raises(ScheduleProblem, match=r"'weekly'.*'Europe/Wien'"):
        due_moment(Edition(slug="weekly", weekday=0, hour=7, timezone="Europe/Wien"), dt.datetime.now(dt.UTC))


def test_nothing_late_retried_or_corrected_falls_between_two_issues(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session)
        an_article(session, ArticleDraft(title="On time"))
        corrected = an_article(session, ArticleDraft(title="Corrected to core later", relevance=Relevance.SPACE))
        redated = an_article(session, ArticleDraft(title="Dated anew", published="2022-03-09"))
        waiting = an_article(session, ArticleDraft(title="Understood later"))
        assert waiting.current_version
        waiting.current_version.relevance = None
        assert everything(frozen(session, now)) == {"On time", "Dated anew"}
    with sessions.begin() as session:
        for article_id in (corrected.id, waiting.id):
            version = session.get_one(Article, article_id).current_version
            assert version
            version.relevance = Relevance.CORE
        again = session.get_one(Article, redated.id).current_version
        assert again
        again.published = PartialDate(2022, 3, 18)
        an_article(session, ArticleDraft(title="Published long before, fetched late", published="2022-02-20"))
        session.flush()
        assert everything(frozen(session, now + A_WEEK)) == {
            "Corrected to core later",
            "Understood later",
            "Published long before, fetched late",
        }
    with sessions.begin() as session:
        assert frozen(session, now + 2 * A_WEEK).is_empty
        assert {len(rows) for rows in ledger(session).values()} == {1}


def test_composing_twice_gives_one_issue(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        a_reader(session, an_edition(session))
        an_article(session)
    assert len(compose_due_issues(sessions, now)) == 1
    assert compose_due_issues(sessions, now + dt.timedelta(days=6)) == []
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Issue)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


def test_two_processes_that_compose_at_once_give_one_issue(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        an_edition(session)
        an_article(session)
    with ThreadPoolExecutor(4) as pool:
        composed = list(pool.map(lambda _: compose_due_issues(sessions, now), range(4)))
    assert sum(map(len, composed)) == 1


def test_an_edition_waits_for_its_first_due_moment_and_catches_up_in_one_issue(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session, weekday=2)
        an_article(session)
    assert compose_due_issues(sessions, now + dt.timedelta(days=1)) == []
    assert len(compose_due_issues(sessions, now + dt.timedelta(days=30))) == 1
    assert compose_due_issues(sessions, now + dt.timedelta(days=30)) == []


def test_new_hours_give_no_second_issue_to_days_that_had_one(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        edition = an_edition(session)
    assert len(compose_due_issues(sessions, now)) == 1
    with sessions.begin() as session:
        session.get_one(Edition, edition.id).weekday = 5
    assert compose_due_issues(sessions, now + dt.timedelta(days=4)) == []
    assert len(compose_due_issues(sessions, now + dt.timedelta(days=6))) == 1
    with sessions() as session:
        first, second = session.scalars(sa.select(Issue).order_by(Issue.number))
        assert second.period_start_at == first.period_end_at < second.period_end_at


def test_an_edition_that_cannot_be_composed_holds_up_no_other(
    sessions: sessionmaker[Session], now: dt.datetime
) -> None:
    with sessions.begin() as session:
        an_edition(session, "broken-query", query="relevence:core")
        an_edition(session, "broken-zone", timezone="Moon/Tycho")
        an_edition(session, "sound")
        an_article(session)
    assert len(compose_due_issues(sessions, now)) == 1
    with sessions() as session:
        assert session.scalars(sa.select(Issue)).one().edition.slug == "sound"


def test_a_preview_stores_nothing(sessions: sessionmaker[Session], now: dt.datetime) -> None:
    with sessions.begin() as session:
        edition = an_edition(session)
        an_article(session, ArticleDraft(title="Seen"))
        assert everything(preview_issue(session, edition, now)) == {"Seen"}
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Issue)) == 0
