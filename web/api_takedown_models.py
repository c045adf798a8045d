"""What the JSON API answers on takedowns, and what an administrator says of one, as pydantic models."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from web.api_bodies import Body
from web.api_models import Answer


class TakedownAnswer(Answer):
    """That an article is withdrawn, or was."""

    article_key: str
    url: str
    reason: str
    made_by: str
    made_at: dt.datetime
    lifted_by: str | None
    lifted_at: dt.datetime | None


class Withdrawing(Body):
    """What an administrator says of an article."""

    article: str = Field(max_length=40, description="The article's key.")
    reason: str = Field(max_length=500, description="Why; its tombstone says so.")
