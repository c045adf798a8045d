"""The pages that find things: search and how to search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import fastapi
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from models.search import (
    FindsByMeaning,
    Query,
    QueryProblem,
    Sort,
    begin_facets,
    facets_of_results,
    search_by,
    vocabulary_of,
)
from models.search.words import MAX_LINE_CHARS
from models.vocabulary import DocType, Role
from perilune.exports.forms import FORMS
from web.access import AccessHere, SessionHere
from web.headers import SCRIPTED
from web.keeping import KeeperHere
from web.links import search_link
from web.names import active_topic_names, topic_names
from web.notebook_view import Keeper, kept_beside
from web.people import Visitor, VisitorHere
from web.rendering import rendered
from web.rights import reads
from web.saved_view import KeepPanel, keep_panel
from web.search_form import NEWEST_CORE, SearchForm, fault_of, query_of
from web.search_view import active_filters, facets_of, options_of, orders_of, paging_of, scopes_of
from web.search_ways import ways_of

PAGE_SIZE = 20
SearchAddress = Annotated[SearchForm, fastapi.Query()]

pages = APIRouter(include_in_schema=False)


@pages.get("/", dependencies=[reads()])
def search_page(
    session: SessionHere, access: AccessHere, *, visitor: VisitorHere, form: SearchAddress, keeper: KeeperHere
) -> Response:
    """Show what a search finds; without a line, the newest on international space cooperation."""
    try:
        query = query_of(form, vocabulary_of(session))
    except QueryProblem as problem:
        return _faulty(session, form, problem)
    if form.has_fields:
        return RedirectResponse(search_link(query.line), status_code=303)
    wanted = query if query.line else NEWEST_CORE
    helped = _Helped(access.powers.meaning(), keeper, _keep(session, access, visitor, wanted))
    return _found(session, form, wanted, helped)


def _keep(session: Session, access: AccessHere, visitor: Visitor, query: Query) -> KeepPanel | None:
    """Offer to keep the search, where searches are kept and to whom may."""
    if access.powers.searches is None or not visitor.may(Role.READER):
        return None
    line = query.with_(sort=Sort.RELEVANCE).line
    return keep_panel(session, visitor.login, line, may_edit=visitor.may(Role.EDITOR))


@dataclass(frozen=True)
class _Helped:
    """What is at hand beside the query: what finds by meaning, who keeps, and the offer to keep the search."""

    meaning: FindsByMeaning | None
    keeper: Keeper
    keep: KeepPanel | None


def _found(session: Session, form: SearchForm, query: Query, helped: _Helped) -> HTMLResponse:
    is_front = not form.q.strip()
    begin_facets(session, query)
    results = search_by(session, query, helped.meaning, limit=PAGE_SIZE, offset=(form.page - 1) * PAGE_SIZE)
    line = "" if is_front else query.line
    counted = facets_of_results(session, query, results, is_exact=form.exact)
    links = (search_link(line, page=form.page - 1), search_link(line, page=form.page + 1))
    return _scripted(
        line=form.q.strip(),
        max_chars=MAX_LINE_CHARS,
        is_front=is_front,
        results=results,
        filters=() if is_front else active_filters(session, query),
        facets=facets_of(query, counted),
        exact_link=f"{search_link(line)}&exact=1" if counted.is_approximate and line else None,
        scopes=scopes_of(query),
        orders=orders_of(query),
        ways=ways_of(query, results, is_loaded=helped.meaning is not None),
        paging=paging_of(results.total, page=form.page, size=PAGE_SIZE, links=links),
        options=options_of(session),
        topic_names=topic_names(session),
        kept=kept_beside(session, helped.keeper, [hit.key for hit in results.hits]),
        formats=FORMS,
        query_line=query.line,
        keep=helped.keep,
        fault=None,
    )


def _scripted(*, status: int = 200, **values: object) -> HTMLResponse:
    """Render the search page, whose line is helped by a script of ours."""
    page = rendered("search.html", status=status, **values)
    page.headers.update(SCRIPTED)
    return page


def _faulty(session: Session, form: SearchForm, problem: QueryProblem) -> HTMLResponse:
    return _scripted(
        status=400,
        line=form.q[:MAX_LINE_CHARS],
        max_chars=MAX_LINE_CHARS,
        is_front=False,
        results=None,
        fault=fault_of(form.q, problem),
        options=options_of(session),
    )


@pages.get("/about", dependencies=[reads()])
def about_page(session: SessionHere) -> HTMLResponse:
    """Explain what the archive is and how to search it."""
    return rendered("about.html", topics=active_topic_names(session), doc_types=[str(each) for each in DocType])
