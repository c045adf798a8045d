"""Pages as they are kept: what came, and what of it waits to be written; apart because many are written at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.fate import await_stage
from models.source import Page
from models.vocabulary import Stage


@dataclass(frozen=True)
class Fetched:
    """A response as it is kept: where it came from, its HTTP facts and its bytes."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str | None:
        """The declared type, parameters included."""
        return self.headers.get("content-type")


@dataclass(frozen=True)
class KeptPage:
    """A page whose bytes are kept, and whose rows are still to be written."""

    fetched: Fetched
    """Without its body."""
    byte_count: int
    content_hash: str
    is_new: bool
    is_check: bool
    """Whether it was fetched only to see what has changed."""
    source_id: int
    run_id: int
    fetched_at: dt.datetime


def store_pages(session: Session, pages: Mapping[int, KeptPage]) -> None:
    """Store the rows of pages by their links, and make each wait for extraction."""
    rows = [
        {
            "link_id": link_id,
            "crawl_run_id": page.run_id,
            "url": page.fetched.url,
            "status": page.fetched.status,
            "content_type": page.fetched.content_type,
            "headers": page.fetched.headers,
            "content_hash": page.content_hash,
            "byte_count": page.byte_count,
            "fetched_at": page.fetched_at,
        }
        for link_id, page in pages.items()
    ]
    if rows:
        ids = session.scalars(sa.insert(Page).returning(Page.id), rows)
        await_stage(session, Stage.EXTRACT, ids, due_at=max(page.fetched_at for page in pages.values()))
