"""What the doctor finds: nothing where all is well, and each trouble with its remedy; on real files and servers."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from pytest_httpserver import HTTPServer
from sqlalchemy.orm import Session, sessionmaker
from typer.testing import CliRunner

from models.claimant import this_process
from models.database import IN_COPY
from models.fate import Fate
from models.page_store import PageStore
from models.search import renew_index
from models.tables import BackupMade, CrawlRun, Edition, Page
from models.vocabulary import FateState, Stage
from perilune.cli import app
from perilune.doctor import at_work, choices, outside
from perilune.doctor.examining import CHECKS
from perilune.doctor.findings import State
from perilune.logs import configure_logging
from perilune.problems import Problem
from tests.builders import a_source, an_article
from tests.examined import NOW, a_page, an_installation, examined, settings_at
from tests.inbox import Inbox, open_inbox
from tests.people import an_archive

AN_HOUR = dt.timedelta(hours=1)
ONLY_ON_SQLITE = pytest.mark.databases("sqlite")
BAD = (State.WARNING, State.PROBLEM)
KEY = "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----"


def test_a_sound_installation_has_no_problem(
    sessions: sessionmaker[Session], tmp_path: Path, database_url: str, page_store: PageStore
) -> None:
    with sessions.begin() as session:
        source = a_source(session, created_at=NOW)
        an_article(session)
        session.add(CrawlRun(source_id=source.id, started_at=NOW))
        session.add(BackupMade(made_at=NOW, place="/backups", page_count=1, missing_count=0))
        session.execute(sa.update(Page).values(content_hash=page_store.keep(b"page")))
    renew_index(sessions)
    found = examined(**settings_at(tmp_path, database_url))
    bad = [each for several in found.values() for each in several if each.state in BAD]
    # A server without pgvector, or a machine without Tesseract, has less to offer, and nothing wrong with it.
    assert [each for each in bad if each.name != "scans"] == []
    assert {check.name for check in CHECKS} - set(found) <= {"secrets", "editions"}
    assert list(page_store.folder.glob(".part/*")) == [] if page_store.folder else False


def test_each_trouble_in_the_tables_is_told_with_its_remedy(
    sessions: sessionmaker[Session], tmp_path: Path, database_url: str, page_store: PageStore
) -> None:
    gone = f"{this_process().split('/')[0]}/1/1.00"
    with sessions.begin() as session:
        a_source(session, "aa_ill", health={"judged_at": "2022-03-01T00:00:00Z", "state": "broken", "sentence": "x"})
        version = an_article(session).current_version_id
        a_page(session, 1, page_store.keep(b"kept"))
        a_page(session, 2, "0" * 64)
        session.query(Page).filter_by(content_hash="0" * 64).one().fetched_at = NOW + AN_HOUR
        session.add(Edition(slug="odd", name="Odd", created_at=NOW, timezone="Mars/Base"))
        for stage, item, fate, values in (
            (Stage.UNDERSTAND, version, FateState.DONE, {}),
            (Stage.EXTRACT, 1, FateState.FAILED, {"reason": "ValueError: bad"}),
            (Stage.EXTRACT, 2, FateState.WAITING, {"due_at": NOW - AN_HOUR}),
            (Stage.EMBED, 3, FateState.CLAIMED, {"claimed_by": gone, "claimed_until": NOW + AN_HOUR}),
        ):
            session.add(Fate(stage=stage, item_id=item, state=fate, **values))
    found = examined(**settings_at(tmp_path, database_url))
    for name, state, words, remedy in (
        ("search index", State.PROBLEM, "1 articles that were understood are in no search", "`perilune rebuild`"),
        ("pages", State.PROBLEM, "2 of 3 pages cannot be read: page 0000000", "`cp -r BACKUPS/pages/. "),
        ("backup", State.WARNING, "No backup was ever made", "`perilune backup FOLDER --keep 14`"),
        ("time", State.PROBLEM, "a page at", "NTP"),
        ("editions", State.PROBLEM, "Mars/Base", "tzdata"),
        (
            "failures",
            State.WARNING,
            "failed at extract: ValueError: bad",
            "`perilune process --again 'ValueError: bad'`",
        ),
        ("work", State.WARNING, "Nobody works, and 1 items wait, the oldest for 60 min", "`perilune run`"),
        ("claims", State.WARNING, "1 items are claimed by processes that are gone (embed)", "frees them"),
        ("sources", State.WARNING, "1 broken", "`perilune sources list`"),
        ("sources", State.WARNING, "2 sources are known for more than a day and were never visited", "workers"),
    ):
        told = [each for each in found[name] if words in each.sentence]
        assert [each.state for each in told] == [state], (name, found[name])
        assert remedy in told[0].remedy, name


@ONLY_ON_SQLITE
def test_an_archive_that_is_not_there_or_not_the_newest_is_left_as_it_is(
    sessions: sessionmaker[Session], tmp_path: Path, database_url: str
) -> None:
    absent = examined(home=str(tmp_path / "nowhere"))
    assert absent["database"][0].state is State.WARNING
    assert not (tmp_path / "nowhere" / "perilune.db").exists()
    for revision, state, words in (
        ("0016", State.WARNING, "the newest is"),
        ("9999", State.PROBLEM, "a newer Perilune"),
        (IN_COPY, State.PROBLEM, "a copy that is not finished"),
    ):
        with sessions.begin() as session:
            session.execute(sa.text(f"update alembic_version set version_num = '{revision}'"))
        found = examined(**settings_at(tmp_path, database_url))
        assert (found["tables"][0].state, words in found["tables"][0].sentence) == (state, True)
        assert found["work"][0].state is State.SKIPPED
        with sessions() as session:
            assert session.scalar(sa.text("select version_num from alembic_version")) == revision
    assert examined(databse="x")["settings"][0].state is State.PROBLEM


@ONLY_ON_SQLITE
def test_the_command_tells_programs_by_its_exit_code(
    tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "perilune.db"
    shutil.copy(migrated_sqlite, damaged)
    with damaged.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 40_000)
    monkeypatch.setenv("PERILUNE_HOME", str(tmp_path))
    read = CliRunner().invoke(app, ["doctor", "--json"])
    configure_logging("warning")
    assert read.exit_code == 1, read.stderr
    damage = [each for each in json.loads(read.stdout) if (each["name"], each["state"]) == ("database", "problem")]
    assert "backup" in damage[0]["remedy"]
    shown = CliRunner().invoke(app, ["doctor"]).stdout
    configure_logging("warning")
    assert "→ Stop Perilune, keep the damaged file" in shown


class Choosy(Inbox):
    """An inbox that refuses a sender."""

    async def handle_MAIL(  # noqa: N802 - the server library's name and arguments
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer the sender."""
        del server, session, options
        envelope.mail_from = address
        return "250 OK" if address == "news@here.example" else "550 5.7.1 not yours"


