"""The JSON API of corrections: what people said of articles, saying something, and taking it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from models.knowledge import Correction
from models.vocabulary import Role
from web.access import AccessHere, Obeyed, SessionHere
from web.api_bodies import Saying
from web.api_correction_models import CorrectionAnswer, CorrectionsAnswer, ObeyedAnswer
from web.api_paging import WindowHere
from web.api_problems import UNKNOWN, WRONG_PARAMETER
from web.api_saying import CHANGES
from web.article_view import article_of
from web.corrections_view import correction_lines, correction_of, corrections_of, corrections_page
from web.forms import given
from web.rights import VisitorHere, needs, reads

INSTEAD = "correct with `perilune articles correct`"

corrections_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


@corrections_api.get("/corrections", responses={404: UNKNOWN}, dependencies=[reads()])
def api_corrections(
    session: SessionHere,
    window: WindowHere,
    article: Annotated[str | None, Query(description="Key of an article; default: all.")] = None,
) -> CorrectionsAnswer:
    """List corrections, those that were undone too, the newest first."""
    if article is None:
        total, lines = corrections_page(session, limit=window.limit, offset=window.offset)
    else:
        every = corrections_of(session, article_of(session, article))
        total, lines = len(every), tuple(window.cut(every))
    answers = [CorrectionAnswer.model_validate(line) for line in lines]
    return CorrectionsAnswer.model_validate({"corrections": answers, **window.of(total)})


@corrections_api.get("/corrections/{number}", responses={404: UNKNOWN}, dependencies=[reads()])
def api_correction(session: SessionHere, number: int) -> CorrectionAnswer:
    """Read one correction."""
    return CorrectionAnswer.model_validate(correction_of(session, number))


@corrections_api.post("/corrections", status_code=201, responses=CHANGES, dependencies=[needs(Role.ANALYST)])
def api_correct(session: SessionHere, access: AccessHere, visitor: VisitorHere, saying: Saying) -> ObeyedAnswer:
    """Correct an article; it is obeyed at once. The same said twice is one correction."""
    said = saying.model_dump(mode="json", exclude_none=True, exclude={"article", "by"})
    corrections = given(access.powers.corrections, INSTEAD)
    return _answer(session, corrections.correct(saying.article, said, by=visitor.named(saying.by or "")))


@corrections_api.delete("/corrections/{number}", responses=CHANGES, dependencies=[needs(Role.ANALYST)])
def api_undo(
    session: SessionHere,
    access: AccessHere,
    visitor: VisitorHere,
    number: int,
    by: Annotated[str, Query(max_length=80, description="Who takes it back; needed where nobody signs in.")] = "",
) -> ObeyedAnswer:
    """Take a correction back; it stays on record."""
    return _answer(session, given(access.powers.corrections, INSTEAD).undo(number, by=visitor.named(by or "")))


def _answer(session: SessionHere, obeyed: Obeyed) -> ObeyedAnswer:
    rows = [session.get_one(Correction, number) for number in obeyed.ids]
    lines = tuple(CorrectionAnswer.model_validate(line) for line in correction_lines(session, rows))
    return ObeyedAnswer(words=obeyed.words, corrections=lines)
