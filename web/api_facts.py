"""The JSON API on facts: calendar, register, matrix and single facts, with the filters of their pages."""

from __future__ import annotations

from typing import Annotated

import fastapi
from fastapi import APIRouter

from web.access import SessionHere
from web.api import UNKNOWN, WRONG_PARAMETER
from web.api_fact_models import CellContentsAnswer, FactLineAnswer, FactsAnswer, MatrixAnswer, WholeFactAnswer
from web.clock import Today
from web.facts_form import CalendarForm, CellForm, MatrixForm, RegisterForm
from web.facts_view import FactLine, fact_view, lines_matching
from web.matrix_view import cell_contents, matrix_view
from web.rights import reads

PAGE_SIZE = 100

facts_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@facts_api.get("/calendar", dependencies=[reads()])
def api_calendar(session: SessionHere, form: Annotated[CalendarForm, fastapi.Query()], today: Today) -> FactsAnswer:
    """List the events to come, the next first, or those that are over, the last first; a hundred a page."""
    offset = (form.page - 1) * PAGE_SIZE
    return _answer(*lines_matching(session, form.query(today), limit=PAGE_SIZE, offset=offset), offset)


@facts_api.get("/agreements", dependencies=[reads()])
def api_agreements(session: SessionHere, form: Annotated[RegisterForm, fastapi.Query()]) -> FactsAnswer:
    """List the agreements; a hundred a page."""
    offset = (form.page - 1) * PAGE_SIZE
    return _answer(*lines_matching(session, form.query(), limit=PAGE_SIZE, offset=offset), offset)


def _answer(total: int, lines: list[FactLine], offset: int) -> FactsAnswer:
    facts = tuple(FactLineAnswer.model_validate(line) for line in lines)
    return FactsAnswer(total=total, limit=PAGE_SIZE, offset=offset, facts=facts)


@facts_api.get("/facts/{key}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_fact(session: SessionHere, key: str) -> WholeFactAnswer:
    """Read one fact with all its witnesses, and its contradictions side by side."""
    return WholeFactAnswer.model_validate(fact_view(session, key))


@facts_api.get("/matrix", dependencies=[reads()])
def api_matrix(session: SessionHere, form: Annotated[MatrixForm, fastapi.Query()]) -> MatrixAnswer:
    """Count the stories, agreements and events in which two countries, or two actors, take part together."""
    return MatrixAnswer.model_validate(matrix_view(session, form))


@facts_api.get("/matrix/cell", dependencies=[reads()])
def api_cell(session: SessionHere, form: Annotated[CellForm, fastapi.Query()]) -> CellContentsAnswer:
    """List what one cell of the matrix counts; fifty of each a page."""
    return CellContentsAnswer.model_validate(cell_contents(session, form))
