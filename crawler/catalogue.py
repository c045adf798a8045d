"""The catalogue: source files are synced into rows, and the rows are what runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.source_file import SourceFile
from models.fate import Fate, await_stage
from models.source import Link, Page, Source
from models.vocabulary import Stage


def sync_sources(session: Session, files: Sequence[SourceFile], *, now: dt.datetime) -> int:
    """Bring the rows of shipped sources up to their files, and retire those whose file is gone.

    Returns how many rows are new. Sources that analysts added are never touched, even where a file has their name.
    """
    rows = {source.slug: source for source in session.scalars(sa.select(Source).where(Source.from_file))}
    analysts_own = set(session.scalars(sa.select(Source.slug).where(~Source.from_file)))
    new_count = 0
    for file in files:
        if file.slug in analysts_own:
            continue
        source = rows.pop(file.slug, None)
        if source is None:
            source = Source(slug=file.slug, from_file=True, created_at=now, is_active=True)
            new_count += 1
        session.add(source)
        _fill(session, source, file, now=now)
        session.flush()
        if session.get(Fate, (Stage.CRAWL, source.id)) is None:
            await_stage(session, Stage.CRAWL, [source.id], due_at=now)
    gone = [source for source in rows.values() if source.is_active]
    for source in gone:
        source.is_active = False
    await_stage(session, Stage.JUDGE, [source.id for source in gone], due_at=now)
    return new_count


def set_watched(session: Session, source: Source, *, retired_at: dt.datetime | None, now: dt.datetime) -> None:
    """Retire a source, or without a time watch it again; its incident ends or its next visit comes at once."""
    source.retired_at, source.is_active = retired_at, retired_at is None
    await_stage(session, Stage.CRAWL if source.is_active else Stage.JUDGE, [source.id], due_at=now)


def _says_another_way(source: Source, file: SourceFile) -> bool:
    """Tell whether a file says something else than before of how its source is watched."""
    before = (source.home, source.kind, source.addresses, source.select, source.row, source.links, source.render)
    return before != (file.home, file.kind, file.address, file.select, file.row, file.links, file.render)


def _fill(session: Session, source: Source, file: SourceFile, *, now: dt.datetime) -> None:
    if _says_another_way(source, file):
        source.accepted_at = None
    source.name = file.name
    source.home = file.home
    source.kind = file.kind
    source.addresses = list(file.address)
    source.select = file.select
    source.row = file.row
    source.links = file.links
    source.render = file.render
    source.backfill_months = file.backfill_months
    source.skip = file.skip
    if source.selectors != file.selectors:
        source.selectors = file.selectors
        _read_again(session, source, now=now)
    source.language = file.language
    source.country = file.country
    source.authority = file.authority
    source.interval_minutes = file.interval_minutes
    source.expects = file.expects
    source.least_links = file.least_links
    source.longest_silence_days = file.longest_silence_days
    source.owner = file.owner
    source.note = file.note
    source.is_active = source.retired_at is None


def _read_again(session: Session, source: Source, *, now: dt.datetime) -> None:
    """Have the pages that a source gave so far read by its new selectors."""
    pages = sa.select(Page.id).join(Link).where(Link.source_id == source.id, ~Link.is_index)
    await_stage(session, Stage.EXTRACT, session.scalars(pages).all() if source.id else (), due_at=now)
