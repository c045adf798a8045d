"""Makes each source a spider name, so that `scrapy crawl un_unoosa` works: the source's row under its kind's spider."""

from __future__ import annotations

import datetime as dt
import os
from typing import Self

import sqlalchemy as sa
from scrapy import Request
from scrapy.settings import BaseSettings
from sqlalchemy.orm import Session, sessionmaker

from crawler.catalogue import sync_sources
from crawler.frontier import Frontier
from crawler.source_file import SHIPPED, load_source_files
from crawler.spiders.source import SourceSpider
from crawler.spiders.standing import StandingSpider
from crawler.spiders.survey import SurveySpider
from models.claimant import this_process
from models.database import open_database
from models.fate import Claim, claim_due
from models.page_store import PageStore
from models.source import Source
from models.vocabulary import SourceKind, Stage
from models.way import way_of
from perilune.config import Settings, settings_from

Slugs = list[str]


def spider_for(source: Source, frontier: Frontier) -> type[SourceSpider]:
    """Make the spider class of one source: that of its kind, or the one that finds out which kind it is."""
    way = way_of(source)
    if way is None:
        base: type[SourceSpider] = SurveySpider
    else:
        base = StandingSpider if way.kind == SourceKind.STANDING else SourceSpider
    return type(source.slug, (base,), {"name": source.slug, "source": source, "way": way, "frontier": frontier})


def frontier_from(settings: Settings, sessions: sessionmaker[Session]) -> Frontier:
    """Make the frontier of this process, on the real clock."""
    return Frontier(sessions, PageStore(settings.pages_url), lambda: dt.datetime.now(dt.UTC), this_process())


class SourceSpiderLoader:
    """Scrapy's spider loader over the rows of active sources, synced with their files first."""

    def __init__(self, settings: Settings) -> None:
        sessions = open_database(settings.database_url)
        self._frontier = frontier_from(settings, sessions)
        files, _ = load_source_files(settings.sources or SHIPPED)
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
        return spider_for(source, self._frontier)

    def list(self) -> Slugs:  # the name is Scrapy's
        """Name all sources."""
        return sorted(self._sources)

    def find_by_request(self, request: Request) -> Slugs:
        """Name the sources whose home is on the request's address; Scrapy asks this for `scrapy fetch`."""
        return [slug for slug, source in self._sources.items() if request.url.startswith(source.home)]
