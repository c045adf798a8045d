"""Saved searches from the page to the reader: kept in one click, matched as articles come, told by mail and feed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from digest.alerts import MAX_LISTED, MAX_MAILS_AN_HOUR, AlertPost, write_alerts
from digest.deliver import Post, deliver_due
from digest.mail import SmtpMailer
from models.account import Account
from models.fate import await_stage
from models.saved_search import EditionSection, SavedSearch, SearchHit, Webhook
from models.search import index_article
from models.tables import Article, Correction, Edition, Reader, Subscription, Topic
from models.takedown import Takedown
from models.vocabulary import AlertPace, CorrectionField, DeliveryState, Stage
from models.watch import Notice
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.saved_searches import save_search
from perilune.serving import app_for
from perilune.takedowns import withdraw
from pipeline.runners.match import MatchRunner
from pipeline.runners.runner import Worker, drain
from tests.builders import ArticleDraft, a_version, an_article
from tests.inbox import Inbox
from tests.letters import read_back

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
ARCHIVE = "https://archive.example.org"
ADA = "ada@example.org"
AN_HOUR = dt.timedelta(hours=1)
POST = AlertPost(ARCHIVE, hour=7, timezone="Europe/Vienna")


@dataclass
class Bench:
    """An archive, its pages, and a mailbox."""

    archive: Archive
    visitor: TestClient
    smtp: SmtpMailer
    inbox: Inbox

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Its database."""
        return self.archive.sessions

    def keep(self, query: str, how: str = "save", address: str = ADA, **said: str) -> str:
        """Press a button of the search page, and return the search's key."""
        form = {"query": query, "how": how, "address": address, **said}
        answer = self.visitor.post("/searches", data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].split("/")[2].split("?")[0]

    def come(self, draft: ArticleDraft, at: dt.datetime = NOW) -> str:
        """Let an article come as understanding leaves it, and match what waits; returns its key."""
        with self.sessions.begin() as session:
            article = an_article(session, draft)
            index_article(session, article.id)
            await_stage(session, Stage.MATCH, [article.id], due_at=at)
            key = article.key
        self.match(at)
        return key

    def match(self, at: dt.datetime) -> None:
        """Match what waits."""
        drain(MatchRunner(ARCHIVE), Worker(self.sessions, "test", at))

    def again(self, key: str, at: dt.datetime) -> None:
        """Match an article once more."""
        with self.sessions.begin() as session:
            await_stage(
                session, Stage.MATCH, session.scalars(sa.select(Article.id).where(Article.key == key)), due_at=at
            )
        self.match(at)

    def hits(self) -> set[tuple[str, str]]:
        """Read what was found: search lines with article keys."""
        rows = sa.select(SavedSearch.query, SearchHit.article_key).join(SearchHit)
        with self.sessions() as session:
            return {(line, key) for line, key in session.execute(rows)}

    def tell(self, at: dt.datetime) -> int:
        """Write the alerts that are due, and mail them; returns how many were written."""
        written = write_alerts(self.sessions, POST, now=at)
        deliver_due(self.sessions, self.smtp, post=Post("p@archive.example.org", ARCHIVE), now=at, claimant="test")
        return written


def contents(bench: Bench) -> list[bytes]:
    """Read what arrived in the mailbox."""
    return [content for _, content in bench.inbox.messages]


@pytest.fixture
def bench(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path, smtp: SmtpMailer, inbox: Inbox
) -> Iterator[Bench]:
    """A served archive without articles."""
    named = {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url, "PERILUNE_PUBLIC_URL": ARCHIVE}
    settings = settings_from(named)
    with TestClient(app_for(settings)) as visitor:
        yield Bench(Archive(settings, sessions), visitor, smtp, inbox)


def _moon(**changes: object) -> ArticleDraft:
    return ArticleDraft(title="The lunar station", first_seen_at=NOW + AN_HOUR, **changes)  # type: ignore[arg-type]


