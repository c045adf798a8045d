"""Changing what is watched, from the command line: retiring, exporting as files and OPML, importing OPML."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from lxml import etree
from sqlalchemy.orm import Session, sessionmaker

from crawler.catalogue import sync_sources
from crawler.source_file import load_source_file, load_source_files
from models.source import Source
from models.vocabulary import SourceKind
from models.way import Way
from perilune.archive import Archive
from perilune.cataloguing import edit, exported, import_feeds, set_retired
from perilune.config import settings_from
from perilune.problems import Faults, Problem
from tests.builders import a_source
from tests.conftest import NOW

OPML = b"""<?xml version="1.0"?><opml version="2.0"><head/><body><outline text="Space">
<outline type="rss" text="ESA" xmlUrl="http://esa.example/rss.xml"/>
<outline type="rss" text="ESA again" xmlUrl="http://esa.example/rss.xml"/>
<outline type="rss" text="JAXA" xmlUrl="http://jaxa.example/feed"/></outline></body></opml>"""


@pytest.fixture
def archive(tmp_path: Path, sessions: sessionmaker[Session]) -> Archive:
    """An archive with one source that discovery set up."""
    with sessions.begin() as session:
        way = Way(kind=SourceKind.LISTING, addresses=("http://a.example/news/",), select="h3 > a", links=r"/news/\d+")
        a_source(
            session,
            "aa_news",
            home="http://a.example/news/",
            kind=None,
            chosen=way.model_dump(mode="json"),
            chosen_at=NOW,
        )
    return Archive(settings_from({"PERILUNE_HOME": str(tmp_path)}), sessions)


def test_what_was_exported_is_a_source_file_that_another_archive_accepts(archive: Archive, tmp_path: Path) -> None:
    assert list(exported(archive, [], into=tmp_path / "out", opml=None)) == [
        f"{tmp_path / 'out' / 'aa_news'}.toml: written"
    ]
    file = load_source_file(tmp_path / "out" / "aa_news.toml")
    assert (file.kind, file.select, file.links, file.home) == (
        "listing",
        "h3 > a",
        r"/news/\d+",
        "http://a.example/news/",
    )


def test_render_is_exported_where_it_is_true_and_a_change_of_it_in_a_file_is_another_way(
    archive: Archive, tmp_path: Path
) -> None:
    file = tmp_path / "bb_file.toml"
    for line in ("", "render = true\n"):
        file.write_text(f'name = "B"\nhome = "http://b.example/"\n{line}', encoding="utf-8")
        files, _ = load_source_files(tmp_path)
        with archive.sessions.begin() as session:
            sync_sources(session, files, now=NOW)
            source = session.scalars(sa.select(Source).where(Source.slug == "bb_file")).one()
            assert source.accepted_at is None
            source.accepted_at = NOW
        (text,) = exported(archive, ["bb_file"], into=None, opml=None)
        assert ("render = true" in text) == bool(line)


def test_a_retired_source_stays_retired_though_its_file_is_there(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "bb_file.toml").write_text('name = "B"\nhome = "http://b.example/"\n', encoding="utf-8")
    files, _ = load_source_files(tmp_path)
    with archive.sessions.begin() as session:
        sync_sources(session, files, now=NOW)
    set_retired(archive, ["bb_file"], at=NOW, now=NOW)
    with archive.sessions.begin() as session:
        sync_sources(session, files, now=NOW)
        assert session.scalars(sa.select(Source.is_active).where(Source.slug == "bb_file")).one() is False
    set_retired(archive, ["bb_file"], at=None, now=NOW)
    with archive.sessions() as session:
        assert session.scalars(sa.select(Source.is_active).where(Source.slug == "bb_file")).one() is True
    with pytest.raises(Problem, match="there is no source 'zz'"):
        set_retired(archive, ["zz"], at=NOW, now=NOW)


def test_what_a_person_changed_of_a_source_no_file_undoes(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "bb_file.toml").write_text('name = "B"\nhome = "http://b.example/"\n', encoding="utf-8")
    files, _ = load_source_files(tmp_path)
    with archive.sessions.begin() as session:
        sync_sources(session, files, now=NOW)
    assert edit(archive, "bb_file", {"name": "B", "owner": ""}, now=NOW) == "B is so already."
    with archive.sessions() as session:
        assert session.scalars(sa.select(Source.from_file).where(Source.slug == "bb_file")).one()
    assert edit(archive, "bb_file", {"name": "Agency B"}, now=NOW) == "Agency B: changed its name."
    with archive.sessions.begin() as session:
        sync_sources(session, files, now=NOW)
        assert session.scalars(sa.select(Source.name).where(Source.slug == "bb_file")).one() == "Agency B"
    with pytest.raises(Faults, match="the source aa_news watches that address already"):
        edit(archive, "bb_file", {"home": "http://a.example/news/"}, now=NOW)
    with pytest.raises(Faults, match="found out at its first visit"):
        edit(archive, "bb_file", {"addresses": "http://b.example/news"}, now=NOW)


def test_feeds_come_in_from_opml_once_and_go_out_again(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_bytes(OPML)
    rows = import_feeds(archive, file, now=NOW)
    assert [(row["source"], row["name"]) for row in rows] == [("esa", "ESA"), ("jaxa", "JAXA")]
    assert import_feeds(archive, file, now=NOW) == []
    list(exported(archive, [], into=None, opml=tmp_path / "out.opml"))
    outlines = etree.parse(tmp_path / "out.opml").findall(".//outline")
    assert {outline.get("xmlUrl") for outline in outlines} == {"http://esa.example/rss.xml", "http://jaxa.example/feed"}


def test_a_file_that_is_no_opml_is_told(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "not.opml"
    file.write_text("nothing of the kind", encoding="utf-8")
    with pytest.raises(Problem, match="is no OPML file"):
        import_feeds(archive, file, now=NOW)
