"""The pages of stories: their list, one of them, and the forms in which analysts split, move, merge, name and pin it.

Apart from the other lists because a story is worked on, with ticked articles and buttons that say what of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from models.article import find_article
from models.story import Story
from models.vocabulary import Role
from perilune.exports.forms import FORMS
from perilune.problems import Problem
from web.access import AccessHere, Corrections, Obeyed, SessionHere
from web.archive_view import story_cards
from web.choices import choices_near
from web.clock import Today
from web.corrections_view import ALREADY, corrections_about
from web.forms import form_of, given, remember_name, values_in
from web.links import article_link, story_link, story_or_article_in
from web.pages_article import ToldHere
from web.problems import checked_key
from web.reading_language import ReaderLanguage, by_language
from web.rendering import html_of, rendered
from web.rights import VisitorHere, needs, reads
from web.search_form import MAX_PAGE
from web.search_view import paging_of
from web.story_view import story_view

PAGE_SIZE = 20
INSTEAD = "correct with `perilune stories`"

pages = APIRouter(include_in_schema=False)


@pages.get("/stories", dependencies=[reads()])
def stories_page(
    session: SessionHere,
    language: ReaderLanguage,
    number: Annotated[int, Query(alias="page", ge=1, le=MAX_PAGE)] = 1,
) -> HTMLResponse:
    """List the stories."""
    start = (number - 1) * PAGE_SIZE
    total, cards = story_cards(session, limit=PAGE_SIZE, offset=start, reader_language=language)
    links = (f"/stories?page={number - 1}", f"/stories?page={number + 1}")
    paging = paging_of(total, page=number, size=PAGE_SIZE, links=links)
    return by_language(rendered("stories.html", stories=cards, paging=paging))


@pages.get("/story/{key}", dependencies=[reads()])
def story_page(session: SessionHere, told: ToldHere, today: Today, key: str) -> HTMLResponse:
    """Show a story."""
    story = story_view(session, key, today=today, reader_language=told.language)
    day = story.last_published.first if story.last_published else None
    choices = choices_near(session, story.key, day) if told.corrector.may_correct else None
    said = corrections_about(session, story.key)
    values = {"told": told, "corrector": told.corrector, "choices": choices, "said": said, "formats": FORMS}
    return by_language(HTMLResponse(html_of("story.html", {"story": story} | values)))


@dataclass(frozen=True)
class Asked:
    """What a form on a story's page says: its fields, and the articles that are ticked."""

    key: str
    form: Mapping[str, str]
    ticked: Sequence[str]
    by: str

    def said(self, **said: str) -> dict[str, str]:
        """Say something, with the reason that was given."""
        return said | ({"note": self.form["note"]} if "note" in self.form else {})

    @property
    def where(self) -> str:
        """The other story: its address or that of an article; else the one that was chosen from the list."""
        return story_or_article_in(self.form.get("story_key", "")) or self.form.get("story_near", "")


@pages.post("/story/{key}/correct", dependencies=[needs(Role.ANALYST)])
async def correct_story(
    request: Request, access: AccessHere, session: SessionHere, visitor: VisitorHere, key: str
) -> RedirectResponse:
    """Obey what a form says of a story, and show the story that it is about."""
    corrections = given(access.powers.corrections, INSTEAD)
    checked_key(key, "story")
    body = await request.body()
    form = form_of(body)
    asked = Asked(key, form, values_in(body, "article"), visitor.named(form.get("by", "")))
    obeyed = await run_in_threadpool(lambda: _obeyed(corrections, asked))
    numbers = ",".join(str(number) for each in obeyed for number in each.ids) or ALREADY
    response = RedirectResponse(f"{story_of(session, obeyed[-1])}?{urlencode({'corrected': numbers})}", status_code=303)
    remember_name(response, asked.by)
    return response


def story_of(session: Session, obeyed: Obeyed) -> str:
    """Make the address of the story that something was said of; of its article, where that has no story."""
    article = find_article(session, obeyed.article_key)
    story = session.get(Story, article.story_id) if article is not None and article.story_id is not None else None
    return story_link(story.key) if story is not None else article_link(obeyed.article_key)


def _obeyed(corrections: Corrections, asked: Asked) -> list[Obeyed]:
    saying = next((each for each in SAYINGS if each in asked.form), None)
    if saying is None:
        raise Problem("press one of the buttons to say what of the story is wrong.")
    return SAYINGS[saying](corrections, asked)


def _of_story(corrections: Corrections, asked: Asked, **said: str) -> list[Obeyed]:
    return [corrections.correct(f"story/{asked.key}", asked.said(**said), by=asked.by)]


def _split(corrections: Corrections, asked: Asked) -> list[Obeyed]:
    first, *_ = _ticked(asked)
    return [corrections.correct(first, asked.said(split=",".join(asked.ticked)), by=asked.by)]


def _move(corrections: Corrections, asked: Asked) -> list[Obeyed]:
    said = asked.said(story=_where(asked))
    return [corrections.correct(key, said, by=asked.by) for key in _ticked(asked)]


def _ticked(asked: Asked) -> Sequence[str]:
    if not asked.ticked:
        raise Problem("tick the articles that you mean.")
    return asked.ticked


def _where(asked: Asked) -> str:
    if not asked.where:
        raise Problem("choose the other story, or give its address.")
    return asked.where


def _merge(corrections: Corrections, asked: Asked) -> list[Obeyed]:
    return _of_story(corrections, asked, one_story_with=_where(asked))


def _rename(corrections: Corrections, asked: Asked) -> list[Obeyed]:
    return _of_story(corrections, asked, headline=asked.form.get("headline", ""))


def _pin(corrections: Corrections, asked: Asked) -> list[Obeyed]:
    return _of_story(corrections, asked, pin=asked.form["pin"])


SAYINGS: Mapping[str, Callable[[Corrections, Asked], list[Obeyed]]] = {
    "split": _split,
    "move": _move,
    "merge": _merge,
    "rename": _rename,
    "pin": _pin,
}
"""What may be said, by the name of the button."""
