"""A reader's own pages, opened from their mail without an account: settings, and leaving an edition in one click.

The address is signed for one reader and is the key to their pages: no cookie is read, and no site is asked for. So a
button needs nothing else, and opening a page changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from perilune.problems import Problem
from web.access import Readership, SessionHere, WholeAccess
from web.forms import BodyHere, form_of, given
from web.mailed import MAILED, Mailed, MailedHere, settings_link
from web.pages_subscribe import INSTEAD
from web.problems import as_sentence
from web.reader_view import reader_view
from web.rendering import rendered
from web.rights import needs

SECTIONS = {
    "join": "editions",
    "leave": "editions",
    "pause": "editions",
    "resume": "editions",
    "add_topic": "topics",
    "drop_topic": "topics",
    "raise_topic": "topics",
    "lower_topic": "topics",
    "add_country": "countries",
    "drop_country": "countries",
    "raise_country": "countries",
    "lower_country": "countries",
    "follow": "follows",
    "unfollow": "follows",
    "mute": "mutes",
    "unmute": "mutes",
    "send_link": "data",
}
"""What buttons do, each with the section of the page that it belongs to."""
MAX_DONE_CHARS = 400
ONE_CLICK = b"One-Click"

pages = APIRouter(include_in_schema=False)


@pages.get(MAILED, dependencies=[needs(None)])
def settings_page(
    session: SessionHere,
    access: WholeAccess,
    mailed: MailedHere,
    done: Annotated[str, Query(max_length=MAX_DONE_CHARS)] = "",
    at: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """Show what a reader gets and wants; `done` says what a button did just now, `at` in which section."""
    given(access.powers.readership, INSTEAD)
    return rendered("reader.html", mailed=mailed, view=reader_view(session, mailed.reader), done=done, at=at)


@pages.post(MAILED, dependencies=[needs(None)])
def change_settings(access: WholeAccess, mailed: MailedHere, body: BodyHere) -> RedirectResponse:
    """Do what a button says, and show the settings again."""
    readership = given(access.powers.readership, INSTEAD)
    form = form_of(body)
    key = mailed.reader.key
    section = next((section for name, section in SECTIONS.items() if name in form), None)
    if section is None:
        raise HTTPException(422, "Nothing was chosen.")
    try:
        words = readership.send_own_link(key) if "send_link" in form else _changed(readership, key, form)
    except Problem as problem:  # told beside the field, where it is mended
        words = as_sentence(problem)[:MAX_DONE_CHARS]
    shown = urlencode({"done": words, "at": section})
    return RedirectResponse(f"{mailed.root}?{shown}#{section}", status_code=303)


def _changed(readership: Readership, key: str, form: Mapping[str, str]) -> str:
    action = next(name for name in SECTIONS if name in form)
    return readership.change(key, action, [form[action]])


@pages.get(f"{MAILED}/unsubscribe", dependencies=[needs(None)])
def unsubscribe_page(access: WholeAccess, mailed: MailedHere) -> HTMLResponse:
    """Ask whether the reader leaves the edition of the mail."""
    given(access.powers.readership, INSTEAD)
    _edition_slug(mailed)
    return rendered("unsubscribe.html", mailed=mailed, is_done=False, settings=mailed.root)


@pages.post(f"{MAILED}/unsubscribe", dependencies=[needs(None)])
def unsubscribe(access: WholeAccess, mailed: MailedHere, body: BodyHere) -> Response:
    """Let the reader leave the edition of the mail, by a button or by a mail program (RFC 8058)."""
    readership = given(access.powers.readership, INSTEAD)
    words = readership.change(mailed.reader.key, "leave", [_edition_slug(mailed)])
    if ONE_CLICK in body:
        return PlainTextResponse(f"{words}\n")
    return rendered("unsubscribe.html", mailed=mailed, is_done=True, settings=settings_link(mailed))


def _edition_slug(mailed: Mailed) -> str:
    if mailed.edition is None:
        raise HTTPException(404, "This link is of no edition; choose on your own page what you get.")
    return mailed.edition.slug
