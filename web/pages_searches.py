"""Pages of saved searches: keeping one, the list, one with its alert, feed, webhooks and sections; and the feeds."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from models.finds import STOP, feed_of
from models.saved_search import SavedSearch
from models.signing import signer_of
from models.vocabulary import AlertPace, Role
from perilune.problems import Problem
from web.access import AccessHere, SavedSearches, SessionHere
from web.clock import Now
from web.feeds import ATOM, JSON, Feed, answer_of, atom_of, json_of
from web.forms import BodyHere, form_of, given
from web.people import Visitor, VisitorHere
from web.problems import NotInArchive, as_sentence
from web.rendering import rendered
from web.rights import needs
from web.saved_view import PACE_LABELS, saved_lines, saved_of, saved_view
from web.search_view import paging_of

INSTEAD = "keep searches with `perilune searches`"
PAGE_SIZE = 20
FEED_ENTRIES = 100
MAX_DONE_CHARS = 600
ONE_CLICK = b"One-Click"
SECTIONS = {"add_section", "remove_section"}
KEPT = "It is kept; it finds what comes from now on."
FEED = "It is kept, and these are the addresses of its feed."
PLACES = {
    "renew_feed": "feed",
    "remove_webhook": "webhooks",
    "restart_webhook": "webhooks",
    "try_webhook": "webhooks",
    "add_section": "sections",
    "remove_section": "sections",
}
"""What buttons of a search's page do, with the section that they stand in; each has its value in the field."""
HOW = {"feed": "feed", "webhook": "webhooks", "section": "sections"}
"""What a search is kept for, besides alerts, and where that is on its page."""

pages = APIRouter(include_in_schema=False)
own_pages = APIRouter(include_in_schema=False, dependencies=[needs(Role.READER)])


@own_pages.get("/searches")
def searches_page(
    session: SessionHere, visitor: VisitorHere, now: Now, done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = ""
) -> HTMLResponse:
    """List the visitor's saved searches."""
    return rendered("searches.html", searches=saved_lines(session, visitor.login, now=now), done=done)


@own_pages.post("/searches")
def keep_search(access: AccessHere, visitor: VisitorHere, body: BodyHere) -> RedirectResponse:
    """Keep a search, for what the button says."""
    searches = given(access.powers.searches, INSTEAD)
    form = form_of(body)
    how = form.pop("how", "save")
    key, _ = searches.save(visitor.login, {name: form[name] for name in ("query", "name") if name in form})
    try:
        done, place = _told(searches, visitor, key, how, form)
    except Problem as problem:  # told beside the field, where it is mended
        done, place = as_sentence(problem), HOW.get(how, "alert")
    return _back(key, done, place)


def _told(searches: SavedSearches, visitor: Visitor, key: str, how: str, form: dict[str, str]) -> tuple[str, str]:
    """Let a search tell as its button says; answers in words, and where on its page that is."""
    place = HOW.get(how, "")
    if how in set(AlertPace):
        said = {"pace": how, "address": form.get("address", "")}
        return searches.change(visitor.login, key, said), "alert"
    if how == "webhook":
        return _done(searches, visitor, key, {"url": form.get("url", "")}), place
    if how == "section":
        return _done(searches, visitor, key, {"add_section": form.get("edition", "")}), place
    return (FEED if how == "feed" else KEPT), place


def _back(key: str, done: str, place: str) -> RedirectResponse:
    shown = urlencode({"done": done[:MAX_DONE_CHARS], "at": place})
    return RedirectResponse(f"/searches/{key}?{shown}{'#' if place else ''}{place}", status_code=303)


def _search_signed(session: SessionHere, key: str, signature: str) -> SavedSearch:
    if not signer_of(session).has_signed(signature, STOP, key):
        raise HTTPException(403, "This link was changed on its way; open it from your own mail again.")
    found = session.scalar(sa.select(SavedSearch).where(SavedSearch.key == key))
    if found is None:
        raise NotInArchive("This saved search was deleted; no more mail of it comes.")
    return found


