"""An archive with one of everything and a held issue, and a server of it; tests of the API and its clients share it."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker

from models.knowledge import Topic, UnknownName
from models.page_store import PageStore
from models.search import rebuild_index
from models.tables import Article, Edition
from pipeline.understanding.unknown_names import name_key
from tests.desk_issues import Held, hold_an_issue
from tests.web_archive import Keys, fill_archive

PATIENCE_SECONDS = 20
SLUGS = {"topics": "tea", "actors": "cnsa", "sources": "un_unoosa", "editions": "weekly"}
NAME = "Office of Lunar Affairs"


@dataclass(frozen=True)
class Filled:
    """What the archive holds."""

    keys: Keys
    held: Held


def fill(sessions: sessionmaker[Session], pages: PageStore, now: dt.datetime) -> Filled:
    """Store one of everything, an issue that waits for its editor, and a name that three articles bear."""
    with sessions.begin() as session:
        held = hold_an_issue(session, now)
        session.scalars(sa.select(Edition)).one().slug = "reviewed"
        keys = fill_archive(session, pages)
        session.add(Topic(slug="tea", name="Tea", description="Nothing but tea."))
        naming = sa.select(Article).where(Article.copy_of_id.is_(None)).order_by(Article.id).limit(4)
        for article in session.scalars(naming).all():
            place = {"ordinal": 0, "start": 0, "end": 5, "name_key": name_key(NAME), "name": NAME}
            session.add(UnknownName(version_id=article.current_version_id, **place))
        rebuild_index(session)
    return Filled(keys, held)


def place_of(filled: Filled, path: str) -> dict[str, object]:
    """Name things that there are, for the parts of an address."""
    keys, subject = filled.keys, path.split("/")[2]
    key = {"stories": keys.story, "issues": filled.held.issue, "desk": filled.held.issue}.get(subject, keys.changed)
    number = 2 if subject == "articles" else 1
    if path.endswith("/page"):
        key, number = keys.article, 1
    return {"key": key, "slug": SLUGS.get(subject, ""), "number": number, "ending": "txt"}


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an app on loopback by the server that users run, and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
