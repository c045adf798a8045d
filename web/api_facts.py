"""The JSON API on facts: calendar, register, matrix and single facts, with the filters of their pages."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

import fastapi
from fastapi import APIRouter

from models.facts import FactQuery
from web.access import SessionHere
from web.api_fact_models import CellContentsAnswer, FactLineAnswer, FactsAnswer, MatrixAnswer, WholeFactAnswer
from web.api_paging import WindowHere
from web.api_problems import UNKNOWN, WRONG_PARAMETER
from web.clock import Today
from web.facts_form import CalendarFilter, CellFilter, MatrixForm, RegisterFilter
from web.facts_view import fact_view, lines_matching
from web.matrix_view import cell_contents, matrix_view
from web.rights import reads

facts_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@facts_api.get("/calendar", dependencies=[reads()])
def api_calendar(
    session: SessionHere, form: Annotated[CalendarFilter, fastapi.Query()], today: Today, window: WindowHere
) -> FactsAnswer:
    """List the events to come, the next first, or those that are over, the last first."""
    return _answer(session, form.query(today), window)


@facts_api.get("/agreements", dependencies=[reads()])
def api_agreements(
    session: SessionHere, form: Annotated[RegisterFilter, fastapi.Query()], window: WindowHere
) -> FactsAnswer:
    """List the agreements, the newest first unless another order is asked for."""
    return _answer(session, form.query(), window)


def _answer(session: SessionHere, query: FactQuery, window: WindowHere) -> FactsAnswer:
    total, lines = lines_matching(session, query, limit=window.limit, offset=window.offset)
    return FactsAnswer.model_validate(
        {"facts": [FactLineAnswer.model_validate(line) for line in lines], **window.of(total)}
    )


@facts_api.get("/facts/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_fact(session: SessionHere, key: str) -> WholeFactAnswer:
    """Read one fact with all its witnesses, and its contradictions side by side."""
    return WholeFactAnswer.model_validate(fact_view(session, key))


@facts_api.get("/matrix", dependencies=[reads()])
def api_matrix(session: SessionHere, form: Annotated[MatrixForm, fastapi.Query()]) -> MatrixAnswer:
    """Count the stories, agreements and events in which two countries, or two actors, take part together."""
    return MatrixAnswer.model_validate(matrix_view(session, form))


@facts_api.get("/matrix/cell", dependencies=[reads()])
def api_cell(
    session: SessionHere, form: Annotated[CellFilter, fastapi.Query()], window: WindowHere
) -> CellContentsAnswer:
    """List what one cell of the matrix counts; so many of each a page."""
    cell = cell_contents(session, form, limit=window.limit, offset=window.offset)
    longest = max(cell.story_count, cell.agreement_count, cell.event_count)
    values = {each.name: getattr(cell, each.name) for each in fields(cell)}
    return CellContentsAnswer.model_validate({**values, **window.of(longest)})
