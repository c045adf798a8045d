"""Makes each source a spider name, so that `scrapy crawl un_unoosa` works: the source's row under its kind's spider."""

from __future__ import annotations

import datetime as dt
import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from scrapy import Request
from scrapy.settings import BaseSettings
from sqlalchemy.orm import Session, sessionmaker

from crawler.catalogue import sync_sources
from crawler.frontier import Frontier
from crawler.source_file import SHIPPED, SourceProblem, load_source_files
from crawler.spiders.source import SourceSpider
from crawler.spiders.standing import StandingSpider
from crawler.spiders.survey import SurveySpider
from models.claimant import this_process
from models.database import open_database
from models.fate import Claim, claim_due
from models.page_store import PageStore
from models.source import Source
from models.vocabulary import SourceKind, Stage
from models.way import Way, way_of
from perilune.config import Settings, settings_from

Slugs = list[str]


def spider_for(source: Source, frontier: Frontier, folder: Path) -> type[SourceSpider]:
    """Make the spider class of one source: its own, that of its kind, or the one that finds out which kind it is.

    `folder` holds the source files; a source's own spider lies beside its file.
    """
    own, way = own_spider(folder / f"{source.slug}.py"), way_of(source)
    if own is not None and way is None:
        way = Way(kind=SourceKind.LISTING, addresses=(source.home,), because="as its own spider reads it")
    base = own or _spider_of_kind(way)
    return type(source.slug, (base,), {"name": source.slug, "source": source, "way": way, "frontier": frontier})


def _spider_of_kind(way: Way | None) -> type[SourceSpider]:
    if way is None:
        return SurveySpider
    return StandingSpider if way.kind == SourceKind.STANDING else SourceSpider


def spider_by(own: type[SourceSpider] | None, way: Way) -> SourceSpider:
    """Make a spider that only reads, by a way, as a source's own one or that of the kind does."""
    reader: type[SourceSpider] = type("reader", (own or _spider_of_kind(way),), {"name": "reader", "way": way})
    return reader()


def own_spider(path: Path) -> type[SourceSpider] | None:
    """Load a source's own spider, where it has one; SourceProblem where its file cannot be used."""
    if not path.is_file():
        return None
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the file does, the other sources are crawled
        raise SourceProblem(path, f"its spider cannot be loaded: {error}") from error
    spiders = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == path.stem]
    found = [each for each in spiders if issubclass(each, SourceSpider)]
    if len(found) != 1:
        raise SourceProblem(path, f"it must hold one spider, a class made from OwnSpider, and holds {len(found)}")
    return found[0]


def frontier_from(settings: Settings, sessions: sessionmaker[Session]) -> Frontier:
    """Make the frontier of this process, on the real clock."""
    return Frontier(sessions, PageStore(settings.pages_url), lambda: dt.datetime.now(dt.UTC), this_process())


class SourceSpiderLoader:
    """Scrapy's spider loader over the rows of active sources, synced with their files first."""

    def __init__(self, settings: Settings) -> None:
        sessions = open_database(settings.database_url)
        self._frontier = frontier_from(settings, sessions)
        self._folder = settings.sources or SHIPPED
        files, _ = load_source_files(self._folder)
        with sessions.begin() as session:
            sync_sources(session, files, now=self._frontier.clock())
        with sessions() as session:
            active = session.scalars(sa.select(Source).where(Source.is_active))
            self._sources = {source.slug: source for source in active}

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """Make the loader for Scrapy, which hands over its own settings; ours come from the environment."""
        del settings
        return cls(settings_from(os.environ))

    def load(self, spider_name: str) -> type[SourceSpider]:
        """Return the spider of a source, claimed for this process; KeyError when there is no such source."""
        source = self._sources[spider_name]
        of_source = sa.select(Source.id).where(Source.id == source.id)
        with self._frontier.sessions.begin() as session:
            claim = Claim(self._frontier.claimant, self._frontier.clock())
            claim_due(session, Stage.CRAWL, claim, among=of_source)
        return spider_for(source, self._frontier, self._folder)

    def list(self) -> Slugs:  # the name is Scrapy's
        """Name all sources."""
        return sorted(self._sources)

    def find_by_request(self, request: Request) -> Slugs:
        """Name the sources whose home is on the request's address; Scrapy asks this for `scrapy fetch`."""
        return [slug for slug, source in self._sources.items() if request.url.startswith(source.home)]
