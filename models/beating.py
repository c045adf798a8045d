"""Saying that a process is at work while it is, and giving back what it had claimed when it is no more."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from structlog import get_logger

from models.base import insert_into
from models.claimant import Claimant, this_process
from models.fate import release_claims

BEATS = 8  # of which some may be missed before a process is taken for dead
log = get_logger()


@contextlib.contextmanager
def beating(sessions: sessionmaker[Session], role: str, *, silence: float) -> Iterator[str]:
    """Say that this process is at work, until the block ends; gives the process's name.

    It says so several times in `silence`, the seconds after which others take it for dead. What it had claimed and not
    finished is free when the block ends; where the database is gone by then, when others notice the silence.
    """
    name, ended = this_process(), threading.Event()
    _beat(sessions, name, role, silence)

    def go_on() -> None:
        while not ended.wait(silence / BEATS):
            _beat(sessions, name, role, silence)

    thread = threading.Thread(target=go_on, name="beat", daemon=True)
    thread.start()
    try:
        yield name
    finally:
        ended.set()
        thread.join()
        with contextlib.suppress(sa.exc.DBAPIError), sessions.begin() as session:
            release_claims(session, [name])


def _beat(sessions: sessionmaker[Session], name: str, role: str, silence: float) -> None:
    now = dt.datetime.now(dt.UTC)
    said = {"seen_at": now, "silence": silence}
    try:
        with sessions.begin() as session:
            row = insert_into(session, Claimant).values(name=name, role=role, started_at=now, beat_count=1, **said)
            counted = said | {"beat_count": Claimant.beat_count + 1}
            session.execute(row.on_conflict_do_update(index_elements=["name"], set_=counted))
    except sa.exc.DBAPIError as error:  # the next beat tries again; the work itself meets the same fault
        log.warning("beat missed", reason=str(error.orig))
