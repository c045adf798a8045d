"""The register of agreements and the page of one fact, agreement or event."""

from __future__ import annotations

from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from models.facts import FactOrder
from web.access import SessionHere
from web.fact_options import fact_fields
from web.fact_tables import COLUMNS, rows_matching
from web.facts_form import RegisterForm
from web.facts_view import fact_view, lines_matching
from web.rendering import rendered
from web.rights import reads
from web.search_view import Choice, paging_of
from web.tables import csv_answer

PAGE_SIZE = 50
ORDERS = {
    FactOrder.NEWEST: "Newest",
    FactOrder.OLDEST: "Oldest",
    FactOrder.NAME: "Title",
    FactOrder.WITNESSES: "Most witnesses",
}

pages = APIRouter(include_in_schema=False)

RegisterAddress = Annotated[RegisterForm, fastapi.Query()]


@pages.get("/agreements", dependencies=[reads()])
def register_page(session: SessionHere, form: RegisterAddress) -> HTMLResponse:
    """List the agreements."""
    query = form.query()
    total, lines = lines_matching(session, query, limit=PAGE_SIZE, offset=(form.page - 1) * PAGE_SIZE)
    links = (form.link("/agreements", page=form.page - 1), form.link("/agreements", page=form.page + 1))
    orders = [
        Choice(label, form.link("/agreements", sort=str(order), page=None), is_active=form.sort is order)
        for order, label in ORDERS.items()
    ]
    return rendered(
        "agreements.html",
        form=form,
        fields=fact_fields(session, query.kind, form.model_dump(mode="json")),
        lines=lines,
        total=total,
        orders=orders,
        paging=paging_of(total, page=form.page, size=PAGE_SIZE, links=links),
    )


@pages.get("/agreements.csv", dependencies=[reads()])
def register_table(request: Request, session: SessionHere, form: RegisterAddress) -> Response:
    """Send the agreements as a table."""
    return csv_answer("agreements", COLUMNS, rows_matching(session, form.query(), address=str(request.base_url)))


@pages.get("/facts/{key}", dependencies=[reads()])
def fact_page(session: SessionHere, key: str) -> HTMLResponse:
    """Show one fact with all its witnesses, and its contradictions side by side."""
    return rendered("fact.html", fact=fact_view(session, key))