def test_a_search_is_kept_with_one_button_and_finds_what_comes_from_then_on(bench: Bench) -> None:
    old = bench.come(ArticleDraft(title="An old lunar station", first_seen_at=NOW - AN_HOUR), NOW - AN_HOUR)
    page = bench.visitor.get("/?q=lunar+station")
    assert "Keep this search" in page.text
    key = bench.keep("lunar station")
    assert bench.keep("lunar station") == key
    new = bench.come(_moon(), NOW + AN_HOUR)
    past = bench.come(_moon(is_backfill=True), NOW + AN_HOUR)
    bench.come(ArticleDraft(title="A satellite", text="Of weather.", first_seen_at=NOW), NOW)
    bench.again(old, NOW + AN_HOUR)
    bench.again(new, NOW + 2 * AN_HOUR)
    assert bench.hits() == {("lunar station", new), ("lunar station", past)}
    page = bench.visitor.get(f"/searches/{key}")
    assert "2 articles found" in page.text
    assert "from a source&#39;s past" in page.text or "from a source's past" in page.text
    assert "You keep this search" in bench.visitor.get("/?q=lunar+station").text
    assert "lunar station" in bench.visitor.get("/searches").text


def test_an_old_article_is_found_once_it_has_a_new_version_or_somebody_corrects_it(bench: Bench) -> None:
    changed, corrected, same = (
        bench.come(ArticleDraft(title=f"Number {n}", topics=(), first_seen_at=NOW - AN_HOUR), NOW - AN_HOUR)
        for n in range(3)
    )
    with bench.sessions.begin() as session:
        session.add(Topic(slug="launch", name="Launch", description=""))
    bench.keep("topic:launch")
    later = NOW + AN_HOUR
    with bench.sessions.begin() as session:
        article = session.scalars(sa.select(Article).where(Article.key == changed)).one()
        a_version(session, article, ArticleDraft(title="A launch", topics=("launch",), first_seen_at=later))
        for key in (corrected, same):
            version = session.scalars(sa.select(Article).where(Article.key == key)).one().current_version
            assert version is not None
            other = an_article(session, ArticleDraft(topics=("launch",))).current_version
            assert other is not None
            version.topics.append(other.topics.pop())
        session.add(
            Correction(
                article_key=corrected,
                field=CorrectionField.TOPICS,
                value={"add": "launch"},
                made_by="Ada",
                made_at=later,
            )
        )
    for key in (changed, corrected, same):
        bench.again(key, later)
    assert {key for _, key in bench.hits()} == {changed, corrected}


def test_what_is_found_together_is_one_mail_and_each_find_is_told_once(bench: Bench) -> None:
    key = bench.keep("lunar station", how="instant")
    assert bench.tell(NOW) == 0
    for n in range(3):
        bench.come(_moon(url=f"http://a.example/{n}", text=f"The station {n} of <b>two</b> agencies."), NOW + AN_HOUR)
    bench.come(_moon(is_backfill=True), NOW + AN_HOUR)
    assert bench.tell(NOW + AN_HOUR) == 1
    assert bench.tell(NOW + 2 * AN_HOUR) == 0
    (mail,) = [read_back(content) for content in contents(bench)]
    assert (mail["To"], mail["Subject"]) == (ADA, "lunar station: The lunar station and 2 more")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "Found by your saved search: lunar station" in text
    assert html.count(f"{ARCHIVE}/article/") == 3
    assert "<b>two</b>" not in html
    stop = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(ARCHIVE)
    assert "No more mail" in bench.visitor.get(stop).text
    assert bench.visitor.post(stop[:-1] + "x").status_code == 403
    assert bench.visitor.post(stop, content=b"List-Unsubscribe=One-Click").text.startswith("“lunar station” is mailed")
    with bench.sessions() as session:
        assert session.scalars(sa.select(SavedSearch.pace).where(SavedSearch.key == key)).one() == AlertPace.NEVER


def test_an_alert_that_waits_is_taken_back_where_it_tells_of_what_is_withdrawn(bench: Bench) -> None:
    bench.keep("lunar station", how="instant")
    keys = [bench.come(_moon(url=f"http://a.example/{n}", text=f"The station of {n}."), NOW) for n in ("Ada", "Bob")]
    assert write_alerts(bench.sessions, POST, now=NOW) == 1
    withdraw(bench.archive, keys[0], "asked", by="Ada", now=NOW)
    assert bench.tell(NOW + AN_HOUR) == 1
    (mail,) = [read_back(content) for content in contents(bench)]
    assert mail["Subject"] == "lunar station: The lunar station"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (keys[0] in text, keys[1] in text) == (False, True)
    with bench.sessions.begin() as session:
        session.add(Takedown(article_key=keys[1], url="http://a.example/", reason="asked", made_by="Ada", made_at=NOW))
        session.execute(sa.update(Notice).values(state=DeliveryState.WAITING))
    assert bench.tell(NOW + 2 * AN_HOUR) == 0
    assert len(contents(bench)) == 1
    with bench.sessions.begin() as session:
        session.execute(sa.delete(Takedown))
        session.execute(sa.update(Account).values(is_active=False))
        session.execute(sa.update(Notice).values(state=DeliveryState.WAITING, due_at=NOW))
    assert bench.tell(NOW + 3 * AN_HOUR) == 0
    with bench.sessions() as session:
        assert session.scalars(sa.select(Notice.problem)).all() == ["the account that asked is locked"]


