"""An archive that pages can be laid into as the crawler would lay them, and two reports to lay there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.fate import Fate, await_stage
from models.source import Link, Page
from models.tables import Article, Story
from models.vocabulary import Stage
from perilune.archive import Archive
from perilune.config import settings_from
from perilune.processing import process_due
from perilune.seeding import seed
from pipeline.encoding.encoder import Encoder
from tests.builders import a_source
from tests.conftest import NOW

SIGNING = (
    "The China National Space Administration and Roscosmos signed a memorandum on a lunar research station in Beijing.",
    "Both space agencies will plan the station together and open it to all interested countries and partners.",
    "The heads of the two agencies signed it by video link, and a joint road map will follow this year.",
)
LAUNCH = (
    "The European Space Agency and JAXA will launch their joint satellite to Mercury from Kourou in French Guiana.",
    "Engineers of both agencies have fuelled the spacecraft, and the countdown begins on Friday evening.",
    "The mission carries instruments of eleven countries and will arrive after a journey of seven years.",
)


def page_of(title: str, paragraphs: tuple[str, ...], day: str = "2022-03-10") -> bytes:
    """Write a plain news page."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    meta = f'<meta property="article:published_time" content="{day}T08:00:00Z">'
    return f"<html><head><title>{title}</title>{meta}</head><body><article><h1>{title}</h1>{text}</article>".encode()


class Bench:
    """An archive that pages can be laid into as the crawler would lay them."""

    def __init__(self, folder: Path, sessions: sessionmaker[Session], encoder: Callable[[], Encoder]) -> None:
        self.encoder = encoder
        settings = settings_from({"PERILUNE_HOME": str(folder), "PERILUNE_EXTRACT_WORKERS": "1"})
        self.archive = Archive(settings, sessions)
        seed(self.archive, now=NOW)

    def lay(self, url: str, body: bytes, *, source: str = "aa_news", authority: int = 5, at: dt.datetime = NOW) -> None:
        """Keep a page and make it wait for extraction."""
        with self.archive.sessions.begin() as session:
            row = a_source(session, source, authority=authority)
            link = session.scalar(sa.select(Link).where(Link.url == url, Link.source_id == row.id))
            if link is None:
                link = Link(source_id=row.id, url=url, found_at=at)
                session.add(link)
                session.flush()
            page = Page(
                link_id=link.id,
                url=url,
                status=200,
                content_type="application/pdf" if body.startswith(b"%PDF") else "text/html; charset=utf-8",
                content_hash=self.archive.pages.keep(body),
                byte_count=len(body),
                fetched_at=at,
            )
            session.add(page)
            session.flush()
            await_stage(session, Stage.EXTRACT, [page.id], due_at=at)

    def work(self, at: dt.datetime = NOW) -> None:
        """Work off what waits."""
        process_due(self.archive, now=at, encoder=self.encoder)

    def stories(self) -> set[frozenset[str]]:
        """Read the stories as sets of addresses."""
        with self.archive.sessions() as session:
            return {frozenset(article.url for article in story.articles) for story in session.scalars(sa.select(Story))}

    def outdate(self, stage: Stage) -> None:
        """Let everything that a stage decided be decided by another version of it."""
        with self.archive.sessions.begin() as session:
            session.execute(sa.update(Fate).where(Fate.stage == stage).values(version="an older one"))

    def article(self, session: Session, url: str) -> Article:
        """Read the article at an address."""
        return session.scalars(sa.select(Article).where(Article.url == url)).one()
