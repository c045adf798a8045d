"""The JSON API of takedowns, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from models.takedown import takedowns_of
from models.vocabulary import Role
from web.access import AccessHere, SessionHere
from web.api_accounts import CHANGES, REFUSED
from web.api_models import DoneAnswer
from web.api_problems import UNKNOWN, WRONG_PARAMETER
from web.api_takedown_models import TakedownAnswer, Withdrawing
from web.forms import given
from web.pages_takedowns import INSTEAD
from web.problems import checked_key
from web.rights import VisitorHere, needs

takedowns_api = APIRouter(
    prefix="/api", responses={422: WRONG_PARAMETER, **REFUSED}, dependencies=[needs(Role.ADMINISTRATOR)]
)


@takedowns_api.get("/takedowns")
def api_takedowns(
    session: SessionHere,
    lifted: Annotated[bool, Query(description="Those too whose articles were put back.")] = False,  # noqa: FBT002 - a query parameter
) -> list[TakedownAnswer]:
    """List the articles that are withdrawn, the newest first."""
    return [TakedownAnswer.model_validate(each) for each in takedowns_of(session, with_lifted=lifted)]


@takedowns_api.post("/takedowns", status_code=201, responses=CHANGES | {404: UNKNOWN})
def api_withdraw(access: AccessHere, visitor: VisitorHere, said: Withdrawing) -> DoneAnswer:
    """Withdraw an article; twice is once."""
    takedowns = given(access.powers.takedowns, INSTEAD)
    return DoneAnswer(words=takedowns.withdraw(checked_key(said.article, "article"), said.reason, by=visitor.login))


@takedowns_api.delete("/takedowns/{key}", responses=CHANGES | {404: UNKNOWN})
def api_restore(access: AccessHere, visitor: VisitorHere, key: str) -> DoneAnswer:
    """Put an article back."""
    takedowns = given(access.powers.takedowns, INSTEAD)
    return DoneAnswer(words=takedowns.restore(checked_key(key, "article"), by=visitor.login))
