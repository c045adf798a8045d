"""Looking at an installation as the doctor does, for tests of what it finds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy.orm import Session

from models.tables import Link, Page
from perilune.archive import Archive
from perilune.doctor.examining import examine
from perilune.doctor.findings import Finding, Installation
from tests.builders import a_source

NOW = dt.datetime.now(dt.UTC)


def examined(**settings: str) -> dict[str, list[Finding]]:
    """Examine an installation with settings; its findings by their names."""
    environment = {f"PERILUNE_{name.upper()}": value for name, value in settings.items()}
    found: dict[str, list[Finding]] = {}
    for each in examine(environment, now=NOW, is_thorough=False, tell=lambda _what: None):
        found.setdefault(each.name, []).append(each)
    return found


def settings_at(folder: Path, database_url: str) -> dict[str, str]:
    """Name a folder's archive."""
    return {"home": str(folder), "database": database_url, "identity": "https://here.example/bot"}


def an_installation(archive: Archive, *, is_thorough: bool = False) -> Installation:
    """Give an archive as checks look at it."""
    return Installation(archive.settings, archive, NOW, is_thorough)


def a_page(session: Session, number: int, content_hash: str) -> None:
    """Lay down a page's row."""
    link = Link(source_id=a_source(session).id, url=f"http://a/{number}", found_at=NOW)
    session.add(link)
    session.flush()
    session.add(
        Page(link_id=link.id, url=link.url, status=200, content_hash=content_hash, byte_count=1, fetched_at=NOW)
    )
