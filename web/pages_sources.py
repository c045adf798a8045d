"""The sources in the browser: how they fare, what to do about it, and adding one by pasting an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from models.search.filters import country_names, language_names
from models.source import Source
from models.vocabulary import Role
from perilune.problems import Faults
from web.access import AccessHere, SessionHere
from web.forms import BodyHere, form_of, given
from web.rendering import rendered
from web.rights import needs, reads
from web.source_view import find_source_row, source_lines, source_view, values_of_source

MAX_ADDRESS_CHARS = 2000
Done = Annotated[str, Query(max_length=2 * MAX_ADDRESS_CHARS)]
MONTHS = (0, 1, 3, 6, 12, 24)
BY_COMMAND = "add sources with `perilune sources new`"
BY_COMMAND_TOO = "change sources with `perilune sources`"
UNUSABLE = 422

pages = APIRouter(include_in_schema=False)


@pages.get("/sources", dependencies=[reads()])
def sources_page(
    session: SessionHere, access: AccessHere, added: Annotated[str, Query(max_length=80)] = ""
) -> HTMLResponse:
    """List the sources with how they fare; `added` is the one that was added just now."""
    return rendered(
        "sources.html",
        sources=source_lines(session),
        added=added,
        may_add=access.powers.onboarding is not None,
    )


@pages.get("/sources/new", dependencies=[needs(Role.ANALYST)])
def new_source_page(
    access: AccessHere, url: Annotated[str, Query(max_length=MAX_ADDRESS_CHARS)] = "", *, render: bool = False
) -> HTMLResponse:
    """Ask for an address, and show what it offers, with `render` as a browser shows it."""
    found = given(access.powers.onboarding, BY_COMMAND).find(url, render=render) if url.strip() else None
    return rendered("new_source.html", url=url, render=render, found=found, months=MONTHS)


@pages.post("/sources", dependencies=[needs(Role.ANALYST)])
def add_source(body: BodyHere, access: AccessHere) -> RedirectResponse:
    """Add the source that was found, and go to its line in the list."""
    form = form_of(body)
    slug = given(access.powers.onboarding, BY_COMMAND).add(form.pop("url", ""), form)
    return RedirectResponse(f"/sources?added={slug}#{slug}", status_code=303)


@pages.get("/sources/{slug}", dependencies=[reads()])
def source_page(session: SessionHere, access: AccessHere, slug: str, done: Done = "") -> HTMLResponse:
    """Show how a source is watched and how it fares; `done` says what a button did just now."""
    may_change = access.powers.upkeep is not None
    return rendered("source.html", source=source_view(session, slug), done=done, may_change=may_change)


@pages.get("/sources/{slug}/edit", dependencies=[needs(Role.ANALYST)])
def edit_source_page(session: SessionHere, access: AccessHere, slug: str) -> HTMLResponse:
    """Show what a person may change of a source as a form."""
    given(access.powers.upkeep, BY_COMMAND_TOO)
    source = find_source_row(session, slug)
    return _form_page(source, values_of_source(source))


@pages.post("/sources/{slug}/edit", response_model=None, dependencies=[needs(Role.ANALYST)])
def edit_source(body: BodyHere, session: SessionHere, access: AccessHere, slug: str) -> HTMLResponse | RedirectResponse:
    """Change a source as a form says it; what cannot be used is told beside its field, and all that was typed stays."""
    upkeep = given(access.powers.upkeep, BY_COMMAND_TOO)
    form = form_of(body, with_empty=True)
    source = find_source_row(session, slug)
    try:
        words = upkeep.edit(slug, form)
    except Faults as faults:
        return _form_page(source, values_of_source(source) | form, faults.by_field)
    return _shown(slug, words)


def _form_page(source: Source, said: Mapping[str, str], faults: Mapping[str, str] | None = None) -> HTMLResponse:
    return rendered(
        "edit_source.html",
        status=UNUSABLE if faults else 200,
        source=source,
        said=said,
        faults=faults or {},
        languages={code: name for code, name in language_names().items() if len(code) == len("en")},
        countries=country_names(),
    )


@pages.post("/sources/{slug}/{action}", dependencies=[needs(Role.ANALYST)])
def change_source(access: AccessHere, slug: str, action: str) -> RedirectResponse:
    """Accept what is proposed for a source, retire it, or watch it again."""
    upkeep = given(access.powers.upkeep, BY_COMMAND_TOO)
    actions = {"repair": upkeep.repair, "retire": upkeep.retire, "resume": upkeep.resume}
    if action not in actions:
        raise HTTPException(404, "There is no such button.")
    return _shown(slug, actions[action](slug))


def _shown(slug: str, words: str) -> RedirectResponse:
    return RedirectResponse(f"/sources/{slug}?{urlencode({'done': words})}", status_code=303)
