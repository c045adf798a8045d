"""The JSON API of corrections: what people said of articles, saying something, and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from models.knowledge import Correction
from models.vocabulary import CorrectionField, DocType, FactKind, Relevance, Role
from web.access import AccessHere, Obeyed, SessionHere
from web.api import UNKNOWN, WRONG_PARAMETER, Limit, Offset, problem_answer
from web.api_models import Answer
from web.article_view import article_of
from web.corrections_view import correction_lines, corrections_of, corrections_page
from web.forms import given
from web.rights import VisitorHere, needs, reads

INSTEAD = "correct with `perilune articles correct`"
ONLY_READS = problem_answer("This server only reads the archive.")
OTHER_SITE = problem_answer("Another site's page asked for it.")
CHANGES: dict[int | str, dict[str, object]] = {403: OTHER_SITE, 501: ONLY_READS}

corrections_api = APIRouter(prefix="/api", responses={422: WRONG_PARAMETER})


class CorrectionAnswer(Answer):
    """What a person said of an article; it stands until it is undone."""

    id: int
    article_key: str
    title: str | None
    field: CorrectionField
    value: Mapping[str, object]
    words: str = Field(description="What it says, in English.")
    note: str | None
    made_by: str
    made_at: dt.datetime
    undone_by: str | None
    undone_at: dt.datetime | None


class CorrectionsAnswer(Answer):
    """One page of the corrections, the newest first."""

    total: int
    limit: int
    offset: int
    corrections: tuple[CorrectionAnswer, ...]


class ObeyedAnswer(Answer):
    """What became of something that a person said."""

    words: str
    corrections: tuple[CorrectionAnswer, ...]


class Saying(BaseModel):
    """What a person says of an article; anything that is left out is not spoken of."""

    model_config = ConfigDict(extra="forbid")

    article: str = Field(max_length=40, description="The article's key; `story/KEY` for what is said of a story.")
    by: str = Field(default="", max_length=80, description="Who says so; needed only where there are no accounts.")
    note: str | None = Field(default=None, description="Why.")
    relevance: Relevance | None = None
    topics: str | None = Field(default=None, description="All its topics, separated by commas.")
    add_topic: str | None = None
    remove_topic: str | None = None
    doc_type: DocType | None = None
    countries: str | None = Field(default=None, description="Who takes part: codes separated by commas.")
    story: str | None = Field(default=None, description="Key of an article or story that it belongs with; or alone.")
    one_story_with: str | None = Field(default=None, description="Key of an article or story: both stories are one.")
    split: str | None = Field(default=None, description="Keys of articles, by commas: with it, a story of their own.")
    headline: str | None = Field(default=None, description="What its story is called.")
    pin: Literal["yes", "no"] | None = Field(default=None, description="Whether its story is pinned.")
    remove_fact: str | None = Field(default=None, description="Number of a fact that the article does not state.")
    change_fact: str | None = Field(default=None, description="Number of a fact that says the fields below.")
    add_fact: FactKind | None = Field(default=None, description="A fact that is missing; needs `quote`.")
    same_fact: str | None = Field(default=None, description="Number of a fact that is one with `other`.")
    apart_fact: str | None = Field(default=None, description="Number of a fact that is another than `other`.")
    quote: str | None = Field(default=None, description="The words of the article that state the fact.")
    other: str | None = Field(default=None, description="Another fact, as KEY:NUMBER.")
    name: str | None = None
    start: str | None = Field(default=None, description="YYYY, YYYY-MM or YYYY-MM-DD; empty for none.")
    end: str | None = Field(default=None, description="Likewise.")
    place: str | None = None
    status: str | None = None
    parties: str | None = Field(default=None, description="Actors and country codes, separated by commas.")
    subkind: str | None = None


@corrections_api.get("/corrections", responses={404: UNKNOWN}, dependencies=[reads()])
def api_corrections(
    session: SessionHere,
    article: Annotated[str | None, Query(description="Key of an article; default: all.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> CorrectionsAnswer:
    """List corrections, those that were undone too, the newest first."""
    if article is None:
        total, lines = corrections_page(session, limit=limit, offset=offset)
    else:
        every = corrections_of(session, article_of(session, article))
        total, lines = len(every), every[offset : offset + limit]
    answers = tuple(CorrectionAnswer.model_validate(line) for line in lines)
    return CorrectionsAnswer(total=total, limit=limit, offset=offset, corrections=answers)


@corrections_api.post("/corrections", status_code=201, responses=CHANGES, dependencies=[needs(Role.ANALYST)])
def api_correct(session: SessionHere, access: AccessHere, visitor: VisitorHere, saying: Saying) -> ObeyedAnswer:
    """Correct an article; it is obeyed at once. The same said twice is one correction."""
    said = saying.model_dump(mode="json", exclude_none=True, exclude={"article", "by"})
    corrections = given(access.powers.corrections, INSTEAD)
    return _answer(session, corrections.correct(saying.article, said, by=visitor.named(saying.by)))


@corrections_api.delete("/corrections/{number}", responses=CHANGES, dependencies=[needs(Role.ANALYST)])
def api_undo(
    session: SessionHere,
    access: AccessHere,
    visitor: VisitorHere,
    number: int,
    by: Annotated[
        str, Query(max_length=80, description="Who takes it back; needed only where there are no accounts.")
    ] = "",
) -> ObeyedAnswer:
    """Take a correction back; it stays on record."""
    return _answer(session, given(access.powers.corrections, INSTEAD).undo(number, by=visitor.named(by)))


def _answer(session: SessionHere, obeyed: Obeyed) -> ObeyedAnswer:
    rows = [session.get_one(Correction, number) for number in obeyed.ids]
    lines = tuple(CorrectionAnswer.model_validate(line) for line in correction_lines(session, rows))
    return ObeyedAnswer(words=obeyed.words, corrections=lines)
