"""The pages behind signed addresses, `/m/ISSUE/KEY`: an issue in full, and what it cites, without an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from models.story import find_story
from web.access import SessionHere, WholeAccess
from web.article_view import article_of
from web.clock import Today
from web.forms import Corrector
from web.headers import SHARED_POLICY
from web.issue_forms import calendar_answer, forms_given
from web.pages_article import MarkedHere, Places, Told, number_of, values_of_version
from web.problems import NotInArchive, checked_key
from web.reading_language import ReaderLanguage, by_language
from web.rights import needs
from web.shared import OUTSIDE, OpenedHere, OpenedIssue, rendered_for
from web.story_view import story_view

NOBODY = Corrector(may_correct=False, name="")


@dataclass(frozen=True)
class Reading:
    """The passage that an address marks, and what a page is told of who reads: nothing but the language."""

    places: Places
    told: Told


def reading_in(language: ReaderLanguage, marked: MarkedHere) -> Reading:
    """Read from a request what is to be marked, and the language; it says nothing of corrections."""
    return Reading(marked, Told(NOBODY, language, corrected=(), undone=(), is_old_news=False))


ReadingHere = Annotated[Reading, Depends(reading_in)]

pages = APIRouter(prefix="/m/{issue_key}/{mail_key}", include_in_schema=False)


@pages.get("", dependencies=[needs(None)])
def issue_in_full(access: WholeAccess, issue: OpenedHere) -> HTMLResponse:
    """Show all of an issue."""
    html = forms_given(access.issues).whole(issue.content, issue.mail_key)
    return HTMLResponse(html, headers={"Content-Security-Policy": SHARED_POLICY})


@pages.get("/events.ics", dependencies=[needs(None)])
def issue_calendar(access: WholeAccess, issue: OpenedHere) -> Response:
    """Send an issue's events as one calendar."""
    return calendar_answer(forms_given(access.issues), issue.content, issue.mail_key)


@pages.get("/event/{number}.ics", dependencies=[needs(None)])
def event_file(access: WholeAccess, issue: OpenedHere, number: str) -> Response:
    """Send one of an issue's events."""
    return calendar_answer(forms_given(access.issues), issue.content, issue.mail_key, number)


@pages.get("/article/{key}", dependencies=[needs(None)])
def shared_article(session: SessionHere, issue: OpenedHere, reading: ReadingHere, key: str) -> HTMLResponse:
    """Show the current version of an article that is cited; the last one where all were withdrawn."""
    _refuse_others(issue, "article", key)
    article = article_of(session, key)
    number = None if article.current_version_id else article.versions[-1].number
    return _version_page(session, issue, (key, number), reading)


@pages.get("/article/{key}/v{number}", dependencies=[needs(None)])
def shared_version(
    session: SessionHere, issue: OpenedHere, reading: ReadingHere, key: str, number: str
) -> HTMLResponse:
    """Show one version of an article that is cited."""
    _refuse_others(issue, "article", key)
    return _version_page(session, issue, (key, number_of(number)), reading)


def _version_page(
    session: Session, issue: OpenedIssue, version: tuple[str, int | None], reading: Reading
) -> HTMLResponse:
    values = values_of_version(session, version, reading.places, reading.told)
    return by_language(rendered_for(issue, "article.html", values))


@pages.get("/story/{key}", dependencies=[needs(None)])
def shared_story(session: SessionHere, issue: OpenedHere, reading: ReadingHere, today: Today, key: str) -> Response:
    """Show a story that is cited as it is now; where it is gone, the article that it began with."""
    _refuse_others(issue, "story", key)
    if find_story(session, key) is None:
        return RedirectResponse(f"{issue.root}/article/{key}", status_code=302)
    story = story_view(session, key, today=today, reader_language=reading.told.language)
    told = reading.told
    values = {"story": story, "told": told, "corrector": told.corrector, "choices": None, "said": ()}
    return by_language(rendered_for(issue, "story.html", values))


def _refuse_others(issue: OpenedIssue, what: str, key: str) -> None:
    if not issue.opens(what, checked_key(key, what)):
        raise NotInArchive(OUTSIDE.format(what=what))
