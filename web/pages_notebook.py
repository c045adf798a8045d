"""The pages of what somebody keeps: the notebook, and the forms beside an article that star, note and collect it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from models.kept import account_id_of, collections_seen_by, notes_by, starred_by
from models.vocabulary import Role
from perilune.exports.forms import FORMS
from perilune.problems import Problem
from web.access import SessionHere
from web.forms import BodyHere, form_of, values_in
from web.keeping import KeeperHere, KeepingHere, collection_of, note_of, refuse_sharing
from web.links import article_link
from web.notebook_view import article_lines, collection_cards, note_line
from web.pages_article import ToldHere, article_as_told
from web.problems import as_sentence, checked_key
from web.rendering import rendered
from web.rights import needs

SHOWN = 200
MAX_DONE_CHARS = 500
CONFLICT = 409
NEW = "new"

pages = APIRouter(include_in_schema=False, dependencies=[needs(Role.READER)])


@pages.get("/notebook")
def notebook_page(
    session: SessionHere, keeper: KeeperHere, done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = ""
) -> HTMLResponse:
    """Show somebody's stars, notes and collections, and the collections that others share."""
    account_id = account_id_of(session, keeper.login)
    stars, notes = starred_by(session, account_id, limit=SHOWN), notes_by(session, account_id, limit=SHOWN)
    return rendered(
        "notebook.html",
        keeper=keeper,
        stars=stars,
        notes=[note_line(note, account_id) for note in notes],
        articles=article_lines(session, {*stars, *(note.article_key for note in notes)}),
        collections=collection_cards(session, account_id, collections_seen_by(session, account_id)),
        shown=SHOWN,
        formats=FORMS,
        done=done,
    )


@pages.post("/article/{key}/star")
def star_article(keeping: KeepingHere, body: BodyHere, key: str) -> RedirectResponse:
    """Star an article, or take the star away."""
    is_on = form_of(body).get("on") != "no"
    keeping.notebook.star(keeping.visitor.login, checked_key(key, "article"), is_on=is_on)
    return _back_to(key, "kept")


@pages.post("/article/{key}/notes", response_model=None)
def note_article(session: SessionHere, told: ToldHere, body: BodyHere, key: str) -> HTMLResponse | RedirectResponse:
    """Write a note or highlight words; where that cannot be, say why and keep what was typed."""
    form, keeping = form_of(body, with_empty=True), told.keeping
    assert keeping is not None
    refuse_sharing(keeping.visitor, form)
    try:
        note = keeping.notebook.add_note(keeping.visitor.login, checked_key(key, "article"), form)
    except Problem as problem:
        keeper = replace(keeping.keeper, typed=form, problem=as_sentence(problem))
        page = article_as_told(session, key, replace(told, keeping=replace(keeping, keeper=keeper)))
        page.status_code = CONFLICT
        return page
    return _back_to(key, f"note-{note}")


@pages.post("/notes/{key}")
def change_note(session: SessionHere, keeping: KeepingHere, body: BodyHere, key: str) -> RedirectResponse:
    """Change a note of one's own, or delete it."""
    form, login = form_of(body, with_empty=True), keeping.visitor.login
    refuse_sharing(keeping.visitor, form)
    article = note_of(session, login, key).article_key
    if "delete" in form:
        keeping.notebook.delete_note(login, key)
        return _back_to(article, "notes")
    keeping.notebook.change_note(login, key, form)
    return _back_to(article, f"note-{key}")


@pages.post("/collect")
def collect_articles(session: SessionHere, keeping: KeepingHere, body: BodyHere) -> RedirectResponse:
    """Put articles into a collection, or a new one: that of an article's page, or those ticked in a list."""
    form, articles, login = form_of(body), values_in(body, "key"), keeping.visitor.login
    if not articles:
        raise HTTPException(422, "Tick articles first; what is ticked goes into the collection.")
    chosen = form.get("collection", NEW)
    if chosen == NEW:
        made = keeping.notebook.make_collection(login, {"name": form.get("name", "")}, articles)
        return RedirectResponse(f"/collections/{made}", status_code=303)
    collection_of(session, login, chosen, only_own=True)
    done = keeping.notebook.collect(login, chosen, articles, form.get("remark", ""))
    return RedirectResponse(f"/collections/{chosen}?{urlencode({'done': done[:MAX_DONE_CHARS]})}", status_code=303)


def _back_to(article: str, anchor: str) -> RedirectResponse:
    return RedirectResponse(f"{article_link(article)}#{anchor}", status_code=303)
