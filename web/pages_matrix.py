"""The cooperation matrix: its page, its picture, its table, and what each cell counts."""

from __future__ import annotations

from typing import Annotated

import fastapi
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from models.matrix import Axis
from web.access import SessionHere
from web.fact_options import topic_field
from web.facts_form import CellForm, MatrixForm
from web.headers import PICTURE_POLICY
from web.heat_map import MEDIA_TYPE, svg_of
from web.matrix_view import COLUMNS, PAGE_SIZE, cell_contents, matrix_view, row_of
from web.rendering import rendered
from web.rights import reads
from web.search_view import Choice, paging_of
from web.tables import csv_answer

TOPS = (8, 12, 20, 30, 40)
SHOWN_PAIRS = 40

pages = APIRouter(include_in_schema=False)

MatrixAddress = Annotated[MatrixForm, fastapi.Query()]


@pages.get("/matrix", dependencies=[reads()])
def matrix_page(session: SessionHere, form: MatrixAddress) -> HTMLResponse:
    """Show who cooperates with whom."""
    axes = {Axis.COUNTRIES: "Countries", Axis.ACTORS: "Organisations"}
    return rendered(
        "matrix.html",
        form=form,
        matrix=matrix_view(session, form),
        topic=topic_field(session, form.topic),
        tops=sorted({*TOPS, form.top}),
        shown_pairs=SHOWN_PAIRS,
        axes=[Choice(label, form.link("/matrix", by=str(axis)), form.by is axis) for axis, label in axes.items()],
    )


@pages.get("/matrix.svg", dependencies=[reads()])
def matrix_picture(session: SessionHere, form: MatrixAddress) -> Response:
    """Send the matrix as a picture."""
    picture = svg_of(matrix_view(session, form).picture)
    headers = {"Content-Security-Policy": PICTURE_POLICY, "Content-Disposition": 'inline; filename="matrix.svg"'}
    return Response(picture, media_type=MEDIA_TYPE, headers=headers)


@pages.get("/matrix.csv", dependencies=[reads()])
def matrix_table(request: Request, session: SessionHere, form: MatrixAddress) -> Response:
    """Send the pairs of the matrix as a table."""
    rows = (row_of(cell, address=str(request.base_url)) for cell in matrix_view(session, form).pairs)
    return csv_answer("matrix", COLUMNS, rows)


@pages.get("/matrix/cell", dependencies=[reads()])
def cell_page(session: SessionHere, form: Annotated[CellForm, fastapi.Query()]) -> HTMLResponse:
    """Show what a cell counts."""
    contents = cell_contents(session, form, limit=PAGE_SIZE, offset=(form.page - 1) * PAGE_SIZE)
    most = max(contents.story_count, contents.agreement_count, contents.event_count)
    links = (form.link("/matrix/cell", page=form.page - 1), form.link("/matrix/cell", page=form.page + 1))
    return rendered(
        "cell.html",
        cell=contents,
        back=form.link("/matrix", one=None, other=None, page=None),
        paging=paging_of(most, page=form.page, size=PAGE_SIZE, links=links),
    )
