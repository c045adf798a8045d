"""Scanned documents as plain values: which there are, where they came from, and what is still unread of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.fate import Fate
from models.history import leads_to_withdrawn
from models.source import Link, Page, Source
from models.vocabulary import Stage
from perilune.verdicts import SCAN_REASONS, UNREAD_SCANS

SCANS_SHOWN = 50


@dataclass(frozen=True)
class ScanLine:
    """A scanned document, unread or read in part; `reason` is that of its fate."""

    title: str | None
    url: str
    source_slug: str
    source_name: str
    fetched_at: dt.datetime
    reason: str


@dataclass(frozen=True)
class Scans:
    """How many scanned documents are not wholly read, and the newest of them."""

    count: int
    newest: tuple[ScanLine, ...]
    is_ocr_missing: bool
    """Whether some were met while no OCR was at hand."""


def scans_of(session: Session, *, source_id: int | None = None) -> Scans:
    """Read the scanned documents that are not wholly read (of a source), the newest first."""
    found = (
        sa.select(Link.title, Page.url, Source.slug, Source.name, Page.fetched_at, Fate.reason)
        .join(Page, Page.id == Fate.item_id)
        .join(Link, Link.id == Page.link_id)
        .join(Source, Source.id == Link.source_id)
        .where(Fate.stage == str(Stage.EXTRACT), Fate.reason.in_(SCAN_REASONS), ~leads_to_withdrawn())
    )
    if source_id is not None:
        found = found.where(Link.source_id == source_id)
    rows = session.execute(found.order_by(Page.fetched_at.desc(), Page.id.desc()).limit(SCANS_SHOWN)).all()
    lines = tuple(ScanLine(title, url, slug, name, at, reason or "") for title, url, slug, name, at, reason in rows)
    count = session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
    return Scans(count, lines, any(line.reason in UNREAD_SCANS for line in lines))
