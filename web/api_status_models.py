"""What the JSON API answers on the state of the work, as pydantic models over the plain values of its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from models.vocabulary import DeliveryState, FateState, Stage
from web.api_models import Answer
from web.api_source_models import ScansAnswer


class FateCountAnswer(Answer):
    """How many items met a fate at a stage."""

    stage: Stage
    state: FateState
    reason: str | None
    count: int


class QueueAnswer(Answer):
    """What waits at a stage."""

    stage: Stage
    due_count: int
    oldest_due_at: dt.datetime | None
    claimed_count: int


class StatusAnswer(Answer):
    """What the archive holds, and where everything stands."""

    totals: Mapping[str, int]
    newest_page_at: dt.datetime | None
    fates: tuple[FateCountAnswer, ...]
    queues: tuple[QueueAnswer, ...] = Field(description="Stages at which something waits or is being worked on.")
    mail: MailAnswer = Field(description="Mail that is not known to have gone out; never to whom.")
    scans: ScansAnswer
    search: str = Field(description="Which index answers searches, in a sentence.")


class MailLineAnswer(Answer):
    """Mails of one issue, or notices, that are in one state for one reason."""

    of: str
    link: str | None
    state: DeliveryState
    reason: str | None
    count: int


class MailAnswer(Answer):
    """Counts of all such mails, and the newest lines."""

    counts: Mapping[DeliveryState, int]
    lines: tuple[MailLineAnswer, ...]
    line_count: int