@pytest.mark.databases("postgresql")
def test_a_mail_reads_no_more_finds_than_it_lists(bench: Bench) -> None:
    bench.keep("lunar", how="daily")
    with bench.sessions.begin() as session:
        saved = session.scalars(sa.select(SavedSearch)).one()
        for number in range(MAX_LISTED + 2):
            article = an_article(session, ArticleDraft(title="The lunar station", url=f"http://a.example/{number}"))
            session.add(SearchHit(saved_search_id=saved.id, article_key=article.key, found_at=NOW))
        # One statement of PostgreSQL takes 65,535 parameters.
        numbers = sa.func.generate_series(1, 66_000).column_valued("n")
        gone = sa.select(
            sa.literal(saved.id), sa.cast(numbers, sa.String), sa.literal(NOW, SearchHit.found_at.type), sa.false()
        )
        names = ["saved_search_id", "article_key", "found_at", "is_backfill"]
        session.execute(sa.insert(SearchHit).from_select(names, gone))
    assert bench.tell(NOW + 24 * AN_HOUR) == 1
    (mail,) = [read_back(content) for content in contents(bench)]
    assert mail["Subject"] == f"lunar: The lunar station and {MAX_LISTED + 1} more"
    assert "2 more in the archive" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_one_button_of_the_search_page_makes_a_webhook_or_a_section(bench: Bench) -> None:
    with bench.sessions.begin() as session:
        session.add(Edition(slug="weekly", name="The week", created_at=NOW))
    assert "Make a section of “The week”" in bench.visitor.get("/?q=lunar").text
    key = bench.keep("lunar", how="webhook", url="https://93.184.216.34/hook")
    assert bench.keep("lunar", how="section", edition="weekly") == key
    with bench.sessions() as session:
        (hook,) = session.scalars(sa.select(Webhook.url)).all()
        assert hook == "https://93.184.216.34/hook"
        assert session.scalars(sa.select(EditionSection.saved_search_id)).one()
    again = bench.visitor.get("/?q=lunar").text
    assert "Make a section" not in again
    assert f"/searches/{key}" in again
    form = {"query": "lunar", "how": "webhook", "url": "http://127.0.0.1/"}
    assert "not on the public internet" in bench.visitor.post("/searches", data=form).text


def test_a_flood_of_instant_alerts_is_gathered(bench: Bench) -> None:
    bench.keep("lunar station", how="instant")
    for n in range(MAX_MAILS_AN_HOUR + 2):
        at = NOW + dt.timedelta(minutes=n)
        bench.come(_moon(url=f"http://a.example/{n}"), at)
        bench.tell(at)
    assert len(contents(bench)) == MAX_MAILS_AN_HOUR
    bench.tell(NOW + 2 * AN_HOUR)
    last = read_back(contents(bench)[-1])
    assert last["Subject"] == "lunar station: The lunar station and 1 more"


def test_an_alert_speaks_the_language_of_its_search_or_of_the_digest_at_its_address(bench: Bench) -> None:
    with bench.sessions.begin() as session:
        session.add(edition := Edition(slug="hebdo", name="La semaine", language="fr", created_at=NOW))
        session.add(reader := Reader(address=ADA, created_at=NOW))
        session.flush()
        session.add(Subscription(edition_id=edition.id, reader_id=reader.id, confirmed_at=NOW))
    bench.keep("lunar", how="instant")
    bench.keep("lunar lang:ru", how="instant")
    bench.come(_moon(language="en"), NOW + AN_HOUR)
    bench.come(_moon(language="ru", url="http://a.example/ru"), NOW + AN_HOUR)
    bench.tell(NOW + AN_HOUR)
    told = {str(mail["Subject"]): mail for mail in map(read_back, contents(bench))}
    assert set(told) == {"lunar: The lunar station et 1 autre", "lunar lang:ru: The lunar station"}
    french, russian = (
        mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for _, mail in sorted(told.items(), reverse=True, key=lambda each: "et 1" in each[0])
    )
    assert "2 articles trouvés" in french
    assert "Ne plus recevoir ces messages" in french
    assert "Найдена 1 статья" in russian
    assert "Найдено по вашему сохранённому запросу: lunar lang:ru" in russian


