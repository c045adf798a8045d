"""The page of a collection: its articles in their order with remarks, and the forms that change them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from models.kept import account_id_of, items_of
from models.vocabulary import Role
from perilune.exports.forms import FORMS
from web.access import SessionHere
from web.forms import BodyHere, form_of
from web.keeping import KeeperHere, KeepingHere, collection_of, refuse_sharing
from web.notebook_view import article_lines, collection_cards
from web.pages_notebook import MAX_DONE_CHARS
from web.problems import KEY
from web.rendering import rendered
from web.rights import needs
from web.search_form import MAX_PAGE
from web.search_view import paging_of

PAGE_SIZE = 100

pages = APIRouter(include_in_schema=False, dependencies=[needs(Role.READER)])


@pages.get("/collections")
def collections_page() -> RedirectResponse:
    """Lead to where the collections are listed."""
    return RedirectResponse("/notebook#collections", status_code=303)


@pages.post("/collections")
def make_collection(keeping: KeepingHere, body: BodyHere) -> RedirectResponse:
    """Begin a collection."""
    form = form_of(body)
    refuse_sharing(keeping.visitor, form)
    return RedirectResponse(f"/collections/{keeping.notebook.make_collection(keeping.visitor.login, form)}", 303)


@pages.get("/collections/{key}")
def collection_page(
    session: SessionHere,
    keeper: KeeperHere,
    key: str,
    number: Annotated[int, Query(alias="page", ge=1, le=MAX_PAGE)] = 1,
    done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = "",
) -> HTMLResponse:
    """Show a collection."""
    collection = collection_of(session, keeper.login, key)
    every = items_of(session, collection.id)
    items = every[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    links = (f"/collections/{key}?page={number - 1}", f"/collections/{key}?page={number + 1}")
    return rendered(
        "collection.html",
        keeper=keeper,
        collection=collection_cards(session, account_id_of(session, keeper.login), [collection])[0],
        items=items,
        last_place=every[-1].place if every else 0,
        articles=article_lines(session, [item.article_key for item in items]),
        paging=paging_of(len(every), page=number, size=PAGE_SIZE, links=links),
        page=number,
        formats=FORMS,
        done=done,
    )


@pages.post("/collections/{key}")
def change_collection(session: SessionHere, keeping: KeepingHere, body: BodyHere, key: str) -> RedirectResponse:
    """Change what is said of a collection, or one of its articles, or delete it; its owner alone may."""
    form, login = form_of(body, with_empty=True), keeping.visitor.login
    refuse_sharing(keeping.visitor, form)
    collection_of(session, login, key, only_own=True)
    article = form.get("article", "")
    if "delete" in form:
        done = keeping.notebook.delete_collection(login, key)
        return RedirectResponse(f"/notebook?{urlencode({'done': done[:MAX_DONE_CHARS]})}", status_code=303)
    if KEY.fullmatch(article):
        keeping.notebook.change_item(login, key, article, form)
        page = form.get("page", "")
        where = f"?page={page}" if page.isascii() and page.isdigit() and page != "1" else ""
        return RedirectResponse(f"/collections/{key}{where}#a{article}", status_code=303)
    keeping.notebook.change_collection(login, key, form)
    return RedirectResponse(f"/collections/{key}", status_code=303)
