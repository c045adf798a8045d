"""Changing what is watched, beyond single additions: editing, retiring, exporting, importing lists of feeds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crawler.catalogue import set_watched
from crawler.editing import edit_source
from crawler.export import feeds_in_opml, opml_of, toml_of
from crawler.health.bounds import bounds_from
from crawler.mending import accept
from crawler.watching import history_of_visits
from models.fate import await_stage
from models.source import Source
from models.vocabulary import SourceKind, Stage
from perilune.archive import Archive
from perilune.onboarding import free_slug
from perilune.problems import Problem


def set_retired(archive: Archive, slugs: Sequence[str], *, at: dt.datetime | None, now: dt.datetime) -> None:
    """Retire sources, or without a time watch them again; Problem names the first that is not there."""
    with archive.sessions.begin() as session:
        sources = {row.slug: row for row in session.scalars(sa.select(Source).where(Source.slug.in_(slugs)))}
        for slug in slugs:
            if slug not in sources:
                raise Problem(f"there is no source {slug!r}; `perilune sources list` shows all.")
            set_watched(session, sources[slug], retired_at=at, now=now)


def repair(archive: Archive, slug: str, *, now: dt.datetime) -> str:
    """Do what is proposed for a source, and say what was done; Problem where nothing is, or there is no such source."""
    with archive.sessions.begin() as session:
        return accept(session, _source_named(session, slug), now)


def edit(archive: Archive, slug: str, said: Mapping[str, str], *, now: dt.datetime) -> str:
    """Change what a form says of a source, and say what was changed; Faults for what cannot be used."""
    with archive.sessions.begin() as session:
        return edit_source(session, _source_named(session, slug), said, now)


def _source_named(session: Session, slug: str) -> Source:
    source = session.scalar(sa.select(Source).where(Source.slug == slug))
    if source is None:
        raise Problem(f"there is no source {slug!r}; `perilune sources list` shows all.")
    return source


def bounds_of(archive: Archive, slug: str, *, now: dt.datetime, is_accepted: bool) -> dict[str, int | None]:
    """Propose bounds for a source by their keys; one that comes from no file can be held to them at once."""
    with archive.sessions.begin() as session:
        source = session.scalars(sa.select(Source).where(Source.slug == slug)).one()
        if is_accepted and source.from_file:
            raise Problem(f"{slug} comes from a file; write the lines there, or the next start would undo them.")
        bounds = bounds_from(history_of_visits(session, source, now), now)
        if is_accepted:
            source.least_links, source.longest_silence_days = bounds.least_links, bounds.longest_silence_days
    return vars(bounds)


def exported(archive: Archive, slugs: Sequence[str], *, into: Path | None, opml: Path | None) -> Iterator[str]:
    """Export sources (those added by hand where none is named); yields the files, or lines on what was written."""
    wanted = Source.slug.in_(slugs) if slugs else ~Source.from_file
    with archive.sessions() as session:
        sources = session.scalars(sa.select(Source).where(wanted).order_by(Source.slug)).all()
    if opml is not None:
        _write(opml, opml_of(sources))
        yield f"{opml}: written"
    for source in sources if opml is None or into is not None else ():
        text = toml_of(source)
        if into is None:
            yield f"# {source.slug}.toml\n{text}"
        else:
            _write(into / f"{source.slug}.toml", text.encode())
            yield f"{into / source.slug}.toml: written"


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error


def import_feeds(archive: Archive, file: Path, *, now: dt.datetime) -> list[dict[str, object]]:
    """Add the feeds of an OPML file in one transaction; Problem for a file that is none."""
    try:
        feeds = feeds_in_opml(file.read_bytes())
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise Problem(f"{file}: {error}.") from error
    rows: list[dict[str, object]] = []
    with archive.sessions.begin() as session:
        known = {address for source in session.scalars(sa.select(Source)) for address in source.addresses}
        for feed in feeds:
            if feed.address in known:
                continue
            source = Source(
                slug=free_slug(session, feed.address),
                name=feed.name[:200],
                home=feed.home,
                kind=SourceKind.FEED,
                addresses=[feed.address],
                created_at=now,
            )
            session.add(source)
            session.flush()
            await_stage(session, Stage.CRAWL, [source.id], due_at=now)
            rows.append({"source": source.slug, "name": source.name, "address": feed.address})
    return rows
