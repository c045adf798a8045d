"""What the JSON API answers on corrections, as pydantic models over their plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from models.vocabulary import CorrectionField
from web.api_models import Answer, PageAnswer


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


class CorrectionsAnswer(PageAnswer):
    """One page of the corrections, the newest first."""

    corrections: tuple[CorrectionAnswer, ...]


class ObeyedAnswer(Answer):
    """What became of something that a person said."""

    words: str
    corrections: tuple[CorrectionAnswer, ...]