@ONLY_ON_SQLITE
def test_the_mail_server_is_asked_and_gets_no_mail(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    inbox = Choosy()
    with open_inbox(inbox) as port:
        base = {"smtp": f"smtp://127.0.0.1:{port}", "public_url": "https://here.example"}
        right = an_archive(tmp_path, sessions, mail_from="News <news@here.example>", **base)
        (told,) = outside.mail_server(an_installation(right))
        assert (told.state, "accepts news@here.example" in told.sentence) == (State.OK, True)
        wrong = an_archive(tmp_path, sessions, mail_from="X <x@here.example>", **base)
        with pytest.raises(Problem, match=r"refuses the sender x@here\.example: 550 5\.7\.1 not yours"):
            list(outside.mail_server(an_installation(wrong)))
    with pytest.raises(Problem, match="does not answer"):
        list(outside.mail_server(an_installation(right)))
    assert inbox.messages == []
    with pytest.raises(Problem, match="PERILUNE_DKIM_KEY"):
        list(outside.sender(an_installation(an_archive(tmp_path, sessions, dkim_key=KEY))))


@ONLY_ON_SQLITE
def test_a_generator_is_asked_for_its_models_alone(
    sessions: sessionmaker[Session], tmp_path: Path, httpserver: HTTPServer
) -> None:
    archive = an_archive(tmp_path, sessions, generator=httpserver.url_for("/v1"), generator_model="small")
    for answer, state in (({"data": [{"id": "small"}]}, State.OK), ({"data": [{"id": "large"}]}, State.WARNING)):
        httpserver.clear()
        httpserver.expect_request("/v1/models").respond_with_json(answer)
        assert next(iter(outside.generator(an_installation(archive)))).state is state
    httpserver.clear()
    httpserver.expect_request("/v1/models").respond_with_data("no such page", 404)
    assert next(iter(outside.generator(an_installation(archive)))).state is State.OK
    httpserver.clear()
    httpserver.expect_request("/v1/models").respond_with_data("who are you?", 401)
    with pytest.raises(Problem, match="answered 401"):
        list(outside.generator(an_installation(archive)))


@ONLY_ON_SQLITE
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"smtp": "smtp://mail.example"}, "PERILUNE_PUBLIC_URL is not"),
        ({"smtp": "smtp://mail.example", "public_url": "http://here.example"}, "is not HTTPS"),
        ({"smtp": "smtp://mail.example"}, "Mail is not signed"),
        ({"smtp": "smtp://mail.example"}, "digest@localhost"),
        ({"smtp": "smtp://mail.example"}, "Nobody reads the mail that comes back"),
        ({"smtp": "smtp://mail.example"}, "Nobody is told when a source"),
        ({"proxy_user_header": "Remote-User", "proxy_addresses": "10.0.0.1,0.0.0.0/0"}, "Whoever is in 0.0.0.0/0"),
        ({"proxy_user_header": "Remote-User", "host": "0.0.0.0"}, "on this very machine"),
        ({}, "PERILUNE_IDENTITY"),
    ],
)
def test_settings_that_do_not_go_together_are_told(
    sessions: sessionmaker[Session], tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    found = list(choices.choices(an_installation(an_archive(tmp_path, sessions, **settings))))
    assert [each for each in found if words in each.sentence and each.remedy], found


@ONLY_ON_SQLITE
def test_strangers_may_not_do_everything(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    with pytest.raises(Problem, match="can be reached by others"):
        list(choices.door(an_installation(an_archive(tmp_path, sessions, host="0.0.0.0"))))


def test_what_fails_on_the_web_as_usual_is_no_trouble(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    installation = an_installation(an_archive(tmp_path, sessions))
    with sessions.begin() as session:
        for number in range(1, 101):
            session.add(Fate(stage=Stage.FETCH, item_id=number, state=FateState.DONE))
        session.add(Fate(stage=Stage.FETCH, item_id=101, state=FateState.FAILED, reason="the server answered 503"))
    assert [each.state for each in at_work.failed(installation)] == [State.OK]
    with sessions.begin() as session:
        session.query(Fate).filter(Fate.item_id <= 40).update(
            {"state": FateState.FAILED, "reason": "the server answered 503"}
        )
    (told,) = at_work.failed(installation)
    assert (told.state, "tried again by itself" in told.remedy) == (State.WARNING, True)
