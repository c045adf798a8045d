"""Seeding an archive: source files, topics and actors become rows; apart, for reading needs none of it."""

from __future__ import annotations

import datetime as dt

from crawler.catalogue import sync_sources
from crawler.source_file import SHIPPED, SourceProblem, load_source_files
from models.base import hold
from perilune.archive import Archive
from pipeline.understanding.knowledge import seed_knowledge

SEEDING_LOCK = 73_659  # any number that is ours alone


def seed(archive: Archive, *, now: dt.datetime) -> list[SourceProblem]:
    """Bring sources, topics and actors up to their files; returns what is wrong with source files."""
    files, problems = load_source_files(archive.settings.sources or SHIPPED)
    with archive.sessions.begin() as session:
        hold(session, SEEDING_LOCK)
        sync_sources(session, files, now=now)
        seed_knowledge(session)
    return problems
