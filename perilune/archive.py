"""Opening an archive: settings, sessions and page store in one hand, for everything that wires the parts together."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from models.database import open_database
from models.fate import Fate
from models.health import last_health_of, state_of
from models.page_store import PageStore
from models.source import CrawlRun, Source
from models.vocabulary import Stage
from models.watch import Incident
from models.way import way_of
from perilune.config import SearchEngine, Settings
from perilune.problems import Problem

VISITS_SHOWN = 10


@dataclass(frozen=True)
class Archive:
    """An open archive."""

    settings: Settings
    sessions: sessionmaker[Session]

    @property
    def pages(self) -> PageStore:
        """Where the bytes of pages lie."""
        return PageStore(self.settings.pages_url)

    @property
    def search_folder(self) -> Path | None:
        """Where the derived search index lies, beside an SQLite file; None where there is to be none."""
        address = sa.make_url(self.settings.database_url)
        is_file = address.get_backend_name() == "sqlite" and address.database
        if self.settings.search is SearchEngine.FTS5 or not is_file:
            return None
        return Path(str(address.database)).with_suffix(".search")


def open_archive(settings: Settings) -> Archive:
    """Open the database at the newest migration; DatabaseProblem when it cannot be used."""
    return attached(settings, open_database(settings.database_url))


def attached(settings: Settings, sessions: sessionmaker[Session]) -> Archive:
    """Put an archive together over sessions, with its derived search index where it may have one."""
    archive = Archive(settings, sessions)
    if archive.search_folder is not None:
        from models.search.derived.folder import IndexFolder
        from models.search.derived.reading import DerivedIndex

        DerivedIndex(IndexFolder(archive.search_folder)).attach(archive.sessions)
    return archive


def require_sources(archive: Archive, slugs: Sequence[str], *, only_watched: bool = False) -> None:
    """Check that every named source is there; Problem names the first that is not and the likely right one."""
    with archive.sessions() as session:
        known = {row.slug: row.is_active for row in session.execute(sa.select(Source.slug, Source.is_active))}
    for slug in slugs:
        if only_watched and known.get(slug) is False:
            raise Problem(f"{slug} is retired; `perilune sources resume {slug}` has it watched again.")
        if slug not in known:
            close = difflib.get_close_matches(slug, known, n=1)
            hint = f"did you mean {close[0]}?" if close else "`perilune sources list` shows all."
            raise Problem(f"there is no source {slug!r}; {hint}")


def watched_slugs(archive: Archive) -> list[str]:
    """Name the sources that are watched."""
    with archive.sessions() as session:
        return list(session.scalars(sa.select(Source.slug).where(Source.is_active).order_by(Source.slug)))


def source_rows(archive: Archive) -> list[dict[str, object]]:
    """Read each source with how it fares, its last visit and the time of the next."""
    newest = sa.select(sa.func.max(CrawlRun.id)).group_by(CrawlRun.source_id)
    rows = (
        sa.select(Source, CrawlRun, Fate)
        .outerjoin(CrawlRun, (CrawlRun.source_id == Source.id) & CrawlRun.id.in_(newest))
        .outerjoin(Fate, (Fate.item_id == Source.id) & (Fate.stage == Stage.CRAWL))
        .order_by(Source.slug)
    )
    with archive.sessions() as session:
        return [_source_row(*row) for row in session.execute(rows)]


def _source_row(source: Source, run: CrawlRun | None, fate: Fate | None) -> dict[str, object]:
    return {
        "source": source.slug,
        "name": source.name,
        "kind": way.kind if (way := way_of(source)) else None,
        "state": state_of(source),
        "how_it_fares": health.sentence if (health := last_health_of(source)) else "not judged yet",
        "last_new": health.last_new_at.date() if health and health.last_new_at else None,
        "last_visit": run.started_at.replace(microsecond=0) if run else None,
        "next_visit": fate.due_at.replace(microsecond=0) if fate and fate.due_at and source.is_active else None,
    }


def source_in_full(archive: Archive, slug: str) -> dict[str, object]:
    """Read all that is known of one source: its row as written, its way, its health, its incidents, its last visits."""
    with archive.sessions() as session:
        source = session.scalars(sa.select(Source).where(Source.slug == slug)).one()
        way, health = way_of(source), last_health_of(source)
        runs = sa.select(CrawlRun).where(CrawlRun.source_id == source.id).order_by(CrawlRun.id.desc())
        incidents = sa.select(Incident).where(Incident.source_id == source.id).order_by(Incident.id.desc())
        fate = session.get(Fate, (Stage.CRAWL, source.id))
        return {
            "source": source.slug,
            "name": source.name,
            "home": source.home,
            "country": source.country,
            "language": source.language,
            "owner": source.owner,
            "note": source.note,
            "retired": source.retired_at,
            "way": way.model_dump(mode="json", exclude_none=True) if way else None,
            "health": health.model_dump(mode="json") if health else None,
            "next_visit": fate.due_at if fate else None,
            "incidents": [
                {"opened": each.opened_at, "healed": each.healed_at, "sentence": each.sentence}
                for each in session.scalars(incidents)
            ],
            "visits": [
                {"started": run.started_at, "outcome": run.outcome, "counts": run.counts}
                for run in session.scalars(runs.limit(VISITS_SHOWN))
            ],
        }
