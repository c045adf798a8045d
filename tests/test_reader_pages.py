"""A reader's own pages, opened from their mail: what each button does, and that opening a page does nothing."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from digest.deliver import Post, deliver_due, links_of
from digest.issue import compose_issue
from digest.mail import Envelope, SmtpMailer
from models.article import Article, Version
from models.edition import Bounce, Delivery, Edition, Issue, Reader
from models.knowledge import Correction
from models.page_store import PageStore
from models.readers import OWN, Passing, own_link_of, reader_path
from models.signing import signer_of
from models.vocabulary import BounceKind, DeliveryState
from models.watch import Notice
from perilune.archive import Archive
from perilune.cli import app
from perilune.config import settings_from
from perilune.reader_data import erase_reader
from perilune.serving import app_for
from tests.builders import an_edition
from tests.conftest import NOW as WHEN_FILLED
from tests.inbox import Inbox
from tests.readers import ADA, ARCHIVE, FORM, Bench, everything_stored
from tests.web_archive import ISSUE_KEY, UNKNOWN_KEY, fill_archive

NOW = dt.datetime.now(dt.UTC)
WEEK_AFTER = WHEN_FILLED + dt.timedelta(days=7)


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
        an_edition(session, "chine", language="fr").name = "La Chine"
    with TestClient(app_for(settings_from(settings)), raise_server_exceptions=False) as visitor:
        yield Bench(visitor, sessions, keys, smtp, inbox)


def press(bench: Bench, page: str, **form: str) -> str:
    """Press a button of a page, and read what it shows then."""
    answer = bench.visitor.post(page, data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


def a_delivery(bench: Bench, state: DeliveryState) -> int:
    """Store a delivery of the issue to the reader; returns its number."""
    with bench.sessions.begin() as session:
        reader_id = session.scalars(sa.select(Reader.id)).one()
        issue_id = session.scalars(sa.select(Issue.id).where(Issue.key == ISSUE_KEY)).one()
        delivery = Delivery(issue_id=issue_id, reader_id=reader_id, message_id="one", state=state, due_at=NOW)
        session.add(delivery)
        session.flush()
        return delivery.id


def test_a_reader_chooses_editions_and_lists_on_their_page(bench: Bench) -> None:
    page = bench.enrol()
    for button, values in {
        "add_topic": ("lunar-exploration", "planetary-defence"),
        "raise_topic": ("planetary-defence",),
        "add_country": ("France", "cn"),
        "lower_country": ("FR",),
        "follow": ("topic:lunar-exploration", "China National Space Administration"),
        "mute": ("country:RU", "source:wire", "topic:lunar-exploration"),
        "unmute": ("country:RU",),
        "join": ("chine",),
    }.items():
        for value in values:
            shown = press(bench, page, **{button: value})
    assert "You get “La Chine” from the next issue on." in shown
    reader = bench.reader()
    assert reader is not None
    assert reader.topics == ["planetary-defence", "lunar-exploration"]
    assert reader.countries == ["CN", "FR"]
    assert reader.follows == ["actor:cnsa"]  # what is muted now is followed no more
    assert reader.mutes == ["source:wire", "topic:lunar-exploration"]
    assert bench.subscriptions() == [("chine", True), ("weekly", True)]
    assert "a…@example.org" in shown
    assert ADA not in shown
    press(bench, page, pause="yes")
    assert "Nothing is sent to you at present: paused by the reader" in bench.visitor.get(page).text
    press(bench, page, resume="yes")
    for button, value, sentence in (
        ("follow", "topic:lanch", "The topic &#39;lanch&#39; is unknown"),
        ("add_country", "Atlantis", "The country &#39;Atlantis&#39; is unknown"),
        ("add_topic", "moon", "There is no topic &#39;moon&#39;"),
        ("join", "nothing", "There is no edition &#39;nothing&#39;"),
    ):
        assert sentence in press(bench, page, **{button: value})
    assert bench.visitor.post(page, data={"explode": "yes"}).status_code == 422


@pytest.mark.parametrize("type_", ["urlencoded", "multipart"])
@pytest.mark.databases("sqlite")
def test_one_click_leaves_the_edition_of_the_mail_and_twice_is_once(bench: Bench, type_: str) -> None:
    page = bench.enrol()
    press(bench, page, join="chine")
    a_delivery(bench, DeliveryState.WAITING)
    with bench.sessions() as session:
        issue, reader = session.scalars(sa.select(Issue)).one(), session.scalars(sa.select(Reader)).one()
        links = links_of(issue, signer_of(session), Post("p@example.org", ARCHIVE), reader)
    assert links.reader is not None
    address = links.reader.unsubscribe.removeprefix(ARCHIVE)
    assert address == f"{page}/unsubscribe"
    assert "Leave this edition?" in bench.visitor.get(address).text
    assert len(bench.subscriptions()) == 2
    click = {"List-Unsubscribe": "One-Click"}
    foreign = {"Origin": "https://mail.example"}
    for _ in range(2):
        if type_ == "multipart":
            answer = bench.visitor.post(address, files={name: (None, value) for name, value in click.items()})
        else:
            answer = bench.visitor.post(address, data=click, headers=foreign)
        assert (answer.status_code, answer.text) == (200, "You get “Weekly digest” no more.\n")
    assert bench.subscriptions() == [("chine", True)]
    with bench.sessions() as session:
        delivery = session.scalars(sa.select(Delivery)).one()
        assert (delivery.state, delivery.problem) == ("failed", "the reader left the edition")
    shown = press(bench, address, leave="yes")
    assert "To come back" in shown
    press(bench, page, join="weekly")
    assert len(bench.subscriptions()) == 2


@pytest.mark.databases("sqlite")
def test_a_forged_signature_and_another_readers_are_refused_everywhere(bench: Bench) -> None:
    ada, eve = bench.enrol(), bench.enrol("eve@example.org")
    _, _, ada_key, _, ada_sign = ada.split("/")
    _, _, eve_key, _, _ = eve.split("/")
    before = everything_stored(bench.sessions)
    story = f"story/{bench.keys.story}"
    for bad in (ada[:-1] + "!", f"/r/{eve_key}/{ISSUE_KEY}/{ada_sign}", f"/r/{ada_key}/{UNKNOWN_KEY}/{ada_sign}"):
        for path in ("", "/unsubscribe", f"/follow/{story}", f"/not-relevant/{story}"):
            for answer in (bench.visitor.get(bad + path), bench.visitor.post(bad + path, data={"leave": "weekly"})):
                assert answer.status_code == 403
                assert "open it from your own mail again" in answer.text
                assert answer.headers["Cache-Control"] == "no-store"
    with bench.sessions() as session:
        signer, reader = signer_of(session), session.scalars(sa.select(Reader).where(Reader.key == ada_key)).one()
    own = own_link_of(reader, NOW).path(signer)
    old = Passing(OWN, ada_key, str(int(NOW.timestamp()) - 1)).path(signer)
    for bad in (own.replace(ada_key, eve_key), own[:-2], old, f"/own/{ada_key}/{ISSUE_KEY}/{ada_sign}"):
        for path in ("", "/data.json", "/erase"):
            assert bench.visitor.get(bad + path).status_code == 403
        assert bench.visitor.post(f"{bad}/erase").status_code == 403
    assert everything_stored(bench.sessions) == before


@pytest.mark.databases("sqlite")
def test_opening_every_link_of_the_pages_changes_nothing(bench: Bench) -> None:
    page = bench.enrol()
    with bench.sessions() as session:
        own = own_link_of(session.scalars(sa.select(Reader)).one(), NOW).path(signer_of(session))
    starts = [own, f"{own}/data.json", f"{own}/erase", page, f"{page}/unsubscribe", "/subscribe", "/readers"]
    starts += [
        f"{page}/{action}/{what}"
        for action in ("follow", "mute", "wrong-topic", "not-relevant")
        for what in (f"story/{bench.keys.story}", f"article/{bench.keys.slides}")
    ]
    before = everything_stored(bench.sessions)
    for start in starts:
        for method in ("GET", "HEAD"):
            answer = bench.visitor.request(method, start)
            assert answer.status_code == 200, start
        for link in re.findall(r'href="(/(?:r|own|subscribe|confirm|readers)[^"]*)"', bench.visitor.get(start).text):
            assert bench.visitor.get(link).status_code == 200, link
    assert everything_stored(bench.sessions) == before


@pytest.mark.databases("sqlite")
def test_a_mail_leads_to_following_and_muting_what_is_chosen(bench: Bench) -> None:
    page = bench.enrol()
    address = f"{page}/follow/story/{bench.keys.story}"
    asked = bench.visitor.get(address).text
    story = f"story:{bench.keys.story}"
    assert re.findall(r'name="token" value="([^"]+)"( checked)?', asked) == [
        (story, " checked"),
        ("topic:lunar-exploration", ""),
        ("actor:cnsa", ""),
        ("country:CN", ""),
        ("country:RU", ""),
        ("source:un_unoosa", ""),
    ]
    answer = bench.visitor.post(address, data={"token": [story, "actor:cnsa"]})
    assert "Kept; it holds from the next issue on." in answer.text
    press(bench, f"{page}/mute/article/{bench.keys.slides}", token="source:slides")
    assert bench.visitor.post(address).status_code == 422
    reader = bench.reader()
    assert reader is not None
    assert (reader.follows, reader.mutes) == ([story, "actor:cnsa"], ["source:slides"])
    settings = bench.visitor.get(page).text
    assert "Two agencies sign a memorandum" in settings
    assert "China National Space Administration" in settings
    for path in (f"follow/story/{UNKNOWN_KEY}", "follow/article/x", "explode/story/x", f"mute/thing/{UNKNOWN_KEY}"):
        assert bench.visitor.get(f"{page}/{path}").status_code == 404


def test_a_reader_corrects_from_the_mail_and_takes_it_back(bench: Bench) -> None:
    page = bench.enrol()

    def version_of(session: Session, key: str) -> Version:
        rows = sa.select(Version).join(Article, Article.current_version_id == Version.id)
        return session.scalars(rows.where(Article.key == key)).one()

    address = f"{page}/wrong-topic/story/{bench.keys.story}"
    assert "What you say bears the name ada, and can be undone" in bench.visitor.get(address).text
    form = {"article": bench.keys.article, "remove": "lunar-exploration", "add": "planetary-defence"}
    done = press(bench, address, **form)
    assert "topic lunar-exploration is wrong" in done
    with bench.sessions() as session:
        topics = version_of(session, bench.keys.article).topics
        assert [row.topic_slug for row in topics] == ["planetary-defence"]
    undo = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', done))
    forged = undo | {"ids": f"{undo['ids']},1"}
    assert bench.visitor.post(f"{page}/undo", data=forged).status_code == 403
    press(bench, f"{page}/undo", **undo)
    with bench.sessions() as session:
        assert {row.undone_by for row in session.scalars(sa.select(Correction))} == {"ada"}
    address = f"{page}/not-relevant/article/{bench.keys.slides}"
    assert bench.visitor.post(address, data={"article": bench.keys.article}).status_code == 422
    assert "relevance is off" in press(bench, address, article=bench.keys.slides)
    with bench.sessions() as session:
        assert version_of(session, bench.keys.slides).relevance == "off"


def test_erasure_by_the_mailed_link_leaves_no_trace_of_the_address(bench: Bench) -> None:
    page = bench.enrol()
    bench.ask(edition="chine")
    with bench.sessions.begin() as session:
        reader = session.scalars(sa.select(Reader)).one()
        reader.name, reader.mutes = "Ada", ["topic:launch"]
        key, reader_id = reader.key, reader.id
    delivery_id = a_delivery(bench, DeliveryState.SENT)
    with bench.sessions.begin() as session:
        bounce = {"kind": BounceKind.HARD, "reason": f"{ADA} is unknown", "read_at": NOW, "digest": "d"}
        session.add(Bounce(reader_id=reader_id, delivery_id=delivery_id, **bounce))
    assert "on its way to your address" in press(bench, page, send_link="yes")
    assert "within the last hour" in press(bench, page, send_link="yes")
    own = bench.last_link()
    kept = bench.visitor.get(f"{own}/data.json").json()
    assert kept["reader"]["mutes"] == ["topic:launch"]
    assert {row["edition"] for row in kept["editions"]} == {"weekly", "chine"}
    assert (kept["deliveries"][0]["issue"], kept["bounces"][0]["reason"]) == (ISSUE_KEY, f"{ADA} is unknown")
    assert len(kept["notices"]) == 2
    assert "Erase all of it?" in bench.visitor.get(f"{own}/erase").text
    assert ADA in everything_stored(bench.sessions)
    assert "All is erased" in press(bench, f"{own}/erase")
    stored = everything_stored(bench.sessions)
    assert ADA not in stored
    assert key not in stored
    for answer in (bench.visitor.get(page), bench.visitor.get(own), bench.visitor.post(f"{page}/unsubscribe")):
        assert (answer.status_code, "Nothing is kept about this reader" in answer.text) == (404, True)


class ErasingMailer:
    """A mailer during whose work the reader is erased."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.sent: list[str] = []

    def session(self) -> AbstractContextManager[ErasingMailer]:
        """Give itself."""
        return nullcontext(self)

    def wait(self) -> None:
        """Never wait."""

    def send(self, envelope: Envelope, before_the_end: Callable[[], None]) -> None:
        """Take the first mail, and erase everybody to whom others wait."""
        before_the_end()
        self.sent.append(envelope.recipient)
        for known in (ADA, "eve@example.org"):
            erase_reader(self.archive, known)