@pages.get("/searches/stop/{key}/{signature}", dependencies=[needs(None)])
def stop_page(session: SessionHere, access: AccessHere, key: str, signature: str) -> HTMLResponse:
    """Ask whether an alert's mail ends: opening the link is no yes, for scanners of mail open every link."""
    given(access.powers.searches, INSTEAD)
    return rendered("stop_alert.html", name=_search_signed(session, key, signature).name, words="")


@pages.post("/searches/stop/{key}/{signature}", dependencies=[needs(None)])
def stop(session: SessionHere, access: AccessHere, key: str, signature: str, body: BodyHere) -> Response:
    """End an alert's mail, by a button or by a mail program (RFC 8058)."""
    searches = given(access.powers.searches, INSTEAD)
    name = _search_signed(session, key, signature).name
    session.rollback()
    words = searches.stop(key)
    return PlainTextResponse(f"{words}\n") if ONE_CLICK in body else rendered("stop_alert.html", name=name, words=words)


@own_pages.get("/searches/{key}")
def search_page(  # noqa: PLR0913 - one parameter for each thing of a request
    request: Request,
    session: SessionHere,
    visitor: VisitorHere,
    *,
    now: Now,
    key: str,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = "",
    at: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Show a saved search; `done` says what a button did just now, `at` in which section."""
    view = saved_view(session, saved_of(session, visitor.login, key), now=now, page=page, size=PAGE_SIZE)
    links = (f"/searches/{key}?page={page - 1}", f"/searches/{key}?page={page + 1}")
    return rendered(
        "saved_search.html",
        saved=view,
        paging=paging_of(view.counts.total, page=page, size=PAGE_SIZE, links=links),
        paces=PACE_LABELS.items(),
        feed=f"{request.base_url}feeds/{view.feed_key}",
        may_edit=visitor.may(Role.EDITOR),
        done=done,
        at=at,
    )


@own_pages.post("/searches/{key}")
def change_search(access: AccessHere, visitor: VisitorHere, key: str, body: BodyHere) -> RedirectResponse:
    """Do what a button says to a saved search."""
    searches = given(access.powers.searches, INSTEAD)
    form = form_of(body)
    if "delete" in form:
        words = searches.act(visitor.login, key, "delete")
        return RedirectResponse(f"/searches?{urlencode({'done': words})}", status_code=303)
    place = _place_of(form)
    try:
        words = _done(searches, visitor, key, form)
    except Problem as problem:  # told beside the field, where it is mended
        words = as_sentence(problem)
    return _back(key, words, place)


def _place_of(form: dict[str, str]) -> str:
    action = next((action for action in PLACES if action in form), None)
    if action is not None:
        return PLACES[action]
    return "webhooks" if "url" in form else "alert" if "pace" in form else "change"


def _done(searches: SavedSearches, visitor: Visitor, key: str, form: dict[str, str]) -> str:
    action = next((action for action in PLACES if action in form), None)
    if action in SECTIONS and not visitor.may(Role.EDITOR):
        raise HTTPException(403, f"Sections of editions need the role of {Role.EDITOR} or above.")
    if action is not None:
        return searches.act(visitor.login, key, action, form[action])
    if "url" in form:
        searches.add_webhook(visitor.login, key, form["url"])
        return "Its finds are posted there from now on; sign checks with the secret below."
    return searches.change(visitor.login, key, form)


@pages.get("/feeds/{name}", dependencies=[needs(None)])
def feed(request: Request, session: SessionHere, name: str) -> Response:
    """Answer with the feed whose key and form the name says: `KEY.atom` or `KEY.json`."""
    key, _, form = name.rpartition(".")
    saved = session.scalar(sa.select(SavedSearch).where(SavedSearch.feed_key == key)) if len(key) == 24 else None  # noqa: PLR2004 - as long as such keys are
    if saved is None or form not in {"atom", "json"} or not saved.account.is_active:
        raise NotInArchive("There is no such feed; its owner may have given it another address.")
    made = Feed(saved, feed_of(session, saved, limit=FEED_ENTRIES), str(request.base_url), str(request.url))
    content, media_type = (atom_of(made), ATOM) if form == "atom" else (json_of(made), JSON)
    return answer_of(request, content, media_type, made.updated_at)


pages.include_router(own_pages)
