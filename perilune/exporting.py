"""Exports on the command line: a selection of articles written to a file, or to the output."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from models.export_rows import Wanted, records
from models.kept import account_id_of, collection_seen_by
from models.search import parse_query, vocabulary_of
from models.selection import (
    Selection,
    selected_by_collection,
    selected_by_keys,
    selected_by_query,
    selected_by_stars,
    selected_by_story,
    summary_in,
)
from models.story import find_story
from models.vocabulary import LOCAL
from perilune.archive import Archive
from perilune.exports.forms import MAX_ARTICLES, form_named, require_room
from perilune.exports.record import Export
from perilune.problems import Problem

STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class Chosen:
    """What is to be exported: one of these."""

    query: str | None = None
    keys: tuple[str, ...] = ()
    collection: str | None = None
    story: str | None = None
    stars: bool = False
    login: str = LOCAL
    """Whose collections and stars."""


def export_to(archive: Archive, chosen: Chosen, form_name: str, output: str, *, now: dt.datetime) -> str:
    """Write a selection as a file, and say what was written; Problem where it cannot be."""
    form = form_named(form_name)
    with archive.sessions() as session:
        selection = _selected(session, chosen)
    require_room(form, selection.count)
    wanted = Wanted(selection.ids, selection.remarks, has_text=form.has_text, has_pages=form.has_pages)
    export = Export(
        title=selection.title,
        records=records(archive.sessions, wanted),
        archive_url=archive.settings.archive_url,
        made_at=now,
        read_page=archive.pages.read,
        sentences=summary_in(archive.sessions, selection.story_id),
    )
    size = _written(form.write(export), output)
    articles = "1 article" if selection.count == 1 else f"{selection.count:,} articles"
    return f"{articles} in {output}, {size:,} bytes."


def _written(parts: Iterable[bytes], output: str) -> int:
    if output == STANDARD_OUTPUT:
        return sum(sys.stdout.buffer.write(part) for part in parts)
    try:
        with Path(output).open("wb") as file:
            return sum(file.write(part) for part in parts)
    except OSError as error:
        raise Problem(f"{output} cannot be written: {error.strerror or error}.") from error


def _selected(session: Session, chosen: Chosen) -> Selection:
    asked = [chosen.query is not None, bool(chosen.keys), chosen.collection, chosen.story, chosen.stars]
    if sum(map(bool, asked)) != 1:
        raise Problem("say one thing to export: --query, --key, --collection, --story or --stars.")
    account_id = account_id_of(session, chosen.login)
    if chosen.collection:
        collection = collection_seen_by(session, account_id, chosen.collection)
        if collection is None:
            raise Problem(f"{chosen.login} has no collection {chosen.collection!r}; `perilune collections` lists them.")
        return selected_by_collection(session, collection)
    if chosen.story:
        story = find_story(session, chosen.story)
        if story is None:
            raise Problem(f"there is no story {chosen.story!r}; `perilune stories list` prints the keys.")
        return selected_by_story(session, story)
    if chosen.stars:
        return selected_by_stars(session, account_id)
    if chosen.keys:
        return selected_by_keys(session, chosen.keys)
    query = parse_query(chosen.query or "", vocabulary_of(session))
    return selected_by_query(session, query, most=MAX_ARTICLES)
