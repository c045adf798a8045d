"""From misbehaving sites to what owners are told: visits on a real server, judged, mailed, repaired by a yes."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crawler.pace import pace_from
from crawler.watching import history_of_visits, judge_due
from digest.deliver import Post, deliver_due
from digest.incidents import write_notices
from digest.mail import SmtpMailer
from models.claimant import this_process
from models.fate import Fate, await_stage
from models.health import SourceHealth, last_health_of
from models.source import CrawlRun, Source
from models.vocabulary import FateState, HealthState, Repair, Stage
from models.watch import Incident, Notice
from models.way import way_of
from perilune.archive import open_archive
from perilune.cataloguing import repair
from perilune.config import settings_from
from perilune.problems import Problem
from tests.crawl_bench import CHALLENGE, FEED, ITEM, PAGE, TEXT, Crawl
from tests.inbox import Inbox

pytestmark = pytest.mark.databases("sqlite")  # what is tested does not depend on it

START = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
A_DAY = dt.timedelta(days=1)
BETWEEN_VISITS = 2 * A_DAY
SLUG = "aa_agency"
OWNER = "ada@example.org"
POST = Post(sender="Perilune <digest@perilune.example>", archive_url="https://archive.example.org")


@dataclass
class Agency:
    """A small agency's site whose feed gets an item a day; `shown` answers in place of what stands at a path."""

    site: HTTPServer
    day: int = 0
    shown: dict[str, Response] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Answer every path but robots.txt, which the site has."""
        for pattern in ("/feed", "/home", "/new-feed"):
            self.site.expect_request(pattern).respond_with_handler(self.answer)
        for number in range(60):
            self.site.expect_request(f"/items/{number}").respond_with_handler(self.answer)

    def add_to(self, crawl: Crawl) -> None:
        """Write its source file, and sync it."""
        feed = f'["{self.site.url_for("/feed")}"]'
        crawl.add(SLUG, name="Agency", home=self.site.url_for("/home"), kind="feed", address=feed, owner=OWNER)

    def answer(self, request: Request) -> Response:
        """Answer as the day has it."""
        if request.path in self.shown:
            return self.shown[request.path]
        if request.path in {"/feed", "/new-feed"}:
            return self.feed()
        if request.path == "/home":
            link = '<link rel="alternate" type="application/rss+xml" href="/new-feed">'
            return Response(f"<html><head>{link}</head><body><p>{TEXT}</p></body></html>", content_type="text/html")
        return Response(PAGE.format(n=request.path, text=f"{TEXT} {request.path}"), content_type="text/html")

    def feed(self) -> Response:
        """Give the feed of the day: its last ten items."""
        numbers = range(max(0, self.day - 9), self.day + 1)
        items = "".join(ITEM.format(n=number, url=self.site.url_for(f"/items/{number}")) for number in numbers)
        return Response(FEED.format(items=items), content_type="application/rss+xml")


@pytest.fixture
def agency(site: HTTPServer, crawl: Crawl) -> Agency:
    """The agency, watched by its feed, with an owner."""
    made = Agency(site)
    made.add_to(crawl)
    return made


def live_through(agency: Agency, crawl: Crawl, visits: int) -> SourceHealth:
    """Let time go by, with a visit and a judgement every other day; returns the last one."""
    for _ in range(visits):
        moment = START + agency.day * BETWEEN_VISITS
        with crawl.sessions.begin() as session:
            sources = list(session.scalars(sa.select(Source.id)))
            await_stage(session, Stage.CRAWL, sources, due_at=moment)
        crawl.run(at=moment)
        judge_due(crawl.sessions, this_process(), moment)
        agency.day += 1
    with crawl.sessions() as session:
        health = last_health_of(session.scalars(sa.select(Source)).one())
        assert health is not None
        return health


def tell(crawl: Crawl, smtp: SmtpMailer, moment: dt.datetime) -> None:
    """Write the notices that are due, and send them."""
    with crawl.sessions.begin() as session:
        write_notices(session, owner=None, archive_url=POST.archive_url, now=moment)
    deliver_due(crawl.sessions, smtp, post=POST, now=moment, claimant=this_process())


@pytest.mark.databases("postgresql", long=("sqlite",))
def test_an_owner_is_told_once_when_a_source_breaks_and_once_when_it_heals(
    agency: Agency, crawl: Crawl, smtp: SmtpMailer, inbox: Inbox
) -> None:
    assert live_through(agency, crawl, 6).state == HealthState.HEALTHY
    tell(crawl, smtp, START + agency.day * BETWEEN_VISITS)
    assert inbox.messages == []
    agency.shown["/feed"] = Response(CHALLENGE, content_type="text/html")
    broken = live_through(agency, crawl, 3)
    assert (broken.state, broken.cause) == (HealthState.BROKEN, "challenge")
    assert broken.sentence.startswith("feed now answers with a challenge page")
    for _ in range(2):
        tell(crawl, smtp, START + agency.day * BETWEEN_VISITS)
    agency.shown.clear()
    assert live_through(agency, crawl, 2).state == HealthState.HEALTHY
    for _ in range(2):
        tell(crawl, smtp, START + agency.day * BETWEEN_VISITS)
    messages = [email.message_from_bytes(body, policy=email.policy.default) for _, body in inbox.messages]
    assert [address for address, _ in inbox.messages] == [OWNER, OWNER]
    assert [message["Subject"] for message in messages] == [
        "Perilune: Agency is not well",
        "Perilune: Agency is well again",
    ]
    text = messages[0].get_body(("plain",))
    assert text is not None
    assert "feed now answers with a challenge page" in " ".join(text.get_content().split())
    assert f"https://archive.example.org/sources/{SLUG}" in text.get_content()
    with crawl.sessions() as session:
        incident = session.scalars(sa.select(Incident)).one()
        assert (incident.cause, incident.healed_at is not None) == ("challenge", True)


def test_a_feed_that_is_gone_is_replaced_by_the_one_that_the_home_page_names(agency: Agency, crawl: Crawl) -> None:
    live_through(agency, crawl, 6)
    agency.shown["/feed"] = Response("gone", status=404)
    health = live_through(agency, crawl, 4)
    new_feed = agency.site.url_for("/new-feed")
    assert (health.state, health.is_acceptable) == (HealthState.BROKEN, True)
    assert health.proposal == f"watch the feed {new_feed} instead"
    archive = open_archive(settings_from(crawl.settings))
    moment = START + agency.day * BETWEEN_VISITS
    assert repair(archive, SLUG, now=moment) == f"{SLUG} is watched by its feed {new_feed} from now on."
    with pytest.raises(Problem, match="nothing is proposed"):
        repair(archive, SLUG, now=moment)
    with crawl.sessions() as session:
        source = session.scalars(sa.select(Source)).one()
        way = way_of(source)
        assert way is not None
        assert way.addresses == (new_feed,)
    crawl.add(
        SLUG,
        name="Agency",
        home=agency.site.url_for("/home"),
        kind="feed",
        address=f'["{agency.site.url_for("/feed")}"]',
    )
    live_through(agency, crawl, 6)
    with crawl.sessions() as session:
        newest = session.scalars(sa.select(CrawlRun).order_by(CrawlRun.id.desc())).first()
        assert newest is not None
        assert newest.outcome == "done"
        assert session.scalars(sa.select(Incident)).one().healed_at is not None
    with pytest.raises(Problem, match="nothing is proposed"):
        repair(archive, SLUG, now=moment)


@pytest.mark.long
@pytest.mark.databases("postgresql")
def test_a_source_that_nobody_visits_is_judged_all_the_same(agency: Agency, crawl: Crawl) -> None:
    live_through(agency, crawl, 6)
    with crawl.sessions.begin() as session:
        judged = session.scalars(sa.select(Fate).where(Fate.stage == Stage.JUDGE)).one()
        assert judged.due_at == START + 11 * A_DAY
        # A visit that was killed has shown nothing.
        session.add(CrawlRun(source_id=judged.item_id, started_at=START + 12 * A_DAY))
    assert judge_due(crawl.sessions, this_process(), START + 30 * A_DAY) == {FateState.DONE: 1}
    with crawl.sessions() as session:
        assert session.scalars(sa.select(Incident.cause)).one() == "unvisited"


def test_a_source_is_judged_by_its_visits_after_a_clock_was_ahead(agency: Agency, crawl: Crawl) -> None:
    agency.day = 15
    live_through(agency, crawl, 1)
    agency.day = 0
    live_through(agency, crawl, 2)
    with crawl.sessions() as session:
        source = session.scalars(sa.select(Source)).one()
        history = history_of_visits(session, source, START + BETWEEN_VISITS)
        assert [visit.at for visit in history.visits] == [START, START + BETWEEN_VISITS]


def test_a_slower_pace_is_accepted_once_and_changes_nothing_else(crawl: Crawl) -> None:
    crawl.add(SLUG, name="Agency", home="http://127.0.0.1:9/", links="/news/", kind="listing")
    health = SourceHealth(
        judged_at=START, state=HealthState.BROKEN, sentence="", repair=Repair.SLOW_DOWN, is_acceptable=True
    )
    with crawl.sessions.begin() as session:
        source = session.scalars(sa.select(Source)).one()
        source.health = health.model_dump(mode="json")
        due_at = session.scalars(sa.select(Fate.due_at).where(Fate.stage == Stage.CRAWL)).one()
        way = way_of(source)
    archive = open_archive(settings_from(crawl.settings))
    assert "half as often" in repair(archive, SLUG, now=START)
    with pytest.raises(Problem, match="nothing is proposed"):
        repair(archive, SLUG, now=START)
    with crawl.sessions() as session:
        source = session.scalars(sa.select(Source)).one()
        assert pace_from(source.pace, 360).floor_minutes >= 2 * 300
        assert way_of(source) == way
        assert session.scalars(sa.select(Fate.due_at).where(Fate.stage == Stage.CRAWL)).one() == due_at


@pytest.mark.databases("postgresql")
def test_an_outage_of_many_sources_is_one_mail_to_whoever_looks_after_them(
    crawl: Crawl, smtp: SmtpMailer, inbox: Inbox
) -> None:
    for slug in ("aa_one", "bb_two", "cc_three"):
        crawl.add(slug, name=slug, home="http://127.0.0.1:9/", kind="feed")
    with crawl.sessions.begin() as session:
        for source in session.scalars(sa.select(Source)):
            session.add(
                Incident(
                    source_id=source.id,
                    state=HealthState.BROKEN,
                    cause="dns",
                    sentence="feed cannot be reached: its host name is not known",
                    proposal="wait: this usually passes",
                    opened_at=START,
                )
            )
        notices = [
            write_notices(session, owner=who, archive_url=POST.archive_url, now=START) for who in (None, OWNER, OWNER)
        ]
    assert notices == [0, 1, 0]
    deliver_due(crawl.sessions, smtp, post=POST, now=START, claimant=this_process())
    ((address, body),) = inbox.messages
    assert address == OWNER
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert message["Subject"] == "Perilune: 3 sources are not well"
    with crawl.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Notice)) == 1
