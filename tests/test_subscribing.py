"""Double opt-in: nobody gets an edition without a yes by the link in their own mail, and nobody learns who did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from digest.mail import SmtpMailer
from models.edition import Edition, Reader, Subscription
from models.page_store import PageStore
from models.readers import CONFIRM, Passing, confirmation_of
from models.signing import signer_of
from models.watch import Notice
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.problems import Problem
from perilune.readers import add_reader, forget_unconfirmed, invite, reader_rows
from perilune.serving import app_for
from perilune.serving_readers import MAX_ASKED_BY_VISITOR, Visitors
from tests.builders import an_edition
from tests.inbox import Inbox
from tests.readers import ADA, ARCHIVE, FORM, Bench
from tests.web_archive import fill_archive

NOW = dt.datetime.now(dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=99)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of a public archive."""
    return {"PERILUNE_HOME": str(tmp_path), "PERILUNE_DATABASE": database_url, "PERILUNE_PUBLIC_URL": ARCHIVE}


@pytest.fixture
def bench(
    sessions: sessionmaker[Session], page_store: PageStore, settings: dict[str, str], smtp: SmtpMailer, inbox: Inbox
) -> Iterator[Bench]:
    """A served archive with two editions and a mailbox."""
    with sessions.begin() as session:
        keys = fill_archive(session, page_store)
        an_edition(session, "chine", language="fr")
    with TestClient(app_for(settings_from(settings)), raise_server_exceptions=False) as visitor:
        yield Bench(visitor, sessions, keys, smtp, inbox)


def test_an_address_gets_an_edition_once_its_owner_said_yes_by_the_link_in_the_mail(bench: Bench) -> None:
    assert "Weekly digest" in bench.visitor.get("/subscribe").text
    assert "Look into your mailbox" in bench.ask(name="Ada Example")
    assert bench.subscriptions() == [("weekly", False)]
    (letter,) = bench.letters()
    assert (letter["To"], letter["Subject"]) == (ADA, "Please confirm: Weekly digest")
    assert letter["List-Id"] == "Weekly digest <weekly.example.org>"
    assert "Ada" not in letter.as_string().replace(ADA, "")
    link = bench.last_link()
    for method in ("GET", "HEAD"):  # a scanner of mail opens every link
        assert bench.visitor.request(method, link).status_code == 200
    assert bench.subscriptions() == [("weekly", False)]
    done = bench.visitor.post(link)
    assert "It comes by mail" in done.text
    assert bench.subscriptions() == [("weekly", True)]
    settings = done.text.partition('href="/r/')[2].partition('"')[0]
    assert "Your mail" in bench.visitor.get(f"/r/{settings}").text
    assert done.headers["Cache-Control"] == "no-store"
    assert done.headers["Referrer-Policy"] == "no-referrer"
    assert done.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_letter_speaks_the_language_of_the_edition(bench: Bench) -> None:
    for language, act in (("fr", "Oui, envoyez-le-moi"), ("ru", "Да, присылайте"), ("zh", "是的，请发给我")):
        with bench.sessions.begin() as session:
            session.execute(sa.update(Edition).where(Edition.slug == "chine").values(language=language))
        bench.ask(f"{language}@example.org", "chine")
        letter = bench.letters()[-1]
        bodies = [part.get_content() for part in letter.iter_parts()]
        assert all(act in body for body in bodies)
        assert f'lang="{language}"' in bodies[1]


def test_the_page_answers_alike_whether_an_address_is_known_or_not_and_asks_once_a_day(bench: Bench) -> None:
    bench.enrol("known@example.org")
    answers = {bench.ask("known@example.org"), bench.ask("new@example.org"), bench.ask("NEW@example.org")}
    assert len(answers) == 1
    assert [letter["To"] for letter in bench.letters()] == ["new@example.org"]
    with bench.sessions.begin() as session:
        session.execute(sa.update(Notice).values(written_at=NOW - dt.timedelta(hours=25)))
        session.execute(sa.update(Reader).values(is_active=False, stopped_because="mail came back"))
        session.execute(sa.update(Subscription).where(Subscription.asked_at.is_(None)).values(confirmed_at=LONG_AGO))
    bench.ask("new@example.org")
    bench.ask("known@example.org")
    assert [letter["To"] for letter in bench.letters()][1:] == ["new@example.org", "known@example.org"]
    bench.visitor.post(bench.last_link())
    reader = bench.reader("known@example.org")
    assert reader is not None
    assert (reader.is_active, reader.stopped_because) == (True, None)
    # What came back before counts no more.
    with bench.sessions() as session:
        (row,) = session.scalars(sa.select(Subscription).where(Subscription.reader_id == reader.id))
        assert row.confirmed_at is not None
        assert row.confirmed_at > LONG_AGO


