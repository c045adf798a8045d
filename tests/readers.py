"""Readers of the archive as the product serves it, with a real mailbox; the tests of their pages share this."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage

import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, sessionmaker

from digest.deliver import Post, deliver_due
from digest.mail import SmtpMailer
from models.base import Base
from models.claimant import this_process
from models.edition import Edition, Reader, Subscription
from models.readers import reader_path
from models.signing import signer_of
from tests.builders import a_reader
from tests.inbox import Inbox
from tests.web_archive import ISSUE_KEY, Keys

ADA = "ada@example.org"
ARCHIVE = "http://testserver"
FORM = {"Origin": ARCHIVE}
LINK = re.compile(rf"{ARCHIVE}(/\S+)")


@dataclass
class Bench:
    """A served archive, its rows, and the mailbox of everybody."""

    visitor: TestClient
    sessions: sessionmaker[Session]
    keys: Keys
    smtp: SmtpMailer
    inbox: Inbox

    def ask(self, address: str = ADA, edition: str = "weekly", **form: str) -> str:
        """Enter an address on the page; returns what it answers."""
        answer = self.visitor.post("/subscribe", data={"edition": edition, "address": address, **form}, headers=FORM)
        return f"{answer.status_code} {answer.text}"

    def letters(self) -> list[EmailMessage]:
        """Send what waits, and open all that ever arrived."""
        now, post = dt.datetime.now(dt.UTC), Post("p@example.org", ARCHIVE, correct_url=f"{ARCHIVE}/correct")
        deliver_due(self.sessions, self.smtp, post=post, now=now, claimant=this_process())
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in self.inbox.messages]

    def last_link(self) -> str:
        """Return the path of the first link in the text of the letter that came last."""
        part = self.letters()[-1].get_body(("plain",))
        assert part is not None
        found = LINK.search(part.get_content())
        assert found is not None
        return found[1]

    def enrol(self, address: str = ADA) -> str:
        """Store a confirmed reader of the weekly edition; returns their page's path as an issue's mail has it."""
        with self.sessions.begin() as session:
            reader = a_reader(
                session, session.scalars(sa.select(Edition).where(Edition.slug == "weekly")).one(), address
            )
            return reader_path(signer_of(session), reader.key, ISSUE_KEY)

    def reader(self, address: str = ADA) -> Reader | None:
        """Read a reader."""
        with self.sessions() as session:
            return session.scalar(sa.select(Reader).where(Reader.address == address))

    def subscriptions(self) -> list[tuple[str, bool]]:
        """Read the editions that readers were asked about, and whether they said yes."""
        rows = sa.select(Edition.slug, Subscription.confirmed_at.is_not(None)).join(Subscription)
        with self.sessions() as session:
            return [(slug, bool(is_confirmed)) for slug, is_confirmed in session.execute(rows.order_by(Edition.slug))]


def everything_stored(sessions: sessionmaker[Session]) -> str:
    """Read every column of every table as text."""
    with sessions() as session:
        return "\n".join(
            str(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(sa.select(table))
        )