def test_daily_and_weekly_alerts_go_out_at_their_hour_and_say_nothing_on_empty_days(bench: Bench) -> None:
    monday = dt.datetime(2026, 3, 30, 5, 0, tzinfo=dt.UTC)  # 07:00 in Vienna, in summer
    for line, pace in (("lunar", AlertPace.DAILY), ("station", AlertPace.WEEKLY)):
        said = {"query": line, "pace": str(pace), "address": ADA}
        save_search(bench.archive, "local", said, now=monday - dt.timedelta(days=3))
    bench.come(_moon(), monday - dt.timedelta(days=2))
    told = {hours: bench.tell(monday + dt.timedelta(hours=hours)) for hours in (-40, -20, -1, 0, 1, 24)}
    assert told == {-40: 1, -20: 0, -1: 0, 0: 1, 1: 0, 24: 0}
    with bench.sessions() as session:
        assert len(session.scalars(sa.select(Notice)).all()) == 2


def test_a_search_whose_topic_is_gone_says_so_and_holds_up_no_other(bench: Bench) -> None:
    with bench.sessions.begin() as session:
        session.add(Topic(slug="passing", name="Passing", description=""))
    gone = bench.keep("topic:passing")
    bench.keep("lunar")
    with bench.sessions.begin() as session:
        session.execute(sa.delete(Topic).where(Topic.slug == "passing"))
    found = bench.come(_moon(), NOW + AN_HOUR)
    assert bench.hits() == {("lunar", found)}
    with bench.sessions() as session:
        problem = session.scalars(sa.select(SavedSearch.problem).where(SavedSearch.key == gone)).one()
        assert problem is not None
        assert "passing" in problem
    assert "cannot be asked any more" in bench.visitor.get(f"/searches/{gone}").text


def test_the_feed_is_valid_stays_the_same_and_has_another_address_when_asked(bench: Bench) -> None:
    bench.come(ArticleDraft(title="An old lunar \x0b station & more", first_seen_at=NOW - AN_HOUR), NOW - AN_HOUR)
    key = bench.keep("lunar", how="feed")
    new = bench.come(_moon(), NOW + AN_HOUR)
    with bench.sessions() as session:
        feed = f"/feeds/{session.scalars(sa.select(SavedSearch.feed_key)).one()}"
    answer = bench.visitor.get(f"{feed}.atom")
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    assert [entry.title for entry in parsed.entries] == ["The lunar station", "An old lunar station & more"]
    assert parsed.entries[0].link.endswith(f"/article/{new}")
    assert len({entry.id for entry in parsed.entries}) == 2
    for header, name in (("if-none-match", "etag"), ("if-modified-since", "last-modified")):
        assert bench.visitor.get(f"{feed}.atom", headers={header: answer.headers[name]}).status_code == 304
    told = json.loads(bench.visitor.get(f"{feed}.json").content)
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in told["items"]] == [entry.id for entry in parsed.entries]
    bench.visitor.post(f"/searches/{key}", data={"renew_feed": "yes"})
    assert bench.visitor.get(f"{feed}.atom").status_code == 404


def test_an_alert_without_an_address_asks_for_one_and_another_line_begins_anew(bench: Bench) -> None:
    key = bench.keep("lunar", how="daily", address="")
    page = bench.visitor.post(f"/searches/{key}", data={"pace": "daily"}).text
    assert "Say to which address the mail goes" in page
    assert (
        "is mailed to ada@example.org"
        in bench.visitor.post(f"/searches/{key}", data={"pace": "daily", "address": ADA}).text
    )
    bench.come(_moon(), NOW + AN_HOUR)
    assert bench.visitor.get(f"/api/searches/{key}/finds").json()["total"] == 1
    assert "begins to find anew" in bench.visitor.post(f"/searches/{key}", data={"query": "launch"}).text
    assert bench.visitor.get(f"/api/searches/{key}/finds").json()["total"] == 0
    assert bench.visitor.patch(f"/api/searches/{key}", json={"name": "Launches"}).status_code == 200
    assert [each["name"] for each in bench.visitor.get("/api/searches").json()["searches"]] == ["Launches"]
    assert bench.visitor.post("/api/searches", json={"query": "topic:"}).status_code == 400
    assert bench.visitor.delete(f"/api/searches/{key}").status_code == 200
    assert bench.visitor.get(f"/api/searches/{key}").status_code == 404