@pytest.mark.databases("sqlite")
def test_nonsense_and_floods_are_refused_in_one_sentence(bench: Bench) -> None:
    for form, sentence in (
        ({"address": "nobody", "edition": "weekly"}, "is not a mail address"),
        ({"address": ADA}, "Choose at least one edition."),
        ({"address": ADA, "edition": "nothing"}, "There is no edition &#39;nothing&#39;"),
        ({"address": "a@b.example\nBcc: x@y.example", "edition": "weekly"}, "is not a mail address"),
    ):
        answer = bench.visitor.post("/subscribe", data=form, headers=FORM)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    elsewhere = {"Origin": "https://elsewhere.example"}
    form = {"address": ADA, "edition": "weekly"}
    assert bench.visitor.post("/subscribe", data=form, headers=elsewhere).status_code == 403
    codes = [bench.ask(f"r{number}@example.org")[:3] for number in range(MAX_ASKED_BY_VISITOR + 1)]
    assert codes[-1] == "429"
    assert len(bench.letters()) == codes.count("200") < MAX_ASKED_BY_VISITOR + 1


def test_a_visitor_is_known_by_the_network_and_forgotten_after_an_hour() -> None:
    visitors = Visitors(most=2)
    assert visitors.may_ask("2001:db8::1", 2, now=NOW)
    assert not visitors.may_ask("2001:db8::2", 1, now=NOW)
    assert visitors.may_ask("192.0.2.1", 1, now=NOW)
    assert visitors.may_ask("2001:db8::3", 1, now=NOW + dt.timedelta(hours=1))
    assert list(visitors.asked) == ["2001:db8::/64"]


@pytest.mark.databases("sqlite")
def test_a_forged_an_old_and_another_readers_confirmation_is_refused(bench: Bench) -> None:
    bench.ask()
    bench.ask("eve@example.org")
    with bench.sessions() as session:
        signer = signer_of(session)
        ada, eve = session.scalars(sa.select(Reader).order_by(Reader.address)).all()
        weekly, chine = session.scalars(sa.select(Edition).order_by(Edition.slug.desc())).all()
    link = confirmation_of(ada, weekly, NOW).path(signer)
    old = Passing(CONFIRM, ada.key, str(int(NOW.timestamp()) - 1), "weekly").path(signer)
    later = link.replace(link.split("/")[-2], str(int(link.split("/")[-2]) + 1))
    for bad in (link[:-1], link.replace(ada.key, eve.key), link.replace("weekly", "chine"), old, later):
        for answer in (bench.visitor.get(bad), bench.visitor.post(bad)):
            assert answer.status_code == 403
            assert "not valid, or not any more" in answer.text
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    unasked = confirmation_of(ada, chine, NOW).path(signer)
    assert "Nobody asks for this any more" in bench.visitor.post(unasked).text
    assert bench.subscriptions() == [("weekly", False)] * 2


def test_who_does_not_say_yes_within_a_week_is_forgotten(bench: Bench) -> None:
    bench.ask()
    bench.enrol("known@example.org")
    bench.ask("known@example.org", "chine")
    with bench.sessions.begin() as session:
        session.execute(sa.update(Subscription).values(asked_at=NOW - dt.timedelta(days=7, minutes=1)))
        assert forget_unconfirmed(session, now=NOW) == 2
    assert bench.reader() is None
    assert bench.subscriptions() == [("weekly", True)]
    with bench.sessions() as session:
        assert session.scalars(sa.select(Notice.address)).all() == ["known@example.org"]


@pytest.mark.databases("sqlite")
def test_a_command_asks_or_adds_and_the_list_says_who_answered(bench: Bench, settings: dict[str, str]) -> None:
    archive = Archive(settings_from(settings), bench.sessions)
    invite(archive, "weekly", ADA, name="Ada", now=NOW)
    with pytest.raises(Problem, match="was asked within the last 24 hours"):
        invite(archive, "weekly", ADA, name=None, now=NOW)
    add_reader(archive, "chine", ADA, name=None, now=NOW)
    (row,) = reader_rows(archive)
    assert (row["name"], row["editions"], row["not_confirmed"]) == ("Ada", ["chine"], ["weekly"])
    assert bench.letters()[0]["Subject"] == "Please confirm: Weekly digest"


@pytest.mark.databases("sqlite")
def test_a_read_only_archive_offers_no_mail_and_lets_readers_leave(bench: Bench, settings: dict[str, str]) -> None:
    assert 'href="/subscribe"' in bench.visitor.get("/issues").text
    page = bench.enrol()
    with TestClient(app_for(settings_from(settings | {"PERILUNE_READ_ONLY": "true"}))) as visitor:
        assert 'href="/subscribe"' not in visitor.get("/issues").text
        for path in ("/subscribe", "/readers"):
            assert visitor.get(path).status_code == 501
        assert visitor.get(page).status_code == 200
        assert visitor.post(f"{page}/unsubscribe", content="List-Unsubscribe=One-Click").status_code == 200
    assert bench.subscriptions() == []