def test_a_reader_may_be_erased_while_their_mail_is_sent(bench: Bench, settings: dict[str, str]) -> None:
    bench.ask()
    bench.ask("eve@example.org")
    mailer = ErasingMailer(Archive(settings_from(settings), bench.sessions))
    found = deliver_due(
        bench.sessions, mailer, post=Post("p@example.org", ARCHIVE), now=dt.datetime.now(dt.UTC), claimant="me"
    )
    assert len(mailer.sent) == 1
    assert found == {DeliveryState.SENT: 1}
    with bench.sessions() as session:
        assert session.scalars(sa.select(Notice)).all() == []


@pytest.mark.databases("sqlite")
def test_whoever_runs_the_archive_adds_asks_and_removes_readers_on_a_page(bench: Bench) -> None:
    for button, address in (("add", ADA), ("invite", "eve@example.org")):
        form = {"edition": "weekly", "address": address, "name": "Somebody"}
        assert address in bench.visitor.post(f"/readers/{button}", data=form, headers=FORM).text
    shown = bench.visitor.get("/readers").text
    assert "gets mail" in shown
    assert "asked, no answer yet" in shown
    form = {"edition": "weekly", "address": ADA}
    assert bench.visitor.post("/readers/remove", data=form, headers={"Origin": "https://x.example"}).status_code == 403
    assert "gets weekly no more" in bench.visitor.post("/readers/remove", data=form, headers=FORM).text
    assert bench.subscriptions() == [("weekly", False)]


