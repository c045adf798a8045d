"""Correcting in the browser: forms that work without a script, all that people corrected, and taking it back.

Opening an address never changes anything, for scanners of mail open every link.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from models.edition import Issue
from models.vocabulary import Role
from web.access import AccessHere, Obeyed, SessionHere
from web.article_view import article_of, article_view
from web.choices import choices_of_article
from web.corrections_view import ALREADY, correction_of, corrections_of, corrections_page
from web.forms import CorrectorHere, form_of, given, remember_name
from web.links import article_link, story_or_article_in
from web.pages_stories import story_of
from web.problems import KEY, checked_key
from web.rendering import rendered
from web.rights import VisitorHere, needs, reads
from web.search_form import MAX_PAGE
from web.search_view import paging_of

INSTEAD = "correct with `perilune articles correct`"
PAGE_SIZE = 50
MAY_BE_EMPTY = {
    "countries": ("countries",),
    "change_fact": ("name", "start", "end", "place", "status", "parties", "subkind"),
}
"""Fields that say something when they are left empty, by the field that makes them be read."""
FACT_IN_TEXT = re.compile(rf".*\bfacts/({KEY.pattern})\b.*", re.DOTALL)

pages = APIRouter(include_in_schema=False)


class Asked(BaseModel):
    """Where a reader comes from: the key of a digest's issue, the number of a fact."""

    issue: str = Field(default="", max_length=40)
    fact: int | None = Field(default=None, ge=1, le=MAX_PAGE)


AskedHere = Annotated[Asked, Query()]


@pages.get("/correct/{key}", dependencies=[needs(Role.ANALYST)])
def correct_page(
    session: SessionHere,
    access: AccessHere,
    corrector: CorrectorHere,
    key: str,
    asked: AskedHere,
) -> HTMLResponse:
    """Ask what is wrong with an article."""
    given(access.powers.corrections, INSTEAD)
    article = article_view(session, key)
    return rendered(
        "correct.html",
        article=article,
        corrector=corrector,
        choices=choices_of_article(session, article),
        issue=_issue(session, asked.issue),
        fact_number=asked.fact,
    )


def _issue(session: Session, key: str) -> Issue | None:
    return session.scalar(sa.select(Issue).where(Issue.key == key)) if KEY.fullmatch(key) else None


@pages.post("/correct/{key}", dependencies=[needs(Role.ANALYST)])
async def correct_article(request: Request, access: AccessHere, visitor: VisitorHere, key: str) -> RedirectResponse:
    """Obey what a form says of an article, and show the article."""
    corrections = given(access.powers.corrections, INSTEAD)
    checked_key(key, "article")
    form = form_of(await request.body(), with_empty=True)
    by = visitor.named(form.pop("by", ""))
    obeyed = await run_in_threadpool(lambda: corrections.correct(key, _said_in(form), by=by))
    return _shown(obeyed, by, "corrected")


def _said_in(form: dict[str, str]) -> dict[str, str]:
    """Read what a form says: empty fields say nothing, but for those that may be emptied."""
    kept = {name for saying, names in MAY_BE_EMPTY.items() if saying in form for name in names}
    unsaid = MAY_BE_EMPTY["change_fact"] if "remove_fact" in form else ()  # the button beside the fields of a fact
    said = {name: text for name, text in form.items() if name not in unsaid and (text or name in kept)}
    if "other" in said:
        said["other"] = FACT_IN_TEXT.sub(r"\1", said["other"])
    how, where, near = said.pop("story_says", None), said.pop("story_key", ""), said.pop("story_near", "")
    if how == "alone":
        said["story"] = "alone"
    elif how is not None:
        said[how] = story_or_article_in(where) or near
    return said


def _shown(obeyed: Obeyed, by: str, what: str, address: str | None = None) -> RedirectResponse:
    numbers = ",".join(map(str, obeyed.ids)) or ALREADY
    shown = address or article_link(obeyed.article_key)
    response = RedirectResponse(f"{shown}?{urlencode({what: numbers})}", status_code=303)
    remember_name(response, by)
    return response


@pages.get("/corrections", dependencies=[reads()])
def corrections_list(
    session: SessionHere,
    corrector: CorrectorHere,
    article: Annotated[str, Query(max_length=40)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=MAX_PAGE)] = 1,
) -> HTMLResponse:
    """List what people corrected, of one article or of all."""
    start = (number - 1) * PAGE_SIZE
    if article:
        every = corrections_of(session, article_of(session, article))
        total, lines = len(every), every[start : start + PAGE_SIZE]
    else:
        total, lines = corrections_page(session, limit=PAGE_SIZE, offset=start)
    of_article = {"article": article} if article else {}
    addresses = [f"/corrections?{urlencode(of_article | {'page': page})}" for page in (number - 1, number + 1)]
    paging = paging_of(total, page=number, size=PAGE_SIZE, links=(addresses[0], addresses[1]))
    return rendered(
        "corrections.html", corrections=lines, total=total, paging=paging, corrector=corrector, article=article
    )


@pages.get("/corrections/{number}", dependencies=[reads()])
def correction_page(session: SessionHere, corrector: CorrectorHere, number: int) -> HTMLResponse:
    """Show one correction, and ask who takes it back."""
    return rendered("correction.html", correction=correction_of(session, number), corrector=corrector)


@pages.post("/corrections/{number}/undo", dependencies=[needs(Role.ANALYST)])
async def undo_correction(
    request: Request, access: AccessHere, session: SessionHere, visitor: VisitorHere, number: int
) -> RedirectResponse:
    """Take a correction back, and show its article, or its story where it was taken back from there."""
    corrections = given(access.powers.corrections, "undo with `perilune corrections undo`")
    form = form_of(await request.body())
    by = visitor.named(form.get("by", ""))
    obeyed = await run_in_threadpool(lambda: corrections.undo(number, by=by))
    return _shown(obeyed, by, "undone", story_of(session, obeyed) if form.get("back") == "story" else None)
