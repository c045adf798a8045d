"""An archive served on loopback with an issue that has one of everything, in four languages, mailed to a reader."""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import uvicorn
from sqlalchemy.orm import Session

from digest.deliver import Post, deliver_due
from digest.issue import compose_issue
from digest.mail import FolderMailer
from models.claimant import this_process
from models.edition import Edition
from models.knowledge import Actor
from models.vocabulary import DocType, FactKind
from perilune.archive import Archive, open_archive
from perilune.config import settings_from
from perilune.dates import PartialDate
from perilune.issues import signed_address
from perilune.serving import app_for
from tests.builders import ArticleDraft, a_reader, a_story, a_version, an_article, an_edition
from tests.conftest import NOW
from tests.digest_issues import A_WEEK, add_fact, told_story

CHANGED = "The workshop on the lunar station is in Oxford in May. It is free for all members of the network."
MOVED = "The workshop on the lunar station is in Wuhan in June. It is free for all members of the network."
OTHERS = (
    ("fr", "L’ESA et l’Agence spatiale chinoise signent", "L’ESA et la Chine ont signé un accord sur la Lune."),
    ("ru", "Роскосмос и Китай подписали соглашение", "Роскосмос и Китай подписали соглашение о лунной станции."),
    ("zh", "中俄签署月球科研站合作协议", "中俄两国航天局签署国际月球科研站合作协议。"),
)


@dataclass(frozen=True)
class Served:
    """A served archive with its issue, the mail that a reader got of it, and an article that it does not cite."""

    base: str
    archive: Archive
    issue_key: str
    mail: EmailMessage
    other_issue_key: str
    other_article_key: str

    @property
    def root(self) -> str:
        """The signed address of the issue."""
        return signed_address(self.archive, self.issue_key)

    def path(self, address: str) -> str:
        """Give an address as a path of the archive."""
        return address.removeprefix(self.base)


@contextlib.contextmanager
def a_served_issue(folder: Path) -> Iterator[Served]:
    """Fill an archive, mail the second issue of its edition to a reader, and serve it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = settings_from({"PERILUNE_HOME": str(folder), "PERILUNE_PUBLIC_URL": base})
        archive = open_archive(settings)
        with archive.sessions.begin() as session:
            first, second, other = _two_issues(session)
        deliver_due(
            archive.sessions,
            FolderMailer(folder / "mail"),
            post=Post(settings.mail_from, base, correct_url=settings.correct_url),
            now=NOW + A_WEEK,
            claimant=this_process(),
        )
        (path,) = (folder / "mail").glob(f"{second}*.eml")
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        server = uvicorn.Server(uvicorn.Config(app_for(settings), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield Served(base, archive, second, mail, first, other)
        server.should_exit = True
        thread.join()


def _two_issues(session: Session) -> tuple[str, str, str]:
    """Compose an issue with the page that changes later, then one with everything; the third key is cited nowhere."""
    edition = an_edition(session)
    reader = a_reader(session, edition)
    reader.follows = ["topic:lunar-exploration", "actor:cnsa"]
    session.add(Actor(slug="cnsa", name="CNSA", kind="agency"))
    page = an_article(session, ArticleDraft(title="Workshops", text=CHANGED, is_standing=True, source="ral"))
    first = _composed(session, edition, NOW)
    later = NOW + dt.timedelta(days=3)
    a_version(session, page, ArticleDraft(title="Workshops", text=MOVED, first_seen_at=later))
    told_story(session)
    _a_story_in_four_languages(session, later)
    _documents(session, later)
    for number in range(3):
        an_article(session, ArticleDraft(title=f"Noted {number}", source="wire", topics=(), first_seen_at=later))
    second = _composed(session, edition, NOW + A_WEEK)
    other = an_article(session, ArticleDraft(title="Not of the issue", first_seen_at=NOW + A_WEEK))
    return first, second, other.key


def _a_story_in_four_languages(session: Session, at: dt.datetime) -> None:
    story = a_story(session, "Agencies sign on a lunar station", headline_language="en")
    lead = ArticleDraft(title="Agencies sign on a station", source="cnsa", story=story, first_seen_at=at)
    article = an_article(session, lead)
    for language, title, text in OTHERS:
        told = ArticleDraft(title=title, text=text, language=language, source=f"s_{language}")
        told.story, told.first_seen_at = story, at
        an_article(session, told)
    an_article(session, ArticleDraft(title="A copy", source="wire", is_copy_of=article, story=story, first_seen_at=at))
    add_fact(session, article, kind=FactKind.AGREEMENT, name="Memorandum", parties=["cnsa", "RU"], start_on=None)
    for name, start in (("Lunar forum", PartialDate(2022, 5, 2)), ("Call for papers", PartialDate(2022, 6))):
        add_fact(session, article, kind=FactKind.EVENT, name=name, status="announced", start_on=start, place="Wuhan")


def _documents(session: Session, at: dt.datetime) -> None:
    paper = ArticleDraft(title="White paper on space", text="It sets goals.\n\nIt lists partners.", first_seen_at=at)
    paper.doc_type, paper.page_numbers = DocType.WHITE_PAPER, (1, 2)
    an_article(session, paper)
    an_article(session, ArticleDraft(title="An old law", published="2011-12", first_seen_at=at, source="law"))
    chinese = ArticleDraft(title="白皮书：航天", text="白皮书全文。", language="zh", source="cn", first_seen_at=at)
    an_article(session, chinese)


def _composed(session: Session, edition: Edition, due_at: dt.datetime) -> str:
    issue = compose_issue(session, edition, due_at, due_at)
    assert issue is not None
    return issue.key
