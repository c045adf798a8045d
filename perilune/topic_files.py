"""The taxonomy as files: the rows written as those that ship are, and edited files made rows again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa

from models.knowledge import Topic
from models.taxonomy import state_of_topic
from perilune.archive import Archive
from perilune.problems import Problem
from perilune.topics import Value, store_topic
from pipeline.understanding.knowledge import topic_file_of
from pipeline.understanding.taxonomy import load_topic_files
from pipeline.understanding.topic_toml import toml_of_topic


def export_topics(archive: Archive, folder: Path) -> list[Value]:
    """Write one file for each topic that is on; the others are named, and left out."""
    rows: list[Value] = []
    with archive.sessions() as session:
        for row in session.scalars(sa.select(Topic).order_by(Topic.slug)):
            if row.is_active:
                path = folder / f"{row.slug}.toml"
                _write(path, toml_of_topic(topic_file_of(row)))
                rows.append({"topic": row.slug, "what": "written", "file": str(path)})
            else:
                rows.append({"topic": row.slug, "what": f"left out: {state_of_topic(row)}", "file": None})
    return rows


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error


def import_topics(archive: Archive, folder: Path, *, now: dt.datetime) -> list[Value]:
    """Store every topic file of a folder, or none where one is wrong: Problem names the file and the key."""
    if not folder.is_dir():
        raise Problem(f"{folder} is no folder.")
    try:
        files = load_topic_files(folder)
    except ValueError as problem:
        raise Problem(f"{problem}.") from problem
    if not files:
        raise Problem(f"{folder} holds no topic file, whose name would end in .toml.")
    rows: list[Value] = []
    with archive.sessions.begin() as session:
        for file in files:
            change = store_topic(session, file, now=now)
            what = "unchanged" if change is None else change.done
            rows.append({"topic": file.slug, "what": what, "judged_again": change.judged_again if change else 0})
    return rows
