"""An archive of one full week, a thousand readers with tastes drawn by lot, and a mail server that only counts."""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import random
import socket
from collections.abc import Iterator
from multiprocessing.connection import Connection

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy.orm import Session

from models.edition import Edition, Reader, Subscription
from models.story import Evidence, Story, SummarySentence
from models.vocabulary import DocType, FactKind
from perilune.dates import PartialDate
from tests.builders import ArticleDraft, a_story, an_article, an_edition
from tests.conftest import NOW
from tests.digest_issues import add_fact

TOPICS = ("lunar-exploration", "launch", "sustainability", "law-policy", "navigation", "technology")
COUNTRIES = ("CN", "RU", "FR", "GB", "US", "IN")
SOURCES = tuple(f"source_{number}" for number in range(12))
STORIES, ARTICLES_EACH, SENTENCES, NOTES, DOCUMENTS = 8, 4, 4, 30, 5
WORDS = (
    *("agency", "mission", "lander", "orbit", "station", "agreement", "partners", "launch", "instruments", "payload"),
    *("committee", "session", "workshop", "delegation", "engineers", "schedule", "antenna", "observatory", "crew"),
    *("module", "samples", "laboratory", "satellite", "treaty"),
)


def lay_week(session: Session, lot: random.Random) -> Edition:
    """Store a full week: stories with their summaries, notes, agreements, events and white papers."""
    edition = an_edition(session, timezone="Europe/Vienna", hour=7)
    edition.created_at = NOW - dt.timedelta(days=7)
    for number in range(STORIES):
        _lay_story(session, lot, a_story(session, _sentence(lot, 9), headline_language="en"), number)
    for _ in range(NOTES):
        an_article(session, _draft(lot))
    for _ in range(DOCUMENTS):
        an_article(session, _draft(lot, doc_type=DocType.WHITE_PAPER))
    session.flush()
    return edition


def _lay_story(session: Session, lot: random.Random, story: Story, number: int) -> None:
    articles = [an_article(session, _draft(lot, story=story)) for _ in range(ARTICLES_EACH)]
    kind, status = (FactKind.AGREEMENT, "signed") if number % 2 else (FactKind.EVENT, "announced")
    for each in articles[:2]:
        columns: dict[str, object] = {"kind": kind, "status": status, "name": _sentence(lot, 6), "place": "Vienna"}
        add_fact(session, each, start_on=PartialDate(2022, 3, 13 if number % 2 else 28), **columns)
    for ordinal in range(SENTENCES):
        session.add(SummarySentence(story_id=story.id, ordinal=ordinal, text=_sentence(lot, 24), language="en"))
        session.flush()
        place = {"passage_ordinal": ordinal, "start": 0, "end": 5, "version_id": articles[ordinal].current_version_id}
        session.add(Evidence(story_id=story.id, sentence_ordinal=ordinal, ordinal=0, **place))


def _draft(lot: random.Random, story: Story | None = None, doc_type: DocType = DocType.NEWS) -> ArticleDraft:
    return ArticleDraft(
        title=_sentence(lot, 10),
        text="\n\n".join(_sentence(lot, 30) for _ in range(12)),
        source=lot.choice(SOURCES),
        published=f"2022-03-{lot.randint(8, 14):02}",
        topics=tuple(lot.sample(TOPICS, 2)),
        countries=tuple(lot.sample(COUNTRIES, 2)),
        doc_type=doc_type,
        story=story,
    )


def _sentence(lot: random.Random, word_count: int) -> str:
    return f"{' '.join(lot.choices(WORDS, k=word_count))} {lot.randint(100, 9999)}.".capitalize()


def lay_readers(session: Session, edition: Edition, lot: random.Random, count: int) -> None:
    """Store readers who want topics in their own order, and follow and mute what the lot says."""
    readers = [
        Reader(
            address=f"reader.{number}@example.org",
            topics=lot.sample(TOPICS, lot.randint(0, 4)),
            countries=lot.sample(COUNTRIES, lot.randint(0, 2)),
            follows=[*_tokens(lot, "topic", TOPICS, 2), *_tokens(lot, "country", COUNTRIES, 1)],
            mutes=[*_tokens(lot, "topic", TOPICS, 1), *_tokens(lot, "source", SOURCES, 1)],
            created_at=NOW,
        )
        for number in range(count)
    ]
    session.add_all(readers)
    session.flush()
    session.add_all(Subscription(edition_id=edition.id, reader_id=reader.id, confirmed_at=NOW) for reader in readers)


def _tokens(lot: random.Random, kind: str, values: tuple[str, ...], most: int) -> list[str]:
    return [f"{kind}:{value}" for value in lot.sample(values, lot.randint(0, most))]


class _Counting:
    def __init__(self) -> None:
        self.recipients: set[str] = set()
        self.byte_count = 0

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Take the message and keep nothing but its size."""
        del server, session
        self.recipients.update(envelope.rcpt_tos)
        self.byte_count += len(envelope.content or b"")
        return "250 OK"


def _serve(port: int, pipe: Connection) -> None:
    counting = _Counting()
    controller = Controller(counting, hostname="127.0.0.1", port=port)
    controller.start()
    pipe.send(None)
    pipe.recv()
    controller.stop()
    pipe.send((len(counting.recipients), counting.byte_count))


@contextlib.contextmanager
def a_mail_server(counted: list[int]) -> Iterator[int]:
    """Open a mail server in a process of its own; yields its port, at the end appends recipients and bytes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(port, theirs))
    process.start()
    ours.recv()
    try:
        yield port
    finally:
        ours.send(None)
        counted.extend(ours.recv())
        process.join()
