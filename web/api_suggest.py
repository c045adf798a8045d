"""The JSON API's suggestions for a search line that is being typed, which the search page asks for too."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from models.search import suggestions
from models.search.words import MAX_LINE_CHARS
from web.access import SessionHere
from web.api import Line
from web.api_problems import WRONG_PARAMETER
from web.api_search_models import SuggestionsAnswer
from web.rights import reads

Cursor = Annotated[
    int | None, Query(ge=0, le=MAX_LINE_CHARS, description="The place of the cursor; default: the line's end.")
]


suggesting = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER}, dependencies=[reads()])


@suggesting.get("/suggest")
def api_suggest(session: SessionHere, q: Line = "", at: Cursor = None) -> SuggestionsAnswer:
    """Suggest filters and their values for the word of a search line that is being typed."""
    return SuggestionsAnswer.model_validate(suggestions(session, q, len(q) if at is None else at))
