"""The pages of an article: its versions, what changed between them, and the bytes as fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from perilune.exports.forms import FORMS
from web.access import AccessHere, SessionHere
from web.archived import archived_headers
from web.article_view import article_of, article_view, version_of
from web.choices import choices_of_article
from web.corrections_view import ALREADY, CorrectionLine, corrections_told
from web.forms import Corrector, CorrectorHere
from web.headers import SCRIPTED
from web.keeping import Keeping, KeepingHere
from web.notebook_view import beside_article
from web.passages import blocks_of, span_within
from web.problems import NotInArchive
from web.reading_language import ReaderLanguage, by_language
from web.rendering import html_of, rendered
from web.rights import reads
from web.version_changes import version_changes

Place = Annotated[str | None, Query(max_length=20)]


@dataclass(frozen=True)
class Told:
    """Who looks, the language that they read, and what was corrected or undone by a form just now."""

    corrector: Corrector
    language: str
    corrected: tuple[CorrectionLine, ...]
    undone: tuple[CorrectionLine, ...]
    is_old_news: bool
    """Whether what was said just now held already."""
    keeping: Keeping | None = None
    """What may be kept beside the article; nothing where it is shared by a signed address."""


class Done(BaseModel):
    """What an address says of what a form did: the numbers of corrections."""

    corrected: str = Field(default="", max_length=200)
    undone: str = Field(default="", max_length=200)


def told_in(
    session: SessionHere,
    corrector: CorrectorHere,
    language: ReaderLanguage,
    keeping: KeepingHere,
    done: Annotated[Done, Query()],
) -> Told:
    """Read from an address what a form did."""
    lines = (corrections_told(session, done.corrected), corrections_told(session, done.undone))
    return Told(corrector, language, *lines, is_old_news=done.corrected == ALREADY, keeping=keeping)


Places = tuple[int | None, int | None]


def marked_in(start: Annotated[Place, Query(alias="from")] = None, to: Place = None) -> Places:
    """Read from an address which code points are to be marked."""
    return _code_point(start), _code_point(to)


MarkedHere = Annotated[Places, Depends(marked_in)]
ToldHere = Annotated[Told, Depends(told_in)]

pages = APIRouter(include_in_schema=False)


@pages.get("/article/{key}", dependencies=[reads()])
def article_page(session: SessionHere, told: ToldHere, marked: MarkedHere, key: str) -> HTMLResponse:
    """Show the current version of an article."""
    return _version_page(session, key, None, marked, told)


@pages.get("/article/{key}/v{number}", dependencies=[reads()])
def version_page(session: SessionHere, told: ToldHere, marked: MarkedHere, key: str, number: str) -> HTMLResponse:
    """Show one version of an article."""
    return _version_page(session, key, number_of(number), marked, told)


def number_of(text: str) -> int:
    """Read a version's number; NotInArchive for anything that is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - nothing has so many versions
        raise NotInArchive(f"{text[:40]!r} is no number of a version.")
    return int(text)


def _code_point(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _version_page(session: Session, key: str, number: int | None, places: Places, told: Told) -> HTMLResponse:
    page = HTMLResponse(html_of("article.html", values_of_version(session, (key, number), places, told)))
    page.headers.update(SCRIPTED)
    return by_language(page)


def article_as_told(session: Session, key: str, told: Told) -> HTMLResponse:
    """Show the current version of an article with what a form said that could not be done."""
    return _version_page(session, key, None, (None, None), told)


def values_of_version(
    session: Session, version: tuple[str, int | None], places: Places, told: Told
) -> dict[str, object]:
    """Read what the template of an article shows of a version, the current one where no number is given."""
    article = article_view(session, *version, reader_language=told.language)
    marked = span_within(article.text, *places)
    beside = None
    if told.keeping is not None:
        row = article_of(session, article.key)
        beside = beside_article(session, told.keeping.keeper, row, article.number, article.text)
    spans = [*([marked] if marked else []), *(beside.highlights if beside else ())]
    may_correct = told.corrector.may_correct and article.is_current
    return {
        "article": article,
        "blocks": blocks_of(article.passages, spans),
        "beside": beside,
        "formats": FORMS,
        "is_marked": marked is not None,
        "corrector": told.corrector,
        "told": told,
        "choices": choices_of_article(session, article) if may_correct else None,
    }


@pages.get("/article/{key}/v{number}/changes", dependencies=[reads()])
def changes_page(session: SessionHere, key: str, number: str) -> HTMLResponse:
    """Show what changed from the version before."""
    found = version_changes(session, key, number_of(number))
    return rendered(
        "changes.html",
        article=found.article,
        number=found.version.number,
        earlier=found.earlier,
        version=found.version,
        heads=found.heads,
        changes=found.changes,
    )


@pages.get("/article/{key}/v{number}/page", dependencies=[reads()])
def archived_page(session: SessionHere, access: AccessHere, key: str, number: str) -> Response:
    """Send the bytes that a version was read from, disarmed."""
    version = version_of(article_of(session, key), number_of(number))
    body = access.pages.read(version.page.content_hash)
    return Response(body, headers=archived_headers(version.page.content_type, f"{key}-v{version.number}"))
