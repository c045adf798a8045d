"""Taking articles along as a file: any selection, in any form, streamed while it is read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from models.export_rows import Wanted, records
from models.kept import account_id_of
from models.search import parse_query, vocabulary_of
from models.search.words import MAX_LINE_CHARS
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
from models.vocabulary import Role
from perilune.exports.forms import MAX_ARTICLES, Form, form_named, name_of_file, require_room
from perilune.exports.record import Export
from perilune.problems import Problem
from web.access import AccessHere, SessionHere
from web.article_view import refuse_withdrawn
from web.keeping import collection_of
from web.problems import checked_key, missing
from web.rights import VisitorHere, needs

MAX_TICKED = 1_000
DESCRIPTION = "csv, jsonl, md, docx, csl, ris, bib or warc"

pages = APIRouter(include_in_schema=False, dependencies=[needs(Role.READER)])


class Asked(BaseModel):
    """What to export, and as what; of several selections, keys go before a collection, a story, stars and a search."""

    format: str = Field(max_length=10, description=DESCRIPTION)
    q: str | None = Field(default=None, max_length=MAX_LINE_CHARS, description="A search line.")
    key: list[str] = Field(default_factory=list, max_length=MAX_TICKED, description="Keys of articles.")
    collection: str = Field(default="", max_length=40, description="Key of a collection.")
    story: str = Field(default="", max_length=40, description="Key of a story.")
    stars: str = Field(default="", max_length=3, description="yes: one's own stars.")


@pages.get("/export")
def export_page(
    request: Request,
    session: SessionHere,
    access: AccessHere,
    visitor: VisitorHere,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Send a selection as a file."""
    form = form_named(asked.format)
    selection = selected(session, visitor.login, asked)
    require_room(form, selection.count)
    now = dt.datetime.now(dt.UTC)
    wanted = Wanted(selection.ids, selection.remarks, has_text=form.has_text, has_pages=form.has_pages)
    export = Export(
        title=selection.title,
        records=records(access.sessions, wanted),
        archive_url=str(request.base_url),
        made_at=now,
        read_page=access.pages.read,
        sentences=summary_in(access.sessions, selection.story_id),
    )
    return _sent(form, export)


def _sent(form: Form, export: Export) -> StreamingResponse:
    name = name_of_file(export.title, form, export.made_at.date())
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(form.write(export), media_type=form.media_type, headers=headers)


def selected(session: Session, login: str, asked: Asked) -> Selection:
    """Select what somebody asks for; NotInArchive for what they may not see."""
    if asked.key:
        selection = selected_by_keys(session, asked.key)
        if not selection.ids:
            for key in asked.key:
                refuse_withdrawn(session, key)
        return selection
    if asked.collection and asked.collection != "new":
        return selected_by_collection(session, collection_of(session, login, asked.collection))
    if asked.story:
        story = find_story(session, checked_key(asked.story, "story"))
        if story is None:
            refuse_withdrawn(session, asked.story)
            raise missing("story", asked.story)
        return selected_by_story(session, story)
    if asked.stars == "yes":
        return selected_by_stars(session, account_id_of(session, login))
    if asked.q is None:
        raise Problem("nothing is selected; tick articles, or give a search line.")
    return selected_by_query(session, parse_query(asked.q, vocabulary_of(session)), most=MAX_ARTICLES)