@pytest.mark.databases("sqlite")
def test_the_commands_do_the_same(bench: Bench, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    bench.enrol()
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> str:
        return CliRunner().invoke(app, ["readers", *words]).output

    assert run("mute", ADA, "source:wire") == f"{ADA} mutes source:wire.\n"
    assert run("topics", ADA, "planetary-defence,lunar-exploration") == (
        f"{ADA} has these topics first: planetary-defence, lunar-exploration.\n"
    )
    assert run("countries", ADA, "FR,CN") == f"{ADA} has these countries first: FR, CN.\n"
    assert run("countries", ADA) == f"{ADA} has these countries first: FR, CN.\n"
    assert json.loads(run("topics", ADA, "--none", "--json")) == {"reader": ADA, "topics": []}
    shown = json.loads(run("show", ADA))
    assert (shown["mutes"], shown["countries"], shown["bounces"]) == (["source:wire"], ["FR", "CN"], 0)
    assert run("unmute", ADA, "source:wire") == f"{ADA} mutes nothing.\n"
    assert json.loads(run("export", ADA))["reader"]["address"] == ADA
    assert isinstance(CliRunner().invoke(app, ["readers", "erase", ADA]).exception, Exception)
    assert run("erase", ADA, "--yes") == f"Nothing is kept about {ADA} any more.\n"
    assert bench.reader() is None


def test_every_link_of_a_mail_to_its_reader_opens_and_what_they_mute_is_counted(bench: Bench) -> None:
    bench.enrol()
    with bench.sessions.begin() as session:
        reader = session.scalars(sa.select(Reader)).one()
        reader.mutes = ["source:slides"]
        edition = session.scalars(sa.select(Edition).where(Edition.slug == "weekly")).one()
        session.execute(sa.delete(Issue))  # the one that the pages show has no real content
        issue = compose_issue(session, edition, WEEK_AFTER, WEEK_AFTER)
        assert issue is not None
        root = f"{ARCHIVE}{reader_path(signer_of(session), reader.key, issue.key)}"
    (mail,) = bench.letters()
    plain, html = (part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    assert "Workshop slides" not in plain
    assert "1 entry" in plain
    assert mail["List-Unsubscribe"] == f"<{root}/unsubscribe>"
    links = {link.removeprefix(root) for link in re.findall(rf'"({re.escape(root)}[^"]*)"', html)}
    assert {link.split("/")[1] for link in links if link} >= {"unsubscribe", "follow", "mute", "wrong-topic"}
    for link in links:
        assert bench.visitor.get(root.removeprefix(ARCHIVE) + link).status_code == 200, link
    assert bench.subscriptions() == [("weekly", True)]
